package stat

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"
)

// What the procedures promise, tried out: seeded, so that a test that passes today passes tomorrow.

// share of times that a trial says true, and the error that the number of trials leaves on it.
func frequency(trials int, trial func(r *rand.Rand) bool) (share, deviation float64) {
	r := rand.New(rand.NewPCG(20, 11))
	hits := 0.0
	for range trials {
		if trial(r) {
			hits++
		}
	}
	n := float64(trials)
	share = hits / n
	return share, math.Sqrt(share*(1-share)/n) + 1/n
}

func atMost(t *testing.T, what string, limit float64, trials int, trial func(r *rand.Rand) bool) float64 {
	t.Helper()
	share, deviation := frequency(trials, trial)
	if share > limit+3*deviation {
		t.Errorf("%s: %.4f, want at most %v", what, share, limit)
	}
	return share
}

func about(t *testing.T, what string, want float64, trials int, trial func(r *rand.Rand) bool) {
	t.Helper()
	if share, deviation := frequency(trials, trial); math.Abs(share-want) > 3*deviation+.002 {
		t.Errorf("%s: %.4f, want about %v", what, share, want)
	}
}

func TestVector12Size(t *testing.T) {
	looks := func(n int) func(r *rand.Rand) bool {
		return func(r *rand.Rand) bool {
			sum := 0.0
			for look := 1; look <= n; look++ {
				sum += r.NormFloat64()
				if 2*normalTail(math.Abs(sum)/math.Sqrt(float64(look))) < .05 {
					return true
				}
			}
			return false
		}
	}
	about(t, "two naive looks", .083, 100_000, looks(2))
	about(t, "five naive looks", .142, 100_000, looks(5))
	about(t, "ten naive looks", .192, 100_000, looks(10))

	about(t, "evidence looked at after each of 500 events", .035, 5000, func(r *rand.Rand) bool {
		x1, x0 := 0.0, 0.0
		for range 500 {
			if r.Uint64()&1 == 0 {
				x1++
			} else {
				x0++
			}
			if Uniform().log(x1, x0, .5, .5) > math.Log(20) {
				return true
			}
		}
		return false
	})
}

func TestSequenceHoldsAtEveryLook(t *testing.T) {
	atMost(t, "means looked at a hundred times", .05, 1500, func(r *rand.Rand) bool {
		var sum, squares [2]float64
		for n := 1.0; n <= 5000; n++ {
			for side := range 2 {
				x := r.ExpFloat64()
				sum[side] += x
				squares[side] += x * x
			}
			if n < 50 || math.Mod(n, 50) != 0 {
				continue
			}
			var m [2]Moments
			for side := range 2 {
				mean := sum[side] / n
				m[side] = Moments{n, mean, (squares[side] - n*mean*mean) / (n - 1)}
			}
			e, _ := MeanDifference(m[0], m[1])
			if i, err := e.BoundsAlways(.05, 5000); err != nil || !i.Contains(0) {
				return true
			}
		}
		return false
	})
}

// poissonOf draws by inversion; quick enough for small means.
func poissonOf(r *rand.Rand, mean float64) float64 {
	limit, n := math.Exp(-mean), 0.0
	for p := r.Float64(); p > limit; p *= r.Float64() {
		n++
	}
	return n
}

func TestRatioBoundsHoldTheirLevel(t *testing.T) {
	for _, v := range []struct{ mean, ratio float64 }{{2, 1}, {10, .5}, {40, 1.5}} {
		upper := atMost(t, "ratio above its upper bound", .05, 3000, func(r *rand.Rand) bool {
			c, b := Count{poissonOf(r, v.mean*v.ratio), 1}, Count{poissonOf(r, 2*v.mean), 2}
			i, err := RatioBounds(c, b, .05)
			return err != nil || i.Upper < v.ratio
		})
		if v.mean == 40 && upper < .03 {
			t.Errorf("too long: %v", upper)
		}
		atMost(t, "ratio below its lower bound", .05, 3000, func(r *rand.Rand) bool {
			c, b := Count{poissonOf(r, v.mean*v.ratio), 1}, Count{poissonOf(r, 2*v.mean), 2}
			i, err := RatioBounds(c, b, .05)
			return err != nil || i.Lower > v.ratio
		})
	}
	atMost(t, "difference outside", .11, 3000, func(r *rand.Rand) bool {
		i, err := RateDifferenceBounds(Count{poissonOf(r, 12), 2}, Count{poissonOf(r, 30), 3}, .05)
		return err != nil || !i.Contains(6-10)
	})
}

func TestPlansHaveTheirPower(t *testing.T) {
	n := must(EventsForRatio(.5, .5, .05, .8))(t)
	about(t, "power at the planned events", .804, 20_000, func(r *rand.Rand) bool {
		x := 0.0
		for range int(n) {
			if r.Float64() < 1./3 {
				x++
			}
		}
		tails, err := RatioTest(Count{x, 1}, Count{n - x, 1}, 1)
		return err == nil && tails.Less <= .05
	})
}

// Wilson's coverage is known without a draw: the probabilities of the counts whose interval holds the truth.
func TestWilsonCoverage(t *testing.T) {
	sum, points := 0.0, 0.0
	for p := .02; p < .99; p += .0097 {
		covered := 0.0
		for k := 0.0; k <= 100; k++ {
			if must(WilsonBounds(Share{k, 100}, .025))(t).Contains(p) {
				covered += math.Exp(logBinomial(k, 100-k, p, 1-p))
			}
		}
		if covered < .90 {
			t.Errorf("%.4f at %.4f", covered, p)
		}
		sum += covered
		points++
	}
	if mean := sum / points; math.Abs(mean-.951) > .004 {
		t.Errorf("mean %.4f", mean)
	}
}

