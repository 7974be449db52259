package stat

// SplitThreshold is the p below which a split of the traffic counts as broken, and nothing compared across it as
// known (GrowthBook's threshold: looked at often, .05 would cry wolf).
const SplitThreshold = .001

// Split is a χ² test of a sample ratio mismatch.
type Split struct{ ChiSquare, P float64 }

// SplitTest tests whether those who came to each side came in the intended weights, such as 9 and 1.
func SplitTest(seen, weights []float64) (Split, error) {
	if len(seen) != len(weights) || len(seen) < 2 {
		return Split{P: 1}, inputError("a split into %d sides with %d weights", len(seen), len(weights))
	}
	var all, total float64
	for i := range seen {
		if err := (Count{seen[i], weights[i]}).check(); err != nil {
			return Split{P: 1}, err
		}
		all += seen[i]
		total += weights[i]
	}
	if !(all >= 1) {
		return Split{P: 1}, inputError("a split of %v; expected at least 1", all)
	}
	var s Split
	for i := range seen {
		expected := all * (weights[i] / total)
		s.ChiSquare += (seen[i] - expected) / expected * (seen[i] - expected)
	}
	if !isFinite(s.ChiSquare) {
		return Split{P: 1}, inputError("a split by weights that are too far apart")
	}
	s.P = chiSquareTail(s.ChiSquare, float64(len(seen)-1))
	return s, nil
}
