package steps

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// An index finds what has the beginning of a text, and nothing else, in whatever order it was filled.
func TestIndexFindsEveryBeginning(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	word := func(most int) string {
		b := make([]byte, random.IntN(most))
		for i := range b {
			b[i] = "abé"[random.IntN(4)]
		}
		return string(b)
	}
	for range 500 {
		var x index[string]
		var all []string
		for range random.IntN(20) {
			all = append(all, word(6))
			x.add(all[len(all)-1], all[len(all)-1])
		}
		for range 50 {
			text := word(9)
			var found []string
			x.each(text, func(s string) { found = append(found, s) })
			expected := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return !strings.HasPrefix(text, s) })
			slices.SortStableFunc(expected, func(a, b string) int { return len(a) - len(b) })
			if !slices.Equal(found, expected) {
				t.Fatalf("%q in %q: %q, expected %q", text, all, found, expected)
			}
		}
	}
}
