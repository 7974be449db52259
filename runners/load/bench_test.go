package load

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/rate"
)

func nothing(context.Context, string, string) (int, error) { return 200, nil }

// What a journey of one request costs beside the request: the scheduler, the session, the recorder. An operation
// is one journey; all arrive at once, so that the time line never waits.
func BenchmarkOpen(b *testing.B) {
	for _, requests := range []int{1, 3} {
		b.Run(fmt.Sprintf("requests=%d", requests), func(b *testing.B) {
			b.ReportAllocs()
			p := &ir.Program{}
			var steps []string
			for range requests {
				steps = append(steps, "GET /", "the status is 200")
			}
			plan := planOf(p, scenarioOf(p, "look", steps...))
			perSecond := float64(rate.Most)
			length := time.Duration(float64(b.N) / perSecond * float64(time.Second))
			l := &Runner{
				Drivers: server(nothing).drivers, MaxInFlight: 1 << 30,
				Profile: rate.Profile{Segments: []rate.Segment{{From: perSecond, To: perSecond, Over: max(length, time.Microsecond)}}},
			}
			r := prepared(b, l, plan)
			r.shards = nil
			b.ResetTimer()
			r.load(b.Context())
			count := r.whole().of(Key{Of: OfJourneys}).count
			b.ReportMetric(float64(count)/b.Elapsed().Seconds()/float64(runtime.GOMAXPROCS(0)), "journeys/s/core")
		})
	}
}

// A journey of one request allocates no more than this.
func TestAllocationsOfAJourney(t *testing.T) {
	p := &ir.Program{}
	plan := planOf(p, scenarioOf(p, "look", "GET /", "the status is 200"))
	r := prepared(t, &Runner{Profile: profileOf(t, "1/s for 1s"), Drivers: server(nothing).drivers}, plan)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got := testing.AllocsPerRun(1000, func() { r.journey(ctx, r.shards[0], r.ways[0], -1, 1, time.Now()) })
	// the session, the journey, its spans and the method value that observes; the fake driver's answer
	if got > 5 {
		t.Errorf("%g allocations a journey", got)
	}
}
