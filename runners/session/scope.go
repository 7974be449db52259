package session

import (
	"slices"
	"strings"

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
	var kept []*ir.Keep
	ir.WalkSteps(p, func(s *ir.Step) {
		for i := range s.Bindings {
			if k, ok := s.Bindings[i].Op.(*ir.Keep); ok {
				scope.Values[k.Name] = expr.Any
				kept = append(kept, k)
			}
		}
		if len(s.Table) == 0 {
			return
		}
		for _, cell := range s.Table[0] { // an @each definition reads the columns of its callers' tables as parameters
			if name, ok := cell.Constant(); ok {
				scope.Values[name] = expr.Any
			}
		}
	})
	hide(kept, &scope)
	return scope
}

// hide notes the names of kept values that are made of a cookie or of a header that tells who somebody is: they are
// not shown where they are explained.
func hide(kept []*ir.Keep, scope *expr.Scope) {
	scope.Hidden = map[string]bool{}
	suspects := []string{"cookie", "header", "authorization"} // before anything is compiled: most keep neither
	for grown := true; grown; {
		grown = false
		for _, k := range kept {
			if scope.Hidden[k.Name] || !slices.ContainsFunc(suspects, func(s string) bool { return contains(k.Expr, s) }) {
				continue
			}
			if e, err := expr.Compile(k.Expr, *scope); err == nil && e.Hides() {
				scope.Hidden[k.Name], grown = true, true
				suspects = append(suspects, k.Name)
			}
		}
	}
}

func contains(text, word string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(word))
}
