package stat

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/aclements/go-moremath/stats"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Two libraries that were written by others agree, over random numbers from everyday to absurd.

func between(r *rand.Rand, lo, hi float64) float64 {
	return math.Exp(math.Log(lo) + r.Float64()*math.Log(hi/lo))
}

// same compares to 1e-10, absolutely and, where the oracle still has digits, relatively.
func same(t *testing.T, what string, got, want float64, args ...float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-10) || want > 1e-6 && !(math.Abs(got/want-1) <= 1e-8) {
		t.Errorf("%s%v: got %.15g, want %.15g", what, args, got, want)
	}
}

func TestTailsAgreeWithGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		a := between(r, .1, 1e4)
		x := math.Max(0, a+r.NormFloat64()*3*math.Sqrt(a))
		if r.IntN(4) == 0 {
			x = between(r, 1e-5, 1e6)
		}
		below, above := gammaTails(a, x)
		same(t, "P", below, mathext.GammaIncReg(a, x), a, x)
		same(t, "Q", above, mathext.GammaIncRegComp(a, x), a, x)

		b := between(r, .1, 1e4)
		mean := a / (a + b)
		p := mean + r.NormFloat64()*3*math.Sqrt(mean*(1-mean)/(a+b))
		if r.IntN(4) == 0 || !(p > 0 && p < 1) {
			p = r.Float64()
		}
		below, above = betaTails(a, b, p, 1-p)
		same(t, "I", below, mathext.RegIncBeta(a, b, p), a, b, p)
		same(t, "1-I", above, 1-mathext.RegIncBeta(a, b, p), a, b, p)
	}
}

func TestDistributionsAgreeWithGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		z := r.NormFloat64() * 4
		same(t, "normal", normalTail(z), distuv.UnitNormal.Survival(z), z)
		df := between(r, .5, 1e5)
		student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}
		same(t, "student", studentTail(z, df), student.Survival(z), z, df)
		same(t, "density", studentDensity(z, df), student.Prob(z), z, df)
		x := df * math.Exp(r.NormFloat64()/2)
		same(t, "chi", chiSquareTail(x, df), distuv.ChiSquared{K: df}.Survival(x), x, df)
		alpha := between(r, 1e-8, .5)
		q := studentQuantile(alpha, df)
		if p := studentTail(q, df); math.Abs(p/alpha-1) > 1e-10 {
			t.Errorf("student(%v, %v) = %v has %v", alpha, df, q, p)
		}
		alpha = between(r, 1e-300, .5)
		if q := normalQuantile(alpha); math.Abs(normalTail(q)/alpha-1) > 1e-9 || alpha > 1e-9 && math.Abs(q-distuv.UnitNormal.Quantile(1-alpha)) > 1e-6 {
			t.Errorf("normal(%v) = %v has %v", alpha, q, normalTail(q))
		}
	}
}

func TestTestsAgreeWithGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		n := math.Floor(between(r, 1, 1e5))
		p := r.Float64()
		if r.IntN(2) == 0 {
			p = between(r, 1e-4, .1)
		}
		k := math.Min(n, math.Max(0, math.Round(n*p+2*r.NormFloat64()*math.Sqrt(n*p*(1-p)))))
		d := distuv.Binomial{N: n, P: p}
		got := must(BinomialTest(k, n, p))(t)
		same(t, "less", got.Less, d.CDF(k), k, n, p)
		same(t, "greater", got.Greater, 1-d.CDF(k-1), k, n, p)
		same(t, "equal", got.Equal, d.Prob(k), k, n, p)

		mean := between(r, .1, 1e4)
		k = math.Max(0, math.Round(mean+2*r.NormFloat64()*math.Sqrt(mean)))
		u := distuv.Poisson{Lambda: mean}
		got = must(PoissonTest(Count{k, 2}, mean/2))(t)
		same(t, "less", got.Less, u.CDF(k), k, mean)
		same(t, "equal", got.Equal, u.Prob(k), k, mean)
	}
}

// The likelihood test sums what R sums, in the slow way.
func TestMinlikeIsTheSum(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 500 {
		n := float64(1 + r.IntN(200))
		k := float64(r.IntN(int(n) + 1))
		p := r.Float64()
		d, sum := distuv.Binomial{N: n, P: p}, 0.0
		for i := 0.0; i <= n; i++ {
			if d.Prob(i) <= d.Prob(k)*(1+1e-7) {
				sum += d.Prob(i)
			}
		}
		same(t, "binomial", must(BinomialTest(k, n, p))(t).Minlike, math.Min(1, sum), k, n, p)
		mean := r.Float64() * 50
		u, sum := distuv.Poisson{Lambda: mean}, 0.0
		k = float64(r.IntN(80))
		for i := 0.0; i <= 300; i++ {
			if u.Prob(i) <= u.Prob(k)*(1+1e-7) {
				sum += u.Prob(i)
			}
		}
		same(t, "poisson", must(PoissonTest(Count{k, 1}, mean))(t).Minlike, math.Min(1, sum), k, mean)
	}
}

