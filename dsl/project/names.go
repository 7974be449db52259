package project

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// made refuses, in each environment, values of env that are made of themselves, or of others that it does not have.
// The order in which they are written does not matter.
func (b *builder) made() {
	environments := b.Environments
	if len(environments) == 0 {
		environments = []ir.Environment{{}}
	}
	told := map[diag.Pos]bool{}
	for i := range environments {
		e := &environments[i]
		all := e.Named(b.Vars)
		if circle := ir.Circle(all); circle != nil {
			at := reading(circle[0].Value, circle[1].Name)
			if told[at.Pos] {
				continue
			}
			told[at.Pos] = true
			var names []string
			for _, v := range circle {
				names = append(names, "env."+v.Name)
			}
			help(b.fail(at, codeValue, "env.%s is made of itself: %s", circle[0].Name, strings.Join(names, " → ")), "write one of them out")
			continue
		}
		for _, v := range append(all, others(e)...) {
			for _, name := range v.Value.EnvNames() {
				at := reading(v.Value, name)
				known := name == "url" || slices.ContainsFunc(all, func(o ir.Var) bool { return o.Name == name })
				if known || told[at.Pos] || !slices.Contains(b.Known.Env, name) { // else it is known nowhere, and said so
					continue
				}
				told[at.Pos] = true
				what := v.Name
				if !v.Pos.IsZero() {
					what = "env." + what
				}
				d := b.fail(at, codeValue, "%s is made of env.%s, which environment %s does not have", what, name, e.Name)
				help(d, "give it a value under vars of %s, or one for all under the vars of the project", e.Name)
			}
		}
	}
}

// others are the values of an environment that have no name in env.
func others(e *ir.Environment) []ir.Var {
	list := []ir.Var{{Name: "proxy", Value: e.Proxy}, {Name: "openmetrics", Value: e.OpenMetrics}, {Name: "prometheus", Value: e.Prometheus}}
	for _, h := range e.Headers {
		list = append(list, ir.Var{Name: "the header " + h.Name, Value: h.Value})
	}
	if a := e.Auth; a != nil {
		list = append(list, ir.Var{Name: "user", Value: a.User}, ir.Var{Name: "password", Value: a.Password}, ir.Var{Name: "bearer", Value: a.Bearer})
	}
	if t := e.TLS; t != nil {
		list = append(list, ir.Var{Name: "ca", Value: t.CA}, ir.Var{Name: "cert", Value: t.Cert}, ir.Var{Name: "key", Value: t.Key})
	}
	return list
}

// reading is the place where a template reads a name of env.
func reading(t ir.Template, name string) diag.Range {
	for _, part := range t {
		if slices.Contains(ir.EnvNames(part.Expr), name) {
			return diag.At(part.Pos, utf8.RuneCountInString(part.Expr))
		}
	}
	return diag.Range{}
}
