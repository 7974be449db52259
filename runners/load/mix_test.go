package load

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Of every number of arrivals each share has its part, rounded by largest remainders, and its scenarios take
// turns.
func TestMixIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var shares []Share
		selected, total := 0, 0
		for range rapid.IntRange(1, 5).Draw(t, "shares") {
			s := Share{Weight: rapid.IntRange(1, 30).Draw(t, "weight")}
			for range rapid.IntRange(1, 3).Draw(t, "rows") {
				s.Selected = append(s.Selected, selected)
				selected++
			}
			total += s.Weight
			shares = append(shares, s)
		}
		arrivals := rapid.IntRange(1, 500).Draw(t, "arrivals")
		seed := rapid.Uint64().Draw(t, "seed")
		m, err := newMixer(shares, selected, seed, uint64(arrivals))
		if err != nil {
			t.Fatal(err)
		}
		again, _ := newMixer(shares, selected, seed, uint64(arrivals))
		got := make([]int, selected)
		for range arrivals {
			i := m.next()
			if i != again.next() {
				t.Fatal("the same seed has another order")
			}
			got[i]++
		}
		for _, s := range shares {
			sum, least, most := 0, math.MaxInt, 0
			for _, i := range s.Selected {
				sum, least, most = sum+got[i], min(least, got[i]), max(most, got[i])
			}
			if want := float64(arrivals) * float64(s.Weight) / float64(total); math.Abs(float64(sum)-want) >= 1 {
				t.Fatalf("%d of %d arrivals, want %g", sum, arrivals, want)
			}
			if most-least > 1 {
				t.Fatalf("%v: turns of %v", got, s.Selected)
			}
		}
	})
}

func TestApportion(t *testing.T) {
	shares := []Share{{Weight: 7}, {Weight: 2}, {Weight: 1}}
	for size, want := range map[int][]int{10: {7, 2, 1}, 1: {1, 0, 0}, 3: {2, 1, 0}, 5: {3, 1, 1}, 0: {0, 0, 0}} {
		if size == 5 {
			want = []int{4, 1, 0} // 3.5, 1, 0.5: of equal remainders the first
		}
		if got := apportion(shares, 10, size); !slices.Equal(got, want) {
			t.Errorf("%d: %v, want %v", size, got, want)
		}
	}
}

func TestMixThatIsWrong(t *testing.T) {
	for want, shares := range map[string][]Share{
		"both must be at least 1":           {{Selected: []int{0, 1}}},
		"for 0 scenarios":                   {{Weight: 1}},
		"scenario 1 is not selected":        {{Weight: 1, Selected: []int{0, 0, 1}}},
		"scenario 3 is not selected":        {{Weight: 1, Selected: []int{0, 1, 2}}},
		"scenario 2 is selected and has no": {{Weight: 1, Selected: []int{0}}},
		"too fine":                          {{Weight: 1 << 30, Selected: []int{0}}, {Weight: 1<<30 + 1, Selected: []int{1}}},
	} {
		if _, err := newMixer(shares, 2, 1, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
