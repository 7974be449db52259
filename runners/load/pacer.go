package load

import (
	"math"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/cucumber-value/hoops/dsl/rate"
)

// pacer follows a profile exactly: arrival n (0-based) comes when the integral of the rate has reached n, so the
// first comes at once. Its answers depend on its arguments only.
type pacer struct {
	parts    []part
	arrivals uint64
	end      time.Duration
}

// part is a segment with what came before it: seconds and arrivals.
type part struct {
	rate.Segment
	at, before float64
}

var _ vegeta.Pacer = (*pacer)(nil)

// slack forgives sums of real numbers that should have been whole.
const slack = 1e-6

// newPacer makes a pacer for a profile that ends.
func newPacer(p rate.Profile) *pacer {
	out := &pacer{end: p.Length()}
	at, sum := 0.0, 0.0
	for _, s := range p.Segments {
		out.parts = append(out.parts, part{Segment: s, at: at, before: sum})
		at += s.Over.Seconds()
		sum += s.Arrivals(s.Over.Seconds())
	}
	out.arrivals = uint64(math.Ceil(sum - slack))
	return out
}

// Pace is the wait for the next arrival, negative when its time has passed.
func (p *pacer) Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	if hits >= p.arrivals {
		return 0, true
	}
	return p.arrival(hits) - elapsed, false
}

// Rate is the arrivals per second at a time.
func (p *pacer) Rate(elapsed time.Duration) float64 {
	t := elapsed.Seconds()
	for _, s := range p.parts {
		if x := t - s.at; x >= 0 && x < s.Over.Seconds() {
			return s.Segment.Rate(x)
		}
	}
	return 0
}

// arrival is when arrival n comes. It lies in the first part that goes beyond n arrivals: a part of rate 0 has
// none. Within it, before + From·x + slope/2·x² = n is solved in the form that a slope of 0 does not break.
func (p *pacer) arrival(n uint64) time.Duration {
	i := 0
	for i < len(p.parts)-1 && p.parts[i+1].before <= float64(n)+slack {
		i++
	}
	s := p.parts[i]
	length := s.Over.Seconds()
	left := math.Max(0, float64(n)-s.before)
	if s.Every > 0 {
		return time.Duration((s.at + s.wave(left)) * float64(time.Second))
	}
	slope := (s.To - s.From) / length
	x := 0.0
	if left > 0 {
		x = 2 * left / (s.From + math.Sqrt(math.Max(0, s.From*s.From+2*slope*left)))
	}
	return time.Duration((s.at + math.Min(x, length)) * float64(time.Second))
}

// wave is when a wave has brought so many: its integral rises all the time, so halving finds the place, to well
// below a nanosecond.
func (s part) wave(left float64) float64 {
	low, high := 0.0, s.Over.Seconds()
	for high-low > 1e-10 {
		middle := (low + high) / 2
		if middle <= low || middle >= high {
			break
		}
		if s.Arrivals(middle) < left {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}
