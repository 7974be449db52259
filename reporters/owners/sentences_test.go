package owners_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/reporters/owners"
	"github.com/cucumber-value/hoops/value"
)

// Every sentence that the report makes by itself: headlines by verdict and reason, totals, shares, grades, stages.
func TestSentences(t *testing.T) {
	var b strings.Builder
	say := func(what, sentence string) { fmt.Fprintf(&b, "%-44s %s\n", what, sentence) }
	judge := func(change func(*said)) owners.Promise {
		h := newBook(t, filepath.Join(t.TempDir(), "history.db"), "p")
		v := share(3, 400, "undecided", noon)
		change(&v)
		h.run("", "1.0", "sha256:12", nil, v)
		return h.report(owners.Filter{}).Features[0].Promises[0]
	}
	for _, reason := range []value.Reason{value.NoData, value.SourceFailed, value.IncompleteWindow, value.ShardMissing, value.NoBaseline, value.ZeroBaseline, value.TooEarly,
		value.Straddles, value.TooClose, value.SampleRatioMismatch, "", "a_new_reason"} {
		say("undecided "+string(reason), judge(func(v *said) { v.Reason = string(reason) }).Headline)
	}
	say("undecided, needed", judge(func(v *said) { v.Reason, v.Needed = "straddles", "54 of about 502 mistakes needed" }).Headline)
	say("a word that is no verdict", judge(func(v *said) { v.Verdict.Verdict = "splendid" }).Headline)
	for _, v := range []string{"delivered", "missed", "unbound"} {
		say(v, judge(func(s *said) { s.Verdict.Verdict = v }).Headline)
	}
	say("delivered so far", judge(func(s *said) { s.Verdict.Verdict, s.SoFar = "delivered", true }).Headline)
	say("a guardrail is missed", judge(func(s *said) { s.Verdict.Verdict, s.Guardrail = "missed", true }).Headline)
	say("a whole clause", judge(func(s *said) { s.Verdict.Verdict, s.Claim = "unbound", "" }).Headline)
	b.WriteString("\n")
	for _, n := range []owners.Totals{{}, {Promises: 1, Delivered: 1, Features: 1, Measurable: 1}, {Promises: 9, Delivered: 3, Missed: 1, Undecided: 4, Unbound: 1, Features: 9, Measurable: 7},
		{Promises: 1204, Delivered: 1204, Features: 3, Measurable: 3}, {Promises: 2, Unbound: 2, Features: 2}, {Promises: 1, Missed: 1, Features: 4, Measurable: 1}} {
		say("totals", n.Sentence()+". "+n.Share())
	}
	b.WriteString("\n")
	for _, g := range []string{"A", "B", "C", "D", "E", ""} {
		say("grade "+g, owners.Claim{Grade: g}.GradeWords())
	}
	for _, again := range []string{"likely", "unclear", ""} {
		say("again "+again, owners.Claim{Again: again}.Holds())
	}
	b.WriteString("\n")
	for _, s := range []owners.Stage{{}, {Outcome: "passed"}, {Outcome: "passed", Passed: 12, Scenarios: 12}, {Outcome: "failed", Passed: 1, Scenarios: 1}, {Outcome: "undecided"}, {Outcome: "unfinished"}} {
		say("stage "+s.Outcome, s.Shape()+" "+s.Words())
	}
	b.WriteString("\n")
	for _, c := range []owners.Claim{{}, {Observed: "3"}, {Observed: "3", Exposure: "400 orders"}, {Observed: "3 in 400 orders", Exposure: "400 orders"}} {
		say("seen", c.Seen())
	}
	for _, c := range []owners.Claim{{}, {Window: "this run"}, {From: noon, To: noon.Add(19 * time.Second)}, {Window: "this run", From: noon, To: noon.Add(26 * time.Hour)}, {From: noon, To: noon.Add(30 * day)},
		{From: noon}, {To: noon}, {From: noon.Add(-100 * day), To: noon}} {
		say("when", c.When())
	}
	say("against", (&owners.Baseline{Words: "the previous release", Release: "2.3.1", Observed: "33", Exposure: "17,400 sums", From: noon, To: noon.Add(7 * day), Pinned: noon}).Against())
	say("against nothing", (*owners.Baseline)(nil).Against())
	golden(t, "sentences", regexp.MustCompile(`(?m)[ \t]+$`).ReplaceAllString(b.String(), ""))
}

