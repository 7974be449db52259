package load

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/rate"
)

func TestPacerConstant(t *testing.T) {
	p := newPacer(profileOf(t, "200/s for 5s"))
	if p.arrivals != 1000 {
		t.Errorf("%d arrivals", p.arrivals)
	}
	for n := range p.arrivals {
		if got := p.arrival(n); (got - time.Duration(n)*5*time.Millisecond).Abs() > time.Microsecond {
			t.Fatalf("arrival %d at %s", n, got)
		}
	}
	if wait, stop := p.Pace(time.Second, 210); wait != 50*time.Millisecond || stop {
		t.Errorf("%s, %v", wait, stop)
	}
	if wait, _ := p.Pace(time.Second, 190); wait != -50*time.Millisecond {
		t.Errorf("%s", wait)
	}
	if _, stop := p.Pace(0, 1000); !stop {
		t.Error("it goes on")
	}
}

// A rate that begins with 0, or pauses, is neither infinite nor stuck.
func TestPacerAroundZero(t *testing.T) {
	p := newPacer(profileOf(t, "0/s to 10/s over 2s, then 0/s for 3s, then 2/s for 1s"))
	want := []float64{0, .6325, .8944, 1.0954, 1.2649, 1.4142, 1.5492, 1.6733, 1.7889, 1.8974, 5, 5.5}
	if int(p.arrivals) != len(want) {
		t.Fatalf("%d arrivals", p.arrivals)
	}
	for n, at := range want {
		if got := p.arrival(uint64(n)).Seconds(); math.Abs(got-at) > 1e-4 {
			t.Errorf("arrival %d at %g, want %g", n, got, at)
		}
	}
	for at, want := range map[time.Duration]float64{0: 0, time.Second: 5, 3 * time.Second: 0, 5500 * time.Millisecond: 2, 6 * time.Second: 0} {
		if got := p.Rate(at); math.Abs(got-want) > 1e-9 {
			t.Errorf("rate at %s is %g, want %g", at, got, want)
		}
	}
}

// Arrival n comes when n have come by the integral of the rate, whatever the profile; and any division of the
// arrivals among machines is the same time line.
func TestPacerFollowsTheIntegral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var profile rate.Profile
		for range rapid.IntRange(1, 4).Draw(t, "segments") {
			s := rate.Segment{From: float64(rapid.IntRange(0, 50).Draw(t, "from")), To: float64(rapid.IntRange(0, 50).Draw(t, "to"))}
			s.Over = time.Duration(rapid.IntRange(1, 5000).Draw(t, "ms")) * time.Millisecond
			if rapid.Bool().Draw(t, "waves") {
				s.Every = time.Duration(rapid.IntRange(100, 5000).Draw(t, "period")) * time.Millisecond
			}
			profile.Segments = append(profile.Segments, s)
		}
		p := newPacer(profile)
		if got, want := float64(p.arrivals), profile.Arrivals(); got < want-1e-3 || got >= want+1 {
			t.Fatalf("%g arrivals of %g", got, want)
		}
		integral := func(at time.Duration) float64 {
			sum, left := 0.0, at.Seconds()
			for _, s := range profile.Segments {
				x := min(left, s.Over.Seconds())
				sum += integralOf(s, x)
				left -= x
			}
			return sum
		}
		within := 1e-4
		for _, s := range profile.Segments {
			if s.Every > 0 {
				within = 1e-2 // of the steps below
			}
		}
		before := time.Duration(0)
		for n := range p.arrivals {
			at := p.arrival(n)
			if at < before || at > p.end {
				t.Fatalf("arrival %d at %s, after %s, in %s", n, at, before, p.end)
			}
			if got := integral(at); math.Abs(got-float64(n)) > within {
				t.Fatalf("at arrival %d (%s) %g have come", n, at, got)
			}
			before = at
			elapsed := time.Duration(rapid.IntRange(0, 5000).Draw(t, "elapsed")) * time.Millisecond
			if wait, stop := p.Pace(elapsed, n); stop || elapsed+wait != at {
				t.Fatalf("%s + %s is not %s", elapsed, wait, at)
			}
		}
		if _, stop := p.Pace(0, p.arrivals); !stop {
			t.Fatal("it goes on")
		}
	})
}

// integralOf is the integral of a segment's rate, in many small steps.
func integralOf(s rate.Segment, x float64) float64 {
	const steps = 1000
	sum := 0.0
	for i := range steps {
		at := (float64(i) + .5) / steps * x
		r := s.From + (s.To-s.From)*at/s.Over.Seconds()
		if period := s.Every.Seconds(); period > 0 {
			r = s.From + (s.To-s.From)*(1-math.Cos(2*math.Pi*at/period))/2
		}
		sum += r * x / steps
	}
	return sum
}
