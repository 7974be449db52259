package value

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	words "github.com/cucumber-value/hoops/value/clause"
	"github.com/cucumber-value/hoops/value/measure"
)

// The acceptance data's measures, with what happens of each in an hour.
var acceptance = []ir.Measure{
	{Name: "mistakes", Says: []string{"silly mistakes"}, Count: "calculator_mistakes_total", Per: "calculator_sums_total", From: "prometheus", Better: "lower", MDE: "20%"},
	{Name: "orders", Count: "orders_total", Per: "visits_total", From: "prometheus", Better: "higher", MDE: "20%"},
	{Name: "failed orders", Count: "orders_failed_total", Of: "orders_total", From: "prometheus", Better: "lower", MDE: "20%", Says: []string{"{quantity} of orders to errors"}},
	{Name: "confirmed orders", Count: "orders_confirmed_total", Of: "orders_total", From: "prometheus", Better: "higher", MDE: "20%",
		Says: []string{"{quantity} of orders confirmed", "{quantity} of orders are confirmed"}},
	{Name: "searches", Quantile: "search_seconds", From: "prometheus", Unit: "s", Better: "lower", MDE: "20%", Says: []string{"answer {quantity} of searches", "answer searches"}},
	{Name: "checkout", Quantile: "checkout_seconds", From: "prometheus", Unit: "s", Better: "lower", MDE: "20%", Says: []string{"check out"}},
	{Name: "complaints", Count: "complaints_total", From: "prometheus", Better: "lower", MDE: "20%"},
	{Name: "revenue", Value: "select amount from orders", From: "sql", Unit: "£", Better: "higher", MDE: "20%"},
	{Name: "basket", Value: "select amount from orders", From: "sql", Unit: "£", Better: "higher", MDE: "20%"},
	{Name: "availability", Count: "good_minutes_total", Of: "minutes_total", From: "prometheus", Better: "higher", MDE: "20%", Says: []string{"be available"}},
	{Name: "terms and conditions questions", Count: "terms_questions_total", From: "prometheus", Better: "lower", MDE: "20%"},
}

// world is a source in which so much happens in an hour, times something since a moment.
type world struct {
	hourly map[string]float64 // by selector
	since  time.Time
	factor map[string]float64
}

func (x *world) rise(selector string, w measure.Window) float64 {
	after := w.To.Sub(w.From)
	before := time.Duration(0)
	if w.From.Before(x.since) {
		before = min(after, x.since.Sub(w.From))
		after -= before
	}
	f, ok := x.factor[selector]
	if !ok {
		f = 1
	}
	return x.hourly[selector] * (before.Hours() + f*after.Hours())
}

func (x *world) Sample(_ context.Context, m ir.Measure, w measure.Window) (measure.Observation, error) {
	o := measure.Observation{Window: w, Since: w.From, Coverage: 1, Source: "a made-up world", Query: m.Count}
	whole := func(f float64) *big.Rat { return big.NewRat(int64(math.Round(f)), 1) }
	switch {
	case m.Count != "":
		o.Events = whole(x.rise(m.Count, w))
		if all := m.Per + m.Of; all != "" {
			o.Exposure = whole(x.rise(all, w))
		}
	case m.Quantile != "":
		var all []time.Duration
		f := 1.0
		if !w.From.Before(x.since) && x.factor[m.Quantile] > 0 {
			f = x.factor[m.Quantile]
		}
		for i := range int(min(20_000, x.rise("searches", w))) {
			all = append(all, time.Duration(f*float64(50+i*7919%400)*float64(time.Millisecond)))
		}
		o.Distribution = measure.Durations(all)
	default:
		g := measure.Gauge{N: int64(x.rise("orders_total", w)), Mean: 41, Variance: 100, Min: 1, Max: 400}
		if !w.From.Before(x.since) {
			g.Mean *= max(1, x.factor[m.Value])
		}
		o.Gauge = &g
		o.Gauge.Samples = measure.NewSamples([]*big.Rat{big.NewRat(40, 1), big.NewRat(41, 1), big.NewRat(42, 1)})
	}
	return o, nil
}

