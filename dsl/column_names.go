package dsl

import (
	"slices"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// columnNames refuses columns that an @each body could not read: they are its parameters, so two of one name, or one
// that a parameter of the pattern or hoops itself has, would hide a value.
func (c *compiler) columnNames(step *ir.Step, line steps.Line) {
	if line.Table == nil || len(line.Table.Rows) == 0 {
		return
	}
	header := line.Table.Rows[0]
	ir.WalkStep(step, func(s *ir.Step) {
		for _, b := range s.Bindings {
			if b.Definition == 0 {
				continue
			}
			d := c.library.Definitions[b.Definition-1]
			if !d.Each {
				continue
			}
			for i, cell := range header {
				at := diag.At(cell.Pos, max(1, len([]rune(cell.Text))))
				param := slices.IndexFunc(d.Params, func(p ir.Parameter) bool { return p.Name == cell.Text && p.Name != "" })
				var wrong diag.Diagnostic
				switch {
				case refusedName(cell.Text):
					wrong = diag.Errorf(at, "steps/reserved", "the column %q has one of hoops' own names", cell.Text)
				case param >= 0:
					wrong = diag.Errorf(at, "steps/reserved", "the column %q has the name of a parameter", cell.Text)
				case slices.ContainsFunc(header[:i], func(o steps.Cell) bool { return o.Text == cell.Text }):
					wrong = diag.Errorf(at, "gherkin/columns", "two columns are called %q", cell.Text)
				default:
					continue
				}
				c.add(wrong.WithNote(patternOf(&d.Definition), "the columns are parameters of this @each definition").
					WithHelp("give it another name"))
			}
		}
	})
}
