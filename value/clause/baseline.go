package clause

import (
	"fmt"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// name is a declared baseline: "the spring campaign".
type name struct {
	text  string   // as declared
	words []string // plain, without an article before them
}

func nameOf(l *language, text string) name {
	p := &parser{lang: l}
	p.tokenise([]Piece{{Text: text}})
	n := name{text: text}
	for _, t := range p.tokens {
		if len(n.words) > 0 || !l.has("articles", t.word) {
			n.words = append(n.words, t.word)
		}
	}
	return n
}

// bindBaselines marks the declared names that stand behind a word that compares, before any word of them can be read as
// a measure or as what joins two promises. The longest name wins.
func (p *parser) bindBaselines() {
	if len(p.names) == 0 {
		return
	}
	whole := p.segment(part{0, len(p.tokens), ""})
	for i := range p.tokens {
		n := max(whole.find(i, "than"), whole.find(i, "than-perhaps"))
		if n == 0 {
			continue
		}
		at := whole.afterArticles(i + n)
		best := -1
		for k, name := range p.names {
			if p.stands(at, name.words) && (best < 0 || len(name.words) > len(p.names[best].words)) {
				best = k
			}
		}
		if best < 0 {
			continue
		}
		for k := range p.names[best].words {
			p.tokens[at+k].baseline = best
		}
	}
}

// declaredAt is the declared baseline at i, articles before it aside.
func (s *segment) declaredAt(i int) (string, int) {
	at := s.afterArticles(i)
	if at >= s.part.to || s.p.tokens[at].baseline < 0 {
		return "", 0
	}
	n := s.p.names[s.p.tokens[at].baseline]
	return "name " + n.text, at + len(n.words) - i
}

func (s *segment) afterArticles(i int) int {
	for s.l.has("articles", s.word(i)) {
		i++
	}
	return i
}

// nearest is the declared baseline that may have been meant, "" where none is like it.
func (p *parser) nearest(text string) string {
	var known []string
	for _, n := range p.names {
		known = append(known, n.text)
	}
	return diag.Closest(text, known)
}

// CheckBaselines refuses names that a clause could not mean: those that say something else already, and two that are
// read alike.
func CheckBaselines(list []ir.Baseline) diag.List {
	l := english()
	var wrong diag.List
	seen := map[string]ir.Baseline{}
	for _, b := range list {
		n := nameOf(l, b.Name)
		at := diag.At(b.Pos, len([]rune(b.Name)))
		fail := func(format string, args ...any) *diag.Diagnostic {
			wrong = append(wrong, diag.Errorf(at, "value/baseline-name", format, args...))
			return &wrong[len(wrong)-1]
		}
		var key string
		for _, w := range n.words {
			singulars := l.singulars(w)
			key = joined(key, singulars[len(singulars)-1])
		}
		before, twice := seen[key]
		switch {
		case len(n.words) == 0:
			d := fail("%q is no name that a clause could say", b.Name)
			*d = d.WithHelp("write it as it stands behind \"than\", such as the spring campaign")
		case l.meansBaseline(n.words):
			d := fail("%q means something of its own behind \"than\"", b.Name)
			*d = d.WithHelp("choose a name that says which one it was, such as %q", fmt.Sprintf("the %s of 2026", strings.Join(n.words, " ")))
		case twice:
			d := fail("%q is read as %q is, so a clause could mean either", b.Name, before.Name)
			*d = d.WithNote(diag.At(before.Pos, len([]rune(before.Name))), "first here")
		}
		seen[key] = b
	}
	return wrong
}

// meansBaseline reports whether the words, all of them, are a baseline or a number without being declared: with "the"
// before them, or without.
func (l *language) meansBaseline(words []string) bool {
	for article := range l.tables["articles"] {
		for _, text := range []string{strings.Join(words, " "), article + " " + strings.Join(words, " ")} {
			p := &parser{lang: l}
			p.tokenise([]Piece{{Text: text}})
			s := p.segment(part{0, len(p.tokens), ""})
			if _, n := s.baselineAt(0); n == len(p.tokens) {
				return true
			}
			if a, n := s.readAmount(0, false); a != nil && n == len(p.tokens) {
				return true
			}
		}
	}
	return false
}
