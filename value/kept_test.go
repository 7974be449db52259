package value

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/value/measure"
)

// app is an application with metrics, in a time of its own.
type app struct {
	t              testing.TB
	server         *httptest.Server
	now, started   time.Time
	mistakes, sums int
	kept           [][]byte // scrapes as a history keeps them
}

func newApp(t testing.TB) *app {
	a := &app{t: t, now: time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC)}
	a.started = a.now
	a.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "process_start_time_seconds %d\ncalculator_mistakes_total %d\ncalculator_sums_total %d\n", a.started.Unix(), a.mistakes, a.sums)
	}))
	t.Cleanup(a.server.Close)
	return a
}

func (a *app) look() *measure.Snapshot {
	a.t.Helper()
	s, err := measure.Scraper{URL: a.server.URL, Version: "test", Now: func() time.Time { return a.now }}.Scrape(context.Background())
	if err != nil {
		a.t.Fatal(err)
	}
	return s
}

// keep looks, and keeps what it sees as a history does.
func (a *app) keep() *measure.Snapshot {
	s := a.look()
	text, err := json.Marshal(s)
	if err != nil {
		a.t.Fatal(err)
	}
	a.kept = append(a.kept, text)
	return s
}

func (a *app) source(now *measure.Snapshot) measure.OpenMetrics {
	return measure.OpenMetrics{End: now, Kept: func(_ context.Context, from, to time.Time) (list []*measure.Snapshot, err error) {
		var before *measure.Snapshot
		for _, text := range a.kept {
			s, err := measure.DecodeSnapshot(text)
			if err != nil {
				return nil, err
			}
			switch {
			case s.At.Before(from):
				before = s
			case s.At.Before(to):
				list = append(list, s)
			}
		}
		if before != nil {
			list = append([]*measure.Snapshot{before}, list...)
		}
		return list, nil
	}}
}

func (a *app) restart() { a.started, a.mistakes, a.sums = a.now, 0, 0 }

func (a *app) run(d time.Duration, sums, mistakes int) {
	a.keep()
	a.now = a.now.Add(d)
	a.sums += sums
	a.mistakes += mistakes
	a.keep()
}

// TestTheCalculatorWhole: release 1 makes mistakes and release 2 fewer; with too few sums that is not known, and with
// enough it is.
func TestTheCalculatorWhole(t *testing.T) {
	a := newApp(t)
	var releases []Release
	release := func(version string) {
		releases = append(releases, Release{Version: version, At: a.now})
	}
	judge := func(past Past) Judgement {
		t.Helper()
		times := Times{Now: a.now, Alone: true, Releases: releases}
		r := read(t, []ir.Measure{calculator}, times, map[string]measure.Source{"openmetrics": a.source(a.look())}, past, "make fewer silly mistakes")[0]
		if len(r.Judgements) != 1 {
			t.Fatalf("%+v", r)
		}
		return r.Judgements[0]
	}
	check := func(j Judgement, verdict Verdict, reason Reason, sentence string) {
		t.Helper()
		if j.Verdict != verdict || j.Reason != reason || j.Sentence != sentence {
			t.Errorf("%s %s: %s\nwant %s", j.Verdict, j.Reason, j.Sentence, sentence)
		}
	}
	check(judge(nil), Undecided, NoBaseline, "no release is recorded, so there is no previous release to compare with")
	release("1")
	a.run(5*time.Minute, 1000, 40)
	check(judge(nil), Undecided, NoBaseline, "release 1 is the first that is recorded, so there is no release before it")
	a.now = a.now.Add(time.Second)
	a.restart()
	release("2")
	a.run(time.Minute, 100, 1)
	check(judge(nil), Undecided, TooEarly, "1 silly mistake in 100 sums since release 2 (1 per 100 sums); 40 silly mistakes in 1,000 sums under release 1 (4 per 100 sums): "+
		"75% fewer, and the truth lies between 100% fewer and 2.56 times as many: 100 of about 602 sums needed, if it stays 75% fewer")
	a.run(5*time.Minute, 2000, 12)
	check(judge(nil), Delivered, "", "13 silly mistakes in 2,100 sums since release 2 (6.19 per 1,000 sums); 40 silly mistakes in 1,000 sums under release 1 (40 per 1,000 sums): "+
		"84.5% fewer, and the truth lies between 95.1% fewer and 59.2% fewer, as promised so far")
	// the first release's process is gone, and so is what it counted after the last look
	a.kept = a.kept[2:]
	if j := judge(nil); j.Verdict != Undecided || j.Reason != NoBaseline || !strings.Contains(j.Sentence, "no look at the metrics was kept") {
		t.Errorf("%+v", j)
	}
}

