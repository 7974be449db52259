package stat

import "math"

// The probabilities of single counts, in the form of C. Loader, "Fast and accurate computation of binomial
// probabilities" (2000): the deviance and the error of Stirling's formula are summed apart, so that counts of a
// billion lose no digits to the difference of huge logarithms. Counts need not be whole.

// logPoisson is log(m^x e^−m / Γ(x+1)).
func logPoisson(x, m float64) float64 {
	switch {
	case m == 0 && x == 0:
		return 0
	case m == 0:
		return math.Inf(-1)
	case x == 0:
		return -m
	case x < 1e-8*m || math.IsInf(m, 1): // Γ(x+1) itself is small beside m
		lg, _ := math.Lgamma(x + 1)
		return x*math.Log(m) - m - lg
	}
	return -stirlingError(x) - deviance(x, m) - .5*math.Log(2*math.Pi*x)
}

// logBinomial is log(Γ(a+b+1)/(Γ(a+1)Γ(b+1)) p^a q^b): a hits, b misses, q = 1−p.
func logBinomial(a, b, p, q float64) float64 {
	switch {
	case a == 0 && b == 0:
		return 0
	case a == 0:
		return b * logOf(q, p)
	case b == 0:
		return a * logOf(p, q)
	case p == 0 || q == 0:
		return math.Inf(-1)
	}
	n := a + b
	return stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n*p) - deviance(b, n*q) -
		.5*(math.Log(2*math.Pi*a)+math.Log(b/n))
}

// logOf is log p, of which q = 1−p may know more digits.
func logOf(p, q float64) float64 {
	if q < .5 {
		return math.Log1p(-q)
	}
	return math.Log(p)
}

// deviance is x log(x/m) + m − x without cancellation near x = m.
func deviance(x, m float64) float64 {
	if x == 0 {
		return m
	}
	if math.Abs(x-m) >= .1*(x+m) {
		return x*math.Log(x/m) + m - x
	}
	v := (x - m) / (x + m)
	sum, term := (x-m)*v, 2*x*v
	for j := 3.0; j < 99; j += 2 { // v is at most .1: it ends long before
		term *= v * v
		next := sum + term/j
		if next == sum {
			break
		}
		sum = next
	}
	return sum
}

// stirlingError is log Γ(x+1) − log(√(2πx) (x/e)^x) for x > 0.
func stirlingError(x float64) float64 {
	if x < 15 {
		lg, _ := math.Lgamma(x + 1)
		return lg - (x+.5)*math.Log(x) + x - .5*math.Log(2*math.Pi)
	}
	s := 1 / (x * x)
	return (1./12 - (1./360-(1./1260-(1./1680-s/1188)*s)*s)*s) / x
}
