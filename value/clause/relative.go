package clause

import (
	"cmp"
	"fmt"
	"math/big"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// buildRelative: everything that is compared with a baseline.
func (s *segment) buildRelative(c *ir.Claim) string {
	q := s.q
	if q.speed && !s.measure.Timed() && clockUnits[s.measure.Unit] == nil {
		return fmt.Sprintf("%q is not measured in time, so it cannot be faster or slower", s.measure.Name)
	}
	if !q.speed && s.measure.Timed() && q.compare != "no" && (q.form == compared || q.form == multiple && q.many) {
		return fmt.Sprintf("%q is measured in time: write %s", s.measure.Name, s.l.say("speed-hint"))
	}
	if s.q.aggregate == "mean" && s.measure.Value != "" { // what is compared of amounts is their average
		s.q.aggregate = ""
	}
	if s.slope != "" {
		if q.form != compared || q.amount != nil || q.compare != "" || s.baseline != "" {
			return fmt.Sprintf("a trend (%s) takes no number and nothing to compare with", s.days)
		}
		c.Statistic, c.Compare, c.Target, c.Per = ir.StatSlope, map[int]string{-1: "<", 1: ">"}[q.sign], "0", s.slope
		s.days = ""
		return ""
	}
	c.Baseline, s.baseline = s.baselineOr(), ""
	c.Statistic = ir.StatRatio
	switch q.form {
	case multiple:
		c.Target, c.Compare = decimal(q.amount.val), cmp.Or(q.compare, map[int]string{-1: "<=", 0: "=", 1: ">="}[q.sign])
		if q.sign == 0 || q.amount.val.Sign() <= 0 {
			return "as many as before is no multiple of it"
		}
		return ""
	case noWorse:
		return s.buildNoWorse(c)
	case same:
		m, err := s.margin()
		if s.within != nil && s.within.unit == "%" {
			m, err = s.within.fractionOfOne(), ""
			s.within = nil
		}
		c.Statistic, c.Compare = ir.StatEquivalence, "between"
		c.Target, c.Upper = decimal(new(big.Rat).Sub(one, m)), decimal(new(big.Rat).Add(one, m))
		return err
	case compared:
		if q.compare == "no" { // no more than the baseline
			c.Compare, c.Target = map[int]string{-1: ">=", 1: "<="}[q.sign], "1"
			return ""
		}
		if q.amount == nil {
			c.Compare, c.Target = map[int]string{-1: "<", 1: ">"}[q.sign], "1"
			return ""
		}
	}
	return s.buildChange(c)
}

// buildChange: "at least 20% fewer", "by 10%", "5 fewer a day", "2 percentage points more", "100 ms faster".
func (s *segment) buildChange(c *ir.Claim) string {
	q, a := s.q, s.q.amount
	switch q.compare {
	case "", ">=":
		c.Compare = map[int]string{-1: "<=", 1: ">="}[q.sign]
	case ">":
		c.Compare = map[int]string{-1: "<", 1: ">"}[q.sign]
	case "<=":
		c.Compare = map[int]string{-1: ">=", 1: "<="}[q.sign]
	case "<":
		c.Compare = map[int]string{-1: ">", 1: "<"}[q.sign]
	default:
		return "a difference cannot be exact"
	}
	signed := new(big.Rat).Mul(a.val, big.NewRat(int64(q.sign), 1))
	switch {
	case a.share:
		return "a difference is a percentage or a number"
	case a.unit == "%":
		r := new(big.Rat).Add(one, new(big.Rat).Quo(signed, big.NewRat(100, 1)))
		if a.val.Sign() == 0 || r.Sign() < 0 {
			return fmt.Sprintf("%s%% is no possible difference", decimal(a.val))
		}
		c.Target = decimal(r)
		return ""
	case a.unit == "pp":
		if s.measure.Of == "" {
			return fmt.Sprintf("%q is no share, so it has no percentage points", s.measure.Name)
		}
		c.Statistic, c.Target = ir.StatDelta, decimal(new(big.Rat).Quo(signed, big.NewRat(100, 1)))
		return ""
	}
	c.Statistic, c.Target, c.Unit = ir.StatDelta, decimal(signed), a.unit
	switch {
	case s.measure.Quantile != "" && s.limits(a):
	case s.measure.Value != "" || s.measure.Unit != "":
		v, reason := s.inUnit(a)
		if reason != "" {
			return reason
		}
		c.Target, c.Unit = decimal(new(big.Rat).Mul(v, big.NewRat(int64(q.sign), 1))), s.measure.Unit
	case a.unit != "":
		return fmt.Sprintf("%q is counted, and %q is a unit", s.measure.Name, a.unit)
	case s.per == "":
		return fmt.Sprintf("%s in how long? write %s behind it", decimal(a.val), s.l.say("per-hint"))
	}
	c.Per, s.per = s.per, ""
	return ""
}

func (s *segment) buildNoWorse(c *ir.Claim) string {
	m, reason := s.margin()
	if s.q.amount != nil {
		if m, reason = s.q.amount.fractionOfOne(), ""; m.Sign() <= 0 || m.Cmp(one) >= 0 {
			return "the margin is no percentage between 0% and 100%"
		}
	}
	way := signs[s.l.meaning("worsens", s.verb)]
	if s.q.sign != 0 {
		way = s.q.sign
	}
	if s.part.guards() && (way > 0 && s.measure.Better == "higher" || way < 0 && s.measure.Better == "lower") {
		return fmt.Sprintf("%q would be better, not worse: %s of %q is better", c.Text, s.measure.Better, s.measure.Name)
	}
	switch s.measure.Better {
	case "higher":
		c.Compare, c.Target = ">=", decimal(new(big.Rat).Sub(one, m))
	case "lower":
		c.Compare, c.Target = "<=", decimal(new(big.Rat).Add(one, m))
	default:
		return fmt.Sprintf("which way is worse? give %q a better:", s.measure.Name)
	}
	return reason
}

// margin is the measure's margin, else its smallest change worth knowing, else 20 %.
func (s *segment) margin() (*big.Rat, string) {
	text := s.measure.Margin
	if text == "" {
		text = s.measure.MDE
	}
	if text == "" {
		text = "20%"
	}
	r, ok := new(big.Rat).SetString(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%")))
	if ok && strings.Contains(text, "%") {
		r.Quo(r, big.NewRat(100, 1))
	}
	if !ok || r.Sign() <= 0 || r.Cmp(one) >= 0 {
		return new(big.Rat), fmt.Sprintf("the margin %q of %q is no percentage", text, s.measure.Name)
	}
	return r, ""
}
