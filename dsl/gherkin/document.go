// Package gherkin reads feature files: it normalises their text, parses it into a small tree in which everything
// has its position, reads the narrative that other tools discard, and says what is wrong in words.
//
// It is the only door to cucumber/gherkin: no type of the library leaves it. It knows nothing of steps, values or
// drivers, and judges only what Gherkin itself says; it opens no file and never panics on any bytes.
package gherkin

import (
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Document is one feature file. Positions are those of cucumber/gherkin: 1-based lines, columns in runes.
type Document struct {
	Path     string
	Language string   // "en" unless a "# language:" line says otherwise
	Feature  *Feature // nil when the file has none
}

// Feature is the one feature of a file. Scenarios holds every scenario in order, those of rules included.
type Feature struct {
	Keyword     string
	Name        string
	Pos         diag.Pos // of the keyword
	NamePos     diag.Pos
	Tags        []Tag
	Description []Line
	Narrative   Narrative
	Background  *Background
	Rules       []*Rule
	Scenarios   []*Scenario
}

// Rule groups scenarios, with tags and a background of its own.
type Rule struct {
	Keyword     string
	Name        string
	Pos         diag.Pos
	NamePos     diag.Pos
	Tags        []Tag
	Description []Line
	Background  *Background
}

// Background is the steps before each scenario of its feature or rule.
type Background struct {
	Keyword     string
	Name        string
	Pos         diag.Pos
	NamePos     diag.Pos
	Description []Line
	Steps       []*Step
}

// Scenario is a scenario, or an outline when it has Examples.
type Scenario struct {
	Keyword     string
	Name        string
	Pos         diag.Pos
	NamePos     diag.Pos
	Tags        []Tag // its own; Feature.Effective adds the inherited ones
	Rule        *Rule // nil outside of rules
	Description []Line
	Steps       []*Step
	Examples    []*Examples
	From, To    int // its lines: from its first tag or its keyword to the end of what belongs to it
}

// Outline reports whether the scenario is a template for rows.
func (s *Scenario) Outline() bool { return len(s.Examples) > 0 }

// Examples is one table of an outline. Every row has as many cells as the header, or the file has an error.
type Examples struct {
	Keyword     string
	Name        string
	Pos         diag.Pos
	NamePos     diag.Pos
	Tags        []Tag
	Description []Line
	Header      []Cell // nil without a table
	HeaderPos   diag.Pos
	Rows        []Row
}

// Step is one step as written. Its keyword is without white space: "Given", "*".
type Step struct {
	Keyword   string
	Text      string
	Pos       diag.Pos // of the keyword
	TextPos   diag.Pos
	DocString *DocString
	Table     *Table
}

// DocString is a step's text block. Content is without the indentation of its fence.
type DocString struct {
	MediaType string // what follows the opening fence, "" for nothing
	Delimiter string
	Content   string
	Pos       diag.Pos // of the opening fence
	EndLine   int      // of the closing fence
	cols      []int    // the column at which each line of Content begins in the file
	asked     place    // what At was asked last: it is mostly asked for one place after the other
}

// place is a byte of a text, its line from 0, and the byte at which that line starts.
type place struct{ offset, line, start int }

// Line is the line of the file that the i-th line of the content (from 0) stands on, and the column of its
// first rune.
func (d *DocString) Line(i int) diag.Pos {
	p := diag.Pos{File: d.Pos.File, Line: d.Pos.Line + 1 + i, Col: d.Pos.Col}
	if i >= 0 && i < len(d.cols) {
		p.Col = d.cols[i]
	}
	return p
}

// At is the place of a byte of Content. An escaped fence before it in its line shifts it by three.
func (d *DocString) At(offset int) diag.Pos {
	offset = max(0, min(offset, len(d.Content)))
	at := d.asked
	if offset < at.offset {
		at = place{}
	}
	for i := at.offset; i < offset; i++ {
		if d.Content[i] == '\n' {
			at.line, at.start = at.line+1, i+1
		}
	}
	at.offset = offset
	d.asked = at
	p := d.Line(at.line)
	p.Col += utf8.RuneCountInString(d.Content[at.start:offset])
	return p
}

// Table is a step's data table.
type Table struct {
	Rows []Row
	Pos  diag.Pos
}

// Row is one line of a table; its Pos is that of the first "|".
type Row struct {
	Cells []Cell
	Pos   diag.Pos
}

// Cell is a value without its escapes; its Pos is that of its first rune.
type Cell struct {
	Value string
	Pos   diag.Pos
}

// Tag is a tag with its "@".
type Tag struct {
	Name string
	Pos  diag.Pos
}

// Line is one line of a description without the white space around it, "" for an empty one.
type Line struct {
	Text string
	Pos  diag.Pos
}

// Effective is the tags of a scenario, or of the rows of e when e is not nil: those of the feature, its rule,
// itself and e, in this order, each name once.
func (f *Feature) Effective(s *Scenario, e *Examples) []Tag {
	groups := [][]Tag{f.Tags, nil, s.Tags, nil}
	if s.Rule != nil {
		groups[1] = s.Rule.Tags
	}
	if e != nil {
		groups[3] = e.Tags
	}
	var tags []Tag
	seen := map[string]bool{}
	for _, g := range groups {
		for _, t := range g {
			if !seen[t.Name] {
				seen[t.Name] = true
				tags = append(tags, t)
			}
		}
	}
	return tags
}
