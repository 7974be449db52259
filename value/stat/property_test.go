package stat

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func events(t *rapid.T, name string) float64 {
	return float64(rapid.OneOf(rapid.IntRange(0, 30), rapid.IntRange(0, 100_000)).Draw(t, name))
}

func exposure(t *rapid.T, name string) float64 { return rapid.Float64Range(.1, 1e6).Draw(t, name) }

// An interval at the alpha of a test's tail ends at the null of the test: the two can never disagree.
func TestIntervalsAgreeWithTests(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Count{events(t, "x1"), exposure(t, "e1")}
		b := Count{events(t, "x0"), exposure(t, "e0")}
		alpha := rapid.Float64Range(1e-6, .5).Draw(t, "alpha")
		i := must(RatioBounds(c, b, alpha))(t)
		if i.Lower > 0 {
			closeTo(t, must(RatioTest(c, b, i.Lower))(t).Greater, alpha)
		} else if c.Events > 0 {
			t.Fatal("no lower bound")
		}
		if !math.IsInf(i.Upper, 1) {
			closeTo(t, must(RatioTest(c, b, i.Upper))(t).Less, alpha)
		} else if b.Events > 0 {
			t.Fatal("no upper bound")
		}
		one := must(RateBounds(c, alpha))(t)
		closeTo(t, must(PoissonTest(c, one.Upper))(t).Less, alpha)
		if one.Lower > 0 {
			closeTo(t, must(PoissonTest(c, one.Lower))(t).Greater, alpha)
		}
		// the sides exchanged, the ratio is inverted
		j := must(RatioBounds(b, c, alpha))(t)
		closeTo(t, 1/j.Lower, i.Upper)
		closeTo(t, 1/j.Upper, i.Lower)
		// less alpha, wider
		if wide := must(RatioBounds(c, b, alpha/2))(t); wide.Lower > i.Lower || wide.Upper < i.Upper {
			t.Fatalf("%v at half the alpha of %v", wide, i)
		}
		// one event more, everything higher
		if more := must(RatioBounds(Count{c.Events + 1, c.Exposure}, b, alpha))(t); more.Lower <= i.Lower && i.Lower > 0 || more.Upper < i.Upper {
			t.Fatalf("%v with one more than %v", more, i)
		}
	})
}

func closeTo(t *rapid.T, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*math.Abs(want)) && got != want {
		t.Fatalf("got %.15g, want %.15g", got, want)
	}
}

func TestSharesAreSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Share {
			n := rapid.IntRange(1, 10_000).Draw(t, name)
			return Share{float64(rapid.IntRange(0, n).Draw(t, name)), float64(n)}
		}
		a, b := draw("a"), draw("b")
		alpha := rapid.Float64Range(1e-6, .5).Draw(t, "alpha")
		mirror := func(s Share) Share { return Share{s.Of - s.Hits, s.Of} }
		near := func(got, want float64) {
			t.Helper()
			if math.Abs(got-want) > 1e-12 {
				t.Fatalf("got %v, want %v", got, want)
			}
		}
		for _, interval := range []func(Share) Interval{
			func(s Share) Interval { return must(WilsonBounds(s, alpha))(t) },
			func(s Share) Interval { return must(BinomialBounds(s.Hits, s.Of, alpha))(t) },
		} {
			i, m := interval(a), interval(mirror(a))
			near(i.Lower, 1-m.Upper)
			near(i.Upper, 1-m.Lower)
			if !(0 <= i.Lower && i.Lower <= a.Value()+1e-12 && a.Value() <= i.Upper+1e-12 && i.Upper <= 1) {
				t.Fatalf("%v around %v", i, a)
			}
		}
		d, e := must(DifferenceBounds(a, b, alpha))(t), must(DifferenceBounds(b, a, alpha))(t)
		near(d.Lower, -e.Upper)
		if d.Lower > a.Value()-b.Value()+1e-12 || d.Upper < a.Value()-b.Value()-1e-12 {
			t.Fatal(d)
		}
		r := must(ShareRatioBounds(a, b, alpha))(t)
		s := must(ShareRatioBounds(b, a, alpha))(t)
		if r.Lower > 0 && math.Abs(r.Lower*s.Upper-1) > 1e-9 {
			t.Fatal(r, s)
		}
		if b.Hits == 0 && !math.IsInf(r.Upper, 1) || a.Hits == 0 && r.Lower > 1e-12 {
			t.Fatal(r)
		}
	})
}

