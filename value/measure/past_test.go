package measure

import (
	"context"
	"encoding/json"
	"math/big"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/history"
)

func minute(minutes int) time.Time { return begun.Add(time.Duration(minutes) * time.Minute) }

// look at a process that started at a minute; n < 0 is no series.
func looked(minutes, started, n int) *Snapshot {
	s := &Snapshot{At: minute(minutes), Source: "http://app/metrics", Started: float64(minute(started).Unix()), Types: map[string]string{}}
	if n >= 0 {
		s.Series = []Series{{Name: "x_total", Value: float64(n)}, {Name: "all_total", Value: float64(100 * n)}}
	}
	return s
}

func stopped(s *Snapshot) *Snapshot {
	s.Final = true
	return s
}

func keeping(list ...*Snapshot) OpenMetrics {
	return OpenMetrics{Kept: func(_ context.Context, from, to time.Time) (found []*Snapshot, err error) {
		var before *Snapshot
		for _, x := range list {
			text, err := json.Marshal(x)
			if err != nil {
				return nil, err
			}
			s, err := DecodeSnapshot(text)
			if err != nil {
				return nil, err
			}
			if s.At.Before(from) {
				before = s
			} else if s.At.Before(to) {
				found = append(found, s)
			}
		}
		if before != nil {
			found = append([]*Snapshot{before}, found...)
		}
		return found, nil
	}}
}

func TestKeptLooks(t *testing.T) {
	m := ir.Measure{Name: "x", Count: "x_total", Per: "all_total"}
	w := func(from, to int) Window { return Window{From: minute(from), To: minute(to), Words: "then"} }
	for _, c := range []struct {
		name   string
		looks  []*Snapshot
		w      Window
		want   string
		low    float64
		within float64
		gap    string
	}{
		{"the difference of two looks", []*Snapshot{looked(0, -60, 10), looked(60, -60, 17)}, w(0, 61), "7", .95, 1, ""},
		{"the look before the window is its start", []*Snapshot{looked(-1, -60, 10), looked(30, -60, 15), looked(60, -60, 17)}, w(0, 60), "7", .95, 0, ""},
		{"a process that started in the window counts from 0", []*Snapshot{looked(59, 1, 17)}, w(0, 60), "17", .95, 1, ""},
		{"two lives, and what lies between them is lost", []*Snapshot{looked(0, -60, 10), looked(20, -60, 12), looked(60, 40, 5)}, w(0, 60), "7", .66, .66, "the process restarted"},
		{"two lives, the first stopped after the look", []*Snapshot{looked(0, -60, 10), stopped(looked(20, -60, 12)), looked(60, 40, 5)}, w(0, 60), "7", 1, 1, ""},
		{"it was stopped, and nothing runs", []*Snapshot{looked(0, -60, 10), stopped(looked(20, -60, 12))}, w(0, 60), "2", 1, 1, ""},
		{"nothing ran before it started", []*Snapshot{stopped(looked(45, 40, 5))}, w(0, 60), "5", 1, 1, ""},
		{"nobody looked at the end", []*Snapshot{looked(0, -60, 10), looked(30, -60, 12)}, w(0, 60), "2", .5, 1, "nobody looked after 2 March 10:30:00 UTC"},
		{"nobody looked at the start", []*Snapshot{looked(-30, -60, 4), looked(30, -60, 10), looked(59, -60, 12)}, w(0, 60), "2", .48, 1, "nobody looked before 2 March 10:30:00 UTC"},
		{"several answer in turn", []*Snapshot{looked(0, -60, 10), looked(10, -50, 100), looked(59, -60, 12)}, w(0, 60), "2", 0, 0, "several processes answered in turn"},
		{"a counter that fell", []*Snapshot{looked(0, -60, 10), looked(59, -60, 3)}, w(0, 60), "3", 0, 0, "x_total fell, so it began again"},
		{"other windows are not touched", []*Snapshot{looked(-100, -200, 1), looked(-70, -200, 3), looked(0, -60, 10), looked(60, -60, 17)}, w(-100, -60), "2", .75, 1, "nobody looked after"},
	} {
		o, err := keeping(c.looks...).Sample(t.Context(), m, c.w)
		if err != nil || o.Events.RatString() != c.want || o.Coverage < c.low-.01 || o.Coverage > c.low+.06 || o.Within < c.within-.01 || !strings.HasPrefix(o.Gap, c.gap) {
			t.Errorf("%s: %v %+v", c.name, err, o)
		}
	}
	for _, c := range []struct {
		looks    []*Snapshot
		w        Window
		sentence string
	}{
		{nil, w(0, 60), "no look at the metrics was kept from 2 March 2026 10:00:00 to 2 March 2026 11:00:00 UTC"},
		{[]*Snapshot{looked(-1, -60, 3)}, w(0, 60), "no look at the metrics was kept"},
		{[]*Snapshot{looked(0, -60, 3), looked(60, -60, -1)}, w(0, 61), "x_total was there at the start and is gone"},
	} {
		if _, err := keeping(c.looks...).Sample(t.Context(), m, c.w); err == nil || !strings.HasPrefix(err.Error(), c.sentence) {
			t.Errorf("%v", err)
		}
	}
	if _, err := DecodeSnapshot([]byte("{}")); err == nil {
		t.Error("a scrape without a time was read")
	}
}