// No verdict is shown without its data, its window, its run and its digest, in no format that people read; what was
// not recorded is said to be missing.
func TestNoVerdictStandsAlone(t *testing.T) {
	bare := newBook(t, filepath.Join(t.TempDir(), "history.db"), "bare")
	for _, v := range []string{"delivered", "missed", "undecided", "unbound"} {
		one := share(3, 400, v, noon)
		one.Feature, one.Clause, one.Claim = v, v+"#1", v+"#1/1"
		one.Window, one.Observed, one.Exposure, one.Target, one.Grade, one.WouldChange, one.Interval, one.Source, one.Query, one.Reading, one.Measure = "", "", "", "", "", "", "", "", "", "", ""
		one.From, one.To = time.Time{}, time.Time{}
		bare.run("", "", "", nil, one)
	}
	for name, r := range map[string]owners.Report{"shop": shop(t).report(owners.Filter{}), "bare": bare.report(owners.Filter{})} {
		claims := 0
		for _, f := range r.Features {
			for _, p := range f.Promises {
				claims += len(p.Claims)
			}
		}
		html := written(t, "html", r)
		for what, n := range map[string]int{`<dt>What we saw</dt><dd>[^<]`: claims, `<dt>What you asked for</dt><dd>[^<]`: claims, `<dt>Since when</dt><dd>[^<]`: claims, `<dt>What would change this</dt><dd>[^<]`: claims,
			`<dt>Evidence</dt><dd>[^<]`: claims - len(regexp.MustCompile(`guardrail">`).FindAllString(html, -1)), `<details><summary>How it was measured</summary><dl class="facts"><div>`: claims,
			`<p class="basis">Judged \d+ \w+ \d{4}, [\d:]+ UTC · run \d+ .*?(artefact sha256:[0-9a-f]{12}|no digest recorded)`: r.Totals.Promises,
			`<p class="digest">(Digest sha256:|The run that judged it recorded no digest)`:                                     len(r.Features)} {
			if got := len(regexp.MustCompile(what).FindAllString(html, -1)); got != n {
				t.Errorf("%s: %s is there %d times, expected %d", name, what, got, n)
			}
		}
		for _, format := range []string{"text", "markdown"} {
			got := written(t, format, r)
			for what, n := range map[string]int{`(?m)^[ *-]+saw\**  *\w`: claims, `(?m)^[ *-]+window\**  *\w`: claims, `(?m)^[ *-]+basis\**  *Judged .* run \d+.*(artefact sha256:[0-9a-f]{12}|no digest recorded)`: r.Totals.Promises} {
				if seen := len(regexp.MustCompile(what).FindAllString(got, -1)); seen != n {
					t.Errorf("%s, %s: %s is there %d times, expected %d\n%s", name, format, what, seen, n, got)
				}
			}
		}
	}
	for format, got := range map[string]string{"text": written(t, "text", bare.report(owners.Filter{})), "html": written(t, "html", bare.report(owners.Filter{}))} {
		for _, missing := range []string{"no window was recorded", "no digest recorded", "nothing that was recorded"} {
			if !strings.Contains(got, missing) {
				t.Errorf("%s does not say: %s", format, missing)
			}
		}
	}
}

// Promises are counted and never weighed; nobody reads a p-value for a chance.
func TestNoScores(t *testing.T) {
	r := shop(t).report(owners.Filter{})
	for _, format := range owners.Formats() {
		if found := regexp.MustCompile(`(?i)\bscore|p-value|p = |chance to win|probability|significan`).FindString(written(t, format, r)); found != "" {
			t.Errorf("%s says %q", format, found)
		}
	}
}
