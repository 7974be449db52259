package dsl

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/feed"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/pick"
	"github.com/cucumber-value/hoops/dsl/project"
	"github.com/cucumber-value/hoops/dsl/rate"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// stages checks what hoops.yaml says in other languages: tag expressions, expressions and rates.
func (c *compiler) stages() {
	for _, w := range c.yaml.Wheres {
		if _, err := pick.ParseTags(w.Text); err != nil {
			d := err.Diagnostic(w.Pos)
			d.Range = project.Written(c.line(w.Pos), w.Pos, d.Range)
			c.add(d)
		}
	}
	step := steps.DeclaredScope(c.yaml.Known.Params, c.yaml.Known.Env)
	for _, rule := range c.program.CrossCutting {
		for _, e := range rule.Expect {
			c.condition(e, step)
		}
	}
	gate := expr.GateScope()
	for _, s := range c.program.Stages {
		c.mix(&s)
		gates := s.Expect
		if s.StopWhen != nil {
			stop := *s.StopWhen
			stop.Source, _ = rate.Hold(stop.Source)
			gates = append(slices.Clip(gates), stop)
		}
		for _, e := range gates {
			if p := c.condition(e, gate); p != nil {
				c.pages(&s, e, p)
			}
		}
	}
}

// WhereOf is the place of a stage's where, or of the stage where that cannot be told.
func (r *Result) WhereOf(s *ir.Stage) diag.Range {
	at := diag.Range{Pos: s.Pos}
	for _, w := range r.wheres { // the first one behind the stage's name is its own
		if w.Text == s.Where && w.Pos.File == s.Pos.File && s.Pos.Less(w.Pos) && (at.Pos == s.Pos || w.Pos.Less(at.Pos)) {
			at = diag.At(w.Pos, len([]rune(w.Text)))
		}
	}
	return at
}

// condition checks an expression of hoops.yaml that must be true or false; nil when it is not.
func (c *compiler) condition(e ir.Expression, scope expr.Scope) *expr.Program {
	p, err := expr.CompileCondition(e.Source, scope)
	if err == nil {
		return p
	}
	wrong := err.(*expr.Error) // as it always is
	d := diag.Errorf(c.spanIn(e, wrong.Span), "expr/invalid", "%s", wrong.Message)
	d.Help = wrong.Help
	c.add(d)
	return nil
}

// spanIn is a part of an expression of hoops.yaml. Lines behind the first are not where the file has them.
func (c *compiler) spanIn(e ir.Expression, s expr.Span) diag.Range {
	at := e.Pos
	if s.Line > 1 {
		return diag.At(at, max(1, s.Len))
	}
	at.Col += max(0, s.Col-1)
	return project.Written(c.line(at), e.Pos, diag.At(at, max(1, s.Len)))
}

// line is that of a position.
func (c *compiler) line(at diag.Pos) string {
	text, _ := diag.LineOf(c.result.sources[at.File], at.Line)
	return text
}

// pages refuses a gate that reads the vitals of pages in a stage where no scenario has any.
func (c *compiler) pages(s *ir.Stage, e ir.Expression, p *expr.Program) {
	at, reads := expr.PageIn(p)
	if !reads || s.Driver == "browser" || s.Load != nil && slices.ContainsFunc(s.Load.Mix, func(m ir.Share) bool { return m.Driver == "browser" }) {
		return
	}
	tagged := func(list []ir.Tag) bool {
		return slices.ContainsFunc(list, func(t ir.Tag) bool { return t.Name == "@driver:browser" })
	}
	for _, f := range c.program.Features {
		for _, sc := range f.Scenarios {
			if tagged(sc.Tags) || slices.ContainsFunc(sc.Rows, func(r ir.Row) bool { return tagged(r.Tags) }) {
				return // whether it is selected is known when the load begins
			}
		}
	}
	c.add(diag.Errorf(c.spanIn(e, at), "load/page", "stage %s drives everything over %s, which has no page", s.Name, cmp.Or(s.Driver, "http")).
		WithHelp("say driver: browser in the stage or in an item of its mix, tag a scenario @driver:browser, or judge what requests take"))
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
			if !slices.ContainsFunc(sc.Rows, selected) {
				continue
			}
			if missing == "" {
				c.dataFiles(s, table, sc)
				continue
			}
			d := diag.Errorf(diag.At(s.Load.Data.Pos, len([]rune(s.Load.Data.File))), "load/columns", "the data file %s has no column %q, which %q reads", s.Load.Data.File, missing, sc.Name).
				WithHelp("its columns are %s", strings.Join(table.Columns, ", "))
			c.add(d.WithNote(diag.At(sc.Pos, 1), "the outline is here"))
		}
	}
}
