package clause

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// formula is a claim as a judge sees it: ratio of mistakes <= 0.8 against the previous release.
func formula(k ir.Claim) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s of %s %s %s", k.Mode, k.Statistic, k.Measure, k.Compare, k.Target)
	for _, o := range [][2]string{{"..", k.Upper}, {" ", k.Unit}, {" within ", k.Threshold}, {" per ", k.Per}, {" premise ", k.Premise},
		{" against ", k.Baseline}, {" window ", k.Window}, {" days ", k.Days}} {
		if o[1] != "" {
			b.WriteString(o[0] + o[1])
		}
	}
	return b.String()
}

// row is a clause with everything that was read out of it.
func row(text string, c ir.Clause, diags diag.List) string {
	cells := []string{text}
	for _, k := range c.Claims {
		guard := ""
		if k.Guardrail {
			guard = "guardrail: "
		}
		cells = append(cells, guard+k.Reading+" | "+formula(k))
	}
	if c.Unbound != "" {
		cells = append(cells, "unbound: "+c.Unbound+" | write: "+strings.Join(c.Rewrites, "; "))
	}
	for _, d := range diags {
		cells = append(cells, fmt.Sprintf("%s: %s [%s] at %d+%d", d.Severity, d.Message, d.Code, d.Range.Col, d.Range.Len))
	}
	return strings.Join(cells, "\n    | ")
}

// clausesOf are the clauses of the table; comments and headings are "".
func tableOf(t *testing.T, file string) (lines []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		if !strings.HasPrefix(line, "    |") {
			lines = append(lines, line)
		}
	}
	return lines
}

func isClause(line string) bool { return line != "" && !strings.HasPrefix(line, "#") }

// TestReadings is the table of what clauses mean. A reading that changes is a promise that changes.
func TestReadings(t *testing.T) {
	const file = "testdata/readings.txt"
	var b strings.Builder
	count := 0
	for _, line := range tableOf(t, file) {
		if isClause(line) {
			count++
			c, diags := Parse(lead(line), diag.Pos{File: "x.feature", Line: 2, Col: 1}, "x#1", shop, named...)
			line = row(line, c, diags)
		}
		b.WriteString(line + "\n")
	}
	if count < 150 {
		t.Errorf("%d clauses, expected 150 or more", count)
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Error(d)
	}
}
