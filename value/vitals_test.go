package value

import (
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	words "github.com/cucumber-value/hoops/value/clause"
	"github.com/cucumber-value/hoops/value/measure"
)

// A promise about the vitals of pages is judged by what the run's browsers measured: times as times, layout shifts as
// the numbers that they are.
func TestVitalsOfARun(t *testing.T) {
	lcp := ir.Measure{Name: "page loads", From: "run", Quantile: "page.lcp", Unit: "s", Better: "lower", At: "p75"}
	basket := ir.Measure{Name: "basket loads", From: "run", Quantile: "page.lcp", Step: "GET /basket", Unit: "s", Better: "lower"}
	cls := ir.Measure{Name: "layout shifts", From: "run", Quantile: "page.cls", Better: "lower", At: "p75"}
	var loads, shifts []time.Duration
	for i := range 200 {
		loads = append(loads, time.Duration(i+1)*10*time.Millisecond)
		shifts = append(shifts, time.Duration(i)*time.Millisecond) // 0 to 0.199
	}
	now := time.Now()
	run := measure.Run{Groups: []measure.Group{
		SampleGroup("requests", "", loads), SampleGroup("request", "GET /basket", loads),
		SampleGroup("page.lcp", "", loads), SampleGroup("page.lcp", "GET /basket", loads[:100]), SampleGroup("page.cls", "", shifts),
	}}
	judge := func(line string) Judgement {
		t.Helper()
		w := measure.Window{From: now.Add(-time.Minute), To: now, Words: "this run", Open: true}
		r := read(t, []ir.Measure{lcp, basket, cls}, Times{Now: now, Run: w}, map[string]measure.Source{"run": run}, nil, line)[0]
		if len(r.Judgements) == 0 {
			t.Fatalf("%s: %s", line, r.Unbound)
		}
		return r.Judgements[0]
	}
	for line, want := range map[string]struct {
		verdict Verdict
		words   string
	}{
		"keep page loads under 2 seconds":              {Delivered, "200 of 200 within 2 s"},
		"have 75% of page loads within 1 second":       {Missed, "100 of 200 within 1 s"},
		"have 75% of basket loads within 1500 ms":      {Delivered, "100 of 100 within 1500 ms"},
		"keep layout shifts under 0.1":                 {Missed, "101 of 200 within 0.1 "},
		"have 75% of layout shifts within 0.19":        {Delivered, "191 of 200 within 0.19 "},
		"have at least 75% of layout shifts under 0.1": {Missed, "101 of 200 within 0.1 "},
		"have 95% of layout shifts within 0.5":         {Delivered, "200 of 200 within 0.5 "},
	} {
		j := judge(line)
		if j.Verdict != want.verdict || !strings.Contains(j.Sentence, want.words) {
			t.Errorf("%s: %s, %s", line, j.Verdict, j.Sentence)
		}
		for _, text := range append(append([]string{j.Sentence, j.Needed}, j.Notes...), j.Help...) {
			if strings.Contains(line, "shifts") && (strings.Contains(text, " ms") || strings.Contains(text, " s ") || strings.HasSuffix(text, " s")) {
				t.Errorf("%s: a shift has no unit: %s", line, text)
			}
		}
	}
	if j := judge("have 75% of layout shifts within 0.19"); len(j.Notes) == 0 || !strings.Contains(j.Notes[0], "p75 was 0.149") {
		t.Errorf("%q", j.Notes)
	}
	run.Groups = run.Groups[:2] // over http
	if j := judge("keep layout shifts under 0.1"); j.Verdict != Undecided || j.Reason != NoData || !strings.Contains(j.Sentence, "no page of this run has a page.cls") {
		t.Errorf("%s: %s", j.Reason, j.Sentence)
	}
	run.Groups = append(run.Groups, SampleGroup("page.lcp", "GET /", loads))
	if j := judge("have 75% of basket loads within 1500 ms"); j.Verdict != Undecided || !strings.Contains(strings.Join(j.Help, ""), "it measured GET /") {
		t.Errorf("%s: %s %q", j.Reason, j.Sentence, j.Help)
	}
}

// A shift has no unit, and what is measured in time has one.
func TestUnitsOfVitals(t *testing.T) {
	cls := ir.Measure{Name: "layout shifts", From: "run", Quantile: "page.cls", Better: "lower"}
	lcp := ir.Measure{Name: "page loads", From: "run", Quantile: "page.lcp", Unit: "s", Better: "lower"}
	c, _ := words.Parse("have 75% of layout shifts within 0.19", diag.Pos{}, "a", []ir.Measure{cls})
	if len(c.Claims) != 1 || !strings.HasPrefix(c.Claims[0].Reading, "layout shifts: at least 75% are 0.19 or less") {
		t.Errorf("%+v", c)
	}
	for _, line := range []string{"keep layout shifts under 2 seconds", "have 75% of layout shifts within 100 ms", "make layout shifts faster", "keep page loads under 2"} {
		r := read(t, []ir.Measure{lcp, cls}, Times{Now: time.Now()}, nil, nil, line)[0]
		if r.Verdict != Unbound {
			t.Errorf("%s: %s", line, r.Verdict)
		}
	}
}
