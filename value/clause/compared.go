package clause

import "math/big"

// readMultiple: "half as many", "twice as fast", "3 times as many", "half the mistakes", "double the orders".
func (s *segment) readMultiple(i int) bool {
	start := i
	compare, c := s.longest(i, "comparators") // at least, at most twice as many
	i += c
	var v *big.Rat
	n := 0
	if m, k := s.longest(i, "multipliers"); k > 0 {
		v, n = rat(m), k
	} else if k, m := s.number(i); k != nil && k.Sign() > 0 {
		if t := s.find(i+m, "times"); t > 0 {
			v, n = k, m+t
		}
	} else if f, m := s.readAmount(i, false); f != nil && f.unit == "%" {
		v, n = f.fractionOfOne(), m
	}
	if v == nil || compare == "=" {
		return false
	}
	if a, m := s.readAmount(i, false); a != nil && a.unit == "%" && m > n { // "50% as many"
		v, n = a.fractionOfOne(), m
	}
	switch many, fast, slow := s.find(i+n, "as-many"), s.find(i+n, "as-fast"), s.find(i+n, "as-slow"); {
	case many > 0:
		s.q.many = true
		n += many
	case fast > 0:
		s.q.speed, v = true, new(big.Rat).Inv(v)
		compare = turned[compare]
		n += fast
	case slow > 0:
		s.q.speed = true
		n += slow
	case s.l.has("articles", s.word(i+n)) && s.isNoun(i+n+1) && s.l.has("multipliers", s.word(i)) && s.measure.Of == "" && s.measure.Quantile == "": // half the mistakes
		n++
	default:
		return false
	}
	s.use(start, c+n)
	s.setMultiple(v)
	s.q.compare = compare
	return true
}

// turned is a comparison of speeds as one of times: at least twice as fast is at most half the time.
var turned = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<="}

func (s *segment) setMultiple(v *big.Rat) {
	s.q.form, s.q.amount = multiple, &amount{val: v}
	s.q.sign = v.Cmp(one)
}

// readCompared: "fewer", "20% fewer", "at least 5 fewer", "100 ms faster", "5 mistakes fewer".
func (s *segment) readCompared(i int) bool {
	compare, k := s.longest(i, "comparators")
	a, n := s.readAmount(i+k, false)
	if k > 0 && a == nil {
		return false
	}
	way, m := s.longest(i+k+n, "comparatives")
	if m == 0 {
		if a == nil || k > 0 {
			return false
		}
		for j := i + n; j < s.part.to; j++ { // "5 mistakes fewer", and not "5 or fewer mistakes"
			if way, m := s.longest(j, "comparatives"); m > 0 && s.isNoun(j-1) {
				s.use(i, n)
				s.use(j, m)
				s.setCompared("", a, way)
				return true
			}
		}
		return false
	}
	if a == nil {
		if s.comparator(i) || s.find(i+m, "than") > 0 {
			return false
		}
		n = 0
	}
	s.use(i, k+n+m)
	s.setCompared(compare, a, way)
	return true
}

func (s *segment) setCompared(compare string, a *amount, way string) {
	s.q.form, s.q.compare, s.q.amount, s.q.sign, s.q.speed = compared, compare, a, signs[way], way == "faster" || way == "slower"
}

// readSame: "as many orders as last week", "as fast as last week".
func (s *segment) readSame(i int) bool {
	if s.baseline == "" {
		return false
	}
	n := s.find(i, "many-as")
	if n == 0 || !s.beforeNoun(i+n) {
		if n = s.find(i, "fast-as"); n == 0 {
			return false
		}
	}
	s.use(i, n)
	s.q.form = noWorse
	return true
}
