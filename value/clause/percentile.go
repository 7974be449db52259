package clause

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// buildPercentile turns "p95 under 300 ms" into "at least 95% within 300 ms", which needs no interpolation.
func (s *segment) buildPercentile(c *ir.Claim) string {
	a, limit := s.q.amount, s.within
	c.Statistic = ir.StatShare
	switch {
	case s.q.form == interval || s.q.aggregate != "" && s.q.aggregate != "median":
		return fmt.Sprintf("%q is a distribution: name a share or a percentile and one time", s.measure.Name)
	case s.measure.Quantile == "":
		return fmt.Sprintf("%q is no distribution", s.measure.Name)
	case s.beyond != nil && (a.share || a.unit == "%") && (c.Compare == "<=" || c.Compare == "<" || c.Compare == ""): // at most 1% over 300 ms
		if s.percentile != "" {
			return "a share and a percentile are both named"
		}
		c.Target = decimal(new(big.Rat).Sub(one, a.fractionOfOne()))
		c.Compare = map[string]string{"<=": ">=", "<": ">", "": ">="}[c.Compare]
		limit, s.beyond = s.beyond, nil
	case limit != nil && s.limits(limit) && (a.share || a.unit == "%"): // 95% … within 300 ms
		if s.percentile != "" {
			return "a share and a percentile are both named"
		}
		c.Target = decimal(a.fractionOfOne())
		if c.Compare == "" {
			c.Compare = ">="
		}
		s.within = nil
	case limit == nil && s.limits(a) && (c.Compare == "<=" || c.Compare == "<"):
		at := strings.TrimPrefix(s.measure.At, "p")
		if at == "" {
			at = "95"
		}
		if s.q.aggregate == "median" {
			at, s.q.aggregate = "50", ""
		}
		if s.percentile != "" {
			at, s.percentile = s.percentile, ""
		}
		q, ok := new(big.Rat).SetString(at)
		if !ok || q.Sign() <= 0 || q.Cmp(big.NewRat(100, 1)) >= 0 {
			return fmt.Sprintf("at: %s of %q is no percentile", s.measure.At, s.measure.Name)
		}
		limit = a
		c.Compare, c.Target = ">=", decimal(new(big.Rat).Quo(q, big.NewRat(100, 1)))
	case !s.measure.Timed():
		return fmt.Sprintf("%q is a distribution of numbers: write how many of them within which number", s.measure.Name)
	default:
		return fmt.Sprintf("%q is a distribution of times: write how many of them within which time", s.measure.Name)
	}
	if rat(c.Target).Cmp(one) > 0 || rat(c.Target).Sign() < 0 {
		return "a share cannot be above 100%"
	}
	c.Threshold = decimal(limit.val) + limit.unit
	return ""
}

// limits reports whether an amount is what samples of the distribution are held to: a time, or a number where they
// are none.
func (s *segment) limits(a *amount) bool {
	if s.measure.Timed() {
		return a.isTime()
	}
	return a.unit == "" && !a.share
}

// readLimit reads one.
func (s *segment) readLimit(i int) (*amount, int) {
	if s.measure.Quantile == "" || s.measure.Timed() {
		return s.readTime(i)
	}
	if a, n := s.readAmount(i, false); a != nil && s.limits(a) {
		return a, n
	}
	return nil, 0
}
