package clause

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// build checks the slots against the kind of the measure. Whatever a form takes it clears; what is left over at
// the end was said and would be lost, so the part is unbound.
func (s *segment) build(c ir.Claim) (ir.Claim, string) {
	c.Measure = s.measure.Name
	c.Window, s.window = s.window, ""
	var reason string
	switch s.q.form {
	case zero:
		reason = s.buildZero(&c)
	case threshold, interval:
		reason = s.buildThreshold(&c)
	case fromTo:
		reason = s.buildFromTo(&c)
	case vague:
		reason = fmt.Sprintf("%q says not by how much", c.Text)
	default:
		c.Mode = ir.Inferred
		reason = s.buildRelative(&c)
	}
	if reason == "" {
		reason = s.unspent(c)
	}
	if reason != "" {
		return c, reason
	}
	if s.confidence != nil && c.Mode == ir.Observed {
		s.p.diags = append(s.p.diags, s.warn(s.confidenceAt[0], s.confidenceAt[1], "value/confidence", "a confidence means nothing here: what is counted is a fact about its window").
			WithHelp("leave the words out"))
	}
	c.Reading = s.reading(c)
	return c, ""
}

func (s *segment) unspent(c ir.Claim) string {
	switch {
	case s.first:
		return `"first" needs "within … of release" after it`
	case s.confidence != nil && c.Mode == ir.Inferred && s.confidence.val.Cmp(big.NewRat(95, 1)) != 0:
		return "the confidence of a comparison cannot be chosen: it is 95%"
	case s.beyond != nil:
		return fmt.Sprintf("%q has no times that could be longer", s.measure.Name)
	case s.within != nil:
		return `"within" is not understood here`
	case s.percentile != "":
		return fmt.Sprintf("p%s is not understood here: %q is no distribution, or no time is named", s.percentile, s.measure.Name)
	case s.per != "":
		return fmt.Sprintf("%q is not understood here", "per "+s.per)
	case s.days != "":
		return fmt.Sprintf("%q is not understood here", s.days)
	case s.baseline != "":
		return fmt.Sprintf("%q names nothing to compare with it", s.baselineWords("", s.baseline))
	case s.q.aggregate != "":
		return fmt.Sprintf("the %s is not understood here", s.q.aggregate)
	}
	return ""
}

func (s *segment) buildZero(c *ir.Claim) string {
	if s.measure.Count == "" {
		return fmt.Sprintf("%q is not counted, so there can be no none of it", s.measure.Name)
	}
	if s.per != "" {
		return `none needs no "per"`
	}
	c.Mode, c.Statistic, c.Compare, c.Target = ir.Observed, ir.StatCount, "=", "0"
	c.Days, s.days = s.days, ""
	return ""
}

func (s *segment) buildThreshold(c *ir.Claim) string {
	c.Mode, c.Compare = ir.Observed, s.q.compare
	c.Days, s.days = s.days, ""
	if s.first {
		return s.buildFirst(c)
	}
	if s.q.form == interval {
		c.Compare = "between"
		if s.q.amount.unit != s.q.upper.unit {
			return fmt.Sprintf("the bounds have two units, %q and %q", s.q.amount.unit, s.q.upper.unit)
		}
		if s.q.amount.val.Cmp(s.q.upper.val) > 0 {
			return "the lower bound is above the upper one"
		}
	}
	a := s.q.amount
	if s.measure.Quantile != "" {
		return s.buildPercentile(c)
	}
	if c.Compare == "" {
		switch s.measure.Better {
		case "lower":
			c.Compare = "<="
		case "higher":
			c.Compare = ">="
		default:
			return fmt.Sprintf("is %s the most or the least? write \"at most\" or \"at least\", or give %q a better:", decimal(a.val), s.measure.Name)
		}
	}
	switch {
	case s.measure.Value != "":
		return s.buildAggregate(c)
	case a.share && s.measure.Of == "" || a.share && s.wholeNoun():
		m := s.p.shareOf(s.measure, s.verb, map[bool]string{true: "lower", false: "higher"}[strings.HasPrefix(c.Compare, "<")])
		if m == nil {
			return fmt.Sprintf("no measure says which part of %q is meant: declare one with of:, such as \"failed %s\"", s.measure.Name, s.measure.Name)
		}
		s.measure, c.Measure = m, m.Name
		fallthrough
	case s.measure.Of != "" && (a.share || a.unit == "%"):
		c.Statistic = ir.StatShare
		c.Target = decimal(a.fractionOfOne())
		if s.q.upper != nil {
			c.Upper = decimal(s.q.upper.fractionOfOne())
		}
		if hi := rat(c.Target); hi.Cmp(one) > 0 || c.Upper != "" && rat(c.Upper).Cmp(one) > 0 {
			return "a share cannot be above 100%"
		}
		return ""
	case a.unit == "%":
		if exposure(s.measure.Per) == "" || s.per != "" {
			return fmt.Sprintf("%q is a plain count: a percentage needs of: or per:", s.measure.Name)
		}
		c.Statistic, c.Target, c.Per = ir.StatRate, decimal(a.fractionOfOne()), "1 "+exposure(s.measure.Per)
		if s.q.upper != nil {
			c.Upper = decimal(s.q.upper.fractionOfOne())
		}
		return ""
	case a.unit != "":
		return fmt.Sprintf("%q is counted, and %q is a unit", s.measure.Name, a.unit)
	case a.share:
		return fmt.Sprintf("%q is not a share of anything", s.measure.Name)
	}
	c.Statistic, c.Target = ir.StatCount, decimal(a.val)
	if s.q.upper != nil {
		c.Upper = decimal(s.q.upper.val)
	}
	if s.per != "" {
		c.Statistic = ir.StatRate
		c.Per, s.per = s.per, ""
	}
	return ""
}

