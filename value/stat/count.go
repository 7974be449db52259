package stat

import "math"

// Count is a number of events in an exposure: requests, orders, hours. For tests the events are whole; for
// intervals they need not be, so that overdispersed counts can be scaled (see Dispersion).
type Count struct{ Events, Exposure float64 }

// Rate is events per unit of exposure.
func (c Count) Rate() float64 { return c.Events / c.Exposure }

func (c Count) check() error {
	switch {
	case !(c.Events >= 0 && c.Events <= countable):
		return inputError("%v events; expected from 0 to %v", c.Events, countable)
	case !(c.Exposure >= 1e-100 && c.Exposure <= 1e100):
		return inputError("an exposure of %v; expected more than 0", c.Exposure)
	}
	return nil
}

// PoissonBounds bounds the mean behind n events, n ≥ 0: the exact interval of Garwood (1936), by way of the gamma
// distribution. Divided by the exposure, it bounds the rate; of no event, the upper bound at .05 is 2.996 (the
// rule of three).
func PoissonBounds(n, alpha float64) (Interval, error) {
	if err := firstError(Count{n, 1}.check(), checkAlpha(alpha)); err != nil {
		return unknown, err
	}
	var i Interval
	if n > 0 {
		i.Lower = gammaQuantile(n, alpha, false)
	}
	i.Upper = gammaQuantile(n+1, alpha, true)
	return i, nil
}

// RateBounds bounds the rate behind a count, exactly.
func RateBounds(c Count, alpha float64) (Interval, error) {
	if err := c.check(); err != nil {
		return unknown, err
	}
	i, err := PoissonBounds(c.Events, alpha)
	if err != nil {
		return unknown, err
	}
	return Interval{i.Lower / c.Exposure, i.Upper / c.Exposure}, nil
}

// PoissonTest is how likely a count of whole events is when the rate is the one given.
func PoissonTest(c Count, rate float64) (Tails, error) {
	if err := firstError(c.check(), checkWhole(c.Events)); err != nil {
		return noTails, err
	}
	mean := rate * c.Exposure
	if !(rate >= 0) || !(mean <= countable) {
		return noTails, inputError("a rate of %v; expected from 0 to %v events", rate, countable)
	}
	n := c.Events
	t := Tails{Greater: 1, Equal: math.Exp(logPoisson(n, mean))}
	if n > 0 {
		t.Greater, _ = gammaTails(n, mean)
	}
	_, t.Less = gammaTails(n+1, mean)
	as := math.Log1p(1e-7) + logPoisson(n, mean) // equally likely, but for rounding
	unlikely := func(x float64) bool { return logPoisson(x, mean) <= as }
	switch {
	case n < mean:
		hi := math.Ceil(mean) + 1
		for !unlikely(hi) {
			hi *= 2
		}
		other, _ := gammaTails(firstWhole(math.Ceil(mean), hi, unlikely), mean)
		t.Minlike = math.Min(1, t.Less+other)
	case n > mean:
		last := firstWhole(0, math.Floor(mean)+1, func(x float64) bool { return !unlikely(x) }) - 1
		t.Minlike = t.Greater
		if last >= 0 {
			_, other := gammaTails(last+1, mean)
			t.Minlike = math.Min(1, t.Greater+other)
		}
	default:
		t.Minlike = 1
	}
	return t, nil
}
