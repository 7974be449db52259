package clause

import "strings"

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
