package dsl

import (
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/gherkin"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// eachColumns finds what the body of each @each definition may read: the columns of the tables that are given to
// it. Those of one that nobody calls yet are not known: it may read any name.
func (c *compiler) eachColumns(docs ...[]*gherkin.Document) {
	if !slices.ContainsFunc(c.library.Definitions, func(d *steps.Definition) bool { return d.Each }) {
		return
	}
	c.each, c.columnAt = map[*steps.Definition][]string{}, map[*steps.Definition]map[string]diag.Pos{}
	for _, group := range docs {
		for _, doc := range group {
			for d, columns := range c.eachIn(doc) {
				c.each[d] = append(c.each[d], texts(columns)...)
				if c.columnAt[d] == nil {
					c.columnAt[d] = map[string]diag.Pos{}
				}
				for _, column := range columns {
					if _, known := c.columnAt[d][column.Text]; !known {
						c.columnAt[d][column.Text] = column.Pos
					}
				}
			}
		}
	}
	for _, d := range c.library.Definitions {
		if columns, called := c.each[d]; d.Each && !called {
			c.each[d] = anyName(d.Lines, columns)
		}
	}
}

// eachIn are the columns of the tables that a file gives to each @each definition.
func (c *compiler) eachIn(doc *gherkin.Document) map[*steps.Definition][]steps.Cell {
	found := map[*steps.Definition][]steps.Cell{}
	see := func(list []*gherkin.Step, around steps.Context) {
		for _, s := range list {
			if s.Table == nil || len(s.Table.Rows) == 0 {
				continue
			}
			for _, d := range c.library.Definitions {
				if d.Each && c.library.MayCall(s.Text, around, d) {
					found[d] = append(found[d], headers(s.Table)...)
				}
			}
		}
	}
	for _, b := range backgrounds(doc.Feature) {
		see(b.Steps, steps.Context{})
	}
	for _, s := range doc.Feature.Scenarios {
		for _, e := range s.Examples {
			see(s.Steps, examples(e))
		}
		if len(s.Examples) == 0 {
			see(s.Steps, steps.Context{})
		}
	}
	return found
}

// examples are the columns and rows of one table of an outline.
func examples(e *gherkin.Examples) steps.Context {
	var c steps.Context
	for _, cell := range e.Header {
		c.Columns = append(c.Columns, cell.Value)
	}
	for _, r := range e.Rows {
		c.Rows = append(c.Rows, cells(r.Cells))
	}
	return c
}

func headers(t *gherkin.Table) []steps.Cell {
	return slices.DeleteFunc(cells(t.Rows[0].Cells), func(c steps.Cell) bool { return !identifier(c.Text) })
}

func texts(list []steps.Cell) []string {
	var out []string
	for _, c := range list {
		out = append(out, c.Text)
	}
	return out
}

// anyName is every name in the lines of a body that nothing else gives a meaning.
func anyName(lines []steps.Line, names []string) []string {
	own := expr.StepScope()
	see := func(text string) {
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !identifier("a" + string(r)) }) {
			if _, known := own.Values[word]; !known && expr.IsName(word) {
				names = append(names, word)
			}
		}
	}
	for _, l := range lines {
		see(l.Text)
		if l.Doc != nil {
			see(l.Doc.Content)
		}
		if l.Table != nil {
			for _, row := range l.Table.Rows {
				for _, cell := range row {
					see(cell.Text)
				}
			}
		}
	}
	return names
}

// missingColumns refuses a table that lacks a column which the body of its @each definition reads; names are those
// that the body reads.
func (c *compiler) missingColumns(s *ir.Step, d *steps.Definition, names map[string]bool) {
	var header []string
	for _, cell := range s.Table[0] {
		if name, fixed := cell.Constant(); fixed {
			header = append(header, name)
		}
	}
	for _, column := range slices.Compact(slices.Sorted(slices.Values(c.each[d]))) {
		own := slices.ContainsFunc(d.Params, func(p ir.Parameter) bool { return p.Name == column })
		if !names[column] || own || slices.Contains(header, column) {
			continue
		}
		e := diag.Errorf(s.Range(), "steps/no-column", "the table of this step has no column %q, which its definition reads", column).
			WithNote(diag.At(d.Pos, 1), "the definition %s", d.Pattern)
		if near := diag.Closest(column, header); near != "" {
			e = e.WithHelp("its column %q looks like it", near)
		}
		if _, own := expr.StepScope().Values[column]; own {
			e = e.WithNote(diag.At(c.columnAt[d][column], len([]rune(column))), "this table makes %s a column; without it, it is hoops' own", column)
			if answerName(column) {
				e = e.WithHelp("write response.%s in the definition for the answer's", column)
			}
		}
		c.add(e.WithHelp("its columns are %s", strings.Join(header, ", ")))
	}
}
