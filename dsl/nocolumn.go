package dsl

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/steps"
)

var columnLike = regexp.MustCompile(`<([\pL_][\pL\pN_ -]*)>`)

// noColumns warns of a <column> in a step of an outline that its examples do not have: it stays text, as in Cucumber.
// In a doc string it may well be meant as text.
func (c *compiler) noColumns(lines []steps.Line, columns []string) {
	if len(columns) == 0 {
		return
	}
	see := func(text string, at diag.Pos) {
		for _, m := range columnLike.FindAllStringSubmatchIndex(text, -1) {
			name := text[m[2]:m[3]]
			if slices.Contains(columns, name) {
				continue
			}
			where := at
			where.Col += utf8.RuneCountInString(text[:m[0]])
			d := diag.Warnf(diag.At(where, utf8.RuneCountInString(text[m[0]:m[1]])), "steps/no-column", "the examples have no column %q, so this is text", name)
			if near := diag.Closest(name, columns); near != "" {
				d = d.WithHelp("did you mean <%s>?", near)
			}
			c.add(d.WithHelp("columns are %s", strings.Join(columns, ", ")))
		}
	}
	for _, l := range lines {
		see(l.Text, l.Pos)
		if l.Table != nil {
			for _, row := range l.Table.Rows {
				for _, cell := range row {
					if !strings.Contains(cell.Text, `\`) { // else its columns are not those of the file
						see(cell.Text, cell.Pos)
					}
				}
			}
		}
	}
}
