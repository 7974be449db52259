package reporters

import (
	"testing"

	"github.com/cucumber-value/hoops/runners"
)

// A feature without a promise counts, and so does one whose promise names no measure.
func TestTheShareOfFeaturesThatCanBeMeasured(t *testing.T) {
	judged := func(clause, verdict string) runners.Verdict { return runners.Verdict{Clause: clause, Verdict: verdict} }
	r := record{stages: []*stage{{name: "value", info: runners.Info{Features: 5}, verdicts: []runners.Verdict{
		judged("a#1", missed), judged("a#2", unbound), judged("b#1", delivered), judged("c#1", unbound), judged("d#1", undecided),
	}}}}
	if got, want := r.measurable(), "3 of 5 features (60%) make a promise that can be measured"; got != want {
		t.Errorf("%q, expected %q", got, want)
	}
	r.stages[0].info.Features, r.stages[0].verdicts = 1, r.stages[0].verdicts[:1]
	if got := r.measurable(); got != "" {
		t.Errorf("of one feature it says %q", got)
	}
}
