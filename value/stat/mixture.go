package stat

import "math"

// Mixture is the prior of the beta-binomial e-process (Lindon and Malek 2022, arXiv 2011.03567): the weights with
// which shares of the candidate are mixed. Uniform is right when nothing is known. The zero Mixture is refused.
//
// It judges events of two sides that run at the same time, at every look: a share of events p₀ that stays the same
// is the null hypothesis, and the chance that the evidence against a true one ever reaches 1/alpha is at most
// alpha. It does not hold for before and after, nor when the split of the traffic changes on the way.
type Mixture struct{ A, B float64 }

// Uniform mixes all shares alike.
func Uniform() Mixture { return Mixture{1, 1} }

// LogEvidence is the natural logarithm of E = B(a+x₁, b+x₀)/B(a,b) · p⁻ˣ¹ (1−p)⁻ˣ⁰ for x₁ events of the candidate
// and x₀ of the baseline, when p is the share of the candidate under the null hypothesis.
func (m Mixture) LogEvidence(candidate, baseline, p float64) (float64, error) {
	err := firstError(m.check(), Count{candidate, 1}.check(), Count{baseline, 1}.check(), checkWhole(candidate), checkWhole(baseline))
	if err != nil {
		return 0, err
	}
	if !(p > 0 && p < 1) {
		return 0, inputError("a share of %v; expected between 0 and 1", p)
	}
	return m.log(candidate, baseline, p, 1-p), nil
}

// log writes E in terms of one binomial probability, which loses no digits: the exponents of p and q that the
// probability has too many come from the prior.
func (m Mixture) log(x1, x0, p, q float64) float64 {
	a, b := m.A+x1, m.B+x0
	prior := math.Log(1/m.A+1/m.B) - logBinomial(m.A, m.B, p, q) // p^−A q^−B · B(A,B)
	return math.Log(1/a+1/b) - logBinomial(a, b, p, q) - prior
}

// Bounds is the confidence sequence of the ratio of the rates, candidate over baseline: all ratios against which
// the evidence is less than 1/alpha. It holds at all looks together; alpha is the error of both sides together, so
// each of its bounds errs at most at alpha.
func (m Mixture) Bounds(candidate, baseline Count, alpha float64) (Interval, error) {
	err := firstError(m.check(), candidate.check(), baseline.check(), checkWhole(candidate.Events), checkWhole(baseline.Events), checkAlpha(alpha))
	if err != nil {
		return unknown, err
	}
	x1, x0 := candidate.Events, baseline.Events
	exposures := baseline.Exposure / candidate.Exposure
	i := Interval{0, math.Inf(1)}
	evidence := func(odds float64) bool { // on a logarithmic scale, where neither share loses its digits
		return m.log(x1, x0, 1/(1+math.Exp(-odds)), 1/(1+math.Exp(odds))) >= -math.Log(alpha)
	}
	if x1 > 0 {
		middle := math.Log(x1 / math.Max(x0, .5)) // or nearly: there is no evidence against what was seen
		i.Lower = math.Exp(root(func(b float64) bool { return b > middle || !evidence(b) })) * exposures
	}
	if x0 > 0 {
		middle := math.Log(math.Max(x1, .5) / x0)
		i.Upper = math.Exp(root(func(b float64) bool { return b > middle && evidence(b) })) * exposures
	}
	return i, nil
}

func (m Mixture) check() error {
	if !(m.A > 0 && m.B > 0) || math.IsInf(m.A, 0) || math.IsInf(m.B, 0) {
		return inputError("a mixture of Beta(%v, %v); expected more than 0", m.A, m.B)
	}
	return nil
}