func TestRanksAgreeWithMoremath(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for i := range 300 {
		a, b := make([]float64, 1+r.IntN(12)), make([]float64, 1+r.IntN(12))
		if i%10 == 0 { // beyond exact
			a, b = make([]float64, 60+r.IntN(12)), make([]float64, 10+r.IntN(70))
		}
		for _, s := range [][]float64{a, b} {
			for j := range s {
				s[j] = r.NormFloat64()
				if i%2 == 0 {
					s[j] = math.Round(3 * s[j])
				}
			}
		}
		two, err := stats.MannWhitneyUTest(a, b, stats.LocationDiffers)
		if err != nil {
			continue // all are equal
		}
		less, _ := stats.MannWhitneyUTest(a, b, stats.LocationLess)
		greater, _ := stats.MannWhitneyUTest(b, a, stats.LocationLess) // its LocationGreater forgets that ties count half
		got := must(MannWhitney(a, b))(t)
		same(t, "U", got.U, two.U)
		same(t, "less", got.Less, less.P)
		same(t, "greater", got.Greater, greater.P)
	}
}

func TestWelchAgreesWithMoremath(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 500 {
		a, b := make([]float64, 2+r.IntN(30)), make([]float64, 2+r.IntN(30))
		for j := range a {
			a[j] = 1e3 + r.NormFloat64()
		}
		for j := range b {
			b[j] = 1e3 + .5 + 3*r.NormFloat64()
		}
		want, err := stats.TwoSampleWelchTTest(stats.Sample{Xs: a}, stats.Sample{Xs: b}, stats.LocationLess)
		if err != nil {
			t.Fatal(err)
		}
		e := must(MeanDifference(MomentsOf(a), MomentsOf(b)))(t)
		same(t, "df", e.Freedom, want.DoF)
		same(t, "p", must(e.Test(0))(t).Less, want.P)
	}
}

func TestQuantileRanksAgreeWithGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for range 2000 {
		n, q, alpha := math.Floor(between(r, 1, 1e4)), r.Float64(), between(r, 1e-4, .4)
		d, got := distuv.Binomial{N: n, P: q}, must(QuantileRanks(n, q, alpha))(t)
		if got.Lower > 0 && d.CDF(got.Lower-1) > alpha || got.Lower < got.At && d.CDF(got.Lower) <= alpha {
			t.Errorf("%v of %v at %v: lower %v", q, n, alpha, got)
		}
		if got.Upper <= n && 1-d.CDF(got.Upper-1) > alpha || got.Upper > got.At && 1-d.CDF(got.Upper-2) <= alpha {
			t.Errorf("%v of %v at %v: upper %v", q, n, alpha, got)
		}
	}
}

// The first n with the power, by looking at every n.
func TestPlansAreTheFirst(t *testing.T) {
	for _, v := range []struct{ ratio, split float64 }{{.5, .5}, {.7, .5}, {.8, .5}, {.9, .5}, {2, .5}, {.5, .1}, {.5, .9}, {.05, .5}, {1.3, .3}, {.3, .02}, {3, .05}, {.4, .97}, {1e-3, .5}} {
		got := must(EventsForRatio(v.ratio, v.split, .05, .8))(t)
		share := v.ratio * v.split / (v.ratio*v.split + 1 - v.split)
		for n := 1.0; ; n++ {
			null, truth := distuv.Binomial{N: n, P: v.split}, distuv.Binomial{N: n, P: share}
			power := 0.0
			// the critical value is near its normal approximation; walk from safely outside
			if v.ratio < 1 {
				c := math.Min(n, math.Ceil(n*v.split-1.2*math.Sqrt(n*v.split*(1-v.split)))+3)
				for c >= 0 && null.CDF(c) > .05 {
					c--
				}
				if c >= 0 {
					power = truth.CDF(c)
				}
			} else {
				c := math.Max(0, math.Floor(n*v.split+1.2*math.Sqrt(n*v.split*(1-v.split)))-3)
				for c <= n && 1-null.CDF(c-1) > .05 {
					c++
				}
				if c <= n {
					power = 1 - truth.CDF(c-1)
				}
			}
			if power >= .8 {
				if n != got {
					t.Errorf("ratio %v split %v: got %v, want %v", v.ratio, v.split, got, n)
				}
				break
			}
			if n > 5000 {
				t.Fatal("no end")
			}
		}
	}
}
