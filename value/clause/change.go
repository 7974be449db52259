package clause

import "math/big"

// readChange: reduce, cut, increase … by, to, from; halve and double. The verb stands first, or behind the noun:
// "complaints fall by 20%".
func (s *segment) readChange(i int) bool {
	if i != s.firstWord() && !s.behindNoun(i) {
		return false
	}
	verb := s.base(s.word(i))
	if m, ok := s.l.tables["multiples"][verb]; ok {
		s.use(i, 1)
		s.setMultiple(rat(m))
		return true
	}
	way, n := s.longest(i, "changes")
	if n < 2 {
		way, n = s.l.meaning("changes", verb), 1
	}
	if way == "" {
		return false
	}
	if s.amountOfChange(i, n, signs[way]) {
		return true
	}
	if s.l.has("verbs", verb) || i != s.firstWord() { // "raise at most 5 complaints"
		return false
	}
	s.use(i, n)
	s.q.form = vague
	return true
}

// readMoved: "bring complaints down to 5 a week", "get revenue up by 10%".
func (s *segment) readMoved(i int) bool {
	if i != s.firstWord() || s.l.meaning("movers", s.base(s.word(i))) == "" {
		return false
	}
	for j := i + 1; j < s.part.to; j++ {
		if !s.behindNoun(j) {
			continue
		}
		for role, sign := range map[string]int{"down": -1, "up": 1} {
			n := s.find(j, role)
			if n == 0 {
				continue
			}
			s.use(j, n)
			if s.amountOfChange(i, 1, sign) {
				return true
			}
			s.used[j-s.part.from] = false
		}
	}
	return false
}

// amountOfChange reads "by 20%", "from 5% to 3%", "to 5 a day", "in half", and uses up the n words of the verb at i.
func (s *segment) amountOfChange(i, n, sign int) bool {
	for j := i + n; j < s.part.to; j++ {
		if k := s.find(j, "in-half"); k > 0 && sign < 0 {
			s.use(i, n)
			s.use(j, k)
			s.setMultiple(big.NewRat(1, 2))
			return true
		}
		if k := s.find(j, "by"); k > 0 {
			compare, c := s.longest(j+k, "comparators")
			if a, m := s.readAmount(j+k+c, false); a != nil {
				s.use(i, n)
				s.use(j, k+c+m)
				s.q.form, s.q.sign, s.q.amount, s.q.compare = change, sign, a, compare
				return true
			}
		}
		if k := s.find(j, "from"); k > 0 {
			a, m := s.readAmount(j+k, false)
			t := s.find(j+k+m, "to")
			if a == nil || t == 0 {
				continue
			}
			compare, c := s.longest(j+k+m+t, "comparators")
			if b, w := s.readAmount(j+k+m+t+c, false); b != nil {
				s.use(i, n)
				s.use(j, k+m+t+c+w)
				s.q.form, s.q.sign, s.q.amount, s.q.upper, s.q.compare = fromTo, sign, a, b, compare
				return true
			}
		}
		if k := s.find(j, "to"); k > 0 {
			compare, c := s.longest(j+k, "comparators")
			a, m := s.readAmount(j+k+c, false)
			if a == nil {
				continue
			}
			if c == 0 {
				compare = map[int]string{-1: "<=", 1: ">="}[sign]
			}
			s.use(i, n)
			s.use(j, k+c+m)
			s.q.form, s.q.compare, s.q.amount = threshold, compare, a
			return true
		}
	}
	return false
}

// readChangeNoun: "a 20% reduction in mistakes", "a drop of 20% in mistakes", "an increase in orders of 10%".
func (s *segment) readChangeNoun(i int) bool {
	way, n := s.longest(i, "change-nouns")
	if n == 0 {
		return false
	}
	var a *amount
	from, end := i, i+n
	for j := max(s.part.from, i-4); j < i && a == nil; j++ {
		if v, m := s.readAmount(j, false); v != nil && j+m == i {
			a, from = v, j
		}
	}
	if k := s.find(end, "change-of"); a == nil && k > 0 {
		if v, m := s.readAmount(end+k, false); v != nil {
			a, end = v, end+k+m
		}
	}
	k := s.find(end, "change-in")
	if direct := a != nil && a.unit == "" && s.beforeNoun(end); !direct && (k == 0 || !s.beforeNoun(end+k)) { // a drop of 5 complaints
		return false
	}
	end += k
	if s.l.has("articles", s.word(from-1)) {
		from--
	}
	for j := end; a == nil && j < s.part.to; j++ {
		if k := s.find(j, "change-of"); k > 0 && s.isNoun(j-1) {
			if v, m := s.readAmount(j+k, false); v != nil {
				a = v
				s.use(j, k+m)
			}
		}
	}
	s.use(from, end-from)
	if a == nil {
		s.q.form = vague
		return true
	}
	s.q.form, s.q.sign, s.q.amount = change, signs[way], a
	return true
}

// firstWord is the first token that is not used, no subject and no "can".
func (s *segment) firstWord() int {
	i := s.unused(s.part.from)
	for _, section := range []string{"modals", "articles", "subjects", "modals"} {
		_, n := s.longest(i, section)
		if section == "articles" && n > 0 && !s.l.has("subjects", s.word(i+n)) {
			n = 0
		}
		i = s.unused(i + n)
	}
	return i
}
