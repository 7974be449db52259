package cmd

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/runners"
)

// wanted is what hoops history is asked for.
type wanted struct {
	history.RunFilter
	since  string
	format string
}

func (a *app) historyCommand() *cobra.Command {
	var w wanted
	c := &cobra.Command{
		Use:   "history [RUN] [DIR | FILE.hoops]",
		Short: "Show what ran here before, newest first, or one run in full",
		Example: `  hoops history                         the last runs
  hoops history 12                      run 12: its stages, failures and verdicts
  hoops history --env production --since 7d`,
		RunE: func(_ *cobra.Command, args []string) error {
			run := ""
			if len(args) > 0 && runName.MatchString(args[0]) && !isFolder(args[0]) {
				run, args = args[0], args[1:]
			}
			if w.format != "text" && w.format != "json" {
				return usage(fmt.Sprintf("unknown format %q", w.format), "hoops history prints text or json")
			}
			if w.since != "" {
				var err error
				if w.Since, err = a.pastTime("--since", w.since); err != nil {
					return err
				}
			}
			return a.showHistory(args, run, w)
		},
	}
	f := c.Flags()
	f.StringVar(&w.Stage, "stage", "", "only runs with the stage `NAME`")
	f.StringVar(&w.Environment, "env", "", "only runs with a stage in the environment `NAME`")
	f.StringVar(&w.since, "since", "", "only runs since `TIME`: 7d, 2026-03-01, 2026-03-01T14:00:00Z")
	f.IntVarP(&w.Limit, "limit", "n", 20, "show the last `N` runs; 0 is all")
	f.StringVarP(&w.format, "format", "f", "text", "print `text or json`")
	return c
}

// runName is a run's number or id.
var runName = regexp.MustCompile(`^([0-9]+|[0-9]{8}T[0-9]{6}Z-[0-9a-f]+)$`)

// times are the ways to write one, in this machine's zone where none is said.
var times = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"}

// pastTime is a time in a flag: a date, a time, or how long ago.
func (a *app) pastTime(flag, text string) (time.Time, error) {
	now := a.now()
	if back, err := expr.ParseDuration(text); err == nil && back > 0 {
		return now.Add(-back), nil
	}
	for _, layout := range times {
		at, err := time.ParseInLocation(layout, text, time.Local)
		if err != nil {
			continue
		}
		if at.After(now) {
			return at, usage(fmt.Sprintf("%s %s is still to come", flag, text), "it is "+now.Format("2006-01-02 15:04 MST")+" now")
		}
		return at, nil
	}
	return time.Time{}, usage(fmt.Sprintf("%s %s is no time", flag, text), "write it as 2026-03-01, 2026-03-01T14:00:00Z, or how long ago: 2h, 7d")
}

// past is a run with what is shown of it.
type past struct {
	history.Run
	stages []history.Stage
}

func (a *app) showHistory(args []string, run string, w wanted) error {
	a.quiet = true
	t, err := a.open(args)
	if err != nil {
		return err
	}
	store, err := a.remember(t, archive.read)
	if err != nil {
		return a.nothingYet(err, w)
	}
	defer store.Close()
	if run != "" {
		return a.showRun(store, run, w.format)
	}
	runs, err := store.Runs(w.RunFilter)
	if err != nil {
		return unusable(shownFrom(err))
	}
	list := make([]past, len(runs))
	for i, r := range runs {
		list[i].Run = r
		if list[i].stages, err = store.Stages(r.ID); err != nil {
			return unusable(shownFrom(err))
		}
	}
	if w.format == "json" {
		out := []pastJSON{}
		for _, p := range list {
			out = append(out, p.json())
		}
		return a.printJSON(out)
	}
	if len(list) == 0 {
		fmt.Fprintln(a.stdio.Err, "hoops: no run is recorded that is asked for; hoops history alone shows the last ones")
		return nil
	}
	return a.printRuns(list)
}

// nothingYet is a history that nobody has written: nothing is wrong, and something is to be said.
func (a *app) nothingYet(err error, w wanted) error {
	if errors.Is(err, fs.ErrNotExist) {
		if w.format == "json" {
			return a.printJSON([]pastJSON{})
		}
		fmt.Fprintln(a.stdio.Err, "hoops: nothing is recorded yet: hoops test, load, probe, run and value record what they do")
		return nil
	}
	return unusable(err)
}

func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.stdio.Out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return harness(err, "")
	}
	return nil
}

func (a *app) printRuns(list []past) error {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "run\twhen\twhat\toutcome\trelease\tdigest")
	for _, p := range list {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n", p.Number, p.Start.Local().Format("2006-01-02 15:04"), cell(p.what(), 60), p.ended(),
			cell(p.release(), 30), briefDigest(p.Digest))
	}
	table.Flush()
	_, err := io.WriteString(a.stdio.Out, trimmedLines(text.String()))
	return err
}

// trimmedLines ends no line with spaces.
func trimmedLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// cell is data as one harmless column of at most n characters.
func cell(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\v' || r == '\f' {
			return ' '
		}
		return r
	}, diag.Printable(s))
	if r := []rune(s); len(r) > n {
		s = string(r[:n-1]) + "…"
	}
	return cmp.Or(s, "-")
}

// what ran: the stages, and where.
func (p past) what() string {
	var names, places []string
	for _, s := range p.stages {
		names = append(names, s.Name)
		if s.Environment != "" && !slices.Contains(places, s.Environment) {
			places = append(places, s.Environment)
		}
	}
	what := strings.Join(names, ", ")
	if len(places) > 0 {
		what += " on " + strings.Join(places, ", ")
	}
	return what
}

