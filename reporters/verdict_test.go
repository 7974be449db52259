package reporters

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// judgedTape is a value stage whose verdicts say all that they can.
func judgedTape() *tape {
	t := newTape()
	day := func(n int) time.Time { return time.Date(2026, 3, n, 9, 0, 0, 0, time.UTC) }
	t.begin()
	t.stageStarted("value", runners.Info{Runner: "value", Environment: "production", Release: "2.4.0"})
	for _, v := range []runners.Verdict{
		{Clause: "addition#1", Claim: "addition#1/1", Words: "make fewer silly mistakes", Reading: "fewer silly mistakes per sum than under the previous release",
			Measure: "silly mistakes", Mode: "inferred", Verdict: "undecided", Reason: "straddles",
			Sentence: "21 silly mistakes in 17,500 sums since release 2.4.0; 33 in 17,400 under release 2.3.1: 37% fewer, and the truth lies between 62% fewer and 3% more",
			Observed: "12 per 10,000 sums", Target: "fewer", Exposure: "17,500 sums", Window: "since release 2.4.0", From: day(7), To: day(14), Coverage: .98,
			Events: "21", Exposed: "17500", Interval: "between 62% fewer and 3% more", Point: "0.6327", Low: "0.3786", High: "1.0319", Level: .9, Compare: "<", Bound: "1", Unit: "ratio",
			Baseline: &runners.Baseline{Words: "release 2.3.1", Release: "2.3.1", From: day(1), To: day(7), Pinned: day(8), Observed: "19 per 10,000 sums", Exposure: "17,400 sums",
				Events: "33", Exposed: "17400", Point: "0.001897"},
			Needed: "54 of about 502 silly mistakes needed", Projected: time.Date(2026, 4, 14, 0, 0, 0, 0, time.UTC), Grade: "C", WouldChange: "more sums",
			Owner: "numeracy-team", Source: "prometheus https://metrics.example", Query: "calculator_mistakes_total per calculator_sums_total", QueryHash: "8e3459c18e553940",
			Notes: []string{"the days were not alike, so the interval is wider"}},
		{Clause: "addition#1", Claim: "addition#1/2", Words: "make fewer silly mistakes", Reading: "no slow sums", Measure: "slow sums", Guardrail: true, Verdict: "delivered", SoFar: true,
			Sentence: "0 slow sums in 17,500 sums, as promised so far", Observed: "0", Target: "0", Window: "since release 2.4.0", From: day(7), To: day(14), Coverage: 1,
			Events: "0", Exposed: "17500", Point: "0", Compare: "=", Bound: "0", Grade: "D", Owner: "numeracy-team", Source: "prometheus https://metrics.example"},
		{Clause: "flight#1", Words: "fly", Verdict: "unbound", Sentence: "no measure is called flights", Rewrites: []string{"fly 0 times"}},
	} {
		t.emit(runners.Event{Kind: runners.Judged, Feature: strings.Split(v.Clause, "#")[0], Verdict: &v})
	}
	t.stageFinished(runners.GateUndecided, 20*time.Millisecond, nil, "")
	t.end(runners.GateUndecided, 25*time.Millisecond)
	return t
}

func TestVerdictsSayWhatTheyRestOn(t *testing.T) {
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			golden(t, "judged."+format, written(t, format, Options{}, judgedTape().events))
		})
	}
}

// A single line of what is written, and no library, is what other programs read.
func TestMetricsOfVerdictsAreWellFormed(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed: apt-get install prometheus")
	}
	for name, events := range map[string][]runners.Event{"judged": judgedTape().events, "hostile": hostile().events} {
		check := exec.Command(tool, "check", "metrics")
		check.Stdin = strings.NewReader(written(t, "prometheus", Options{}, events))
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// Two features may promise the same: a reader is told which of them kept it.
func TestPromisesOfTheSameWordsAreToldApart(t *testing.T) {
	tape := newTape()
	tape.begin()
	tape.stageStarted("value", runners.Info{Runner: "value"})
	for clause, name := range map[string]string{"features/checkout#1": "Check out", "features/basket#1": "Basket"} {
		tape.emit(runners.Event{Kind: runners.Judged, Feature: featureOf(clause), Name: name, Verdict: &runners.Verdict{Clause: clause, Words: "lose fewer than 1% of orders", Verdict: "missed", Sentence: "2%"}})
	}
	tape.emit(runners.Event{Kind: runners.Judged, Feature: "features/search", Name: "Search", Verdict: &runners.Verdict{Clause: "features/search#1", Words: "find tea", Verdict: "delivered"}})
	tape.stageFinished(runners.GateFailed, ms, nil, "")
	tape.end(runners.GateFailed, ms)
	for _, format := range []string{"pretty", "junit", "markdown"} {
		got := written(t, format, Options{}, tape.events)
		for _, want := range []string{"lose fewer than 1% of orders (Check out)", "lose fewer than 1% of orders (Basket)", "find tea"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s does not say %q:\n%s", format, want, got)
			}
		}
		if strings.Contains(got, "find tea (") {
			t.Errorf("%s names the feature of a promise that stands alone", format)
		}
	}
	page := written(t, "html", Options{}, tape.events)
	for _, want := range []string{"<bdi>Check out</bdi></p><p class=\"clause\"", "<bdi>Basket</bdi></p><p class=\"clause\""} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %s", want)
		}
	}
}

// In a comment people read first what failed; what was measured is folded.
func TestMarkdownTellsFailuresFirst(t *testing.T) {
	tape := newTape()
	tape.begin()
	tape.stageStarted("load", runners.Info{Runner: "load"})
	tape.load(598, 2)
	tape.stageFinished(runners.GateFailed, ms, nil, "")
	tape.stageStarted("browser", runners.Info{})
	bad := wrong("features/a.feature", 2, "no tea for @everyone, see #12")
	tape.scenario("a", "One @ann #1", "", 1).step(1, "Then there is tea", runners.Failed, ms, bad).finish(runners.Failed, ms, bad)
	tape.stageFinished(runners.GateFailed, ms, nil, "")
	tape.end(runners.GateFailed, ms)
	got := written(t, "markdown", Options{}, tape.events)
	order := []string{"| browser |", "### Failures", "One @&#8203;ann #&#8203;1", "<pre>", "</pre>", "### Expectations", "<details><summary>What was measured", "POST /orders", "</details>"}
	at := 0
	for _, want := range order {
		i := strings.Index(got[at:], want)
		if i < 0 {
			t.Fatalf("%q does not follow:\n%s", want, got)
		}
		at += i
	}
}
