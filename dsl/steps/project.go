package steps

import (
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// ProjectTemplate makes a template of a text of hoops.yaml. It may read env, secret, param and run, of env and param
// what is declared: nothing of a scenario.
func ProjectTemplate(text string, at diag.Pos, place ir.Place, params, env []string) (ir.Template, diag.List) {
	p, wrong := cut(oneLine(text, at), nil)
	if wrong != nil {
		return nil, diag.List{*wrong}
	}
	t := p.template(everywhere(place))
	if place == ir.URLText {
		t = p.urlTemplate()
	}
	names := projectNames()
	names.Declare(params, env)
	var all diag.List
	for i := range t {
		if t[i].Expr == "" {
			continue
		}
		program, e := names.Program(t[i].Expr)
		if e != nil {
			all = append(all, diagnosed(e, t[i].Pos))
			continue
		}
		t[i].Origin = names.origin(program)
	}
	return t, all
}

func projectNames() *Names {
	n := NewNames(nil)
	for name := range n.scope.Values {
		switch name {
		case "env", "secret", "param", "run":
		default:
			delete(n.scope.Values, name)
		}
	}
	n.scope.Funcs = map[string]expr.Func{}
	return n
}