// TestTheLookOfNowSpeaksForTheProcess: without anything kept it is judged since the process started, and says so.
func TestTheLookOfNowSpeaksForTheProcess(t *testing.T) {
	m := ir.Measure{Name: "x", Count: "x_total"}
	w := Window{From: minute(0), To: minute(60), Open: true, Words: "since release 2", Release: "2"}
	o := keeping()
	o.End = looked(60, -30, 9)
	if got, err := o.Sample(t.Context(), m, w); err != nil || got.Events.RatString() != "9" || got.Window.Words != "since the process started at 2026-03-02 09:30:00 UTC" {
		t.Errorf("%v %+v", err, got)
	}
	o = keeping(looked(0, -30, 4))
	o.End = looked(60, -30, 9)
	if got, err := o.Sample(t.Context(), m, w); err != nil || got.Events.RatString() != "5" || got.Window.Words != "since release 2" || got.Coverage < .99 {
		t.Errorf("%v %+v", err, got)
	}
	o = keeping(looked(1, -30, 4), looked(50, -30, 8))
	o.Failed = failed(SourceFailed, "http://app/metrics refused the connection")
	if got, err := o.Sample(t.Context(), m, w); err != nil || got.Events.RatString() != "4" || !got.Window.To.Equal(minute(50)) || len(got.Notes) != 1 {
		t.Errorf("%v %+v", err, got)
	}
	o.Kept = nil
	if _, err := o.Sample(t.Context(), m, w); err == nil || err.Error() != "http://app/metrics refused the connection" {
		t.Error(err)
	}
}

// TestLooksAddUp: however the looks lie, what is counted between the first and the last of one process is their
// difference, and never more than there was.
func TestLooksAddUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n, started, passed, counted, first, lost := 0, -10, 0, 0, 0, 0
		var list []*Snapshot
		for i := range rapid.IntRange(2, 12).Draw(rt, "looks") {
			passed += rapid.IntRange(1, 9).Draw(rt, "minutes")
			rise := rapid.IntRange(0, 50).Draw(rt, "events")
			if i > 0 && rapid.IntRange(0, 4).Draw(rt, "restarts") == 0 {
				lost += rise
				n, started = 0, passed
				passed++
			}
			n += rise
			if i == 0 {
				first = n
			} else {
				counted += rise
			}
			list = append(list, looked(passed, started, n))
		}
		_ = first
		from := Window{From: list[0].At, To: list[len(list)-1].At.Add(time.Second)}
		o, err := keeping(list...).Sample(context.Background(), ir.Measure{Name: "x", Count: "x_total"}, from)
		if err != nil {
			rt.Fatal(err)
		}
		if o.Events.Cmp(big.NewRat(int64(counted), 1)) != 0 || o.Coverage < 0 || o.Coverage > 1 {
			rt.Fatalf("%s, want %d (covered %v)", o.Events, counted, o.Coverage)
		}
	})
}

