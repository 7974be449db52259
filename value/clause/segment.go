package clause

import (
	"fmt"
	"math/big"
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
	measure *ir.Measure
	verb    string

	window, days, slope, baseline, per, percentile string
	first, confidence                              bool
	within                                         *amount // a threshold of time, or the margin of "unchanged within"
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
	noWorse   // as many as, without losing
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
	for _, rule := range []func() string{s.readConfidence, s.readTimes, s.readBaseline, s.readPer, s.readPercentile, s.readWithin, s.readQuantity} {
		if reason := rule(); reason != "" {
			return c, reason
		}
	}
	s.readVerb()
	left := s.leftOver()
	hedge := s.hedged()
	switch {
	case hedge != "":
		return c, fmt.Sprintf("%q gives no number that could be tested", hedge)
	case s.q.form == none && left == "":
		return c, fmt.Sprintf("%q has no quantity", text)
	case s.q.form == none:
		return c, fmt.Sprintf("%q has no quantity, and %q is not understood", text, left)
	case left != "":
		return c, fmt.Sprintf("%q is not understood", left)
	}
	return s.build(c)
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
				return fmt.Sprintf("%q is divided by %q", sp.measure.Name, s.part.connector)
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
	if s.noun == nil {
		if t := s.word(s.part.from); s.part.from > 0 && (t == "as" || t == "for" || t == "by" || t == "among") {
			s.p.diags = append(s.p.diags, s.warn(s.part.from, s.part.to, "value/population", fmt.Sprintf("%q narrows the claim to a population that no measure declares", text)).
				WithHelp("declare a measure that counts only these, or leave the words out"))
		}
		return fmt.Sprintf("%q names no measure", text)
	}
	return ""
}

// perBefore reports whether the word at i follows "per" or "per thousand".
func (s *segment) perBefore(i int) bool {
	for j := i - 1; j >= s.part.from && j >= i-3; j-- {
		t := s.p.tokens[j]
		if t.word == "per" {
			return true
		}
		if _, scale := s.l.numbers[t.word]; t.kind != number && !scale {
			return false
		}
	}
	return false
}

// hedged finds a word that nothing used and that takes the number away: avoid, improve, about 5.
func (s *segment) hedged() string {
	for i := s.part.from; i < s.part.to; i++ {
		if w := s.word(i); s.l.hedges[w] || s.l.vague[w] {
			return s.p.tokens[i].text
		}
	}
	return ""
}

// readVerb takes a subject and a verb at the start, and the articles before the noun.
func (s *segment) readVerb() {
	i := s.part.from
	skip := func() {
		for i < s.part.to && s.used[i-s.part.from] {
			i++
		}
	}
	skip()
	if s.l.subjects[s.word(i)] {
		s.use(i, 1)
		skip()
	}
	if w := s.word(i); s.takesVerb(w) {
		s.verb = s.base(w)
		s.use(i, 1)
		skip()
	}
	for s.l.links[s.word(i)] {
		s.use(i, 1)
		skip()
	}
	start := s.noun.tokens[0]
	for j := start - 1; j >= s.part.from && (s.used[j-s.part.from] || s.l.articles[s.word(j)]); j-- {
		s.used[j-s.part.from] = true
	}
}

func (s *segment) takesVerb(w string) bool {
	if w == "" {
		return false
	}
	if w = s.base(w); s.l.verbs[w] || s.q.form == noWorse && s.part.guards() {
		return true
	}
	for _, sense := range s.l.senses[w] { // "lose fewer than 1% of orders to errors", said of failed orders
		for _, name := range strings.Fields(s.measure.Name) {
			if s.l.root(name) == s.l.root(sense) {
				return true
			}
		}
	}
	// "confirm 999 of 1,000 orders": the verb of a share's name is part of what is measured.
	return s.q.wholeOf() && s.p.shareOf(s.measure, w, s.q.upperBound()) != nil
}

// base is the verb of "while keeping" and "without losing".
func (s *segment) base(w string) string {
	if g := s.l.gerunds[w]; g != "" && s.part.connector != "" {
		return g
	}
	return w
}

func (q quantity) wholeOf() bool { return q.form == threshold && q.amount.share }

func (q quantity) upperBound() bool { return strings.HasPrefix(q.compare, "<") }

func (s *segment) leftOver() string {
	for i := s.part.from; i < s.part.to; i++ {
		if s.used[i-s.part.from] || s.p.tokens[i].noun >= 0 && s.p.tokens[i].noun == s.p.tokens[s.noun.tokens[0]].noun {
			continue
		}
		j := i + 1
		for j < s.part.to && !s.used[j-s.part.from] && s.p.tokens[j].noun < 0 {
			j++
		}
		text, _, _ := s.p.words(i, j)
		return text
	}
	return ""
}

