//go:build !race

package secret_test

import "testing"

// The race detector makes pools forget on purpose; there is nothing to count under it.
func TestMaskOfOrdinaryTextDoesNotAllocate(t *testing.T) {
	s := many(t, 1000)
	s.Mask(ordinary)
	// A garbage collection can empty the pool, hence less than one a run instead of none.
	if n := testing.AllocsPerRun(200, func() { s.Mask(ordinary) }); n >= 1 {
		t.Errorf("%v allocations", n)
	}
}
