package stat

import "math"

// normalTail is P(Z > z).
func normalTail(z float64) float64 { return .5 * math.Erfc(z/math.Sqrt2) }

// normalQuantile is the z with P(Z > z) = alpha, for alpha ≤ .5 and down to 1e-300.
func normalQuantile(alpha float64) float64 {
	if alpha == .5 {
		return 0
	}
	start := math.Sqrt2 * math.Erfinv(1-2*alpha)
	if alpha < 1e-9 { // 1−2·alpha has lost its digits
		start = math.Sqrt(-2 * math.Log(alpha))
	}
	return solve(func(z float64) (float64, float64) {
		return normalTail(z), -math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	}, alpha, 0, 40, start)
}

// studentTail is P(T > t) with df > 0 degrees of freedom.
func studentTail(t, df float64) float64 {
	switch {
	case t < 0:
		return 1 - studentTail(-t, df)
	case df >= 1e15:
		return normalTail(t)
	case df >= large:
		return math.Min(.5, outward(func(t float64) float64 { return studentDensity(t, df) }, t, math.Inf(1), 0, 1))
	}
	u := t * t / df
	below, _ := betaTails(df/2, .5, 1/(1+u), u/(1+u))
	return below / 2
}

func studentDensity(t, df float64) float64 {
	if df >= large { // Γ((df+1)/2) / (Γ(df/2) √(df/2)) in powers of 1/df
		r := 1 / df
		scale := 1 - r*(1./4-r*(1./32+r*(5./128-r*21./2048)))
		return scale / math.Sqrt(2*math.Pi) * math.Exp(-(df+1)/2*math.Log1p(t*t/df))
	}
	up, _ := math.Lgamma((df + 1) / 2)
	down, _ := math.Lgamma(df / 2)
	return math.Exp(up-down-(df+1)/2*math.Log1p(t*t/df)) / math.Sqrt(math.Pi*df)
}

// studentQuantile is the t with P(T > t) = alpha, for alpha ≤ .5.
func studentQuantile(alpha, df float64) float64 {
	if alpha == .5 {
		return 0
	}
	tail := func(t float64) (float64, float64) { return studentTail(t, df), -studentDensity(t, df) }
	start := normalQuantile(alpha)
	hi := 2 * start
	for t, _ := tail(hi); t > alpha && hi < 1e300; t, _ = tail(hi) {
		start, hi = hi, 2*hi
	}
	return solve(tail, alpha, 0, hi, start)
}

// chiSquareTail is P(χ² > x) with df > 0 degrees of freedom.
func chiSquareTail(x, df float64) float64 {
	_, above := gammaTails(df/2, x/2)
	return above
}
