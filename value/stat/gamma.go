package stat

import "math"

const (
	tiny = 1e-300
	eps  = 2e-16
	// rounds is the end of every series and fraction; none needs as many where it is used.
	rounds = 100_000
	// large is the parameter from which a density is integrated: the fractions would take √parameter rounds.
	large = 200
	// least is the fraction of an event below which its lower bound, about alpha^(1/events), is no longer a float.
	least = 1e-3
)

// gammaTails is the regularised incomplete gamma function and its complement: P(events ≥ a) and P(events < a)
// at mean x, for whole a. Each keeps its digits when it is small.
func gammaTails(a, x float64) (below, above float64) {
	switch {
	case x <= 0:
		return 0, 1
	case math.IsInf(x, 1):
		return 1, 0
	case a >= large:
		density := func(t float64) float64 { return math.Exp(logPoisson(a, t)) * a / t }
		if x < a {
			below = outward(density, x, 0, a, math.Sqrt(a))
			return below, 1 - below
		}
		above = outward(density, x, math.Inf(1), a, math.Sqrt(a))
		return 1 - above, above
	}
	mass := math.Exp(logPoisson(a, x))
	if x < a+1 {
		term, sum := 1.0, 1.0
		for i := 1.0; i < rounds && term > sum*eps; i++ {
			term *= x / (a + i)
			sum += term
		}
		below = math.Min(1, mass*sum)
		return below, 1 - below
	}
	// Lentz's form of the continued fraction, Abramowitz and Stegun 6.5.31
	b := x + 1 - a
	c, d := 1/tiny, 1/b
	h := d
	for i := 1.0; i < rounds; i++ {
		an := -i * (i - a)
		b += 2
		d = 1 / nonzero(an*d+b)
		c = nonzero(b + an/c)
		h *= d * c
		if math.Abs(d*c-1) < eps {
			break
		}
	}
	above = math.Min(1, mass*a*h)
	return 1 - above, above
}

// gammaQuantile is the mean x at which the given tail of gammaTails(a, x) is alpha, for alpha ≤ .5.
func gammaQuantile(a, alpha float64, upper bool) float64 {
	if !upper && a < least {
		return 0
	}
	z := -normalQuantile(alpha)
	if upper {
		z = -z
	}
	start := a * math.Pow(1-1/(9*a)+z/(3*math.Sqrt(a)), 3) // Wilson and Hilferty
	if !upper && (!(start > 0) || a < 1) {
		lg, _ := math.Lgamma(a + 1)
		start = math.Exp((math.Log(alpha) + lg) / a)
	}
	tail := func(x float64) (float64, float64) {
		below, above := gammaTails(a, x)
		slope := math.Exp(logPoisson(a, x)) * a / x
		if upper {
			return above, -slope
		}
		return below, slope
	}
	if !upper {
		return solve(tail, alpha, 0, a, start)
	}
	hi := math.Max(2*a, 2*start)
	for t, _ := tail(hi); t > alpha; t, _ = tail(hi) {
		hi *= 2
	}
	return solve(tail, alpha, 0, hi, start)
}

func nonzero(x float64) float64 {
	if math.Abs(x) < tiny {
		return tiny
	}
	return x
}

// solve is where a tail, given with its slope, is alpha: Newton's steps on its logarithm, halving when they leave
// what is known to hold the root.
func solve(tail func(float64) (value, slope float64), alpha, lo, hi, x float64) float64 {
	if !(x > lo && x < hi) {
		x = lo + (hi-lo)/2
	}
	for range 300 {
		value, slope := tail(x)
		if value == alpha {
			return x
		}
		if (value > alpha) == (slope > 0) {
			hi = x
		} else {
			lo = x
		}
		step := math.Log(value/alpha) * value / slope
		if math.Abs(step) <= 4*eps*x {
			return x - step
		}
		next := x - step
		if !(next > lo && next < hi) {
			if next = lo + (hi-lo)/2; next == lo || next == hi {
				return next
			}
		}
		x = next
	}
	return x
}

// outward integrates a density of one peak from x away from the peak, until end or until nothing is added: panels
// of a standard deviation, shorter far out where the density falls faster, by Gauss and Legendre's 20 points.
func outward(density func(float64) float64, x, end, mean, deviation float64) float64 {
	step := deviation / (1 + math.Abs(x-mean)/deviation/8)
	if end < x {
		step = -step
	}
	sum := 0.0
	for range 1000 {
		to := x + step
		if (step > 0) == (to > end) || to == end {
			to = end
		}
		mid, half := (x+to)/2, (to-x)/2
		panel := 0.0
		for _, g := range legendre {
			panel += g.weight * (density(mid-half*g.at) + density(mid+half*g.at))
		}
		panel *= math.Abs(half)
		sum += panel
		if panel <= sum*eps || to == end {
			break
		}
		x = to
	}
	return math.Min(1, sum)
}

var legendre = [10]struct{ at, weight float64 }{
	{0.076526521133497338, 0.15275338713072584},
	{0.22778585114164507, 0.14917298647260374},
	{0.37370608871541955, 0.14209610931838204},
	{0.51086700195082713, 0.13168863844917664},
	{0.63605368072651502, 0.11819453196151841},
	{0.7463319064601508, 0.10193011981724044},
	{0.83911697182221878, 0.083276741576704755},
	{0.91223442825132595, 0.062672048334109068},
	{0.96397192727791381, 0.040601429800386939},
	{0.99312859918509488, 0.017614007139152118},
}
