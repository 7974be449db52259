package value

import (
	"context"
	"flag"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

var update = flag.Bool("update", false, "write the golden files")

var calculator = ir.Measure{Name: "silly mistakes", Count: "calculator_mistakes_total", Per: "calculator_sums_total", From: "openmetrics", Better: "lower", Owner: "numeracy-team"}

func claim(statistic ir.Statistic, compare, target string) ir.Claim {
	return ir.Claim{Text: "…", Reading: "…", Measure: "silly mistakes", Mode: ir.Observed, Statistic: statistic, Compare: compare, Target: target}
}

func clause(claims ...ir.Claim) ir.Clause {
	return ir.Clause{ID: "calculator#1", Text: "make 0 silly mistakes", Claims: claims}
}

var noon = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

// seen is evidence in numbers; exposure < 0 is unknown.
func seen(events, exposure int64, open bool) measure.Observation {
	o := measure.Observation{Events: big.NewRat(events, 1), Coverage: 1, Since: noon, Window: measure.Window{From: noon, To: noon.Add(2 * time.Hour), Open: open}}
	if exposure >= 0 {
		o.Exposure = big.NewRat(exposure, 1)
	}
	return o
}

func judged(t *testing.T, c ir.Claim, o measure.Observation) Judgement {
	t.Helper()
	r := judgeOnce(Feature{ID: "calculator"}, clause(c), map[string]Evidence{"silly mistakes": {Measure: calculator, Observation: o}}, noon)
	if len(r.Judgements) != 1 || r.Judgements[0].Verdict != r.Verdict {
		t.Fatalf("%+v", r)
	}
	return r.Judgements[0]
}

// TestTheCalculatorStory is the acceptance story of the first cucumber-value, against a server that counts.
func TestTheCalculatorStory(t *testing.T) {
	var mistakes, sums atomic.Int64
	began := time.Now().Add(-time.Hour).Unix()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "process_start_time_seconds %d\ncalculator_mistakes_total %d\ncalculator_sums_total %d\n", began, mistakes.Load(), sums.Load())
	}))
	defer server.Close()
	scraper := measure.Scraper{URL: server.URL, Version: "test"}
	run := func(doSums, doMistakes int64) Result {
		t.Helper()
		w := measure.Window{From: time.Now(), Words: "this run", Open: true}
		start, err := scraper.Scrape(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sums.Add(doSums)
		mistakes.Add(doMistakes)
		end, err := scraper.Scrape(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		w.To = time.Now()
		c := clause(claim(ir.StatCount, "=", "0"))
		found := observeOnce(t.Context(), []ir.Clause{c}, []ir.Measure{calculator}, map[string]measure.Source{"openmetrics": measure.OpenMetrics{Start: start, End: end}}, w)
		return judgeOnce(Feature{ID: "calculator", Name: "Calculator"}, c, found, noon)
	}
	mistakes.Store(7) // before the run: not ours
	for _, c := range []struct {
		sums, mistakes int64
		want           Verdict
		sentence       string
	}{
		{1204, 0, Delivered, "0 silly mistakes in 1,204 sums, as promised so far"},
		{120, 3, Missed, "3 silly mistakes in 120 sums, and 0 were promised"},
		{1, 1, Missed, "1 silly mistake in 1 sum, and 0 were promised"},
		{0, 0, Undecided, "0 silly mistakes in 0 sums: nothing happened, so nothing was shown"},
	} {
		r := run(c.sums, c.mistakes)
		if j := r.Judgements[0]; r.Verdict != c.want || j.Sentence != c.sentence || j.Owner != "numeracy-team" || j.Grade != "D" || j.Query == "" {
			t.Errorf("%v %+v", r.Verdict, j)
		}
	}
}

func TestNoDataNeverPasses(t *testing.T) {
	absent := map[string]Evidence{
		"nothing asked":   {},
		"source failed":   {Measure: calculator, Failure: &measure.Failure{Reason: SourceFailed, Sentence: "refused"}},
		"reasonless":      {Measure: calculator, Failure: &measure.Failure{}},
		"zero evidence":   {Measure: calculator},
		"no exposure":     {Measure: calculator, Observation: seen(0, -1, true)},
		"nothing counted": {Measure: calculator, Observation: seen(0, 0, false)},
	}
	for name, e := range absent {
		for _, c := range []ir.Claim{claim(ir.StatCount, "=", "0"), claim(ir.StatCount, "<=", "5"), claim(ir.StatCount, ">=", "0"), claim(ir.StatCount, "<", "5"),
			claim(ir.StatShare, "<=", "0.5"), claim(ir.StatShare, ">=", "0"), {Measure: "silly mistakes", Mode: ir.Observed, Statistic: ir.StatRate, Compare: "<=", Target: "5", Per: "1h"}} {
			for _, held := range []map[string]Evidence{nil, {"silly mistakes": e}} {
				r := judgeOnce(Feature{}, clause(c), held, noon)
				if r.Verdict != Undecided || r.Judgements[0].Reason == "" || r.Judgements[0].Sentence == "" && name != "reasonless" {
					t.Errorf("%s: %s %s %s: %v", name, c.Statistic, c.Compare, c.Target, r.Verdict)
				}
			}
		}
	}
}

func TestAMissIsFinalWhateverWasNotWatched(t *testing.T) {
	o := seen(3, 120, true)
	o.Coverage, o.Gap = 0, "the process restarted"
	if j := judged(t, claim(ir.StatCount, "=", "0"), o); j.Verdict != Missed {
		t.Errorf("%+v", j)
	}
	o.Events = new(big.Rat)
	if j := judged(t, claim(ir.StatCount, "=", "0"), o); j.Verdict != Undecided || j.Reason != IncompleteWindow {
		t.Errorf("%+v", j)
	}
	o.Events = big.NewRat(9, 1)
	if j := judged(t, claim(ir.StatCount, ">=", "9"), o); j.Verdict != Delivered {
		t.Errorf("%+v", j)
	}
}

// TestSentences is what owners read.
func TestSentences(t *testing.T) {
	var b strings.Builder
	rate := claim(ir.StatRate, "<=", "3")
	rate.Per = "1000 sums"
	hourly := claim(ir.StatRate, ">=", "200")
	hourly.Per = "1h"
	between := claim(ir.StatCount, "between", "2")
	between.Upper = "4"
	for _, c := range []struct {
		claim            ir.Claim
		events, exposure int64
	}{
		{claim(ir.StatCount, "=", "0"), 0, 120}, {claim(ir.StatCount, "<=", "5"), 5, 120}, {claim(ir.StatCount, "<", "5"), 5, 120}, {claim(ir.StatCount, "<", "5"), 4, 1},
		{claim(ir.StatCount, "<=", "1"), 2, 120}, {claim(ir.StatCount, ">=", "200"), 150, 900}, {claim(ir.StatCount, ">", "5"), 5, 120}, {claim(ir.StatCount, "=", "3"), 2, 120},
		{between, 5, 120}, {between, 1, 120}, {between, 4, 120}, {claim(ir.StatCount, "=", "0"), 0, -1},
		{rate, 1, 1000}, {rate, 9, 1000}, {rate, 0, 100}, {rate, 300, 90000}, {hourly, 500, 900}, {hourly, 300, 900}, {hourly, 410, 900},
		{claim(ir.StatShare, ">=", "0.999"), 99899, 100000}, {claim(ir.StatShare, ">=", "0.999"), 9990, 10000}, {claim(ir.StatShare, "<", "0.01"), 1, 50}, {claim(ir.StatShare, "<", "0.01"), 1, 1000}, {claim(ir.StatShare, "<=", "1/3"), 1, 3}, {claim(ir.StatShare, "<", "0.5"), 5, 3},
	} {
		fmt.Fprintf(&b, "%s %s of %d in %d\n", c.claim.Statistic, promise(c.claim), c.events, c.exposure)
		for _, open := range []bool{true, false} {
			j := judged(t, c.claim, seen(c.events, c.exposure, open))
			state := "closed"
			if open {
				state = "open"
			}
			fmt.Fprintf(&b, "  %s: %s %s: %s\n", state, j.Verdict, j.Reason, j.Sentence)
			if j.WouldChange != "" {
				fmt.Fprintf(&b, "    would change it: %s\n", j.WouldChange)
			}
		}
	}
	const file = "testdata/sentences.golden"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Error(d)
	}
}

