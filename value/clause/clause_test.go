package clause

import (
	"bufio"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

var update = flag.Bool("update", false, "write the golden files")

// shop is the measures that the acceptance data assumes.
var shop = []ir.Measure{
	{Name: "mistakes", Says: []string{"silly mistakes"}, Count: "calculator_mistakes_total", Per: "calculator_sums_total", From: "openmetrics", Better: "lower", MDE: "20%"},
	{Name: "orders", Count: "orders_total", Per: "visits_total", From: "openmetrics", Better: "higher", MDE: "20%"},
	{Name: "failed orders", Count: "orders_failed_total", Of: "orders_total", From: "openmetrics", Better: "lower", MDE: "20%", Says: []string{"{quantity} of orders to errors"}},
	{Name: "confirmed orders", Count: "orders_confirmed_total", Of: "orders_total", From: "openmetrics", Better: "higher", MDE: "20%",
		Says: []string{"{quantity} of orders confirmed", "{quantity} of orders are confirmed"}},
	{Name: "searches", Quantile: "duration", From: "run", Unit: "s", Better: "lower", MDE: "20%", Says: []string{"answer {quantity} of searches", "answer searches"}},
	{Name: "checkout", Quantile: "duration", From: "run", Unit: "s", Better: "lower", MDE: "20%", Says: []string{"check out"}},
	{Name: "complaints", Count: "complaints_total", From: "openmetrics", Better: "lower", MDE: "20%"},
	{Name: "revenue", Value: "revenue", From: "sql", Unit: "£", Better: "higher", MDE: "20%"},
	{Name: "basket", Value: "basket", From: "sql", Unit: "£", Better: "higher", MDE: "20%"},
	{Name: "availability", Count: "good_minutes_total", Of: "minutes_total", From: "openmetrics", Better: "higher", MDE: "20%", Says: []string{"be available"}},
	{Name: "wait", Value: "wait", From: "sql", Unit: "s", Better: "lower", MDE: "20%"},
	{Name: "page size", Value: "bytes", From: "sql", Unit: "B", Better: "lower", MDE: "20%"},
	{Name: "rating", Value: "stars", From: "sql", Better: "higher", MDE: "20%"},
	{Name: "queries", Count: "queries_total", From: "openmetrics", Better: "lower", MDE: "20%"},
	{Name: "e-mails", Count: "mails_total", From: "openmetrics", Better: "lower", MDE: "20%"},
	{Name: "analysis", Count: "select count(*) from analyses", From: "sql", Better: "lower", MDE: "20%"},
	{Name: "terms and conditions questions", Count: "terms_questions_total", From: "openmetrics", Better: "lower", MDE: "20%"},
}

// named are the baselines that the table of readings assumes; the acceptance data assumes none.
var named = []ir.Baseline{{Name: "the spring campaign"}, {Name: "autumn", About: "all of it"}, {Name: "Black Friday"}, {Name: "orders, complaints and searches of May"}, {Name: "sprint 1.000"}}

func shown(c ir.Clause, diags diag.List) string {
	var b strings.Builder
	for _, k := range c.Claims {
		guard := ""
		if k.Guardrail {
			guard = "guardrail "
		}
		fmt.Fprintf(&b, "  %s%s: %s %s of %s %s %s", guard, k.Reading, k.Mode, k.Statistic, k.Measure, k.Compare, k.Target)
		for _, o := range [][2]string{{"..", k.Upper}, {" unit ", k.Unit}, {" within ", k.Threshold}, {" per ", k.Per}, {" premise ", k.Premise},
			{" baseline ", k.Baseline}, {" window ", k.Window}, {" days ", k.Days}} {
			if o[1] != "" {
				b.WriteString(o[0] + o[1])
			}
		}
		b.WriteString("\n")
	}
	if c.Unbound != "" {
		fmt.Fprintf(&b, "  unbound: %s\n", c.Unbound)
		for _, r := range c.Rewrites {
			fmt.Fprintf(&b, "    write: %s\n", r)
		}
	}
	for _, d := range diags {
		fmt.Fprintf(&b, "  %s: %s [%s] at %d+%d\n", d.Severity, d.Message, d.Code, d.Range.Col, d.Range.Len)
	}
	return b.String()
}

func lead(line string) string {
	for _, l := range []string{"In order to ", "So that ", "so that ", "Value: "} {
		if rest, ok := strings.CutPrefix(line, l); ok {
			return rest
		}
	}
	return line
}

// TestAcceptance prints every reading beside the one that the acceptance data asks for.
func TestAcceptance(t *testing.T) {
	f, err := os.Open("../../../shared/conformance/clauses.txt")
	if err != nil {
		t.Skip("SKIPPED: the acceptance data clauses.txt is not beside this checkout, so no reading was compared")
	}
	defer f.Close()
	var b strings.Builder
	for in := bufio.NewScanner(f); in.Scan(); {
		line, want, ok := strings.Cut(in.Text(), "  =>  ")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		c, diags := Parse(lead(line), diag.Pos{File: "x.feature", Line: 2, Col: 1}, "x#1", shop)
		fmt.Fprintf(&b, "%s\n  => %s\n%s\n", line, want, shown(c, diags))
	}
	golden(t, "testdata/clauses.golden", b.String())
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
}

func TestNoWordIsPassedOver(t *testing.T) {
	for _, words := range []string{"make at most 5 mistakes", "make 0 mistakes", "make fewer mistakes", "lose fewer than 1% of orders to errors"} {
		if c, _ := Parse(words, diag.Pos{}, "", shop); c.Unbound != "" {
			t.Fatalf("%q: %s", words, c.Unbound)
		}
		fields := strings.Fields(words)
		for i := 0; i <= len(fields); i++ {
			odd := strings.Join(append(append(append([]string{}, fields[:i]...), "purple"), fields[i:]...), " ")
			if c, _ := Parse(odd, diag.Pos{}, "", shop); c.Unbound == "" {
				t.Errorf("%q was read as %q", odd, c.Claims[0].Reading)
			}
		}
	}
}

func TestTwoMeasuresThatFitEquallyAreAnError(t *testing.T) {
	ms := []ir.Measure{{Name: "calls", Count: "a"}, {Name: "tickets", Says: []string{"calls"}, Count: "b"}}
	c, diags := Parse("have 0 calls", diag.Pos{File: "x", Line: 1, Col: 13}, "", ms)
	if len(c.Claims) > 0 || c.Unbound == "" || len(diags) != 1 || diags[0].Code != "value/ambiguous-noun" || diags[0].Range.Col != 20 {
		t.Errorf("%+v\n%+v", c, diags)
	}
}

func TestColumnsFollowThePieces(t *testing.T) {
	pieces := []Piece{{"make at most", diag.Pos{File: "f", Line: 2, Col: 15}}, {"1.000 mistakes", diag.Pos{File: "f", Line: 3, Col: 5}}}
	_, diags := ParsePieces(pieces, "", shop)
	if len(diags) != 1 || diags[0].Range != diag.At(diag.Pos{File: "f", Line: 3, Col: 5}, 5) {
		t.Errorf("%+v", diags)
	}
	pieces[1].Text = "5 mistakes"
	c, _ := ParsePieces(pieces, "", shop)
	if len(c.Claims) != 1 || c.Claims[0].Pos.Line != 2 || c.Text != "make at most 5 mistakes" {
		t.Errorf("%+v", c)
	}
}

func TestUnboundComesWithAMeasureToPaste(t *testing.T) {
	c, _ := Parse("avoid silly mistakes", diag.Pos{}, "", nil)
	want := "measures:\n  silly mistakes:\n    count: silly_mistakes_total   # a counter that your software exports\n    per: requests_total   # out of how many chances\n    from: openmetrics\n    better: lower\n"
	if d := cmp.Diff(want, c.Stub); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"make 0 silly mistakes", "make at most 5 silly mistakes a week", "make fewer silly mistakes than the previous release"}, c.Rewrites); d != "" {
		t.Error(d)
	}
}

