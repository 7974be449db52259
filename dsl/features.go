package dsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/gherkin"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
	"github.com/cucumber-value/hoops/value/clause"
)

// features makes the features of the program, their scenarios bound and named.
func (c *compiler) features(docs []*gherkin.Document) {
	ids := newIDs()
	c.lasting = slices.Clone(c.list)
	for _, doc := range docs {
		c.feature(ids, doc)
	}
	c.list = append(c.list, ids.problems...)
}

// feature makes one feature of the program.
func (c *compiler) feature(ids *ids, doc *gherkin.Document) {
	f := doc.Feature
	began, took := len(c.list), len(ids.log)
	c.list = append(c.list, c.lint[doc.Path]...)
	feature := ir.Feature{
		Path: doc.Path, Name: f.Name, Role: f.Narrative.Role, Want: f.Narrative.Want,
		Tags: irTags(f.Tags), Pos: f.NamePos,
	}
	if doc.Language != "en" {
		feature.Language = doc.Language
	}
	feature.ID = ids.feature(doc.Path, f)
	c.featureTags(f)
	c.clauses(&feature, f)
	u := &unit{doc: doc, saying: c.saying(doc)}
	for _, s := range f.Scenarios {
		feature.Scenarios = append(feature.Scenarios, c.scenario(ids, &feature, f, s))
		c.look(u, feature.Scenarios[len(feature.Scenarios)-1].Steps)
	}
	for _, r := range f.Rules {
		ids.misplaced(r.Tags)
	}
	c.program.Features = append(c.program.Features, feature)
	u.said, u.taken = slices.Clone(c.list[began:]), slices.Clone(ids.log[took:])
	c.units = append(c.units, u)
}

func irTags(tags []gherkin.Tag) []ir.Tag {
	var out []ir.Tag
	for _, t := range tags {
		out = append(out, ir.Tag{Name: t.Name, Pos: t.Pos})
	}
	return out
}

// inherited is all tags of a scenario without the ids of what it stands in.
func inherited(effective, own []gherkin.Tag) []ir.Tag {
	return irTags(slices.DeleteFunc(slices.Clone(effective), func(t gherkin.Tag) bool {
		return isID(t) && !slices.ContainsFunc(own, func(o gherkin.Tag) bool { return o.Name == t.Name })
	}))
}

func (c *compiler) scenario(ids *ids, feature *ir.Feature, f *gherkin.Feature, s *gherkin.Scenario) ir.Scenario {
	scenario := ir.Scenario{Name: s.Name, Tags: inherited(f.Effective(s, nil), s.Tags), Outline: s.Outline(), Pos: s.NamePos, From: s.From, To: s.To}
	if s.Name == "" {
		scenario.Pos = s.Pos
	}
	if s.Rule != nil {
		scenario.Rule, scenario.RuleLine = s.Rule.Name, s.Rule.Pos.Line
	}
	scenario.ID = ids.scenario(feature.ID, s.Name, s.Tags, scenario.Pos)
	rows := c.rows(ids, &scenario, f, s)

	drivers := c.drivers
	if pinned := c.driverTag(f.Effective(s, nil)); pinned != "" {
		drivers = []string{pinned}
	}
	if len(s.Steps) == 0 {
		return scenario // Cucumber runs no background for it
	}
	var background []steps.Line
	if f.Background != nil {
		background = append(background, lines(f.Background.Steps, true)...)
	}
	if s.Rule != nil && s.Rule.Background != nil {
		background = append(background, lines(s.Rule.Background.Steps, true)...)
	}
	own := lines(s.Steps, false)
	c.noColumns(own, scenario.Columns)
	scenario.Steps = c.bound(own, steps.Context{Drivers: drivers, Columns: scenario.Columns, Rows: rows, Names: c.scenarioNames()})
	if len(background) > 0 { // it knows no examples
		scenario.Steps = append(c.bound(background, steps.Context{Drivers: drivers, Names: c.scenarioNames()}), scenario.Steps...)
	}
	return scenario
}

