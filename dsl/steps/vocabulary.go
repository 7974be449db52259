package steps

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// takes says what belongs to a phrase below its line.
type takes int

const (
	nothing takes = iota
	doc
	pairs    // a table of two columns without a header row
	whatever // the step inside it takes
)

// entry is one phrase of the vocabulary: one op.
type entry struct {
	driver string // "" is the phrase of every driver; http's are too, browser's and shell's are their own
	source string
	takes  takes
	build  func(b *binder, args []phrase) ir.Op

	pattern *Pattern
	order   int // of two that match one text the smaller counts
}

// vocabulary is every phrase. Where two match one text the earlier counts. docs/language.md has an example of
// each, which a test runs.
func vocabulary() []entry {
	return slices.Concat(phrasesForAll, phrasesOfHTTP, phrasesOfBrowser, phrasesOfShell)
}

var internalType = regexp.MustCompile(`\{hoops (\w+)\}`)

// shown is the phrase as documents write it.
func (e *entry) shown() string {
	return internalType.ReplaceAllStringFunc(e.source, func(m string) string {
		switch name := internalType.FindStringSubmatch(m)[1]; name {
		case "method":
			return "GET/POST/PUT/PATCH/DELETE/HEAD/OPTIONS"
		case "class":
			return "2xx"
		default:
			return "<" + name + ">"
		}
	})
}

// Phrase is a phrase of the vocabulary for people who list it.
type Phrase struct{ Driver, Text string }

// Vocabulary lists every phrase, in the order of the tables.
func Vocabulary() []Phrase {
	var list []Phrase
	for _, e := range vocabulary() {
		list = append(list, Phrase{e.driver, e.shown()})
	}
	return list
}

// Phrase is the phrase of the vocabulary that a step is on a driver, whatever definitions there are. Columns are
// those of its outline.
func (l *Library) Phrase(driver, step string, columns []string) (Phrase, bool) {
	p, wrong := cut(oneLine(step, diag.Pos{}), columns)
	if wrong != nil {
		return Phrase{}, false
	}
	e, _ := l.entry(driver, p.text)
	if e == nil {
		return Phrase{}, false
	}
	return Phrase{e.driver, e.shown()}, true
}

// given checks that what belongs below the line is there, and nothing else.
func (b *binder) given(e *entry) bool {
	at := diag.At(b.line.Pos, len([]rune(b.line.Text)))
	good := true
	fail := func(d diag.Diagnostic) { b.fail(d); good = false }
	if e.takes == doc && b.line.Doc == nil {
		fail(diag.Errorf(at, "steps/argument", "this step needs a doc string").
			WithHelp("write it below, between two lines of \"\"\""))
	}
	if e.takes == pairs && b.line.Table == nil {
		fail(diag.Errorf(at, "steps/argument", "this step needs a table of two columns").
			WithHelp("write it below: | name | value |"))
	}
	if e.takes == whatever {
		return true // its own step reads them
	}
	if e.takes != doc && b.line.Doc != nil {
		fail(unread(b.line.Doc.Pos, 3, "doc string"))
	}
	if e.takes != pairs && b.line.Table != nil {
		fail(unread(b.line.Table.Pos, 1, "table"))
	}
	return good
}

func unread(at diag.Pos, n int, what string) diag.Diagnostic {
	return diag.Errorf(diag.At(at, n), "steps/unread", "nothing reads this %s", what).
		WithHelp("remove it, or use a step that takes one")
}

// fields reads a table of two columns as names and values. A name is fixed; place is where the values land.
func (b *binder) fields(place ir.Place) ([]ir.Field, bool) {
	var fields []ir.Field
	for _, row := range b.line.Table.Rows {
		if len(row) != 2 {
			b.fail(diag.Errorf(diag.At(b.line.Table.Pos, 1), "steps/argument", "this table has %d columns, expected 2: name and value", len(row)))
			return nil, false
		}
		name, ok := b.cell(row[0])
		if !ok {
			return nil, false
		}
		text, fixed := name.plain()
		if !fixed || strings.TrimSpace(text) == "" {
			b.fail(diag.Errorf(diag.At(row[0].Pos, len([]rune(row[0].Text))), "steps/argument", "a name must be written out, found %q", row[0].Text))
			return nil, false
		}
		value, ok := b.cell(row[1])
		if !ok {
			return nil, false
		}
		fields = append(fields, ir.Field{Name: text, Value: value.template(everywhere(place)), Pos: row[0].Pos})
	}
	return fields, true
}

// text is an argument that must be written out.
func (b *binder) text(p phrase, what string) (string, bool) {
	s, fixed := p.plain()
	if !fixed {
		b.fail(diag.Errorf(diag.At(p.pos(0), max(1, len([]rune(s)))), "steps/argument", "%s must be written out, and cannot be a value", what))
	}
	return s, fixed
}
