package dsl

import (
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// readOnly refuses to repeat a step that writes.
func (c *compiler) readOnly(list []ir.Step) {
	check := func(s *ir.Step) {
		for _, b := range s.Bindings {
			w, ok := b.Op.(*ir.Within)
			if !ok {
				continue
			}
			if trail := c.program.Writes([]ir.Step{w.Step}, b.Driver, -1); trail != nil {
				last := trail[len(trail)-1]
				c.add(diag.Errorf(w.Step.Range(), "steps/within", "within repeats its step, and this one writes: %s", last.Text).
					WithHelp("repeat a step that only reads, or tag its definition @read if it changes nothing"))
			}
		}
	}
	for i := range list {
		ir.WalkStep(&list[i], check)
	}
}
