package stat

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

func BenchmarkPoissonBounds(b *testing.B) {
	for _, n := range []float64{0, 3, 100, 999, 1e5, 1e9, 1e15} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				PoissonBounds(n, .05)
			}
		})
	}
}

func BenchmarkBinomialBounds(b *testing.B) {
	for _, v := range []Share{{3, 10}, {950, 1000}, {3, 1e9}, {900, 1e12}, {5e8, 1e9}, {1e15 - 2, 1e15}} {
		b.Run(fmt.Sprintf("%v of %v", v.Hits, v.Of), func(b *testing.B) {
			for b.Loop() {
				BinomialBounds(v.Hits, v.Of, .05)
			}
		})
	}
}

func BenchmarkRatioBounds(b *testing.B) {
	for _, n := range []float64{20, 900, 1e9} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				RatioBounds(Count{n, 1e3}, Count{2 * n, 1e3}, .05)
			}
		})
	}
}

func BenchmarkMixtureBounds(b *testing.B) {
	for b.Loop() {
		Uniform().Bounds(Count{1e6, 1}, Count{2e6, 1}, .05)
	}
}

func BenchmarkTrendBounds(b *testing.B) {
	for _, n := range []float64{5, 1000} {
		windows := make([]Count, 10)
		for i := range windows {
			windows[i] = Count{n + float64(i%3), 1}
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				TrendBounds(windows, .05)
			}
		})
	}
}

func BenchmarkMannWhitney(b *testing.B) {
	for _, n := range []int{25, 50, 10_000} {
		x, y := normals(n, 1), normals(n, 2)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				MannWhitney(x, y)
			}
		})
		b.Run(fmt.Sprint("shift", n), func(b *testing.B) {
			for b.Loop() {
				ShiftBounds(x, y, .05)
			}
		})
	}
}

func BenchmarkEventsForRatio(b *testing.B) {
	for _, r := range []float64{.5, .9, .99, .999} {
		b.Run(fmt.Sprint(r), func(b *testing.B) {
			for b.Loop() {
				EventsForRatio(r, .5, .05, .8)
			}
		})
	}
}

func normals(n int, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]float64, n)
	for i := range out {
		out[i] = r.NormFloat64()
	}
	return out
}

// A thousand claims of every kind and size, in far less than the two seconds that a report may take for them.
func TestAThousandClaimsAreQuick(t *testing.T) {
	began := time.Now()
	r := rand.New(rand.NewPCG(13, 14))
	for range 1000 {
		n := between(r, 1, 1e10)
		c, b := Count{float64(int(n)), n}, Count{float64(int(between(r, 1, 1e10))), 2 * n}
		switch r.IntN(7) {
		case 0:
			must(RatioBounds(c, b, .05))(t)
		case 1:
			must(RatioTest(c, b, 1))(t)
		case 2:
			must(RateBounds(c, .05))(t)
		case 3:
			must(BinomialBounds(c.Events, c.Events+b.Events, .05))(t)
		case 4:
			must(PercentileTest(c.Events, c.Events+b.Events, .95))(t)
		case 5:
			must(Uniform().Bounds(c, b, .05))(t)
		default:
			must(EventsForRatio(.8, .5, .05, .8))(t)
		}
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}
