package clause

import (
	"fmt"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// segment is one part of a clause being read. Each rule uses up the words that it understands; a word that no
// rule used makes the part unbound.
type segment struct {
	p       *parser
	l       *language
	part    part
	used    []bool
	noun    *span
	shared  *span // the noun of the part behind this one, of which the same is said
	measure *ir.Measure
	verb    string

	window, days, slope, baseline, per, percentile string
	first                                          bool
	confidence                                     *amount
	confidenceAt                                   [2]int
	within                                         *amount // a threshold of time, or the margin of "unchanged within"
	beyond                                         *amount // of "at most 1% take longer than"
	q                                              quantity
}

// form is what kind of quantity a part holds.
type form int

const (
	none form = iota
	zero
	threshold // compare, amount
	interval  // between amount and upper
	compared  // fewer, 20 % fewer, 5 fewer; compare is the comparator before it
	multiple  // half as many, halve, double
	noWorse   // as many as, without losing; amount is the margin
	same      // unchanged
	change    // reduce … by amount
	fromTo    // cut … from amount to upper
	vague     // reduce …, and no more
)

type quantity struct {
	form          form
	compare       string // "" of a bare number
	amount, upper *amount
	sign          int // of a comparative or a change
	speed         bool
	many          bool // "twice as many", not "double"
	aggregate     string
}

func (p *parser) segment(w part) *segment {
	return &segment{p: p, l: p.lang, part: w, used: make([]bool, w.to-w.from)}
}

// read returns a claim, or the reason why there is none.
func (s *segment) read() (ir.Claim, string) {
	text, at, n := s.p.words(s.part.from, s.part.to)
	c := ir.Claim{Text: text, Pos: at, Len: n}
	if reason := s.findNoun(text); reason != "" {
		return c, reason
	}
	s.readFillers()
	for _, rule := range []func() string{s.readConfidence, s.readTimes, s.readBaseline, s.readPercentile, s.readWithin, s.readPer, s.readQuantity} {
		if reason := rule(); reason != "" {
			return c, reason
		}
	}
	s.readVerb()
	s.readNeutral()
	from, to := s.leftOver()
	left, _, _ := s.p.words(from, to)
	hedge := s.hedged()
	switch {
	case hedge != "":
		return c, fmt.Sprintf("%q gives no number that could be tested", hedge)
	case left != "" && s.q.form != none && s.narrows(from, to):
		return c, s.population(from, to)
	case left != "" && s.untimed(from):
		return c, fmt.Sprintf("%q is not measured in time: a measure of times has quantile:", s.measure.Name)
	case s.q.form == none && left == "":
		return c, fmt.Sprintf("%q has no quantity", text)
	case s.q.form == none:
		return c, fmt.Sprintf("%q has no quantity, and %q is not understood", text, left)
	case left != "":
		return c, fmt.Sprintf("%q is not understood", left)
	}
	if reason := s.resolve(); reason != "" {
		return c, reason
	}
	return s.build(c)
}

// untimed: "within 2 minutes", said of what is counted.
func (s *segment) untimed(i int) bool {
	n := s.find(i, "within-time")
	a, _ := s.readTime(i + n)
	return n > 0 && a != nil && s.family() != "time" && (s.q.wholeOf() || s.q.form == none)
}

// narrows tells "on mobile" from "in 24 hours" and from one odd word.
func (s *segment) narrows(from, to int) bool {
	for i := from; i < to; i++ {
		if v, _ := s.number(i); v != nil {
			return false
		}
	}
	return s.find(from, "population") > 0 && to > from+1
}

// population is the reason for words that narrow the claim to some of the people or things that are measured.
func (s *segment) population(from, to int) string {
	text, _, _ := s.p.words(from, to)
	s.p.diags = append(s.p.diags, s.warn(from, to, "value/population", fmt.Sprintf("%q narrows the claim to a population that no measure declares", text)).
		WithHelp("declare a measure %q that counts only these, or leave the words out", s.measure.Name+" "+text))
	return fmt.Sprintf("%q narrows the claim, and no measure counts only these", text)
}

// findNoun picks the measure: the first span that is not what something is counted per.
func (s *segment) findNoun(text string) string {
	seen := map[int]bool{}
	for i := s.part.from; i < s.part.to; i++ {
		n := s.p.tokens[i].noun
		if n < 0 || seen[n] {
			continue
		}
		seen[n] = true
		sp := &s.p.spans[n]
		for _, t := range sp.tokens {
			if t < s.part.from || t >= s.part.to {
				return fmt.Sprintf("%q is divided by a word that joins two promises", sp.measure.Name)
			}
		}
		if s.perBefore(i) {
			continue
		}
		if s.noun != nil {
			return fmt.Sprintf("%q names two measures, %s and %s, in one claim", text, s.noun.measure.Name, sp.measure.Name)
		}
		s.noun, s.measure = sp, sp.measure
	}
	switch {
	case s.noun == nil && s.part.from > 0 && s.find(s.part.from, "population") > 0:
		s.p.diags = append(s.p.diags, s.warn(s.part.from, s.part.to, "value/population", fmt.Sprintf("%q narrows the claim to a population that no measure declares", text)).
			WithHelp("declare a measure that counts only these, or leave the words out"))
		return fmt.Sprintf("%q names no measure", text)
	case s.noun == nil:
		return fmt.Sprintf("%q names no measure", text)
	case s.shared != nil:
		s.measure = s.shared.measure
	}
	return ""
}

// perBefore reports whether the word at i follows "per" or "per thousand".
func (s *segment) perBefore(i int) bool {
	for j := i - 1; j >= s.part.from && j >= i-4; j-- {
		if n := s.find(j, "each"); n > 0 {
			v, m := s.number(j + n)
			if v == nil && s.find(j, "all") > 0 { // "confirm every order"
				return false
			}
			return j+n == i || v != nil && j+n+m == i
		}
	}
	return false
}

// readFillers takes "the number of" before the noun, and "time" behind one that is measured in time.
func (s *segment) readFillers() {
	for i := s.part.from; i < s.part.to; i++ {
		if _, n := s.longest(i, "fillers"); n > 0 && s.beforeNoun(i+n) {
			s.use(i, n)
		}
	}
	last := s.noun.tokens[len(s.noun.tokens)-1]
	if s.measure.Quantile != "" || clockUnits[s.measure.Unit] != nil {
		if _, n := s.longest(last+1, "durations"); n > 0 {
			s.use(last+1, n)
		}
	}
}

// beforeNoun reports whether the noun stands at i, articles aside.
func (s *segment) beforeNoun(i int) bool {
	for s.l.has("articles", s.word(i)) {
		i++
	}
	return s.isNoun(i)
}

// hedged finds a word that nothing used and that takes the number away: avoid, improve, about 5.
func (s *segment) hedged() string {
	for i := s.part.from; i < s.part.to; i++ {
		for _, section := range []string{"hedges", "vague"} {
			if _, n := s.longest(i, section); n > 0 {
				text, _, _ := s.p.words(i, i+n)
				return text
			}
		}
	}
	return ""
}

// leftOver is the first stretch of words that no rule used.
func (s *segment) leftOver() (from, to int) {
	for i := s.part.from; i < s.part.to; i++ {
		if s.taken(i) {
			continue
		}
		j := i + 1
		for j < s.part.to && !s.taken(j) {
			j++
		}
		return i, j
	}
	return 0, 0
}

// word is the lower-case word at token i, "" when it is outside, used up or part of a noun or of a declared baseline.
func (s *segment) word(i int) string {
	if i < s.part.from || i >= s.part.to || s.used[i-s.part.from] || s.p.tokens[i].noun >= 0 || s.p.tokens[i].baseline >= 0 {
		return ""
	}
	return s.p.tokens[i].word
}

// find is how many words at i are the longest phrase of a role, 0 for none.
func (s *segment) find(i int, role string) int {
	phrases, phrase, length := s.l.particles[role], "", 0
	reach := s.l.reach["particles "+role][s.word(i)]
	for n := 1; n <= reach && s.word(i+n-1) != ""; n++ {
		phrase = joined(phrase, s.word(i+n-1))
		if phrases[phrase] {
			length = n
		}
	}
	return length
}

// longest is the meaning of the longest phrase of a section at i, and its length in tokens.
func (s *segment) longest(i int, section string) (string, int) {
	phrases, phrase, meaning, length := s.l.tables[section], "", "", 0
	reach := s.l.reach[section][s.word(i)]
	for n := 1; n <= reach && s.word(i+n-1) != ""; n++ {
		phrase = joined(phrase, s.word(i+n-1))
		if m, ok := phrases[phrase]; ok {
			meaning, length = m, n
		}
	}
	return meaning, length
}

func joined(phrase, word string) string {
	if phrase == "" {
		return word
	}
	return phrase + " " + word
}

func (s *segment) use(i, n int) {
	for k := i; k < i+n; k++ {
		s.used[k-s.part.from] = true
	}
}

func (s *segment) isNoun(i int) bool {
	return i >= s.part.from && i < s.part.to && s.p.tokens[i].noun >= 0
}