// release that was live while it ran, each that a stage met.
func (p past) release() string {
	var list []string
	for _, s := range p.stages {
		if s.Release != "" && !slices.Contains(list, s.Release) {
			list = append(list, s.Release)
		}
	}
	return strings.Join(list, ", ")
}

// unended is the outcome of what has none: it runs still, or was killed.
const unended = "did not end"

func (p past) ended() string { return cell(cmp.Or(p.Outcome, unended), 20) }

// briefDigest is enough of a digest to compare by eye.
func briefDigest(d string) string {
	d = cell(d, 200)
	if name, hex, found := strings.Cut(d, ":"); found && len(hex) > 12 {
		return name + ":" + hex[:12]
	}
	return d
}

// showRun prints one run in full.
func (a *app) showRun(store *history.Store, name, format string) error {
	p, err := findRun(store, name)
	if err != nil {
		return unusable(shownFrom(err))
	}
	var told toldRun
	for _, stage := range p.stages {
		list, err := store.Scenarios(p.ID, stage.Name)
		if err != nil {
			return unusable(shownFrom(err))
		}
		for _, sc := range list {
			told.scenarios = append(told.scenarios, pastScenario{sc, stage.Name})
		}
	}
	if told.verdicts, err = store.Verdicts(history.VerdictFilter{Run: p.ID, Detail: format == "json"}); err == nil {
		told.summaries, err = store.Summaries(history.SummaryFilter{Run: p.ID, Final: true})
	}
	if err != nil {
		return unusable(shownFrom(err))
	}
	slices.Reverse(told.verdicts) // as they were judged
	if format == "json" {
		out := p.json()
		out.Scenarios, out.Verdicts = told.json()
		return a.printJSON(out)
	}
	_, err = io.WriteString(a.stdio.Out, told.text(p))
	return err
}

// findRun finds one by its number or id.
func findRun(store *history.Store, name string) (past, error) {
	run, found, err := store.Run(name)
	if n, wrong := strconv.Atoi(name); err == nil && !found && wrong == nil {
		run, found, err = store.Numbered(n)
	}
	if err != nil {
		return past{}, err
	}
	if !found {
		return past{}, usage("there is no run "+name+" in this history", "hoops history lists the runs")
	}
	stages, err := store.Stages(run.ID)
	return past{run, stages}, err
}

// toldRun is what is kept of a run.
type toldRun struct {
	scenarios []pastScenario
	verdicts  []history.Verdict
	summaries []history.Summarised
}

type pastScenario struct {
	history.Scenario
	stage string
}

// mostTold is how many failures of a stage are listed.
const mostTold = 50

func (t toldRun) text(p past) string {
	var b strings.Builder
	took := ""
	if !p.End.IsZero() {
		took = " in " + shortly(p.End.Sub(p.Start))
	}
	fmt.Fprintf(&b, "run %d · %s · %s%s\n", p.Number, p.Start.Local().Format("2006-01-02 15:04:05 MST"), p.ended(), took)
	fmt.Fprintf(&b, "%s · %s · %s · seed %d\n", cell(p.ID, 100), cell(p.Digest, 200), cell(p.Tool, 60), p.Seed)
	if len(p.Overrides) > 0 {
		fmt.Fprintf(&b, "with %s\n", cell(strings.Join(p.Overrides, " "), 500))
	}
	for _, s := range p.stages {
		t.stage(&b, s)
	}
	return b.String()
}

func (t toldRun) stage(b *strings.Builder, s history.Stage) {
	parts := []string{s.Name}
	for _, part := range []string{s.Runner, s.Driver, strings.TrimSpace(s.Environment + " " + s.URL)} {
		if part != "" && part != s.Name {
			parts = append(parts, part)
		}
	}
	if s.Release != "" {
		parts = append(parts, "release "+s.Release)
	}
	fmt.Fprintf(b, "\n%s\n", cell(strings.Join(parts, " · "), 300))
	failed := 0
	for _, sc := range t.scenarios {
		if status := runners.Status(sc.Status); sc.stage != s.Name || status.Good() || status == runners.Skipped {
			continue
		}
		if failed++; failed <= mostTold {
			fmt.Fprintf(b, "  %s  %s  %s: %s\n", cell(sc.Status, 20), cell(sc.Place, 200), cell(sc.Name, 200), cell(cmp.Or(sc.Cause, "no reason was recorded"), 300))
		}
	}
	if failed > mostTold {
		fmt.Fprintf(b, "  … and %d more\n", failed-mostTold)
	}
	for _, sum := range t.summaries {
		if sum.Stage == s.Name && s.Runner == string(ir.LoadRunner) && (sum.Of == "journeys" || sum.Of == "requests") {
			fmt.Fprintf(b, "  %d %s, %d failed\n", sum.Count, sum.Of, sum.Failed)
		}
	}
	for _, v := range t.verdicts {
		if v.Stage != s.Name {
			continue
		}
		words := strings.ToUpper(v.Verdict)
		if v.Verdict == "undecided" {
			words = "NOT YET KNOWN"
		}
		fmt.Fprintf(b, "  %s  %s — %s\n", cell(words, 20), cell(v.Words, 200), cell(v.Sentence, 400))
	}
	took := ""
	if !s.End.IsZero() {
		took = " in " + shortly(s.End.Sub(s.Start))
	}
	fmt.Fprintf(b, "  %s%s%s\n", cell(cmp.Or(s.Outcome, unended), 20), countsOf(s.Counts), took)
}

// countsOf is ": 5 passed, 1 failed".
func countsOf(counts map[string]int) string {
	var parts []string
	for _, status := range runners.Statuses {
		if n := counts[string(status)]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, status))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// shortly is a duration that was measured, as people compare it.
func shortly(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return ir.Duration(d.Round(time.Second)).String()
}
