package stat

import (
	"math"
	"testing"
)

// The published values that every procedure has to reproduce, by the number of the specification's list. Those
// printed with few digits are compared to as many.

func TestVector1RatioOfPoissonRates(t *testing.T) {
	a, b := Count{60, 51477.5}, Count{30, 54308.7} // Gu et al., in statsmodels
	digits(t, a.Rate()/b.Rate(), 2.10999757175465, 14)
	one := must(RatioTest(a, b, 1))(t)
	digits(t, one.Greater, .00042805269405, 14)
	digits(t, one.Minlike, .000675182658686321, 16)
	digits(t, one.MidGreater(), .00031013244, 11)
	more := must(RatioTest(a, b, 1.2))(t)
	digits(t, more.Greater, .00665177455271, 14)
	digits(t, more.Less, .99646256749301, 14)
	bounds(t, must(RatioBounds(a, b, .025))(t), 1.3397357, 3.3883656, 7)
	bounds(t, must(RatioBounds(a, b, .05))(t), 1.4335124, 3.1450059, 7)
}

func TestVector2PoissonTestOfR(t *testing.T) {
	a, b := Count{11, 800}, Count{21, 3011}
	digits(t, a.Rate()/b.Rate(), 1.9714881, 7)
	digits(t, must(RatioTest(a, b, 1))(t).Minlike, .07966863, 8)
	bounds(t, must(RatioBounds(a, b, .025))(t), .8584264, 4.2772659, 7)
}

func TestVector3OnePoissonRate(t *testing.T) {
	c := Count{15, 400}
	bounds(t, must(RateBounds(c, .025))(t), .0209884653319583, .0618505471787146, 15)
	digits(t, must(PoissonTest(c, .05))(t).TwoSided(), .313026269279486, 14)
}

func TestVector4Wilson(t *testing.T) {
	bounds(t, must(WilsonBounds(Share{19, 38}, .025))(t), .348499283643951, .651500716356049, 15)
}

func TestVector5Newcombe(t *testing.T) {
	for _, v := range []struct {
		a, b         Share
		lower, upper float64
	}{
		{Share{56, 70}, Share{48, 80}, .052431, .333873},
		{Share{9, 10}, Share{3, 10}, .170523, .809018},
		{Share{10, 10}, Share{0, 10}, .607509, 1},
		{Share{7, 34}, Share{1, 34}, .018921, .340369},
	} {
		bounds(t, must(DifferenceBounds(v.a, v.b, .025))(t), v.lower, v.upper, 6)
	}
}

func TestVector6BinomialAndPercentile(t *testing.T) {
	digits(t, must(BinomialTest(3, 15, .1))(t).Greater, .1840610691, 10)
	digits(t, must(BinomialBounds(3, 15, .05))(t).Lower, .0568468676, 10)
	for _, v := range []struct{ slow, less, greater float64 }{
		{38, .0433, 0}, {39, .0598, 0}, {63, 0, .0384}, {62, 0, .0511},
	} {
		tails := must(PercentileTest(v.slow, 1000, .95))(t)
		if v.less > 0 {
			digits(t, tails.Less, v.less, 4)
		} else {
			digits(t, tails.Greater, v.greater, 4)
		}
	}
	for _, v := range []struct{ q, n float64 }{{.95, 59}, {.99, 299}, {.999, 2995}} {
		digits(t, must(FewestSamples(v.q, .05))(t), v.n, 9)
	}
}

func TestVector7MannWhitney(t *testing.T) {
	a, b := []float64{19, 22, 16, 29, 24}, []float64{20, 11, 17, 12}
	r := must(MannWhitney(a, b))(t)
	digits(t, r.U, 17, 9)
	digits(t, r.TwoSided(), 1./9, 14)
	digits(t, must(ShiftBounds(a, b, .025))(t).Value, 7, 9)

	digits(t, must(MannWhitney([]float64{1, 2, 3, 5}, []float64{11, 12, 13, 15}))(t).TwoSided(), .0285714, 7)

	s := must(ShiftBounds([]float64{10, 20, 30, 40}, []float64{1, 2, 3, 4}, .025))(t)
	digits(t, s.Value, 22.5, 9)
	bounds(t, s.Interval, 6, 39, 9)
}

