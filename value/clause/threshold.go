package clause

import "math/big"

// twoBounds: "at least 2 and at most 5", in this order or the other.
func (s *segment) twoBounds(i int) (low, high *amount, n int) {
	first, k := s.longest(i, "comparators")
	if first != "<=" && first != ">=" {
		return nil, nil, 0
	}
	a, m := s.readAmount(i+k, false)
	and := s.find(i+k+m, "range-and")
	if a == nil || and == 0 {
		return nil, nil, 0
	}
	j := i + k + m + and
	second, k := s.longest(j, "comparators")
	if turned[first] != second {
		return nil, nil, 0
	}
	b, m := s.readAmount(j+k, false)
	if b == nil {
		return nil, nil, 0
	}
	if first == "<=" {
		a, b = b, a
	}
	return a, b, j + k + m - i
}

// readBetween: "between 2 and 5", "2 to 5", "2–5", "at least 2 and at most 5".
func (s *segment) readBetween(i int) bool {
	if low, high, n := s.twoBounds(i); n > 0 {
		s.use(i, n)
		if low.unit == "%" {
			s.useOf(i + n)
		}
		s.q.form, s.q.amount, s.q.upper = interval, low, high
		return true
	}
	n := s.find(i, "between")
	a, m := s.readAmount(i+n, false)
	if a == nil {
		return false
	}
	role := "range-and"
	if n == 0 {
		role = "range-to"
	}
	k := s.find(i+n+m, role)
	if k == 0 {
		return false
	}
	b, w := s.readAmount(i+n+m+k, false)
	if b == nil {
		return false
	}
	if a.unit == "" { // between 2 and 5%
		a.unit = b.unit
	}
	end := i + n + m + k + w
	s.use(i, end-i)
	if a.unit == "%" {
		s.useOf(end)
	}
	s.q.form, s.q.amount, s.q.upper = interval, a, b
	return true
}

// readShare: "most orders", "all orders", "half of orders".
func (s *segment) readShare(i int) bool {
	v, compare := big.NewRat(1, 2), ">"
	n := s.find(i, "most")
	if n == 0 {
		if n = s.find(i, "all"); n == 0 {
			return false
		}
		v, compare = one, ">="
		if j := i + n + s.find(i+n, "of"); !s.beforeNoun(j) || s.noun.says && i > s.noun.tokens[0] {
			return false
		}
	}
	s.use(i, n)
	s.useOf(i + n)
	s.q.form, s.q.compare, s.q.amount = threshold, compare, &amount{val: v, share: true}
	s.readShareTime()
	return true
}

// readThreshold: "at most 5", "99.9% of", "1 in 500", "5 … at most", "5".
func (s *segment) readThreshold(i int) bool {
	compare, k := s.longest(i, "comparators")
	a, n := s.readAmount(i+k, k > 0)
	if a == nil && k > 0 {
		a, n = s.readTime(i + k)
	}
	if a == nil {
		return false
	}
	s.use(i, k+n)
	for j := i + k + n; k == 0 && j < s.part.to; j++ {
		if c, m := s.longest(j, "after"); m > 0 && (j == i+n || s.isNoun(j-1) || s.taken(j-1)) {
			compare = c
			s.use(j, m)
			break
		}
	}
	if m := s.find(i+k+n, "times"); m > 0 && s.per != "" && s.noun.tokens[0] < i { // "a mistake at most 3 times a day"
		s.use(i+k+n, m)
	}
	if m := s.find(i+k+n, "of-time"); m > 0 && a.unit == "%" {
		s.use(i+k+n, m)
	}
	if s.per != "" {
		for j := s.part.from; j < s.part.to; j++ {
			s.use(j, s.find(j, "on-average"))
		}
	}
	if a.unit == "%" {
		s.exposedPart(i)
	}
	if a.unit == "%" && s.useOf(i+k+n) {
		a = &amount{val: a.fractionOfOne(), share: true}
	}
	s.q.form, s.q.compare, s.q.amount = threshold, compare, a
	s.readShareTime()
	return true
}

// exposedPart: "mistakes in fewer than 1% of sums".
func (s *segment) exposedPart(i int) {
	if s.measure.Per == "" || s.find(i-1, "in") == 0 {
		return
	}
	for j := i; j < s.part.to; j++ {
		n := s.find(j, "of")
		for s.l.has("articles", s.word(j+n)) {
			n++
		}
		if n > 0 && s.word(j+n) != "" && s.countedPer(s.word(j+n)) {
			s.use(i-1, 1)
			s.use(j, n+1)
			return
		}
	}
}

// readShareTime: "at most 1% of searches take longer than 300 ms", "95% of searches under 300 ms".
func (s *segment) readShareTime() {
	if s.measure.Quantile == "" || s.within != nil || !s.q.amount.share && s.q.amount.unit != "%" {
		return
	}
	for j := s.part.from; j < s.part.to; j++ {
		c, n := s.longest(j, "comparators")
		if n == 0 {
			continue
		}
		a, m := s.readLimit(j + n)
		if a == nil {
			continue
		}
		switch c {
		case "<", "<=":
			s.within = a
		case ">":
			s.beyond = a
		default:
			continue
		}
		s.use(j, n+m)
		return
	}
}

// useOf takes the "of" between a share and its whole.
func (s *segment) useOf(i int) bool {
	n := s.find(i, "of")
	if n == 0 || !s.beforeNoun(i+n) {
		return false
	}
	s.use(i, n)
	return true
}
