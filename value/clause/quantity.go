package clause

import (
	"math/big"
	"strings"
)

// readQuantity finds the one quantity of a part. Whatever it does not use stays behind and makes the part unbound.
func (s *segment) readQuantity() string {
	s.readAggregate()
	if s.part.connector == "without" && s.readWithout() {
		return ""
	}
	for i := s.part.from; i < s.part.to; i++ {
		for _, rule := range []func(int) bool{s.readChange, s.readKept, s.readNone, s.readMultiple, s.readCompared, s.readBetween, s.readThreshold, s.readSame} {
			if s.word(i) != "" && rule(i) {
				return ""
			}
		}
	}
	// "answer searches within 300 ms" needs no further number.
	if s.within != nil && s.within.isTime() {
		s.q = quantity{form: threshold, compare: "<=", amount: s.within}
		s.within = nil
		return ""
	}
	if s.first && strings.HasPrefix(s.window, "first ") {
		s.q = quantity{form: threshold}
	}
	return ""
}

func (s *segment) readAggregate() {
	for i := s.part.from; i < s.part.to; i++ {
		if a, n := s.longest(i, s.l.aggregates); n > 0 && (s.isNoun(i+1) || s.word(i+1) == "of") {
			s.q.aggregate = a
			s.use(i, 1)
			if s.word(i+1) == "of" {
				s.use(i+1, 1)
			}
			return
		}
	}
}

// readWithout: "without any mistakes" counts none, "without losing orders" guards.
func (s *segment) readWithout() bool {
	if s.p.countsNone(s.part) {
		for i := s.part.from; i < s.part.to; i++ {
			if s.l.any[s.word(i)] {
				s.use(i, 1)
			}
		}
		s.q.form = zero
		return true
	}
	if s.l.gerunds[s.word(s.part.from)] == "" {
		return false
	}
	for i := s.part.from + 1; i < s.part.to; i++ {
		if s.word(i) != "" && !s.l.articles[s.word(i)] {
			return false
		}
	}
	s.q.form = noWorse
	return true
}

// readChange: reduce, cut, increase … by, to, from; halve and double.
func (s *segment) readChange(i int) bool {
	if i != s.firstWord() {
		return false
	}
	verb := s.base(s.word(i))
	if m, ok := s.l.multiples[verb]; ok {
		s.use(i, 1)
		s.setMultiple(rat(m))
		return true
	}
	sign, ok := s.l.changes[verb]
	if !ok {
		return false
	}
	for j := i + 1; j < s.part.to; j++ {
		switch s.word(j) {
		case "by":
			if a, n := s.readAmount(j+1, false); a != nil {
				s.use(i, 1)
				s.use(j, n+1)
				s.q.form, s.q.sign, s.q.amount = change, sign, a
				return true
			}
		case "from":
			a, n := s.readAmount(j+1, false)
			if a == nil || s.word(j+1+n) != "to" {
				continue
			}
			if b, m := s.readAmount(j+2+n, false); b != nil {
				s.use(i, 1)
				s.use(j, n+m+2)
				s.q.form, s.q.sign, s.q.amount, s.q.upper = fromTo, sign, a, b
				return true
			}
		case "to":
			compare, k := s.longest(j+1, s.l.comparators)
			a, n := s.readAmount(j+1+k, false)
			if a == nil {
				continue
			}
			if k == 0 {
				compare = map[int]string{-1: "<=", 1: ">="}[sign]
			}
			s.use(i, 1)
			s.use(j, 1+k+n)
			s.q.form, s.q.compare, s.q.amount = threshold, compare, a
			return true
		}
	}
	if s.l.verbs[verb] { // "raise at most 5 complaints"
		return false
	}
	s.use(i, 1)
	s.q.form = vague
	return true
}

// firstWord is the first token that is not used and no subject.
func (s *segment) firstWord() int {
	i := s.part.from
	for i < s.part.to && (s.used[i-s.part.from] || s.l.subjects[s.word(i)]) {
		i++
	}
	return i
}

// readKept: "keep orders unchanged", "keep orders the same".
func (s *segment) readKept(i int) bool {
	for _, phrase := range []string{"unchanged", "the same", "stable", "constant"} {
		if n := s.at(i, phrase); n > 0 && s.isNoun(i-1) {
			s.use(i, n)
			s.q.form = same
			return true
		}
	}
	return false
}

// readNone: no mistakes, never …, zero mistakes; and "no more complaints than last week".
func (s *segment) readNone(i int) bool {
	w := s.word(i)
	if _, n := s.longest(i, s.l.comparators); n > 0 {
		if a, _ := s.readAmount(i+n, true); a != nil {
			return false
		}
	}
	if c, ok := s.l.comparatives[s.word(i+1)]; w == "no" && ok {
		if s.baseline == "" {
			return false
		}
		s.use(i, 2)
		s.q.form, s.q.sign, s.q.speed = compared, c.sign, c.speed
		s.q.compare = "no"
		return true
	}
	switch {
	case w == "no" && s.isNoun(i+1):
		s.use(i, 1)
	case w == "never", w == "not":
		s.use(i, 1)
		for j := i + 1; j < s.part.to; j++ {
			if s.l.any[s.word(j)] || (s.word(j) == "a" || s.word(j) == "an") && s.isNoun(j+1) {
				s.use(j, 1)
			}
		}
	default:
		a, n := s.readAmount(i, false)
		if a == nil || a.val.Sign() != 0 || a.unit != "" || a.share || !s.isNoun(i+n) {
			return false
		}
		s.use(i, n)
	}
	s.q.form = zero
	return true
}