// pins is a history of baselines.
type pins struct {
	list  []Pinned
	named []Named
	asked int
	err   error
}

func (p *pins) Pinned(_ context.Context, claims []string) (found []Pinned, err error) {
	p.asked++
	for i := len(p.list) - 1; i >= 0; i-- {
		for _, c := range claims {
			if c == p.list[i].Claim {
				found = append(found, p.list[i])
			}
		}
	}
	return found, p.err
}

func (p *pins) Named(context.Context) ([]Named, error) { return p.named, p.err }

func (p *pins) Pin(_ context.Context, list []Pinned) error {
	p.list = append(p.list, list...)
	return p.err
}

// TestABaselineIsPinned: what was compared once stays what it was, though the source forgets or changes it.
func TestABaselineIsPinned(t *testing.T) {
	x := worldly()
	sources := map[string]measure.Source{"prometheus": x, "sql": x}
	past := &pins{}
	lines := []string{"make fewer mistakes", "answer searches faster", "grow revenue by £500 a week", "have 2% more confirmed orders", "make 0 mistakes"}
	first := read(t, acceptance, released, sources, past, lines...)
	if len(past.list) != 4 {
		t.Fatalf("%+v", past.list)
	}
	changed := worldly() // the source says something else now
	changed.since = tuesday.AddDate(0, 0, -100)
	sources["prometheus"], sources["sql"] = changed, changed
	again := read(t, acceptance, released, sources, past, lines...)
	for i := range lines[:4] {
		a, b := first[i].Judgements[0], again[i].Judgements[0]
		if b.Baseline.Pinned.IsZero() && len(past.list) != 4 || a.Baseline.Observed != b.Baseline.Observed {
			t.Errorf("%s: %+v and then %+v", lines[i], a.Baseline, b.Baseline)
		}
	}
	// a measure that asks something else now has no baseline that is kept
	other := append([]ir.Measure(nil), acceptance...)
	other[0].Count = "calculator_errors_total"
	times := released
	times.Releases = nil
	j := read(t, other, times, sources, past, "make fewer mistakes")[0].Judgements[0]
	if j.Reason != NoBaseline || !strings.Contains(j.Sentence, "the measure was changed since its baseline was pinned") {
		t.Errorf("%+v", j)
	}
	// without releases the pinned one is the baseline
	if j := read(t, acceptance, times, sources, past, "make fewer mistakes")[0].Judgements[0]; j.Baseline == nil || j.Baseline.Words != "release 2.3.1" || j.Reason == NoBaseline {
		t.Errorf("%+v", j)
	}
	past.err = fmt.Errorf("the disk is full")
	if j := read(t, acceptance, released, sources, past, "make fewer mistakes")[0].Judgements[0]; j.Reason == NoBaseline || !strings.Contains(strings.Join(j.Notes, " "), "the history could not be read: the disk is full") {
		t.Errorf("%+v", j)
	}
}

