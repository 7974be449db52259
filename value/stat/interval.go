// Package stat is the arithmetic of judging: intervals, tests and sample sizes for counts, rates, shares,
// percentiles and means. Numbers in, numbers out: it has no dependency, no idea of claims or measures, and draws
// no random number, so the same numbers give the same verdict for ever.
//
// One convention holds throughout: alpha is the error of each bound by itself. An interval at alpha = .05 is two
// one-sided 95 % bounds, and so a 90 % interval; a two-sided 95 % interval is asked for with .025. Candidate
// comes before baseline, and a ratio is candidate over baseline. What cannot be calculated is an error that
// wraps ErrInput, never a NaN, and comes with the interval from −∞ to ∞, which proves nothing.
package stat

import (
	"errors"
	"fmt"
	"math"
)

// ErrInput is what every error of this package wraps: numbers from which nothing follows.
var ErrInput = errors.New("cannot be calculated")

// Interval holds two one-sided bounds. A side that nothing limits is infinite, or the end of the possible.
type Interval struct{ Lower, Upper float64 }

// Width is how far the bounds are apart.
func (i Interval) Width() float64 { return i.Upper - i.Lower }

// Contains reports whether x is not ruled out.
func (i Interval) Contains(x float64) bool { return i.Lower <= x && x <= i.Upper }

// unknown is what is known when nothing is.
var unknown = Interval{math.Inf(-1), math.Inf(1)}

func inputError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrInput}, args...)...)
}

func checkAlpha(alpha float64) error {
	if !(alpha > 0 && alpha <= .5) {
		return inputError("an error of %v for each side; expected above 0 and up to 0.5", alpha)
	}
	return nil
}

// countable is the largest number of events that is taken: more than any counter holds, and small enough that no
// sum of them is lost to rounding or to infinity.
const countable = 1e18

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
