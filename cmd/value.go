package cmd

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/value"
)

func (a *app) valueCommand() *cobra.Command {
	var o options
	var strict bool
	var since, baseline string
	c := &cobra.Command{
		Use:   "value [DIR | FILE.hoops]",
		Short: "Judge what the features promise, now",
		Long: `Judge what the features promise, by what their measures say since the last release of the environment; without a
release, over the process's life or the last day. What is compared with a baseline is compared with the release before,
unless the clause or --baseline says otherwise.`,
		Example: `  hoops value --env production
  hoops value --since 7d
  hoops value --baseline 2.3.1`,
		Args: atMostOne,
		RunE: func(c *cobra.Command, args []string) error {
			t, err := a.open(args)
			if err != nil {
				return err
			}
			env, err := environment(t.program, o.env, o.url)
			if err != nil {
				return err
			}
			var back time.Duration
			if since != "" {
				if back, err = expr.ParseDuration(since); err != nil || back <= 0 {
					return usage(fmt.Sprintf("--since %s is not a duration", since), "write it as 12h or 7d")
				}
			}
			s := stage{name: "value", runner: string(ir.Value), env: env}
			if s.selected, err = a.promising(t, o.selection, where{}); err != nil {
				return err
			}
			x, err := a.newExecution(t, o, "pretty")
			if err != nil {
				return err
			}
			if since != "" {
				x.overrides = append(x.overrides, "--since "+since)
			}
			if baseline != "" {
				x.overrides = append(x.overrides, "--baseline "+baseline)
			}
			x.start(string(ir.Value))
			outcome, err := x.evaluate(c.Context(), s, &judge{x: x, strict: strict, alone: true, since: back, baseline: baseline})
			return x.end(c.Context(), outcome, err)
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&since, "since", "", "look back `DURATION`: 12h, 7d (default: since the release, the process's life, or a day)")
	c.Flags().StringVar(&baseline, "baseline", "", "compare with the release `VERSION` where the clause means the one before")
	c.Flags().BoolVar(&strict, "strict", false, "an unbound clause is undecided")
	c.AddCommand(a.pinCommand())
	return c
}

// evaluate judges without a run that precedes it. It looks at the metrics first: they may name a release that is
// not known yet.
func (x *execution) evaluate(ctx context.Context, s stage, j *judge) (runners.Outcome, error) {
	plan := x.bare(s)
	host, err := session.NewHost(plan)
	if err != nil {
		return "", err
	}
	x.releasesFromServer(ctx, host)
	if s.env.OpenMetrics != nil && scraped(plan) {
		j.now = &look{}
		j.now.snapshot, j.now.err = x.observe(ctx, host)
	}
	plan.Info.Release, plan.Info.Features = x.live(s.env.Name), len(chosenFeatures(plan))
	return runners.Run(ctx, j, plan, x.stream)
}

// scraped reports whether the application's own metrics are read: for a claim, or for the release.
func scraped(plan runners.Plan) bool {
	if from := plan.Program.Releases; from != nil && from.From == "openmetrics" {
		return true
	}
	return slices.ContainsFunc(promised(plan), func(p value.Promise) bool {
		return slices.ContainsFunc(p.Clause.Claims, func(c ir.Claim) bool {
			return slices.ContainsFunc(plan.Program.Measures, func(m ir.Measure) bool { return m.Name == c.Measure && m.From == "openmetrics" })
		})
	})
}
