package stat

import "math"

// Share is Hits of Of: successes among trials, good minutes among all.
type Share struct{ Hits, Of float64 }

// Value is the share itself.
func (s Share) Value() float64 { return s.Hits / s.Of }

func (s Share) check() error {
	switch {
	case !(s.Of > 0 && s.Of <= countable):
		return inputError("a share of %v; expected from 1 to %v", s.Of, countable)
	case !(s.Hits >= 0 && s.Hits <= s.Of):
		return inputError("%v of %v; expected from none to all of them", s.Hits, s.Of)
	}
	return nil
}

// BinomialBounds bounds the share behind k of n: the exact interval of Clopper and Pearson (1934), by way of the
// beta distribution. It holds its level for every true share, and errs on the long side.
func BinomialBounds(k, n, alpha float64) (Interval, error) {
	if err := firstError(Share{k, n}.check(), checkAlpha(alpha)); err != nil {
		return unknown, err
	}
	i := Interval{0, 1}
	if k > 0 {
		i.Lower, _ = betaQuantile(k, n-k+1, alpha)
	}
	if k < n {
		_, i.Upper = betaQuantile(n-k, k+1, alpha)
	}
	return i, nil
}

// BinomialTest is how likely k of n, whole numbers, is when the true share is the one given.
func BinomialTest(k, n, share float64) (Tails, error) {
	if err := firstError(Share{k, n}.check(), checkWhole(k), checkWhole(n)); err != nil {
		return noTails, err
	}
	if !(share >= 0 && share <= 1) {
		return noTails, inputError("a share of %v; expected from 0 to 1", share)
	}
	return binomialTails(k, n-k, share, 1-share), nil
}

// binomialTails takes a hits and b misses; q = 1−p.
func binomialTails(a, b, p, q float64) Tails {
	t := Tails{Less: 1, Greater: 1, Equal: math.Exp(logBinomial(a, b, p, q))}
	if a > 0 {
		t.Greater, _ = betaTails(a, b+1, p, q)
	}
	if b > 0 {
		_, t.Less = betaTails(a+1, b, p, q)
	}
	n := a + b
	mean := n * p
	as := math.Log1p(1e-7) + logBinomial(a, b, p, q) // equally likely, but for rounding
	unlikely := func(x float64) bool { return logBinomial(x, n-x, p, q) <= as }
	switch {
	case a < mean:
		t.Minlike = t.Less
		if first := firstWhole(math.Ceil(mean), n+1, unlikely); first <= n {
			other, _ := betaTails(first, n-first+1, p, q)
			t.Minlike = math.Min(1, t.Less+other)
		}
	case a > mean:
		t.Minlike = t.Greater
		last := firstWhole(0, math.Floor(mean)+1, func(x float64) bool { return !unlikely(x) }) - 1
		if last >= 0 {
			_, other := betaTails(last+1, n-last, p, q)
			t.Minlike = math.Min(1, t.Greater+other)
		}
	default:
		t.Minlike = 1
	}
	return t
}

// WilsonBounds bounds a share by the score interval of Wilson (1927): shorter than the exact one, and right on
// average over true shares rather than for each.
func WilsonBounds(s Share, alpha float64) (Interval, error) {
	if err := firstError(s.check(), checkAlpha(alpha)); err != nil {
		return unknown, err
	}
	return wilson(s, normalQuantile(alpha)), nil
}

func wilson(s Share, z float64) Interval {
	n, hits, misses := s.Of, s.Hits, s.Of-s.Hits
	half := z * math.Sqrt(hits/n*misses+z*z/4)
	// each bound in the form that does not cancel: of the two roots, the product is known
	i := Interval{0, 1}
	if hits > 0 {
		i.Lower = math.Min(hits/n, hits*(hits/n)/(hits+z*z/2+half))
	}
	if misses > 0 {
		i.Upper = math.Max(hits/n, 1-misses*(misses/n)/(misses+z*z/2+half))
	}
	return i
}

// DifferenceBounds bounds candidate − baseline of two independent shares: method 10 of Newcombe, Statistics in
// Medicine 17 (1998) 873–890, in points of 1 (0.02 is two percentage points).
func DifferenceBounds(candidate, baseline Share, alpha float64) (Interval, error) {
	if err := firstError(candidate.check(), baseline.check(), checkAlpha(alpha)); err != nil {
		return unknown, err
	}
	z := normalQuantile(alpha)
	i := mover(candidate.Value(), baseline.Value(), wilson(candidate, z), wilson(baseline, z))
	return Interval{math.Max(-1, i.Lower), math.Min(1, i.Upper)}, nil
}

// ShareRatioBounds bounds candidate / baseline of two independent shares: Wilson's intervals combined by MOVER on
// the scale of logarithms (Zou and Donner 2008). Where a share is 0 its logarithm has no middle; there the bounds
// are divided instead, which is longer: the upper bound is infinite when the baseline is 0.
func ShareRatioBounds(candidate, baseline Share, alpha float64) (Interval, error) {
	if err := firstError(candidate.check(), baseline.check(), checkAlpha(alpha)); err != nil {
		return unknown, err
	}
	z := normalQuantile(alpha)
	return logMover(candidate.Value(), baseline.Value(), wilson(candidate, z), wilson(baseline, z)), nil
}

// mover is the method of variance estimates recovery for a difference: each distance to a bound stands for one
// standard error in that direction.
func mover(candidate, baseline float64, c, b Interval) Interval {
	d := candidate - baseline
	return Interval{
		d - math.Hypot(candidate-c.Lower, b.Upper-baseline),
		d + math.Hypot(c.Upper-candidate, baseline-b.Lower),
	}
}

// logMover is mover for a ratio of what is never negative.
func logMover(candidate, baseline float64, c, b Interval) Interval {
	if candidate <= 0 || baseline <= 0 || math.IsInf(candidate, 0) || math.IsInf(baseline, 0) {
		i := Interval{0, math.Inf(1)}
		if c.Lower > 0 && b.Upper > 0 {
			i.Lower = c.Lower / b.Upper
		}
		if b.Lower > 0 {
			i.Upper = c.Upper / b.Lower
		}
		return i
	}
	log := func(i Interval) Interval {
		return Interval{math.Log(math.Max(0, i.Lower)), math.Log(math.Max(0, i.Upper))}
	}
	i := mover(math.Log(candidate), math.Log(baseline), log(c), log(b))
	return Interval{math.Exp(i.Lower), math.Exp(i.Upper)}
}
