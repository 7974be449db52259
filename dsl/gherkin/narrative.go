package gherkin

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Narrative is what a feature's description says of its purpose: for whom, what, and why.
type Narrative struct {
	Clauses []Clause // in the order of the file
	Role    string   // of the first "As a …"
	Want    string   // of the first "I want …"
}

// Kind says which words a clause begins with.
type Kind string

const (
	InOrderTo      Kind = "in order to"
	SoThat         Kind = "so that"
	AsA            Kind = "as a"
	IWant          Kind = "i want"
	WeBelieve      Kind = "we believe"
	WillResultIn   Kind = "will result in"
	WeWillKnowWhen Kind = "we will know when"
	Value          Kind = "value"
)

// Clause is one part of the narrative. Text is what follows the keyword; a text of several lines is joined by
// one space.
type Clause struct {
	Kind      Kind
	Keyword   string     // as written
	KeywordAt diag.Range // what of it stands on its first line: one inside a clause may go on in the next
	Text      string
	Pos       diag.Pos // of Text's first rune; right after the keyword when there is none
	Pieces    []Piece
}

// Piece is a stretch of a clause's text that stands on one line: from Offset, in bytes of Text, to the next piece.
type Piece struct {
	Offset int
	Pos    diag.Pos
}

// At is the place of a byte of Text.
func (c Clause) At(offset int) diag.Pos {
	at := c.Pos
	for _, p := range c.Pieces {
		if p.Offset <= offset {
			at = p.Pos
			at.Col += utf8.RuneCountInString(c.Text[min(p.Offset, len(c.Text)):min(offset, len(c.Text))])
		}
	}
	return at
}

// phrases begin a clause at the beginning of a line. They are English so far, whatever the file's language.
var phrases = []struct {
	words string
	kind  Kind
}{
	{"in order to", InOrderTo},
	{"so that", SoThat},
	{"as an", AsA}, {"as a", AsA}, {"as the", AsA},
	{"i want", IWant}, {"we want", IWant}, {"i need", IWant}, {"we need", IWant}, {"i would like", IWant},
	{"we believe", WeBelieve},
	{"will result in", WillResultIn},
	{"we will know we have succeeded when", WeWillKnowWhen}, {"we will know this is true when", WeWillKnowWhen},
	{"we will know when", WeWillKnowWhen}, {"we'll know when", WeWillKnowWhen},
	{"value:", Value},
}

// inside is what may follow a clause in the middle of its line: "As a clerk I want to pay so that I can go".
var inside = map[Kind][]Kind{
	AsA:          {IWant, SoThat, InOrderTo},
	IWant:        {SoThat, InOrderTo},
	WeBelieve:    {WillResultIn, WeWillKnowWhen},
	WillResultIn: {WeWillKnowWhen},
}

// readNarrative finds the clauses of a description. A clause goes on over the following lines until an empty
// one, the next clause, or a line that looks like a step or a title; "Value:" is one line.
func readNarrative(description []Line, w words) Narrative {
	var n Narrative
	open := false // the last clause goes on
	for _, line := range description {
		kind, size := clauseAt(line.Text)
		if size > 0 && open && !begins(n.Clauses[len(n.Clauses)-1], kind, line.Text) {
			size = 0
		}
		switch {
		case size > 0:
			n.Clauses = append(n.Clauses, newClause(kind, line.Text, line.Pos, size))
			open = kind != Value
		case line.Text == "" || suspect(line.Text, w) != "" || startsStep(line.Text, w):
			open = false
		case open:
			n.Clauses[len(n.Clauses)-1].add(line.Text, line.Pos)
		}
	}
	for i := 0; i < len(n.Clauses); i++ {
		n.split(i)
		c := &n.Clauses[i]
		c.Text = strings.TrimRight(c.Text, " \t,")
		switch {
		case c.Kind == AsA && n.Role == "":
			n.Role = c.Text
		case c.Kind == IWant && n.Want == "":
			n.Want = c.Text
		}
	}
	return n
}

// begins reports whether a keyword in lower case at the start of a line begins a clause, while another is open:
// "as a share of all orders" may just go on with it.
func begins(open Clause, kind Kind, line string) bool {
	if c, _ := utf8.DecodeRuneInString(line); unicode.IsUpper(c) || strings.HasSuffix(open.Text, ",") || kind == Value {
		return true
	}
	return slices.Contains(inside[open.Kind], kind)
}

func newClause(kind Kind, text string, pos diag.Pos, size int) Clause {
	c := Clause{Kind: kind, Keyword: text[:size], KeywordAt: diag.At(pos, utf8.RuneCountInString(text[:size]))}
	rest := strings.TrimLeft(text[size:], " \t")
	pos.Col += utf8.RuneCountInString(text[:len(text)-len(rest)])
	c.Pos = pos
	if rest != "" {
		c.add(rest, pos)
	}
	return c
}

func (c *Clause) add(text string, pos diag.Pos) {
	if c.Text == "" {
		c.Pos = pos
	} else {
		c.Text += " "
	}
	c.Pieces = append(c.Pieces, Piece{Offset: len(c.Text), Pos: pos})
	c.Text += text
}

// split cuts a clause where another begins inside of it, which then follows it.
func (n *Narrative) split(clause int) {
	c := n.Clauses[clause]
	for i := range c.Text {
		if i == 0 || c.Text[i-1] != ' ' {
			continue
		}
		kind, size := clauseAt(c.Text[i:])
		if size == 0 || !slices.Contains(inside[c.Kind], kind) {
			continue
		}
		start := i + size
		for start < len(c.Text) && c.Text[start] == ' ' {
			start++
		}
		onLine := i + size
		for _, p := range c.Pieces {
			if p.Offset > i {
				onLine = min(onLine, p.Offset-1) // of the space that joins the lines
			}
		}
		next := Clause{Kind: kind, Keyword: c.Text[i : i+size], Text: c.Text[start:], Pos: c.At(start),
			KeywordAt: diag.At(c.At(i), utf8.RuneCountInString(c.Text[i:onLine]))}
		if next.Text != "" {
			next.Pieces = []Piece{{Pos: next.Pos}}
		}
		var kept []Piece
		for _, p := range c.Pieces {
			if p.Offset > start {
				next.Pieces = append(next.Pieces, Piece{p.Offset - start, p.Pos})
			} else if p.Offset < i {
				kept = append(kept, p)
			}
		}
		c.Text, c.Pieces = c.Text[:i], kept
		n.Clauses[clause] = c
		n.Clauses = slices.Insert(n.Clauses, clause+1, next)
		return
	}
}

// clauseAt is the kind of the clause that text begins with and the length of its keyword in bytes, 0 for none.
func clauseAt(text string) (Kind, int) {
	for _, p := range phrases {
		n := len(p.words)
		if len(text) < n || !strings.EqualFold(text[:n], p.words) {
			continue
		}
		next, _ := utf8.DecodeRuneInString(text[n:])
		if n == len(text) || strings.HasSuffix(p.words, ":") || !unicode.IsLetter(next) && !unicode.IsDigit(next) && next != '\'' && next != '-' {
			return p.kind, n
		}
	}
	return "", 0
}
