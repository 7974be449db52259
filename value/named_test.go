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

// TestABaselineWithANameIsOfTheMeasure: what was pinned under a name stands for every claim that says it, whatever its
// form, and for nothing of another measure.
func TestABaselineWithANameIsOfTheMeasure(t *testing.T) {
	x := worldly()
	sources := map[string]measure.Source{"prometheus": x, "sql": x}
	past := &pins{}
	judge := func(times Times, line string) Judgement {
		t.Helper()
		c, wrong := words.Parse(line, diag.Pos{File: "a.feature", Line: 1, Col: 1}, "a#1", acceptance, ir.Baseline{Name: "the winter sale"})
		if len(wrong) > 0 || len(c.Claims) != 1 {
			t.Fatalf("%s: %v %s", line, wrong, c.Unbound)
		}
		p := NewPlan([]Promise{{Feature{ID: "a"}, c}}, acceptance, times)
		return p.Judge(p.Ask(t.Context(), sources, past, 2))[0].Judgements[0]
	}
	pin := func(times Times, from, to time.Time, measures ...string) []Unkept {
		p := NewPlan(nil, acceptance, times)
		p.Observe(append(measures, "nothing that is measured"), from, to)
		kept, unkept := p.Observed(p.Ask(t.Context(), sources, nil, 2), "the winter sale")
		past.named = append(kept, past.named...)
		return unkept
	}
	january := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if j := judge(released, "make fewer mistakes than the winter sale"); j.Reason != NoBaseline ||
		j.Sentence != `nothing of mistakes was pinned as "the winter sale" in this environment` || j.Help[0] != `hoops value pin --as "the winter sale" keeps what is observed now; --from and --to keep what was then` {
		t.Errorf("%+v", j)
	}
	if unkept := pin(released, january, january.AddDate(0, 1, 0), "mistakes", "failed orders", "searches", "revenue"); len(unkept) > 0 || len(past.named) != 4 {
		t.Fatalf("%+v %+v", unkept, past.named)
	}
	for _, c := range []struct{ line, sentence string }{
		{"make fewer mistakes than the winter sale", "; 149 mistakes in 148,800 sums for the winter sale (10 per 10,000 sums): "},
		{"have no more mistakes than the winter sale", "149 mistakes in 148,800 sums for the winter sale"},
		{"answer searches 100 ms faster than the winter sale", "at p95, of 20,000 samples for the winter sale"},
		{"make half as many mistakes as in the winter sale", "for the winter sale"},
	} {
		if j := judge(released, c.line); !strings.Contains(j.Sentence, c.sentence) || j.Baseline == nil || j.Baseline.Words != "the winter sale" || j.Baseline.Pinned != tuesday || j.Grade != "C" {
			t.Errorf("%s: %s %+v", c.line, j.Sentence, j.Baseline)
		}
	}
	if j := judge(released, "cut failed orders from 5% to 3% compared with the winter sale"); j.Baseline.Premise != "it was 5% for the winter sale, as the clause says" {
		t.Errorf("%+v", j.Baseline)
	}
	if j := judge(released, "have fewer complaints than the winter sale"); j.Reason != NoBaseline {
		t.Errorf("%+v", j)
	}
	// what is judged is no part of what it is compared with
	past.named = nil
	pin(released, time.Time{}, time.Time{}, "mistakes")
	if len(past.named) != 1 || past.named[0].Release != "2.4.0" || !past.named[0].From.Equal(tuesday.AddDate(0, 0, -8)) {
		t.Fatalf("%+v", past.named)
	}
	if j := judge(released, "make fewer mistakes than the winter sale"); j.Reason != IncompleteWindow || !strings.Contains(j.Sentence, "is a part of both") || !strings.Contains(j.Help[0], `judge what came after "the winter sale"`) {
		t.Errorf("%+v", j)
	}
	past.named = nil
	pin(released, tuesday.AddDate(0, 0, -10), tuesday.AddDate(0, 0, -9), "mistakes")
	j := judge(released, "make fewer mistakes than the winter sale")
	if want := `is too short to decide it, however long this goes on; hoops value pin --as "the winter sale" --replace keeps a longer one`; j.Verdict != Undecided || !strings.Contains(j.WouldChange, want) || !j.Decided.IsZero() {
		t.Errorf("%s, %s", j.Sentence, j.WouldChange)
	}
}

// TestAShortBaselineSaysWhatWouldDecide: a baseline that is over grows no more, so the date is that of the release
// after this one; what is said to be enough is enough.
func TestAShortBaselineSaysWhatWouldDecide(t *testing.T) {
	x := &world{since: tuesday.AddDate(0, 0, -8), hourly: map[string]float64{"calculator_mistakes_total": .1, "calculator_sums_total": 200}, factor: map[string]float64{"calculator_mistakes_total": .9}}
	judge := func(times Times, line string) Judgement {
		return read(t, acceptance, times, map[string]measure.Source{"prometheus": x}, nil, line)[0].Judgements[0]
	}
	j := judge(released, "make fewer mistakes")
	const want = "a baseline of about 2,330,000 sums: release 2.3.1 is too short to decide it, however long this goes on; " +
		"release 2.4.0 is long enough by 30 June 2027, and the one after it is then decided by 26 October 2028 at current traffic"
	if j.Verdict != Undecided || j.WouldChange != want || j.Decided.Format(time.DateOnly) != "2028-10-26" {
		t.Errorf("%s, %s, %s", j.Sentence, j.WouldChange, j.Decided)
	}
	// that much of both sides decides
	half := j.Decided.Sub(tuesday.AddDate(0, 0, -8)) / 2
	x.since = j.Decided.Add(-half)
	x.hourly["calculator_mistakes_total"], x.factor["calculator_mistakes_total"] = 34./67_200*200, 17./38_400/(34./67_200) // as it was seen
	later := Times{Now: j.Decided, Alone: true, Releases: []Release{{Version: "2.5.0", At: x.since}, {Version: "2.4.0", At: x.since.Add(-half)}}}
	if j := judge(later, "make fewer mistakes"); j.Verdict == Undecided {
		t.Errorf("%s: %s", j.Sentence, j.WouldChange)
	}
	x.since = tuesday.AddDate(0, 0, -8)
	// weeks are said in weeks
	if j := judge(released, "make fewer mistakes than last week"); !strings.Contains(j.WouldChange, "last week is too short to decide it") || !strings.Contains(j.WouldChange, "write: than the average of the last ") {
		t.Error(j.WouldChange)
	}
	if j := judge(released, "make fewer mistakes than the average of the last 2 weeks"); !strings.Contains(j.WouldChange, "write: than the average of the last ") {
		t.Error(j.WouldChange)
	}
}
