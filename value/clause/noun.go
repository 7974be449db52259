package clause

import (
	"sort"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// span is a measure's name, or one of its says, found in the clause. A says with "{quantity}" inside covers
// the words on both sides of the quantity.
type span struct {
	measure *ir.Measure
	tokens  []int
	phrase  string // as declared, "" when the quantity stands inside
	says    bool   // with {quantity}: "of" is part of the phrase
}

const hole = "{quantity}"

// bindNouns marks the longest declared phrases first; two measures that fit equally well are an error.
func (p *parser) bindNouns() {
	var found []span
	for i := range p.measures {
		m := &p.measures[i]
		for _, phrase := range append([]string{m.Name}, m.Says...) {
			found = append(found, p.occurrences(m, phrase)...)
		}
	}
	sort.SliceStable(found, func(i, j int) bool {
		a, b := found[i], found[j]
		if len(a.tokens) != len(b.tokens) {
			return len(a.tokens) > len(b.tokens)
		}
		return a.tokens[0] < b.tokens[0]
	})
	for _, f := range found {
		rival := -1
		for _, t := range f.tokens {
			if n := p.tokens[t].noun; n >= 0 {
				rival = n
				break
			}
		}
		if rival < 0 {
			for _, t := range f.tokens {
				p.tokens[t].noun = len(p.spans)
			}
			p.spans = append(p.spans, f)
			continue
		}
		if r := p.spans[rival]; len(r.tokens) == len(f.tokens) && r.measure.Name != f.measure.Name {
			at := p.rangeOf(f.tokens[0], f.tokens[len(f.tokens)-1]+1)
			text, _, _ := p.words(f.tokens[0], f.tokens[len(f.tokens)-1]+1)
			p.diags = append(p.diags, diag.Errorf(at, "value/ambiguous-noun", "%q names two measures, %q and %q", text, r.measure.Name, f.measure.Name).
				WithNote(diag.At(r.measure.Pos, 0), "%s is declared here", r.measure.Name).
				WithNote(diag.At(f.measure.Pos, 0), "%s is declared here", f.measure.Name).
				WithHelp("give one of them another name, or a longer phrase in its says"))
		}
	}
}

func (p *parser) occurrences(m *ir.Measure, phrase string) []span {
	before, after, open := strings.Cut(phrase, hole)
	head, tail := strings.Fields(before), strings.Fields(after)
	if len(head)+len(tail) == 0 {
		return nil
	}
	var out []span
	for i := range p.tokens {
		if !open {
			if p.stands(i, head) {
				out = append(out, span{measure: m, tokens: run(i, len(head)), phrase: phrase})
			}
			continue
		}
		// The quantity takes at least one word, and stands before the tail or, without a tail, at the end.
		switch {
		case len(tail) > 0 && i > 0 && p.stands(i, tail):
			s := span{measure: m, tokens: run(i, len(tail)), says: true}
			if len(head) > 0 {
				at := -1
				for j := i - 1 - len(head); j >= 0; j-- {
					if p.stands(j, head) {
						at = j
						break
					}
				}
				if at < 0 {
					continue
				}
				s.tokens = append(run(at, len(head)), s.tokens...)
			}
			out = append(out, s)
		case len(tail) == 0 && p.stands(i, head) && i+len(head) < len(p.tokens):
			out = append(out, span{measure: m, tokens: run(i, len(head)), says: true})
		}
	}
	return out
}

// stands reports whether the words stand at token i, ignoring case and plural.
func (p *parser) stands(i int, words []string) bool {
	if i+len(words) > len(p.tokens) {
		return false
	}
	for k, w := range words {
		if p.lang.stem(p.tokens[i+k].word) != p.lang.stem(w) {
			return false
		}
	}
	return true
}

func run(from, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = from + i
	}
	return out
}

// shareOf finds the share that "confirm 999 of 1,000 orders" speaks of: a measure with a whole, whose name ends
// in the noun and holds the verb (confirmed orders) or a word of its sense (lose: failed orders).
func (p *parser) shareOf(noun *ir.Measure, verb string, upper bool) *ir.Measure {
	if verb == "" {
		return nil
	}
	roots := map[string]bool{p.lang.root(verb): true}
	for _, s := range p.lang.senses[verb] {
		roots[p.lang.root(s)] = true
	}
	want := "higher"
	if upper {
		want = "lower"
	}
	var match *ir.Measure
	for i := range p.measures {
		m := &p.measures[i]
		name, tail := strings.Fields(m.Name), strings.Fields(noun.Name)
		if m.Of == "" || len(name) <= len(tail) || m.Better != "" && m.Better != want {
			continue
		}
		ends := true
		for k := range tail {
			ends = ends && p.lang.stem(name[len(name)-len(tail)+k]) == p.lang.stem(tail[k])
		}
		says := false
		for _, w := range name[:len(name)-len(tail)] {
			says = says || roots[p.lang.root(w)]
		}
		if ends && says {
			if match != nil {
				return nil
			}
			match = m
		}
	}
	return match
}
