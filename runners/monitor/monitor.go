// Package monitor runs scenarios as probes: every selected one once, or again and again for a time.
//
// It decides when a probe runs, how long it may take, and when a failure counts. It refuses a scenario that
// does not run on its driver, never runs a scenario beside itself, and never repeats one that writes. How a
// step reaches the software is the session's business, what is shown the reporters'.
package monitor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// Runner is the probe runner. It can be used for several runs, also at the same time.
//
// Without For every scenario runs once, and the gate is that of a functional run: who asks for one check (Nagios,
// above all) repeats it himself. With it, rounds begin Every so often until For is over, each running every scenario,
// and the gate is another: it fails when a scenario failed twice in a row or in its last run. A failure that the next
// run did not confirm is told, and does not stop a pipeline.
//
// In rounds a failed scenario that only reads is repeated, as a new session, after each of the Pauses that still ends
// in its time; when a repetition passes it is flaky. One that writes is never repeated.
type Runner struct {
	// Drivers makes those of one run: a driver belongs to one host.
	Drivers func() []session.Driver
	// Funcs are the step functions in Go, in the order of Program.Funcs.
	Funcs []session.GoFunc
	For   time.Duration
	Every time.Duration
	// Timeout is what one run of a scenario may take, its repetitions included and what it undoes not: 30s, or
	// nine tenths of Every if that is less. It must be less than Every. A request or a browser step gets nine
	// tenths of it, so that software that hangs fails its step: that is a finding, a scenario without a result
	// is none.
	Timeout time.Duration
	// Browsers are how many checks run in a browser at once, beside all others: DefaultBrowsers, if it is 0.
	Browsers int
	// Pauses before each repetition of a failed scenario; nil is 2s and 8s with For, and none without it.
	Pauses []time.Duration
	// Sleep waits until d is over or ctx ends, which is an error; nil is the real one.
	Sleep func(ctx context.Context, d time.Duration) error
}

const defaultTimeout = 30 * time.Second

var defaultPauses = []time.Duration{2 * time.Second, 8 * time.Second}

// Run executes the plan. Every scenario and row gets one ScenarioFinished for each of its runs, and at least
// one, also when it is interrupted. It waits for everything that it started, except for a step that goes on
// after its context has ended: that one is left behind, and is an error.
func (r *Runner) Run(ctx context.Context, plan runners.Plan, emit func(runners.Event)) (err error) {
	if len(plan.Selected) == 0 {
		return errors.New("nothing is selected")
	}
	if r.Browsers < 0 {
		return fmt.Errorf("%d checks cannot run in a browser at once", r.Browsers)
	}
	run := &run{plan: plan, every: r.Every, pauses: r.Pauses, sleep: r.Sleep, browsers: cmp.Or(r.Browsers, DefaultBrowsers)}
	run.emit = func(e runners.Event) {
		run.count(e)
		emit(e)
	}
	if run.pauses == nil && r.For > 0 {
		run.pauses = defaultPauses
	}
	if run.sleep == nil {
		run.sleep = sleep
	}
	if run.timeout, run.rounds, err = r.pace(); err != nil {
		return err
	}
	run.plan.Env = patient(plan.Env, run.timeout)
	var drivers []session.Driver
	if r.Drivers != nil {
		drivers = r.Drivers()
	}
	if run.host, err = session.NewHost(run.plan, drivers...); err != nil {
		return err
	}
	run.host.Funcs, run.host.Sleep, run.host.RetryOnce = r.Funcs, run.sleep, true
	if err = run.prepare(); err == nil {
		err = run.watch(ctx)
	}
	if !run.left {
		err = errors.Join(err, run.host.Close())
	}
	if err == nil && r.For > 0 {
		emit(run.gate(ctx))
	}
	return err
}

// pace is how long a scenario may take and how many rounds there are.
func (r *Runner) pace() (timeout time.Duration, rounds int, err error) {
	timeout = r.Timeout
	switch {
	case r.For < 0 || r.Every < 0 || r.Timeout < 0:
		return 0, 0, fmt.Errorf("for %s, every %s and a time-out of %s: none of them can be negative", ir.Duration(r.For), ir.Duration(r.Every), ir.Duration(r.Timeout))
	case r.For == 0:
		return cmp.Or(timeout, defaultTimeout), 1, nil
	case r.Every == 0:
		return 0, 0, fmt.Errorf("for %s needs an every", ir.Duration(r.For))
	case timeout == 0:
		timeout = min(defaultTimeout, nineTenths(r.Every))
	case timeout >= r.Every:
		return 0, 0, fmt.Errorf("a scenario may take %s, expected less than every %s", ir.Duration(timeout), ir.Duration(r.Every))
	}
	return timeout, int((r.For + r.Every - 1) / r.Every), nil
}

func nineTenths(d time.Duration) time.Duration { return d - d/10 }

// patient is an environment in which no step takes as long as a scenario may.
func patient(env *ir.Environment, timeout time.Duration) *ir.Environment {
	e, most := *env, ir.Duration(nineTenths(timeout))
	e.Timeout = min(most, cmp.Or(e.Timeout, ir.DefaultTimeout))
	e.StepTimeout = min(most, cmp.Or(e.StepTimeout, ir.DefaultStepTimeout))
	return &e
}

// run is one call of Run.
type run struct {
	plan     runners.Plan
	host     *session.Host
	emit     func(runners.Event)
	checks   []*check
	rounds   int
	every    time.Duration
	timeout  time.Duration
	browsers int              // checks at once
	pools    map[string]*pool // "" of all other checks
	pauses   []time.Duration
	sleep    func(ctx context.Context, d time.Duration) error

	mu     sync.Mutex // guards what follows
	began  time.Time
	counts runners.Counts
	late   int           // runs that began late
	latest time.Duration // by how much
	missed int           // runs that were skipped
	left   bool          // a step was left behind: what it uses must stay
	failed []error
}

func (r *run) count(e runners.Event) {
	if e.Kind == runners.ScenarioFinished {
		r.mu.Lock()
		r.counts.Add(e.Status)
		r.mu.Unlock()
	}
}

func (r *run) fail(err error) {
	r.mu.Lock()
	r.failed = append(r.failed, err)
	r.mu.Unlock()
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
