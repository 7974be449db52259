package ir

import "fmt"

// check refuses programs whose references lead nowhere or in a circle, so that runners need not.
func (p *Program) check() error {
	for i := range p.Definitions {
		d := &p.Definitions[i]
		if d.Undo < 0 || d.Undo > len(p.Definitions) {
			return fmt.Errorf("definition %q refers to definition %d of %d", d.Pattern, d.Undo, len(p.Definitions))
		}
	}
	for _, f := range p.Features {
		for _, s := range f.Scenarios {
			for _, r := range s.Rows {
				if len(r.Cells) != len(s.Columns) {
					return fmt.Errorf("row %s has %d cells for %d columns", r.ID, len(r.Cells), len(s.Columns))
				}
			}
		}
	}
	var err error
	WalkSteps(p, func(s *Step) {
		for i := range s.Bindings {
			if wrong := p.checkBinding(s, &s.Bindings[i]); wrong != nil && err == nil {
				err = wrong
			}
		}
	})
	if err == nil && p.cyclic() {
		err = fmt.Errorf("its definitions call each other in a circle")
	}
	return err
}

func (p *Program) checkBinding(s *Step, b *Binding) error {
	if b.Definition < 0 || b.Definition > len(p.Definitions) {
		return fmt.Errorf("step %q refers to definition %d of %d", s.Text, b.Definition, len(p.Definitions))
	}
	if (b.Definition == 0) == (b.Op == nil) {
		return fmt.Errorf("step %q must either call a definition or have an op on driver %s", s.Text, b.Driver)
	}
	if b.Op == nil {
		if d := &p.Definitions[b.Definition-1]; len(b.Args) != len(d.Params) {
			return fmt.Errorf("step %q gives %d arguments to %q, which has %d parameters", s.Text, len(b.Args), d.Pattern, len(d.Params))
		}
		return nil
	}
	switch op := b.Op.(type) {
	case *Call:
		if op.Func < 1 || op.Func > len(p.Funcs) {
			return fmt.Errorf("step %q refers to function %d of %d", s.Text, op.Func, len(p.Funcs))
		}
		if f := &p.Funcs[op.Func-1]; len(op.Args) != len(f.Params) {
			return fmt.Errorf("step %q gives %d arguments to %q, which has %d parameters", s.Text, len(op.Args), f.Pattern, len(f.Params))
		}
	case *Within:
		if op.Step.Binding(b.Driver, -1) == nil {
			return fmt.Errorf("step %q repeats one that is not bound on driver %s", s.Text, b.Driver)
		}
	}
	return nil
}

// cyclic reports whether a definition calls itself, at any depth.
func (p *Program) cyclic() bool {
	const entered, left = 1, 2
	state := make([]int, len(p.Definitions)+1)
	var enter func(d int) bool
	enter = func(d int) (cyclic bool) {
		if state[d] != 0 {
			return state[d] == entered
		}
		state[d] = entered
		for i := range p.Definitions[d-1].Body {
			WalkStep(&p.Definitions[d-1].Body[i], func(s *Step) {
				for _, b := range s.Bindings {
					cyclic = cyclic || b.Definition > 0 && enter(b.Definition)
				}
			})
		}
		state[d] = left
		return cyclic
	}
	for d := range p.Definitions {
		if enter(d + 1) {
			return true
		}
	}
	return false
}
