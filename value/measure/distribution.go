package measure

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Distribution counts samples below thresholds, exactly. Thresholds and quantiles of durations are in seconds,
// of all else in the measure's own unit.
type Distribution interface {
	// Count is how many samples there are, above 0.
	Count() int64
	// AtMost is how many samples are at most limit. A threshold that cannot be counted exactly is a *Failure that
	// names those that can.
	AtMost(limit *big.Rat) (int64, error)
	// Quantile is between which values the q-quantile lies, both the same where each sample is known; high is
	// +Inf above the last bucket. It is not ok for q outside 0 to 1.
	Quantile(q float64) (low, high float64, ok bool)
}

// Gauge is what the samples of a gauge were in the window. Variance is the unbiased one, 0 of one sample.
type Gauge struct {
	N              int64
	Mean, Variance float64
	Min, Max       float64

	Samples Samples `json:"-"` // where each is known
}

// Samples is a distribution whose samples are all known; sorted, in the unit of a Distribution.
type Samples []*big.Rat

var _ Distribution = Samples{}

// NewSamples sorts values; none of them may be nil.
func NewSamples(values []*big.Rat) Samples {
	s := slices.Clone(values)
	slices.SortFunc(s, (*big.Rat).Cmp)
	return s
}

// Durations are samples of the time that something took.
func Durations(all []time.Duration) Samples {
	values := make([]*big.Rat, len(all))
	for i, d := range all {
		values[i] = big.NewRat(int64(d), int64(time.Second))
	}
	return NewSamples(values)
}

// Count is how many there are.
func (s Samples) Count() int64 { return int64(len(s)) }

// AtMost has no threshold that it cannot count.
func (s Samples) AtMost(limit *big.Rat) (int64, error) {
	n, _ := slices.BinarySearchFunc(s, limit, func(a, b *big.Rat) int {
		if a.Cmp(b) <= 0 {
			return -1
		}
		return 1
	})
	return int64(n), nil
}

// Quantile is the smallest sample that a share of q are at most.
func (s Samples) Quantile(q float64) (low, high float64, ok bool) {
	i, ok := rank(q, s.Count())
	if !ok {
		return 0, 0, false
	}
	v, _ := s[i-1].Float64()
	return v, v, true
}

// rank is the 1-based place of the q-quantile among n.
func rank(q float64, n int64) (int64, bool) {
	if n <= 0 || !(q >= 0 && q <= 1) {
		return 0, false
	}
	// Two roundings would move a quantile to the next sample: .95·20 is 19 and a bit in binary.
	return max(1, min(n, int64(math.Ceil(q*float64(n)-1e-9)))), true
}

// Buckets is a distribution of which only the counts up to some bounds are known.
type Buckets struct {
	bounds []*big.Rat // ascending, without +Inf
	counts []int64    // cumulative
	count  int64
	time   bool // bounds are seconds
}

var _ Distribution = Buckets{}

// Count is the count of the bucket without a bound.
func (b Buckets) Count() int64 { return b.count }

// AtMost counts at the bounds of buckets only: between them nothing is known.
func (b Buckets) AtMost(limit *big.Rat) (int64, error) {
	i, found := slices.BinarySearchFunc(b.bounds, limit, (*big.Rat).Cmp)
	if found {
		return b.counts[i], nil
	}
	var near []string
	if i > 0 {
		near = append(near, b.words(b.bounds[i-1]))
	}
	if i < len(b.bounds) {
		near = append(near, b.words(b.bounds[i]))
	}
	f := failed(SourceFailed, "%s is no bound of the histogram's buckets, so it is not known how many were within it", b.words(limit))
	if len(near) == 0 {
		return 0, f.help("the histogram has no bounds at all")
	}
	return 0, f.help("promise " + strings.Join(near, " or ") + ", the nearest bounds, or give the histogram a bucket of " + b.words(limit))
}

// Quantile is the bucket that the q-quantile lies in.
func (b Buckets) Quantile(q float64) (low, high float64, ok bool) {
	n, ok := rank(q, b.count)
	if !ok {
		return 0, 0, false
	}
	low, high = math.Inf(-1), math.Inf(1)
	for i, c := range b.counts {
		bound, _ := b.bounds[i].Float64()
		if c >= n {
			high = bound
			break
		}
		low = bound
	}
	if low < 0 && b.time {
		low = 0
	}
	return low, high, true
}

func (b Buckets) words(r *big.Rat) string {
	if b.time {
		if ns := new(big.Rat).Mul(r, big.NewRat(int64(time.Second), 1)); ns.IsInt() && ns.Num().IsInt64() {
			return time.Duration(ns.Num().Int64()).String()
		}
	}
	f, _ := r.Float64()
	return fmt.Sprint(f)
}

// gauge is the mean and the variance of values, in one pass that does not lose digits (Welford).
func gauge(values []float64) *Gauge {
	g := &Gauge{Min: math.Inf(1), Max: math.Inf(-1)}
	var m2 float64
	for _, v := range values {
		g.N++
		d := v - g.Mean
		g.Mean += d / float64(g.N)
		m2 += d * (v - g.Mean)
		g.Min, g.Max = min(g.Min, v), max(g.Max, v)
	}
	if g.N > 1 {
		g.Variance = m2 / float64(g.N-1)
	}
	return g
}
