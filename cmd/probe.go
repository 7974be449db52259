package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/monitor"
)

func (a *app) probeCommand() *cobra.Command {
	var o options
	var name string
	var timeout time.Duration
	var browsers int
	c := &cobra.Command{
		Use:   "probe [DIR | PATH:LINE | FILE.hoops]...",
		Short: "Run scenarios once, as one monitoring check (Nagios by default)",
		Long: `Run every selected scenario once, as one monitoring check. What is selected, where, is said by the first
probe stage of hoops.yaml, if there is one, and narrowed by flags. A failure is not tried again: who calls the check
does so. In Nagios format the exit code is that of the plugin guidelines: 0 OK, 2 CRITICAL, 3 UNKNOWN.`,
		Example: `  hoops probe --env production
  hoops probe shop.hoops -t @checkout -f prometheus`,
		RunE: func(c *cobra.Command, args []string) error {
			err := a.probe(c.Context(), args, o, name, &monitor.Runner{Timeout: timeout, Browsers: browsers})
			if nagiosOnStdout(o.formats) {
				return a.unknown(err)
			}
			return err
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&name, "stage", "", "take what to run from the probe stage `NAME`")
	c.Flags().DurationVar(&timeout, "timeout", 0, "what one scenario may take (default 30s)")
	c.Flags().IntVar(&browsers, "browsers", 0, "`N` scenarios run in a browser at once, beside all others; at most 20 (default 2)")
	return c
}

func (a *app) probe(ctx context.Context, args []string, o options, name string, r *monitor.Runner) error {
	if r.Browsers < 0 || r.Browsers > ir.MostBrowsers {
		return usage(fmt.Sprintf("--browsers %d: at most %d fit on one machine, and none is less than one", r.Browsers, ir.MostBrowsers), "leave it out for 2")
	}
	t, err := a.open(args)
	if err != nil {
		return err
	}
	from, err := stageOf(t.program, ir.Probe, name)
	if err != nil {
		return err
	}
	x, s, err := a.single(t, o, from, "nagios")
	if err != nil {
		return err
	}
	defer a.close()
	x.start(string(ir.Probe))
	r.Browsers = cmp.Or(r.Browsers, from.Browsers)
	outcome, err := x.monitor(ctx, s, r)
	return x.end(ctx, outcome, err)
}

func (x *execution) monitor(ctx context.Context, s stage, r *monitor.Runner) (runners.Outcome, error) {
	plan, err := x.plan(ctx, s)
	if err != nil {
		return "", err
	}
	r.Browsers = cmp.Or(r.Browsers, monitor.DefaultBrowsers)
	r.Drivers = drivers(x.allowsShell(), nil, shown{parallel: r.Browsers})
	return x.stage(ctx, r, plan)
}

// stageOf is the named stage, or the first, of a runner; an empty one when hoops.yaml has none.
func stageOf(p *ir.Program, runner ir.RunnerName, name string) (*ir.Stage, error) {
	var names []string
	for i := range p.Stages {
		s := &p.Stages[i]
		if s.Run != runner {
			continue
		}
		if name == "" || s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	if name == "" {
		return &ir.Stage{Name: string(runner), Run: runner}, nil
	}
	hint := "this project has no " + string(runner) + " stage"
	if len(names) > 0 {
		hint = string(runner) + " stages are " + strings.Join(names, ", ")
	}
	return nil, usage("no "+string(runner)+" stage is called "+name, hint)
}

// single prepares the execution of one stage: its selection made, its reports open, and everything refused that
// can be.
func (a *app) single(t *target, o options, from *ir.Stage, standard string) (*execution, stage, error) {
	s := stage{name: from.Name, runner: string(from.Run), driver: "http", fed: from.Load != nil && from.Load.Data != nil}
	if from.Driver != "" {
		s.driver = from.Driver
	}
	if err := knownDriver(s.driver); err != nil {
		return nil, s, err
	}
	name := o.env
	if name == "" {
		name = from.Env
	}
	var err error
	if s.env, err = environment(t.program, name, o.url); err != nil {
		return nil, s, err
	}
	if s.selected, err = a.selected(t, o.selection, whereOf(s.env), whereOfStage(from)); err != nil {
		return nil, s, err
	}
	s.selected = driven(from.Load, s.selected)
	x, err := a.newExecution(t, o, standard)
	if err != nil {
		return nil, s, err
	}
	if err := x.refuse(s); err != nil {
		x.stream.Close() // nothing was reported
		return nil, s, err
	}
	return x, s, nil
}

// nagiosOnStdout reports whether who runs the command reads it as a Nagios check.
func nagiosOnStdout(formats []string) bool {
	return len(formats) == 0 || slices.Contains(formats, "nagios")
}

// unknown makes a check of a probe that never began: to Nagios an exit code of 2 would be a finding about the
// software.
func (a *app) unknown(err error) error {
	var ran *ended
	if err == nil || errors.As(err, &ran) {
		return err
	}
	what := "see the diagnostics on stderr"
	var f *failure
	if errors.As(err, &f) && f.message != "" {
		what = strings.SplitN(f.message, "\n", 2)[0]
	}
	what = strings.NewReplacer("|", "/").Replace(diag.Printable(a.mask(what)))
	fmt.Fprintf(a.stdio.Out, "HOOPS UNKNOWN - could not probe: %s\n", what)
	a.exit(err)
	return said(exitHarness)
}