func TestNarrowed(t *testing.T) {
	m := ir.Measure{From: "prometheus", Count: `orders_total{shop="a",}`, Per: "sum by (job) (visits_total)", Quantile: "seconds", Value: "a + b"}
	n, f := Narrowed(m, `{version="2"}`)
	if f != nil || n.Count != `orders_total{shop="a",version="2"}` || n.Per != `sum by (job) (visits_total{version="2"})` || n.Quantile != `seconds{version="2"}` || n.Value != "a + b" {
		t.Errorf("%+v %v", n, f)
	}
	if _, f := Narrowed(m, `version=2`); f == nil {
		t.Error("it is no matcher")
	}
	m.From = "sql"
	if _, f := Narrowed(m, `version="2"`); f == nil || f.Reason != SourceFailed {
		t.Error(f)
	}
	m = WithoutSynthetic(ir.Measure{From: "openmetrics", Count: "orders_total"})
	o := OpenMetrics{End: &Snapshot{At: minute(1), Started: 1, Series: []Series{{Name: "orders_total", Value: 3}, {Name: "orders_total", Labels: Labels{"user_agent_synthetic_type": "test"}, Value: 9}}}}
	if got, err := o.Sample(t.Context(), m, Window{To: minute(1), Open: true}); err != nil || got.Events.RatString() != "3" {
		t.Errorf("%+v %v", got, err)
	}
}

// TestKeptObservations: what was encoded is what comes back.
func TestKeptObservations(t *testing.T) {
	h := hdr.New(1, 60_000_000, 3)
	_ = h.RecordValues(300_000, 9)
	_ = h.RecordValues(700_000, 1)
	for _, o := range []Observation{
		{Events: big.NewRat(7, 2), Exposure: big.NewRat(1000, 1), Coverage: .97, Since: minute(0), Source: "s", Query: "q"},
		{Gauge: &Gauge{N: 3, Mean: 1.5, Variance: .25, Min: 1, Max: 2}, Coverage: 1},
		{Distribution: Durations([]time.Duration{time.Second, 300 * time.Millisecond}), Coverage: 1},
		{Distribution: Buckets{bounds: []*big.Rat{big.NewRat(3, 10)}, counts: []int64{9}, count: 10, time: true}, Coverage: 1},
		{Distribution: HDR{h, unitOf(h)}, Coverage: 1},
	} {
		rest, events, exposure, err := Encode(o)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(rest, events, exposure)
		if err != nil || back.Coverage != o.Coverage || !back.Since.Equal(o.Since) || (back.Events == nil) != (o.Events == nil) || o.Events != nil && back.Events.Cmp(o.Events) != 0 || !reflect.DeepEqual(back.Gauge, o.Gauge) {
			t.Errorf("%v %+v", err, back)
		}
		if o.Distribution == nil {
			continue
		}
		for _, limit := range []*big.Rat{big.NewRat(3, 10), big.NewRat(2, 1)} {
			a, err1 := o.Distribution.AtMost(limit)
			b, err2 := back.Distribution.AtMost(limit)
			if a != b || (err1 == nil) != (err2 == nil) {
				t.Errorf("%T %s: %d %d", o.Distribution, limit, a, b)
			}
		}
	}
	for _, text := range []string{`{`, `{"hdr":"x"}`, `{"buckets":{"bounds":["1"],"counts":[]}}`, `{"samples":["x"]}`} {
		if _, err := Decode(text, "", ""); err == nil {
			t.Errorf("%s was read", text)
		}
	}
	if _, _, _, err := Encode(Observation{}); err == nil {
		t.Error("nothing was kept")
	}
}

// TestHDRCountsOnlyWhatIsSurelyWithin: the bucket that a limit lies in holds both.
func TestHDRCountsOnlyWhatIsSurelyWithin(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := hdr.New(1, 60_000_000, 3)
		limit := rapid.Int64Range(1000, 5_000_000).Draw(rt, "limit")
		var within int64
		for range rapid.IntRange(1, 50).Draw(rt, "samples") {
			us := rapid.Int64Range(1, 10_000_000).Draw(rt, "us")
			_ = h.RecordValue(us)
			if us <= limit {
				within++
			}
		}
		n, err := HDR{h, unitOf(h)}.AtMost(big.NewRat(limit, 1_000_000))
		near, _ := HDR{h, unitOf(h)}.AtMost(big.NewRat(limit*1003, 1_000_000_000))
		if err != nil || n > within || near < within {
			rt.Fatalf("%d of %d within, %d a little above: %v", n, within, near, err)
		}
	})
	ns, us := hdr.New(1, int64(time.Minute), 3), hdr.New(1, 60_000_000, 3)
	_ = ns.RecordValues(int64(200*time.Millisecond), 3)
	_ = us.RecordValues(400_000, 2)
	for _, pair := range [][2]*hdr.Histogram{{ns, us}, {us, ns}} {
		sum, f := HDR{pair[0], unitOf(pair[0])}.plus(HDR{pair[1], unitOf(pair[1])})
		if f != nil || sum.Count() != 5 {
			t.Fatal(f, sum.Count())
		}
		if n, _ := sum.AtMost(big.NewRat(3, 10)); n != 3 {
			t.Error(n)
		}
	}
	h := hdr.New(1, 60_000_000, 3)
	_ = h.RecordValue(60_000_000)
	if _, err := (HDR{h, unitOf(h)}).AtMost(big.NewRat(120, 1)); err == nil {
		t.Error("what is longer than a minute is not told apart")
	}
}

