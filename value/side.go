package value

import (
	"fmt"
	"math"
	"math/big"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
	"github.com/cucumber-value/hoops/value/stat"
)

// side is one side of a comparison in numbers: one of count, share and moments.
type side struct {
	words    string // "since release 2.4.0", "under release 2.3.1"
	count    stat.Count
	share    stat.Share
	moments  stat.Moments
	points   int64   // samples of a distribution or a gauge
	total    float64 // of a gauge, with its variance
	variance float64

	seen     string   // "21 silly mistakes in 17,500 sums"
	value    *big.Rat // exact, of counts and shares
	exposure *big.Rat
	length   time.Duration // that was watched
}

// kind is what is compared.
type kind int

const (
	ofCounts kind = iota
	ofShares
	ofMeans
	ofQuantiles
	ofTotals
)

// kindOf follows from the measure, and for a gauge from the claim: "£500 a week" is about totals.
func (t *trial) kindOf() kind {
	switch m := t.measure; {
	case m.Quantile != "":
		return ofQuantiles
	case m.Value != "" && t.claim.Per != "":
		return ofTotals
	case m.Value != "":
		return ofMeans
	case m.Of != "":
		return ofShares
	}
	return ofCounts
}

// sideOf reads one side. What is wrong with it is said as of that side.
func (t *trial) sideOf(k kind, e Evidence, words string) (s side, f *measure.Failure) {
	o := e.Observation
	s.words = words
	s.length = time.Duration(float64(o.Window.To.Sub(o.Since)) * min(1, watched(o)))
	if o.Window.To.Before(o.Since) {
		s.length = 0
	}
	no := func(reason Reason, format string, args ...any) (side, *measure.Failure) {
		return s, &measure.Failure{Reason: reason, Sentence: fmt.Sprintf(format, args...)}
	}
	switch k {
	case ofCounts, ofShares:
		if o.Events == nil || o.Events.Sign() < 0 || o.Exposure != nil && o.Exposure.Sign() < 0 {
			return no(NoData, "nothing was observed of %s %s", t.claim.Measure, words)
		}
		n, _ := o.Events.Float64()
		s.seen = number(o.Events) + " " + plural(t.claim.Measure, o.Events)
		s.value, s.exposure = o.Events, o.Exposure
		perTime := t.claim.Statistic == ir.StatDelta && isTime(t.claim.Per)
		if o.Exposure != nil && !perTime {
			x, _ := o.Exposure.Float64()
			if k == ofShares {
				s.seen = number(o.Events) + " of " + number(o.Exposure)
			} else {
				s.seen += " in " + number(o.Exposure) + " " + plural(exposureNoun(t.measure), o.Exposure)
			}
			if !(x > 0) {
				return no(NoData, "%s %s: nothing happened, so nothing was shown", s.seen, words)
			}
			if k == ofShares && n > x {
				return no(SourceFailed, "%s %s %s is more than all of them", s.seen, t.claim.Measure, words)
			}
			s.count, s.share = stat.Count{Events: n, Exposure: x}, stat.Share{Hits: n, Of: x}
			return s, nil
		}
		if k == ofShares {
			return no(NoData, "nothing says how many chances there were of %s %s", t.claim.Measure, words)
		}
		if s.length <= 0 || o.Since.IsZero() {
			return no(NoData, "it is not known for how long %s were counted %s", t.claim.Measure, words)
		}
		s.exposure = nil
		s.seen += " in " + lengthWords(s.length)
		s.count = stat.Count{Events: n, Exposure: s.length.Hours() / 24}
	case ofMeans, ofTotals:
		g := o.Gauge
		if g == nil {
			return no(SourceFailed, "%s gives no values of %s", sourceWord(t.measure), t.claim.Measure)
		}
		s.points, s.moments = g.N, stat.Moments{N: float64(g.N), Mean: g.Mean, Variance: g.Variance}
		s.seen = fmt.Sprintf("%s on average, of %s", amount(g.Mean, t.measure.Unit), countWords(g.N, "value"))
		if k == ofTotals {
			if f := t.addsUp(); f != nil {
				return s, f
			}
			if s.length <= 0 {
				return no(NoData, "it is not known for how long %s was counted %s", t.claim.Measure, words)
			}
			n := float64(g.N)
			s.total, s.variance = n*g.Mean, n*(g.Variance+g.Mean*g.Mean)
			s.seen = fmt.Sprintf("%s in %s", amount(s.total, t.measure.Unit), lengthWords(s.length))
		}
	case ofQuantiles:
		d := o.Distribution
		if d == nil {
			return no(SourceFailed, "%s gives no distribution of %s", sourceWord(t.measure), t.claim.Measure)
		}
		s.points = d.Count()
		q := atOf(t.measure)
		low, high, ok := d.Quantile(q)
		if !ok {
			return no(NoData, "%s has no sample %s", t.claim.Measure, words)
		}
		s.seen = fmt.Sprintf("%s at %s, of %s", t.betweenWords(low, high), percentileName(q), countWords(s.points, "sample"))
	}
	return s, nil
}

// addsUp refuses totals of samples that a server took of a gauge: how often it looked says nothing.
func (t *trial) addsUp() *measure.Failure {
	if t.measure.From == "prometheus" || t.measure.From == "openmetrics" {
		return &measure.Failure{Reason: SourceFailed, Sentence: fmt.Sprintf("%s is a gauge that is looked at now and then, so its values do not add up to a total", t.claim.Measure),
			Help: []string{"count it with a counter: count:", "or take it from: sql, where each row is one value"}}
	}
	return nil
}

// watched is the part of a window that numbers speak for.
func watched(o measure.Observation) float64 { return max(o.Coverage, o.Within) }

func isTime(per string) bool { return perUnits[per] > 0 }

var perUnits = map[string]time.Duration{"1ms": time.Millisecond, "1s": time.Second, "1m": time.Minute, "1h": time.Hour, "1d": 24 * time.Hour, "1w": 7 * 24 * time.Hour}

// atOf is the quantile that is meant when none is named.
func atOf(m ir.Measure) float64 {
	var q float64
	if _, err := fmt.Sscanf(m.At, "p%g", &q); err != nil || !(q > 0 && q < 100) {
		return .95
	}
	return q / 100
}

// quantileAt bounds the quantile by order statistics: of n samples, the ranks that bound it, looked up. Where only
// buckets are known, the border that makes the interval longer counts.
func quantileAt(d measure.Distribution, q, alpha float64) (stat.Quantile, error) {
	n := float64(d.Count())
	r, err := stat.QuantileRanks(n, q, alpha)
	if err != nil {
		return stat.Quantile{}, err
	}
	out := stat.Quantile{Interval: stat.Interval{Lower: 0, Upper: math.Inf(1)}}
	low, high, _ := d.Quantile(r.At / n)
	out.Value = middle(low, high)
	if r.Lower >= 1 {
		low, _, _ := d.Quantile(r.Lower / n)
		out.Lower = max(0, low)
	}
	if r.Upper <= n {
		_, out.Upper, _ = d.Quantile(r.Upper / n)
	}
	out.Lower, out.Upper = min(out.Lower, out.Value), max(out.Upper, out.Value)
	return out, nil
}

func middle(low, high float64) float64 {
	if math.IsInf(high, 1) {
		return low
	}
	return low + (high-low)/2
}
