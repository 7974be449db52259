package history_test

import (
	"testing"
	"time"

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
