package value

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/stat"
)

// effect is what a comparison estimates: a ratio or a difference of two sides.
type effect struct {
	ratio  bool
	point  float64
	bounds func(alpha float64) (stat.Interval, error)
	grown  func(times float64) func(alpha float64) (stat.Interval, error)     // with so many times the candidate's data, and where both go on the baseline's; nil is not known
	larger func(own, base float64) func(alpha float64) (stat.Interval, error) // with so many times the data of each side; nil is not known
	always bool                                                               // bounds hold at every look
	scale  string                                                             // of a difference: "per day", "percentage points", "s"
}

var errSides = errors.New("these two cannot be compared")

// always of groups that run at the same time is tuned to this many samples, as GrowthBook does.
const tunedTo = 5000

// effectOf is the procedure that VALUE's table names for what is compared. Concurrent groups may be looked at at any
// time.
func (t *trial) effectOf(k kind, own, base side, concurrent bool) (effect, error) {
	difference := t.claim.Statistic == ir.StatDelta
	e := effect{ratio: !difference}
	switch {
	case k == ofCounts && !difference:
		e.point = own.count.Rate() / base.count.Rate()
		if base.count.Events == 0 {
			e.point = math.Inf(1)
		}
		whole := own.count.Events == math.Trunc(own.count.Events) && base.count.Events == math.Trunc(base.count.Events)
		e.always = concurrent && whole
		at := func(c, b stat.Count) func(float64) (stat.Interval, error) {
			return func(alpha float64) (stat.Interval, error) {
				if e.always {
					return stat.Uniform().Bounds(inWholeEvents(c), inWholeEvents(b), alpha)
				}
				return stat.RatioBounds(c, b, alpha)
			}
		}
		e.bounds = at(own.count, base.count)
		e.larger = func(x, y float64) func(float64) (stat.Interval, error) {
			return at(times(own.count, x), times(base.count, y))
		}
	case k == ofCounts:
		unit, words, err := t.rateUnit()
		if err != nil {
			return e, err
		}
		e.scale = words
		scaled := func(c stat.Count) stat.Count { return stat.Count{Events: c.Events, Exposure: c.Exposure / unit} }
		c, b := scaled(own.count), scaled(base.count)
		e.point = c.Rate() - b.Rate()
		at := func(c, b stat.Count) func(float64) (stat.Interval, error) {
			return func(alpha float64) (stat.Interval, error) { return stat.RateDifferenceBounds(c, b, alpha) }
		}
		e.bounds = at(c, b)
		e.larger = func(x, y float64) func(float64) (stat.Interval, error) { return at(times(c, x), times(b, y)) }
	case k == ofShares:
		e.scale = "percentage points"
		e.point = own.share.Value() / base.share.Value()
		if base.share.Hits == 0 {
			e.point = math.Inf(1)
		}
		if difference {
			e.point = own.share.Value() - base.share.Value()
		}
		e.always = concurrent && own.share.Hits > 0 && base.share.Hits > 0 && own.share.Hits < own.share.Of && base.share.Hits < base.share.Of
		at := func(c, b stat.Share) func(float64) (stat.Interval, error) {
			return func(alpha float64) (stat.Interval, error) {
				switch {
				case e.always && difference:
					return always(stat.MeanDifference, c.Moments(), b.Moments(), alpha)
				case e.always:
					return always(stat.MeanRatio, c.Moments(), b.Moments(), alpha)
				case difference:
					return stat.DifferenceBounds(c, b, alpha)
				}
				return stat.ShareRatioBounds(c, b, alpha)
			}
		}
		e.bounds = at(own.share, base.share)
		e.larger = func(x, y float64) func(float64) (stat.Interval, error) {
			more := func(s stat.Share, x float64) stat.Share { return stat.Share{Hits: s.Hits * x, Of: s.Of * x} }
			return at(more(own.share, x), more(base.share, y))
		}
	case k == ofMeans:
		estimate := stat.MeanRatio
		e.point = own.moments.Mean / base.moments.Mean
		if difference {
			estimate, e.point, e.scale = stat.MeanDifference, own.moments.Mean-base.moments.Mean, t.measure.Unit
		}
		e.always = concurrent
		at := func(c, b stat.Moments) func(float64) (stat.Interval, error) {
			return func(alpha float64) (stat.Interval, error) {
				if e.always {
					return always(estimate, c, b, alpha)
				}
				x, err := estimate(c, b)
				if err != nil {
					return stat.Interval{}, err
				}
				return x.Bounds(alpha)
			}
		}
		e.bounds = at(own.moments, base.moments)
		e.larger = func(x, y float64) func(float64) (stat.Interval, error) {
			c, b := own.moments, base.moments
			c.N, b.N = c.N*x, b.N*y
			return at(c, b)
		}
	case k == ofTotals && difference:
		unit := perUnits[t.claim.Per]
		if unit == 0 {
			return e, fmt.Errorf("%q is no unit of a rate", t.claim.Per)
		}
		e.scale = perWords(t.claim.Per)
		at := func(x, y float64) func(float64) (stat.Interval, error) {
			return func(alpha float64) (stat.Interval, error) {
				a, b := float64(own.length)/float64(unit)*x, float64(base.length)/float64(unit)*y
				s := stat.Estimate{Value: own.total*x/a - base.total*y/b, Error: math.Sqrt(own.variance*x/a/a + base.variance*y/b/b),
					Freedom: math.Max(1, math.Min(float64(own.points)*x, float64(base.points)*y)-1), N: float64(own.points)*x + float64(base.points)*y}
				return s.Bounds(alpha)
			}
		}
		e.point = own.total/(float64(own.length)/float64(unit)) - base.total/(float64(base.length)/float64(unit))
		e.bounds, e.larger = at(1, 1), at
	case k == ofQuantiles:
		return t.quantiles(e, difference)
	default:
		return e, errSides
	}
	e.grown = func(x float64) func(float64) (stat.Interval, error) {
		if concurrent {
			return e.larger(x, x)
		}
		return e.larger(x, 1)
	}
	return e, nil
}

