package hoops_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl"
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value"
	"github.com/cucumber-value/hoops/value/clause"
	"github.com/cucumber-value/hoops/value/measure"
)

// The worked examples of docs/value.md are judged. A fenced block whose info string is "example" holds some, with an
// empty line between. Each begins with a clause; lines of two columns say what was seen, by release, group or
// sub-window, and "or" begins another case; "read as", "verdict" and the sentence in quotes are what hoops makes of it.
// UPDATE=1 writes these three; the measures are those of the document's first project.

// Release 2.4.0 has been live for a week, and 2.3.1 was for two. An example's "judged" moves the moment of judging.
var (
	liveSince = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) // a Monday
	weekLater = liveSince.AddDate(0, 0, 7)
)

func TestTheWorkedExamplesOfValueAreJudged(t *testing.T) {
	const name = "docs/value.md"
	doc := read(t, name)
	measures := measuresOf(t, name)
	judged := 0
	got := regexp.MustCompile("(?ms)^```example\n(.*?)^```\n").ReplaceAllStringFunc(doc, func(block string) string {
		body := strings.TrimSuffix(strings.TrimPrefix(block, "```example\n"), "```\n")
		var parts []string
		for _, part := range strings.Split(body, "\n\n") {
			judged++
			parts = append(parts, workedExample(t, part, measures))
		}
		return "```example\n" + strings.Join(parts, "\n") + "```\n"
	})
	if judged < 25 {
		t.Errorf("only %d examples were judged", judged)
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(doc, got); d != "" {
		t.Errorf("%s says something else than hoops (UPDATE=1 writes it):\n%s", name, d)
	}
}

func measuresOf(t *testing.T, name string) []ir.Measure {
	t.Helper()
	for _, p := range projects(t) {
		if p.file == name {
			if r := dsl.Compile(p.sources()); r.Program != nil {
				return r.Program.Measures
			}
		}
	}
	t.Fatalf("%s has no project", name)
	return nil
}

func workedExample(t *testing.T, body string, measures []ir.Measure) string {
	t.Helper()
	title, rest, _ := strings.Cut(body, "\n")
	text := strings.TrimPrefix(strings.TrimPrefix(title, "In order to "), "Value: ")
	c, diags := clause.Parse(text, diag.Pos{File: "value.md", Line: 1, Col: 1}, "shop#1", measures)
	if len(diags) > 0 || len(c.Claims) == 0 {
		t.Errorf("%q: %v %s", title, diags, c.Unbound)
		return body
	}
	var cases []worked
	width := len("as long as")
	for _, lines := range strings.Split("\n"+rest, "\n  or\n") {
		e := workedCase(t, lines)
		for _, in := range e.inputs {
			width = max(width, len(in[0]))
		}
		cases = append(cases, e)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", title)
	row := func(key, text string) { fmt.Fprintf(&b, "  %-*s  %s\n", width, key, text) }
	for _, claim := range c.Claims {
		row(map[bool]string{false: "read as", true: "as long as"}[claim.Guardrail], claim.Reading)
	}
	for i, e := range cases {
		if i > 0 {
			b.WriteString("  or\n")
		}
		for _, in := range e.inputs {
			row(in[0], in[1])
		}
		for _, j := range e.judge(t, c, measures).Judgements {
			verdict := string(j.Verdict)
			if j.SoFar {
				verdict += " so far"
			}
			if j.Reason != "" {
				verdict += ": " + string(j.Reason)
			}
			row("verdict", verdict)
			said := j.Sentence
			if j.Again != "" {
				said += "; would it hold again? " + j.Again
			}
			for i, line := range wrapped(`"`+said+`"`, 116) {
				fmt.Fprintf(&b, "  %s%s\n", strings.Repeat(" ", min(i, 1)), line)
			}
		}
	}
	return b.String()
}

// worked is what was seen in one case of an example.
type worked struct {
	inputs [][2]string // in the order of the document: release 2.4.0, "12 mistakes in 17,500 sums"
	judged time.Time
	live   bool // the releases are known
}

func workedCase(t *testing.T, lines string) worked {
	t.Helper()
	e := worked{judged: weekLater, live: true}
	for _, line := range strings.Split(lines, "\n") {
		key, rest, two := strings.Cut(strings.TrimSpace(line), "  ")
		switch {
		case !two || key == "read as" || key == "as long as" || key == "verdict" || strings.HasPrefix(key, `"`):
			continue
		case key == "judged":
			e.judged = momentOf(t, strings.TrimSpace(rest))
		case key == "releases":
			e.live = false
		}
		e.inputs = append(e.inputs, [2]string{key, strings.TrimSpace(rest)})
	}
	return e
}

func (e worked) judge(t *testing.T, c ir.Clause, measures []ir.Measure) value.Result {
	t.Helper()
	times := value.Times{Now: e.judged, Alone: true}
	if e.live {
		times.Releases = []value.Release{{Version: "2.4.0", At: liveSince}, {Version: "2.3.1", At: liveSince.AddDate(0, 0, -14)}}
	}
	plan := value.NewPlan([]value.Promise{{Feature: value.Feature{ID: "shop", Name: "Shop"}, Clause: c}}, measures, times)
	return plan.Judge(plan.Ask(t.Context(), map[string]measure.Source{"prometheus": &table{t: t, e: e}}, nil, 1))[0]
}

// wrapped breaks a text into lines of at most width runes.
func wrapped(text string, width int) []string {
	var lines []string
	line := ""
	for _, w := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(w)) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + w)
	}
	return append(lines, line)
}

func momentOf(t *testing.T, text string) time.Time {
	t.Helper()
	m := regexp.MustCompile(`^(\d+) (minute|hour|day)s? after the release$`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("judged when? %q", text)
	}
	n, _ := strconv.Atoi(m[1])
	return liveSince.Add(time.Duration(n) * map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[m[2]])
}
