package functional

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/cucumber/godog"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// attempt is one execution of a scenario, as a session of its own.
type attempt struct {
	number   int // 1 is the first, 0 none yet
	pickle   *godog.Scenario
	session  *session.Session
	began    time.Time
	duration time.Duration  // without what was undone
	current  int            // the step that godog is at
	took     time.Duration  // of the current step
	told     int            // steps whose events have been emitted
	status   runners.Status // of the scenario, "" as long as all is well
	message  string
	failure  *diag.Diagnostic
	ended    bool
}

// walker is what godog calls for one pickle: the scenario is not known before the first hook. Whatever happens
// in its methods, no panic gets into godog, which would end the process.
type walker struct {
	*shell
	context  *godog.ScenarioContext
	scenario *scenario
}

// initialise is called by godog for each pickle, in the pickle's goroutine.
func (sh *shell) initialise(sc *godog.ScenarioContext) {
	w := &walker{shell: sh, context: sc}
	sc.Before(func(ctx context.Context, p *godog.Scenario) (context.Context, error) {
		return ctx, w.safely(func() error { return w.begin(ctx, p) })
	})
	steps := sc.StepContext()
	steps.Before(func(ctx context.Context, st *godog.Step) (context.Context, error) {
		return ctx, w.safely(func() error { return w.at(st) })
	})
	steps.After(func(ctx context.Context, _ *godog.Step, status godog.StepResultStatus, err error) (context.Context, error) {
		return ctx, w.safely(func() error { w.stepped(status, err); return nil })
	})
	sc.After(func(ctx context.Context, _ *godog.Scenario, _ error) (context.Context, error) {
		return ctx, w.safely(func() error { return w.end(ctx) })
	})
}

// What godog is told. Why a step failed is in the events; it needs to know only that it did.
var (
	errFailed      = errors.New("failed")
	errInterrupted = fmt.Errorf("%s: %w", interrupted, godog.ErrSkip)
	verdicts       = map[runners.Status]error{
		runners.Failed:    errFailed,
		runners.Skipped:   errInterrupted,
		runners.Pending:   godog.ErrPending,
		runners.Undefined: godog.ErrUndefined,
		runners.Ambiguous: godog.ErrAmbiguous,
	}
	statuses = map[godog.StepResultStatus]runners.Status{
		godog.StepPassed:    runners.Passed,
		godog.StepFailed:    runners.Failed,
		godog.StepSkipped:   runners.Skipped,
		godog.StepUndefined: runners.Undefined,
		godog.StepPending:   runners.Pending,
		godog.StepAmbiguous: runners.Ambiguous,
	}
)

func (w *walker) safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("hoops failed: %v", p)
			if s := w.scenario; s != nil && !s.finished {
				s.blame(runners.Failed, diag.Errorf(diag.Range{Pos: s.Pos()}, "functional/internal", "%v", err))
			}
		}
	}()
	return f()
}

// blame gives the attempt its status, if it has none yet: the first thing that went wrong counts.
func (s *scenario) blame(status runners.Status, d diag.Diagnostic) {
	if s.status == "" || s.status == runners.Passed {
		s.status, s.failure, s.message = status, &d, d.Headline()
	}
}

// fail makes it failed whatever it was, keeping the first failure.
func (s *scenario) fail(d diag.Diagnostic) {
	if s.status != runners.Failed {
		s.status, s.failure, s.message = runners.Failed, &d, d.Headline()
	}
}

// begin opens the session and binds the steps: godog matches them right after this hook.
func (w *walker) begin(ctx context.Context, p *godog.Scenario) error {
	if ctx.Err() != nil {
		return errInterrupted
	}
	s := w.byPickle[p.Id]
	if s == nil || s.Feature.Path != p.Uri {
		return fmt.Errorf("godog runs %s %q under another id than expected", p.Uri, p.Name)
	}
	w.scenario = s
	s.attempt = attempt{number: w.number, pickle: p, began: w.plan.Now(), current: -1}
	w.start(s)
	if s.unusable == nil {
		s.session = w.host.Open(s.script, s.Row, w.number, func(sample session.Sample) { w.sampled(s, sample) })
		s.session.OnLeft(func(p session.Page) { w.left(s, p) })
		s.session.OnAttach(func(a runners.Attachment) { w.attached(s, a) })
	}
	w.bind(s, p.Steps)
	return nil
}

