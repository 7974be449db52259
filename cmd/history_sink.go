package cmd

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/runners"
)

// keeper writes a run into the history: one more sink of its events, which are masked when they come here. It
// begins with the run's start, so that a run that was refused leaves no trace and takes no number.
type keeper struct {
	a     *app
	where archive

	begun  chan struct{} // closed when it is known whether the run is kept; then the four below may be read
	store  *history.Store
	run    *history.RunWriter // nil when it is not kept
	number int
	failed error

	stages map[string]*recorded
}

// recorded is a stage that is being written.
type recorded struct {
	*history.StageWriter
	over     chan struct{} // closed when the stage is
	observed *observed     // of what has no summaries of its own: nil under load
}

var _ runners.Sink = (*keeper)(nil)

func newKeeper(a *app, where archive) *keeper {
	return &keeper{a: a, where: where, begun: make(chan struct{}), number: 1, stages: map[string]*recorded{}}
}

// still is how long rows may wait in memory: what a crash can take.
const still = time.Second

// settle writes what waits every second, also while nothing happens. What could not be written waits on, and is
// said at the end of the stage.
func (r *recorded) settle() {
	ticker := time.NewTicker(still)
	defer ticker.Stop()
	for {
		select {
		case <-r.over:
			return
		case <-ticker.C:
			_ = r.Flush()
		}
	}
}

func (k *keeper) Emit(e runners.Event) error {
	if e.Kind == runners.RunStarted {
		defer close(k.begun)
		k.failed = k.begin(e)
		return nil // said by who waits for the number
	}
	if k.run == nil {
		return nil
	}
	return shownFrom(k.take(e))
}

// begin opens the history and begins the run. One that cannot be written may still be read.
func (k *keeper) begin(e runners.Event) error {
	store, err := k.where.open(k.a)
	if err != nil {
		if readOnly(err) {
			k.store, _ = k.where.read(k.a) // there may be none
		}
		return err
	}
	k.store = store
	run := history.Run{ID: e.Run, Start: e.Time}
	if e.Info != nil {
		run.Digest, run.Tool, run.Overrides, run.Seed = e.Info.Digest, e.Info.Tool, e.Info.Overrides, e.Info.Seed
	}
	if k.run, err = store.BeginRun(run); err != nil {
		return shownFrom(err)
	}
	k.number = k.run.Run().Number
	return nil
}

func readOnly(err error) bool {
	var wrong *history.Error
	return errors.As(err, &wrong) && wrong.Reason == history.ReadOnly
}

func (k *keeper) take(e runners.Event) error {
	switch e.Kind {
	case runners.StageStarted:
		return k.begins(e)
	case runners.RunFinished:
		return k.run.End(string(cmp.Or(e.Outcome, runners.GateUndecided)), e.Time)
	}
	stage := k.stages[e.Stage]
	if stage == nil {
		return nil
	}
	if stage.observed != nil {
		stage.observed.take(e)
	}
	var err error
	switch e.Kind {
	case runners.ScenarioFinished:
		err = stage.Scenario(scenarioRow(e))
	case runners.Summarised:
		for _, row := range summaryRows(e.Summary) {
			err = errors.Join(err, stage.Summary(row))
		}
	case runners.Judged:
		var row history.Verdict
		if row, err = verdictRow(e); err == nil {
			err = stage.Verdict(row)
		}
	case runners.StageFinished:
		delete(k.stages, e.Stage)
		close(stage.over)
		if stage.observed != nil {
			for _, row := range stage.observed.rows(e.Duration) {
				err = errors.Join(err, stage.Summary(row))
			}
			if err != nil {
				return err
			}
		}
		return stage.End(string(cmp.Or(e.Outcome, runners.GateUndecided)), e.Time)
	default:
		return nil
	}
	return err
}

func (k *keeper) begins(e runners.Event) error {
	stage := history.Stage{Name: e.Stage, Start: e.Time}
	if i := e.Info; i != nil {
		stage.Runner, stage.Driver, stage.Environment, stage.URL, stage.Release, stage.Selected = i.Runner, i.Driver, i.Environment, i.URL, i.Release, i.Selected
	}
	w, err := k.run.BeginStage(stage)
	if err == nil {
		one := &recorded{StageWriter: w, over: make(chan struct{})}
		k.stages[e.Stage] = one
		if stage.Runner == string(ir.Functional) || stage.Runner == string(ir.Probe) {
			one.observed = &observed{}
		}
		go one.settle()
	}
	return err
}

// Close prunes what is old, once the run is over.
func (k *keeper) Close() error {
	if k.store == nil {
		return nil
	}
	var err error
	for _, stage := range k.stages { // that never said that it ended
		close(stage.over)
		err = errors.Join(err, stage.Flush())
	}
	if k.run != nil {
		_, pruned := k.store.Prune(k.a.now().Add(-k.a.keptFor()), keptRuns)
		err = errors.Join(err, pruned)
	}
	return shownFrom(errors.Join(err, k.store.Close()))
}

