package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/rate"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/load"
)

// loadFlags are what a load asks for on the command line; what is not given is the stage's.
type loadFlags struct {
	stage    string
	rate     string
	users    int
	duration time.Duration
	mix      []string
	inFlight int
	drain    time.Duration
	connects string
	browsers int
	expect   []string
	results  string
	plot     string
}

func (a *app) loadCommand() *cobra.Command {
	var o options
	var l loadFlags
	c := &cobra.Command{
		Use:   "load [DIR | PATH:LINE | FILE.hoops]...",
		Short: "Run scenarios as load, at a rate",
		Long: `Run scenarios as load: arrivals at a rate, each a session of its own with all its assertions. What is
asked for is said by the first load stage of hoops.yaml, if there is one; flags come before it.`,
		Example: `  hoops load --rate 200/s --duration 1m
  hoops load --rate '10/s to 50/s over 1m, then 50/s for 5m' --expect 'p95 < 300ms'
  hoops load --rate max --duration 10s -t @browse --results run.bin`,
		RunE: func(c *cobra.Command, args []string) error {
			t, err := a.open(args)
			if err != nil {
				return err
			}
			return a.load(c.Context(), t, o, l)
		},
	}
	o.flags(c.Flags())
	f := c.Flags()
	f.StringVar(&l.stage, "stage", "", "take what to run from the load stage `NAME`")
	f.StringVar(&l.rate, "rate", "", "arrivals: `RATE` is 200/s, words as in hoops.yaml, or max")
	f.IntVar(&l.users, "users", 0, "`N` users instead of a rate: a closed model, which hides a stalled server")
	f.DurationVar(&l.duration, "duration", 0, "how long arrivals come, when the rate does not say")
	f.StringArrayVar(&l.mix, "mix", nil, "a share: `'NAME=7'`, of a scenario, an id or a tag expression, also 'NAME=1 browser'; several times")
	f.IntVar(&l.inFlight, "max-in-flight", 0, "journeys at once; arrivals above it are dropped and counted (default 10000)")
	f.IntVar(&l.browsers, "browsers", 0, "`N` users run the scenarios that run in a browser, beside the rate; at most 20")
	f.DurationVar(&l.drain, "drain", 0, "what started journeys have when arrivals end (default 30s)")
	f.StringVar(&l.connects, "connections", "", "whose they are: 'shared' by all journeys (the default), or 'per journey'")
	f.StringArrayVar(&l.expect, "expect", nil, "an `EXPRESSION` that the run must hold: 'p95 < 300ms'; several times")
	o.metricsFlag(f)
	f.StringVar(&l.results, "results", "", "write a `FILE` that vegeta report and vegeta plot open")
	f.StringVar(&l.plot, "plot", "", "write a `FILE` with vegeta's plot of the requests, an HTML page")
	return c
}

func (a *app) load(ctx context.Context, t *target, o options, l loadFlags) error {
	from, err := stageOf(t.program, ir.LoadRunner, l.stage)
	if err != nil {
		return err
	}
	asked, err := l.over(from)
	if err != nil {
		return err
	}
	x, s, err := a.single(t, o, asked, "pretty")
	if err != nil {
		return err
	}
	defer a.close()
	x.overrides = append(x.overrides, l.overrides()...)
	r, err := x.loadRunner(asked, s)
	if err != nil {
		x.stream.Close() // nothing was reported
		return err
	}
	files, err := l.files(r)
	if err != nil {
		x.stream.Close()
		return err
	}
	x.start(string(ir.LoadRunner))
	outcome, err := x.load(ctx, s, r)
	for _, f := range files {
		err = errors.Join(err, f.Close())
	}
	return x.end(ctx, outcome, err)
}

