package stat

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The vector of R's poisson.test and statsmodels: 15 events in 400, two-sided 95 %.
func TestPublishedPoissonInterval(t *testing.T) {
	lower, upper := poisson(t, 15, .025)
	near(t, lower/400, .0209884653319583)
	near(t, upper/400, .0618505471787146)
}

func TestRuleOfThree(t *testing.T) {
	_, upper := poisson(t, 0, .05)
	near(t, upper, -math.Log(.05))
	_, upper = binomial(t, 0, 59, .05)
	near(t, upper, 1-math.Pow(.05, 1.0/59))
	if upper >= .05 {
		t.Error("59 without one must prove p95")
	}
	if _, upper = binomial(t, 0, 58, .05); upper < .05 {
		t.Error("58 must not")
	}
	lower, _ := binomial(t, 10, 10, .05)
	near(t, lower, math.Pow(.05, .1))
}

// The bounds are what they say: at the bound, what was seen has probability alpha.
func TestBoundsAgreeWithSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		k := rapid.IntRange(0, n).Draw(t, "k")
		lower, upper := binomial(t, float64(k), float64(n), .05)
		if k > 0 {
			nearer(t, 1-binomialSum(k-1, n, lower), .05)
		}
		if k < n {
			nearer(t, binomialSum(k, n, upper), .05)
		}
		lower, upper = poisson(t, float64(k), .05)
		if k > 0 {
			nearer(t, 1-poissonSum(k-1, lower), .05)
		}
		nearer(t, poissonSum(k, upper), .05)
	})
}

func TestLargeCountsConverge(t *testing.T) {
	for _, n := range []float64{1e10, 1e18} {
		lower, upper := binomial(t, 3, n, .05)
		exact, over := poisson(t, 3, .05)
		near(t, lower*n, exact)
		near(t, upper*n, over)
		if lower, upper = binomial(t, n, n, .05); upper != 1 || lower >= 1 && n < 1e12 {
			t.Error(lower, upper)
		}
	}
	lower, upper := poisson(t, 1e8, .05)
	if math.Abs((1e8-lower)/1e4-1.645) > .01 || math.Abs((upper-1e8)/1e4-1.645) > .01 {
		t.Error(lower, upper)
	}
	lower, upper = binomial(t, 5e7, 1e8, .05)
	if math.Abs((.5-lower)/5e-5-1.645) > .01 || math.Abs((upper-.5)/5e-5-1.645) > .01 {
		t.Error(lower, upper)
	}
}

func binomialSum(k, n int, p float64) (sum float64) {
	for i := 0; i <= k; i++ {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(i + 1))
		c, _ := math.Lgamma(float64(n - i + 1))
		sum += math.Exp(a - b - c + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return sum
}

func poissonSum(k int, m float64) (sum float64) {
	for i := 0; i <= k; i++ {
		a, _ := math.Lgamma(float64(i + 1))
		sum += math.Exp(float64(i)*math.Log(m) - m - a)
	}
	return sum
}

type reporter interface {
	Errorf(string, ...any)
	Fatal(...any)
	Helper()
}

func poisson(t reporter, n, alpha float64) (lower, upper float64) {
	t.Helper()
	i := must(PoissonBounds(n, alpha))(t)
	return i.Lower, i.Upper
}

func binomial(t reporter, k, n, alpha float64) (lower, upper float64) {
	t.Helper()
	i := must(BinomialBounds(k, n, alpha))(t)
	return i.Lower, i.Upper
}

// must is what a calculation gives that has to succeed.
func must[T any](value T, err error) func(reporter) T {
	return func(t reporter) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func near(t *testing.T, got, want float64) { t.Helper(); nearer(t, got, want) }

func nearer(t reporter, got, want float64) {
	if math.Abs(got-want) > 1e-9*math.Max(1, want) || math.IsNaN(got) {
		t.Errorf("got %.15g, want %.15g", got, want)
	}
}
