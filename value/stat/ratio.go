package stat

import "math"

// RatioBounds bounds the ratio of two Poisson rates, candidate over baseline: given all events together, those of
// the candidate are binomial with the share R·E₁/(R·E₁+E₀) (Przyborowski and Wilenski 1940), whose exact bounds
// are turned into R. It works when the candidate has no event; a baseline without one has no upper bound, and
// none at all gives 0 to ∞.
func RatioBounds(candidate, baseline Count, alpha float64) (Interval, error) {
	if err := firstError(candidate.check(), baseline.check(), checkAlpha(alpha)); err != nil {
		return unknown, err
	}
	exposures := baseline.Exposure / candidate.Exposure
	i := Interval{0, math.Inf(1)}
	if n := candidate.Events; n > 0 {
		x, y := betaQuantile(n, baseline.Events+1, alpha)
		i.Lower = x / y * exposures
	}
	if n := baseline.Events; n > 0 {
		y, x := betaQuantile(n, candidate.Events+1, alpha)
		i.Upper = x / y * exposures
	}
	if math.IsNaN(i.Lower) || math.IsNaN(i.Upper) { // 0·∞: exposures too far apart for a float
		return unknown, inputError("exposures of %v and %v", candidate.Exposure, baseline.Exposure)
	}
	return i, nil
}

// RatioTest is how likely the whole events of the candidate are, given those of both, when the true ratio of the
// rates is the one given.
func RatioTest(candidate, baseline Count, ratio float64) (Tails, error) {
	err := firstError(candidate.check(), baseline.check(), checkWhole(candidate.Events), checkWhole(baseline.Events))
	if err != nil {
		return noTails, err
	}
	odds := ratio * candidate.Exposure / baseline.Exposure
	if !(ratio > 0) || !isFinite(odds) {
		return noTails, inputError("a ratio of %v; expected more than 0", ratio)
	}
	return binomialTails(candidate.Events, baseline.Events, odds/(1+odds), 1/(1+odds)), nil
}

// RateDifferenceBounds bounds the difference of two Poisson rates, candidate − baseline, per unit of exposure:
// the exact intervals of both combined by MOVER (Li, Tang and Wong 2014). It is not exact itself, but close.
func RateDifferenceBounds(candidate, baseline Count, alpha float64) (Interval, error) {
	c, err := RateBounds(candidate, alpha)
	if err != nil {
		return unknown, err
	}
	b, err := RateBounds(baseline, alpha)
	if err != nil {
		return unknown, err
	}
	return mover(candidate.Rate(), baseline.Rate(), c, b), nil
}
