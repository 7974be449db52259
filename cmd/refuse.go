package cmd

import (
	"slices"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// refuse says, before anything runs, what a stage may not do: run shell steps that nobody allowed, write or put
// load where the environment refuses it, and, for every runner but the functional one, which reports it as a
// status, run what does not run on its driver; or read what the environment does not have.
func (x *execution) refuse(s stage) error {
	plan := x.bare(s)
	host, err := session.NewHost(plan)
	if err != nil {
		return usage(err.Error(), "")
	}
	plan.Info.URL = host.EnvText("url")
	if plan.Env != nil {
		env := *plan.Env
		env.Services = slices.Clone(env.Services)
		for i := range env.Services {
			env.Services[i].Value = ir.Literal(host.EnvText(env.Services[i].Name))
		}
		plan.Env = &env
	}
	var list diag.List
	if !x.allowsShell() {
		list = append(list, shellSteps(plan)...)
	}
	if s.runner != string(ir.Functional) {
		for _, o := range obstacles(plan, ir.RunnerName(s.runner), s.fed) {
			list = append(list, o.diagnostic())
		}
	}
	if s.runner == string(ir.LoadRunner) {
		if d := runners.LoadRefusal(plan); d != nil {
			list = append(list, *d)
		}
	}
	list = append(list, lacking(plan)...)
	for _, r := range runners.Refused(plan) {
		list = append(list, r.Diagnostic(plan))
	}
	if len(list) == 0 {
		return nil
	}
	list.Sort()
	x.diagnose(list, x.target.source)
	return said(exitUsage)
}

// shellSteps points at the first step of each scenario that runs a script.
func shellSteps(p runners.Plan) diag.List {
	var list diag.List
	for _, one := range p.Selected {
		if way := shellSearch(p.Program, p.DriverOf(one)).Way(one.Scenario.Steps, -1); way != nil {
			step := way[0]
			list = append(list, diag.Errorf(diag.At(step.Pos, len([]rune(step.Text))), "shell/not-allowed", "this step runs a shell command, and shell commands are not allowed").
				WithHelp("read what it runs, then allow it: --allow shell"))
		}
	}
	return list
}
