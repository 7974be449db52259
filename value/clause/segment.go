package clause

import (
	"fmt"
	"strings"

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

// readVerb takes a subject, "can", and a verb at the start, and the articles before the noun.
func (s *segment) readVerb() {
	i := s.part.from
	take := func(section string) bool {
		i = s.unused(i)
		_, n := s.longest(i, section)
		if n > 0 {
			s.use(i, n)
		}
		return n > 0
	}
	take("modals")
	j := s.unused(i)
	for s.l.has("articles", s.word(j)) {
		j++
	}
	if _, n := s.longest(j, "subjects"); n > 0 {
		s.use(i, j+n-i)
	}
	take("modals")
	i = s.unused(i)
	if w := s.word(i); w != "" && s.takesVerb(w) {
		s.verb = s.base(w)
		s.use(i, 1)
	}
	s.readPassive()
	start := s.noun.tokens[0]
	for j := start - 1; j >= s.part.from && (s.used[j-s.part.from] || s.l.has("articles", s.word(j))); j-- {
		s.used[j-s.part.from] = true
	}
}

// readPassive: "999 of 1,000 orders are confirmed".
func (s *segment) readPassive() {
	for i := s.noun.tokens[len(s.noun.tokens)-1] + 1; i < s.part.to && s.verb == ""; i++ {
		if _, n := s.longest(i, "links"); n > 0 && s.word(i+n) != "" && s.p.shareOf(s.measure, s.word(i+n), s.wanted()) != nil {
			s.verb = s.word(i + n)
			s.use(i, n+1)
		}
	}
}

// unused is the first token from i that no rule used.
func (s *segment) unused(i int) int {
	for i < s.part.to && (s.used[i-s.part.from]) {
		i++
	}
	return i
}

// readNeutral takes what says nothing of its own: "are" and "made" in "at most 5 mistakes are made".
func (s *segment) readNeutral() {
	for i := s.part.from; i < s.part.to; i++ {
		for _, section := range []string{"links", "participles"} {
			_, n := s.longest(i, section)
			if n == 0 || !(i == s.part.from || s.taken(i-1)) || !(i+n == s.part.to || s.taken(i+n) || s.participle(i+n)) {
				continue
			}
			s.use(i, n)
			break
		}
	}
}

func (s *segment) participle(i int) bool {
	_, a := s.longest(i, "participles")
	_, b := s.longest(i, "links")
	return a+b > 0
}

func (s *segment) taken(i int) bool {
	return i >= s.part.from && i < s.part.to && (s.used[i-s.part.from] || s.p.tokens[i].noun >= 0)
}

func (s *segment) takesVerb(w string) bool {
	if s.l.has("verbs", s.base(w)) || s.q.form == noWorse && s.part.guards() {
		return true
	}
	return s.sensed(s.base(w)) || s.p.shareOf(s.measure, s.base(w), s.wanted()) != nil && s.q.form != noWorse
}

// sensed: "lose fewer than 1% of orders to errors", said of failed orders.
func (s *segment) sensed(verb string) bool {
	for sense := range s.l.senses[verb] {
		for _, name := range strings.Fields(s.measure.Name) {
			if s.l.related(name, sense) {
				return true
			}
		}
	}
	return false
}

// wanted is the better: of a measure that the quantity is meant for; "" is any.
func (s *segment) wanted() string {
	switch {
	case s.q.form == zero, strings.HasPrefix(s.q.compare, "<"), s.q.form == compared && s.q.sign < 0, s.q.form == change && s.q.sign < 0:
		return "lower"
	case strings.HasPrefix(s.q.compare, ">"), s.q.form == compared && s.q.sign > 0, s.q.form == change && s.q.sign > 0:
		return "higher"
	}
	return ""
}

// resolve finds the measure that "lose fewer orders" and "confirm 999 of 1,000 orders" are about: the verb of a
// share's name is part of what is measured.
func (s *segment) resolve() string {
	if s.verb == "" || s.sensed(s.verb) || s.l.has("verbs", s.verb) && !(s.q.wholeOf() && s.measure.Of == "") || s.q.form == noWorse {
		return ""
	}
	if m := s.p.shareOf(s.measure, s.verb, s.wanted()); m != nil {
		s.measure = m
	}
	return ""
}

// base is the verb of "keeping", "keeps" and "without losing".
func (s *segment) base(w string) string {
	if w == "" {
		return ""
	}
	if v := s.l.verb(w); v != w {
		return v
	}
	for _, one := range s.l.singulars(w) {
		if s.l.has("verbs", one) || s.l.has("changes", one) || s.l.has("multiples", one) {
			return one
		}
	}
	return w
}

func (q quantity) wholeOf() bool { return q.form == threshold && q.amount != nil && q.amount.share }

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

// word is the lower-case word at token i, "" when it is outside, used up or part of a noun.
func (s *segment) word(i int) string {
	if i < s.part.from || i >= s.part.to || s.used[i-s.part.from] || s.p.tokens[i].noun >= 0 {
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