func TestSharesHoldTheirLevel(t *testing.T) {
	draw := func(r *rand.Rand, n int, p float64) Share {
		k := 0.0
		for range n {
			if r.Float64() < p {
				k++
			}
		}
		return Share{k, float64(n)}
	}
	atMost(t, "difference of shares", .055, 4000, func(r *rand.Rand) bool {
		i, err := DifferenceBounds(draw(r, 60, .3), draw(r, 80, .45), .025)
		return err != nil || !i.Contains(-.15)
	})
	atMost(t, "ratio of shares", .055, 4000, func(r *rand.Rand) bool {
		i, err := ShareRatioBounds(draw(r, 60, .1), draw(r, 80, .2), .025)
		return err != nil || !i.Contains(.5)
	})
}

func TestLatenciesHoldTheirLevel(t *testing.T) {
	draw := func(r *rand.Rand, n int, scale float64) []float64 {
		s := make([]float64, n)
		for i := range s {
			s[i] = scale * math.Exp(r.NormFloat64())
		}
		sort.Float64s(s)
		return s
	}
	atMost(t, "p95", .05, 3000, func(r *rand.Rand) bool {
		q, err := QuantileOf(draw(r, 150, 1), .95, .05)
		return err != nil || q.Upper < math.Exp(normalQuantile(.05))
	})
	atMost(t, "ratio of p90", .1, 3000, func(r *rand.Rand) bool {
		c, err := QuantileOf(draw(r, 150, 2), .9, .05)
		b, err2 := QuantileOf(draw(r, 250, 1), .9, .05)
		i, err3 := QuantileRatioBounds(c, b)
		return firstError(err, err2, err3) != nil || !i.Contains(2)
	})
	atMost(t, "shift", .1, 2000, func(r *rand.Rand) bool {
		x, y := make([]float64, 12), make([]float64, 9)
		for i := range x {
			x[i] = r.ExpFloat64() + 3
		}
		for i := range y {
			y[i] = r.ExpFloat64()
		}
		s, err := ShiftBounds(x, y, .05)
		return err != nil || !s.Contains(3)
	})
}

func TestMeansHoldTheirLevel(t *testing.T) {
	draw := func(r *rand.Rand, n int, mean float64) Moments {
		s := make([]float64, n)
		for i := range s {
			s[i] = mean * r.ExpFloat64()
		}
		return MomentsOf(s)
	}
	about(t, "difference of means", .1, 4000, func(r *rand.Rand) bool {
		e, err := MeanDifference(draw(r, 200, 2), draw(r, 300, 3))
		i, err2 := e.Bounds(.05)
		return firstError(err, err2) != nil || !i.Contains(-1)
	})
	about(t, "ratio of means", .1, 4000, func(r *rand.Rand) bool {
		e, err := MeanRatio(draw(r, 200, 2), draw(r, 300, 4))
		i, err2 := e.Bounds(.05)
		return firstError(err, err2) != nil || !i.Contains(.5)
	})
}

func TestTrendHoldsItsLevel(t *testing.T) {
	for _, mean := range []float64{3, 25} { // summed exactly, and by r*
		draw := func(r *rand.Rand) []Count {
			w := make([]Count, 8)
			for i := range w {
				w[i] = Count{poissonOf(r, mean*math.Pow(.9, float64(i))*float64(1+i%2)), float64(1 + i%2)}
			}
			return w
		}
		atMost(t, "trend below", .05, 1000, func(r *rand.Rand) bool {
			trend, err := TrendBounds(draw(r), .05)
			return err != nil || trend.Lower > .9
		})
		atMost(t, "trend above", .05, 1000, func(r *rand.Rand) bool {
			trend, err := TrendBounds(draw(r), .05)
			return err != nil || trend.Upper < .9
		})
	}
}

func TestBurstsAreFoundAndScaled(t *testing.T) {
	hours := func(r *rand.Rand, burst float64) []Count {
		b := make([]Count, 48)
		for i := range b {
			b[i] = Count{burst * poissonOf(r, 10/burst), 1}
		}
		return b
	}
	about(t, "independent events taken for bursts", .05, 4000, func(r *rand.Rand) bool {
		d, err := DispersionOf(hours(r, 1))
		return err != nil || d.P < .05
	})
	naive, _ := frequency(1500, func(r *rand.Rand) bool {
		i, err := RatioBounds(total(hours(r, 4)), total(hours(r, 4)), .05)
		return err != nil || !i.Contains(1)
	})
	if naive < .3 {
		t.Errorf("bursts do no harm: %v", naive)
	}
	atMost(t, "scaled", .12, 1500, func(r *rand.Rand) bool {
		c, b := hours(r, 4), hours(r, 4)
		dc, err := DispersionOf(c)
		db, err2 := DispersionOf(b)
		i, err3 := RatioBounds(dc.Scale(total(c)), db.Scale(total(b)), .05)
		return firstError(err, err2, err3) != nil || !i.Contains(1)
	})
}

func total(buckets []Count) (all Count) {
	for _, b := range buckets {
		all.Events += b.Events
		all.Exposure += b.Exposure
	}
	return all
}