// files makes those that a run is written to beside its reports.
func (l *loadFlags) files(r *load.Runner) (files []*os.File, err error) {
	for _, one := range []struct {
		what, name string
		to         *io.Writer
	}{{"results", l.results, &r.Results}, {"plot", l.plot, &r.Plot}} {
		if one.name == "" {
			continue
		}
		f, err := os.Create(one.name)
		if err != nil {
			for _, open := range files {
				open.Close()
			}
			return nil, usage(fmt.Sprintf("the %s cannot be written: %s", one.what, unwritable(one.name, err)), "")
		}
		files = append(files, f)
		*one.to = f
	}
	return files, nil
}

// over is a stage with what the flags say instead.
func (l *loadFlags) over(from *ir.Stage) (*ir.Stage, error) {
	s := *from
	asked := ir.Load{}
	if from.Load != nil {
		asked = *from.Load
	}
	if l.rate != "" {
		asked.Rate, asked.Users = ir.Literal(l.rate), 0
	}
	if l.users > 0 {
		asked.Rate, asked.Users = nil, l.users
	}
	if l.rate != "" && l.users > 0 {
		return nil, usage("--rate and --users exclude each other", "a rate is an open model, users a closed one")
	}
	if asked.Rate == nil && asked.Users == 0 {
		return nil, usage("how much load is not said", "give --rate 20/s --duration 30s, or a load stage in hoops.yaml")
	}
	if l.duration > 0 {
		asked.Duration = ir.Duration(l.duration)
	}
	if l.inFlight > 0 {
		asked.MaxInFlight = l.inFlight
	}
	if l.drain > 0 {
		asked.Drain = ir.Duration(l.drain)
	}
	switch l.connects {
	case "":
	case "shared":
		asked.Connections = ""
	case ir.PerJourney:
		asked.Connections = ir.PerJourney
	default:
		return nil, usage(fmt.Sprintf("--connections cannot be %q", l.connects), "write --connections shared, or --connections 'per journey'")
	}
	if l.browsers > 0 {
		asked.Browsers = l.browsers
	}
	if len(l.mix) > 0 {
		asked.Mix = nil
		for _, m := range l.mix {
			share, err := shareOf(m)
			if err != nil {
				return nil, err
			}
			asked.Mix = append(asked.Mix, share)
		}
	}
	if len(l.expect) > 0 {
		s.Expect = nil
		for i, e := range l.expect {
			s.Expect = append(s.Expect, ir.Expression{Source: e, Pos: diag.Pos{File: "--expect", Line: i + 1, Col: 1}})
		}
	}
	s.Load = &asked
	return &s, nil
}

func (l *loadFlags) overrides() []string {
	var list []string
	add := func(name, value string) {
		if value != "" && value != "0" && value != "0s" {
			list = append(list, "--"+name+" "+value)
		}
	}
	add("rate", l.rate)
	add("users", strconv.Itoa(l.users))
	add("duration", l.duration.String())
	add("max-in-flight", strconv.Itoa(l.inFlight))
	add("browsers", strconv.Itoa(l.browsers))
	add("drain", l.drain.String())
	add("connections", l.connects)
	for _, m := range l.mix {
		add("mix", m)
	}
	for _, e := range l.expect {
		add("expect", e)
	}
	return list
}

