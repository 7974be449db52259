package cmd

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/reporters"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/secret"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/value/measure"
)

// options are the flags that every command which runs something has.
type options struct {
	env     string
	url     string
	params  []string
	allow   []string
	seed    uint64
	workers int
	metrics string // the address of /metrics while a load runs
	forget  bool   // nothing is recorded, and nothing of before is known
	selection
	reports
}

func (o *options) flags(f *pflag.FlagSet) {
	f.StringVar(&o.env, "env", "", "the environment of hoops.yaml, by `NAME` (default: the first)")
	f.StringVar(&o.url, "url", "", "the software is at `URL`; nothing is started")
	f.StringArrayVar(&o.params, "param", nil, "set a parameter: `NAME=VALUE`")
	f.StringArrayVar(&o.allow, "allow", nil, "allow `WHAT` is refused otherwise: shell")
	f.Uint64Var(&o.seed, "seed", 0, "repeat a run's random values: its seed is `N`")
	f.VarP(&count{&o.workers, 1}, "jobs", "j", "run `N` scenarios at once (default: one per core)")
	f.BoolVar(&o.forget, "no-history", false, "record nothing, and look at nothing that was recorded")
	o.selection.flags(f)
	o.reports.flags(f)
}

// execution is one run of a program: what its stages have in common.
type execution struct {
	*app
	options
	target     *target
	id         string
	params     map[string]string
	secrets    *secret.Store
	stream     *runners.Stream
	sinks      []runners.Sink
	overrides  []string
	began      time.Time
	looks      map[string]look         // at the metrics, by environment, before anything ran there
	kept       *keeper                 // nil when nothing is recorded
	unkept     bool                    // it was to be recorded, and is not
	observed   observed                // by the stages until now
	observedAt map[string]time.Time    // when an environment's metrics were looked at last
	synced     map[string]bool         // environments whose releases a server was asked for
	clients    map[string]*http.Client // that ask for metrics, by environment
}

// look is one scrape, or why there is none.
type look struct {
	snapshot *measure.Snapshot
	err      error
	host     *session.Host
}

// newExecution checks what can be checked before anything runs, and opens the reports. Its close ends them.
func (a *app) newExecution(t *target, o options, standard string) (*execution, error) {
	a.listen()
	x := &execution{app: a, options: o, target: t, looks: map[string]look{}, synced: map[string]bool{}, clients: map[string]*http.Client{}, observedAt: map[string]time.Time{}, params: map[string]string{}, began: a.now()}
	x.secrets = secret.NewStore(secret.Options{Lookup: a.lookup})
	a.masks = x.secrets.Mask
	x.foresee(os.Environ())
	for _, what := range o.allow {
		if what != "shell" {
			return nil, usage(fmt.Sprintf("unknown permission %q", what), "--allow shell allows shell steps")
		}
	}
	for _, p := range o.params {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return nil, usage(fmt.Sprintf("--param %s has no value", p), "write --param name=value")
		}
		known := func(q ir.Param) bool { return q.Name == name }
		if !slices.ContainsFunc(t.program.Params, known) {
			return nil, usage(fmt.Sprintf("unknown parameter %q", name), paramHint(t.program, name))
		}
		x.params[name] = value
		x.overrides = append(x.overrides, "--param "+p)
	}
	if o.env != "" {
		x.overrides = append(x.overrides, "--env "+o.env)
	}
	if o.url != "" {
		x.overrides = append(x.overrides, "--url "+withoutUser(o.url))
	}
	for _, tags := range o.tags {
		x.overrides = append(x.overrides, "-t "+tags)
	}
	for _, name := range o.names {
		x.overrides = append(x.overrides, "--name "+name)
	}
	if x.workers <= 0 {
		x.workers = runtime.GOMAXPROCS(0)
	}
	var b [8]byte
	rand.Read(b[:]) // never fails
	if x.seed == 0 {
		x.seed = binary.LittleEndian.Uint64(b[:]) >> 12
	}
	x.id = fmt.Sprintf("%s-%x", x.began.UTC().Format("20060102T150405Z"), b[4:])
	sinks, err := a.openReports(o.reports, standard, t.source, t.folder.dir)
	if err != nil {
		return nil, err
	}
	if where := a.archiveOf(t); where.path != "" && !o.forget {
		x.kept = newKeeper(a, where)
		sinks = append(sinks, x.kept)
	}
	if o.metrics != "" {
		shown, err := a.serveMetrics(o.metrics)
		if err != nil {
			fan(sinks).Close()
			return nil, err
		}
		sinks = append(sinks, shown)
	}
	x.sinks, x.stream = sinks, runners.NewStream(x.secrets.Mask, a.live(sinks, o.reports)...)
	return x, nil
}

// foresee masks every secret of this process from the beginning, not only from its first use: a start command
// that says too much says it before anything has been sent. What cannot be used is said where it is used.
func (x *execution) foresee(environment []string) {
	for _, v := range environment {
		variable, _, _ := strings.Cut(v, "=")
		if name, found := strings.CutPrefix(variable, secret.Prefix); found {
			_, _ = x.secrets.Resolve(strings.TrimSuffix(name, "_FILE"))
		}
	}
}

// emit is for the events that belong to no stage.
func (x *execution) emit(e runners.Event) {
	e.Run, e.Time = x.id, x.now()
	x.stream.Emit(e)
}