// wholeNoun tells "1 in 100 failed orders", which says nothing, from the says that hold the quantity.
func (s *segment) wholeNoun() bool {
	return s.measure == s.noun.measure && s.measure.Of != "" && !s.noun.says && s.q.amount.share && s.q.amount.whole != ""
}

func (s *segment) buildAggregate(c *ir.Claim) string {
	stats := map[string]ir.Statistic{"mean": ir.StatMean, "median": ir.StatMedian, "total": ir.StatTotal}
	if s.q.aggregate == "" {
		return fmt.Sprintf("is the average, the median or the total of %q meant?", s.measure.Name)
	}
	v, reason := s.inUnit(s.q.amount)
	if reason != "" {
		return reason
	}
	c.Target, c.Unit = decimal(v), s.measure.Unit
	if s.q.upper != nil {
		u, reason := s.inUnit(s.q.upper)
		if reason != "" {
			return reason
		}
		c.Upper = decimal(u)
	}
	if s.q.aggregate == "total" && s.per != "" {
		c.Per, s.per = s.per, ""
	}
	c.Statistic, s.q.aggregate = stats[s.q.aggregate], ""
	return ""
}

// inUnit is an amount in the measure's own unit: 2 minutes are 120 s.
func (s *segment) inUnit(a *amount) (*big.Rat, string) {
	unit := s.measure.Unit
	if c := s.l.meaning("currencies", strings.ToLower(unit)); c != "" {
		unit = c
	}
	if v := a.in(unit); v != nil && !a.share {
		return v, ""
	}
	switch {
	case unit == "":
		return nil, fmt.Sprintf("%q has no unit:, and the amount is in %s", s.measure.Name, a.unit)
	case a.unit == "":
		return nil, fmt.Sprintf("%q is in %s, and the amount says no unit", s.measure.Name, unit)
	}
	return nil, fmt.Sprintf("%q is in %s, and the amount in %s", s.measure.Name, unit, a.unit)
}

func (s *segment) buildFirst(c *ir.Claim) string {
	d, ok := strings.CutPrefix(c.Window, "first ")
	if s.q.amount != nil || !ok || s.measure.Count == "" {
		return fmt.Sprintf("the first of %q needs \"within … of release\" and no further number", s.measure.Name)
	}
	s.first, c.Window = false, ""
	n := strings.TrimRight(d, "mshdw")
	c.Statistic, c.Compare, c.Target, c.Unit = ir.StatFirst, "<=", n, d[len(n):]
	return ""
}

// buildFromTo: the baseline is said to be at the first amount, and the second is the threshold.
func (s *segment) buildFromTo(c *ir.Claim) string {
	from, to := s.q.amount, s.q.upper
	if from.unit == "" {
		from.unit = to.unit
	}
	if from.unit != to.unit || from.share != to.share {
		return fmt.Sprintf("the two amounts have two units, %q and %q", from.unit, to.unit)
	}
	if to.val.Cmp(from.val) != s.q.sign {
		return fmt.Sprintf("from %s to %s goes the other way", decimal(from.val), decimal(to.val))
	}
	switch s.q.compare {
	case "":
		s.q.compare = map[int]string{-1: "<=", 1: ">="}[s.q.sign]
	case "<", "<=", ">", ">=":
		if (s.q.compare[0] == '<') != (s.q.sign < 0) {
			return fmt.Sprintf("%q goes the other way", c.Text)
		}
	}
	s.q.form, s.q.amount, s.q.upper = threshold, to, nil
	if reason := s.buildThreshold(c); reason != "" {
		return reason
	}
	c.Premise = decimal(from.val)
	if c.Statistic == ir.StatShare || from.unit == "%" {
		c.Premise = decimal(from.fractionOfOne())
	}
	c.Mode = ir.Inferred
	c.Baseline, s.baseline = s.baselineOr(), ""
	return ""
}

func (s *segment) baselineOr() string {
	if s.baseline != "" {
		return s.baseline
	}
	return "previous release"
}
