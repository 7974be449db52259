package stat

import (
	"math"
	"sort"
)

// RankTest is the test of Mann and Whitney (1947).
type RankTest struct {
	U     float64 // pairs in which the candidate is greater, ties counted half
	Tails         // Less is small when the candidate tends to be smaller
	Exact bool
}

// Where the distribution of U is summed exactly: cheap up to there, and normal enough beyond.
const (
	exactRanks     = 50
	exactTiedRanks = 25
)

// MannWhitney tests whether values of the candidate tend to be smaller or greater than those of the baseline:
// exact for up to 50 values each, or 25 when values are tied, and by the normal distribution corrected for ties
// and continuity beyond.
func MannWhitney(candidate, baseline []float64) (RankTest, error) {
	if err := checkSamples(candidate, baseline); err != nil {
		return RankTest{Tails: noTails}, err
	}
	c, b := sorted(candidate), sorted(baseline)
	twiceU, ties, tied := 0, []int(nil), false
	for i, lo, hi := 0, 0, 0; i < len(c); i++ {
		for lo < len(b) && b[lo] < c[i] {
			lo++
		}
		for hi = max(hi, lo); hi < len(b) && b[hi] <= c[i]; hi++ {
		}
		twiceU += lo + hi
	}
	all := sorted(append(append([]float64(nil), c...), b...))
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j] == all[i] {
			j++
		}
		ties = append(ties, j-i)
		tied = tied || j-i > 1
		i = j
	}
	t := RankTest{U: float64(twiceU) / 2}
	limit := exactRanks
	if tied {
		limit = exactTiedRanks
	}
	if len(c) <= limit && len(b) <= limit {
		t.Exact = true
		counts := rankDistribution(len(c), len(b), ties)
		total := 0.0
		for u, n := range counts {
			total += n
			if u <= twiceU {
				t.Less += n
			}
			if u >= twiceU {
				t.Greater += n
			}
			if u == twiceU {
				t.Equal = n
			}
		}
		t.Less, t.Greater, t.Equal = t.Less/total, t.Greater/total, t.Equal/total
	} else {
		mean, deviation := rankMoments(float64(len(c)), float64(len(b)), ties)
		if deviation == 0 { // all values are the same
			t.Tails = noTails
			return t, nil
		}
		t.Less = normalTail(-(t.U + .5 - mean) / deviation)
		t.Greater = normalTail((t.U - .5 - mean) / deviation)
	}
	t.Minlike = t.TwoSided()
	return t, nil
}

func rankMoments(m, n float64, ties []int) (mean, deviation float64) {
	all := m + n
	sum := 0.0
	for _, t := range ties {
		t := float64(t)
		sum += t * (t*t - 1)
	}
	return m * n / 2, math.Sqrt(math.Max(0, m*n/12*(all+1-sum/(all*(all-1)))))
}

// rankDistribution counts, by 2·U, the ways to choose m of the m+n ranks, group of ties by group from the lowest.
func rankDistribution(m, n int, ties []int) []float64 {
	size := 2*m*n + 1
	ways := make([][]float64, m+1) // by the number chosen so far, and 2·U so far
	for i := range ways {
		ways[i] = make([]float64, size)
	}
	ways[0][0] = 1
	before := 0
	for _, t := range ties {
		for i := min(m, before+t); i >= 1; i-- { // downwards: what is added to has not been read yet
			for k := 1; k <= min(t, i); k++ {
				below := before - (i - k) // of the other side, below the group
				if below < 0 || below > n {
					continue
				}
				gain := k * (2*below + t - k)
				times := choose(t, k)
				reached := 2*(i-k)*below + 1 // by those chosen so far
				for u, w := range ways[i-k][:max(0, min(reached, size-gain))] {
					if w != 0 {
						ways[i][u+gain] += times * w
					}
				}
			}
		}
		before += t
	}
	return ways[m]
}

func choose(n, k int) float64 {
	c := 1.0
	for i := 1; i <= k; i++ {
		c = c * float64(n-k+i) / float64(i)
	}
	return math.Round(c)
}

// Shift is by how much the candidate is greater than the baseline, in the unit of the values.
type Shift struct {
	Value float64 // Hodges and Lehmann's estimate: the median of all differences
	Interval
}

// ShiftBounds bounds the shift between two samples by the differences at the critical ranks of Mann and Whitney
// (Hodges and Lehmann 1963; Hollander and Wolfe, 4.3), exactly for up to 50 values each. Ties only make it err on
// the safe side. A side that too few values bound is infinite.
func ShiftBounds(candidate, baseline []float64, alpha float64) (Shift, error) {
	if err := firstError(checkSamples(candidate, baseline), checkAlpha(alpha)); err != nil {
		return Shift{Interval: unknown}, err
	}
	c, b := sorted(candidate), sorted(baseline)
	pairs := len(c) * len(b)
	s := Shift{Interval: unknown}
	s.Value = difference(c, b, (pairs+1)/2)
	if pairs%2 == 0 {
		above := difference(c, b, pairs/2+1)
		s.Value += (above - s.Value) / 2
	}
	if rank := criticalRank(len(c), len(b), alpha); rank >= 1 {
		s.Interval = Interval{difference(c, b, rank), difference(c, b, pairs+1-rank)}
	}
	return s, nil
}

// criticalRank is the largest r with P(U < r) ≤ alpha, 0 when there is none.
func criticalRank(m, n int, alpha float64) int {
	if m > exactRanks || n > exactRanks {
		mean, deviation := rankMoments(float64(m), float64(n), nil)
		return max(0, int(math.Floor(mean-normalQuantile(alpha)*deviation+.5)))
	}
	single := make([]int, m+n)
	for i := range single {
		single[i] = 1
	}
	counts := rankDistribution(m, n, single)
	total := 0.0
	for _, w := range counts {
		total += w
	}
	r, sum := 0, 0.0
	for u := 0; u < len(counts); u += 2 {
		if sum += counts[u]; sum > alpha*total {
			break
		}
		r++
	}
	return r
}

// difference is the k-th smallest of all c−b, from 1, found by halving the floats between the smallest and the
// largest: 64 passes over the samples, where the pairs would not fit into memory.
func difference(c, b []float64, k int) float64 {
	atMost := func(d float64) (pairs int) {
		j := 0
		for i := range c {
			for j < len(b) && c[i]-b[j] > d {
				j++
			}
			pairs += len(b) - j
		}
		return pairs
	}
	lo, hi := order(c[0]-b[len(b)-1]), order(c[len(c)-1]-b[0])
	for lo < hi {
		mid := lo + (hi-lo)/2
		if atMost(unorder(mid)) >= k {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return unorder(lo)
}

// order numbers the floats in their order; unorder is its inverse.
func order(x float64) uint64 {
	bits := math.Float64bits(x + 0) // −0 is 0
	if bits>>63 == 1 {
		return ^bits
	}
	return bits | 1<<63
}

func unorder(n uint64) float64 {
	if n>>63 == 1 {
		return math.Float64frombits(n &^ (1 << 63))
	}
	return math.Float64frombits(^n)
}

func sorted(values []float64) []float64 {
	out := append([]float64(nil), values...)
	sort.Float64s(out)
	return out
}

func checkSamples(candidate, baseline []float64) error {
	for _, values := range [][]float64{candidate, baseline} {
		if len(values) == 0 {
			return inputError("no sample on one side")
		}
		for _, x := range values {
			if !(math.Abs(x) <= math.MaxFloat64/4) {
				return inputError("a sample of %v", x)
			}
		}
	}
	return nil
}