// TestWhatIsJudgedCanBePinned is hoops value pin: without a release, now is the baseline of later.
func TestWhatIsJudgedCanBePinned(t *testing.T) {
	a := newApp(t)
	a.run(5*time.Minute, 1000, 40)
	promises := []Promise{{Feature{ID: "a"}, ir.Clause{ID: "a#1", Claims: []ir.Claim{{Measure: "silly mistakes", Mode: ir.Inferred, Statistic: ir.StatRatio, Compare: "<", Target: "1", Baseline: "previous release"}}}}}
	past := &pins{}
	plan := func() (*Plan, *Answers) {
		p := NewPlan(promises, []ir.Measure{calculator}, Times{Now: a.now, Alone: true})
		return p, p.Ask(t.Context(), map[string]measure.Source{"openmetrics": a.source(a.look())}, past, 1)
	}
	p, answers := plan()
	if j := p.Judge(answers)[0].Judgements[0]; j.Reason != NoBaseline {
		t.Fatalf("%+v", j)
	}
	if err := past.Pin(t.Context(), p.Pins(answers)); err != nil || len(past.list) != 1 || past.list[0].Events != "40" {
		t.Fatalf("%v %+v", err, past.list)
	}
	a.now = a.now.Add(time.Minute)
	a.restart()
	a.run(5*time.Minute, 2000, 12)
	p, answers = plan()
	j := p.Judge(answers)[0].Judgements[0]
	if j.Verdict != Delivered || j.Baseline.Words != "the pinned baseline" || j.Baseline.Pinned.IsZero() {
		t.Errorf("%+v", j)
	}
}

// TestARunIsASample: its percentiles are judged by their bounds, though the run is over, and add up over its groups.
func TestARunIsASample(t *testing.T) {
	group := func(name string, fast, slow int64) runners.Group {
		h := hdr.New(1, 60_000_000, 3)
		_ = h.RecordValues(120_000, fast)
		_ = h.RecordValues(800_000, slow)
		text, err := h.Encode(hdr.V2CompressedEncodingCookieBase)
		if err != nil {
			t.Fatal(err)
		}
		return runners.Group{Of: "step", Name: name, Count: fast + slow, Histogram: string(text)}
	}
	m := ir.Measure{Name: "checkout", From: "run", Quantile: "duration", Step: "the customer pays", Unit: "s", Better: "lower", Says: []string{"answer {quantity} of checkouts"}}
	now := time.Date(2026, 3, 9, 10, 10, 0, 0, time.UTC)
	times := Times{Now: now, Run: measure.Window{From: now.Add(-10 * time.Minute), To: now, Words: "this run", Open: true}}
	judge := func(source measure.Run) Judgement {
		t.Helper()
		r := read(t, []ir.Measure{m}, times, map[string]measure.Source{"run": source}, nil, "have 95% of checkout within 300 ms")[0]
		if len(r.Judgements) != 1 {
			t.Fatalf("%+v", r)
		}
		return r.Judgements[0]
	}
	for _, c := range []struct {
		fast, slow int64
		want       string
	}{{962, 38, "delivered"}, {961, 39, "straddles"}, {938, 62, "straddles"}, {937, 63, "missed"}, {58, 0, "straddles"}, {59, 0, "delivered"}, {0, 0, "no_data"}} {
		groups, err := RunGroups([]runners.Group{group("the customer pays", c.fast/2, c.slow), group("the customer pays", c.fast-c.fast/2, 0), group("something else", 9, 9)})
		if err != nil {
			t.Fatal(err)
		}
		j := judge(measure.Run{Groups: groups, Began: times.Run.From})
		if got := cmp.Or(string(j.Reason), string(j.Verdict)); got != c.want {
			t.Errorf("%+v: %s %s", c, got, j.Sentence)
		}
	}
	if j := judge(measure.Run{Groups: []measure.Group{SampleGroup("step", "the customer pays", []time.Duration{time.Millisecond})}, Loads: 4, Missing: []string{"part 2 did not end", "part 4 could not run"}}); j.Reason != ShardMissing ||
		j.Sentence != "the samples of 2 of 4 loads did not come in: part 2 did not end; part 4 could not run" {
		t.Errorf("%+v", j)
	}
	if _, err := RunGroups([]runners.Group{{Of: "step", Histogram: "nonsense"}}); err == nil {
		t.Error("a damaged histogram was read")
	}
}
