// Package load runs scenarios many times over, at a rate, and says how long they took: each run of a scenario
// is a journey, a session of its own, and the assertions that hold in a functional test hold under load.
//
//   - The model is open: arrivals come at their rate whatever the software does, a journey's latency is measured
//     from its intended start, and an arrival above the limit in flight is dropped and counted. Users and max are
//     closed models, and are called so: there a slow answer slows the next arrival, and percentiles flatter.
//   - A request is measured from its own start, a step from its first request to its last response. Think time
//     and @once bodies belong to no latency; the requests of @once and undo are not counted.
//   - A journey fails when a step of it does. A request fails when it got no answer or one of 400 and above,
//     which is what vegeta says of the same results file. In a within only the last try can fail: those before are
//     counted with their latencies, and in a results file their code is 200.
//   - The gate is decided by expressions over the whole run. What has no samples is undecided and never passes.
//
// The package knows no HTTP and draws no report. It alone imports vegeta (pacers, results files) and
// HdrHistogram (latencies that merge exactly).
package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/rate"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// Runner is the load runner. It can be used for several runs, also at the same time, unless Results is set.
type Runner struct {
	// Drivers makes those of one run: a driver belongs to one host.
	Drivers func() []session.Driver
	// Funcs are the step functions in Go, in the order of Program.Funcs.
	Funcs []session.GoFunc

	Profile     rate.Profile  // arrivals; or
	Users       int           // a closed model: so many journeys at any time
	Duration    time.Duration // of a profile that does not say; of a closed model
	Mix         []Share       // empty: every selected scenario has an equal share
	Browsers    int           // users of the scenarios that run in a browser, beside all others
	MaxInFlight int           // journeys at once, of an open model; workers of Profile.Max
	Drain       time.Duration // what journeys under way have when arrivals have ended
	Data        *Data         // instead of the rows of outlines
	Expect      []ir.Expression
	StopWhen    *ir.Expression // ends the arrivals; looked at once a second
	Results     io.Writer      // vegeta's gob records, one a request; nil for none
	Plot        io.Writer      // vegeta's plot of the requests, an HTML page; nil for none
	Notes       []string       // said at the beginning of the report

	// Cut, when it is closed after ctx has ended, ends the journeys under way too; nil for nobody who would.
	Cut <-chan struct{}
}

// Defaults of a load.
const (
	DefaultMaxInFlight = 10000
	DefaultMaxWorkers  = 64 // of rate max
	DefaultDrain       = 30 * time.Second
)

const whyFewBrowsers = "Put the load on over http, and let a few browser users see what it does to pages"

// grace is how long after their end arrivals that are late may still be started.
const grace = time.Second

// Why a journey that did not end in time is interrupted.
var (
	errCut   = errors.New("cut off at the drain limit")
	errAgain = errors.New("cut off by the second interrupt")
)

// Run puts the load on and judges it. When ctx ends, arrivals end and journeys under way are drained as at the
// deadline: what was measured is reported.
func (l *Runner) Run(ctx context.Context, plan runners.Plan, emit func(runners.Event)) (err error) {
	gate, found := l.gate(plan)
	if err := found.Err(); err != nil {
		return err
	}
	r := &run{Runner: l, plan: plan, emit: emit, gate: gate}
	if err := r.limits(); err != nil {
		return err
	}
	if allowed, used, err := openFiles(); err == nil {
		if err := r.descriptors(allowed, used); err != nil {
			return err
		}
	}
	var drivers []session.Driver
	if l.Drivers != nil {
		drivers = l.Drivers()
	}
	if r.host, err = session.NewHost(plan, drivers...); err != nil {
		return err
	}
	closed := false
	defer func() {
		if !closed {
			err = errors.Join(err, r.host.Close())
		}
	}()
	r.host.Funcs = l.Funcs
	if err := r.prepare(); err != nil {
		return err
	}
	r.load(ctx)
	closed = true
	if err := r.host.Close(); err != nil { // a run was measured all the same
		r.notice("after the run: %v", err)
	}
	wrote := r.flush()
	r.finish(ctx)
	return wrote
}

// run is one call of Run.
type run struct {
	*Runner
	plan     runners.Plan
	emit     func(runners.Event)
	host     *session.Host
	gate     *gate
	profile  rate.Profile // with an end, of journeys
	asking   string       // the rate of requests that the profile was made of, "" without one
	workers  int          // of a closed model
	inFlight int64        // at most
	drain    time.Duration

	ways     []*way // by plan.Selected
	mix      *mixer // of those that arrive, nil when there are none
	browsing *mixer // of those that browsers run, nil when there are none
	feed     *feed

	began     time.Time
	sent      time.Duration // the time in which arrivals came
	over      atomic.Bool   // no more come
	shards    []*shard
	asked     atomic.Int64
	started   atomic.Int64
	dropped   atomic.Int64
	flying    atomic.Int64
	starved   atomic.Int64 // journeys for which this machine had no open file left
	portless  atomic.Int64 // and those for which it had no port
	unstarted int64        // arrivals that hoops itself was too late for
	stopped   string
	held      time.Duration // how long the stop condition has held
	evidence  evidence
}

