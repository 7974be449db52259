package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

func (a *app) checkCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "check [DIR | FILE.hoops]",
		Short: "Compile, and say what runs where, what is promised, and what is wrong",
		Args:  atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usage(fmt.Sprintf("unknown format %q", format), "hoops check prints text or json")
			}
			t, err := a.open(args)
			if err != nil {
				return err
			}
			return a.check(t, format)
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "text", "print `text or json`")
	return c
}

// check prints what a program is: which scenario runs on which driver, the clauses as they were read, what is
// tagged safe. A scenario that runs nowhere is an error.
func (a *app) check(t *target, format string) error {
	m := newMatrix(t.program)
	stages := stageRows(t)
	if t.result != nil {
		a.diagnose(t.result.Advice(), t.source)
	}
	if format == "json" {
		e := json.NewEncoder(a.stdio.Out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(checkedOf(t, m)); err != nil {
			return harness(err, "")
		}
	} else {
		var b strings.Builder
		m.print(&b)
		stagesText(&b, stages)
		clausesText(&b, t.program)
		safeText(&b, t.program)
		fmt.Fprintf(&b, "%s\n", summary(t.program))
		if len(m.idle) > 0 {
			fmt.Fprintf(&b, "no scenario runs on %s\n", strings.Join(m.idle, " or "))
		}
		fmt.Fprintf(&b, "digest %s\n", t.digest)
		if _, err := io.WriteString(a.stdio.Out, b.String()); err != nil {
			return harness(err, "")
		}
	}
	if nowhere := m.nowhere(); len(nowhere) > 0 {
		a.diagnose(nowhere, t.source)
		verb := "run"
		if len(nowhere) == 1 {
			verb = "runs"
		}
		return &failure{exitUsage, fmt.Sprintf("%s %s on no driver", counted(len(nowhere), "scenario"), verb), ""}
	}
	var wrong diag.List
	for _, s := range stages {
		wrong = append(wrong, s.wrong...)
	}
	wrong.Sort()
	a.diagnose(wrong, t.source)
	wrong = slices.DeleteFunc(wrong, func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
	if len(wrong) > 0 {
		return &failure{exitUsage, counted(len(wrong), "error"), ""}
	}
	return nil
}

// summary counts what there is.
func summary(p *ir.Program) string {
	scenarios, clauses, bound := 0, 0, 0
	for _, f := range p.Features {
		scenarios += len(f.Scenarios)
		for _, c := range f.Clauses {
			clauses++
			if c.Unbound == "" {
				bound++
			}
		}
	}
	s := counted(len(p.Features), "feature") + ", " + counted(scenarios, "scenario") + ", " + counted(clauses, "promise")
	if clauses > 0 {
		s += fmt.Sprintf(" (%d can be judged)", bound)
	}
	return s
}

// clausesText prints what is promised: bound clauses as they were read, unbound ones with what could be written.
func clausesText(b *strings.Builder, p *ir.Program) {
	for _, f := range p.Features {
		for _, c := range f.Clauses {
			fmt.Fprintf(b, "promise: %s  %s\n", diag.Printable(c.Text), c.Pos)
			for _, claim := range c.Claims {
				as := "read as"
				if claim.Guardrail {
					as = "as long as"
				}
				fmt.Fprintf(b, "  %s: %s\n", as, diag.Printable(claim.Reading))
			}
			if c.Unbound != "" {
				fmt.Fprintf(b, "  cannot be judged: %s\n", diag.Printable(c.Unbound))
				for _, r := range c.Rewrites {
					fmt.Fprintf(b, "  could be: %s\n", diag.Printable(r))
				}
				if c.Stub != "" {
					fmt.Fprintf(b, "  with a measure in hoops.yaml:\n    %s\n", strings.ReplaceAll(strings.TrimRight(c.Stub, "\n"), "\n", "\n    "))
				}
			}
			b.WriteString("\n")
		}
	}
}

// safeText lists what may write where nothing else may.
func safeText(b *strings.Builder, p *ir.Program) {
	any := false
	for _, f := range p.Features {
		for _, s := range f.Scenarios {
			if tagged(&s, "@safe-in-production") {
				fmt.Fprintf(b, "safe in production: %s  %s\n", diag.Printable(s.Name), s.Pos)
				any = true
			}
		}
	}
	if any {
		b.WriteString("\n")
	}
}

func tagged(s *ir.Scenario, name string) bool {
	for _, t := range s.Tags {
		if t.Name == name {
			return true
		}
	}
	return false
}

// checked is what check says, for machines.
type checked struct {
	Project  string           `json:"project"`
	Digest   string           `json:"digest"`
	Drivers  []string         `json:"drivers"`
	Features []checkedFeature `json:"features"`
	Stages   []checkedStage   `json:"stages"`
	Warnings diag.List        `json:"warnings"`
}

type checkedFeature struct {
	Path      string            `json:"path"`
	Name      string            `json:"name"`
	Scenarios []checkedScenario `json:"scenarios"`
	Promises  []checkedPromise  `json:"promises,omitempty"`
}

type checkedScenario struct {
	ID        string            `json:"id"`
	Name      string            `json:"name"`
	Line      int               `json:"line"`
	Rows      int               `json:"rows,omitempty"`
	Tags      []string          `json:"tags,omitempty"`
	Runs      []string          `json:"runs"`
	Obstacles []checkedObstacle `json:"obstacles,omitempty"`
}

type checkedObstacle struct {
	Driver  string   `json:"driver"`
	Runner  string   `json:"runner,omitempty"` // none where no runner can run it
	Data    bool     `json:"data,omitempty"`   // only where data replaces the rows
	Status  string   `json:"status"`
	Message string   `json:"message"`
	Step    string   `json:"step"` // the tag, where that is the obstacle
	Pos     diag.Pos `json:"pos"`
}

type checkedPromise struct {
	Text     string   `json:"text"`
	Line     int      `json:"line"`
	Readings []string `json:"readings,omitempty"`
	Measures []string `json:"measures,omitempty"`
	Unbound  string   `json:"unbound,omitempty"`
}

func checkedOf(t *target, m *matrix) checked {
	out := checked{Project: t.program.Project, Digest: t.digest, Drivers: m.drivers, Features: []checkedFeature{}}
	if out.Drivers == nil {
		out.Drivers = []string{}
	}
	for i := range t.program.Features {
		f := &t.program.Features[i]
		one := checkedFeature{Path: f.Path, Name: f.Name, Scenarios: []checkedScenario{}}
		for _, c := range f.Clauses {
			promise := checkedPromise{Text: c.Text, Line: c.Pos.Line, Unbound: c.Unbound}
			for _, claim := range c.Claims {
				promise.Readings = append(promise.Readings, claim.Reading)
				promise.Measures = append(promise.Measures, claim.Measure)
			}
			one.Promises = append(one.Promises, promise)
		}
		for _, r := range m.rows {
			if r.feature == f {
				one.Scenarios = append(one.Scenarios, r.checked(m.drivers))
			}
		}
		out.Features = append(out.Features, one)
	}
	out.Stages = []checkedStage{}
	for _, r := range stageRows(t) {
		out.Stages = append(out.Stages, r.checked())
	}
	out.Warnings = diag.List{}
	if t.result != nil {
		out.Warnings = append(append(out.Warnings, t.result.Diagnostics...), t.result.Advice()...)
	}
	return out
}

func (r matrixRow) checked(drivers []string) checkedScenario {
	s := checkedScenario{ID: r.scenario.ID, Name: r.scenario.Name, Line: r.scenario.Pos.Line, Rows: len(r.scenario.Rows), Runs: []string{}}
	for _, t := range r.scenario.Tags {
		s.Tags = append(s.Tags, t.Name)
	}
	for i, c := range r.cells {
		switch {
		case c.runs:
			s.Runs = append(s.Runs, drivers[i])
		case c.pinned != nil:
			s.Obstacles = append(s.Obstacles, checkedObstacle{Driver: drivers[i], Status: "pinned", Message: "pinned to " + pinnedTo(c.pinned), Step: c.pinned.Name, Pos: c.pinned.Pos})
		case c.obstacle != nil:
			s.Obstacles = append(s.Obstacles, c.obstacle.checked(""))
		}
		if c.unfed != nil && c.runs {
			unfed := c.unfed.checked(ir.LoadRunner)
			unfed.Data = true
			s.Obstacles = append(s.Obstacles, unfed)
		}
	}
	return s
}

func (o *obstacle) checked(runner ir.RunnerName) checkedObstacle {
	return checkedObstacle{Driver: o.Driver, Runner: string(runner), Status: o.Status, Message: o.Message, Step: o.last().Text, Pos: o.last().Pos}
}
