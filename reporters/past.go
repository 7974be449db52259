package reporters

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/runners"
)

// Past is a run as the history keeps it. Where many are listed they have their stages alone.
type Past struct {
	history.Run
	Stages    []history.Stage
	Skipped   []history.Skipped // stages that it left out
	Scenarios []PastScenario
	Verdicts  []history.Verdict // as they were judged
	Summaries []history.Summarised
}

// PastScenario is a scenario of a stage.
type PastScenario struct {
	history.Scenario
	Stage string
}

// mostTold is how many failures of a stage are listed.
const mostTold = 50

// unended is the outcome of what has none: it runs still, or was killed.
const unended = "did not end"

// PastRuns lists runs for people, a line each.
func PastRuns(w io.Writer, list []Past, zone *time.Location) error {
	var rows [][]string
	for _, p := range list {
		rows = append(rows, []string{fmt.Sprint(p.Number), p.Start.In(zone).Format("2006-01-02 15:04"), Cell(p.what(), 60), p.ended(), Cell(p.release(), 30), BriefDigest(p.Digest)})
	}
	return Table(w, []string{"run", "when", "what", "outcome", "release", "digest"}, rows)
}

// PastRun tells one run in full for people.
func PastRun(w io.Writer, p Past, zone *time.Location) error {
	var b strings.Builder
	fmt.Fprintf(&b, "run %d · %s · %s%s\n", p.Number, p.Start.In(zone).Format("2006-01-02 15:04:05 MST"), p.ended(), lasted(p.Start, p.End))
	fmt.Fprintf(&b, "%s · %s · %s · seed %d\n", Cell(p.ID, 100), Cell(p.Digest, 200), Cell(p.Tool, 60), p.Seed)
	if len(p.Overrides) > 0 {
		fmt.Fprintf(&b, "with %s\n", Cell(strings.Join(p.Overrides, " "), 500))
	}
	for _, s := range p.Stages {
		p.stage(&b, s)
	}
	for _, s := range p.Skipped {
		fmt.Fprintf(&b, "\n%s\n  was not run: %s\n", Cell(s.Name, 100), Cell(s.Why, 300))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p Past) stage(b *strings.Builder, s history.Stage) {
	parts := []string{s.Name}
	for _, part := range []string{s.Runner, s.Driver, strings.TrimSpace(s.Environment + " " + s.URL), prefixed("release ", s.Release)} {
		if part != "" && part != s.Name {
			parts = append(parts, part)
		}
	}
	fmt.Fprintf(b, "\n%s\n", Cell(strings.Join(parts, " · "), 300))
	failed := 0
	for _, sc := range p.Scenarios {
		if status := runners.Status(sc.Status); sc.Stage != s.Name || status.Good() || status == runners.Skipped {
			continue
		}
		if failed++; failed <= mostTold {
			fmt.Fprintf(b, "  %s  %s  %s: %s\n", Cell(sc.Status, 20), Cell(sc.Place, 200), Cell(sc.Name, 200), Cell(cmp.Or(sc.Cause, "no reason was recorded"), 300))
		}
	}
	if failed > mostTold {
		fmt.Fprintf(b, "  … and %s more\n", thousands(int64(failed-mostTold)))
	}
	for _, sum := range p.Summaries {
		if sum.Stage == s.Name && s.Runner == string(ir.LoadRunner) && (sum.Of == ofJourneys || sum.Of == ofRequests) {
			fmt.Fprintf(b, "  %s, %s failed\n", plural(sum.Count, strings.TrimSuffix(sum.Of, "s")), thousands(sum.Failed))
		}
	}
	for _, v := range p.Verdicts {
		if v.Stage == s.Name {
			fmt.Fprintf(b, "  %s  %s%s\n", verdictWord(runners.Verdict{Verdict: v.Verdict}), Cell(v.Words, 200), prefixed(" — ", presentCell(v.Sentence, 400)))
		}
	}
	fmt.Fprintf(b, "  %s%s%s\n", Cell(cmp.Or(s.Outcome, unended), 20), countsOf(s.Counts), lasted(s.Start, s.End))
}

func presentCell(s string, n int) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return Cell(s, n)
}

// lasted is " in 4.2s", "" of what did not end.
func lasted(from, to time.Time) string {
	if to.IsZero() {
		return ""
	}
	return " in " + total(to.Sub(from))
}

// what ran: the stages, and where.
func (p Past) what() string {
	var names []string
	for _, s := range p.Stages {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ") + prefixed(" on ", strings.Join(p.each(func(s history.Stage) string { return s.Environment }), ", "))
}

// release that was live while it ran, each that a stage met.
func (p Past) release() string {
	return strings.Join(p.each(func(s history.Stage) string { return s.Release }), ", ")
}

// each is what stages say, once.
func (p Past) each(of func(history.Stage) string) []string {
	var list []string
	for _, s := range p.Stages {
		if text := of(s); text != "" && !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

func (p Past) ended() string { return Cell(cmp.Or(p.Outcome, unended), 20) }

// BriefDigest is enough of a digest to compare by eye, "-" when there is none.
func BriefDigest(d string) string { return Cell(shortDigest(d), 200) }

// countsOf is ": 5 passed, 1 failed".
func countsOf(counts map[string]int) string {
	var parts []count
	for _, status := range runners.Statuses {
		parts = append(parts, count{counts[string(status)], string(status)})
	}
	return prefixed(": ", phrase(parts...))
}