// bind registers one exact pattern for each text. A step that is undefined gets none and one that is ambiguous
// two, so that godog finds out by itself.
func (w *walker) bind(s *scenario, steps []*messages.PickleStep) {
	bound := make(map[string]bool, len(steps))
	for i, st := range steps {
		if bound[st.Text] {
			continue
		}
		bound[st.Text] = true
		if i == s.obstacle.step {
			if s.obstacle.status == runners.Ambiguous {
				w.context.Step(regexp.MustCompile("^"+regexp.QuoteMeta(st.Text)+"$"), w.execute)
				w.context.Step(regexp.MustCompile("^(?:"+regexp.QuoteMeta(st.Text)+")$"), w.execute)
			}
			continue
		}
		w.context.Step(w.pattern(st.Text, s.Scenario.Steps[i].Text == st.Text), w.execute)
	}
}

// pattern matches a text and nothing else. Only texts that are the same in all rows are remembered.
func (r *run) pattern(text string, same bool) *regexp.Regexp {
	if !same {
		return regexp.MustCompile("^" + regexp.QuoteMeta(text) + "$")
	}
	if p, ok := r.patterns.Load(text); ok {
		return p.(*regexp.Regexp)
	}
	p, _ := r.patterns.LoadOrStore(text, regexp.MustCompile("^"+regexp.QuoteMeta(text)+"$"))
	return p.(*regexp.Regexp)
}

// at notes the step that comes next. godog calls it for skipped steps too.
func (w *walker) at(st *godog.Step) error {
	s := w.scenario
	if s == nil {
		return nil
	}
	s.current++
	s.took = 0
	if s.current >= len(s.pickle.Steps) || s.pickle.Steps[s.current].Id != st.Id {
		return fmt.Errorf("godog runs step %q out of its order", st.Text)
	}
	return nil
}

// execute is the step function of every step.
func (w *walker) execute(ctx context.Context) (context.Context, error) {
	return ctx, w.safely(func() error { return w.step(ctx) })
}

func (w *walker) step(ctx context.Context) error {
	s := w.scenario
	switch {
	case s.current == s.obstacle.step: // its words stand before it too, with something that made them run
		return verdicts[s.obstacle.status]
	case s.unusable != nil:
		s.blame(runners.Failed, *(&session.Failure{Code: "session/lower", Message: s.unusable.Error()}).Diagnostic(&s.Scenario.Steps[s.current]))
		return errFailed
	case ctx.Err() != nil:
		s.status, s.message = runners.Skipped, interrupted
		return errInterrupted
	}
	began := w.plan.Now()
	err := s.session.Step(ctx, s.current)
	s.took = w.plan.Now().Sub(began)
	if err == nil {
		return nil
	}
	status := runners.Failed
	switch {
	case ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))):
		s.status, s.message = runners.Skipped, interrupted
		return errInterrupted
	case errors.Is(err, session.ErrPending):
		status = runners.Pending
	}
	failure, ok := err.(*session.Failure)
	if !ok {
		failure = &session.Failure{Code: "session/step", Message: err.Error(), Cause: err}
	}
	s.blame(status, *failure.Diagnostic(&s.Scenario.Steps[s.current]))
	if w.PauseOnFailure && w.Pause != nil && status == runners.Failed {
		if err := w.Pause(ctx, s.session); err != nil && ctx.Err() == nil {
			w.notice(s, "the pause failed: "+err.Error())
		}
	}
	return verdicts[status]
}

// stepped tells what became of the current step, in godog's words.
func (w *walker) stepped(verdict godog.StepResultStatus, err error) {
	s := w.scenario
	if s == nil || s.ended {
		return
	}
	status := statuses[verdict]
	switch {
	case s.status == runners.Skipped:
		status = runners.Skipped
	case status == s.obstacle.status && s.current == s.obstacle.step:
		s.blame(status, *s.obstacle.failure)
	case s.status != "":
		status = s.status
	case status != runners.Passed:
		status = runners.Failed
		s.blame(status, diag.Errorf(diag.Range{Pos: s.Pos()}, "functional/internal", "godog failed at this step: %v", err))
	}
	w.stepFinished(s, status)
}

// end undoes what the session did and settles the scenario, unless it is to be repeated.
func (w *walker) end(ctx context.Context) error {
	s := w.scenario
	if s == nil || s.ended {
		return nil
	}
	s.ended = true
	for s.current = s.told; s.current < len(s.pickle.Steps); s.current++ {
		s.took = 0
		w.stepFinished(s, runners.Skipped)
	}
	s.duration = w.plan.Now().Sub(s.began)
	if s.status == "" {
		s.status = runners.Passed
	}
	undone := w.undo(ctx, s)
	if s.status == runners.Failed && undone && s.unusable == nil && s.number <= w.plan.Retry && ctx.Err() == nil {
		if s.failedBefore == nil {
			s.failedBefore = s.failure
		}
		s.again = true
		w.notice(s, fmt.Sprintf("attempt %d of %d failed: %s", s.number, w.plan.Retry+1, s.message))
	} else {
		w.finish(s)
	}
	if s.status == runners.Passed {
		return nil
	}
	return verdicts[s.status]
}
