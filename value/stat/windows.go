package stat

// Each counts the answers for sub-windows: "on k of n days" holds when k surely did, and is missed when more than
// n−k surely did not. An empty list, and k outside 1..n, say nothing.
func Each(days []Answer, k int) Answer {
	var yes, no int
	for _, a := range days {
		switch a {
		case Yes:
			yes++
		case No:
			no++
		}
	}
	if k < 1 || k > len(days) {
		return Unclear
	}
	return answer(yes >= k, no > len(days)-k)
}

// EachAlpha is the alpha at which to ask each of n sub-windows, so that the answer of Each for k of n errs at most
// at alpha: the partial conjunction of Benjamini and Heller (2008), with Bonferroni's bound. To say Yes, alpha
// divided by n−k+1, which is alpha itself for "every day"; to say No, alpha divided by k.
func EachAlpha(k, n int, alpha float64) (yes, no float64, err error) {
	if err := checkAlpha(alpha); err != nil {
		return 0, 0, err
	}
	if k < 1 || k > n {
		return 0, 0, inputError("%d of %d sub-windows", k, n)
	}
	return alpha / float64(n-k+1), alpha / float64(k), nil
}
