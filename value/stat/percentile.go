package stat

import "math"

// PercentileTest is how likely it is that slow of n, whole numbers, are slower than a limit, when exactly the
// share q is within it: "95 % within 300 ms" holds when Less is at most alpha, and is ruled out when Greater is.
// Nothing is interpolated when the limit is the border of a bucket, and such counts may be added.
func PercentileTest(slow, n, q float64) (Tails, error) {
	if err := checkPercentile(q); err != nil {
		return noTails, err
	}
	if err := firstError(Share{slow, n}.check(), checkWhole(slow), checkWhole(n)); err != nil {
		return noTails, err
	}
	return binomialTails(slow, n-slow, 1-q, q), nil
}

// FewestSamples is how many samples prove a percentile when all of them are within its limit: 59 for p95, 299 for
// p99 and 2,995 for p99.9 at alpha = .05.
func FewestSamples(q, alpha float64) (float64, error) {
	if err := firstError(checkPercentile(q), checkAlpha(alpha)); err != nil {
		return 0, err
	}
	return math.Ceil(math.Log(alpha)/math.Log(q) - 1e-9), nil
}

// FewestPoints is how many samples a side needs before a comparison of latencies is worth printing (the rule of
// Spinnaker's canary analysis).
const FewestPoints = 50

// Ranks are positions, from 1, in sorted samples: the quantile by nearest rank, and its bounds. Lower is 0 and
// Upper is above the number of samples where too few of them bound that side.
type Ranks struct{ Lower, At, Upper float64 }

// QuantileRanks are the ranks of the q-quantile of n samples: exact for every distribution, by the binomial number
// of samples below the quantile (Hahn and Meeker 1991, 5.2). Looked up in a histogram, they give its bounds
// without any sample at hand.
func QuantileRanks(n, q, alpha float64) (Ranks, error) {
	if err := firstError(Share{0, n}.check(), checkWhole(n), checkPercentile(q), checkAlpha(alpha)); err != nil {
		return Ranks{}, err
	}
	atMost := func(k float64) float64 { // P(at most k samples are below the quantile)
		if k < 0 {
			return 0
		}
		if k >= n {
			return 1
		}
		_, p := betaTails(k+1, n-k, q, 1-q)
		return p
	}
	more := func(k float64) float64 { // P(at least k)
		if k <= 0 {
			return 1
		}
		p, _ := betaTails(k, n-k+1, q, 1-q)
		return p
	}
	at := math.Max(1, math.Ceil(n*q-1e-9))
	return Ranks{
		Lower: math.Min(at, firstWhole(0, n, func(r float64) bool { return atMost(r) > alpha })),
		At:    at,
		Upper: math.Max(at, firstWhole(1, n+1, func(s float64) bool { return s > n || more(s) <= alpha })),
	}, nil
}

// Quantile is a quantile of positive values, such as latencies, with its bounds; 0 and infinity where too few
// samples bound that side.
type Quantile struct {
	Value float64
	Interval
}

// QuantileOf is the q-quantile of samples that are sorted upwards and positive.
func QuantileOf(sorted []float64, q, alpha float64) (Quantile, error) {
	for i, x := range sorted {
		if !(x >= 0) || math.IsInf(x, 0) || i > 0 && x < sorted[i-1] {
			return Quantile{Interval: unknown}, inputError("sample %d is %v; expected numbers that are not negative and go up", i+1, x)
		}
	}
	r, err := QuantileRanks(float64(len(sorted)), q, alpha)
	if err != nil {
		return Quantile{Interval: unknown}, err
	}
	at := func(rank float64) float64 {
		switch i := int(rank); {
		case i < 1:
			return 0
		case i > len(sorted):
			return math.Inf(1)
		default:
			return sorted[i-1]
		}
	}
	return Quantile{at(r.At), Interval{at(r.Lower), at(r.Upper)}}, nil
}

// QuantileRatioBounds bounds candidate over baseline of two independent quantiles, each with bounds at the alpha
// wanted: MOVER on the scale of logarithms (Zou and Donner 2008).
func QuantileRatioBounds(candidate, baseline Quantile) (Interval, error) {
	for _, q := range []Quantile{candidate, baseline} {
		if !(q.Value >= 0 && 0 <= q.Lower && q.Lower <= q.Value && q.Value <= q.Upper) || math.IsInf(q.Value, 0) {
			return unknown, inputError("a quantile of %v between %v and %v", q.Value, q.Lower, q.Upper)
		}
	}
	return logMover(candidate.Value, baseline.Value, candidate.Interval, baseline.Interval), nil
}

func checkPercentile(q float64) error {
	if !(q > 0 && q < 1) {
		return inputError("a percentile of %v; expected between 0 and 1", q)
	}
	return nil
}

// QuantileDifferenceBounds bounds candidate − baseline of two independent quantiles, each with bounds at the alpha
// wanted, in their unit: MOVER, as for ratios.
func QuantileDifferenceBounds(candidate, baseline Quantile) (Interval, error) {
	for _, q := range []Quantile{candidate, baseline} {
		if !(q.Value >= 0 && 0 <= q.Lower && q.Lower <= q.Value && q.Value <= q.Upper) || math.IsInf(q.Value, 0) {
			return unknown, inputError("a quantile of %v between %v and %v", q.Value, q.Lower, q.Upper)
		}
	}
	return mover(candidate.Value, baseline.Value, candidate.Interval, baseline.Interval), nil
}
