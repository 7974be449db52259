package dsl

import (
	"syscall"
	"testing"
	"time"
)

// cpu reports the processor time of each iteration since it was made, beside the goal in milliseconds: what else runs
// on a machine changes it little.
func cpu(b *testing.B, goal float64) func() {
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	return func() {
		b.ReportMetric(float64(used()-before)/1e6/float64(b.N), "cpu-ms/op")
		b.ReportMetric(goal, "goal-cpu-ms")
	}
}