// readMultiple: "half as many", "twice as fast", "3 times as many".
func (s *segment) readMultiple(i int) bool {
	var v *big.Rat
	n := 0
	switch w := s.word(i); {
	case w == "half":
		v, n = big.NewRat(1, 2), 1
	case w == "twice":
		v, n = big.NewRat(2, 1), 1
	default:
		if k, m := s.number(i); k != nil && s.word(i+m) == "times" {
			v, n = k, m+1
		}
	}
	if v == nil || s.word(i+n) != "as" {
		return false
	}
	switch s.word(i + n + 1) {
	case "many", "much":
	case "fast", "quick", "quickly":
		if v.Sign() == 0 {
			return false
		}
		s.q.speed, v = true, new(big.Rat).Inv(v)
	case "slow":
		s.q.speed = true
	default:
		return false
	}
	s.use(i, n+2)
	s.setMultiple(v)
	return true
}

func (s *segment) setMultiple(v *big.Rat) {
	s.q.form, s.q.amount = multiple, &amount{val: v}
	s.q.sign = v.Cmp(big.NewRat(1, 1))
}

// readCompared: "fewer", "20% fewer", "at least 5 fewer", "100 ms faster", "5 mistakes fewer".
func (s *segment) readCompared(i int) bool {
	compare, k := s.longest(i, s.l.comparators)
	a, n := s.readAmount(i+k, false)
	if k > 0 && a == nil {
		return false
	}
	c, ok := s.l.comparatives[s.word(i+k+n)]
	if !ok {
		if a == nil || k > 0 {
			return false
		}
		for j := i + n; j < s.part.to; j++ { // "5 mistakes fewer", and not "5 or fewer mistakes"
			if c, ok := s.l.comparatives[s.word(j)]; ok && s.isNoun(j-1) {
				s.use(i, n)
				s.use(j, 1)
				s.q.form, s.q.amount, s.q.sign, s.q.speed = compared, a, c.sign, c.speed
				return true
			}
		}
		return false
	}
	if a == nil {
		if s.comparator(i) || s.word(i+1) == "than" {
			return false
		}
		n = 0
	}
	s.use(i, k+n+1)
	s.q.form, s.q.compare, s.q.amount, s.q.sign, s.q.speed = compared, compare, a, c.sign, c.speed
	return true
}

// readBetween: "between 2 and 5".
func (s *segment) readBetween(i int) bool {
	if !s.l.between[s.word(i)] {
		return false
	}
	a, n := s.readAmount(i+1, false)
	if a == nil || s.word(i+1+n) != "and" {
		return false
	}
	b, m := s.readAmount(i+2+n, false)
	if b == nil {
		return false
	}
	if a.unit == "" { // between 2 and 5%
		a.unit = b.unit
	}
	s.use(i, n+m+2)
	s.q.form, s.q.amount, s.q.upper = interval, a, b
	return true
}

// readThreshold: "at most 5", "99.9% of", "1 in 500", "most", "5 … at most", "5".
func (s *segment) readThreshold(i int) bool {
	if s.word(i) == "most" {
		s.use(i, 1)
		s.useOf(i + 1)
		s.q.form, s.q.compare, s.q.amount = threshold, ">", &amount{val: big.NewRat(1, 2), share: true}
		return true
	}
	compare, k := s.longest(i, s.l.comparators)
	a, n := s.readAmount(i+k, k > 0)
	if a == nil {
		return false
	}
	s.use(i, k+n)
	for j := i + k + n; k == 0 && j < s.part.to; j++ {
		if c, m := s.longest(j, s.l.after); m > 0 && (j == i+n || s.isNoun(j-1)) {
			compare = c
			s.use(j, m)
			break
		}
	}
	if a.unit == "%" && s.useOf(i+k+n) {
		a = &amount{val: a.fractionOfOne(), share: true}
	}
	s.q.form, s.q.compare, s.q.amount = threshold, compare, a
	return true
}

// useOf takes the "of" between a share and its whole.
func (s *segment) useOf(i int) bool {
	j := i + 1
	for s.l.articles[s.word(j)] {
		j++
	}
	if s.word(i) != "of" || !s.isNoun(j) {
		return false
	}
	s.use(i, 1)
	return true
}

// readSame: "as many orders as last week", "no worse than last week".
func (s *segment) readSame(i int) bool {
	n := s.at(i, "as many") + s.at(i, "as much")
	if n == 0 || s.baseline == "" || !s.isNoun(i+n) {
		return false
	}
	s.use(i, n)
	s.q.form = noWorse
	return true
}