func TestZeroBaselineHasNoUpperBound(t *testing.T) {
	i := must(RatioBounds(Count{5, 1}, Count{0, 1}, .05))(t)
	if !math.IsInf(i.Upper, 1) || i.Lower <= 0 {
		t.Error(i)
	}
	if i = must(RatioBounds(Count{0, 1}, Count{0, 1}, .05))(t); i.Lower != 0 || !math.IsInf(i.Upper, 1) {
		t.Error(i)
	}
	if i = must(RatioBounds(Count{0, 1}, Count{5, 1}, .05))(t); i.Lower != 0 || i.Upper >= 1 {
		t.Error(i)
	}
	if i = must(RatioBounds(Count{0, 1}, Count{4, 1}, .05))(t); i.Upper < 1 {
		t.Error(i)
	}
}

func TestEvidenceAgreesWithItsSequence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Count{events(t, "x1"), exposure(t, "e1")}
		b := Count{events(t, "x0"), exposure(t, "e0")}
		m := Mixture{rapid.Float64Range(.5, 50).Draw(t, "a"), rapid.Float64Range(.5, 50).Draw(t, "b")}
		i := must(m.Bounds(c, b, .05))(t)
		for _, ratio := range []float64{i.Lower, i.Upper} {
			if ratio == 0 || math.IsInf(ratio, 0) {
				continue
			}
			odds := ratio * c.Exposure / b.Exposure
			e := m.log(c.Events, b.Events, odds/(1+odds), 1/(1+odds))
			if math.Abs(e-math.Log(20)) > 1e-6 {
				t.Fatalf("evidence %v at %v of %v", math.Exp(e), ratio, i)
			}
		}
		if exact := must(RatioBounds(c, b, .025))(t); m.A == 1 && m.B == 1 && (i.Lower > exact.Lower || i.Upper < exact.Upper) {
			t.Fatalf("looking always, %v, is no shorter than looking once, %v", i, exact)
		}
	})
}

func TestDifferencesAreSelected(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-1e6, 1e6), rapid.Map(rapid.IntRange(-3, 3), func(i int) float64 { return float64(i) })), 1, 30)
		x, y := values.Draw(t, "x"), values.Draw(t, "y")
		var all []float64
		for _, a := range x {
			for _, b := range y {
				all = append(all, a-b)
			}
		}
		slices.Sort(all)
		k := rapid.IntRange(1, len(all)).Draw(t, "k")
		if got := difference(sorted(x), sorted(y), k); got != all[k-1] {
			t.Fatalf("the %dth is %v, want %v", k, got, all[k-1])
		}
		s, r := must(ShiftBounds(x, y, .05))(t), must(ShiftBounds(y, x, .05))(t)
		if math.Abs(s.Value+r.Value) > 1e-9 || s.Lower != -r.Upper || !s.Contains(s.Value) {
			t.Fatal(s, r)
		}
		a, b := must(MannWhitney(x, y))(t), must(MannWhitney(y, x))(t)
		if math.Abs(a.Less-b.Greater) > 1e-9 || a.U+b.U != float64(len(all)) {
			t.Fatal(a, b)
		}
	})
}

// r* and the exact sum are the same to the digits that are read.
func TestTrendsMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		windows := make([]Count, rapid.IntRange(2, 12).Draw(t, "windows"))
		n := 0.0
		for i := range windows {
			windows[i] = Count{float64(rapid.IntRange(0, 8).Draw(t, "events")), rapid.Float64Range(1, 3).Draw(t, "exposure")}
			n += windows[i].Events
		}
		if n < 20 || n > exactTrendEvents {
			t.Skip()
		}
		exact := must(TrendBounds(windows, .05))(t)
		// a hair more than whole is not summed
		windows[0].Events += 1e-9
		windows[len(windows)-1].Events += 1e-9
		near := must(TrendBounds(windows, .05))(t)
		if math.Abs(exact.Value-near.Value) > 1e-6*exact.Value {
			t.Fatal(exact, near)
		}
		for _, pair := range [][2]float64{{exact.Lower, near.Lower}, {exact.Upper, near.Upper}} {
			d := math.Abs(math.Log(pair[0]) - math.Log(pair[1]))
			if pair[0] > 0 && pair[1] < math.Inf(1) && d > .02+.05*math.Abs(math.Log(pair[0])) {
				t.Fatalf("exact %v, r* %v", exact, near)
			}
		}
	})
}