// limits checks the numbers and fills in defaults.
func (r *run) limits() error {
	r.drain = cmp.Or(r.Drain, DefaultDrain)
	r.inFlight = int64(cmp.Or(r.MaxInFlight, DefaultMaxInFlight))
	asked := len(r.Profile.Segments) > 0
	switch {
	case r.Drain < 0 || r.MaxInFlight < 0 || r.Users < 0 || r.Duration < 0 || r.Browsers < 0:
		return errors.New("drain, max-in-flight, users, browsers and duration cannot be negative")
	case r.Browsers > ir.MostBrowsers:
		return fmt.Errorf("%d browser users are too many for one machine: at most %d. %s", r.Browsers, ir.MostBrowsers, whyFewBrowsers)
	case r.Users > 0 && (asked || r.Profile.Max):
		return errors.New("a load has a rate or users, not both")
	case r.Profile.Max:
		if r.workers = r.MaxInFlight; r.workers == 0 || r.workers == DefaultMaxInFlight {
			r.workers = DefaultMaxWorkers // nobody asked for so many connections
		}
	case r.Users > 0:
		r.workers = r.Users
	case !asked:
		return errors.New("a load needs a rate or users")
	}
	if r.workers == 0 {
		var err error
		r.profile, err = r.Profile.Within(r.Duration)
		return err
	}
	if r.Duration == 0 {
		return fmt.Errorf("a closed model (%s) needs a duration", r.model())
	}
	return nil
}

// model is the load in a few words.
func (r *run) model() string {
	switch {
	case r.mix == nil && r.browsing != nil:
		return plural(r.Browsers, "browser user")
	case r.Profile.Max:
		return fmt.Sprintf("rate max with %d workers", r.workers)
	case r.workers > 0:
		return fmt.Sprintf("%d users", r.workers)
	}
	return cmp.Or(r.asking, r.profile.String())
}

// paced reports whether arrivals keep a rate: the model is open.
func (r *run) paced() bool { return r.workers == 0 && (r.mix != nil || r.browsing == nil) }

// load lets journeys arrive until the end, drains them, and tells once a second how it goes.
func (r *run) load(ctx context.Context) {
	for _, note := range r.Notes {
		r.notice("%s", note)
	}
	if !r.paced() {
		r.notice("%s is a closed model: a slow answer slows the arrivals, latencies count from the actual start, and look better than users would find them", r.model())
	}
	for range runtime.GOMAXPROCS(0) {
		r.shards = append(r.shards, newShard(r.keepsResults()))
	}
	r.began = time.Now()
	arriving, end := context.WithCancelCause(ctx)
	defer end(nil)
	// Journeys outlive ctx: they are drained, and cut by their own.
	journeys, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cut(nil)

	over := make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() { r.tell(over, end) })

	var flying sync.WaitGroup
	browsing, enough := context.WithCancel(arriving)
	defer enough()
	if r.browsing != nil {
		r.users(browsing, journeys, enough, r.Browsers, r.browsing, &flying)
	}
	switch {
	case r.mix == nil: // browsers alone, for as long as was said
		r.during(browsing)
	case r.workers > 0:
		r.closed(arriving, journeys, &flying)
	default:
		r.open(arriving, journeys, &flying)
	}
	enough()
	r.over.Store(true)
	r.sent = time.Since(r.began)
	r.drained(ctx, cut, &flying)
	close(over)
	telling.Wait()
}

// drained waits for the journeys under way, for as long as they have.
func (r *run) drained(ctx context.Context, cut context.CancelCauseFunc, flying *sync.WaitGroup) {
	none := make(chan struct{})
	go func() { flying.Wait(); close(none) }()
	limit := time.NewTimer(r.drain)
	defer limit.Stop()
	for interrupted, again := ctx.Done(), r.Cut; ; {
		select {
		case <-none:
			return
		case <-interrupted:
			interrupted = nil
			sooner := ""
			if again != nil {
				sooner = "; interrupt again to cut them off now"
			}
			if n := r.flying.Load(); n > 0 {
				r.notice("interrupted: %s under way have %s to end%s", plural(int(n), "journey"), r.drain, sooner)
			}
		case <-limit.C:
			cut(errCut)
		case <-again:
			again = nil
			cut(errAgain)
		}
	}
}

func (r *run) notice(format string, args ...any) {
	r.emit(runners.Event{Kind: runners.Noticed, Message: fmt.Sprintf(format, args...)})
}
