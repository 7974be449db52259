package dsl

import (
	"slices"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// notKept refuses to read a name, in the step at a place of a scenario, that no step before can have kept. It names
// what keeps it: a later step of the scenario, definitions, or another scenario.
func (f *flow) notKept(s *ir.Scenario, at int, driver string, row int, n need) {
	step := &s.Steps[at]
	d := diag.Errorf(n.at, "steps/not-kept", "%s is read before anything can have kept it", n.name)
	if n.undo > 0 {
		d = diag.Errorf(n.at, "steps/not-kept", "%s is read by an @undo, and right after its step nothing can have kept it", n.name)
	}
	d = n.explained(d, s, step)
	for i := at + 1; i < len(s.Steps); i++ {
		later := &s.Steps[i]
		if f.binding(later, later.Binding(driver, row), 0, false, f.scenarioNames()).has(n.name) {
			f.add(d.WithNote(later.Range(), "a later step keeps it: %s", later.Words()).
				WithHelp("write the step that keeps it above the one that needs it"))
			return
		}
	}
	if by := f.keepers(n.name, driver); len(by) > 0 {
		for _, k := range by {
			d = d.WithNote(k.step.Range(), "kept by the definition %s", k.in.Pattern)
		}
		f.add(d.WithHelp("use one of these above the step that needs it, or keep it there: I keep %s = …", n.name))
		return
	}
	for _, feature := range f.program.Features {
		for i := range feature.Scenarios {
			if other := &feature.Scenarios[i]; other != s {
				if k := keeping(other.Steps, n.name, driver); k != nil {
					f.add(d.WithNote(k.Range(), "kept in %q: what a scenario keeps ends with it", other.Name).
						WithHelp("keep it in an earlier step: I keep %s = …", n.name))
					return
				}
			}
		}
	}
	f.add(d.WithHelp("keep it in an earlier step: I keep %s = …", n.name))
}

// alone refuses what a @once body reads and has not kept itself: it runs in a session of its own, for whoever comes
// first, and what its callers have kept is not there.
func (f *flow) alone(d *ir.Definition, s *summary) {
	of := func(n need) bool { return n.name != "row" } // which it has
	for _, n := range s.needs {
		what := "in a @once body"
		if n.undo > 0 {
			what = "by an @undo in a @once body"
		}
		if of(n) {
			f.add(diag.Errorf(n.at, "steps/not-kept", "%s is read %s, and nothing in that has kept it before", n.name, what).
				WithNote(patternOf(d), "@once runs this in a session of its own: what its callers have kept is not there").
				WithHelp("pass it as a parameter, or keep it inside"))
		}
	}
	s.needs = slices.DeleteFunc(s.needs, of)
}

// keeper is a step of a body that keeps a name.
type keeper struct {
	in   *ir.Definition
	step *ir.Step
}

// keepers are the definitions that keep a name on a driver, whether a scenario reaches them or not. Nobody can call a
// compensation.
func (c *compiler) keepers(name, driver string) []keeper {
	var found []keeper
	for _, d := range c.library.Definitions {
		if k := keeping(d.Body, name, driver); k != nil && !d.IsUndo {
			found = append(found, keeper{&d.Definition, k})
		}
	}
	slices.SortStableFunc(found, func(a, b keeper) int {
		if a.in.Pos.Less(b.in.Pos) {
			return -1
		}
		return 1
	})
	return found
}

// keeping is the first of these steps that keeps a name itself on a driver.
func keeping(list []ir.Step, name, driver string) (found *ir.Step) {
	for i := range list {
		ir.WalkStep(&list[i], func(s *ir.Step) {
			for _, b := range s.Bindings {
				if k, ok := b.Op.(*ir.Keep); ok && found == nil && k.Name == name && b.Driver == driver {
					found = s
				}
			}
		})
	}
	return found
}
