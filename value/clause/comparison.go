package clause

import (
	"math/big"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// family is how a measure is compared in words: fewer of them, lower, or faster.
func (s *segment) family() string {
	switch {
	case s.measure.Timed() || clockUnits[s.measure.Unit] != nil:
		return "time"
	case s.measure.Count != "" && s.measure.Of == "":
		return "many"
	}
	return "level"
}

// comparedNoun says what is compared: mistakes per sum, failed orders as a share of orders.
func (s *segment) comparedNoun(c ir.Claim, noun string) string {
	if c.Statistic == ir.StatDelta && c.Per != "" {
		if s.family() == "many" {
			return noun + " " + s.perWords(c.Per)
		}
		return noun
	}
	if whole := exposure(s.measure.Per); whole != "" {
		return s.l.say("of-one", "noun", noun, "whole", s.l.one(whole))
	}
	if whole := exposure(s.measure.Of); whole != "" {
		return s.l.say("of-share", "noun", noun, "whole", whole)
	}
	if s.measure.Value != "" {
		return s.l.say("of-mean", "noun", noun)
	}
	return noun
}

// words of a comparison by family: less, more, no more, no less.
var compares = map[string][4]string{
	"many":  {"fewer", "more", "no-more", "no-fewer"},
	"level": {"lower", "higher", "no-higher", "no-lower"},
	"time":  {"faster", "slower", "no-slower", "no-faster"},
}

// comparison is a ratio or a difference in words.
func (s *segment) comparison(c ir.Claim, noun string) string {
	words := compares[s.family()]
	slots := []string{"noun", s.comparedNoun(c, noun), "than", s.baselineWords("than", c.Baseline), "baseline", s.baselineWords("", c.Baseline)}
	d := rat(c.Target)
	if c.Statistic == ir.StatRatio {
		if natural := map[int]string{-1: "<=", 1: ">="}[d.Cmp(one)]; s.q.form == multiple && c.Compare == natural {
			if text := s.timesWords(c, d, slots); text != "" {
				return text
			}
		}
		d = new(big.Rat).Sub(d, one)
	}
	if d.Sign() == 0 {
		return s.l.say(words[map[string]int{"<": 0, ">": 1, "<=": 2, ">=": 3}[c.Compare]], slots...)
	}
	key, strict := words[1], map[string]string{">=": "-by", ">": "-over", "<=": "-most", "<": "-under"}
	if d.Sign() < 0 {
		key, strict = words[0], map[string]string{"<=": "-by", "<": "-over", ">=": "-most", ">": "-under"}
	}
	size := new(big.Rat).Abs(d)
	n := percentOr(size)
	if c.Statistic == ir.StatDelta {
		n = s.deltaSize(c, size)
	}
	return s.l.say(key+strict[c.Compare], append(slots, "n", n)...)
}

func (s *segment) deltaSize(c ir.Claim, size *big.Rat) string {
	if c.Unit == "" && s.measure.Of != "" {
		points := decimal(new(big.Rat).Mul(size, big.NewRat(100, 1)))
		if points == "1" {
			return s.l.say("point", "n", points)
		}
		return s.l.say("points", "n", grouped(points))
	}
	n := s.valueWords(size, c.Unit)
	if c.Per != "" && s.family() != "many" {
		n += " " + s.perWords(c.Per)
	}
	return n
}

// timesWords: half as many, twice, at most a third of the time; "" where a percentage says it better.
func (s *segment) timesWords(c ir.Claim, r *big.Rat, slots []string) string {
	n := grouped(decimal(r))
	if s.l.says(r.String()) {
		n = s.l.say(r.String())
	}
	ending := "-high"
	switch s.family() {
	case "many":
		ending = "-many"
	case "time":
		if r.Cmp(one) < 0 {
			return s.l.say("times-fast", append(slots, "n", n)...)
		}
		return s.l.say("times-slow", append(slots, "n", n)...)
	}
	switch {
	case r.Cmp(big.NewRat(1, 2)) == 0:
		return s.l.say("half"+ending, slots...)
	case r.Cmp(big.NewRat(2, 1)) == 0:
		return s.l.say("twice"+ending, slots...)
	case r.Cmp(one) > 0:
		return s.l.say("times"+ending, append(slots, "n", n)...)
	}
	return ""
}

// percentOr is 20%, or a fraction where no decimal is exact.
func percentOr(r *big.Rat) string {
	if _, exact := r.FloatPrec(); !exact {
		return r.String()
	}
	return percent(decimal(r))
}
