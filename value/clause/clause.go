// Package clause reads a value clause, the words after "In order to", into claims that can be judged.
//
// The order of work is the rule of safety: words are marked as the names of measures first (the longest
// declared name wins), the rest is split into parts, and each part must then be understood to its last word.
// A part with a word left over is unbound, with that word as the reason: a clause is never read as less than
// it says. Unbound is no error; plain Gherkin stays valid.
//
// The package judges nothing and reads no files. The words of English are data (english.words), and so are the words
// in which a reading is printed; the order of words is code.
package clause

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// Piece is a stretch of a clause on one line, with the place of its first rune.
type Piece struct {
	Text string
	Pos  diag.Pos
}

// Parse reads the words that stand after "In order to", "So that" or "Value:" on one line.
func Parse(text string, at diag.Pos, id string, measures []ir.Measure, baselines ...ir.Baseline) (ir.Clause, diag.List) {
	return ParsePieces([]Piece{{text, at}}, id, measures, baselines...)
}

// ParsePieces reads a clause that goes on over several lines.
//
// A clause can have both Claims and Unbound: some part of it can be judged and another cannot. Such a clause
// may be missed and is never delivered.
func ParsePieces(pieces []Piece, id string, measures []ir.Measure, baselines ...ir.Baseline) (ir.Clause, diag.List) {
	return parse(english(), pieces, id, measures, baselines...)
}

func parse(l *language, pieces []Piece, id string, measures []ir.Measure, baselines ...ir.Baseline) (ir.Clause, diag.List) {
	p := &parser{lang: l, measures: measures}
	for _, b := range baselines {
		p.names = append(p.names, nameOf(l, b.Name))
	}
	c := p.read(pieces, id)
	if c.Unbound != "" && len(p.tokens) <= longest {
		c.Rewrites, c.Stub = p.suggest()
	}
	p.diags.Sort()
	return c, p.diags
}

// read binds a clause, and suggests nothing: a suggestion is tried by reading it.
func (p *parser) read(pieces []Piece, id string) ir.Clause {
	p.tokenise(pieces)
	c := ir.Clause{ID: id, Text: strings.TrimSpace(p.text)}
	if len(pieces) > 0 {
		c.Pos = pieces[0].Pos
	}
	if len(p.tokens) > 0 {
		c.Pos = p.tokens[0].at
	}
	if len(p.tokens) > longest {
		c.Unbound = fmt.Sprintf("the clause has more than %d words", longest)
		return c
	}
	p.bindBaselines()
	p.bindNouns()
	if !p.diags.HasErrors() {
		p.refuseNumbers()
	}
	if p.diags.HasErrors() {
		c.Unbound = p.diags[0].Message
	} else {
		c.Claims, c.Unbound = p.claims()
	}
	return c
}

// longest bounds the work on a clause: what is longer is a story and no promise.
const longest = 200

type parser struct {
	lang     *language
	measures []ir.Measure
	names    []name // of declared baselines
	text     string // the pieces, joined by a space
	tokens   []token
	spans    []span // bound nouns
	diags    diag.List
}

// words is the text of tokens from to to-1, with its place.
func (p *parser) words(from, to int) (text string, at diag.Pos, length int) {
	if from >= to {
		return "", diag.Pos{}, 0
	}
	first, last := p.tokens[from], p.tokens[to-1]
	text = p.text[first.start:last.end]
	if first.piece == last.piece {
		length = utf8.RuneCountInString(text)
	}
	return text, first.at, length
}

func (p *parser) rangeOf(from, to int) diag.Range {
	_, at, n := p.words(from, to)
	if n == 0 && from < to {
		n = utf8.RuneCountInString(p.tokens[from].text)
	}
	return diag.At(at, n)
}
