package value

import (
	"context"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// TestADocumentIsNotComparedWithItself: a JSON document is about now. What it says is no baseline, no day that is over
// and no hour after a release, and nothing of the kind is kept.
func TestADocumentIsNotComparedWithItself(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "doc.json"), []byte(`{"failed":4000,"orders":1200000}`), 0o600); err != nil {
		t.Fatal(err)
	}
	documents := &measure.Documents{Dir: dir, Address: func(ir.Measure, measure.Window) (string, error) { return "doc.json", nil }}
	m := ir.Measure{Name: "losses", Count: "failed", Per: "orders", From: "json", Better: "lower", MDE: "20%"}
	for _, c := range []struct {
		line    string
		verdict Verdict
		reason  Reason
		says    string
	}{
		{"at most 5,000 losses", Delivered, "", "4,000 losses in 1,200,000 orders"},
		{"at most 3,000 losses every day", Missed, "", "(4,000)"}, // today is one too many
		{"losses no worse than last week", Undecided, NoBaseline, "the JSON document of losses is about now, and says nothing of last week"},
		{"losses unchanged within 30%", Undecided, NoBaseline, "says nothing of release 2.3.1"},
		{"at most 5,000 losses every day", Undecided, NoData, "of Tuesday 3 March 2026, Wednesday 4 March 2026"},
		{"at most 5,000 losses on 3 of 4 days", Undecided, NoData, "says nothing of Friday 6 March 2026"},
		{"at most 5,000 losses in the first 24 hours", Undecided, NoData, "says nothing of the first 24 hours of release 2.4.0"},
		{"fewer losses each week", Undecided, IncompleteWindow, "0 are known"},
	} {
		kept := &remembered{}
		r := read(t, []ir.Measure{m}, released, map[string]measure.Source{"json": measure.JSON{Documents: documents}}, kept, c.line)[0]
		if j := r.Judgements[0]; j.Verdict != c.verdict || j.Reason != c.reason || !strings.Contains(j.Sentence, c.says) {
			t.Errorf("%s: %s %s: %s", c.line, j.Verdict, j.Reason, j.Sentence)
		}
		if len(kept.pinned) > 0 {
			t.Errorf("%s: %+v was kept as a baseline", c.line, kept.pinned)
		}
	}
}

type remembered struct{ pinned []Pinned }

func (r *remembered) Pinned(context.Context, []string) ([]Pinned, error) { return nil, nil }
func (r *remembered) Pin(_ context.Context, list []Pinned) error {
	r.pinned = append(r.pinned, list...)
	return nil
}
func (r *remembered) Named(context.Context) ([]Named, error) { return nil, nil }

// daily is a source that knows what happened since a time, so much an hour.
type daily struct{ since time.Time }

func (d daily) Sample(_ context.Context, m ir.Measure, w measure.Window) (measure.Observation, error) {
	hours := w.To.Sub(w.From).Hours()
	if w.From.Before(d.since) {
		hours = max(0, w.To.Sub(d.since).Hours())
	}
	age := tuesday.Sub(w.To).Hours() / 24 / 7 // weeks ago there were more
	n := int64(hours * 40 * (1 + max(0, age)))
	return measure.Observation{Window: w, Since: w.From, Coverage: 1, Events: big.NewRat(n, 1), Exposure: big.NewRat(int64(hours*1000), 1), Source: "sql"}, nil
}

func TestWordsOfWindows(t *testing.T) {
	m := ir.Measure{Name: "mistakes", Count: "select n from m where at between :from and :to", Per: "select n from sums where at between :from and :to", From: "sql", Better: "lower", MDE: "20%"}
	sources := map[string]measure.Source{"sql": daily{tuesday.AddDate(0, 0, -25)}}
	tokyo := released
	tokyo.Zone = time.FixedZone("JST", 9*3600)
	for _, c := range []struct {
		line string
		at   Times
		says []string
		not  string
	}{
		// a query has no plain word for what it counts
		{"make at most 5 mistakes", released, []string{" in 192,000 chances, and at most 5 were promised"}, ":to"},
		// weeks in which there was no chance of any are not weeks with none
		{"make fewer mistakes each week", released, []string{"(–, –, –, –, "}, "(0,"},
		// what is over is told from what was promised
		{"make no mistakes on 9 of 10 days", released, []string{"it held on 0 of 7 days, and not on Tuesday 3 March 2026"}, "of 10 days, and"},
		// the first hours of a week are none of the release
		{"make no worse mistakes than last week", released, []string{" of this week ("}, "hours of release"},
	} {
		j := read(t, []ir.Measure{m}, c.at, sources, nil, c.line)[0].Judgements
		if len(j) == 0 {
			t.Errorf("%s: unbound", c.line)
			continue
		}
		for _, says := range c.says {
			if !strings.Contains(j[0].Sentence, says) {
				t.Errorf("%s: %s", c.line, j[0].Sentence)
			}
		}
		if strings.Contains(j[0].Sentence, c.not) {
			t.Errorf("%s: %s", c.line, j[0].Sentence)
		}
	}
	if j := read(t, []ir.Measure{m}, released, map[string]measure.Source{"sql": daily{tuesday}}, nil, "make at most 5 mistakes an hour")[0].Judgements[0]; j.Sentence != "0 mistakes in 0 chances: nothing happened, so nothing was shown" {
		t.Error(j.Sentence)
	}
	if j := read(t, []ir.Measure{m}, released, sources, nil, "make fewer mistakes than this time last year")[0].Judgements[0]; j.Reason != NoBaseline || !strings.Contains(j.Sentence, "0 mistakes in 0 chances this time last year:") {
		t.Errorf("%s %s", j.Reason, j.Sentence)
	}
	// a day of Tokyo begins on the day before in UTC
	if j := read(t, []ir.Measure{m}, tokyo, sources, nil, "make at most 500 mistakes every day")[0].Judgements[0]; j.Window.Words != "since 3 March 2026" {
		t.Errorf("%s: %v", j.Window.Words, j.Window.From)
	}
	// each claim is told in the words of its own window, also where another has the same
	day := Times{Now: tuesday, Alone: true, Releases: []Release{{Version: "2.4.0", At: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)}}}
	for _, r := range read(t, []ir.Measure{m}, day, sources, nil, "make at most 500 mistakes every day", "make at most 500 mistakes in the first 24 hours")[1:] {
		if w := r.Judgements[0].Window.Words; w != "in the first 24 hours of release 2.4.0" {
			t.Error(w)
		}
	}
}

