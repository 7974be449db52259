package cmd

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// headroom is how much garbage may gather under load before it is collected, in bytes. Go collects when as much
// garbage has gathered as there is live data, and a load generator has so little of that, that it would collect all
// the time; with thousands of journeys in flight it has much, and should not take the same again.
const headroom = 64 << 20

// collectLate gives the collector that headroom until done is called. Each collection sets the percentage for the
// next one.
func collectLate() (done func()) {
	before := debug.SetGCPercent(100)
	var over atomic.Bool
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	var again func(*[16]byte)
	again = func(*[16]byte) {
		if over.Load() {
			return
		}
		metrics.Read(live)
		debug.SetGCPercent(int(min(max(headroom*100/max(live[0].Value.Uint64(), 1), 25), 3200)))
		runtime.SetFinalizer(new([16]byte), again) // called after the next collection
	}
	again(nil)
	return func() {
		over.Store(true)
		debug.SetGCPercent(before)
	}
}