func TestWhatNoCompilerMakesIsUndecided(t *testing.T) {
	for _, change := range []func(*ir.Claim){
		func(c *ir.Claim) { c.Mode = ir.Inferred }, func(c *ir.Claim) { c.Mode = "" }, func(c *ir.Claim) { c.Window = "first 24h" }, func(c *ir.Claim) { c.Days = "every day" },
		func(c *ir.Claim) { c.Statistic = ir.StatMean }, func(c *ir.Claim) { c.Statistic = "" }, func(c *ir.Claim) { c.Threshold = "300ms" },
		func(c *ir.Claim) { c.Compare = "" }, func(c *ir.Claim) { c.Target = "" }, func(c *ir.Claim) { c.Compare = "between" }, func(c *ir.Claim) { c.Target = "NaN" },
		func(c *ir.Claim) { c.Statistic, c.Per = ir.StatRate, "1 moon" }, func(c *ir.Claim) { c.Statistic, c.Per = ir.StatRate, "" },
	} {
		c := claim(ir.StatCount, "<=", "5")
		change(&c)
		o := seen(1, 120, false)
		if c.Per == "1 moon" {
			o.Exposure = nil
		}
		if j := judged(t, c, o); j.Verdict != Undecided || j.Reason == "" || j.Sentence == "" {
			t.Errorf("%+v", j)
		}
	}
}