func TestVector8Welch(t *testing.T) {
	one := MomentsOf([]float64{.7, -1.6, -.2, -1.2, -.1, 3.4, 3.7, .8, 0, 2}) // R's sleep
	two := MomentsOf([]float64{1.9, .8, 1.1, .1, -.1, 4.4, 5.5, 1.6, 4.6, 3.4})
	e := must(MeanDifference(one, two))(t)
	digits(t, e.Value/e.Error, -1.860813467, 9)
	digits(t, e.Freedom, 17.77647352, 8)
	digits(t, must(e.Test(0))(t).TwoSided(), .07939414, 8)
	bounds(t, must(e.Bounds(.025))(t), -3.36548, .20548, 5)

	e = must(MeanDifference(MomentsOf([]float64{2, 1, 3, 4}), MomentsOf([]float64{6, 5, 7, 9})))(t)
	digits(t, e.Value/e.Error, -3.97034462, 8)
	digits(t, e.Freedom, 5.58461538, 8)
	digits(t, must(e.Test(0))(t).TwoSided(), .00851286, 8)
}

func TestVector9Evidence(t *testing.T) {
	for _, v := range []struct {
		x1, x0, e float64
		places    int
	}{{10, 30, 31.6369, 4}, {5, 25, 243.0553, 4}, {12, 28, 4.8001, 4}, {0, 7, 16, 9}, {0, 8, 28.44, 2}} {
		digits(t, math.Exp(must(Uniform().LogEvidence(v.x1, v.x0, .5))(t)), v.e, v.places)
	}
	bounds(t, must(Uniform().Bounds(Count{10, 1}, Count{30, 1}, .05))(t), .0936, .9541, 4)
}

func TestVector10AsymptoticSequence(t *testing.T) {
	digits(t, mixing(.05, 5000), .03984006677, 11)
	b, c := Share{1396, 3000}, Share{2422, 3461}
	digits(t, c.Value()-b.Value(), .23446, 5)
	e := must(MeanRatio(c.Moments(), b.Moments()))(t)
	digits(t, e.Value-1, .50386, 5)
	i := must(e.BoundsAlways(.05, 5000))(t)
	bounds(t, Interval{i.Lower - 1, i.Upper - 1}, .40098, .60675, 5)
}

func TestVector11SampleRatioMismatch(t *testing.T) {
	s := must(SplitTest([]float64{1000, 1200}, []float64{1, 1}))(t)
	digits(t, s.ChiSquare, 18.1818, 4)
	digits(t, s.P, 2.0079e-5, 9)
	if s.P >= SplitThreshold {
		t.Error("not found")
	}
	s = must(SplitTest([]float64{5000, 5200}, []float64{.5, .5}))(t)
	digits(t, s.P, .04767, 5)
	if s.P < SplitThreshold {
		t.Error("cried wolf")
	}
}

// The sizes that the specification's table names beside the procedures.
func TestSizesOfTheTable(t *testing.T) {
	for _, v := range []struct{ ratio, n float64 }{{.5, 58}, {.7, 203}, {.8, 502}} {
		digits(t, must(EventsForRatio(v.ratio, .5, .05, .8))(t), v.n, 9)
	}
	if n := must(EventsForRatio(.9, .5, .05, .8))(t); n != 2239 {
		t.Error(n, "is not about 2,230: by a scan of every n")
	}
	digits(t, must(SamplesForShares(.04, .05, .025, .8))(t), 6745, 9)
	digits(t, must(SamplesForShares(.04, .05, .05, .8))(t), 5313, 9)
	for _, v := range []struct{ n, p float64 }{{5, .03125}, {4, .0625}} {
		digits(t, must(RatioTest(Count{0, 1}, Count{v.n, 1}, 1))(t).Less, v.p, 15)
	}
	c := Checkpoints(.05)
	for i, alpha := range []float64{.005, .01, .035} {
		digits(t, c[i].Alpha, alpha, 15)
	}
}

// digits compares to as many decimal places as were published.
func digits(t *testing.T, got, want float64, places int) {
	t.Helper()
	if !(math.Abs(got-want) <= .51*math.Pow10(-places)+4e-16*math.Abs(want)) {
		t.Errorf("got %.*f, want %.*f", places+2, got, places, want)
	}
}

func bounds(t *testing.T, got Interval, lower, upper float64, places int) {
	t.Helper()
	digits(t, got.Lower, lower, places)
	digits(t, got.Upper, upper, places)
}