// start begins the run, which then has its number. A history that cannot be written ends nothing: it is said at
// once, and in the exit code, unless all there is to say is that this folder is for reading only.
func (x *execution) start(runner string) {
	x.emit(runners.Event{Kind: runners.RunStarted, Info: &runners.Info{
		Project: x.target.program.Project, Digest: x.target.digest, Tool: tool(), Runner: runner, Overrides: x.overrides, Seed: x.seed,
	}})
	if x.kept == nil {
		return
	}
	<-x.kept.begun
	if err := x.kept.failed; err != nil {
		x.warn(fmt.Errorf("%w; this run is not recorded", err), "--no-history records nothing, and does not say so")
		if x.kept.where.named || !readOnly(err) {
			x.unkept = true
		}
	}
}

// number of the run in its history; without one each run is the first.
func (x *execution) number() int {
	if x.kept == nil {
		return 1
	}
	select {
	case <-x.kept.begun:
		return x.kept.number
	default: // it is only being prepared
		return 1
	}
}

// store is the history, nil when there is none to look at.
func (x *execution) store() *history.Store {
	if x.kept == nil {
		return nil
	}
	<-x.kept.begun
	return x.kept.store
}

// finish ends the run's reports and turns the outcome into an exit code.
func (x *execution) finish(outcome runners.Outcome, codes ...int) error {
	x.lookAgain()
	x.emit(runners.Event{Kind: runners.RunFinished, Outcome: outcome, Duration: x.now().Sub(x.began)})
	if x.unkept {
		codes = append(codes, exitHarness)
	}
	code := worst(append(codes, codeOf(outcome))...)
	if err := x.stream.Close(); err != nil {
		x.unwritten(err)
		code = worst(code, exitHarness)
	}
	for _, s := range x.sinks {
		// A format on stdout with exit codes of its own, as Nagios', decides: who reads it reads both.
		if r, ok := s.(*report); ok && r.file == nil {
			if e, own := r.sink.(reporters.Exiter); own {
				code = e.ExitCode()
			}
		}
	}
	if code == exitGood {
		return nil
	}
	return &ended{failure{code: code}}
}

// ended is the failure of a run that began, ended and was reported.
type ended struct{ failure }

func (e *ended) Unwrap() error { return &e.failure }

func codeOf(o runners.Outcome) int {
	switch o {
	case runners.GatePassed:
		return exitGood
	case runners.GateFailed:
		return exitFailed
	}
	return exitUndecided
}

// codeOfError is the exit code of a stage that could not be run.
func codeOfError(err error) int {
	var f *failure
	if errors.As(err, &f) {
		return f.code
	}
	return exitHarness
}

// stage is what differs from stage to stage.
type stage struct {
	name     string
	runner   string
	driver   string
	env      *ir.Environment
	selected []runners.Selected
	retry    int
	pause    bool // after a failure
	watch    shown
	fed      bool   // data replaces the rows of its outlines
	release  string // the version that it releases, "" for none
}

// plan makes a stage's plan, starts its environment, and looks at the metrics before anything runs there.
func (x *execution) plan(ctx context.Context, s stage) (runners.Plan, error) {
	p := x.bare(s)
	host, err := session.NewHost(p)
	if err != nil {
		return p, usage(err.Error(), "")
	}
	address := host.EnvText("url")
	p.Info.URL = withoutUser(address)
	if err := x.app.start(ctx, x.target, s.env, address, x.allowsShell()); err != nil {
		return p, err
	}
	if err := x.release(s); err != nil {
		return p, err
	}
	x.releasesFromServer(ctx, host)
	if _, looked := x.looks[s.env.Name]; !looked && s.env.OpenMetrics != nil {
		snapshot, err := x.observe(ctx, host)
		x.looks[s.env.Name] = look{snapshot, err, host}
	}
	p.Info.Release = x.live(s.env.Name)
	return p, nil
}

func (x *execution) bare(s stage) runners.Plan {
	return runners.Plan{
		Program: x.target.program, Digest: x.target.digest, RunID: x.id, Number: x.number(),
		Stage: s.name, Driver: s.driver, Env: s.env, Selected: s.selected, Params: x.params,
		Secrets: x.secrets, Dir: x.target.folder.dir, Workers: x.workers, Retry: s.retry, Seed: x.seed, Now: x.now,
		Info: runners.Info{
			Project: x.target.program.Project, Digest: x.target.digest, Tool: tool(),
			Runner: s.runner, Driver: s.driver, Environment: s.env.Name, Selected: len(s.selected), Overrides: x.overrides,
		},
	}
}

// withoutUser is an address without the credentials that somebody may have written into it.
func withoutUser(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	u.User = nil
	return u.String()
}

// plainAddress is an address as looks are kept by it: without credentials, query and fragment.
func plainAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// unwritten says why reports are not whole, each reason once: of one that is full every event tells.
func (x *execution) unwritten(err error) {
	if !strings.Contains(err.Error(), "\n") {
		x.warn(err) // with what its own kind knows to help
		return
	}
	var reasons []string
	for reason := range strings.Lines(err.Error()) {
		reason = strings.TrimSpace(reason)
		if reason != "" && !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
			x.warn(errors.New(reason))
		}
	}
}