func TestAClauseIsAsGoodAsItsWorstClaim(t *testing.T) {
	good, bad := claim(ir.StatCount, "<=", "5"), claim(ir.StatCount, "=", "0")
	bad.Guardrail = true
	open := claim(ir.StatCount, ">=", "100")
	held := map[string]Evidence{"silly mistakes": {Measure: calculator, Observation: seen(3, 120, true)}}
	half := clause(good)
	half.Unbound = `"sell more" names no measure`
	missedHalf := clause(bad)
	missedHalf.Unbound = half.Unbound
	for i, c := range []struct {
		clause ir.Clause
		want   Verdict
	}{
		{clause(good), Delivered}, {clause(good, good), Delivered}, {clause(good, bad), Missed}, {clause(bad, open), Missed}, {clause(open, bad), Missed}, {clause(good, open), Undecided},
		{half, Unbound}, {missedHalf, Missed}, {clause(), Unbound}, {ir.Clause{Unbound: "…"}, Unbound},
	} {
		if r := judgeOnce(Feature{}, c.clause, held, noon); r.Verdict != c.want || r.SoFar != (c.want == Delivered) {
			t.Errorf("%d: %v so far %v, want %v", i, r.Verdict, r.SoFar, c.want)
		}
	}
}

func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		verdicts string
		strict   bool
		want     Outcome
	}{
		{"", false, OutcomeUndecided}, {"delivered", false, OutcomePassed}, {"delivered unbound", false, OutcomePassed}, {"delivered unbound", true, OutcomeUndecided},
		{"unbound", false, OutcomeUndecided}, {"delivered undecided", false, OutcomeUndecided}, {"undecided missed", false, OutcomeFailed}, {"delivered nonsense", false, OutcomeUndecided},
	} {
		var rs []Result
		for _, v := range strings.Fields(c.verdicts) {
			rs = append(rs, Result{Verdict: Verdict(v)})
		}
		if got := OutcomeOf(rs, c.strict); got != c.want {
			t.Errorf("%q: %v", c.verdicts, got)
		}
	}
	if OutcomeOf([]Result{{}}, false).ExitCode() != 4 || Outcome("").ExitCode() != 4 || OutcomeFailed.ExitCode() != 1 || OutcomePassed.ExitCode() != 0 {
		t.Error("an exit code is wrong")
	}
}

func TestASourceThatNobodyHasIsUndecided(t *testing.T) {
	m := calculator
	m.From = "sql"
	c := clause(claim(ir.StatCount, "=", "0"))
	r := judgeOnce(Feature{}, c, observeOnce(context.Background(), []ir.Clause{c}, []ir.Measure{m}, nil, measure.Window{}), noon)
	if j := r.Judgements[0]; j.Verdict != Undecided || j.Reason != SourceFailed || j.Sentence != "silly mistakes comes from sql, which this run has no way to ask" {
		t.Errorf("%+v", j)
	}
}

// TestDeliveredMeansThatTheClaimHolds: whatever was seen, delivered implies the plain comparison, events or
// exposure above 0, and a window that was watched.
func TestDeliveredMeansThatTheClaimHolds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n, e := rapid.Int64Range(0, 50).Draw(rt, "events"), rapid.Int64Range(-1, 50).Draw(rt, "exposure")
		c := claim(rapid.SampledFrom([]ir.Statistic{ir.StatCount, ir.StatShare, ir.StatRate}).Draw(rt, "statistic"),
			rapid.SampledFrom([]string{"=", "<", "<=", ">", ">=", "between"}).Draw(rt, "compare"), rapid.SampledFrom([]string{"0", "0.1", "1", "1/3", "5", "40"}).Draw(rt, "target"))
		c.Upper = "45"
		c.Per = rapid.SampledFrom([]string{"10 sums", "1h"}).Draw(rt, "per")
		o := seen(n, e, rapid.Bool().Draw(rt, "open"))
		o.Coverage = rapid.SampledFrom([]float64{0, .5, 1}).Draw(rt, "coverage")
		j := judged(t, c, o)
		if j.Verdict == "" || j.Verdict == Unbound || j.Sentence == "" || (j.Verdict == Undecided) != (j.Reason != "") {
			rt.Fatalf("%+v", j)
		}
		value := new(big.Rat).Set(o.Events)
		if c.Statistic != ir.StatCount && e > 0 {
			value.Quo(value, o.Exposure)
		}
		if c.Statistic == ir.StatRate && c.Per == "10 sums" {
			value.Mul(value, big.NewRat(10, 1))
		} else if c.Statistic == ir.StatRate {
			value = big.NewRat(n, 2)
		}
		target, _ := new(big.Rat).SetString(c.Target)
		if j.Verdict == Delivered && (!holds(c.Compare, value, target, big.NewRat(45, 1)) || n == 0 && e <= 0 || o.Coverage < .95 && c.Compare != ">" && c.Compare != ">=") {
			rt.Fatalf("%+v", j)
		}
		if j.Verdict == Missed && holds(c.Compare, value, target, big.NewRat(45, 1)) {
			rt.Fatalf("missed, and it holds: %+v", j)
		}
	})
}
