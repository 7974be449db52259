package reporters

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// longestText is how much of one message is shown in full, in characters.
const longestText = 4000

// harmless is d with text of a bearable length and a file name that cannot move the cursor; the renderer
// takes care of the rest.
func harmless(d diag.Diagnostic) diag.Diagnostic {
	d.Message, d.Label, d.Code = diag.Cut(d.Message, longestText), diag.Cut(d.Label, longestText), page.Line(d.Code, 100)
	d.Range.File = page.Line(d.Range.File, 500)
	d.Notes = slices.Clone(d.Notes)
	for i := range d.Notes {
		d.Notes[i].Text, d.Notes[i].Range.File = diag.Cut(d.Notes[i].Text, longestText), page.Line(d.Notes[i].Range.File, 500)
	}
	d.Help = slices.Clone(d.Help)
	for i := range d.Help {
		d.Help[i] = diag.Cut(d.Help[i], longestText)
	}
	if d.Severity != diag.Warning {
		d.Severity = diag.Error
	}
	return d
}

// place is "file:line", what selects a scenario again on the command line.
func place(p diag.Pos) string {
	p.Col = 0
	return page.Line(p.String(), 500)
}

// brief is a duration of a scenario or step, at a precision that people compare.
func brief(d time.Duration) string {
	switch {
	case d < 0:
		return "0ms"
	case d > 0 && d < time.Millisecond:
		return "<1ms"
	case d < time.Second:
		return fmt.Sprintf("%dms", min(999, int64(math.Round(float64(d)/1e6))))
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return ir.Duration(d.Round(time.Second)).String()
}

// rounded is a measured duration at three digits: more of them are noise, and no table can be read.
func rounded(d time.Duration) string {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	if d = d.Round(unit); d >= time.Minute {
		return ir.Duration(d).String()
	}
	return d.String()
}

// thousands writes 12004 as 12,004.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural is "1 sample" or "12,004 samples".
func plural(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return thousands(n) + " " + word + "s"
}

// total is the duration of a run or stage: "0.8s".
func total(d time.Duration) string {
	if d >= 100*time.Millisecond && d < time.Second {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return brief(d)
}

// shortDigest is enough of a digest to compare by eye.
func shortDigest(d string) string {
	algorithm, hex, ok := strings.Cut(page.Line(d, 200), ":")
	if !ok {
		algorithm, hex = "sha256", algorithm
	}
	if hex == "" {
		return ""
	}
	return algorithm + ":" + hex[:min(12, len(hex))]
}

// tally says how a number of scenarios went, beginning with what the outcome is about.
func tally(o runners.Outcome, c runners.Counts) string {
	n := c.Total()
	waiting := phrase(count{c.Undefined, "undefined"}, count{c.Pending, "pending"}, count{c.Ambiguous, "ambiguous"})
	beside := phrase(count{c.Flaky, "flaky"}, count{c.Skipped, "skipped"})
	switch {
	case n == 0:
		return "no scenarios"
	case o == runners.GateUndecided:
		return fmt.Sprintf("%d of %d passed", c.Passed+c.Flaky, n) + brackets(phrase(count{c.Failed, "failed"}), waiting, beside)
	case c.Failed > 0 && o == runners.GatePassed: // a probe that runs again confirms a failure or does not
		return fmt.Sprintf("%d of %d", c.Passed+c.Flaky, n) + brackets(recovered(c.Failed), waiting, beside)
	case c.Failed > 0:
		return fmt.Sprintf("%d of %d", c.Failed, n) + brackets(waiting, beside)
	case waiting != "":
		return fmt.Sprintf("%s of %d", waiting, n) + brackets(beside)
	case o == runners.GatePassed:
		return fmt.Sprintf("%d of %d", c.Passed+c.Flaky, n) + brackets(beside)
	}
	return fmt.Sprintf("%d of %d scenarios passed", c.Passed+c.Flaky, n) + brackets(beside)
}

func recovered(n int) string {
	if n == 1 {
		return "1 failure recovered"
	}
	return fmt.Sprintf("%d failures recovered", n)
}

// runs is the tally of a probe that ran its scenarios several times: "300 runs of 10 scenarios".
func runs(o runners.Outcome, c runners.Counts, scenarios int) string {
	of := fmt.Sprintf("%d runs of %d scenarios", c.Total(), scenarios)
	if scenarios == 1 {
		of = fmt.Sprintf("%d runs of 1 scenario", c.Total())
	}
	rest := phrase(count{c.Flaky, "flaky"}, count{c.Skipped, "skipped"}, count{c.Pending, "pending"})
	switch {
	case o == runners.GatePassed && c.Failed > 0:
		return of + ", " + recovered(c.Failed) + brackets(rest)
	case o == runners.GatePassed:
		return of + brackets(rest)
	case c.Failed > 0:
		return fmt.Sprintf("%d of %s", c.Failed, of) + brackets(rest)
	}
	return fmt.Sprintf("%d of %s passed", c.Passed+c.Flaky, of) + brackets(rest)
}

type count struct {
	n    int
	word string
}

func phrase(counts ...count) string {
	var parts []string
	for _, c := range counts {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.word))
		}
	}
	return strings.Join(parts, ", ")
}

