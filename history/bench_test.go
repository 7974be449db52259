package history_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/history"
)

// A stage of 10,000 scenarios is kept in less than a second.
func BenchmarkWrite10000Scenarios(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "history.db"))
	for n := 0; b.Loop(); n++ {
		w := begin(b, s, fmt.Sprint("run-", n))
		st := beginStage(b, w, history.Stage{Name: "uat"})
		for i := range 10_000 {
			must(b, st.Scenario(history.Scenario{
				Feature: "checkout", Scenario: fmt.Sprint("checkout/pay-for-item-", i), Name: "Pay for one item", Status: "passed", Attempts: 1,
				Start: noon, Duration: 12 * time.Millisecond, Place: "features/checkout.feature:14:3",
			}))
		}
		must(b, st.End("passed", noon))
		must(b, w.End("passed", noon))
	}
}

// The verdicts of 500 features in 100 releases are read in less than 200 ms.
func BenchmarkReadVerdicts(b *testing.B) {
	path := filepath.Join(b.TempDir(), "history.db")
	s := open(b, path)
	for release := range 100 {
		w := begin(b, s, fmt.Sprint("run-", release))
		at := noon.Add(time.Duration(release) * 24 * time.Hour)
		st := beginStage(b, w, history.Stage{Name: "value", Environment: "production", Release: fmt.Sprint("2.", release)})
		for i := range 500 {
			v := verdict(fmt.Sprint("feature-", i, "#1"))
			v.At = at
			must(b, st.Verdict(v))
		}
		must(b, st.End("passed", at))
		must(b, w.End("passed", at))
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			list, err := s.Verdicts(history.VerdictFilter{Environment: "production"})
			if must(b, err); len(list) != 50_000 {
				b.Fatal(len(list))
			}
		}
	})
	b.Run("one clause", func(b *testing.B) {
		for b.Loop() {
			list, err := s.Verdicts(history.VerdictFilter{Clause: "feature-77#1"})
			if must(b, err); len(list) != 100 {
				b.Fatal(len(list))
			}
		}
	})
}
