// Package functional runs every selected scenario or row once, as a test: godog takes the features apart and
// walks their steps, a session executes them, and what happened leaves as events.
//
// godog is the shell and no more: it selects nothing (unselected scenarios are blanked out of the text that it
// gets), reports nothing, and reads no file and no flag. The package knows no HTTP, no page and no report. It
// alone imports godog, and messages for what godog hands out.
package functional

import (
	"context"
	"errors"
	"sync"

	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// Runner is the functional runner. It can be used for several runs, also at the same time.
type Runner struct {
	// Drivers makes those of one run: a driver belongs to one host.
	Drivers func() []session.Driver
	// Funcs are the step functions in Go, in the order of Program.Funcs.
	Funcs []session.GoFunc
	// Pause is what `I pause` does; nil does nothing.
	Pause func(ctx context.Context, s *session.Session) error
	// PauseOnFailure pauses after a step that failed too, before anything is undone.
	PauseOnFailure bool
}

// Run executes the plan. Every selected scenario and row gets exactly one ScenarioFinished, also when it was
// interrupted or could not be started. Nothing is executed when the program and the text of its features
// disagree: that is an error.
func (r *Runner) Run(ctx context.Context, plan runners.Plan, emit func(runners.Event)) (err error) {
	if len(plan.Selected) == 0 {
		return errors.New("nothing is selected")
	}
	var drivers []session.Driver
	if r.Drivers != nil {
		drivers = r.Drivers()
	}
	host, err := session.NewHost(plan, drivers...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, host.Close()) }()
	host.Funcs, host.Pause, host.RetryOnce = r.Funcs, r.Pause, true
	run := &run{Runner: r, plan: plan, host: host, emit: emit}
	if run.scenarios, err = run.prepare(); err != nil {
		return err
	}
	return run.attempts(ctx)
}

// run is one call of Run.
type run struct {
	*Runner
	plan      runners.Plan
	host      *session.Host
	emit      func(runners.Event)
	scenarios []*scenario
	patterns  sync.Map // step text → *regexp.Regexp, of steps that are the same in every row
}

// attempts runs all scenarios, and those that failed again, as often as the plan says.
func (r *run) attempts(ctx context.Context) error {
	list := r.scenarios
	for attempt := 1; len(list) > 0 && ctx.Err() == nil; attempt++ {
		shell, err := r.shell(list, attempt)
		if err == nil {
			err = shell.walk(ctx)
		} else if attempt == 1 {
			return err // nothing has been executed
		}
		if err != nil {
			r.settle(ctx)
			return err
		}
		var again []*scenario
		for _, s := range list {
			if s.again {
				again = append(again, s)
			}
		}
		list = again
	}
	r.settle(ctx)
	return nil
}

// settle ends every scenario that did not end by itself: none is ever passed silently, or lost.
func (r *run) settle(ctx context.Context) {
	for _, s := range r.scenarios {
		if s.finished {
			continue
		}
		if !s.started {
			r.start(s)
		}
		r.undo(ctx, s)
		switch {
		case s.status != "" && s.status != runners.Passed: // known, as of a failure that could not be repeated
		case ctx.Err() != nil:
			s.status, s.message = runners.Skipped, interrupted
		default:
			s.status, s.message = runners.Failed, "the scenario was not run to its end"
		}
		r.finish(s)
	}
}

const interrupted = "interrupted"
