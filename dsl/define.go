package dsl

import (
	"slices"
	"strings"
	"unicode"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/gherkin"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// knownDrivers are the drivers there are; which of them a run has is cmd's affair.
var knownDrivers = []string{"http", "browser", "shell"}

// define makes definitions of the scenarios of *.steps.feature files.
func (c *compiler) define(docs []*gherkin.Document) {
	for _, doc := range docs {
		f := doc.Feature
		driver := c.driverTag(f.Tags)
		c.incomplete(f.Tags)
		c.scenarioTags(f.Tags)
		for _, b := range backgrounds(f) {
			c.add(diag.Errorf(diag.At(b.Pos, len([]rune(b.Keyword))), "steps/file", "a file of step definitions holds Feature and Scenario only, found %s", b.Keyword).
				WithHelp("write these steps into the definitions that need them"))
		}
		for _, r := range f.Rules {
			c.add(diag.Errorf(diag.At(r.Pos, len([]rune(r.Keyword))), "steps/file", "a file of step definitions holds Feature and Scenario only, found %s", r.Keyword).
				WithHelp("write its scenarios without it"))
		}
		for _, s := range f.Scenarios {
			if s.Outline() {
				c.add(diag.Errorf(diag.At(s.Examples[0].Pos, len([]rune(s.Examples[0].Keyword))), "steps/file", "a definition has no examples").
					WithHelp("what changes from call to call is a parameter of its pattern: {name:string}"))
				continue
			}
			d := &steps.Definition{Definition: ir.Definition{Pattern: s.Name, Driver: driver, Pos: s.NamePos}}
			c.definitionTags(d, f.Tags, s.Tags)
			c.scenarioTags(s.Tags)
			if own := c.driverTag(s.Tags); own != "" {
				d.Driver = own
			}
			d.Lines = lines(s.Steps, false)
			c.list = append(c.list, c.library.Define(d)...)
		}
	}
	c.list = append(c.list, c.library.PairUndos()...)
	c.declared = []string{"http"}
	more := c.library.Drivers()
	for _, s := range c.program.Stages {
		more = append(more, s.Driver)
		if s.Load != nil {
			for _, m := range s.Load.Mix {
				more = append(more, m.Driver)
			}
		}
	}
	for _, d := range more {
		if d != "" && !slices.Contains(c.declared, d) {
			c.declared = append(c.declared, d)
		}
	}
}

// driverTag is the driver that a @driver: tag names, "" without one.
func (c *compiler) driverTag(tags []gherkin.Tag) string {
	driver := ""
	for _, t := range tags {
		name, ok := strings.CutPrefix(t.Name, "@driver:")
		if !ok {
			continue
		}
		if !slices.Contains(knownDrivers, name) {
			d := diag.Errorf(diag.At(t.Pos, len([]rune(t.Name))), "steps/driver", "unknown driver %q", name).
				WithHelp("drivers are %s", strings.Join(knownDrivers, ", "))
			if near := diag.Closest(name, knownDrivers); near != "" {
				d = d.WithHelp("did you mean @driver:%s?", near)
			}
			c.add(d)
			continue
		}
		if driver != "" && driver != name {
			c.add(diag.Errorf(diag.At(t.Pos, len([]rune(t.Name))), "steps/driver", "two drivers: %s and %s", driver, name).
				WithHelp("write one file of definitions for each driver"))
		}
		driver = name
	}
	return driver
}

// lines are steps in the form that package steps binds.
func lines(list []*gherkin.Step, background bool) []steps.Line {
	out := make([]steps.Line, 0, len(list))
	for _, s := range list {
		l := steps.Line{Keyword: s.Keyword, Text: s.Text, Pos: s.TextPos, Background: background}
		if s.DocString != nil {
			l.Doc = &steps.Doc{Media: s.DocString.MediaType, Content: s.DocString.Content, Pos: s.DocString.Pos, At: s.DocString.At}
		}
		if s.Table != nil {
			l.Table = &steps.Table{Pos: s.Table.Pos}
			for _, r := range s.Table.Rows {
				l.Table.Rows = append(l.Table.Rows, cells(r.Cells))
			}
		}
		out = append(out, l)
	}
	return out
}

func cells(list []gherkin.Cell) []steps.Cell {
	out := make([]steps.Cell, len(list))
	for i, cell := range list {
		out[i] = steps.Cell{Text: cell.Value, Pos: cell.Pos}
	}
	return out
}

// bodies binds the steps of every definition: for its driver, or for each if it is neutral. A body that does not
// run on its own driver is an error, whether a scenario reaches it or not.
func (c *compiler) bodies() {
	for _, d := range c.library.Definitions {
		d.Names = c.scenarioNames().In(d.Params, c.each[d])
		for _, p := range d.Params {
			if refusedName(p.Name) {
				c.add(diag.Errorf(inPattern(d, "{"+p.Name+":"+p.Type+"}"), "steps/reserved", "the parameter %q has one of hoops' own names", p.Name).WithHelp("give it another name"))
			}
		}
		drivers := c.drivers
		if d.Driver != "" {
			drivers = []string{d.Driver}
		}
		if len(d.Lines) == 0 {
			c.add(diag.Errorf(diag.At(d.Pos, len([]rune(d.Pattern))), "steps/empty", "this definition has no steps").WithHelp("a step that it should not have passes silently: write what it does"))
		}
		d.Body = c.bound(d.Lines, steps.Context{Drivers: drivers, Inside: d, Names: d.Names})
		for i := range d.Body {
			if s := &d.Body[i]; len(s.Bindings) == 0 && len(s.Obstacles) > 0 {
				c.obstacle(s, &s.Obstacles[0])
			}
		}
		d.Lines = nil // they hold the whole file
	}
}

// inPattern is where a part of a definition's pattern stands, all of it where the part is written otherwise.
func inPattern(d *steps.Definition, part string) diag.Range {
	before, _, found := strings.Cut(d.Pattern, part)
	if !found {
		return diag.At(d.Pos, len([]rune(d.Pattern)))
	}
	at := d.Pos
	at.Col += len([]rune(before))
	return diag.At(at, len([]rune(part)))
}

// refusedName are those that no parameter and no column of an @each table may have.
func refusedName(name string) bool { return expr.Reserved(name) && !answerName(name) }

// answerName are the names that a parameter may have all the same: it comes first, and the answer's is
// response.text.
func answerName(name string) bool {
	switch name {
	case "status", "body", "text", "url", "duration":
		return true
	}
	return false
}

// obstacle reports why a step runs nowhere.
func (c *compiler) obstacle(s *ir.Step, o *ir.Obstacle) {
	d := diag.Errorf(s.Range(), "steps/"+o.Status, "%s", o.Message)
	d.Help = o.Help
	c.add(d)
}

func identifier(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}