// Runs are kept for a year and a month, so that "this time last year" is there, and the last hundred for ever.
const (
	daysVariable = "HOOPS_HISTORY_DAYS"
	keptDays     = 400
	keptRuns     = 100
)

// keptFor is how long runs are kept. What is no number of days is as if nobody had said it: too much is kept, and
// nothing is lost.
func (a *app) keptFor() time.Duration {
	days := keptDays
	if text, _ := a.lookup(daysVariable); text != "" {
		if n, err := strconv.Atoi(text); err == nil && n > 0 && n < 100_000 {
			days = n
		}
	}
	return time.Duration(days) * 24 * time.Hour
}

func scenarioRow(e runners.Event) history.Scenario {
	row := history.Scenario{
		Feature: e.Feature, Scenario: cmp.Or(e.Scenario, e.Name, "(no id)"), Row: e.Row, Name: e.Name, Status: string(cmp.Or(e.Status, runners.Failed)),
		Attempts: max(1, e.Attempt), Start: e.Time.Add(-e.Duration), Duration: e.Duration, Place: e.Pos.String(),
	}
	if !e.Status.Good() {
		row.Cause = e.Message
		if e.Failure != nil {
			row.Cause = e.Failure.Message
		}
		row.Cause = firstLine(row.Cause)
	}
	return row
}

// longestCause is how much of a cause is kept, in bytes.
const longestCause = 1000

func firstLine(s string) string {
	for i, r := range s {
		if r == '\n' || i >= longestCause {
			return s[:i]
		}
	}
	return s
}

// summaryDetail is what of a load's summary has no column: of each thing its codes and errors, of all journeys how
// many were asked for and the expectations.
type summaryDetail struct {
	Codes        map[int]int64         `json:"codes,omitempty"`
	Errors       []runners.Cause       `json:"errors,omitempty"`
	Asked        int64                 `json:"asked,omitempty"`
	Started      int64                 `json:"started,omitempty"`
	Expectations []runners.Expectation `json:"expectations,omitempty"`
}

// summaryRows are what is kept of a summary: of an interval all journeys and all requests, of the whole stage
// everything.
func summaryRows(s *runners.Summary) []history.Summary {
	if s == nil {
		return nil
	}
	var rows []history.Summary
	for _, g := range s.Groups {
		journeys := g.Of == "journeys"
		if !s.Final && !journeys && g.Of != "requests" {
			continue
		}
		row := history.Summary{
			From: s.From, To: s.To, Final: s.Final, Of: cmp.Or(g.Of, "(nothing)"), Name: g.Name, Scenario: g.Scenario,
			Count: g.Count, Failed: g.Failed, Dropped: g.Dropped, Histogram: g.Histogram,
		}
		detail := summaryDetail{Codes: g.Codes, Errors: g.Errors}
		if journeys {
			detail.Asked, detail.Started, detail.Expectations = s.Asked, s.Started, s.Expectations
		}
		if text, err := json.Marshal(detail); err == nil && string(text) != "{}" {
			row.Detail = text
		}
		rows = append(rows, row)
	}
	return rows
}

// verdictDetail is the verdict as its event told it, with what its header says of the feature. Reports are made
// of it.
type verdictDetail struct {
	*runners.Verdict
	Name string   `json:"name,omitempty"` // of the feature
	Tags []string `json:"tags,omitempty"`
	Pos  any      `json:"pos,omitempty"`
}

func verdictRow(e runners.Event) (history.Verdict, error) {
	v := e.Verdict
	if v == nil {
		return history.Verdict{}, fmt.Errorf("a verdict without its words")
	}
	detail := verdictDetail{Verdict: v, Name: e.Name, Tags: e.Tags}
	if !e.Pos.IsZero() {
		detail.Pos = e.Pos
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return history.Verdict{}, err
	}
	row := history.Verdict{
		Claim: history.Claim{
			ID: cmp.Or(v.Claim, v.Clause, "(no id)"), Clause: v.Clause, Feature: e.Feature, Words: v.Words, Reading: v.Reading, Measure: v.Measure,
			Target: v.Target, Owner: v.Owner, Guardrail: v.Guardrail, Source: v.Source, Query: v.Query,
		},
		At: e.Time, Verdict: cmp.Or(v.Verdict, "undecided"), SoFar: v.SoFar, Reason: v.Reason, Sentence: v.Sentence, Observed: v.Observed,
		Interval: v.Interval, Events: v.Events, Exposure: v.Exposed, From: v.From, To: v.To, Grade: v.Grade, WouldChange: v.WouldChange,
		Detail: text,
	}
	return row, nil
}
