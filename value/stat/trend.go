package stat

import "math"

// Trend is the factor by which a rate changes from one window to the next: 0.9 is ten per cent fewer each week.
type Trend struct {
	Value float64 // the most likely factor; 0 or infinite when all events are in the last or first window
	Interval
}

// Up to here the distribution of the trend is summed exactly; beyond, r* is as good to three digits.
const (
	exactTrendEvents = 100
	exactTrendLogs   = 600 // of the least likely sum, so that it is still a float
)

// TrendBounds bounds the factor between consecutive windows of the same length: the slope of the log rate in
// Poisson regression on the number of the window. Given all events, T = Σ i·nᵢ tells all there is about the slope
// and its conditional test is exact (Cox and Lewis 1966, 3.3). Up to 100 whole events it is summed exactly; beyond
// that, Barndorff-Nielsen's r* (1986) with a correction for continuity takes its place. A window without exposure
// counts for nothing; without any event, the factor lies anywhere from 0 to ∞.
func TrendBounds(windows []Count, alpha float64) (Trend, error) {
	if err := checkAlpha(alpha); err != nil {
		return Trend{Interval: unknown}, err
	}
	f, watched, whole := family{}, 0, true
	exposure := 0.0
	for i, w := range windows {
		if w.Exposure != 0 || w.Events != 0 {
			if err := w.check(); err != nil {
				return Trend{Interval: unknown}, err
			}
			watched++
		}
		f.n += w.Events
		f.sum += float64(i) * w.Events
		exposure += w.Exposure
		whole = whole && w.Events == math.Trunc(w.Events)
	}
	if watched < 2 || !isFinite(exposure) || !isFinite(f.sum) {
		return Trend{Interval: unknown}, inputError("a trend over %d windows; expected at least 2", watched)
	}
	f.shares = make([]float64, len(windows))
	first, last, least := -1, 0, 1.0
	for i, w := range windows {
		f.shares[i] = w.Exposure / exposure
		if w.Exposure > 0 {
			if last = i; first < 0 {
				first = i
			}
			least = math.Min(least, f.shares[i])
		}
	}
	if f.n == 0 {
		return Trend{1, Interval{0, math.Inf(1)}}, nil
	}
	f.lowest, f.highest = f.n*float64(first), f.n*float64(last)
	less, greater := f.approximate()
	if whole && f.n <= exactTrendEvents && -f.n*math.Log(least) < exactTrendLogs {
		less, greater = f.exact()
	}
	t := Trend{f.likeliest(f.sum), Interval{0, math.Inf(1)}}
	if f.sum > f.lowest {
		t.Lower = math.Exp(root(func(b float64) bool { return greater(b) > alpha }))
	}
	if f.sum < f.highest {
		t.Upper = math.Exp(root(func(b float64) bool { return less(b) < alpha }))
	}
	t.Value = math.Exp(t.Value)
	t.Lower, t.Upper = math.Min(t.Lower, t.Value), math.Max(t.Upper, t.Value) // but for rounding
	return t, nil
}

// family is the exponential family of T: the sum of the numbers of n windows, drawn by their shares of the
// exposure, tilted by e^(b·i).
type family struct {
	shares          []float64
	n, sum          float64
	lowest, highest float64
}

// exact gives P(T ≤ sum) and P(T ≥ sum) at slope b. One distribution, at b = 0, serves all slopes.
func (f family) exact() (less, greater func(b float64) float64) {
	k := len(f.shares)
	p := []float64{1}
	for range int(f.n) {
		next := make([]float64, len(p)+k-1)
		for i, share := range f.shares {
			if share > 0 {
				for t, w := range p {
					next[t+i] += w * share
				}
			}
		}
		p = next
	}
	at := int(f.sum)
	part := func(b float64) (below, equal, above float64) {
		// e^(b(t−at)) is scaled by its greatest, at one of the ends
		top := math.Max(b*float64(-at), b*float64(len(p)-1-at))
		for t, w := range p {
			if w == 0 {
				continue
			}
			w *= math.Exp(b*float64(t-at) - top)
			switch {
			case t < at:
				below += w
			case t > at:
				above += w
			default:
				equal += w
			}
		}
		return below, equal, above
	}
	return func(b float64) float64 {
			below, equal, above := part(b)
			return (below + equal) / (below + equal + above)
		}, func(b float64) float64 {
			below, equal, above := part(b)
			return (equal + above) / (below + equal + above)
		}
}

// approximate gives the same by r*.
func (f family) approximate() (less, greater func(b float64) float64) {
	tail := func(t float64) func(b float64) float64 { // of the normal distribution, in the direction of t
		likeliest := f.likeliest(t)
		top, _, variance := f.cumulant(likeliest)
		return func(b float64) float64 {
			at, mean, spread := f.cumulant(b)
			d := likeliest - b
			// twice the gain in log likelihood, or its first term where the two would cancel
			gain := 2 * (d*t - f.n*(top-at))
			if math.Abs(d) < 1e-5 || f.n > 1e12 {
				return (t - mean*f.n) / math.Sqrt(f.n*spread)
			}
			r := math.Copysign(math.Sqrt(math.Max(0, gain)), d)
			u := d * math.Sqrt(f.n*variance)
			if r == 0 || u/r <= 0 {
				return r
			}
			return r + math.Log(u/r)/r
		}
	}
	below, above := tail(math.Min(f.highest, f.sum+.5)), tail(math.Max(f.lowest, f.sum-.5))
	return func(b float64) float64 { return normalTail(-below(b)) }, func(b float64) float64 { return normalTail(above(b)) }
}

// cumulant is log Σ shareᵢ e^(b·i), and the mean and variance of i at slope b.
func (f family) cumulant(b float64) (log, mean, variance float64) {
	top := math.Inf(-1)
	for i, share := range f.shares {
		if share > 0 {
			top = math.Max(top, b*float64(i))
		}
	}
	var sum float64
	for i, share := range f.shares {
		w := share * math.Exp(b*float64(i)-top)
		sum += w
		mean += w * float64(i)
	}
	mean /= sum
	for i, share := range f.shares {
		d := float64(i) - mean
		variance += share * math.Exp(b*float64(i)-top) * d * d
	}
	return math.Log(sum) + top, mean, variance / sum
}

// likeliest is the slope at which t is expected.
func (f family) likeliest(t float64) float64 {
	if t <= f.lowest {
		return math.Inf(-1)
	}
	if t >= f.highest {
		return math.Inf(1)
	}
	return root(func(b float64) bool {
		_, mean, _ := f.cumulant(b)
		return mean*f.n > t
	})
}

// root is the slope at which the condition, false far below, turns true.
func root(above func(b float64) bool) float64 {
	const steepest = 600 // e^600 is near the end of the floats
	lo, hi := -1.0, 1.0
	for lo > -steepest && above(lo) {
		lo, hi = 2*lo, lo
	}
	for hi < steepest && !above(hi) {
		lo, hi = hi, 2*hi
	}
	for range 100 {
		mid := lo + (hi-lo)/2
		if mid == lo || mid == hi {
			break
		}
		if above(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}
