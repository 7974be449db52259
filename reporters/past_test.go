package reporters

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/runners"
)

func pastRuns() []Past {
	start := time.Date(2026, 3, 7, 14, 5, 6, 0, time.UTC)
	name := "Pay\nfor\tone ✓ \x1b[31m" + strings.Repeat("界", 400)
	passed := Past{Run: history.Run{ID: "20260307T140506Z-1", Number: 1, Digest: "sha256:" + strings.Repeat("1f", 32), Tool: "hoops 0.1.0", Start: start, End: start.Add(870 * time.Millisecond), Outcome: "passed"},
		Stages: []history.Stage{{Name: "test", Runner: "functional", Driver: "http", Environment: "local", Outcome: "passed", Start: start, End: start.Add(800 * time.Millisecond), Counts: map[string]int{"passed": 3}}}}
	full := Past{Run: history.Run{ID: "20260307T150000Z-2", Number: 12, Digest: "sha256:" + strings.Repeat("a0", 32), Tool: "hoops 0.1.0", Overrides: []string{"--env staging", "--param version=1.4"}, Seed: 7, Start: start.Add(time.Hour), End: start.Add(time.Hour + 95*time.Second), Outcome: "failed"},
		Stages: []history.Stage{
			{Name: "uat", Runner: "functional", Driver: "http", Environment: "staging", URL: "https://staging.example", Release: "1.4", Outcome: "failed", Start: start, End: start.Add(4200 * time.Millisecond), Counts: map[string]int{"passed": 1240, "failed": 62, "flaky": 1}},
			{Name: "load", Runner: "load", Driver: "http", Environment: "staging", Release: "1.4", Outcome: "undecided", Start: start, End: start.Add(time.Minute)},
			{Name: "value", Runner: "value", Environment: "production", Release: "1.3"},
		},
		Verdicts: []history.Verdict{
			{Claim: history.Claim{Words: "lose fewer than 1% of orders to errors"}, Stage: "value", Verdict: "missed", Sentence: "2.1% of 4,000 orders, and fewer than 1% were promised", Detail: json.RawMessage(`{"verdict":"missed"}`)},
			{Claim: history.Claim{Words: "sell 10% more tea"}, Stage: "value", Verdict: "undecided"},
		},
		Summaries: []history.Summarised{
			{Stage: "load", Summary: history.Summary{Of: "journeys", Count: 1, Failed: 1}},
			{Stage: "load", Summary: history.Summary{Of: "requests", Count: 12004}},
			{Stage: "load", Summary: history.Summary{Of: "step", Name: "the customer pays", Count: 12004}},
		}}
	for i := range 62 {
		full.Scenarios = append(full.Scenarios, PastScenario{Stage: "uat", Scenario: history.Scenario{Scenario: "checkout/pay", Name: fmt.Sprintf("%d %s", i, name), Status: "failed", Place: "features/checkout.feature:12:3", Cause: "the status is 500, expected 201"}})
	}
	full.Scenarios = append(full.Scenarios, PastScenario{Stage: "uat", Scenario: history.Scenario{Scenario: "checkout/look", Name: "Look", Status: "flaky"}}, PastScenario{Stage: "uat", Scenario: history.Scenario{Scenario: "checkout/wait", Name: "Wait", Status: "undefined"}})
	killed := Past{Run: history.Run{ID: "20260307T160000Z-3", Number: 13, Start: start.Add(2 * time.Hour)}, Stages: []history.Stage{{Name: "支払い", Environment: "環境"}, {Name: "load", Environment: "環境", Release: "1.5"}}}
	return []Past{killed, full, passed}
}

func TestPastRuns(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	var list, one, programs, program bytes.Buffer
	for _, err := range []error{PastRuns(&list, pastRuns(), zone), PastRun(&one, pastRuns()[1], zone), PastRunsJSON(&programs, pastRuns()), PastRunJSON(&program, pastRuns()[1])} {
		if err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "past-runs.text", list.String())
	golden(t, "past-run.text", one.String())
	golden(t, "past-runs.json", programs.String())
	for _, c := range list.String() + one.String() {
		if c != '\n' && !unicode.IsGraphic(c) {
			t.Errorf("%q is shown", c)
		}
	}
	var told struct {
		Scenarios []struct{ Duration *int64 }
		Verdicts  []struct{ Verdict json.RawMessage }
	}
	if err := json.Unmarshal(program.Bytes(), &told); err != nil || len(told.Scenarios) != 64 || told.Scenarios[0].Duration == nil || len(told.Verdicts) != 2 {
		t.Errorf("%v: %.500s", err, program.String())
	}
	var none bytes.Buffer
	if err := PastRunsJSON(&none, nil); err != nil || none.String() != "[]\n" {
		t.Errorf("no runs are %q, %v", none.String(), err)
	}
}

// The columns of a table stand below each other in a terminal, whatever is in them, and no line ends with spaces.
func TestTableIsAligned(t *testing.T) {
	var b bytes.Buffer
	if err := Table(&b, []string{"name", "mark"}, [][]string{{"支払い", "x", "remark"}, {"tea 🍵", "x", ""}, {"a", "x"}, {"only"}}); err != nil {
		t.Fatal(err)
	}
	at := -1
	for i, l := range strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n") {
		before, _, found := strings.Cut(l, "x")
		switch {
		case strings.HasSuffix(l, " "):
			t.Errorf("%q ends with spaces", l)
		case i == 0:
			before, _, _ = strings.Cut(l, "mark")
			at = Columns(before)
		case found && Columns(before) != at:
			t.Errorf("%q has its mark at %d, not %d", l, Columns(before), at)
		}
	}
}

// The numbers of a load stand below each other, whatever its steps are called.
func TestLoadTableIsAligned(t *testing.T) {
	var text terminal
	text.latencies(&runners.Summary{Groups: []runners.Group{{Of: ofJourneys, Count: 600}, {Of: ofStep, Name: "お客様が支払う", Count: 600}, {Of: ofStep, Name: "the customer drinks 🍵", Count: 600}}})
	at := -1
	for l := range strings.Lines(text.text.String()) {
		if before, _, found := strings.Cut(l, "600"); found && at >= 0 && Columns(before) != at {
			t.Errorf("the count stands at %d, not %d: %q", Columns(before), at, l)
		} else if found {
			at = Columns(before)
		}
	}
	if at < 0 {
		t.Errorf("there are no counts:\n%s", text.text.String())
	}
}
