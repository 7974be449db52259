package cmd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/pick"
	"github.com/cucumber-value/hoops/runners"
)

// selection is the flags that say which scenarios run. They narrow, never widen.
type selection struct {
	tags  []string
	names []string
}

func (s *selection) flags(f *pflag.FlagSet) {
	f.StringArrayVarP(&s.tags, "tags", "t", nil, "run only what the tag expression `TAGS` selects: '@journey and not @slow'")
	f.StringArrayVar(&s.names, "name", nil, "run only scenarios whose name contains `TEXT`")
}

// where is a tag expression of hoops.yaml, whose it is, and where that stands.
type where struct {
	tags, of string
	at       diag.Pos
}

func whereOf(e *ir.Environment) where { return where{e.Where, "environment " + e.Name, e.Pos} }

func whereOfStage(s *ir.Stage) where { return where{s.Where, "stage " + s.Name, s.Pos} }

// selected are the scenarios and rows that the flags, the arguments, and the tag expressions of environment and
// stage leave. Nothing selected is an error.
func (a *app) selected(t *target, s selection, wheres ...where) ([]runners.Selected, error) {
	ask := pick.Selection{Names: s.names, Places: t.places}
	wheres = slices.DeleteFunc(wheres, func(w where) bool { return w.tags == "" })
	for _, w := range wheres {
		ask.Tags = append(ask.Tags, w.tags)
	}
	ask.Tags = append(ask.Tags, s.tags...)
	selector, wrong := pick.Compile(ask)
	if wrong != nil {
		at := diag.Pos{File: "--tags", Line: 1, Col: 1}
		a.diagnose(diag.List{wrong.Diagnostic(at)}, func(string) string { return wrong.Expr })
		return nil, said(exitUsage)
	}
	list, leftOut := choose(t.program, selector, s.names)
	if len(list) == 0 {
		return nil, nothing(t.program, ask, wheres, leftOut)
	}
	return list, nil
}

// choose is what a selector leaves of a program, and how many scenarios it leaves out because they are @wip.
func choose(p *ir.Program, selector *pick.Selector, names []string) (list []runners.Selected, leftOut int) {
	for i := range p.Features {
		f := &p.Features[i]
		for j := range f.Scenarios {
			sc := &f.Scenarios[j]
			c := pick.Candidate{Path: f.Path, Name: sc.Name, Feature: f.Pos.Line, Rule: sc.RuleLine, From: sc.From, To: sc.To}
			for _, r := range sc.Rows {
				c.Rows = append(c.Rows, r.Pos.Line)
				if r.From > 0 && !slices.Contains(c.Blocks, r.From) {
					c.Blocks = append(c.Blocks, r.From)
				}
			}
			try := func(row int) {
				one := runners.Selected{Feature: f, Scenario: sc, Row: row}
				c.Tags = one.TagNames()
				if row >= 0 {
					c.Row, c.Block = sc.Rows[row].Pos.Line, sc.Rows[row].From
				}
				written, called := c, c
				if row >= 0 && len(names) > 0 {
					called.Name = runners.RowNames(sc)[row] // as reports call it
				}
				switch {
				case selector.Match(written) || selector.Match(called):
					list = append(list, one)
				case selector.LeftOut(c):
					leftOut++
				}
			}
			switch {
			case len(sc.Steps) == 0:
			case !sc.Outline:
				try(-1)
			default:
				for r := range sc.Rows {
					try(r)
				}
			}
		}
	}
	return list, leftOut
}

// nothing explains why nothing is selected. The first tag expressions asked for are those of hoops.yaml.
func nothing(p *ir.Program, ask pick.Selection, wheres []where, leftOut int) error {
	var why []string
	for i, e := range ask.Tags {
		tags := "tags " + e
		if i < len(wheres) {
			tags += fmt.Sprintf(" (where of %s, %s)", wheres[i].of, wheres[i].at)
		}
		why = append(why, tags)
	}
	for _, n := range ask.Names {
		why = append(why, fmt.Sprintf("name %q", n))
	}
	for _, l := range ask.Places {
		place := l.Path
		if l.Line > 0 {
			place = fmt.Sprintf("%s:%d", l.Path, l.Line)
		}
		why = append(why, place)
	}
	message := "nothing is selected"
	if len(why) > 0 {
		message += ": no scenario has " + strings.Join(why, " and ")
	}
	return usage(message, remedy(p, ask, leftOut))
}

// remedy is what would select something.
func remedy(p *ir.Program, ask pick.Selection, leftOut int) string {
	if leftOut > 0 {
		return "@wip is left out; add -t @wip to run it"
	}
	known := tagNames(p)
	for _, e := range ask.Tags {
		if near := diag.Closest(e, known); near != "" && near != e {
			return fmt.Sprintf("did you mean %s?", near)
		}
	}
	for _, l := range ask.Places {
		if lines := linesOf(p, l.Path); l.Line > 0 && lines != "" {
			return fmt.Sprintf("scenarios of %s begin at line %s", l.Path, lines)
		}
		if strings.HasSuffix(l.Path, ".steps.feature") {
			return "it holds step definitions; hoops steps lists them, and hoops check the scenarios"
		}
	}
	switch {
	case len(ask.Tags) > 0 && len(known) > 0:
		return "tags in this project: " + strings.Join(first(known, 12), " ")
	case len(ask.Tags)+len(ask.Names)+len(ask.Places) > 0:
		return "hoops check lists the scenarios"
	}
	return "write a scenario with steps in a *.feature file"
}

// linesOf are the lines at which a feature's scenarios begin.
func linesOf(p *ir.Program, path string) string {
	var lines []string
	for _, f := range p.Features {
		if f.Path != path {
			continue
		}
		for _, s := range f.Scenarios {
			lines = append(lines, strconv.Itoa(s.Pos.Line))
		}
	}
	return strings.Join(first(lines, 12), ", ")
}

// first are the first n of a list, with a sign that there are more.
func first(list []string, n int) []string {
	if len(list) <= n {
		return list
	}
	return append(slices.Clone(list[:n]), "…")
}

// tagNames are the tags of a program, sorted.
func tagNames(p *ir.Program) []string {
	var names []string
	add := func(tags []ir.Tag) {
		for _, t := range tags {
			if !slices.Contains(names, t.Name) {
				names = append(names, t.Name)
			}
		}
	}
	for _, f := range p.Features {
		for _, s := range f.Scenarios {
			add(s.Tags)
			for _, r := range s.Rows { // with those of its Examples
				add(r.Tags)
			}
		}
	}
	slices.Sort(names)
	return names
}
