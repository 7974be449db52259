package reporters

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/runners"
)

// What its readers need: lists that are lists, texts that are texts, statuses that they know; a scenario has the status
// that they reckon from its steps, which is that of the run.
func TestCucumberIsWhatReadersTake(t *testing.T) {
	tapes := junitTapes()
	for name, tape := range tapes {
		var features []cucumberFeature
		text := written(t, "cucumber", Options{Source: source}, tape.events)
		if err := json.Unmarshal([]byte(text), &features); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, ": null") || len(features) == 0 {
			t.Errorf("%s: something is null, or nothing is there", name)
		}
		want, got := map[string]int{}, map[string]int{}
		tests := atEnd{}
		for _, e := range tape.events {
			tests.record.take(e)
		}
		tests.record.close()
		for _, s := range tests.record.stages {
			for _, r := range s.results {
				status := r.status
				if status == runners.Flaky {
					status = runners.Passed
				}
				want[string(status)]++
			}
		}
		for _, p := range tests.parts() {
			if p.feature != nil {
				continue
			}
			for _, c := range p.cases {
				switch {
				case c.Failure != nil:
					want["failed"]++
				case c.Error != nil:
					want["undefined"]++
				case c.Skipped != nil:
					want["skipped"]++
				default:
					want["passed"]++
				}
			}
		}
		for _, f := range features {
			if f.Keyword != "Feature" || f.Name == "" || f.ID == "" || f.URI == "" {
				t.Errorf("%s: %+v", name, f)
			}
			for _, e := range f.Elements {
				got[reckoned(e)]++
				if e.Type != "scenario" || e.Name == "" || e.Steps == nil {
					t.Errorf("%s: %+v", name, e)
				}
				for _, s := range e.Steps {
					if !strings.HasSuffix(s.Keyword, " ") || s.Result.Duration < 0 || s.Result.Status == "failed" && s.Result.Error == "" {
						t.Errorf("%s: %+v", name, s)
					}
				}
			}
		}
		if !maps.Equal(want, got) {
			t.Errorf("%s: a reader counts %v, expected %v", name, got, want)
		}
	}
}

// reckoned is the status that readers give a scenario: that of its worst step.
func reckoned(e cucumberElement) string {
	for _, status := range []string{"failed", "ambiguous", "undefined", "pending", "skipped"} {
		if slices.ContainsFunc(e.Steps, func(s cucumberStep) bool { return s.Result.Status == status }) {
			return status
		}
	}
	return "passed"
}

// What was attached is at the step that failed; what is not at hand is named.
func TestCucumberHoldsEvidence(t *testing.T) {
	file := []byte("\x89PNG not really")
	digest := sha256.Sum256(file)
	tape := newTape()
	tape.begin()
	tape.stageStarted("test", runners.Info{})
	p := tape.scenario("a", "One", "", 1)
	for _, a := range []runners.Attachment{{Name: "here/1.png", Media: "image/png", Digest: hex.EncodeToString(digest[:]), Size: int64(len(file))}, {Name: "here/2.zip", Media: "application/zip", Size: 4}, {Name: "said", Media: "application/http", Text: "GET /", Size: 5}} {
		tape.emit(runners.Event{Kind: runners.Attached, Feature: "a", Scenario: p.head.Scenario, Attempt: 1, Attachment: &a})
	}
	bad := wrong("features/a.feature", 2, "no")
	p.step(1, "When it begins", runners.Passed, ms, nil).step(2, "Then it is so", runners.Failed, ms, bad).step(3, "And more", runners.Skipped, 0, nil).finish(runners.Failed, ms, bad)
	tape.end(runners.GateFailed, ms)
	var features []cucumberFeature
	if err := json.Unmarshal([]byte(written(t, "cucumber", Options{Evidence: func(string) ([]byte, error) { return file, nil }}, tape.events)), &features); err != nil {
		t.Fatal(err)
	}
	steps := features[0].Elements[0].Steps
	if len(steps) != 3 || len(steps[0].Embeddings)+len(steps[2].Embeddings) > 0 {
		t.Fatalf("%+v", steps)
	}
	var got []string
	for _, e := range steps[1].Embeddings {
		data, err := base64.StdEncoding.DecodeString(e.Data)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Media+" "+string(data))
	}
	if want := []string{"image/png " + string(file), "text/plain here/2.zip", "text/plain GET /"}; !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
}
