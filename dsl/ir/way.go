package ir

import "slices"

// Search looks for an op at any depth. Definitions that call others many times are looked into once.
type Search struct {
	Program *Program
	Driver  string
	// Is says what is looked for; marked is an op of a body that is tagged @write, or called in one.
	Is func(op Op, marked bool) bool
	// Skip are definitions that are not looked into; nil skips none.
	Skip func(d *Definition) bool

	none map[searched]bool // that are known to lead to nothing
}

// searched is a call: it may lead to something where it is marked, or not undone, and to nothing elsewhere.
type searched struct {
	definition      int
	marked, undoing bool
}

// Way is that from the first of these steps that leads to what is looked for, in a row of their outline (-1 for any),
// outermost first; nil when there is none. What compensates a definition belongs to it, but what is done to undo
// something is not undone itself. A Search remembers: it may be asked again while the program stays as it is.
func (s *Search) Way(steps []Step, row int) []*Step { return s.way(steps, row, false, false) }

func (s *Search) way(steps []Step, row int, marked, undoing bool) []*Step {
	for i := range steps {
		for j := range steps[i].Bindings {
			b := &steps[i].Bindings[j]
			if b.Driver != s.Driver || row >= 0 && len(b.Rows) > 0 && !slices.Contains(b.Rows, row) {
				continue
			}
			var inner []*Step
			found := false
			switch op := b.Op.(type) {
			case nil:
				inner = s.call(b.Definition, marked, undoing)
			case *Within:
				inner = s.way([]Step{op.Step}, -1, marked, undoing)
			default:
				found = s.Is(op, marked)
			}
			if found || inner != nil {
				return append([]*Step{&steps[i]}, inner...)
			}
		}
	}
	return nil
}

// call is the way inside of a definition, or of what compensates it.
func (s *Search) call(definition int, marked, undoing bool) []*Step {
	d := &s.Program.Definitions[definition-1]
	if s.Skip != nil && s.Skip(d) {
		return nil
	}
	key := searched{definition, marked || d.Effect == Writes, undoing}
	if s.none[key] {
		return nil
	}
	found := s.way(d.Body, -1, key.marked, undoing)
	if found == nil && d.Undo > 0 && !undoing {
		found = s.call(d.Undo, false, true)
	}
	if found == nil {
		if s.none == nil {
			s.none = map[searched]bool{}
		}
		s.none[key] = true
	}
	return found
}
