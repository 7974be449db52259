package cmd

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/pick"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/load"
)

// stageRow is what a stage of hoops.yaml would run, and what would keep it from starting.
type stageRow struct {
	stage    *ir.Stage
	env      string
	driver   string
	selected []runners.Selected
	refusals []stageRefusal
	wrong    diag.List // why it could never start as it stands in hoops.yaml; warnings where only @wip is the reason
}

// stageRefusal is why a scenario is not run, or why the stage does not start: then it has no scenario.
type stageRefusal struct {
	scenario *ir.Scenario
	words    string
	at       diag.Pos
}

// stageRows are the stages that run scenarios, as they stand in hoops.yaml: flags are not known yet, and neither
// is an environment's address that is only known at run time.
func stageRows(t *target) []stageRow {
	p := t.program
	var list []stageRow
	for i := range p.Stages {
		s := &p.Stages[i]
		switch s.Run {
		case ir.Functional, ir.LoadRunner, ir.Probe:
			list = append(list, stageRowOf(t, s))
		}
	}
	return list
}

func stageRowOf(t *target, s *ir.Stage) stageRow {
	p := t.program
	r := stageRow{stage: s, driver: s.Driver, env: s.Env}
	if r.driver == "" {
		r.driver = "http"
	}
	env, err := environment(p, s.Env, "")
	if err != nil {
		return r // said where it is written
	}
	r.env = env.Name
	selector, wrong := pick.Compile(pick.Selection{Tags: slices.DeleteFunc([]string{env.Where, s.Where}, func(t string) bool { return t == "" })})
	if wrong != nil {
		return r
	}
	var leftOut int
	r.selected, leftOut = choose(p, selector, nil)
	if len(r.selected) == 0 {
		d := selectsNothing(t, s, env, leftOut)
		r.refuse(nil, "it selects no scenario", d.Range.Pos)
		r.wrong = append(r.wrong, d)
		return r
	}
	r.selected = driven(s.Load, r.selected)
	plan := runners.Plan{Program: p, Stage: s.Name, Driver: r.driver, Env: env, Selected: r.selected}
	fed := s.Load != nil && s.Load.Data != nil
	hindered := obstacles(plan, s.Run, fed)
	for i := range p.Features {
		for j := range p.Features[i].Scenarios {
			sc := &p.Features[i].Scenarios[j]
			if o := hindered[sc]; o != nil {
				r.refuse(sc, obstacleWords(&o.Obstacle)+": "+o.last().Text, o.last().Pos)
			}
		}
	}
	if s.Run == ir.LoadRunner {
		r.startable(p, plan)
		found := (&load.Runner{Expect: s.Expect, StopWhen: s.StopWhen}).Check(plan)
		r.wrong = append(r.wrong, found...)
		for _, d := range found {
			r.refuse(nil, d.Message, d.Range.Pos)
		}
	}
	for _, d := range lacking(plan) {
		r.refuse(nil, d.Message, d.Range.Pos)
		r.wrong = append(r.wrong, d)
	}
	address, fixed := env.URL.Constant()
	if env.URL != nil && !fixed {
		return r
	}
	plan.Info.URL = address
	if s.Run == ir.LoadRunner {
		if d := runners.LoadRefusal(plan); d != nil {
			r.refuse(nil, d.Message, d.Range.Pos)
		}
	}
	told := map[*ir.Scenario]bool{}
	for _, w := range runners.Refused(plan) {
		if !told[w.Scenario] {
			told[w.Scenario] = true
			r.refuse(w.Scenario, fmt.Sprintf("it %s: %s", w.Words(env), w.Trail[0].Text), w.Trail[0].Pos)
		}
	}
	return r
}

func (r *stageRow) refuse(s *ir.Scenario, words string, at diag.Pos) {
	r.refusals = append(r.refusals, stageRefusal{s, words, at})
}

// stagesText prints the stages, and below each what it cannot run.
func stagesText(b *strings.Builder, rows []stageRow) {
	if len(rows) == 0 {
		return
	}
	var wide [4]int
	cells := func(r stageRow) [4]string {
		return [4]string{diag.Printable(r.stage.Name), string(r.stage.Run), r.driver, diag.Printable(r.env)}
	}
	for _, r := range rows {
		for i, cell := range cells(r) {
			wide[i] = max(wide[i], utf8.RuneCountInString(cell))
		}
	}
	b.WriteString("Stages\n")
	for _, r := range rows {
		b.WriteString("  ")
		for i, cell := range cells(r) {
			b.WriteString(padded(cell, wide[i]) + "  ")
		}
		fmt.Fprintf(b, "%s\n", counted(r.scenarios(), "scenario"))
		for _, no := range r.refusals {
			name := ""
			if no.scenario != nil {
				name = diag.Printable(no.scenario.Name) + ": "
			}
			fmt.Fprintf(b, "      – %s%s (%s)\n", name, diag.Printable(no.words), no.at)
		}
		if len(r.refusals) > 0 && (r.stage.Run != ir.Functional || len(r.selected) == 0 || r.wrong.HasErrors()) {
			b.WriteString("      it would not start\n")
		}
	}
	b.WriteString("\n")
}

// scenarios is how many a stage selects; an outline is one.
func (r *stageRow) scenarios() int {
	seen := map[*ir.Scenario]bool{}
	for _, s := range r.selected {
		seen[s.Scenario] = true
	}
	return len(seen)
}

type checkedStage struct {
	Name        string           `json:"name"`
	Run         string           `json:"run"`
	Driver      string           `json:"driver"`
	Environment string           `json:"environment"`
	Scenarios   []string         `json:"scenarios"` // their ids
	Refused     []checkedRefusal `json:"refused,omitempty"`
}

type checkedRefusal struct {
	Scenario string   `json:"scenario,omitempty"` // its id; none where the stage as a whole is refused
	Message  string   `json:"message"`
	Pos      diag.Pos `json:"pos"`
}

func (r *stageRow) checked() checkedStage {
	out := checkedStage{Name: r.stage.Name, Run: string(r.stage.Run), Driver: r.driver, Environment: r.env, Scenarios: []string{}}
	for _, s := range r.selected {
		if !slices.Contains(out.Scenarios, s.Scenario.ID) {
			out.Scenarios = append(out.Scenarios, s.Scenario.ID)
		}
	}
	for _, no := range r.refusals {
		c := checkedRefusal{Message: no.words, Pos: no.at}
		if no.scenario != nil {
			c.Scenario = no.scenario.ID
		}
		out.Refused = append(out.Refused, c)
	}
	return out
}
