package reporters

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/runners"
)

// paged is the final summary of a load with pages, as it comes back from a recorded stream.
func paged(t *testing.T) *runners.Summary {
	lcp := map[string]any{"mean": time.Second, "p50": time.Second, "p75": 1234567 * time.Microsecond, "p90": 2 * time.Second, "p95": 2 * time.Second, "p99": 2 * time.Second, "max": 2 * time.Second}
	cls := map[string]any{"mean": .01, "p50": 0., "p75": .0512, "p90": .1, "p95": .1, "p99": .1, "max": .25}
	s := &runners.Summary{Final: true, Model: "open", Load: "10/s for 1s", To: time.Second, Arrivals: time.Second, Asked: 10, Started: 10, Groups: []runners.Group{
		{Of: ofJourneys, Count: 10}, {Of: ofRequests, Count: 10},
		{Of: "page.lcp", Count: 41, Latency: lcp}, {Of: "page.lcp", Name: "GET /basket", Count: 21, Latency: lcp}, {Of: "page.lcp", Name: "GET /", Count: 20, Latency: lcp},
		{Of: "page.cls", Count: 40, Latency: cls}, {Of: "page.cls", Name: "GET /basket", Count: 20, Latency: cls},
	}}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back runners.Summary
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	return &back
}

// What browsers measured of pages is in every report of a load, layout shifts as the numbers that they are.
func TestPagesOfALoad(t *testing.T) {
	s := paged(t)
	want := []string{
		"pages in a browser, p75 of 41: largest paint (LCP) 1.23s, layout shift (CLS) 0.0512",
		"  GET /basket, p75 of 21: largest paint (LCP) 1.23s, layout shift (CLS) 0.0512",
		"  GET /, p75 of 20: largest paint (LCP) 1.23s",
	}
	if d := cmp.Diff(want, pageLines(s)); d != "" {
		t.Error(d)
	}
	first := &stage{name: "load", summary: s}
	var text terminal
	text.load(first)
	var table strings.Builder
	(&markdown{}).load(&table, first)
	asJSON, err := json.Marshal(first.loaded(nil))
	if err != nil {
		t.Fatal(err)
	}
	page := string(measuredTables(s)[len(measuredTables(s))-1].Body)
	var view LoadView
	view.Add(s)
	for what, c := range map[string]struct{ text, has, lacks string }{
		"terminal": {text.text.String(), want[1], "0s"},
		"markdown": {table.String(), "- GET /basket, p75 of 21: largest paint", "| – GET /basket"},
		"json":     {string(asJSON), `{"name":"GET /basket","vital":"page.cls","count":20,"mean":0.01,"p50":0,"p75":0.0512,"p90":0.1,"p95":0.1,"p99":0.1,"max":0.25}`, "-1"},
		"json too": {string(asJSON), `{"vital":"page.lcp","count":41,"mean":"1s","p50":"1s","p75":"1.234567s"`, "null,"},
		"html":     {page, "<td>1.23s<td>2s", "ns"},
		"live":     {strings.Join(view.Lines("load", 100, 20), "\n"), "journeys", "GET /"},
	} {
		if !strings.Contains(c.text, c.has) || c.lacks != "" && strings.Contains(c.text, c.lacks) {
			t.Errorf("%s: expected %q and no %q in\n%s", what, c.has, c.lacks, c.text)
		}
	}
	for source, want := range map[string]string{
		"page.cls.p75 < 0.1":                       "0.0512",
		`request("GET /basket").page.lcp.p75 < 2s`: "1.234567s",
		"page.ttfb.p75 < 1s":                       "",
	} {
		x := told(s, runners.Expectation{Source: source, Outcome: runners.GatePassed, Samples: 41})
		if got := strings.Join(x.got, ", "); !strings.HasSuffix(got, want) || want == "" && got != "" {
			t.Errorf("%s: %q", source, got)
		}
	}
	if lines := pageLines(&runners.Summary{}); lines != nil {
		t.Errorf("%q of a load without pages", lines)
	}
}
