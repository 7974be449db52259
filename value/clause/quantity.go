package clause

import "strings"

// readQuantity finds the one quantity of a part. Whatever it does not use stays behind and makes the part unbound.
func (s *segment) readQuantity() string {
	s.readAggregate()
	if s.part.connector == "without" && s.readWithout() {
		return ""
	}
	for i := s.part.from; i < s.part.to; i++ {
		if s.word(i) != "" && s.readChangeNoun(i) {
			return ""
		}
	}
	rules := []func(int) bool{s.readMoved, s.readChange, s.readKept, s.readNone, s.readMultiple, s.readCompared,
		s.readBetween, s.readShare, s.readThreshold, s.readSame}
	for i := s.part.from; i < s.part.to; i++ {
		for _, rule := range rules {
			if s.word(i) != "" && rule(i) {
				return ""
			}
		}
	}
	// "answer searches within 300 ms" needs no further number.
	if s.within != nil && s.within.isTime() {
		s.q.form, s.q.compare, s.q.amount = threshold, "<=", s.within
		s.within = nil
		return ""
	}
	if s.first && strings.HasPrefix(s.window, "first ") {
		s.q.form = threshold
	}
	return ""
}

func (s *segment) readAggregate() {
	for i := s.part.from; i < s.part.to; i++ {
		a, n := s.longest(i, "aggregates")
		if n == 0 {
			continue
		}
		of := s.find(i+n, "of")
		if s.beforeNoun(i + n + of) {
			s.q.aggregate = a
			s.use(i, n+of)
			return
		}
	}
}

// readWithout: "without any mistakes" counts none; "without losing orders", "without a drop in orders" and "without
// losing more than 5% of orders" guard.
func (s *segment) readWithout() bool {
	if s.p.countsNone(s.part) {
		s.use(s.part.from, s.find(s.part.from, "any"))
		s.q.form = zero
		return true
	}
	i := s.part.from
	for s.l.has("articles", s.word(i)) || s.find(i, "any") > 0 {
		i++
	}
	if way, n := s.longest(i, "change-nouns"); n > 0 {
		if k := s.find(i+n, "change-in"); k > 0 && s.beforeNoun(i+n+k) {
			s.use(s.part.from, i+n+k-s.part.from)
			s.q.form, s.q.sign = noWorse, signs[way]
			return true
		}
	}
	i = s.part.from
	if way, n := s.longest(i, "comparatives"); n > 0 && s.beforeNoun(i+n) {
		s.use(i, n)
		s.q.form, s.q.sign = noWorse, signs[way]
		return true
	}
	if s.l.verb(s.word(i)) == s.word(i) {
		return false
	}
	i++
	if c, n := s.longest(i, "comparators"); c == ">" {
		if a, m := s.readAmount(i+n, false); a != nil && a.unit == "%" {
			m += s.find(i+n+m, "of")
			s.use(i, n+m)
			s.q.amount = a
			i += n + m
		}
	}
	for ; i < s.part.to; i++ {
		if s.word(i) != "" && !s.l.has("articles", s.word(i)) {
			return false
		}
	}
	s.q.form = noWorse
	return true
}

// signs is which way a word of the language changes a number. Faster is less time.
var signs = map[string]int{"less": -1, "more": 1, "faster": -1, "slower": 1}

// readKept: "keep orders unchanged", "keep orders the same".
func (s *segment) readKept(i int) bool {
	if n := s.find(i, "unchanged"); n > 0 && (s.isNoun(i-1) || s.taken(i-1) || s.l.has("links", s.word(i-1))) && i > s.noun.tokens[0] {
		s.use(i, n)
		s.q.form = same
		return true
	}
	return false
}

// readNone: no mistakes, never …, zero mistakes; "no more complaints than last week", "no worse than last week".
func (s *segment) readNone(i int) bool {
	if n := s.find(i, "worse"); n > 0 && s.baseline != "" {
		s.use(i, n)
		s.q.form = noWorse
		return true
	}
	if _, n := s.longest(i, "comparators"); n > 0 {
		if a, _ := s.readAmount(i+n, true); a != nil {
			return false
		}
	}
	no := max(s.find(i, "no"), s.find(i, "never"))
	if way, n := s.longest(i+no, "comparatives"); no > 0 && n > 0 {
		if s.baseline == "" || s.comparator(i) {
			return false
		}
		s.use(i, no+n)
		s.q.form, s.q.sign, s.q.speed = compared, signs[way], way == "faster" || way == "slower"
		s.q.compare = "no"
		return true
	}
	switch {
	case s.find(i, "no") > 0 && s.beforeNoun(i+s.find(i, "no")):
		s.use(i, s.find(i, "no"))
	case s.find(i, "never") > 0 && s.neverMore(i):
		return true
	case s.find(i, "never") > 0:
		s.use(i, s.find(i, "never"))
		for j := i + 1; j < s.part.to; j++ {
			if n := max(s.find(j, "any"), s.find(j, "a")); n > 0 && s.beforeNoun(j+n) {
				s.use(j, n)
			}
		}
	default:
		a, n := s.readAmount(i, false)
		if a == nil || a.val.Sign() != 0 || a.unit != "" || a.share || !s.beforeNoun(i+n) && !s.behindNoun(i) {
			return false
		}
		if s.measure.Count == "" {
			return false
		}
		s.use(i, n)
	}
	for j := i; j < s.part.to; j++ {
		s.use(j, s.find(j, "at-all"))
	}
	s.q.form = zero
	return true
}

// neverMore: "never make more than 5 mistakes".
func (s *segment) neverMore(i int) bool {
	n := s.find(i, "never")
	for j := i + n; j < s.part.to; j++ {
		c, k := s.longest(j, "comparators")
		if a, _ := s.readAmount(j+k, true); c != "<" && c != ">" || a == nil {
			continue
		}
		if s.use(i, n); !s.readThreshold(j) {
			return false
		}
		s.q.compare = map[string]string{"<": ">=", ">": "<="}[c]
		return true
	}
	return false
}

// behindNoun reports whether only words that say nothing stand between the noun and i: "mistakes are 0", "mistakes: 0".
func (s *segment) behindNoun(i int) bool {
	for i--; i >= s.part.from && !s.isNoun(i); i-- {
		if !s.taken(i) && !s.l.has("links", s.word(i)) && s.word(i) != "=" {
			return false
		}
	}
	return s.isNoun(i)
}
