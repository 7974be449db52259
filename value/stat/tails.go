package stat

import "math"

// Tails is how likely what was seen is under a null hypothesis. Less and Greater both count what was seen itself,
// so they sum to 1 + Equal.
type Tails struct {
	Less    float64 // P(at most what was seen): small when the truth is less than the null
	Equal   float64 // P(exactly what was seen)
	Greater float64 // P(at least what was seen): small when the truth is greater than the null
	Minlike float64 // two-sided, as R does: everything that is at most as likely as what was seen
}

// noTails rejects nothing.
var noTails = Tails{Less: 1, Equal: 1, Greater: 1, Minlike: 1}

// TwoSided is twice the smaller tail: the test that agrees with the intervals of this package.
func (t Tails) TwoSided() float64 { return math.Min(1, 2*math.Min(t.Less, t.Greater)) }

// MidLess counts only half of what was seen. It is not exact: it errs more often than it says, now and then.
func (t Tails) MidLess() float64 { return t.Less - t.Equal/2 }

// MidGreater counts only half of what was seen, as MidLess does.
func (t Tails) MidGreater() float64 { return t.Greater - t.Equal/2 }

// TOST is the p-value of equivalence by two one-sided tests (Schuirmann 1987): what was seen against the lowest
// and against the highest value that still counts as unchanged. Neither test needs a correction for the other.
func TOST(atLowest, atHighest Tails) float64 { return math.Max(atLowest.Greater, atHighest.Less) }

func checkWhole(n float64) error {
	if n != math.Trunc(n) {
		return inputError("%v events; expected a whole number", n)
	}
	return nil
}

// firstWhole is the first whole number from lo to hi at which a condition, once true, stays true; hi if none is.
func firstWhole(lo, hi float64, condition func(float64) bool) float64 {
	for lo < hi {
		mid := math.Floor(lo + (hi-lo)/2)
		if mid >= hi { // beyond 2^53 the numbers between are not floats
			mid = lo
		}
		if condition(mid) {
			hi = mid
		} else {
			lo = math.Max(mid+1, math.Nextafter(mid, hi))
		}
	}
	return hi
}