func TestTrendSaysWhatItShould(t *testing.T) {
	falling := must(TrendBounds([]Count{{64, 1}, {32, 1}, {16, 1}, {8, 1}, {4, 1}}, .05))(t)
	if math.Abs(falling.Value-.5) > 1e-9 || Fewer(falling.Interval, .2) != Yes {
		t.Error(falling)
	}
	// growing exposure is no trend
	flat := must(TrendBounds([]Count{{10, 1}, {20, 2}, {40, 4}, {80, 8}}, .05))(t)
	if math.Abs(flat.Value-1) > 1e-9 || !flat.Contains(1) {
		t.Error(flat)
	}
	// a window that was not watched keeps its place
	gap := must(TrendBounds([]Count{{64, 1}, {}, {16, 1}}, .05))(t)
	if math.Abs(gap.Value-.5) > 1e-9 {
		t.Error(gap)
	}
	// two windows are a ratio, exactly
	two, ratio := must(TrendBounds([]Count{{9, 2}, {3, 1}}, .05))(t), must(RatioBounds(Count{3, 1}, Count{9, 2}, .05))(t)
	if math.Abs(two.Lower/ratio.Lower-1) > 1e-9 || math.Abs(two.Upper/ratio.Upper-1) > 1e-9 {
		t.Error(two, ratio)
	}
	if none := must(TrendBounds([]Count{{0, 2}, {0, 1}}, .05))(t); none.Lower != 0 || !math.IsInf(none.Upper, 1) {
		t.Error(none)
	}
	last := must(TrendBounds([]Count{{0, 1}, {0, 1}, {7, 1}}, .05))(t)
	if !math.IsInf(last.Upper, 1) || last.Lower <= 1 {
		t.Error(last)
	}
	if _, err := TrendBounds([]Count{{3, 1}, {}}, .05); err == nil {
		t.Error("one window has no trend")
	}
}

func TestAnswers(t *testing.T) {
	nan := math.NaN()
	for i, v := range []struct{ got, want Answer }{
		{AtMost(Interval{1, 2}, 2), Yes}, {AtMost(Interval{1, 2}, .9), No}, {AtMost(Interval{1, 2}, 1), Unclear},
		{AtLeast(Interval{1, 2}, 1), Yes}, {AtLeast(Interval{1, 2}, 2.1), No}, {AtLeast(Interval{1, 2}, 2), Unclear},
		{Fewer(Interval{.7, .99}, .2), Yes}, {Fewer(Interval{.81, 1.1}, .2), No}, {Fewer(Interval{.7, 1.1}, .2), Unclear},
		{Fewer(Interval{.85, .99}, .2), Yes}, {Fewer(Interval{.7, 1}, .2), Unclear},
		{More(Interval{1.01, 3}, .2), Yes}, {More(Interval{.9, 1.19}, .2), No}, {More(Interval{.9, 1.3}, .2), Unclear},
		{Within(Interval{.96, 1.04}, .95, 1.05), Yes}, {Within(Interval{1.06, 1.2}, .95, 1.05), No}, {Within(Interval{.94, 1.04}, .95, 1.05), Unclear},
		{AtMost(unknown, 5), Unclear}, {Fewer(unknown, .2), Unclear}, {Within(unknown, 0, 1), Unclear},
		{AtMost(Interval{nan, nan}, 1), Unclear}, {AtMost(Interval{0, 1}, nan), Unclear}, {Fewer(Interval{nan, nan}, nan), Unclear},
		{Each([]Answer{Yes, Yes, No}, 2), Yes}, {Each([]Answer{Yes, No, No}, 2), No}, {Each([]Answer{Yes, Unclear, No}, 2), Unclear},
		{Each(nil, 0), Unclear}, {Each(nil, 1), Unclear}, {Each([]Answer{Yes}, 2), Unclear}, {Each([]Answer{Yes}, 0), Unclear},
		{Each([]Answer{Yes, Yes}, 2), Yes}, {Each([]Answer{Yes, No}, 2), No},
	} {
		if v.got != v.want {
			t.Errorf("%d: got %v, want %v", i, v.got, v.want)
		}
	}
	yes, no, err := EachAlpha(9, 10, .05)
	if err != nil || yes != .025 || math.Abs(no-.05/9) > 1e-15 {
		t.Error(yes, no, err)
	}
	if yes, _, _ = EachAlpha(10, 10, .05); yes != .05 {
		t.Error(yes)
	}
}

// Two one-sided tests say yes exactly when both bounds are within.
func TestEquivalence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Count{float64(rapid.IntRange(1, 9000).Draw(t, "x1")), 1}
		b := Count{float64(rapid.IntRange(1, 9000).Draw(t, "x0")), 1}
		const low, high = .9, 1.1
		p := TOST(must(RatioTest(c, b, low))(t), must(RatioTest(c, b, high))(t))
		if math.Abs(p-.05) < 1e-9 {
			t.Skip()
		}
		if (p < .05) != (Within(must(RatioBounds(c, b, .05))(t), low, high) == Yes) {
			t.Fatal(p)
		}
	})
}

