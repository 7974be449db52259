package cmd

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value"
)

func (a *app) pinCommand() *cobra.Command {
	var o options
	var release string
	c := &cobra.Command{
		Use:   "pin [CLAIM]...",
		Short: "Keep what is observed now as the baseline of later comparisons",
		Long: `Judge the relative claims now, and keep what was observed of them as the baseline that they are compared with from now
on: of all claims, or of those whose id or clause is named. What was pinned first for a release stays. Baselines that a
claim asks for by itself (the previous release, last week) are pinned when they are first compared with.`,
		Example: `  hoops value pin --env production
  hoops value pin 'features/checkout#1/1' --release 2.3.1`,
		RunE: func(c *cobra.Command, args []string) error {
			t, err := a.open(nil)
			if err != nil {
				return err
			}
			if err := knownClaims(t.program, args); err != nil {
				return err
			}
			return a.pin(c.Context(), t, o, args, release)
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&release, "release", "", "keep it as the baseline of release `VERSION` (default: the one that is live)")
	return c
}

// knownClaims refuses a claim that nothing promises.
func knownClaims(p *ir.Program, asked []string) error {
	var known []string
	for _, f := range p.Features {
		for _, c := range f.Clauses {
			known = append(known, c.ID)
			for i := range c.Claims {
				known = append(known, value.ClaimID(c.ID, i))
			}
		}
	}
	for _, claim := range asked {
		if slices.Contains(known, claim) {
			continue
		}
		hint := "hoops value -f json shows the ids of the claims"
		if near := diag.Closest(claim, known); near != "" {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
		return usage(fmt.Sprintf("no claim is called %q", claim), hint)
	}
	return nil
}

func (a *app) pin(ctx context.Context, t *target, o options, claims []string, release string) error {
	env, err := environment(t.program, o.env, o.url)
	if err != nil {
		return err
	}
	store, err := a.remember(t, archive.open)
	if err != nil {
		return unusable(err)
	}
	defer store.Close()
	if release != "" {
		list, err := store.Releases(env.Name)
		if err != nil {
			return unusable(shownFrom(err))
		}
		var versions []string
		for _, r := range list {
			versions = append(versions, r.Version)
		}
		if !slices.Contains(versions, release) {
			return usage(fmt.Sprintf("release %s of %s is not recorded", release, env.Name), "hoops release "+release+" --at TIME records it")
		}
	}
	x, err := a.newExecution(t, o, "pretty")
	if err != nil {
		return err
	}
	j := &judge{x: x, alone: true}
	if x.kept == nil {
		x.stream.Close() // nothing was reported
		return usage("a baseline is kept in the history, and --no-history says that there is none", "")
	}
	var pinned []value.Pinned
	j.pin = func(ctx context.Context, plan *value.Plan, answers *value.Answers, past environmentPast) error {
		for _, p := range plan.Pins(answers) {
			if len(claims) > 0 && !slices.Contains(claims, p.Claim) && !slices.Contains(claims, clauseOf(p.Claim)) {
				continue
			}
			if release != "" {
				p.Release = release
			}
			pinned = append(pinned, p)
		}
		return past.Pin(ctx, pinned)
	}
	if x.overrides = append(x.overrides, "value pin "+strings.Join(claims, " ")); len(claims) == 0 {
		x.overrides[len(x.overrides)-1] = "value pin"
	}
	x.start(string(ir.Value))
	outcome, err := x.evaluate(ctx, stage{name: "value", runner: string(ir.Value), env: env}, j)
	ran := x.end(ctx, outcome, err)
	if err != nil {
		return ran
	}
	for _, p := range pinned {
		a.sayPinned(p)
	}
	if len(pinned) == 0 {
		fmt.Fprintln(a.stdio.Err, "hoops: nothing was pinned: no relative claim could be observed")
		return said(exitUndecided)
	}
	return nil // it was asked for baselines, not for verdicts
}

// clauseOf is the id of a claim's clause.
func clauseOf(claim string) string { return claim[:max(0, strings.LastIndexByte(claim, '/'))] }

func (a *app) sayPinned(p value.Pinned) {
	of := ""
	if p.Release != "" {
		of = " of release " + p.Release
	}
	fmt.Fprintf(a.stdio.Err, "hoops: pinned as the baseline%s of %s: %s to %s\n", diag.Printable(of), diag.Printable(p.Claim), stampOf(p.From), stampOf(p.To))
}
