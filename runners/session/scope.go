package session

import (
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// ScopeOf is what the expressions of a program may read at run time. It is wide: whether a name can have been
// kept before it is read was checked when the program was compiled.
func ScopeOf(p *ir.Program) expr.Scope {
	scope := expr.StepScope()
	scope.Values["any"] = expr.Any // of "the response has JSON:"
	for _, d := range p.Definitions {
		for _, param := range d.Params {
			if param.Name != "" {
				scope.Values[param.Name] = expr.Any
			}
		}
	}
	ir.WalkSteps(p, func(s *ir.Step) {
		for _, b := range s.Bindings {
			if k, ok := b.Op.(*ir.Keep); ok {
				scope.Values[k.Name] = expr.Any
			}
		}
	})
	// An @each definition reads the columns of its callers' tables as parameters.
	ir.WalkSteps(p, func(s *ir.Step) {
		if len(s.Table) == 0 {
			return
		}
		for _, cell := range s.Table[0] {
			if name, ok := cell.Constant(); ok {
				scope.Values[name] = expr.Any
			}
		}
	})
	return scope
}