func TestCheckpointsPass(t *testing.T) {
	passed, next := PassedCheckpoints(30*time.Minute, .05)
	if len(passed) != 0 || next == nil || next.After != time.Hour {
		t.Error(passed, next)
	}
	passed, next = PassedCheckpoints(24*time.Hour, .05)
	if len(passed) != 2 || passed[1].After != 24*time.Hour || next.After != 7*24*time.Hour {
		t.Error(passed, next)
	}
	if passed, next = PassedCheckpoints(1000*time.Hour, .05); len(passed) != 3 || next != nil {
		t.Error(passed, next)
	}
	sum := 0.0
	for _, c := range Checkpoints(.05) {
		sum += c.Alpha
	}
	if math.Abs(sum-.05) > 1e-15 {
		t.Error(sum)
	}
}

func TestQuantileRanksBracket(t *testing.T) {
	for _, v := range []struct {
		n, q  float64
		ranks Ranks
	}{
		{10, .5, Ranks{2, 5, 9}}, // P(X ≤ 1 of 10) = .0107, P(X ≤ 2) = .0547
		{58, .95, Ranks{52, 56, 59}},
		{59, .95, Ranks{53, 57, 59}}, // the rule of 59: the largest is above the p95
		{4, .5, Ranks{0, 2, 5}},
	} {
		if got := must(QuantileRanks(v.n, v.q, .05))(t); got != v.ranks {
			t.Errorf("%v of %v: %v, want %v", v.q, v.n, got, v.ranks)
		}
	}
	q := must(QuantileOf([]float64{1, 2, 3, 4}, .5, .05))(t)
	if q.Value != 2 || q.Lower != 0 || !math.IsInf(q.Upper, 1) {
		t.Error(q)
	}
	if _, err := QuantileOf([]float64{2, 1}, .5, .05); err == nil {
		t.Error("not sorted")
	}
}

func TestExposureIsProjected(t *testing.T) {
	// 100 seen in one month; half as many would show after a while, and .9 never
	e := must(ExposureForRatio(Count{100, 1}, .5, .05, .8))(t)
	if e < .2 || e > .6 {
		t.Error(e)
	}
	if e = must(ExposureForRatio(Count{100, 1}, .9, .05, .8))(t); !math.IsInf(e, 1) {
		t.Error(e)
	}
	if e = must(ExposureForRatio(Count{0, 1}, .5, .05, .8))(t); !math.IsInf(e, 1) {
		t.Error(e)
	}
	// a long baseline is as good as known
	if e = must(ExposureForRatio(Count{1e6, 1e4}, .5, .05, .8))(t); math.Abs(e-.18) > .05 {
		t.Error(e)
	}
}

func TestDispersionMerges(t *testing.T) {
	even := make([]Count, 100)
	for i := range even {
		even[i] = Count{1, 1}
	}
	d := must(DispersionOf(even))(t)
	if d.Freedom != 19 || d.ChiSquare != 0 || d.Phi != 1 || d.P != 1 {
		t.Error(d)
	}
	if c := (Dispersion{Phi: 4}).Scale(Count{40, 8}); c != (Count{10, 2}) {
		t.Error(c)
	}
	if c := (Dispersion{}).Scale(Count{40, 8}); c != (Count{40, 8}) {
		t.Error(c)
	}
	if _, err := DispersionOf(even[:9]); err == nil {
		t.Error("nothing to test")
	}
}

// Just beyond the exact ranks, the normal ones are within one of them.
func TestCriticalRanksMeet(t *testing.T) {
	const m, n = exactRanks + 1, 40
	counts := rankDistribution(m, n, slices.Repeat([]int{1}, m+n))
	total, sum, exact := 0.0, 0.0, 0
	for _, w := range counts {
		total += w
	}
	for u := 0; u < len(counts); u += 2 {
		if sum += counts[u]; sum > .05*total {
			break
		}
		exact++
	}
	if got := criticalRank(m, n, .05); max(got-exact, exact-got) > 1 {
		t.Errorf("got %d, want %d", got, exact)
	}
}

func TestValuesAllTheSameProveNothing(t *testing.T) {
	same := MomentsOf([]float64{5, 5, 5})
	if _, err := MeanDifference(same, MomentsOf([]float64{4, 4})); err == nil {
		t.Error("a difference without an error")
	}
	if i, err := (Estimate{}).Bounds(.05); err == nil || i != unknown {
		t.Error(i)
	}
}
