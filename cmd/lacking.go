package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// lacking says which names of env the selected scenarios read and their environment does not have, each once: no
// data would be there, and the first scenarios would have run in vain.
func lacking(plan runners.Plan) diag.List {
	var list diag.List
	known := plan.Env.Named(plan.Program.Vars)
	told, called := map[string]bool{}, map[ir.Called]bool{}
	for _, one := range plan.Selected {
		plan.Program.ReadsEnv(one.Scenario.Steps, plan.DriverOf(one), one.Row, called, func(name string, trail []*ir.Step) {
			if told[name] || slices.ContainsFunc(known, func(v ir.Var) bool { return v.Name == name }) {
				return
			}
			told[name] = true
			last := trail[len(trail)-1]
			d := diag.Errorf(trail[0].Range(), "project/not-in-environment", "%q reads env.%s, and environment %s does not have it", one.Scenario.Name, name, plan.Env.Name)
			if last != trail[0] {
				d = d.WithNote(last.Range(), "in this step: %s", last.Words())
			}
			list = append(list, d.WithHelp("%s", whoHas(plan.Program, name, plan.Env)))
		})
	}
	return list
}

// whoHas says which environments have a name of env.
func whoHas(p *ir.Program, name string, env *ir.Environment) string {
	if name == "url" {
		return "give the environment a url, or run with --url"
	}
	var with []string
	for i := range p.Environments {
		e := &p.Environments[i]
		if slices.ContainsFunc(e.Named(nil), func(v ir.Var) bool { return v.Name == name }) {
			with = append(with, e.Name)
		}
	}
	give := fmt.Sprintf("give it a value under vars of %s, or one for all under the project's vars", env.Name)
	if len(with) == 0 {
		return give
	}
	return "the environments that have it: " + strings.Join(with, ", ") + "; " + give
}