// quantiles compares the quantile that the measure names, by order statistics and MOVER.
func (t *trial) quantiles(e effect, difference bool) (effect, error) {
	q := atOf(t.measure)
	own, base := t.seen.Observation.Distribution, t.base.Observation.Distribution
	pair := func(alpha float64) (c, b stat.Quantile, err error) {
		if c, err = quantileAt(own, q, alpha); err == nil {
			b, err = quantileAt(base, q, alpha)
		}
		return c, b, err
	}
	c, b, err := pair(.5)
	if err != nil {
		return e, err
	}
	factor := 1.0
	if difference {
		if d, ok := duration("1" + t.claim.Unit); ok {
			factor = float64(time.Second) / float64(d)
		}
		e.scale, e.point = t.claim.Unit, (c.Value-b.Value)*factor
		e.bounds = func(alpha float64) (stat.Interval, error) {
			c, b, err := pair(alpha)
			if err != nil {
				return stat.Interval{}, err
			}
			i, err := stat.QuantileDifferenceBounds(c, b)
			return stat.Interval{Lower: i.Lower * factor, Upper: i.Upper * factor}, err
		}
		return e, nil
	}
	e.point = c.Value / b.Value
	e.bounds = func(alpha float64) (stat.Interval, error) {
		c, b, err := pair(alpha)
		if err != nil {
			return stat.Interval{}, err
		}
		return stat.QuantileRatioBounds(c, b)
	}
	return e, nil
}

func always(estimate func(c, b stat.Moments) (stat.Estimate, error), c, b stat.Moments, alpha float64) (stat.Interval, error) {
	e, err := estimate(c, b)
	if err != nil {
		return stat.Interval{}, err
	}
	// two-sided: its alpha is that of both bounds together
	return e.BoundsAlways(min(.5, 2*alpha), tunedTo)
}

func times(c stat.Count, x float64) stat.Count {
	return stat.Count{Events: c.Events * x, Exposure: c.Exposure * x}
}

func inWholeEvents(c stat.Count) stat.Count {
	return stat.Count{Events: math.Round(c.Events), Exposure: c.Exposure}
}

// rateUnit is how much exposure a difference is per, in the unit of the sides: days, or what per: counts.
func (t *trial) rateUnit() (unit float64, words string, err error) {
	if d := perUnits[t.claim.Per]; d > 0 {
		return d.Hours() / 24, perWords(t.claim.Per), nil
	}
	var n float64
	var noun string
	if _, err := fmt.Sscanf(t.claim.Per, "%g %s", &n, &noun); err != nil || !(n > 0) {
		return 0, "", fmt.Errorf("%q is no unit of a rate", t.claim.Per)
	}
	return n, perWords(t.claim.Per), nil
}
