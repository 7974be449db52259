package history_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/history"
)

var noon = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open opens a history of the project shop, whose clock stands at noon.
func open(t testing.TB, path string) *history.Store {
	t.Helper()
	return openWith(t, path, history.Options{Project: "shop"})
}

func openWith(t testing.TB, path string, o history.Options) *history.Store {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return noon }
	}
	s, err := history.Open(path, o)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func begin(t testing.TB, s *history.Store, id string) *history.RunWriter {
	t.Helper()
	w, err := s.BeginRun(history.Run{ID: id, Digest: "sha256:1f", Tool: "hoops 0.1.0"})
	must(t, err)
	return w
}

func beginStage(t testing.TB, w *history.RunWriter, st history.Stage) *history.StageWriter {
	t.Helper()
	to, err := w.BeginStage(st)
	must(t, err)
	return to
}

func verdict(claim string) history.Verdict {
	return history.Verdict{
		Claim: history.Claim{ID: claim, Clause: claim, Feature: "calculator", Words: "make fewer silly mistakes", Reading: "fewer silly mistakes than the previous release",
			Measure: "silly mistakes", Target: "fewer", Owner: "numeracy-team", Source: "prometheus", Query: "calculator_mistakes_total"},
		At: noon, Verdict: "undecided", Reason: "straddles", Sentence: "12 per 10,000 sums since 2.4.0 (21 in 17,500); 19 under 2.3.1",
		Observed: "21 silly mistakes", Interval: "between 62 % fewer and 3 % more", Events: "21", Exposure: "17500",
		From: noon.Add(-time.Hour), To: noon, Grade: "C", WouldChange: "448 more silly mistakes",
	}
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), ".hoops", "history.db") }

