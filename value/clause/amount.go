package clause

import (
	"math/big"
	"strings"
)

// amount is a number with its unit. share: it names its own whole ("1 in 100", "half of", "most").
type amount struct {
	val         *big.Rat
	unit        string // a key of [units] or [currencies], or ""
	share       bool
	part, whole string // of 9 in 10
}

var clockUnits = map[string]*big.Rat{ // in milliseconds
	"ms": big.NewRat(1, 1), "s": big.NewRat(1000, 1), "m": big.NewRat(60_000, 1), "h": big.NewRat(3_600_000, 1),
	"d": big.NewRat(86_400_000, 1), "w": big.NewRat(7*86_400_000, 1),
}

var sizeUnits = map[string]*big.Rat{"B": big.NewRat(1, 1), "kB": big.NewRat(1000, 1), "MB": big.NewRat(1_000_000, 1), "GB": big.NewRat(1_000_000_000, 1)}

func (a *amount) isTime() bool { return clockUnits[a.unit] != nil }

// fractionOfOne is 0.01 for 1 %.
func (a *amount) fractionOfOne() *big.Rat {
	if a.unit == "%" || a.unit == "pp" {
		return new(big.Rat).Quo(a.val, big.NewRat(100, 1))
	}
	return a.val
}

// in is the amount in another unit of the same kind, nil where there is none.
func (a *amount) in(unit string) *big.Rat {
	if a.unit == unit {
		return a.val
	}
	for _, units := range []map[string]*big.Rat{clockUnits, sizeUnits} {
		if from, to := units[a.unit], units[unit]; from != nil && to != nil {
			return new(big.Rat).Quo(new(big.Rat).Mul(a.val, from), to)
		}
	}
	return nil
}

// readAmount reads an amount at token i without using it up. article allows "a mistake" for 1.
func (s *segment) readAmount(i int, article bool) (*amount, int) {
	start := i
	a := &amount{}
	if c, n := s.longest(i, "currencies"); n > 0 {
		if v, m := s.number(i + n); v != nil {
			a.unit, a.val = c, v
			return s.scaled(a, start, i+n+m)
		}
		return nil, 0
	}
	if n := s.find(i, "one"); n > 0 {
		if _, f := s.fractionAt(i + n); f > 0 {
			i += n
		} else if v, _ := s.numberWord(i + n); v != nil && s.find(i, "a") > 0 && v.Cmp(big.NewRat(10, 1)) > 0 {
			i += n // a hundred, a dozen
		} else if article && s.find(i, "a") > 0 && s.isNoun(i+n) {
			a.val = big.NewRat(1, 1)
			return a, n
		}
	}
	if v, n := s.fractionAt(i); n > 0 {
		return s.fraction(start, i+n, v)
	}
	v, n := s.number(i)
	if v == nil {
		return nil, 0
	}
	i += n
	a.val = v
	if f, n := s.fractionAt(i); n > 0 { // two thirds
		return s.fraction(start, i+n, new(big.Rat).Mul(v, f))
	}
	if c, n := s.longest(i, "currencies"); n > 0 {
		a.unit = c
		return a, i + n - start
	}
	if unit, n := s.longest(i, "units"); n > 0 {
		a.unit = unit
		return a, i + n - start
	}
	if n := s.find(i, "whole"); n > 0 {
		if whole, m := s.number(i + n); whole != nil && whole.Sign() > 0 && !s.counted(i+n+m) {
			a.part, a.whole = decimal(v), decimal(whole)
			a.val, a.share = new(big.Rat).Quo(v, whole), true
			return a, i + n + m - start
		}
	}
	return a, i - start
}

// counted reports whether what stands at i is what the measure is counted per: in "1 in 1,000 sums" the sums are
// no whole but the exposure.
func (s *segment) counted(i int) bool {
	return s.measure != nil && s.measure.Per != "" && s.word(i) != "" && s.countedPer(s.word(i))
}

// scaled reads the k of £40k.
func (s *segment) scaled(a *amount, start, i int) (*amount, int) {
	if k, n := s.longest(i, "scales"); n > 0 {
		a.val = new(big.Rat).Mul(a.val, rat(k))
		i += n
	}
	return a, i - start
}

// fraction is a size ("a fifth fewer"), a share of what follows ("half of orders"), or a part of a unit of time.
func (s *segment) fraction(start, i int, v *big.Rat) (*amount, int) {
	j := i + s.find(i, "of")
	if n := s.find(j, "a"); n > 0 {
		if u, m := s.longest(j+n, "units"); clockUnits[u] != nil {
			return &amount{val: v, unit: u}, j + n + m - start
		}
	}
	return &amount{val: new(big.Rat).Mul(v, big.NewRat(100, 1)), unit: "%"}, i - start
}

func (s *segment) fractionAt(i int) (*big.Rat, int) {
	w := s.word(i)
	if w == "" {
		return nil, 0
	}
	for _, one := range s.l.singulars(w) {
		if f := s.l.meaning("fractions", one); f != "" {
			return rat(f), 1
		}
	}
	return nil, 0
}

// readTime is an amount of time, with "a second" for one.
func (s *segment) readTime(i int) (*amount, int) {
	if a, n := s.readAmount(i, false); a != nil {
		if a.isTime() {
			return a, n
		}
		return nil, 0
	}
	n := s.find(i, "one")
	if u, m := s.longest(i+n, "units"); n > 0 && clockUnits[u] != nil {
		return &amount{val: big.NewRat(1, 1), unit: u}, n + m
	}
	return nil, 0
}

func (s *segment) number(i int) (*big.Rat, int) {
	w := s.word(i)
	if w == "" {
		return nil, 0
	}
	v, n := s.p.tokens[i].num, 1
	if v == nil {
		if v, n = s.numberWord(i); v == nil {
			return nil, 0
		}
	}
	for {
		scale, m := s.numberWord(i + n)
		if scale == nil || scale.Cmp(big.NewRat(100, 1)) < 0 {
			return v, n
		}
		v = new(big.Rat).Mul(v, scale)
		n += m
	}
}

// numberWord is five, and twenty-five.
func (s *segment) numberWord(i int) (*big.Rat, int) {
	w := s.word(i)
	if w == "" {
		return nil, 0
	}
	if n := s.l.meaning("numbers", w); n != "" {
		return rat(n), 1
	}
	tens, ones, ok := strings.Cut(w, "-")
	t, o := s.l.meaning("numbers", tens), s.l.meaning("numbers", ones)
	if ok && t != "" && o != "" && rat(t).Cmp(big.NewRat(20, 1)) >= 0 && rat(o).Cmp(big.NewRat(10, 1)) < 0 {
		return new(big.Rat).Add(rat(t), rat(o)), 1
	}
	return nil, 0
}
