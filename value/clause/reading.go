package clause

import (
	"math/big"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// reading is the claim in plain words, every default spelt out.
func (s *segment) reading(c ir.Claim) string {
	noun := s.nounFor(c)
	var r string
	switch c.Statistic {
	case ir.StatCount:
		r = amountOf(c, grouped) + " " + noun
		if c.Compare == "=" && c.Target != "0" {
			r = "exactly " + r
		}
	case ir.StatRate:
		if strings.HasPrefix(c.Per, "1 ") && rat(c.Target).Cmp(one) < 0 {
			r = c.Measure + " " + perWords(c.Per) + ": " + strings.ReplaceAll(amountOf(c, percent), "fewer", "less")
			break
		}
		r = amountOf(c, grouped) + " " + noun + " " + perWords(c.Per)
	case ir.StatShare:
		r = c.Measure + ": " + strings.ReplaceAll(amountOf(c, percent), "fewer", "less")
		if c.Threshold != "" {
			r += " within " + withUnit(c.Threshold)
		}
	case ir.StatMean, ir.StatMedian, ir.StatTotal:
		r = string(c.Statistic) + " " + c.Measure + " " + strings.ReplaceAll(amountOf(c, grouped), "fewer", "less") + unitBehind(c)
	case ir.StatFirst:
		r = "the first of " + c.Measure + " at most " + withUnit(c.Target+c.Unit) + " after the release"
	case ir.StatRatio:
		r = c.Measure + " " + ratioWords(c) + " " + baselineWords(c.Baseline)
	case ir.StatEquivalence:
		m := new(big.Rat).Sub(one, rat(c.Target))
		r = c.Measure + " within " + percent(decimal(m)) + " of " + baselineWords(c.Baseline)
	case ir.StatDelta:
		r = c.Measure + " " + deltaWords(c) + " than in " + baselineWords(c.Baseline)
	case ir.StatSlope:
		unit := strings.TrimPrefix(perWords(c.Per), "per ")
		r = c.Measure + map[string]string{"<": " falling", ">": " rising"}[c.Compare] + " from " + unit + " to " + unit
	}
	if c.Premise != "" {
		p := grouped(c.Premise)
		if c.Statistic == ir.StatShare {
			p = percent(c.Premise)
		}
		r += ", from " + p + " in " + baselineWords(c.Baseline)
	}
	if c.Days != "" {
		r += " " + dayWords(c.Days)
	}
	return r + windowWords(c)
}

// nounFor is the phrase that was used, as it was declared: silly mistakes; of one, silly mistake.
func (s *segment) nounFor(c ir.Claim) string {
	noun := s.noun.phrase
	if noun == "" || c.Measure != s.noun.measure.Name {
		noun = c.Measure
	}
	if c.Target == "1" {
		i := strings.LastIndexByte(noun, ' ') + 1
		noun = noun[:i] + s.l.stem(noun[i:])
	}
	return noun
}

func baselineWords(b string) string {
	if strings.HasPrefix(b, "last ") || strings.HasPrefix(b, "this ") || strings.HasPrefix(b, "release ") {
		return b
	}
	return "the " + b
}

func windowWords(c ir.Claim) string {
	switch {
	case c.Statistic == ir.StatFirst, c.Statistic == ir.StatSlope, c.Mode == ir.Inferred && c.Window == "":
		return ""
	case c.Window == "":
		return " since the release"
	}
	which, d, _ := strings.Cut(c.Window, " ")
	switch which {
	case "first":
		return " in the first " + withUnit(d) + " after the release"
	case "last":
		return " over the last " + withUnit(d)
	}
	return " over " + c.Window
}

func dayWords(days string) string {
	if strings.HasPrefix(days, "every") {
		return days
	}
	return "on " + days
}

// amountOf is "at most 5", "between 2 and 5", "0".
func amountOf(c ir.Claim, show func(string) string) string {
	sign := map[string]string{"<=": "at most ", "<": "fewer than ", ">=": "at least ", ">": "more than "}[c.Compare]
	if c.Compare == "between" {
		return "between " + prefixed(c, show(c.Target)) + " and " + prefixed(c, show(c.Upper))
	}
	return sign + prefixed(c, show(c.Target))
}

func prefixed(c ir.Claim, n string) string {
	if strings.Contains("£$€", c.Unit) {
		return c.Unit + n
	}
	return n
}

func unitBehind(c ir.Claim) string {
	if strings.Contains("£$€", c.Unit) {
		return ""
	}
	return " " + c.Unit
}

func ratioWords(c ir.Claim) string {
	r := rat(c.Target)
	d := new(big.Rat).Sub(r, one)
	switch {
	case d.Sign() == 0:
		return map[string]string{"<": "below", "<=": "no higher than", ">": "above", ">=": "no lower than"}[c.Compare]
	case c.Compare == ">=" && d.Sign() < 0:
		return "no more than " + percent(decimal(new(big.Rat).Neg(d))) + " below"
	case c.Compare == "<=" && d.Sign() > 0:
		return "no more than " + percent(decimal(d)) + " above"
	}
	return map[string]string{"<": "below ", "<=": "at most ", ">": "above ", ">=": "at least "}[c.Compare] + percent(decimal(r)) + " of"
}

func deltaWords(c ir.Claim) string {
	d := rat(c.Target)
	n := prefixed(c, grouped(decimal(new(big.Rat).Abs(d))))
	switch {
	case c.Unit == "" && c.Per == "": // percentage points
		n = strings.TrimSuffix(percent(decimal(new(big.Rat).Abs(d))), "%") + " percentage points"
	case clockUnits[c.Unit]:
		n += " " + unitName(c.Unit)
	}
	way := " higher"
	if d.Sign() < 0 {
		way = " lower"
	}
	sign := "at least "
	if (c.Compare == "<=" || c.Compare == "<") == (d.Sign() > 0) {
		sign = "at most "
	}
	if c.Per != "" {
		n += " " + perWords(c.Per)
	}
	return sign + n + way
}

func perWords(per string) string {
	if n, noun, ok := strings.Cut(per, " "); ok {
		if n == "1" {
			return "per " + english.stem(noun)
		}
		return "per " + grouped(n) + " " + noun
	}
	return "per " + strings.TrimSuffix(unitName(strings.TrimPrefix(per, "1")), "s")
}

// withUnit is "300 ms" for 300ms.
func withUnit(s string) string {
	n := strings.TrimRight(s, "mshdw")
	unit := unitName(s[len(n):])
	if n == "1" {
		unit = strings.TrimSuffix(unit, "s")
		if unit == "m" {
			unit = "ms"
		}
	}
	return grouped(n) + " " + unit
}

func unitName(u string) string {
	if name, ok := map[string]string{"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}[u]; ok {
		return name
	}
	return u
}
