package stat

import "math"

// How much data a claim needs, at one-sided alpha and with the given chance (power, usually .8) to be delivered
// when it is true. Figures for planning: a verdict is never read from them.

// exactPlan is the number of events up to which plans are exact; beyond, nobody waits for the last of them.
const exactPlan = 1e9

// EventsForRatio is the number of events, of both sides together, that shows a ratio of rates other than 1: the
// smallest n at which the exact test of RatioBounds has the power. Split is the candidate's share of the exposure.
// Of few events more, the power may again be a little less: it is a sawtooth. Plans of more
// than a billion events are by the normal distribution.
func EventsForRatio(ratio, split, alpha, power float64) (float64, error) {
	if err := firstError(checkAlpha(alpha), checkPower(power)); err != nil {
		return 0, err
	}
	if err := checkRatio(ratio); err != nil {
		return 0, err
	}
	if !(split >= 1e-6 && split <= 1-1e-6) {
		return 0, inputError("a plan at a split of %v; expected between 0 and 1", split)
	}
	if ratio > 1 { // the same, seen from the other side
		ratio, split = 1/ratio, 1-split
	}
	near := eventsForRatio(ratio, split, alpha, power)
	if !(near <= exactPlan) {
		return math.Ceil(near), nil
	}
	share := ratio * split / (ratio*split + 1 - split)
	// the saw's teeth are about 2√n/(z√(pq)) wide: start well before the first that may reach the power
	z := normalQuantile(alpha) + normalQuantile(1-power)
	n := math.Max(1, math.Floor(near-20-6*math.Sqrt(near/(share*(1-share)))/z))
	critical := firstWhole(0, n, func(k float64) bool { return walkFrom(k, n, split).sum > alpha }) - 1
	null, truth := walkFrom(critical, n, split), walkFrom(critical, n, share)
	for {
		for null.sum+null.above() <= alpha && null.k < null.n {
			null.up()
			truth.up()
		}
		if truth.sum >= power {
			return truth.n, nil
		}
		null.next()
		truth.next()
	}
}

// walk is P(X ≤ k) of a binomial X, followed from one k or n to the next in a few multiplications.
type walk struct{ p, n, k, mass, sum float64 }

func walkFrom(k, n, p float64) walk {
	switch {
	case k < 0:
		return walk{p: p, n: n, k: -1}
	case k >= n:
		return walk{p, n, n, math.Pow(p, n), 1}
	}
	_, sum := betaTails(k+1, n-k, p, 1-p)
	return walk{p, n, k, math.Exp(logBinomial(k, n-k, p, 1-p)), sum}
}

// above is P(X = k+1).
func (w *walk) above() float64 {
	if w.k < 0 {
		return math.Exp(logBinomial(0, w.n, w.p, 1-w.p))
	}
	return w.mass * (w.n - w.k) / (w.k + 1) * w.p / (1 - w.p)
}

func (w *walk) up() {
	w.mass = w.above()
	w.sum += w.mass
	w.k++
}

// next draws once more.
func (w *walk) next() {
	w.sum -= w.p * w.mass
	w.n++
	w.mass *= (1 - w.p) * w.n / (w.n - w.k)
}

// eventsForRatio is the same by the normal distribution, after the arcsine made the variance of shares the same.
func eventsForRatio(ratio, split, alpha, power float64) float64 {
	share := ratio * split / (ratio*split + 1 - split)
	distance := 2 * (math.Asin(math.Sqrt(split)) - math.Asin(math.Sqrt(share)))
	z := normalQuantile(alpha) + normalQuantile(1-power)
	return z * z / distance / distance
}

// ExposureForRatio is the exposure of the candidate, in all, after which a ratio would show beside a baseline that
// grows no more, if its rate is what was seen: what a date is projected from. It is infinite when the baseline is
// too short to show the ratio, whatever the candidate does.
func ExposureForRatio(baseline Count, ratio, alpha, power float64) (float64, error) {
	if err := firstError(baseline.check(), checkAlpha(alpha), checkPower(power)); err != nil {
		return 0, err
	}
	if err := checkRatio(ratio); err != nil {
		return 0, err
	}
	if baseline.Events == 0 {
		return math.Inf(1), nil
	}
	enough := func(times float64) bool {
		need := eventsForRatio(ratio, times/(1+times), alpha, power)
		return baseline.Events*(1+ratio*times) >= need
	}
	b := root(func(b float64) bool { return b > 14 || enough(math.Exp(b)) }) // a million times the baseline
	if b > 13.9 {
		return math.Inf(1), nil
	}
	return math.Exp(b) * baseline.Exposure, nil
}

// SamplesForShares is the number of each side that shows the difference of two shares (Fleiss, Levin and Paik
// 2003, 4.14: the null hypothesis pooled, no correction for continuity).
func SamplesForShares(candidate, baseline, alpha, power float64) (float64, error) {
	if err := firstError(checkAlpha(alpha), checkPower(power), Share{candidate, 1}.check(), Share{baseline, 1}.check()); err != nil {
		return 0, err
	}
	if candidate == baseline {
		return 0, inputError("a plan for no difference")
	}
	pooled := (candidate + baseline) / 2
	root := normalQuantile(alpha)*math.Sqrt(2*pooled*(1-pooled)) +
		normalQuantile(1-power)*math.Sqrt(candidate*(1-candidate)+baseline*(1-baseline))
	return math.Ceil(root / (candidate - baseline) * root / (candidate - baseline)), nil
}

// SamplesForMeans is the number of each side that shows a difference of means, both with the same standard
// deviation, in the same unit.
func SamplesForMeans(deviation, difference, alpha, power float64) (float64, error) {
	if err := firstError(checkAlpha(alpha), checkPower(power)); err != nil {
		return 0, err
	}
	if !(deviation >= 0) || !isFinite(deviation/difference) {
		return 0, inputError("a plan for a difference of %v at a deviation of %v", difference, deviation)
	}
	root := (normalQuantile(alpha) + normalQuantile(1-power)) * deviation / difference
	return math.Max(2, math.Ceil(2*root*root)), nil
}

func checkRatio(ratio float64) error {
	if !(ratio >= 1e-6 && ratio <= 1e6) || math.Abs(ratio-1) < 1e-9 {
		return inputError("a plan for the ratio %v; expected one from 1e-6 to 1e6 that is not 1", ratio)
	}
	return nil
}

func checkPower(power float64) error {
	if !(power >= .5 && power < 1) {
		return inputError("a power of %v; expected from 0.5 to below 1", power)
	}
	return nil
}
