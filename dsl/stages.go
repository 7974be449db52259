package dsl

import (
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/pick"
	"github.com/cucumber-value/hoops/dsl/rate"
)

// stages checks what hoops.yaml says in other languages: tag expressions, expressions and rates.
func (c *compiler) stages() {
	for _, w := range c.yaml.Wheres {
		if _, err := pick.ParseTags(w.Text); err != nil {
			c.add(err.Diagnostic(w.Pos))
		}
	}
	step := expr.StepScope()
	for _, rule := range c.program.CrossCutting {
		for _, e := range rule.Expect {
			c.condition(e, step)
		}
	}
	gate := expr.GateScope()
	for _, s := range c.program.Stages {
		for _, e := range s.Expect {
			c.condition(e, gate)
		}
		if s.StopWhen != nil {
			c.condition(*s.StopWhen, gate)
		}
		if s.Load != nil {
			c.rate(&s)
		}
	}
}

// condition checks an expression of hoops.yaml that must be true or false.
func (c *compiler) condition(e ir.Expression, scope expr.Scope) {
	_, err := expr.CompileCondition(e.Source, scope)
	if err == nil {
		return
	}
	wrong := err.(*expr.Error) // as it always is
	at := e.Pos
	if wrong.Line <= 1 {
		at.Col += max(0, wrong.Col-1)
	}
	d := diag.Errorf(diag.At(at, max(1, wrong.Len)), "expr/invalid", "%s", wrong.Message)
	d.Help = wrong.Help
	c.add(d)
}

// rate checks a rate that is written out; one with ${param.…} is known when it runs.
func (c *compiler) rate(s *ir.Stage) {
	words, fixed := s.Load.Rate.Constant()
	if !fixed || words == "" {
		return
	}
	_, wrong := rate.ParseProfile(words)
	if wrong == nil {
		return
	}
	d := diag.Errorf(diag.At(s.Pos, len([]rune(s.Name))), "load/rate", "the rate %q: %s", words, wrong.Message)
	if wrong.Help != "" {
		d = d.WithHelp("%s", wrong.Help)
	}
	c.add(d)
}
