package stat

import (
	"errors"
	"math"
	"testing"
	"time"
)

// Whatever comes in: no panic, no NaN, no wait; an error is one of input and comes with what proves nothing.
func FuzzEverything(f *testing.F) {
	for _, v := range [][5]float64{
		{0, 1, 0, 1, .05}, {3, 10, 5, 20, .05}, {1e9, 1e9, 2e9, 1e9, .01}, {1e15, 3, 0, 1e-9, .05}, {5, 5, 5, 5, .5},
		{math.NaN(), 1, 1, 1, .05}, {1, math.Inf(1), 1, 1, .05}, {-1, 1, 1, 1, .05}, {1, 1, 1, 1, 0}, {1, 1, 1, 1, 1}, {2.5, 3, .1, 1, .05},
		{1e300, 1e300, 1e300, 1e300, 1e-300}, {5e-324, 5e-324, 1, 1, .05}, {1, 2, 3, 4, .95}, {9e15, 1e16, 9e15, 1e16, .001},
	} {
		f.Add(v[0], v[1], v[2], v[3], v[4])
	}
	f.Fuzz(func(t *testing.T, a, b, c, d, p float64) {
		began := time.Now()
		interval := func(what string) func(i Interval, err error) {
			return func(i Interval, err error) {
				t.Helper()
				if math.IsNaN(i.Lower) || math.IsNaN(i.Upper) || i.Lower > i.Upper {
					t.Errorf("%s: %v", what, i)
				}
				if err != nil && (!errors.Is(err, ErrInput) || i != unknown) {
					t.Errorf("%s: %v %v", what, i, err)
				}
			}
		}
		tails := func(what string) func(v Tails, err error) {
			return func(v Tails, err error) {
				t.Helper()
				for _, x := range []float64{v.Less, v.Greater, v.Equal, v.Minlike} {
					if !(x >= 0 && x <= 1+1e-9) {
						t.Errorf("%s: %+v", what, v)
					}
				}
				if err != nil && (!errors.Is(err, ErrInput) || v != noTails) {
					t.Errorf("%s: %v %v", what, v, err)
				}
			}
		}
		number := func(what string) func(x float64, err error) {
			return func(x float64, err error) {
				t.Helper()
				if math.IsNaN(x) || err != nil && !errors.Is(err, ErrInput) {
					t.Errorf("%s: %v %v", what, x, err)
				}
			}
		}
		one, two := Count{a, b}, Count{c, d}
		interval("poisson")(PoissonBounds(a, p))
		interval("rate")(RateBounds(one, p))
		interval("ratio")(RatioBounds(one, two, p))
		interval("rate difference")(RateDifferenceBounds(one, two, p))
		interval("binomial")(BinomialBounds(a, b, p))
		interval("wilson")(WilsonBounds(Share{a, b}, p))
		interval("difference")(DifferenceBounds(Share{a, b}, Share{c, d}, p))
		interval("share ratio")(ShareRatioBounds(Share{a, b}, Share{c, d}, p))
		interval("mixture")(Uniform().Bounds(one, two, p))
		interval("prior")(Mixture{c, d}.Bounds(one, two, p))
		tails("poisson test")(PoissonTest(one, c))
		tails("binomial test")(BinomialTest(a, b, p))
		tails("percentile test")(PercentileTest(a, b, p))
		tails("ratio test")(RatioTest(one, two, p))
		number("evidence")(Uniform().LogEvidence(a, c, p))
		number("samples")(FewestSamples(a, p))
		number("events")(EventsForRatio(a, b, p, .8))
		number("exposure")(ExposureForRatio(two, a, p, .8))
		number("shares")(SamplesForShares(a, b, p, .8))
		number("means")(SamplesForMeans(a, b, p, .8))
		if r, err := QuantileRanks(a, b, p); err == nil && !(0 <= r.Lower && r.Lower <= r.At && r.At <= r.Upper && r.Upper <= a+1) {
			t.Errorf("ranks %v of %v", r, a)
		}
		q, err := QuantileOf([]float64{a, b, c, d}, p, .05)
		interval("quantile")(q.Interval, err)
		interval("quantile ratio")(QuantileRatioBounds(Quantile{a, Interval{b, c}}, Quantile{a, Interval{b, d}}))
		trend, err := TrendBounds([]Count{one, two, {1, 1}}, p)
		interval("trend")(trend.Interval, err)
		shift, err := ShiftBounds([]float64{a, b, p}, []float64{c, d}, p)
		interval("shift")(shift.Interval, err)
		ranks, err := MannWhitney([]float64{a, b, p}, []float64{c, d})
		tails("ranks")(ranks.Tails, err)
		if s, err := SplitTest([]float64{a, b}, []float64{c, d}); !(s.P >= 0 && s.P <= 1) || err != nil && s.P != 1 {
			t.Errorf("split %v %v", s, err)
		}
		if v, err := DispersionOf([]Count{one, two, {50, 1}}); err == nil && !(v.P >= 0 && v.P <= 1 && v.Phi >= 1) {
			t.Errorf("dispersion %v", v)
		}
		for _, estimate := range []func() (Estimate, error){
			func() (Estimate, error) { return MeanEstimate(Moments{a, b, c}) },
			func() (Estimate, error) { return MeanDifference(Moments{a, b, c}, Moments{a, c, d}) },
			func() (Estimate, error) { return MeanRatio(Moments{a, b, c}, Moments{a, c, d}) },
			func() (Estimate, error) {
				return MeanDifference(MomentsOf([]float64{a, b}), MomentsOf([]float64{c, d}))
			},
			func() (Estimate, error) { return MeanRatio(Share{a, b}.Moments(), Share{c, d}.Moments()) },
		} {
			e, err := estimate()
			if err != nil && (!errors.Is(err, ErrInput) || e != Estimate{}) {
				t.Errorf("estimate %v %v", e, err)
			}
			interval("mean")(e.Bounds(p))
			interval("always")(e.BoundsAlways(p, 5000))
			tails("mean test")(e.Test(d))
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