// word is the lower-case word at token i, "" when it is outside, used up or part of a noun.
func (s *segment) word(i int) string {
	if i < s.part.from || i >= s.part.to || s.used[i-s.part.from] || s.p.tokens[i].noun >= 0 {
		return ""
	}
	return s.p.tokens[i].word
}

// at reports whether the words stand at i, not used up, and how many they are.
func (s *segment) at(i int, phrase string) int {
	words := strings.Fields(phrase)
	for k, w := range words {
		if s.word(i+k) != w {
			return 0
		}
	}
	return len(words)
}

// longest is the meaning of the longest phrase of the table at i, and its length in tokens.
func (s *segment) longest(i int, table map[string]string) (string, int) {
	phrase, meaning, length := "", "", 0
	for n := 1; n <= 6 && s.word(i+n-1) != ""; n++ {
		phrase = strings.TrimSpace(phrase + " " + s.word(i+n-1))
		if m, ok := table[phrase]; ok {
			meaning, length = m, n
		}
	}
	return meaning, length
}

func (s *segment) use(i, n int) {
	for k := i; k < i+n; k++ {
		s.used[k-s.part.from] = true
	}
}

func (s *segment) isNoun(i int) bool {
	return i >= s.part.from && i < s.part.to && s.p.tokens[i].noun >= 0
}

// amount is a number with its unit. share: it names its own whole ("1 in 100", "half of", "most").
type amount struct {
	val   *big.Rat
	unit  string // "", %, pp, ms, s, m, h, d, w, month, year, or a currency sign
	share bool
}

// readAmount reads an amount at token i without using it up. article allows "a mistake" for 1.
func (s *segment) readAmount(i int, article bool) (*amount, int) {
	start := i
	a := &amount{}
	if w := s.word(i); w == "£" || w == "$" || w == "€" {
		a.unit = w
		i++
	}
	if w := s.word(i); (w == "a" || w == "an" || w == "one") && a.unit == "" {
		next := s.word(i + 1)
		if f, ok := s.l.fractions[next]; ok {
			return s.fraction(start, i+2, rat(f))
		}
		if n, ok := s.l.numbers[next]; ok && w != "one" && rat(n).Cmp(big.NewRat(100, 1)) >= 0 {
			i++ // a hundred
		} else if article && w != "one" && s.isNoun(i+1) {
			a.val = big.NewRat(1, 1)
			return a, 1
		}
	}
	if f, ok := s.l.fractions[s.word(i)]; ok {
		return s.fraction(start, i+1, rat(f))
	}
	v, n := s.number(i)
	if v == nil {
		return nil, 0
	}
	i += n
	a.val = v
	if f, ok := s.l.fractions[strings.TrimSuffix(s.word(i), "s")]; ok {
		return s.fraction(start, i+1, new(big.Rat).Mul(v, rat(f)))
	}
	if a.unit != "" {
		return a, i - start
	}
	if unit, n := s.longest(i, s.l.units); n > 0 {
		a.unit = unit
		return a, i + n - start
	}
	for _, of := range []string{"in", "out of", "of"} {
		if n := s.at(i, of); n > 0 {
			if whole, m := s.number(i + n); whole != nil && whole.Sign() > 0 {
				a.val, a.share = new(big.Rat).Quo(v, whole), true
				return a, i + n + m - start
			}
		}
	}
	return a, i - start
}

// fraction is a share when a whole follows ("half of orders"), and otherwise a size ("a fifth fewer").
func (s *segment) fraction(start, i int, v *big.Rat) (*amount, int) {
	a := &amount{val: v, unit: "%"}
	a.val = new(big.Rat).Mul(v, big.NewRat(100, 1))
	return a, i - start
}

func (s *segment) number(i int) (*big.Rat, int) {
	w := s.word(i)
	if w == "" {
		return nil, 0
	}
	t := s.p.tokens[i]
	var v *big.Rat
	switch {
	case t.kind == number:
		v = t.num
	case s.l.numbers[w] != "":
		v = rat(s.l.numbers[w])
	}
	if v == nil {
		return nil, 0
	}
	n := 1
	for {
		scale, ok := s.l.numbers[s.word(i+n)]
		if !ok || rat(scale).Cmp(big.NewRat(100, 1)) < 0 {
			return v, n
		}
		v = new(big.Rat).Mul(v, rat(scale))
		n++
	}
}

// part of a whole, 0.01 for 1 %.
func (a *amount) fractionOfOne() *big.Rat {
	if a.unit == "%" || a.unit == "pp" {
		return new(big.Rat).Quo(a.val, big.NewRat(100, 1))
	}
	return a.val
}

func (a *amount) isTime() bool { return clockUnits[a.unit] }

var clockUnits = map[string]bool{"ms": true, "s": true, "m": true, "h": true, "d": true, "w": true}
