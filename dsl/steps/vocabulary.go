package steps

import (
	"regexp"
	"slices"

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