// TestExposureNoun: the word comes from a name. A query has none.
func TestExposureNoun(t *testing.T) {
	for _, c := range []struct {
		m    ir.Measure
		want string
	}{
		{ir.Measure{From: "prometheus", Per: `calculator_sums_total{env="x"}`}, "sums"},
		{ir.Measure{From: "prometheus", Per: `sum(calculator_sums_total)`}, "chances"},
		{ir.Measure{From: "sql", Per: "select count(*) from sums where at >= :from and at < :to"}, "chances"},
		{ir.Measure{From: "sql", Of: "select n from sums where at between :from and :to"}, "chances"},
		{ir.Measure{From: "json", Per: "$.shop.orders"}, "orders"},
		{ir.Measure{From: "json", Per: "len(body.orders)"}, "chances"},
		{ir.Measure{From: "csv", Per: "page views"}, "views"},
		{ir.Measure{From: "csv", Per: "*"}, "chances"},
		{ir.Measure{From: "history", Of: "scenarios of smoke"}, "scenarios"},
	} {
		if got := exposureNoun(c.m); got != c.want {
			t.Errorf("%+v: %q", c.m, got)
		}
	}
}

// twoTimes is a source that saw so much in a window until today, and so much before.
type twoTimes struct{ now, before [2]int64 }

func (f twoTimes) Sample(_ context.Context, m ir.Measure, w measure.Window) (measure.Observation, error) {
	seen := f.before
	if w.To.After(tuesday.Truncate(24 * time.Hour)) {
		seen = f.now
	}
	return measure.Observation{Window: w, Since: w.From, Coverage: 1, Events: big.NewRat(seen[0], 1), Exposure: big.NewRat(seen[1], 1), Source: "sql"}, nil
}

// TestPlanAgainstAPromise: to show 20% fewer takes more than to show fewer.
func TestPlanAgainstAPromise(t *testing.T) {
	m := ir.Measure{Name: "mistakes", Count: "m", Per: "sums_total", From: "sql", Better: "lower", MDE: "20%"}
	sources := map[string]measure.Source{"sql": twoTimes{now: [2]int64{22, 11_000}, before: [2]int64{104, 28_000}}}
	for line, want := range map[string]string{
		"make 20% fewer mistakes than the average of the last 2 weeks": "126 of about 502 mistakes needed", // 104 are too few to tell .54 from .8
	} {
		if j := read(t, []ir.Measure{m}, released, sources, nil, line)[0].Judgements[0]; j.Needed != want {
			t.Errorf("%s: %s %s", line, j.Needed, j.Sentence)
		}
	}
}

// TestNothingIsNoBaseline: none in no chances is kept neither by itself nor under a name, for it would stay.
func TestNothingIsNoBaseline(t *testing.T) {
	m := ir.Measure{Name: "mistakes", Count: "m", Per: "sums_total", From: "sql", Better: "lower", MDE: "20%"}
	for before, kept := range map[[2]int64]int{{0, 0}: 0, {0, 10}: 1, {9, 1000}: 1} {
		past := &remembered{}
		sources := map[string]measure.Source{"sql": twoTimes{now: before, before: before}}
		read(t, []ir.Measure{m}, released, sources, past, "make fewer mistakes")
		if len(past.pinned) != kept {
			t.Errorf("%v: %+v", before, past.pinned)
		}
		p := NewPlan(nil, []ir.Measure{m}, released)
		p.Observe([]string{"mistakes"}, time.Time{}, time.Time{})
		named, unkept := p.Observed(p.Ask(t.Context(), sources, nil, 1), "the fair")
		if len(named) != kept || len(unkept) != 1-kept || kept == 0 && unkept[0].Why != "0 sums: nothing happened, so there is nothing to compare with later" {
			t.Errorf("%v: %+v %+v", before, named, unkept)
		}
	}
}

// TestTodayCountsAmongTheLastDays: a day that goes on may break a promise of the last days already.
func TestTodayCountsAmongTheLastDays(t *testing.T) {
	m := ir.Measure{Name: "mistakes", Count: "m", Per: "sums_total", From: "sql", Better: "lower", MDE: "20%"}
	for today, verdict := range map[int64]Verdict{21: Missed, 20: Delivered} {
		sources := map[string]measure.Source{"sql": twoTimes{now: [2]int64{today, 100}, before: [2]int64{3, 100}}}
		j := read(t, []ir.Measure{m}, released, sources, nil, "at most 20 mistakes every day over the last 5 days")[0].Judgements[0]
		if j.Verdict != verdict {
			t.Errorf("%d today: %s %s", today, j.Verdict, j.Sentence)
		}
	}
}
