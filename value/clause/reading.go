package clause

import (
	"math/big"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// reading is the claim in plain words, every default spelt out. The words are those of [say].
func (s *segment) reading(c ir.Claim) string {
	r := s.said(c)
	if n, noun, ok := strings.Cut(c.Days, " of "); ok {
		whole, unit, _ := strings.Cut(noun, " ")
		r = s.l.say("days", "claim", r, "n", n, "whole", whole, "unit", s.irUnit(strings.TrimSuffix(unit, "s"), "2"))
	} else if unit, ok := strings.CutPrefix(c.Days, "every "); ok {
		r = s.l.say("every", "claim", r, "unit", s.irUnit(unit, "1"))
	}
	r = s.windowed(r, c)
	if c.Premise != "" {
		n := grouped(c.Premise)
		if c.Statistic == ir.StatShare || s.partOf(c) {
			n = percent(c.Premise)
		}
		key := "premise-down"
		if strings.HasPrefix(c.Compare, ">") {
			key = "premise-up"
		}
		r = s.l.say(key, "claim", r, "n", s.withUnit(n, c.Unit), "baseline", s.baselineWords("", c.Baseline))
	}
	return r
}

func (s *segment) said(c ir.Claim) string {
	noun := s.nounFor(c)
	switch c.Statistic {
	case ir.StatCount:
		if c.Compare == "=" && c.Target == "0" {
			return s.l.say("none", "noun", noun)
		}
		return s.l.say("count", "amount", s.amountWords(c, "<", grouped), "noun", noun)
	case ir.StatRate:
		if s.partOf(c) {
			_, whole, _ := strings.Cut(c.Per, " ")
			return s.l.say("rate-part", "noun", noun, "amount", s.amountWords(c, "less", percent), "whole", whole)
		}
		return s.l.say("rate", "amount", s.amountWords(c, "<", grouped), "noun", noun, "per", s.perWords(c.Per))
	case ir.StatShare:
		amount := s.amountWords(c, "less", func(n string) string { return percentOr(rat(n)) })
		switch whole := exposure(s.measure.Of); {
		case c.Threshold != "":
			n := strings.TrimRight(c.Threshold, "mshdw")
			if n == c.Threshold { // a number
				return s.l.say("within-number", "noun", noun, "amount", amount, "limit", grouped(n))
			}
			return s.l.say("within", "noun", noun, "amount", amount, "time", s.withUnit(grouped(n), c.Threshold[len(n):]))
		case whole != "":
			return s.l.say("share", "noun", noun, "amount", amount, "whole", whole)
		}
		return s.l.say("share-plain", "noun", noun, "amount", amount)
	case ir.StatMean, ir.StatMedian, ir.StatTotal:
		r := s.l.say(string(c.Statistic), "noun", noun, "amount", s.amountWords(c, "less", func(n string) string { return s.valueWords(rat(n), c.Unit) }))
		if c.Per != "" {
			r += " " + s.perWords(c.Per)
		}
		return r
	case ir.StatFirst:
		return s.l.say("first", "noun", noun, "time", s.withUnit(grouped(c.Target), c.Unit))
	case ir.StatEquivalence:
		return s.l.say("unchanged", "noun", s.comparedNoun(c, noun), "n", percent(decimal(new(big.Rat).Sub(one, rat(c.Target)))),
			"baseline", s.baselineWords("", c.Baseline))
	case ir.StatSlope:
		key := map[string]string{"<": "falling", ">": "rising"}[c.Compare] + map[string]string{"many": "", "level": "-level", "time": "-time"}[s.family()]
		return s.l.say(key, "noun", s.comparedNoun(c, noun), "unit", s.l.unit(strings.TrimPrefix(c.Per, "1"), "1"))
	}
	return s.comparison(c, noun)
}

// partOf: a rate per 1 of something, told as a percentage of them.
func (s *segment) partOf(c ir.Claim) bool {
	return c.Statistic == ir.StatRate && strings.HasPrefix(c.Per, "1 ") && rat(c.Target).Cmp(one) < 0
}

// nounFor is the phrase that was used, as it was declared: silly mistakes; of one, silly mistake.
func (s *segment) nounFor(c ir.Claim) string {
	noun := s.noun.phrase
	if noun == "" || c.Measure != s.noun.measure.Name || s.family() != "many" {
		noun = c.Measure
	}
	if c.Statistic == ir.StatFirst || c.Target == "1" && c.Upper == "" && (c.Statistic == ir.StatCount || c.Statistic == ir.StatRate) {
		i := strings.LastIndexByte(noun, ' ') + 1
		noun = noun[:i] + s.l.one(noun[i:])
	}
	return noun
}

func (s *segment) windowed(r string, c ir.Claim) string {
	switch {
	case c.Statistic == ir.StatFirst, c.Statistic == ir.StatSlope, c.Mode == ir.Inferred && c.Window == "":
		return r
	case c.Window == "":
		return s.l.say("in-all", "claim", r)
	}
	which, d, _ := strings.Cut(c.Window, " ")
	if which != "first" && which != "last" {
		return s.l.say("in-span", "claim", r, "span", s.l.say("span "+d))
	}
	n := strings.TrimRight(d, "mshdw")
	time := s.withUnit(grouped(n), d[len(n):])
	if n == "1" {
		time = s.l.unit(d[len(n):], n)
	}
	return s.l.say("in-"+which, "claim", r, "time", time)
}

// amountWords is "at most 5", "between 2 and 5", "5".
func (s *segment) amountWords(c ir.Claim, fewer string, show func(string) string) string {
	if c.Compare == "between" {
		return s.l.say("between", "n", show(c.Target), "upper", show(c.Upper))
	}
	key := c.Compare
	if c.Statistic == ir.StatShare && key == ">=" && c.Target == "1" {
		return show(c.Target)
	}
	if key == "<" {
		key = fewer
	}
	return s.l.say(key, "n", show(c.Target))
}

// valueWords is an amount in its unit, in the largest that makes it whole: 120 s are 2 minutes.
func (s *segment) valueWords(v *big.Rat, unit string) string {
	a := &amount{val: v, unit: unit}
	for _, u := range []string{"d", "h", "m", "s", "GB", "MB", "kB"} {
		if w := a.in(u); w != nil && w.IsInt() && w.Sign() != 0 {
			return s.withUnit(grouped(decimal(w)), u)
		}
	}
	return s.withUnit(grouped(decimal(v)), unit)
}

// withUnit is 300 ms, £40, 5%, 1 minute.
func (s *segment) withUnit(n, unit string) string {
	switch c := s.l.meaning("currencies", strings.ToLower(unit)); {
	case unit == "":
		return n
	case c != "":
		return c + n
	case unit == "%":
		return n + unit
	}
	return n + " " + s.l.unit(unit, n)
}

func (s *segment) irUnit(name, n string) string {
	for u, of := range irUnits {
		if of == name {
			return s.l.unit(u, n)
		}
	}
	return name
}

func (s *segment) perWords(per string) string {
	if n, noun, ok := strings.Cut(per, " "); ok {
		if n == "1" {
			return s.l.say("per-one", "noun", s.l.one(noun))
		}
		return s.l.say("per-many", "n", grouped(n), "noun", noun)
	}
	if key := "per " + per; s.l.says(key) {
		return s.l.say(key)
	}
	return s.l.say("per-time", "unit", s.l.unit(strings.TrimPrefix(per, "1"), "1"))
}

// baselineWords is a baseline as it follows "than" ("than") or stands alone ("").
func (s *segment) baselineWords(where, b string) string {
	name, key := "", b
	if rest, ok := strings.CutPrefix(b, "release "); ok {
		name, key = rest, "release"
	}
	if rest, ok := strings.CutPrefix(b, "name "); ok {
		name, key = rest, "name"
	}
	if rest, ok := strings.CutPrefix(b, "average of the last "); ok {
		n, unit, _ := strings.Cut(rest, " ")
		name, key = n, "average-"+unit
	}
	if where != "" && s.l.says(where+" "+key) {
		return s.l.say(where+" "+key, "name", name)
	}
	return s.l.say(key, "name", name)
}
