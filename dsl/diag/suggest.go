package diag

import "strings"

// Closest is the candidate nearest to word for a "did you mean", "" when none is near: at most a third of
// the longer word may differ, ignoring case. Of equals the first wins.
func Closest(word string, candidates []string) string {
	best, bestDistance := "", 1<<30
	for _, c := range candidates {
		limit := max(len([]rune(word)), len([]rune(c))) / 3
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d <= max(1, limit) && d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance is the edit distance of a and b in runes, a swap of two neighbours counting once.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, previous := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := range x {
		row := make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(previous[j+1]+1, row[j]+1, previous[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, previous = previous, row
	}
	return previous[len(y)]
}
