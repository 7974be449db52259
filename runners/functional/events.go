package functional

import (
	"context"
	"fmt"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// event of a scenario, with its ids.
func (r *run) event(kind runners.Kind, s *scenario) runners.Event {
	return runners.Event{
		Kind: kind, Feature: s.Feature.ID, Scenario: s.Scenario.ID, Row: s.RowID(),
		Attempt: max(1, s.number), Name: s.name, Pos: s.Pos(),
	}
}

func (r *run) start(s *scenario) {
	s.started = true
	e := r.event(runners.ScenarioStarted, s)
	e.Title, e.Tags = s.Feature.Name, s.TagNames()
	r.emit(e)
}

// stepFinished tells the status of the current step; the failure is the scenario's when it is to blame.
func (r *run) stepFinished(s *scenario, status runners.Status) {
	step := &s.Scenario.Steps[s.current]
	e := r.event(runners.StepFinished, s)
	text := step.Text
	if s.Row >= 0 {
		text = runners.Filled(text, s.Scenario.Columns, s.Scenario.Rows[s.Row].Cells)
	}
	e.Step, e.Name, e.Pos = s.current+1, ir.Worded(step.Keyword, text), step.Pos
	e.Status, e.Duration = status, s.took
	switch status {
	case runners.Passed:
	case runners.Skipped:
		e.Message = s.message
		if s.status != runners.Skipped {
			e.Message = "" // the step before says why
		}
	default:
		e.Message, e.Failure = s.message, s.failure
	}
	s.told = s.current + 1
	r.emit(e)
}

func (r *run) sampled(s *scenario, sample session.Sample) {
	e := r.event(runners.RequestFinished, s)
	e.Step, e.Name, e.Time, e.Duration = sample.Step, sample.Name, sample.Began, sample.Duration
	e.Sample = &runners.Sample{
		Code: sample.Code, Error: sample.Err, Sent: sample.Sent, Got: sample.Received, URL: sample.URL,
		Once: sample.Once, Undo: sample.Undo, Retried: sample.Retried,
	}
	r.emit(e)
}

func (r *run) left(s *scenario, p session.Page) {
	e := r.event(runners.PageLeft, s)
	e.Step, e.Name, e.Vitals = p.Step, p.Name, &p.Vitals
	r.emit(e)
}

func (r *run) attached(s *scenario, a runners.Attachment) {
	e := r.event(runners.Attached, s)
	e.Step, e.Name, e.Attachment = s.current+1, a.Name, &a
	r.emit(e)
}

func (r *run) notice(s *scenario, message string) {
	e := r.event(runners.Noticed, s)
	e.Message = fmt.Sprintf("%s: %s", s.name, message)
	r.emit(e)
}

// finish tells the scenario's final status, once.
func (r *run) finish(s *scenario) {
	e := r.event(runners.ScenarioFinished, s)
	e.Title, e.Tags = s.Feature.Name, s.TagNames()
	e.Status, e.Duration, e.Message, e.Failure = s.status, s.duration, s.message, s.failure
	switch {
	case s.failedBefore == nil:
	case s.status == runners.Skipped: // the repetition was interrupted: what is known is that it failed
		e.Status, e.Failure, e.Message = runners.Failed, s.failedBefore, s.failedBefore.Headline()
	case s.status == runners.Passed:
		e.Status, e.Failure = runners.Flaky, s.failedBefore
		e.Message = fmt.Sprintf("passed at attempt %d, and failed before: %s", s.number, s.failedBefore.Headline())
	}
	r.emit(e)
	s.finished, s.again, s.pickle = true, false, nil
}

// undo closes the scenario's session. What could not be undone fails the scenario, and is a step of its own.
func (r *run) undo(ctx context.Context, s *scenario) (undone bool) {
	open := s.session
	s.session = nil
	if open == nil {
		return true
	}
	defer func() {
		if p := recover(); p != nil {
			undone = false
			s.fail(diag.Errorf(diag.Range{Pos: s.Pos()}, "session/undo", "hoops failed when the session ended: %v", p))
		}
	}()
	left := open.Close(ctx)
	for _, failure := range left {
		d := failure.Diagnostic(&ir.Step{Pos: s.Pos()})
		e := r.event(runners.StepFinished, s)
		e.Name, e.Pos = "Undo of "+failure.Undo, d.Range.Pos
		e.Status, e.Message, e.Failure = runners.Failed, d.Headline(), d
		r.emit(e)
		s.fail(*d)
	}
	return len(left) == 0
}