func TestWhatRunsFound(t *testing.T) {
	store, err := history.Open(filepath.Join(t.TempDir(), "history.db"), history.Options{Project: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for i, failed := range []int{3, 1} {
		start := minute(60 * i)
		run, err := store.BeginRun(history.Run{ID: string(rune('a' + i)), Start: start})
		if err != nil {
			t.Fatal(err)
		}
		stage, err := run.BeginStage(history.Stage{Name: "uat", Environment: "test", Start: start})
		if err != nil {
			t.Fatal(err)
		}
		for k := range 10 {
			status := "passed"
			if k < failed {
				status = "failed"
			}
			if err := stage.Scenario(history.Scenario{Scenario: string(rune('a' + k)), Status: status, Start: start, Duration: time.Duration(k+1) * time.Second}); err != nil {
				t.Fatal(err)
			}
		}
		if err := stage.Verdict(history.Verdict{Claim: history.Claim{ID: "c"}, Verdict: "missed", At: start}); err != nil {
			t.Fatal(err)
		}
		if err := stage.End("failed", start.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if err := run.End("failed", start.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	source := History{Store: store, Environment: "test"}
	for _, c := range []struct {
		m                ir.Measure
		w                Window
		events, exposure string
	}{
		{ir.Measure{Count: "failed scenarios", Of: "scenarios"}, hour(0), "3", "10"},
		{ir.Measure{Count: "failed scenarios", Of: "scenarios"}, hour(1), "1", "10"},
		{ir.Measure{Count: "failed scenarios of uat"}, Window{From: minute(0), To: minute(120)}, "4", "20"},
		{ir.Measure{Count: "failed runs", Of: "runs"}, Window{From: minute(0), To: minute(120)}, "2", "2"},
		{ir.Measure{Count: "missed claims", Of: "claims"}, hour(0), "1", "1"},
		{ir.Measure{Count: "passed stages", Of: "stages"}, hour(0), "0", "1"},
	} {
		o, err := source.Sample(t.Context(), c.m, c.w)
		if err != nil || o.Events.RatString() != c.events || o.Exposure.RatString() != c.exposure {
			t.Errorf("%s: %+v %v", c.m.Count, o, err)
		}
	}
	o, err := source.Sample(t.Context(), ir.Measure{Quantile: "scenarios"}, hour(0))
	if err != nil || o.Distribution.Count() != 10 {
		t.Fatalf("%+v %v", o, err)
	}
	if n, _ := o.Distribution.AtMost(big.NewRat(3, 1)); n != 3 {
		t.Error(n)
	}
	for _, c := range []struct {
		m        ir.Measure
		w        Window
		reason   Reason
		sentence string
	}{
		{ir.Measure{Count: "failed scenarios"}, hour(5), NoData, "no scenarios are recorded of"},
		{ir.Measure{Count: "broken scenarios"}, hour(0), SourceFailed, `scenarios do not end "broken"`},
		{ir.Measure{Count: "http_requests_total"}, hour(0), SourceFailed, `"http_requests_total" is nothing that a history counts`},
		{ir.Measure{Value: "x"}, hour(0), SourceFailed, "a history counts"},
	} {
		if _, err := source.Sample(t.Context(), c.m, c.w); err == nil || !strings.HasPrefix(err.Error(), c.sentence) || err.(*Failure).Reason != c.reason {
			t.Errorf("%+v: %v", c.m, err)
		}
	}
	if _, err := (History{}).Sample(t.Context(), ir.Measure{Name: "x", Count: "runs"}, hour(0)); err == nil {
		t.Error("without a history nothing is counted")
	}
}