func brackets(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// promises sums verdicts up as their owners would: "3 of 9 promises kept, 1 missed, 5 not yet known".
func promises(list []runners.Verdict) string {
	if len(list) == 0 {
		return ""
	}
	n := map[string]int{}
	told := map[string]bool{}
	total := 0
	for _, v := range worstFirst(list) { // a clause of several claims is kept when all of them are
		if v.Clause != "" && told[v.Clause] {
			continue
		}
		told[v.Clause] = true
		n[verdictOf(v)]++
		total++
	}
	s := fmt.Sprintf("%d of %d promises kept", n[delivered], total)
	if total == 1 {
		s = fmt.Sprintf("%d of 1 promise kept", n[delivered])
	}
	if rest := phrase(count{n[missed], "missed"}, count{n[undecided], "not yet known"}, count{n[unbound], "unbound"}); rest != "" {
		s += ", " + rest
	}
	return s
}

const (
	delivered = "delivered"
	missed    = "missed"
	undecided = "undecided"
	unbound   = "unbound"
)

var worstVerdicts = []string{missed, undecided, unbound, delivered}

// worstFirst are the verdicts in the order in which they concern somebody.
func worstFirst(list []runners.Verdict) []runners.Verdict {
	list = slices.Clone(list)
	rank := func(v runners.Verdict) int { return slices.Index(worstVerdicts, verdictOf(v)) }
	slices.SortStableFunc(list, func(a, b runners.Verdict) int { return rank(a) - rank(b) })
	return list
}

// verdictOf is one of the four; a verdict that is none of them has decided nothing.
func verdictOf(v runners.Verdict) string {
	switch v.Verdict {
	case delivered, missed, unbound:
		return v.Verdict
	}
	return undecided
}

// verdictWord is what an owner reads.
func verdictWord(v runners.Verdict) string {
	if w := verdictOf(v); w != undecided {
		return strings.ToUpper(w)
	}
	return "NOT YET KNOWN"
}

// because is what a verdict rests on, or why there is none.
func because(v runners.Verdict) string {
	if v.Sentence != "" {
		return v.Sentence
	}
	return strings.ReplaceAll(v.Reason, "_", " ")
}

// headline is where a stage runs, by the parts known: "uat", "functional", "http", "local http://127.0.0.1:8080".
func (s *stage) headline() []string {
	var parts []string
	for _, p := range []string{cmp.Or(s.name, "run"), s.info.Runner, s.info.Driver, strings.TrimSpace(s.info.Environment + " " + s.info.URL)} {
		if p != "" && (len(parts) != 1 || p != s.name) { // a stage is often called like its runner
			parts = append(parts, page.Line(p, 200))
		}
	}
	return parts
}

// full is the name of a result. Runners make the names of an outline's rows unique.
func full(r *result) string {
	for _, n := range []string{r.name, r.row, r.id} {
		if strings.TrimSpace(n) != "" {
			return n
		}
	}
	return "(no name)"
}
