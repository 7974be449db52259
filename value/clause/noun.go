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
		rival, taken := -1, false
		for _, t := range f.tokens {
			if n := p.tokens[t].noun; n >= 0 {
				rival = n
				break
			}
			taken = taken || p.tokens[t].baseline >= 0
		}
		if taken {
			continue
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
		case len(tail) > 0 && i > 0:
			tokens := p.loosely(i, tail)
			if tokens == nil {
				continue
			}
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
				tokens = append(run(at, len(head)), tokens...)
			}
			out = append(out, span{measure: m, tokens: tokens, says: true})
		case len(tail) == 0 && p.stands(i, head) && i+len(head) < len(p.tokens):
			out = append(out, span{measure: m, tokens: run(i, len(head)), says: true})
		}
	}
	return out
}

// loosely is where the words stand from token i on, articles between them aside: "of all our orders confirmed".
func (p *parser) loosely(i int, words []string) (tokens []int) {
	for _, w := range words {
		for len(tokens) > 0 && i < len(p.tokens) && !p.lang.same(p.tokens[i].word, plainWord(w)) && p.lang.has("articles", p.tokens[i].word) {
			tokens = append(tokens, i)
			i++
		}
		if i >= len(p.tokens) || !p.lang.same(p.tokens[i].word, plainWord(w)) {
			return nil
		}
		tokens = append(tokens, i)
		i++
	}
	return tokens
}

// stands reports whether the words stand at token i, ignoring case and plural.
func (p *parser) stands(i int, words []string) bool {
	if i+len(words) > len(p.tokens) {
		return false
	}
	for k, w := range words {
		if !p.lang.same(p.tokens[i+k].word, plainWord(w)) {
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
func (p *parser) shareOf(noun *ir.Measure, verb, better string) *ir.Measure {
	if verb == "" {
		return nil
	}
	var match *ir.Measure
	for i := range p.measures {
		m := &p.measures[i]
		name, tail := strings.Fields(m.Name), strings.Fields(noun.Name)
		if m.Of == "" || len(name) <= len(tail) || better != "" && m.Better != "" && m.Better != better {
			continue
		}
		ends := true
		for k := range tail {
			ends = ends && p.lang.same(name[len(name)-len(tail)+k], tail[k])
		}
		says := false
		for _, w := range name[:len(name)-len(tail)] {
			says = says || p.means(verb, w)
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

// means reports whether a word of a measure's name says what the verb says.
func (p *parser) means(verb, name string) bool {
	if p.lang.related(verb, name) {
		return true
	}
	for active, senses := range p.lang.senses {
		if active != verb && !senses[verb] {
			continue
		}
		for sense := range senses {
			if p.lang.related(sense, name) {
				return true
			}
		}
	}
	return false
}
