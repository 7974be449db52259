package clause

import (
	"fmt"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// part is a stretch of tokens between connectors; connector is the role of the word before it.
type part struct {
	from, to  int
	connector string
}

func (w part) guards() bool { return w.connector == "while" || w.connector == "without" }

// claims splits the clause at its connectors and reads each part.
func (p *parser) claims() (claims []ir.Claim, unbound string) {
	var reasons []string
	parts := p.split()
	if len(parts) == 0 {
		return nil, "the clause is empty"
	}
	var last *part // the last part that was read, whose quantity a bare noun after it shares
	for i, part := range parts {
		if part.from == part.to {
			reasons = append(reasons, "nothing stands beside the word that joins two promises")
			continue
		}
		if i == 0 && len(parts) > 1 && p.context(part, parts[1]) {
			continue
		}
		noun := p.onlyNoun(part)
		s := p.segment(part)
		if noun != nil && last != nil && (part.connector == "and" || part.connector == "or") {
			s = p.segment(*last)
			s.shared = noun
		}
		claim, reason := s.read()
		switch {
		case reason == "" && part.connector == "or" && (s.shared == nil || s.q.form != zero && s.q.form != noWorse):
			reason = fmt.Sprintf("either of two things is no promise: %q", claim.Text)
		case reason == "" && s.shared != nil && !s.q.shares():
			reason = fmt.Sprintf("does the number go for %q as well? write it there too", noun.measure.Name)
		}
		if s.shared != nil {
			claim.Text, claim.Pos, claim.Len = p.words(part.from, part.to)
		}
		if reason != "" {
			reasons = append(reasons, reason)
			continue
		}
		if s.shared == nil {
			last = &parts[i]
		}
		claim.Guardrail = s.part.guards() && len(claims)+len(reasons) > 0
		claims = append(claims, claim)
	}
	return claims, strings.Join(reasons, "; ")
}

// shares reports whether "fewer mistakes and complaints" says the same of both.
func (q quantity) shares() bool {
	switch q.form {
	case zero, noWorse, same, multiple:
		return true
	case compared, change:
		return q.amount == nil || q.amount.unit == "%"
	}
	return false
}

// onlyNoun is the measure of a part that is nothing but a measure.
func (p *parser) onlyNoun(w part) *span {
	var noun *span
	for i := w.from; i < w.to; i++ {
		t := p.tokens[i]
		switch {
		case t.noun >= 0 && (noun == nil || noun == &p.spans[t.noun]):
			noun = &p.spans[t.noun]
		case t.noun >= 0 || !p.lang.has("articles", t.word):
			return nil
		}
	}
	return noun
}

// split cuts at connectors that are neither inside a noun nor part of a longer phrase.
func (p *parser) split() []part {
	whole := p.segment(part{0, len(p.tokens), ""})
	var parts []part
	start, connector := 0, ""
	between := false
	for i := 0; i < len(p.tokens); i++ {
		if p.tokens[i].noun >= 0 || p.tokens[i].baseline >= 0 {
			continue
		}
		if whole.find(i, "between") > 0 {
			between = true
		}
		if _, _, n := whole.twoBounds(i); n > 0 {
			i += n - 1
			continue
		}
		if n := whole.phraseAround(i); n > 0 {
			i += n - 1
			continue
		}
		role, n := whole.longest(i, "connectors")
		if n == 0 {
			continue
		}
		if between && whole.find(i, "range-and") > 0 {
			between = false
			continue
		}
		// ", and" and ", while" are one connector, and nothing stands before a first "without".
		if i > start || (role != "and" && connector != "" && connector != "and") {
			parts = append(parts, part{start, i, connector})
		}
		start, connector = i+n, role
		i += n - 1
	}
	if start < len(p.tokens) || connector != "" {
		parts = append(parts, part{start, len(p.tokens), connector})
	}
	return parts
}

// phraseAround is the length of a phrase at i that holds a connector and joins nothing: "or fewer", "compared with",
// "with 95% confidence".
func (s *segment) phraseAround(i int) int {
	longest := 0
	for _, section := range []string{"after", "comparators", "baselines"} {
		if _, n := s.longest(i, section); n > 1 {
			longest = max(longest, n)
		}
	}
	for _, role := range []string{"than", "or-less"} {
		if n := s.find(i, role); n > 1 {
			longest = max(longest, n)
		}
	}
	if n := s.find(i, "with"); n > 0 {
		if a, m := s.readAmount(i+n, false); a != nil && s.find(i+n+m, "confidence") > 0 {
			longest = max(longest, n+m+1)
		}
	}
	return longest
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
	s := p.segment(w)
	return s.find(w.from, "any") > 0 && p.onlyAfter(w, s.find(w.from, "any")) || s.isNoun(w.from)
}

// onlyAfter reports whether the noun stands right behind "any", so that "without any loss of orders" is a guardrail.
func (p *parser) onlyAfter(w part, n int) bool {
	return w.from+n < w.to && p.tokens[w.from+n].noun >= 0
}
