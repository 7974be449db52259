package cmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/functional"
)

func (a *app) testCommand() *cobra.Command {
	var o options
	var driver string
	var retry int
	var pause, headed bool
	var slow string
	c := &cobra.Command{
		Use:   "test [DIR | FILE | PATH:LINE | FILE.hoops]...",
		Short: "Run scenarios as functional tests",
		Example: `  hoops test                                   every scenario of this project
  hoops test features/checkout.feature:9       the scenario at that line
  hoops test -t '@journey and not @slow' --env staging
  hoops test checkout.feature --url http://127.0.0.1:8080`,
		RunE: func(c *cobra.Command, args []string) error {
			t, err := a.open(args)
			if err != nil {
				return err
			}
			watch := shown{headed: headed}
			if slow != "" {
				if watch.slow, err = expr.ParseDuration(slow); err != nil || watch.slow <= 0 {
					return usage(fmt.Sprintf("--slow %s is not a duration", slow), "write it as 500ms or 2s")
				}
			}
			if (headed || slow != "") && driver != "browser" {
				return usage("--headed and --slow are for the browser", "add --driver browser")
			}
			return a.test(c.Context(), t, o, stage{driver: driver, retry: retry, pause: pause, watch: watch})
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&driver, "driver", "http", "how steps reach the software: `http, browser or shell`")
	c.Flags().Var(&count{&retry, 0}, "retry", "repeat a failed scenario up to `N` times; one that then passes is flaky")
	c.Flags().BoolVar(&headed, "headed", false, "show the browser in a window")
	c.Flags().StringVar(&slow, "slow", "", "wait `DURATION` before each step that opens a page or acts on one: 500ms, 2s")
	c.Flags().BoolVar(&pause, "pause-on-failure", false, "at a terminal, stop after a failed step and show what was kept")
	return c
}

func (a *app) test(ctx context.Context, t *target, o options, s stage) error {
	env, err := environment(t.program, o.env, o.url)
	if err != nil {
		return err
	}
	if err := knownDriver(s.driver); err != nil {
		return err
	}
	selected, err := a.selected(t, o.selection, whereOf(env))
	if err != nil {
		return err
	}
	x, err := a.newExecution(t, o, "pretty")
	if err != nil {
		return err
	}
	defer a.close()
	s.name, s.runner, s.env, s.selected = "test", string(ir.Functional), env, selected
	if err := x.refuse(s); err != nil {
		x.stream.Close() // nothing was reported
		return err
	}
	x.start("functional")
	outcome, err := x.functional(ctx, s)
	return x.end(ctx, outcome, err)
}

// end finishes a run of one stage, its error said.
func (x *execution) end(ctx context.Context, outcome runners.Outcome, err error) error {
	var codes []int
	if err != nil {
		outcome = runners.GateUndecided
		if !told(err) {
			x.emit(runners.Event{Kind: runners.Noticed, Message: err.Error()})
		}
		codes = append(codes, codeOfError(err))
		x.complain(err)
	}
	if ctx.Err() != nil {
		fmt.Fprintln(x.stdio.Err, "hoops: interrupted: this is what was seen until then")
	}
	return x.finish(outcome, codes...)
}

func (x *execution) functional(ctx context.Context, s stage) (runners.Outcome, error) {
	plan, err := x.plan(ctx, s)
	if err != nil {
		return "", err
	}
	r := &functional.Runner{Drivers: drivers(x.allowsShell(), nil, s.watch), Pause: x.pause(), PauseOnFailure: s.pause}
	return x.stage(ctx, r, plan)
}

func (x *execution) allowsShell() bool { return slices.Contains(x.allow, "shell") }

func knownDriver(name string) error {
	for _, d := range driverNames {
		if d == name {
			return nil
		}
	}
	hint := "drivers are http, browser and shell"
	if near := diag.Closest(name, driverNames); near != "" {
		hint = "did you mean " + near + "?"
	}
	return usage(fmt.Sprintf("unknown driver %q", name), hint)
}