// loadRunner makes the runner of a load stage; what is wrong with its words is a diagnostic.
func (x *execution) loadRunner(s *ir.Stage, one stage) (*load.Runner, error) {
	asked, plan := s.Load, x.bare(one)
	if err := twice(plan); err != nil {
		return nil, err
	}
	inBrowsers, err := browsers(asked, plan)
	if err != nil {
		return nil, err
	}
	r := &load.Runner{
		Drivers: drivers(x.allowsShell(), asked, shown{parallel: inBrowsers}), Users: asked.Users, Duration: time.Duration(asked.Duration),
		MaxInFlight: asked.MaxInFlight, Browsers: inBrowsers, Drain: time.Duration(asked.Drain), Expect: s.Expect, StopWhen: s.StopWhen,
		Cut: x.again,
	}
	if asked.Rate != nil {
		words, err := x.text(plan, asked.Rate)
		if err != nil {
			return nil, usage(err.Error(), "")
		}
		profile, wrong := rate.ParseProfile(words)
		if wrong != nil {
			at := diag.Pos{File: "--rate", Line: 1, Col: 1}
			if len(asked.Rate) > 0 && !asked.Rate[0].Pos.IsZero() {
				at = asked.Rate[0].Pos
			}
			at.Col += wrong.Col - 1
			d := diag.Errorf(diag.At(at, wrong.Len), "load/rate", "%s", wrong.Message)
			if wrong.Help != "" {
				d = d.WithHelp("%s", wrong.Help)
			}
			x.diagnose(diag.List{d}, func(string) string { return words })
			return nil, said(exitUsage)
		}
		r.Profile = profile
	}
	if err := x.ends(r, asked); err != nil {
		return nil, err
	}
	shares := asked.Mix
	narrowed := len(x.tags)+len(x.names)+len(x.target.places) > 0
	if narrowed { // who narrows what runs narrows the mix
		shares = slices.DeleteFunc(slices.Clone(shares), func(s ir.Share) bool {
			return !slices.ContainsFunc(one.selected, func(o runners.Selected) bool { return isOf(s.Of, o) }) && x.somewhere(s.Of)
		})
	}
	if r.Mix, err = mix(shares, one.selected); err != nil {
		return nil, err
	}
	if asked.Data != nil {
		if r.Data, err = x.data(one, asked.Data); err != nil {
			return nil, err
		}
	}
	if err := r.CheckOpenFiles(); err != nil {
		return nil, usage(err.Error(), "")
	}
	return r, x.gate(r, one, narrowed)
}

// ends refuses a load without an end. What stands in hoops.yaml alone has been refused there; flags and ${…} are
// known now.
func (x *execution) ends(r *load.Runner, asked *ir.Load) error {
	if r.Duration == 0 && (r.Users > 0 || r.Profile.Max) {
		return usage("this load goes on for ever: users, and the rate max, do not say how long", "say how long: --duration 1m, or duration: 1m in the stage")
	}
	if r.Users > 0 {
		return nil
	}
	_, err := r.Profile.Within(r.Duration)
	switch {
	case err == nil:
		return nil
	case len(asked.Rate) == 0 || asked.Rate[0].Pos.IsZero():
		return usage(err.Error(), "")
	}
	x.diagnose(diag.List{diag.Errorf(diag.At(asked.Rate[0].Pos, 1), "load/rate", "%s", err)}, x.target.source)
	return said(exitUsage)
}

// gate checks what a load is judged by. An expectation of the stage about something that the flags have left out is
// not judged, and the report says so.
func (x *execution) gate(r *load.Runner, one stage, narrowed bool) error {
	plan := x.bare(one)
	var source []string
	if narrowed {
		r.Expect = slices.DeleteFunc(slices.Clone(r.Expect), func(e ir.Expression) bool {
			found := (&load.Runner{Expect: []ir.Expression{e}}).Check(plan)
			left := e.Pos.File != "--expect" && len(found) > 0 && !slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Code != "load/name" })
			if left {
				r.Notes = append(r.Notes, fmt.Sprintf("not judged: %s (%s)", e.Source, found[0].Message))
			}
			return left
		})
	}
	for _, e := range r.Expect {
		source = append(source, e.Source)
	}
	found := r.Check(plan)
	if len(found) == 0 {
		return nil
	}
	x.diagnose(found, func(file string) string {
		if file == "--expect" {
			return strings.Join(source, "\n")
		}
		return x.target.source(file)
	})
	return said(exitUsage)
}

func (x *execution) load(ctx context.Context, s stage, r *load.Runner) (runners.Outcome, error) {
	plan, err := x.plan(ctx, s)
	if err != nil {
		return "", err
	}
	defer collectLate()()
	return x.stage(ctx, r, plan)
}
