// Package stat is exact one-sided confidence bounds for counts and shares. It has no dependency and no idea of
// claims: numbers in, numbers out. Bounds are exact in the sense of Garwood and of Clopper and Pearson: they
// hold their level for every true value.
package stat

import "math"

// PoissonBounds returns the one-sided 1−alpha bounds, each by itself, of the mean behind n events.
func PoissonBounds(n, alpha float64) (lower, upper float64) {
	if n > many {
		half := quantile(alpha) * math.Sqrt(n)
		return n - half, n + half
	}
	if n > 0 {
		lower = root(func(m float64) bool { return gammaP(n, m) > alpha }, 0, n+1)
	}
	upper = root(func(m float64) bool { return 1-gammaP(n+1, m) < alpha }, 0, n+10+20*math.Sqrt(n+10))
	return lower, upper
}

// BinomialBounds returns the one-sided 1−alpha bounds, each by itself, of the share behind k of n.
func BinomialBounds(k, n, alpha float64) (lower, upper float64) {
	if n > many {
		if other := math.Min(k, n-k); other <= many { // too rare to be normal, and rare enough for Poisson
			lower, upper = PoissonBounds(other, alpha)
			if lower, upper = lower/n, upper/n; k > n-k {
				lower, upper = 1-upper, 1-lower
			}
			return lower, upper
		}
		half := quantile(alpha) * math.Sqrt(k/n*(1-k/n)/n)
		return k/n - half, k/n + half
	}
	upper = 1
	if k > 0 {
		lower = root(func(p float64) bool { return betaI(k, n-k+1, p) > alpha }, 0, 1)
	}
	if k < n {
		upper = root(func(p float64) bool { return 1-betaI(k+1, n-k, p) < alpha }, 0, 1)
	}
	return lower, upper
}

// many is the count above which the normal distribution is exact to more digits than anybody reads.
const many = 1e9

// quantile of the normal distribution, upper tail.
func quantile(alpha float64) float64 { return math.Sqrt2 * math.Erfinv(1-2*alpha) }

// root is where the condition, false at lo, turns true.
func root(above func(float64) bool, lo, hi float64) float64 {
	for range 200 {
		mid := (lo + hi) / 2
		if mid == lo || mid == hi {
			break
		}
		if above(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return (lo + hi) / 2
}

const (
	tiny = 1e-300
	eps  = 1e-16
	// enough for the series and fractions to converge at counts of a billion
	rounds = 1_000_000
)

// gammaP is the regularised lower incomplete gamma function: P(events ≥ a) at mean x for a whole a.
func gammaP(a, x float64) float64 {
	if x <= 0 {
		return 0
	}
	lg, _ := math.Lgamma(a)
	scale := math.Exp(a*math.Log(x) - x - lg)
	if x < a+1 {
		term, sum := 1/a, 1/a
		for i := 1.0; i < rounds; i++ {
			term *= x / (a + i)
			sum += term
			if term < sum*eps {
				break
			}
		}
		return math.Min(1, sum*scale)
	}
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
	return math.Max(0, 1-scale*h)
}

// betaI is the regularised incomplete beta function: P(at least a of a+b−1) at share x for whole a and b.
func betaI(a, b, x float64) float64 {
	if x <= 0 || x >= 1 {
		return math.Max(0, math.Min(1, x))
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab - la - lb + a*math.Log(x) + b*math.Log1p(-x))
	if x > (a+1)/(a+b+2) { // the fraction converges fast only below the mean
		return 1 - front*betaFraction(b, a, 1-x)/b
	}
	return front * betaFraction(a, b, x) / a
}

func betaFraction(a, b, x float64) float64 {
	c, d := 1.0, 1/nonzero(1-(a+b)*x/(a+1))
	h := d
	for m := 1.0; m < rounds; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/nonzero(1+even*d), nonzero(1+even/c)
		h *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/nonzero(1+odd*d), nonzero(1+odd/c)
		h *= d * c
		if math.Abs(d*c-1) < eps {
			break
		}
	}
	return h
}

func nonzero(x float64) float64 {
	if math.Abs(x) < tiny {
		return tiny
	}
	return x
}
