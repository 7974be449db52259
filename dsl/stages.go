package dsl

import (
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/feed"
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
			stop := *s.StopWhen
			stop.Source, _ = rate.Hold(stop.Source)
			c.condition(stop, gate)
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

// data checks the files that replace the rows of outlines: that each can be read, and has the columns of every
// outline that its stage selects.
func (c *compiler) data() {
	for i := range c.program.Stages {
		s := &c.program.Stages[i]
		if s.Load == nil || s.Load.Data == nil || c.in.Read == nil {
			continue
		}
		path := s.Load.Data.File
		content, err := c.in.Read(path)
		if err != nil {
			continue // said when it was embedded
		}
		table, wrong := feed.Read(path, string(content))
		if wrong != nil {
			c.result.sources[path] = string(content)
			c.add(wrong.WithNote(diag.At(s.Load.Data.Pos, len([]rune(path))), "it is read for this stage"))
			continue
		}
		c.dataColumns(s, table)
	}
}

func (c *compiler) dataColumns(s *ir.Stage, table *feed.Table) {
	ask := pick.Selection{Tags: []string{s.Where}}
	for _, e := range c.program.Environments {
		if e.Name == s.Env {
			ask.Tags = append(ask.Tags, e.Where)
		}
	}
	ask.Tags = slices.DeleteFunc(ask.Tags, func(t string) bool { return t == "" })
	selector, wrong := pick.Compile(ask)
	if wrong != nil {
		return // said where it stands
	}
	for i := range c.program.Features {
		for j := range c.program.Features[i].Scenarios {
			sc := &c.program.Features[i].Scenarios[j]
			missing := table.Missing(sc.Columns)
			selected := func(r ir.Row) bool {
				var tags []string
				for _, t := range r.Tags {
					tags = append(tags, t.Name)
				}
				return selector.Match(pick.Candidate{Tags: tags})
			}
			if missing == "" || !slices.ContainsFunc(sc.Rows, selected) {
				continue
			}
			d := diag.Errorf(diag.At(s.Load.Data.Pos, len([]rune(s.Load.Data.File))), "load/columns", "the data file %s has no column %q, which %q reads", s.Load.Data.File, missing, sc.Name).
				WithHelp("its columns are %s", strings.Join(table.Columns, ", "))
			c.add(d.WithNote(diag.At(sc.Pos, 1), "the outline is here"))
		}
	}
}
