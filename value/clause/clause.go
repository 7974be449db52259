// Package clause reads a value clause, the words after "In order to", into claims that can be judged.
//
// The order of work is the rule of safety: words are marked as the names of measures first (the longest
// declared name wins), the rest is split into parts, and each part must then be understood to its last word.
// A part with a word left over is unbound, with that word as the reason: a clause is never read as less than
// it says. Unbound is no error; plain Gherkin stays valid.
//
// The package judges nothing and reads no files. English is a table (english.go); the order of words is code.
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
func Parse(text string, at diag.Pos, id string, measures []ir.Measure) (ir.Clause, diag.List) {
	return ParsePieces([]Piece{{text, at}}, id, measures)
}

// ParsePieces reads a clause that goes on over several lines.
//
// A clause can have both Claims and Unbound: some part of it can be judged and another cannot. Such a clause
// may be missed and is never delivered.
func ParsePieces(pieces []Piece, id string, measures []ir.Measure) (ir.Clause, diag.List) {
	p := &parser{lang: &english, measures: measures}
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
		return c, nil
	}
	p.bindNouns()
	if !p.diags.HasErrors() {
		p.refuseNumbers()
	}
	if p.diags.HasErrors() {
		c.Unbound = p.diags[0].Message
	} else {
		c.Claims, c.Unbound = p.claims()
	}
	if c.Unbound != "" {
		c.Rewrites, c.Stub = p.suggest()
	}
	p.diags.Sort()
	return c, p.diags
}

// longest bounds the work on a clause: what is longer is a story and no promise.
const longest = 200

type parser struct {
	lang     *language
	measures []ir.Measure
	text     string // the pieces, joined by a space
	tokens   []token
	spans    []span // bound nouns
	diags    diag.List
}

// claims splits the clause at its connectors and reads each part.
func (p *parser) claims() (claims []ir.Claim, unbound string) {
	var reasons []string
	parts := p.split()
	if len(parts) == 0 {
		return nil, "the clause is empty"
	}
	for i, part := range parts {
		if part.from == part.to {
			reasons = append(reasons, fmt.Sprintf("nothing stands beside %q", part.connector))
			continue
		}
		if i == 0 && len(parts) > 1 && p.context(part, parts[1]) {
			continue
		}
		s := p.segment(part)
		claim, reason := s.read()
		if reason != "" {
			reasons = append(reasons, reason)
			continue
		}
		claim.Guardrail = part.guards() && len(claims)+len(reasons) > 0
		claims = append(claims, claim)
	}
	return claims, strings.Join(reasons, "; ")
}

// part is a stretch of tokens between connectors; connector is the word before it.
type part struct {
	from, to  int
	connector string
	at        int // token of the connector
}

func (w part) guards() bool { return w.connector == "while" || w.connector == "without" }

// split cuts at connectors that are neither inside a noun nor the "and" of "between a and b".
func (p *parser) split() []part {
	var parts []part
	start, connector, at := 0, "", -1
	between := false
	for i, t := range p.tokens {
		if t.noun >= 0 {
			continue
		}
		if p.lang.between[t.word] {
			between = true
		}
		role, ok := p.lang.connectors[t.word]
		if !ok {
			continue
		}
		if between && role == "and" {
			between = false
			continue
		}
		// ", and" and ", while" are one connector, and nothing stands before a first "without".
		if i > start || (role != "," && connector != "" && connector != ",") {
			parts = append(parts, part{start, i, connector, at})
		}
		start, connector, at = i+1, role, i
	}
	if start < len(p.tokens) || connector != "" {
		parts = append(parts, part{start, len(p.tokens), connector, at})
	}
	return parts
}

// context reports whether the first part only sets the scene of a count of none: "take orders without any
// mistakes". It may hold no word that could be a quantity.
func (p *parser) context(first, second part) bool {
	if second.connector != "without" || !p.countsNone(second) {
		return false
	}
	for i := first.from; i < first.to; i++ {
		t := p.tokens[i]
		if t.noun < 0 && (t.kind != word || p.lang.quantifies(t.word)) {
			return false
		}
	}
	return true
}

// countsNone tells "without any mistakes" and "without mistakes" from "without losing orders".
func (p *parser) countsNone(w part) bool {
	for i := w.from; i < w.to; i++ {
		if p.tokens[i].noun < 0 && p.lang.any[p.tokens[i].word] {
			return true
		}
	}
	return w.from < w.to && p.tokens[w.from].noun >= 0
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
