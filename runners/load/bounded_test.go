package load

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// A load of days costs no more memory than one of minutes: whatever servers answer, what is kept of a run has an end.
// Here the worst of a while comes again and again, told once a second as in a run.
func TestStateOfARunIsBounded(t *testing.T) {
	p := &ir.Program{}
	r := prepared(t, &Runner{Profile: profileOf(t, "10000/s for 24h"), Drivers: server(nothing).drivers}, planOf(p, scenarioOf(p, "look", "GET /")))
	last, n := &interval{}, 0
	second := func() {
		s := r.shards[0]
		for range 2000 {
			n++
			name, m := fmt.Sprint("GET /", n), Measurement{Took: time.Duration(n%1000) * time.Millisecond, Failed: true, Code: 400 + n%200, Cause: fmt.Sprint("cause ", n)}
			s.journey(r.ways[0], m)
			s.step([]string{name}, "", m)
			s.request(name, m, hit{})
			s.vitals(name, &runners.Vitals{LCP: m.Took + 1, FCP: 1, TTFB: 1, CLS: shifted(float64(n%7) / 10)})
			s.late(m.Took)
			r.evidence.admit(m.Cause)
		}
		r.emitInterval(last)
	}
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for range 20 {
		second()
	}
	before := held()
	for range 20 {
		second()
	}
	if grown := int64(held()) - int64(before); grown > 2<<20 {
		t.Errorf("%d KB more after twice the time", grown>>10)
	}
	if got := r.whole().of(Key{Of: OfJourneys}).count; got != 40*2000 {
		t.Errorf("%d journeys were counted", got)
	}
}
