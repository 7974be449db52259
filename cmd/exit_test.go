package cmd

import "testing"

// TestWorst is about several exit codes at once: 2, 3, 1, 4, 0 in this order.
func TestWorst(t *testing.T) {
	order := []int{2, 3, 1, 4, 0}
	for i, worse := range order {
		for _, better := range order[i:] {
			if got := worst(better, worse); got != worse {
				t.Errorf("worst(%d, %d) = %d, expected %d", better, worse, got, worse)
			}
			if got := worst(worse, better); got != worse {
				t.Errorf("worst(%d, %d) = %d, expected %d", worse, better, got, worse)
			}
		}
	}
	if got := worst(); got != 0 {
		t.Errorf("worst() = %d, expected 0", got)
	}
}