func same[T any](t testing.TB, want T) func(got T, err error) {
	return func(got T, err error) {
		t.Helper()
		must(t, err)
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}

func found[T any](t testing.TB, want T) func(got T, found bool, err error) {
	return func(got T, found bool, err error) {
		t.Helper()
		same(t, want)(got, err)
		if !found {
			t.Error("not found")
		}
	}
}

func TestRoundTrip(t *testing.T) {
	path := file(t)
	s := open(t, path)
	w, err := s.BeginRun(history.Run{ID: "a", Digest: "sha256:1f", Tool: "hoops 0.1.0", Overrides: []string{"--rate 5/s", "--param \"x\x00"}, Seed: 1<<64 - 1, Start: noon})
	must(t, err)
	stage := history.Stage{Name: "load", Runner: "load", Driver: "http", Environment: "staging", URL: "https://shop.example", Release: "2.4.0", Selected: 2, Start: noon.Add(1)}
	st := beginStage(t, w, stage)
	scenarios := []history.Scenario{
		{Feature: "f", Scenario: "f/s", Row: "r", Name: "ünï\x00code\n", Status: "flaky", Attempts: 2, Start: noon.Add(3), Duration: 7, Place: "f.feature:3:1", Cause: "why"},
		{Scenario: "f/t", Status: "passed"},
		{Scenario: "f/u", Status: "passed", Start: time.Unix(0, 0).UTC()},
	}
	for _, sc := range scenarios {
		must(t, st.Scenario(sc))
	}
	summary := history.Summary{From: 1, To: 60e9, Final: true, Of: "step", Name: "pays", Scenario: "f/s", Count: 1 << 62, Failed: 2, Dropped: 3, Histogram: "HISTFAAA", Detail: []byte(`{"codes": {"200": 5}}`)}
	must(t, st.Summary(history.Summary{Of: "step", Name: "pays"}))
	must(t, st.Summary(summary))
	v := verdict("calculator#1")
	v.SoFar, v.Guardrail, v.Detail = true, true, []byte(`{"help":["x"]}`)
	v.Events, v.Exposure = "1/3", "-0.25"
	must(t, st.Verdict(v))
	other := verdict("calculator#1/1")
	other.From, other.To, other.At, other.Clause = time.Time{}, time.Time{}, noon.Add(time.Hour), "calculator#1"
	must(t, st.Verdict(other))

	none, err := s.Scenarios("a", "load")
	if must(t, err); none != nil {
		t.Error("rows are there before they are committed")
	}
	must(t, st.End("failed", noon.Add(time.Minute)))
	must(t, w.End("failed", noon.Add(2*time.Minute)))

	for _, how := range []string{"written", "closed and opened", "read only"} {
		t.Run(how, func(t *testing.T) {
			if how != "written" {
				must(t, s.Close())
				s = openWith(t, path, history.Options{Project: "shop", ReadOnly: how == "read only"})
			}
			run := history.Run{ID: "a", Number: 1, Digest: "sha256:1f", Tool: "hoops 0.1.0", Overrides: []string{"--rate 5/s", "--param \"x\x00"}, Seed: 1<<64 - 1, Start: noon, End: noon.Add(2 * time.Minute), Outcome: "failed"}
			same(t, []history.Run{run})(s.Runs(history.RunFilter{}))
			found(t, run)(s.Run("a"))
			stage.End, stage.Outcome, stage.Counts = noon.Add(time.Minute), "failed", map[string]int{"passed": 2, "flaky": 1}
			same(t, []history.Stage{stage})(s.Stages("a"))
			same(t, scenarios)(s.Scenarios("a", "load"))
			same(t, scenarios)(s.Scenarios("a", ""))
			same(t, []history.Summarised{{Summary: summary, Run: "a", Stage: "load", Environment: "staging", Release: "2.4.0", Start: noon.Add(1)}})(
				s.Summaries(history.SummaryFilter{Of: "step", Name: "pays", Final: true, Environment: "staging", Release: "2.4.0", Run: "a", Stage: "load", Since: noon, Before: noon.Add(2), Limit: 5}))
			in := func(v history.Verdict) history.Verdict {
				v.Run, v.Stage, v.Environment, v.Release = "a", "load", "staging", "2.4.0"
				return v
			}
			same(t, []history.Verdict{in(other), in(v)})(s.Verdicts(history.VerdictFilter{Clause: "calculator#1", Detail: true}))
			bare := in(v)
			bare.Detail = nil
			same(t, []history.Verdict{bare})(s.Verdicts(history.VerdictFilter{Claim: "calculator#1", Feature: "calculator", Environment: "staging", Release: "2.4.0", Run: "a", Since: noon, Before: noon.Add(1), Limit: 1}))
			same(t, []history.Verdict{in(other)})(s.Verdicts(history.VerdictFilter{Limit: 1}))
			same(t, []history.Claim{v.Claim, other.Claim})(s.Claims())
			same(t, []history.Digest{{Digest: "sha256:1f", Tool: "hoops 0.1.0", At: noon, Runs: 1}})(s.Digests())
			must(t, s.Check())
		})
	}
}

func TestFiltersLeaveOut(t *testing.T) {
	s := open(t, file(t))
	w := begin(t, s, "a")
	st := beginStage(t, w, history.Stage{Name: "value", Environment: "production", Release: "1"})
	must(t, st.Verdict(verdict("c")))
	must(t, st.Summary(history.Summary{Of: "step"}))
	must(t, st.End("passed", noon))
	must(t, w.End("passed", noon))
	for _, f := range []history.VerdictFilter{{Claim: "x"}, {Clause: "x"}, {Feature: "x"}, {Environment: "x"}, {Release: "x"}, {Run: "x"}, {Since: noon.Add(1)}, {Before: noon}} {
		if list, err := s.Verdicts(f); err != nil || len(list) > 0 {
			t.Errorf("%+v: %d, %v", f, len(list), err)
		}
	}
	for _, f := range []history.RunFilter{{Stage: "x"}, {Environment: "x"}, {Outcome: "failed"}, {Since: noon.Add(1)}, {Before: noon}} {
		if list, err := s.Runs(f); err != nil || len(list) > 0 {
			t.Errorf("%+v: %d, %v", f, len(list), err)
		}
	}
	for _, f := range []history.SummaryFilter{{Run: "x"}, {Stage: "x"}, {Environment: "x"}, {Release: "x"}, {Of: "x"}, {Name: "x"}, {Final: true}, {Since: noon.Add(1)}, {Before: noon}} {
		if list, err := s.Summaries(f); err != nil || len(list) > 0 {
			t.Errorf("%+v: %d, %v", f, len(list), err)
		}
	}
	if _, found, err := s.Run("b"); found || err != nil {
		t.Error(found, err)
	}
}

func TestProjectsDoNotSeeEachOther(t *testing.T) {
	path := file(t)
	shop, bank := open(t, path), openWith(t, path, history.Options{Project: "bank"})
	for range 2 {
		for _, s := range []*history.Store{shop, bank} {
			runs, err := s.Runs(history.RunFilter{})
			must(t, err)
			w := begin(t, s, fmt.Sprint("run-", len(runs)))
			if n := w.Run().Number; n != len(runs)+1 {
				t.Errorf("number %d after %d runs", n, len(runs))
			}
			st := beginStage(t, w, history.Stage{Name: "value"})
			must(t, st.Verdict(verdict("c")))
			must(t, st.End("passed", noon))
		}
	}
	must(t, shop.AddRelease(history.Release{Environment: "production", Version: "1"}))
	must(t, shop.AddScrape(history.Scrape{Environment: "production", JSON: []byte("{}")}))
	same(t, []history.Release(nil))(bank.Releases("production"))
	if _, found, err := bank.LastScrape("production", time.Time{}); found || err != nil {
		t.Error(found, err)
	}
	_, err := bank.Prune(noon.Add(time.Hour), 0)
	must(t, err)
	if list, err := shop.Verdicts(history.VerdictFilter{}); err != nil || len(list) != 2 {
		t.Error(len(list), err)
	}
	reader := openWith(t, path, history.Options{Project: "nobody", ReadOnly: true})
	same(t, []history.Run(nil))(reader.Runs(history.RunFilter{}))
}

func TestReleases(t *testing.T) {
	s := open(t, file(t))
	add := func(version string, hours int) {
		t.Helper()
		must(t, s.AddRelease(history.Release{Environment: "production", Version: version, At: noon.Add(time.Duration(hours) * time.Hour)}))
	}
	add("2", 20) // recorded late, so not in the order of their times
	add("1", 10)
	add("1", 10)
	add("1", 11)
	add("2", 21)
	add("1", 30) // rolled back
	must(t, s.AddRelease(history.Release{Environment: "staging", Version: "9", Digest: "sha256:1f"}))
	for _, c := range []struct {
		at                int
		current, previous string
	}{
		{9, "", ""}, {10, "1@10", ""}, {15, "1@10", ""}, {20, "2@20", "1@10"}, {25, "2@20", "1@10"}, {30, "1@30", "2@20"}, {99, "1@30", "2@20"},
	} {
		at := noon.Add(time.Duration(c.at) * time.Hour)
		show := func(r history.Release, found bool, err error) string {
			if must(t, err); !found {
				return ""
			}
			return fmt.Sprintf("%s@%v", r.Version, r.At.Sub(noon).Hours())
		}
		if got := show(s.Current("production", at)); got != c.current {
			t.Errorf("at %d the current release is %q, want %q", c.at, got, c.current)
		}
		if got := show(s.Previous("production", at)); got != c.previous {
			t.Errorf("at %d the previous release is %q, want %q", c.at, got, c.previous)
		}
	}
	list, err := s.Releases("production")
	if must(t, err); len(list) != 5 || list[0].Version != "1" || !list[0].At.Equal(noon.Add(30*time.Hour)) {
		t.Errorf("%v", list)
	}
	same(t, []history.Release{{Environment: "staging", Version: "9", At: noon, Digest: "sha256:1f"}})(s.Releases("staging"))
	wants(t, history.Wrong, s.AddRelease(history.Release{Environment: "staging", Version: "9", Digest: "sha256:2e"}))
}

func TestWhatIsPinnedFirstStays(t *testing.T) {
	s := open(t, file(t))
	b := history.Baseline{Claim: "c", Environment: "production", Release: "1", Pinned: noon, From: noon, To: noon.Add(time.Hour), Events: "33", Exposure: "17400", Histogram: "H", QueryHash: "q"}
	same(t, b)(s.Pin(b))
	later := b
	later.Events, later.Pinned, later.To = "34", noon.Add(5), noon.Add(2*time.Hour)
	same(t, b)(s.Pin(later))
	found(t, b)(s.Baseline("c", "production"))
	next := later
	next.Release = "2"
	same(t, next)(s.Pin(next))
	found(t, next)(s.Baseline("c", "production"))
	same(t, []history.Baseline{next, b})(s.Baselines("c", "production"))
	if _, found, err := s.Baseline("c", "staging"); found || err != nil {
		t.Error(found, err)
	}
}

// A name is pinned once; what replaces it counts from then on, and nothing that stood there is lost, by pruning neither.
func TestANamedBaselineStays(t *testing.T) {
	s := open(t, file(t))
	n := history.Named{Name: "spring", Measure: "mistakes", Baseline: history.Baseline{Environment: "production", Release: "1", Pinned: noon, From: noon, To: noon.Add(time.Hour),
		Events: "33", Exposure: "17400", Histogram: "H", QueryHash: "q"}}
	pin := func(n history.Named, replace, fresh bool, want history.Named) {
		t.Helper()
		got, new, err := s.PinNamed(n, replace)
		if must(t, err); new != fresh || !cmp.Equal(got, want) {
			t.Errorf("%v %+v, expected %v %+v", new, got, fresh, want)
		}
	}
	pin(n, false, true, n)
	later := n
	later.Events, later.Pinned = "34", noon.Add(5)
	pin(later, false, false, n)
	pin(later, true, true, later)
	pin(n, false, false, later)
	other, away := n, n
	other.Measure, away.Environment = "refunds", "staging"
	pin(other, false, true, other)
	pin(away, false, true, away)
	_, err := s.Prune(noon.AddDate(10, 0, 0), 0)
	must(t, err)
	same(t, []history.Named{other, later, n})(s.Named("production"))
	same(t, []history.Named{away, other, later, n})(s.Named(""))
	if list, err := s.Baselines("", "production"); err != nil || len(list) > 0 {
		t.Error(list, err)
	}
	_, _, err = s.PinNamed(history.Named{Measure: "m", Baseline: n.Baseline}, false)
	wants(t, history.Wrong, err)
	_, _, err = s.PinNamed(history.Named{Name: "n", Measure: "m"}, false)
	wants(t, history.Wrong, err)
}

// Two who pin a name at once pin it once.
func TestANameIsPinnedOnceByWhoeverComesFirst(t *testing.T) {
	path := file(t)
	var fresh atomic.Int64
	var all sync.WaitGroup
	for i := range 6 {
		s := open(t, path)
		all.Go(func() {
			n := history.Named{Name: "spring", Measure: "mistakes", Baseline: history.Baseline{Environment: "e", Pinned: noon, From: noon, To: noon.Add(time.Hour), Events: fmt.Sprint(i), QueryHash: "q"}}
			if _, new, err := s.PinNamed(n, false); err != nil {
				t.Error(err)
			} else if new {
				fresh.Add(1)
			}
		})
	}
	all.Wait()
	if list, err := open(t, path).Named("e"); err != nil || len(list) != 1 || fresh.Load() != 1 {
		t.Errorf("%d were the first: %+v %v", fresh.Load(), list, err)
	}
}

// What was not run is told beside what was, in the order in which it was left out, and goes with its run.
func TestStagesThatWereNotRun(t *testing.T) {
	s := open(t, file(t))
	w := begin(t, s, "run-1")
	must(t, w.Skip(history.Skipped{Name: "load", Why: "uat failed"}))
	must(t, w.Skip(history.Skipped{Name: "probe", Why: "uat failed"}))
	must(t, w.Skip(history.Skipped{Name: "load", Why: "another reason"}))
	wants(t, history.Wrong, w.Skip(history.Skipped{Name: "load"}))
	must(t, w.End("failed", noon))
	same(t, []history.Skipped{{Name: "load", Why: "uat failed"}, {Name: "probe", Why: "uat failed"}})(s.Skipped("run-1"))
	if _, err := s.Prune(noon.AddDate(1, 0, 0), 0); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Skipped("run-1"); err != nil || len(list) > 0 {
		t.Error(list, err)
	}
}

func TestScrapes(t *testing.T) {
	s := open(t, file(t))
	at := func(n int) history.Scrape {
		return history.Scrape{Environment: "local", At: noon.Add(time.Duration(n)), Release: "1", Source: "http://127.0.0.1/metrics", JSON: fmt.Appendf(nil, `{"n": %d}`, n)}
	}
	for _, n := range []int{3, 1, 2} {
		must(t, s.AddScrape(at(n)))
	}
	found(t, at(3))(s.LastScrape("local", time.Time{}))
	found(t, at(2))(s.LastScrape("local", noon.Add(3)))
	same(t, []history.Scrape{at(2), at(1)})(s.Scrapes(history.ScrapeFilter{Environment: "local", Release: "1", Source: "http://127.0.0.1/metrics", Since: noon, Before: noon.Add(3), Limit: 9}))
	same(t, []history.Scrape(nil))(s.Scrapes(history.ScrapeFilter{Release: "2"}))
	if _, found, err := s.LastScrape("", time.Time{}); found || err != nil {
		t.Error(found, err)
	}
}

// wants fails unless the error is of this reason, names the file and ends without a period.
func wants(t testing.TB, why history.Reason, err error) *history.Error {
	t.Helper()
	var e *history.Error
	if !errors.As(err, &e) || e.Reason != why {
		t.Fatalf("%v, want one that is %s", err, why)
	}
	if !strings.HasPrefix(e.Error(), "history "+e.Path+": ") || strings.HasSuffix(e.Error(), ".") {
		t.Errorf("%q", e)
	}
	return e
}

func TestRowsThatMayNotBeKept(t *testing.T) {
	s := open(t, file(t))
	w := begin(t, s, "a")
	st := beginStage(t, w, history.Stage{Name: "uat"})
	again := func(_ any, err error) error { return err }
	with := func(change func(*history.Verdict)) history.Verdict {
		v := verdict("c")
		change(&v)
		return v
	}
	for want, err := range map[string]error{
		"a run cannot be kept: it has no id":                                     again(s.BeginRun(history.Run{})),
		"run a is recorded already":                                              again(s.BeginRun(history.Run{ID: "a"})),
		"a run cannot be kept: its start, 3000-01-01T00:00:00Z, is too far away": again(s.BeginRun(history.Run{ID: "b", Start: time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)})),
		"a stage cannot be kept: it has no name":                                 again(w.BeginStage(history.Stage{})),
		"run a has a stage uat already":                                          again(w.BeginStage(history.Stage{Name: "uat"})),
		"a scenario cannot be kept: it has no status":                            st.Scenario(history.Scenario{Scenario: "s"}),
		"a scenario cannot be kept: it has no id":                                st.Scenario(history.Scenario{Status: "passed"}),
		"a summary cannot be kept: its detail is not JSON":                       st.Summary(history.Summary{Of: "step", Detail: []byte("{")}),
		"a verdict cannot be kept: it has no verdict":                            st.Verdict(with(func(v *history.Verdict) { v.Verdict = "" })),
		"a verdict cannot be kept: it has no claim":                              st.Verdict(with(func(v *history.Verdict) { v.ID = "" })),
		`a verdict cannot be kept: its events, "1e9", is no exact number`:        st.Verdict(with(func(v *history.Verdict) { v.Events = "1e9" })),
		`a verdict cannot be kept: its exposure, "1/0", is no exact number`:      st.Verdict(with(func(v *history.Verdict) { v.Exposure = "1/0" })),
		"the end of a stage cannot be kept: it has no outcome":                   st.End("", noon),
		"the end of a run cannot be kept: it has no outcome":                     w.End("", noon),
		"a release cannot be kept: it has no environment":                        s.AddRelease(history.Release{Version: "1"}),
		"a release cannot be kept: it has no version":                            s.AddRelease(history.Release{Environment: "e"}),
		"a scrape cannot be kept: its JSON is not JSON":                          s.AddScrape(history.Scrape{Environment: "e", JSON: []byte("x")}),
		"a baseline cannot be kept: it has neither events nor a histogram":       again(s.Pin(history.Baseline{Claim: "c", Environment: "e", QueryHash: "q", From: noon, To: noon})),
		"a baseline cannot be kept: it does not say its start":                   again(s.Pin(history.Baseline{Claim: "c", Environment: "e", QueryHash: "q", Events: "1", To: noon})),
		"the limit of pruning cannot be kept: it does not say its time":          again(s.Prune(time.Time{}, 1)),
	} {
		if got := strings.TrimPrefix(wants(t, history.Wrong, err).Error(), "history "+err.(*history.Error).Path+": "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	must(t, st.End("passed", noon))
	must(t, st.Flush())
	wants(t, history.Wrong, st.End("passed", noon))
	wants(t, history.Wrong, st.Scenario(history.Scenario{Scenario: "s", Status: "passed"}))
	must(t, w.End("passed", noon))
	wants(t, history.Wrong, w.End("passed", noon))
	wants(t, history.Wrong, again(w.BeginStage(history.Stage{Name: "late"})))
}

func TestManyRowsDoNotWaitForTheEnd(t *testing.T) {
	s := open(t, file(t))
	st := beginStage(t, begin(t, s, "a"), history.Stage{Name: "probe"})
	for i := range 6000 {
		must(t, st.Scenario(history.Scenario{Scenario: fmt.Sprint(i), Status: "passed"}))
	}
	count := func() int {
		list, err := s.Scenarios("a", "probe")
		must(t, err)
		for i, sc := range list {
			if sc.Scenario != fmt.Sprint(i) {
				t.Fatalf("%s is at %d", sc.Scenario, i)
			}
		}
		return len(list)
	}
	if n := count(); n != 5000 {
		t.Errorf("%d are kept after 6000", n)
	}
	must(t, st.Flush())
	if n := count(); n != 6000 {
		t.Errorf("%d are kept after the flush", n)
	}
	same(t, []history.Stage{{Name: "probe", Start: noon, Counts: map[string]int{"passed": 6000}}})(s.Stages("a"))
}