// tuesday is when these tests judge: release 2.4.0 is eight days old, and 2.3.1 was there for two weeks.
var (
	tuesday  = time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)
	released = Times{Now: tuesday, Alone: true, Releases: []Release{
		{Version: "2.4.0", At: tuesday.AddDate(0, 0, -8)}, {Version: "2.3.1", At: tuesday.AddDate(0, 0, -22)}, {Version: "2.3.0", At: tuesday.AddDate(0, 0, -40)},
	}}
)

func worldly() *world {
	return &world{since: tuesday.AddDate(0, 0, -8), hourly: map[string]float64{
		"calculator_mistakes_total": .2, "calculator_sums_total": 200, "orders_total": 210, "visits_total": 4000, "orders_failed_total": 10.5, "orders_confirmed_total": 209.9,
		"complaints_total": 1, "good_minutes_total": 59.97, "minutes_total": 60, "searches": 300, "terms_questions_total": .01,
	}, factor: map[string]float64{"calculator_mistakes_total": .5, "orders_failed_total": .5, "complaints_total": .4, "search_seconds": .45, "orders_total": 1.15, "orders_confirmed_total": 1.15, "select amount from orders": 1.2}}
}

// read judges clauses as they are written.
func read(t testing.TB, measures []ir.Measure, times Times, sources map[string]measure.Source, past Past, lines ...string) []Result {
	t.Helper()
	var promises []Promise
	for i, line := range lines {
		c, _ := words.Parse(line, diag.Pos{File: "a.feature", Line: i + 1, Col: 1}, fmt.Sprintf("a#%d", i+1), measures)
		promises = append(promises, Promise{Feature{ID: "a", Name: "A"}, c})
	}
	p := NewPlan(promises, measures, times)
	return p.Judge(p.Ask(t.Context(), sources, past, 4))
}

func lead(line string) string {
	for _, l := range []string{"In order to ", "So that ", "so that ", "Value: "} {
		if rest, ok := strings.CutPrefix(line, l); ok {
			return rest
		}
	}
	return line
}

func told(b *strings.Builder, r Result) {
	fmt.Fprintf(b, "  %s", r.Verdict)
	if r.SoFar {
		b.WriteString(" so far")
	}
	b.WriteString("\n")
	for _, j := range r.Judgements {
		fmt.Fprintf(b, "  - %s %s [%s]: %s\n    promised: %s\n", j.Verdict, j.Reason, j.Grade, j.Sentence, j.Target)
		for _, x := range [][2]string{{"interval", j.Interval}, {"needed", j.Needed}, {"again", j.Again}, {"budget", j.Budget}, {"would change it", j.WouldChange}} {
			if x[1] != "" {
				fmt.Fprintf(b, "    %s: %s\n", x[0], x[1])
			}
		}
		if !j.Decided.IsZero() {
			fmt.Fprintf(b, "    decided: %s\n", j.Decided.Format(time.RFC3339))
		}
		for _, n := range append(j.Notes, j.Help...) {
			fmt.Fprintf(b, "    note: %s\n", n)
		}
	}
	if r.Unbound != "" {
		fmt.Fprintf(b, "    unbound: %s\n", r.Unbound)
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	file = "testdata/" + file
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s: %s", file, d)
	}
}

// TestEveryClauseOfTheAcceptanceDataIsJudged: with evidence of all that it needs, no bound claim is left undecided for
// want of a procedure.
func TestEveryClauseOfTheAcceptanceDataIsJudged(t *testing.T) {
	f, err := os.Open("../../shared/conformance/clauses.txt")
	if err != nil {
		t.Skip("SKIPPED: the acceptance data clauses.txt is not beside this checkout, so no clause was judged")
	}
	defer f.Close()
	var b strings.Builder
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		text, _, _ := strings.Cut(line, "  =>")
		x := worldly()
		for _, r := range read(t, acceptance, released, map[string]measure.Source{"prometheus": x, "sql": x}, nil, lead(strings.TrimSpace(text))) {
			fmt.Fprintf(&b, "%s\n", text)
			told(&b, r)
			for _, j := range r.Judgements {
				if j.Verdict == "" || j.Sentence == "" || j.Verdict == Undecided && (j.Reason == SourceFailed || j.Reason == "" || j.Reason == NoData || j.Reason == NoBaseline) {
					t.Errorf("%s: %s %s %s", text, j.Verdict, j.Reason, j.Sentence)
				}
			}
		}
	}
	golden(t, "acceptance.golden", b.String())
}
