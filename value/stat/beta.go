package stat

import "math"

// betaTails is the regularised incomplete beta function at x and its complement, with y = 1−x given apart so
// that neither loses digits: for whole a and b, P(at least a of a+b−1) at share x, and P(fewer).
func betaTails(a, b, x, y float64) (below, above float64) {
	switch {
	case x <= 0:
		return 0, 1
	case y <= 0:
		return 1, 0
	case a > b: // the smaller of the shares is the one with digits
		above, below = betaTails(b, a, y, x)
		return below, above
	}
	mean := a / (a + b)
	deviation := math.Sqrt(mean * b / (a + b) / (a + b + 1))
	density := func(t float64) float64 { return betaDensity(a, b, t, 1-t) }
	if x <= (a+1)/(a+b+2) { // the fraction converges fast only below the mean
		if a >= large {
			below = outward(density, x, 0, mean, deviation)
		} else {
			below = math.Min(1, math.Exp(logBinomial(a, b, x, y))*b/(a+b)*betaFraction(a, b, x))
		}
		return below, 1 - below
	}
	if b >= large {
		above = outward(density, x, 1, mean, deviation)
	} else {
		above = math.Min(1, math.Exp(logBinomial(a, b, x, y))*a/(a+b)*betaFraction(b, a, y))
	}
	return 1 - above, above
}

func betaDensity(a, b, x, y float64) float64 {
	return math.Exp(logBinomial(a, b, x, y)) * a / (a + b) * b / x / y
}

// betaFraction is Lentz's form of the continued fraction, Abramowitz and Stegun 26.5.8.
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

// betaQuantile is the x at which betaTails(a, b, x, y) has alpha below, for alpha ≤ .5, and y = 1−x.
func betaQuantile(a, b, alpha float64) (x, y float64) {
	if a == 1 {
		l := math.Log1p(-alpha) / b
		return -math.Expm1(l), math.Exp(l)
	}
	if b == 1 {
		l := math.Log(alpha) / a
		return math.Exp(l), -math.Expm1(l)
	}
	if a < least {
		return 0, 1
	}
	x, y = betaStart(a, b, alpha)
	if a <= b {
		x = solve(func(x float64) (float64, float64) {
			below, _ := betaTails(a, b, x, 1-x)
			return below, betaDensity(a, b, x, 1-x)
		}, alpha, 0, 1, x)
		return x, 1 - x
	}
	y = solve(func(y float64) (float64, float64) {
		below, _ := betaTails(a, b, 1-y, y)
		return below, -betaDensity(a, b, 1-y, y)
	}, alpha, 0, 1, y)
	return 1 - y, y
}

// betaStart is Abramowitz and Stegun 26.5.22, and the first term of the series where that does not hold.
func betaStart(a, b, alpha float64) (x, y float64) {
	if a <= 1 || b <= 1 {
		mean := a / (a + b)
		log := (math.Log(alpha) - logBinomial(a, b, mean, 1-mean) + a*math.Log(mean) + b*math.Log1p(-mean) - math.Log(b/(a+b))) / a
		x = math.Min(mean, math.Exp(log))
		return x, 1 - x
	}
	z := normalQuantile(alpha)
	ra, rb := 1/(2*a-1), 1/(2*b-1)
	h := 2 / (ra + rb)
	l := (z*z - 3) / 6
	w := z*math.Sqrt(math.Max(0, h+l))/h - (rb-ra)*(l+5./6-2/(3*h))
	return 1 / (1 + b/a*math.Exp(2*w)), 1 / (1 + a/b*math.Exp(-2*w))
}