func FuzzClause(f *testing.F) {
	for _, s := range []string{"make 0 silly mistakes", "lose under 1 in 100 orders", "a,b and without", "between 2 and 5 mistakes", "1 in 0 orders",
		"twice as fast searches at p99.9 within 3ms", "£40 average basket", "cut mistakes from 5% to 3%", "without", "½ % 1.000,5 of orders to errors"} {
		f.Add(s)
	}
	if table, err := os.ReadFile("testdata/readings.txt"); err == nil {
		for _, line := range strings.Split(string(table), "\n") {
			if isClause(line) && !strings.HasPrefix(line, " ") {
				f.Add(line)
			}
		}
	}
	f.Fuzz(sound)
}

// sound holds what every text must hold: it is bound or unbound, no claim is half a claim, every place lies inside.
func sound(t *testing.T, s string) {
	at := diag.Pos{File: "f", Line: 1, Col: 1}
	c, diags := Parse(s, at, "f#1", shop)
	if len(c.Claims) == 0 && c.Unbound == "" {
		t.Fatalf("%q is neither bound nor unbound", s)
	}
	end := len([]rune(strings.ToValidUTF8(s, "\uFFFD"))) + 1
	for _, k := range c.Claims {
		if k.Reading == "" || k.Measure == "" || k.Compare == "" || k.Mode == "" || k.Statistic == "" || k.Target == "" {
			t.Fatalf("%q: half a claim %+v", s, k)
		}
		if strings.ContainsAny(k.Reading, "{}") {
			t.Fatalf("%q: a slot is left in %q", s, k.Reading)
		}
		if k.Mode == ir.Inferred && k.Baseline == "" && k.Statistic != ir.StatSlope {
			t.Fatalf("%q is compared with nothing: %+v", s, k)
		}
		if k.Pos.Col < 1 || k.Pos.Col+k.Len > end {
			t.Fatalf("%q: the claim at %d+%d lies outside", s, k.Pos.Col, k.Len)
		}
	}
	for _, d := range diags {
		if d.Range.Col < 1 || d.Range.Col+d.Range.Len > end {
			t.Fatalf("%q: %+v lies outside", s, d.Range)
		}
	}
	Parse(s, at, "f#1", nil)
}

// TestNoLineOfACorpusCrashes reads every line of every file of the public corpora as a clause.
func TestNoLineOfACorpusCrashes(t *testing.T) {
	const root = "../../../shared/conformance"
	if _, err := os.Stat(root); err != nil {
		t.Skip("SKIPPED: the corpora are not beside this checkout, so none of their lines was read")
	}
	lines := map[string]bool{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".feature" && filepath.Ext(name) != ".txt" {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, line := range strings.Split(string(data), "\n") {
			lines[strings.TrimSpace(line)] = true
		}
		return nil
	})
	if err != nil || len(lines) < 1000 {
		t.Errorf("%d lines, %v", len(lines), err)
	}
	for line := range lines {
		sound(t, line)
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		Parse("make 20% fewer mistakes than last week without losing orders", diag.Pos{}, "", shop)
	}
}
