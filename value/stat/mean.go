package stat

import "math"

// Moments are what comparing means needs of a sample: values merge and travel without the samples.
type Moments struct {
	N, Mean  float64
	Variance float64 // divided by N−1
}

// MomentsOf sums samples up, without losing the digits of a small variance to a large mean.
func MomentsOf(samples []float64) Moments {
	var m Moments
	var squares float64
	for _, x := range samples {
		m.N++
		d := x - m.Mean
		m.Mean += d / m.N
		squares += d * (x - m.Mean)
	}
	if m.N > 1 {
		m.Variance = squares / (m.N - 1)
	}
	return m
}

// Moments of a share, as the mean of ones and zeros; its variance is p(1−p).
func (s Share) Moments() Moments {
	p := s.Value()
	return Moments{s.Of, p, p * (1 - p)}
}

func (m Moments) check() error {
	switch {
	case !(m.N >= 2) || math.IsInf(m.N, 0):
		return inputError("the mean of %v values; expected at least 2", m.N)
	case !isFinite(m.Mean) || !(m.Variance >= 0) || math.IsInf(m.Variance, 0):
		return inputError("a mean of %v with a variance of %v", m.Mean, m.Variance)
	}
	return nil
}

// Estimate is a number with its standard error. The zero Estimate has no bounds, and neither have values that are
// all the same: two equal values would otherwise prove anything.
type Estimate struct {
	Value, Error float64
	Freedom      float64 // degrees of freedom, after Welch and Satterthwaite
	N            float64 // samples on both sides
}

// MeanEstimate estimates the mean itself.
func MeanEstimate(m Moments) (Estimate, error) {
	if err := m.check(); err != nil {
		return Estimate{}, err
	}
	e := Estimate{m.Mean, math.Sqrt(m.Variance / m.N), m.N - 1, m.N}
	if err := e.check(); err != nil {
		return Estimate{}, err
	}
	return e, nil
}

// MeanDifference estimates candidate − baseline in the unit of the values (Welch 1947).
func MeanDifference(candidate, baseline Moments) (Estimate, error) {
	if err := firstError(candidate.check(), baseline.check()); err != nil {
		return Estimate{}, err
	}
	return welch(candidate.Mean-baseline.Mean, candidate, baseline, candidate.Variance, baseline.Variance)
}

// MeanRatio estimates candidate / baseline by the delta method: the first terms of its error, which are enough
// when the mean of the baseline is many of its errors above 0. It must be above 0, or the ratio means nothing.
func MeanRatio(candidate, baseline Moments) (Estimate, error) {
	if err := firstError(candidate.check(), baseline.check()); err != nil {
		return Estimate{}, err
	}
	if !(baseline.Mean > 0) {
		return Estimate{}, inputError("a ratio to a mean of %v; expected above 0", baseline.Mean)
	}
	r, m := candidate.Mean/baseline.Mean, baseline.Mean
	return welch(r, candidate, baseline, candidate.Variance/m/m, baseline.Variance*(r/m)*(r/m))
}

func welch(value float64, c, b Moments, varianceC, varianceB float64) (Estimate, error) {
	vc, vb := varianceC/c.N, varianceB/b.N
	v := vc + vb
	e := Estimate{value, math.Sqrt(v), c.N + b.N - 2, c.N + b.N}
	if v > 0 { // shares of the variance, so that squares of small numbers do not vanish
		sc, sb := vc/v, vb/v
		e.Freedom = 1 / (sc*sc/(c.N-1) + sb*sb/(b.N-1))
	}
	if err := e.check(); err != nil {
		return Estimate{}, err
	}
	return e, nil
}

func (e Estimate) check() error {
	if !isFinite(e.Value) || !(e.Error > 0) || math.IsInf(e.Error, 0) || !(e.Freedom > 0) || !(e.N > 0) {
		return inputError("an estimate of %v with an error of %v; values that are all the same show no error", e.Value, e.Error)
	}
	return nil
}

// Bounds are Student's, for one look at data whose amount was settled before.
func (e Estimate) Bounds(alpha float64) (Interval, error) {
	if err := firstError(e.check(), checkAlpha(alpha)); err != nil {
		return unknown, err
	}
	half := studentQuantile(alpha, e.Freedom) * e.Error
	return Interval{e.Value - half, e.Value + half}, nil
}

// Test is how likely the estimate is when the truth is the value given, by Student's distribution.
func (e Estimate) Test(value float64) (Tails, error) {
	if err := e.check(); err != nil {
		return noTails, err
	}
	if !isFinite(value) {
		return noTails, inputError("a value of %v", value)
	}
	t := (e.Value - value) / e.Error
	tails := Tails{Less: studentTail(-t, e.Freedom), Greater: studentTail(t, e.Freedom)}
	tails.Minlike = tails.TwoSided()
	return tails, nil
}

// BoundsAlways are bounds that hold at every look at once, as the data grow: the asymptotic confidence sequence
// of Waudby-Smith et al., arXiv 2103.06476 (9). Alpha is the error of both sides and all looks together. They are
// tightest, about 1.55 times as wide as one two-sided look, near tuned samples (both sides together; 5,000 is
// usual). They are for sides that ran at the same time, and approximate below some hundred samples.
func (e Estimate) BoundsAlways(alpha, tuned float64) (Interval, error) {
	if err := firstError(e.check(), checkAlpha(alpha)); err != nil {
		return unknown, err
	}
	if !(tuned > 0) || math.IsInf(tuned, 0) {
		return unknown, inputError("tuned to %v samples; expected more than 0", tuned)
	}
	rho := mixing(alpha, tuned)
	t := e.N*rho*rho + 1
	// the standard deviation of one sample is error·√n, and one n of the equation's n² goes with it
	half := e.Error * math.Sqrt(2*t*(math.Log(t)/2-math.Log(alpha))/(e.N*rho*rho))
	return Interval{e.Value - half, e.Value + half}, nil
}

// mixing is the ρ with which the sequence is tightest near n samples, by the closed form of arXiv 2103.06476.
func mixing(alpha, n float64) float64 {
	l := -2 * math.Log(alpha)
	return math.Sqrt((l + math.Log(l+1)) / n)
}
