package monitor

import (
	"fmt"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// event of an attempt, with its ids.
func event(kind runners.Kind, c *check, attempt int) runners.Event {
	return runners.Event{
		Kind: kind, Feature: c.Feature.ID, Scenario: c.Scenario.ID, Row: c.RowID(),
		Attempt: attempt, Name: c.name, Pos: c.Pos(),
	}
}

func (r *run) start(a *attempt) {
	e := event(runners.ScenarioStarted, a.check, a.number)
	e.Title, e.Tags = a.Feature.Name, a.TagNames()
	r.emit(e)
}

// stepFinished tells the status of step i; the failure is the attempt's when the step is to blame.
func (r *run) stepFinished(a *attempt, i int, status runners.Status, took time.Duration) {
	step := &a.Scenario.Steps[i]
	text := step.Text
	if a.Row >= 0 {
		text = runners.Filled(text, a.Scenario.Columns, a.Scenario.Rows[a.Row].Cells)
	}
	e := event(runners.StepFinished, a.check, a.number)
	e.Step, e.Name, e.Pos, e.Status, e.Duration = i+1, ir.Worded(step.Keyword, text), step.Pos, status, took
	switch {
	case status == runners.Skipped && a.status != runners.Skipped: // the step before says why
	case status != runners.Passed:
		e.Message, e.Failure = a.message, a.failure
	}
	r.emit(e)
}

func (r *run) undoFailed(a *attempt, step string, d *diag.Diagnostic) {
	e := event(runners.StepFinished, a.check, a.number)
	e.Name, e.Pos = "Undo of "+step, d.Range.Pos
	e.Status, e.Message, e.Failure = runners.Failed, d.Headline(), d
	r.emit(e)
}

func (r *run) sampled(a *attempt, sample session.Sample) {
	e := event(runners.RequestFinished, a.check, a.number)
	e.Step, e.Name, e.Time, e.Duration = sample.Step, sample.Name, sample.Began, sample.Duration
	e.Sample = &runners.Sample{
		Code: sample.Code, Error: sample.Err, Sent: sample.Sent, Got: sample.Received, URL: sample.URL,
		Once: sample.Once, Undo: sample.Undo, Retried: sample.Retried,
	}
	r.emit(e)
}

func (r *run) pageLeft(a *attempt, p session.Page) {
	e := event(runners.PageLeft, a.check, a.number)
	e.Step, e.Name, e.Vitals = p.Step, p.Name, &p.Vitals
	r.emit(e)
}

func (r *run) notice(c *check, message string) {
	e := event(runners.Noticed, c, 0)
	e.Message = fmt.Sprintf("%s: %s", c.name, message)
	r.emit(e)
}

// finish tells what became of a check by its last attempt and the first that failed, nil if none did.
func (r *run) finish(a, first *attempt) runners.Status {
	e := event(runners.ScenarioFinished, a.check, a.number)
	e.Title, e.Tags = a.Feature.Name, a.TagNames()
	e.Status, e.Duration, e.Message, e.Failure = a.status, a.duration, a.message, a.failure
	switch {
	case first == nil || first == a:
	case a.status == runners.Passed:
		e.Status, e.Failure = runners.Flaky, first.failure
		e.Message = fmt.Sprintf("passed at attempt %d, and failed before: %s", a.number, first.message)
	case a.status != runners.Failed || a.failure.Code == overdue: // this repetition was cut off: what is known is that it failed
		e.Status, e.Message, e.Failure = runners.Failed, first.message, first.failure
	default:
		attempts := fmt.Sprintf(" (at each of %d attempts)", a.number)
		failure := *a.failure
		failure.Message = a.message + attempts
		e.Message, e.Failure = a.message+attempts, &failure
	}
	r.emit(e)
	return e.Status
}