// bound are lines as steps.
func (c *compiler) bound(lines []steps.Line, context steps.Context) []ir.Step {
	list, wrong := c.library.Bind(lines, context)
	c.list = append(c.list, wrong...)
	for i := range list {
		c.columnNames(&list[i], lines[i])
	}
	return list
}

// scenarioNames are those of every step outside of definitions: made once.
func (c *compiler) scenarioNames() *steps.Names {
	if c.names == nil {
		c.names = steps.NewNames(c.kept)
		c.declare(c.names)
	}
	return c.names
}

// rows adds the columns and rows of an outline. Several Examples must agree on the columns, since a data file
// may replace them all.
func (c *compiler) rows(ids *ids, scenario *ir.Scenario, f *gherkin.Feature, s *gherkin.Scenario) [][]steps.Cell {
	var out [][]steps.Cell
	for _, e := range s.Examples {
		ids.misplaced(e.Tags)
		var header []string
		for _, cell := range e.Header {
			header = append(header, cell.Value)
		}
		if header == nil {
			continue
		}
		order := make([]int, len(header))
		switch {
		case scenario.Columns == nil:
			scenario.Columns = header
			for i := range order {
				order[i] = i
			}
			c.sameColumns(e)
		default:
			same := len(header) == len(scenario.Columns)
			for i, column := range scenario.Columns {
				at := slices.Index(header, column)
				same = same && at >= 0
				if same {
					order[i] = at
				}
			}
			if !same {
				c.add(diag.Errorf(diag.At(e.HeaderPos, 1), "gherkin/columns", "these examples have other columns than the first: %s, expected %s",
					strings.Join(header, ", "), strings.Join(scenario.Columns, ", ")).
					WithHelp("give all examples of an outline the same columns, or write two outlines"))
				continue
			}
		}
		tags := inherited(f.Effective(s, e), s.Tags)
		block := 0
		if len(s.Examples) > 1 {
			block = e.Pos.Line
			if len(e.Tags) > 0 {
				block = e.Tags[0].Pos.Line
			}
		}
		for _, r := range e.Rows {
			row := ir.Row{Tags: tags, From: block, Pos: r.Pos}
			sorted := make([]steps.Cell, len(order))
			for i, at := range order {
				row.Cells = append(row.Cells, r.Cells[at].Value)
				sorted[i] = steps.Cell{Text: r.Cells[at].Value, Pos: r.Cells[at].Pos}
			}
			scenario.Rows = append(scenario.Rows, row)
			out = append(out, sorted)
		}
	}
	ids.rows(scenario)
	return out
}

func (c *compiler) sameColumns(e *gherkin.Examples) {
	for i, cell := range e.Header {
		for _, other := range e.Header[:i] {
			if other.Value == cell.Value {
				c.add(diag.Errorf(diag.At(cell.Pos, max(1, len([]rune(cell.Value)))), "gherkin/columns", "two columns are called %q", cell.Value))
			}
		}
	}
}

// clauses reads what the narrative promises.
func (c *compiler) clauses(feature *ir.Feature, f *gherkin.Feature) {
	n := 0
	for _, text := range f.Narrative.Clauses {
		switch text.Kind {
		case gherkin.InOrderTo, gherkin.SoThat, gherkin.WillResultIn, gherkin.WeWillKnowWhen, gherkin.Value:
		default:
			continue
		}
		if text.Text == "" {
			continue
		}
		n++
		var pieces []clause.Piece
		for i, p := range text.Pieces {
			end := len(text.Text)
			if i+1 < len(text.Pieces) {
				end = text.Pieces[i+1].Offset
			}
			pieces = append(pieces, clause.Piece{Text: strings.TrimSpace(text.Text[p.Offset:end]), Pos: p.Pos})
		}
		read, wrong := clause.ParsePieces(pieces, fmt.Sprintf("%s#%d", feature.ID, n), c.program.Measures, c.program.Baselines...)
		c.list = append(c.list, wrong...)
		feature.Clauses = append(feature.Clauses, read)
	}
}
