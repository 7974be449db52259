package dsl

import (
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/pick"
)

// stages checks what hoops.yaml says in other languages: tag expressions and expressions.
func (c *compiler) stages() {
	for _, w := range c.yaml.Wheres {
		if _, err := pick.ParseTags(w.Text); err != nil {
			c.add(err.Diagnostic(w.Pos))
		}
	}
	scope := expr.StepScope()
	for _, rule := range c.program.CrossCutting {
		for _, e := range rule.Expect {
			if _, err := expr.CompileCondition(e.Source, scope); err != nil {
				wrong := err.(*expr.Error)
				at := e.Pos
				if wrong.Line <= 1 {
					at.Col += max(0, wrong.Col-1)
				}
				d := diag.Errorf(diag.At(at, max(1, wrong.Len)), "expr/invalid", "%s", wrong.Message)
				d.Help = wrong.Help
				c.add(d)
			}
		}
	}
}
