package monitor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// errOverdue ends the context of a check that had its time.
var errOverdue = errors.New("the scenario's time is over")

// overdue is the code of a check without a result: nothing was found out about the software.
const overdue = "monitor/timeout"

const interrupted = "interrupted"

// probe runs a check once: an attempt, and repetitions if it fails and only reads. The watchdog is over all of
// them. Left is true when a step of it goes on for ever.
func (r *run) probe(ctx context.Context, t turn) (status runners.Status, left bool) {
	var dog sync.WaitGroup
	defer dog.Wait()
	watched, release := context.WithCancelCause(ctx)
	defer release(nil)
	dog.Go(func() {
		if r.sleep(watched, r.timeout) == nil {
			release(errOverdue)
		}
	})
	end := r.plan.Now().Add(r.timeout)
	var first *attempt // that failed
	for n := 1; ; n++ {
		a := &attempt{check: t.check, number: n, status: runners.Passed}
		// What is generated differs in every attempt of every round: two that create the same thing collide.
		r.attempt(watched, a, (t.round-1)*(len(r.pauses)+1)+n)
		if first == nil && a.status == runners.Failed {
			first = a
		}
		again := a.status == runners.Failed && t.reads && a.undone && watched.Err() == nil &&
			n <= len(r.pauses) && r.plan.Now().Add(r.pauses[n-1]).Before(end)
		if again {
			r.notice(t.check, fmt.Sprintf("attempt %d of %d failed: %s", n, len(r.pauses)+1, a.message))
			again = r.sleep(watched, r.pauses[n-1]) == nil
		}
		if !again {
			return r.finish(a, first), a.left
		}
	}
}

// attempt is one session of a check.
type attempt struct {
	*check
	number   int // 1 is the first
	began    time.Time
	duration time.Duration // without what was undone
	status   runners.Status
	message  string
	failure  *diag.Diagnostic
	undone   bool
	left     bool        // a step goes on
	over     atomic.Bool // what such a step still tells is too late
}

func (r *run) attempt(ctx context.Context, a *attempt, seed int) {
	defer a.over.Store(true)
	a.began = r.plan.Now()
	r.start(a)
	s := r.host.Open(a.script, a.Row, seed, func(sample session.Sample) {
		if !a.over.Load() {
			r.sampled(a, sample)
		}
	})
	s.OnLeft(func(p session.Page) {
		if !a.over.Load() {
			r.pageLeft(a, p)
		}
	})
	for i := range a.Scenario.Steps {
		if a.status != runners.Passed {
			r.stepFinished(a, i, runners.Skipped, 0)
			continue
		}
		began := r.plan.Now()
		r.step(ctx, a, s, i)
		r.stepFinished(a, i, a.status, r.plan.Now().Sub(began))
	}
	a.duration = r.plan.Now().Sub(a.began)
	if !a.left { // else the session is still in use
		r.undo(ctx, a, s)
	}
}

func (r *run) step(ctx context.Context, a *attempt, s *session.Session, i int) {
	step := &a.Scenario.Steps[i]
	err := context.Cause(ctx)
	if err == nil {
		err = execute(ctx, s, i)
	}
	a.left = err == errLeft
	var failure *session.Failure
	switch {
	case err == nil:
		return
	case context.Cause(ctx) == errOverdue: // whatever the step made of it
		failure = r.noResult(err)
	case a.left || ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))):
		a.status, a.message = runners.Skipped, interrupted
		return
	default:
		var ok bool
		if failure, ok = err.(*session.Failure); !ok {
			failure = &session.Failure{Code: "session/step", Message: err.Error(), Cause: err}
		}
	}
	a.status = runners.Failed
	if errors.Is(err, session.ErrPending) {
		a.status = runners.Pending
	}
	a.blame(failure.Diagnostic(step))
}

func (a *attempt) blame(d *diag.Diagnostic) { a.failure, a.message = d, d.Headline() }

// noResult is the failure of a check that was in a step when its time was over.
func (r *run) noResult(err error) *session.Failure {
	failure := session.Failf(overdue, "no result within %s", ir.Duration(r.timeout))
	if failure.Cause = errOverdue; !errors.Is(err, errOverdue) {
		failure.Lines = []string{err.Error()}
	}
	return failure
}

// errLeft is the error of a step that was left behind.
var errLeft = errors.New("the step goes on although its time is over, and what the scenario wrote is not undone")

// grace is how long a step may take to see that its context has ended: it may have something of @once to undo.
const grace = 15 * time.Second

// execute is a step that is waited for only as long as it may take. Drivers see the end of their context; a
// step function in Go may not.
func execute(ctx context.Context, s *session.Session, i int) error {
	done := make(chan error, 1)
	go func() {
		err := errors.New("the step ended its goroutine")
		defer func() { done <- err }()
		err = s.Step(ctx, i)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(grace):
		return errLeft
	}
}

// undo closes the attempt's session. What could not be undone fails the attempt, and is a step of its own.
func (r *run) undo(ctx context.Context, a *attempt, s *session.Session) {
	failures := s.Close(ctx)
	a.undone = len(failures) == 0
	for _, failure := range failures {
		d := failure.Diagnostic(&ir.Step{Pos: a.Pos()})
		r.undoFailed(a, failure.Undo, d)
		if a.status != runners.Failed {
			a.status = runners.Failed
			a.blame(d)
		}
	}
}
