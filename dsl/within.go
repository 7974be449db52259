package dsl

import (
	"slices"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// readOnly refuses to repeat a step that writes, and one that says the same each time.
func (c *compiler) readOnly(list []ir.Step, names *steps.Names) {
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
			if inner := w.Step.Binding(b.Driver, -1); inner != nil && settled(inner.Op, names) {
				c.add(diag.Errorf(w.Step.Range(), "steps/within", "within repeats its step, and this one looks at what was answered before, which stays as it is").
					WithHelp("put the request or the command, and this, into a definition, and repeat that: within 10s the export is ready"))
			}
		}
	}
	for i := range list {
		ir.WalkStep(&list[i], check)
	}
}

// settled reports whether an op expects something of what was answered before, and of nothing that changes by itself.
func settled(op ir.Op, names *steps.Names) bool {
	e, ok := op.(*ir.Expect)
	if !ok {
		return false
	}
	for _, source := range ir.Expressions(&ir.Step{Bindings: []ir.Binding{{Op: e}}}) {
		p, wrong := names.Program(source)
		if wrong != nil || slices.Contains(p.Names(), "page") {
			return false
		}
		for _, call := range p.Calls() {
			switch call.Name {
			case "page.text", "page.count", "now", "random", "uuid":
				return false
			}
		}
	}
	return true
}
