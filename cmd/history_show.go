package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/reporters"
)

// wanted is what hoops history is asked for.
type wanted struct {
	history.RunFilter
	since     string
	format    string
	baselines bool
}

func (a *app) historyCommand() *cobra.Command {
	var w wanted
	c := &cobra.Command{
		Use:   "history [RUN] [DIR | FILE.hoops]",
		Short: "Show what ran here before, newest first, or one run in full",
		Example: `  hoops history                         the last runs
  hoops history 12                      run 12: its stages, failures and verdicts
  hoops history --env production --since 7d
  hoops history --baselines             what was pinned under a name`,
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
	f.BoolVar(&w.baselines, "baselines", false, "show what was pinned under names instead of runs")
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
	if w.baselines {
		if run != "" {
			return usage("--baselines shows no run", "leave out "+run)
		}
		return a.showBaselines(store, t.program, w)
	}
	if run != "" {
		return a.showRun(store, run, w.format)
	}
	runs, err := store.Runs(w.RunFilter)
	if err != nil {
		return unusable(shownFrom(err))
	}
	list := make([]reporters.Past, len(runs))
	for i, r := range runs {
		list[i].Run = r
		if list[i].Stages, err = store.Stages(r.ID); err != nil {
			return unusable(shownFrom(err))
		}
	}
	if w.format == "json" {
		return written(reporters.PastRunsJSON(a.stdio.Out, list))
	}
	if len(list) == 0 {
		fmt.Fprintln(a.stdio.Err, "hoops: no run is recorded that is asked for; hoops history alone shows the last ones")
		return nil
	}
	return written(reporters.PastRuns(a.stdio.Out, list, time.Local))
}

// written makes what could not be printed an error of the command.
func written(err error) error {
	if err != nil {
		return harness(err, "")
	}
	return nil
}

// nothingYet is a history that nobody has written: nothing is wrong, and something is to be said.
func (a *app) nothingYet(err error, w wanted) error {
	if errors.Is(err, fs.ErrNotExist) {
		if w.format == "json" {
			return written(reporters.PastRunsJSON(a.stdio.Out, nil))
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

// showRun prints one run in full.
func (a *app) showRun(store *history.Store, name, format string) error {
	p, err := findRun(store, name)
	if err != nil {
		return unusable(shownFrom(err))
	}
	for _, stage := range p.Stages {
		list, err := store.Scenarios(p.ID, stage.Name)
		if err != nil {
			return unusable(shownFrom(err))
		}
		for _, sc := range list {
			p.Scenarios = append(p.Scenarios, reporters.PastScenario{Scenario: sc, Stage: stage.Name})
		}
	}
	if p.Skipped, err = store.Skipped(p.ID); err != nil {
		return unusable(shownFrom(err))
	}
	if p.Verdicts, err = store.Verdicts(history.VerdictFilter{Run: p.ID, Detail: format == "json"}); err == nil {
		p.Summaries, err = store.Summaries(history.SummaryFilter{Run: p.ID, Final: true})
	}
	if err != nil {
		return unusable(shownFrom(err))
	}
	slices.Reverse(p.Verdicts) // as they were judged
	if format == "json" {
		return written(reporters.PastRunJSON(a.stdio.Out, p))
	}
	return written(reporters.PastRun(a.stdio.Out, p, time.Local))
}

// findRun finds one by its number or id.
func findRun(store *history.Store, name string) (reporters.Past, error) {
	run, found, err := store.Run(name)
	if n, wrong := strconv.Atoi(name); err == nil && !found && wrong == nil {
		run, found, err = store.Numbered(n)
	}
	if err != nil {
		return reporters.Past{}, err
	}
	if !found {
		return reporters.Past{}, usage("there is no run "+name+" in this history", "hoops history lists the runs")
	}
	stages, err := store.Stages(run.ID)
	return reporters.Past{Run: run, Stages: stages}, err
}
