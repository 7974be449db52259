package cmd_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/cmd"
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/reporters"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/value"
	"github.com/cucumber-value/hoops/value/clause"
	"github.com/cucumber-value/hoops/value/measure"
)

// A load of several processes is judged when the samples of all of them are there: real loads, one of which was cut
// off before its end, and one that left nothing.
func TestALoadWithAPartMissing(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	defer server.Close()
	dir := t.TempDir()
	c := &conversation{t: t, dir: dir}
	c.write("hoops.yaml", "environments:\n  local: {url: "+server.URL+", load: allow}\n")
	c.write("features/visit.feature", "Feature: Visit\n\n  Scenario: Come\n    When I GET \"/\"\n    Then the status is 200\n")
	// part is the stream of one process, until it was cut off after so many events; 0 is never.
	part := func(n, events int) value.Part {
		t.Helper()
		file := filepath.Join(dir, fmt.Sprintf("part-%d.ndjson", n))
		var out, said bytes.Buffer
		if code := cmd.Main([]string{"load", "--rate", "40/s", "--duration", "2s", "-f", "ndjson:" + file, "--no-history", dir}, cmd.Stdio{In: strings.NewReader(""), Out: &out, Err: &said}); code != 0 {
			t.Fatalf("%d %s%s", code, out.String(), said.String())
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.SplitAfter(string(text), "\n"); events > 0 {
			text = []byte(strings.Join(lines[:events], ""))
		}
		p := value.Part{Name: fmt.Sprintf("part %d", n)}
		if err := reporters.Read(bytes.NewReader(text), lastSummary{&p}); err != nil {
			t.Fatal(err)
		}
		return p
	}
	one, two, cut := part(1, 0), part(2, 0), part(3, 3)
	if !one.Summary.Final || cut.Summary == nil || cut.Summary.Final {
		t.Fatalf("%+v %+v", one.Summary, cut.Summary)
	}
	m := ir.Measure{Name: "visits", From: "run", Quantile: ir.Durations, Unit: "s", Better: "lower"}
	promise, _ := clause.Parse("have 95% of visits within 5 seconds", diag.Pos{}, "a#1", []ir.Measure{m})
	for _, c := range []struct {
		parts    []value.Part
		verdict  value.Verdict
		reason   value.Reason
		sentence string
	}{
		{[]value.Part{one, two}, value.Delivered, "", "visits: 160 of 160 within 5 s (100%), so the truth lies between 98.1% and 100%, as promised so far"},
		{[]value.Part{one, {Name: "part 2"}}, value.Undecided, value.ShardMissing, "the samples of 1 of 2 loads did not come in: part 2 did not end"},
		{[]value.Part{one, two, cut}, value.Undecided, value.ShardMissing, "the samples of 1 of 3 loads did not come in: part 3 did not end"},
		{[]value.Part{{Name: "part 1", Why: "could not run"}}, value.Undecided, value.ShardMissing, "the samples of 1 of 1 load did not come in: part 1 could not run"},
	} {
		source, err := value.RunParts(c.parts)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		run := measure.Window{From: now.Add(-time.Minute), To: now, Words: "this run", Open: true}
		source.Began = run.From
		plan := value.NewPlan([]value.Promise{{Clause: promise}}, []ir.Measure{m}, value.Times{Now: now, Run: run})
		j := plan.Judge(plan.Ask(t.Context(), map[string]measure.Source{"run": source}, nil, 1))[0].Judgements[0]
		if j.Verdict != c.verdict || j.Reason != c.reason || j.Sentence != c.sentence {
			t.Errorf("%s %s: %s\nexpected %s", j.Verdict, j.Reason, j.Sentence, c.sentence)
		}
	}
}

// lastSummary is a sink that keeps the last summary that came.
type lastSummary struct{ of *value.Part }

func (l lastSummary) Emit(e runners.Event) error {
	if e.Kind == runners.Summarised {
		l.of.Summary = e.Summary
	}
	return nil
}

func (l lastSummary) Close() error { return nil }
