package reporters

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/runners"
)

// However long a load lasts, its points are few and in order, every count is in them, and so is the slowest, the
// fewest and the most of them.
func TestSeriesAreBoundedAndLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := loadSeries{most: rapid.SampledFrom([]int{2, 3, 10, 300}).Draw(t, "most"), whole: rapid.Bool().Draw(t, "whole")}
		n := rapid.IntRange(1, 10*l.most).Draw(t, "intervals")
		few := rapid.Int64Range(0, 5)
		type sum struct { // reckoned by itself, in other words than the series'
			asked, started, dropped, least, most, journeys, failed, causes, late int64
			took, p95, max                                                       time.Duration
		}
		want, got := sum{least: 99, p95: -1, max: -1}, sum{least: 99, p95: -1, max: -1}
		for i := range n {
			at := time.Duration(i) * time.Second
			s := &runners.Summary{From: at, To: at + time.Second, Asked: few.Draw(t, "asked"), Started: few.Draw(t, "started"), Dropped: few.Draw(t, "dropped"), InFlight: few.Draw(t, "in flight")}
			want.asked, want.started, want.dropped = want.asked+s.Asked, want.started+s.Started, want.dropped+s.Dropped
			want.least, want.most = min(want.least, s.Started), max(want.most, s.InFlight)
			if rapid.Bool().Draw(t, "measured") {
				p95 := time.Duration(few.Draw(t, "p95")) * ms
				s.Groups = []runners.Group{{Of: ofStep, Name: "late", Count: 1}, {Of: ofJourneys, Count: 2, Failed: 1, Sum: 3 * ms,
					Errors: []runners.Cause{{Key: "no answer", Count: 1}}, Latency: map[string]any{"p95": p95, "max": 2 * p95}}}
				want.journeys, want.failed, want.causes, want.took = want.journeys+2, want.failed+1, want.causes+1, want.took+3*ms
				want.p95, want.max = max(want.p95, p95), max(want.max, 2*p95)
				if !l.whole {
					want.late++
				}
			}
			l.add(s)
		}
		if len(l.points) > l.most {
			t.Errorf("%d points of %d intervals, and %d at most were expected", len(l.points), n, l.most)
		}
		for i, p := range l.points {
			if before := l.points[max(0, i-1)].to; i > 0 && p.from != before || i == 0 && p.from != 0 {
				t.Errorf("point %d begins at %s", i, p.from)
			}
			if long := p.to - p.from; long != time.Duration(l.merged)*time.Second && i < len(l.points)-1 {
				t.Errorf("point %d is %s long, of %d intervals", i, long, l.merged)
			}
			g := l.at(groupKey{of: ofJourneys}, i)
			got.asked, got.started, got.dropped = got.asked+p.asked, got.started+p.started, got.dropped+p.dropped
			got.least, got.most, got.causes = min(got.least, p.least), max(got.most, p.inFlight), got.causes+p.causes["no answer"]
			got.journeys, got.failed, got.took = got.journeys+g.count, got.failed+g.failed, got.took+g.sum
			got.p95, got.max = max(got.p95, g.p95), max(got.max, g.max)
			got.late += l.at(groupKey{of: ofStep, name: "late"}, i).count
		}
		if got != want || l.points[len(l.points)-1].to != time.Duration(n)*time.Second {
			t.Errorf("the points add up to %+v, expected %+v", got, want)
		}
	})
}

// A rest of an interval is no fall of the rate.
func TestTheRestOfAnIntervalIsPartOfTheLast(t *testing.T) {
	l := loadSeries{most: mostDrawn}
	for i, s := range []*runners.Summary{{To: time.Second, Asked: 20}, {From: time.Second, To: 2 * time.Second, Asked: 20}, {From: 2 * time.Second, To: 3 * time.Second, Asked: 20}, {From: 3 * time.Second, To: 3010 * ms}} {
		s.Groups = []runners.Group{{Of: ofJourneys, Count: int64(i)}}
		l.add(s)
	}
	l.settle()
	if n := len(l.points); n != 3 || l.points[2].to != 3010*ms || l.points[2].asked != 20 || l.at(groupKey{of: ofJourneys}, 2).count != 5 {
		t.Errorf("%d points: %+v", n, l.points)
	}
	l.settle()
	if len(l.points) != 3 {
		t.Error("whole intervals were joined")
	}
}

// A load of three days has a report of the size of one of an hour, and says how long its seconds are.
func TestALoadOfDaysHasABoundedReport(t *testing.T) {
	long := newTape()
	long.begin()
	long.stageStarted("load", runners.Info{Runner: "load"})
	const seconds = 3 * 24 * 3600
	latency := map[string]any{"mean": ms, "p50": ms, "p90": ms, "p95": ms, "p99": 2 * ms, "max": 3 * ms}
	for i := range seconds {
		at := time.Duration(i) * time.Second
		groups := []runners.Group{{Of: ofJourneys, Count: 1, Sum: ms, Latency: latency}, {Of: ofRequests, Count: 2, Sum: ms, Latency: latency}}
		if i == 100_000 {
			groups[0] = runners.Group{Of: ofJourneys, Count: 1, Failed: 1, Sum: 1001 * ms, Latency: map[string]any{"p50": ms, "max": 1001 * ms}, Errors: []runners.Cause{{Key: "no answer", Count: 1}}}
		}
		long.emit(runners.Event{Kind: runners.Summarised, Summary: &runners.Summary{From: at, To: at + time.Second, Asked: 1, Started: 1, Groups: groups}})
	}
	long.emit(runners.Event{Kind: runners.Summarised, Summary: &runners.Summary{To: seconds * time.Second, Final: true, Asked: seconds, Started: seconds, Groups: []runners.Group{{Of: ofJourneys, Count: seconds, Failed: 1}}}})
	long.stageFinished(runners.GatePassed, seconds*time.Second, nil, "")
	long.end(runners.GatePassed, seconds*time.Second)

	text := written(t, "json", Options{}, long.events)
	var doc struct{ Stages []struct{ Load loadJSON } }
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	load := doc.Stages[0].Load
	var journeys, failed, requests int64
	slowest := ""
	for _, s := range load.Seconds {
		journeys, failed, requests = journeys+s.Journeys, failed+s.Failed, requests+s.Requests
		if s.Failed > 0 {
			slowest = s.Latency.Max
		}
	}
	if len(load.Seconds) > mostSeconds || load.Resolution != "4m16s" || journeys != seconds || failed != 1 || requests != 2*seconds || slowest != "1.001s" {
		t.Errorf("%d points of %q: %d journeys, %d failed, %d requests, the slowest %s", len(load.Seconds), load.Resolution, journeys, failed, requests, slowest)
	}
	for format, most := range map[string]int{"json": 600 << 10, "html": 300 << 10, "pretty": 4 << 10, "junit": 4 << 10, "markdown": 4 << 10} {
		if n := len(written(t, format, Options{}, long.events)); n > most {
			t.Errorf("%s has %d bytes, and %d at most were expected", format, n, most)
		}
	}
	if page := written(t, "html", Options{}, long.events); !strings.Contains(page, "Each point is 1024 intervals") {
		t.Error("the page does not say how long a point is")
	}
}
