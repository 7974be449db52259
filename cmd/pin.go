package cmd

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/value"
)

// pinning is what hoops value pin is asked for.
type pinning struct {
	claims  []string // or measures, with a name; none is all
	release string
	name    string
	replace bool
	from    time.Time // with a name: the time that is kept; zero is as it is judged
	to      time.Time
}

func (a *app) pinCommand() *cobra.Command {
	var o options
	var w pinning
	var from, to string
	c := &cobra.Command{
		Use:   "pin [CLAIM]... [DIR | FILE.hoops]",
		Short: "Keep what is observed now as the baseline of later comparisons",
		Long: `Judge the relative claims now, and keep what was observed of them as the baseline that they are compared with from now
on: of all claims, or of those whose id or clause is named. What was pinned first for a release stays. Baselines that a
claim asks for by itself (the previous release, last week) are pinned when they are first compared with.

With --as it is kept under a name that hoops.yaml declares (baselines:), for every clause that says "than NAME", also
one that is written later: of all measures, or of those that are named, by themselves or by a claim. --from and --to keep
what was then, of sources that know their past. A name is pinned once; --replace pins it again.`,
		Example: `  hoops value pin --env production
  hoops value pin 'features/checkout#1/1' --release 2.3.1
  hoops value pin --as 'the spring campaign' --from 2026-03-01 --to 2026-04-01`,
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			if args, w.claims, err = splitPinned(args); err != nil {
				return err
			}
			t, err := a.open(args)
			if err != nil {
				return err
			}
			if err := a.checkPinning(t.program, &w, from, to); err != nil {
				return err
			}
			return a.pin(c.Context(), t, o, w)
		},
	}
	o.flags(c.Flags())
	f := c.Flags()
	f.StringVar(&w.release, "release", "", "keep it as the baseline of release `VERSION` (default: the one that is live)")
	f.StringVar(&w.name, "as", "", "keep it under `NAME`, for clauses that say: than NAME")
	f.BoolVar(&w.replace, "replace", false, "pin a name again that was pinned before")
	f.StringVar(&from, "from", "", "with --as: keep what was since `TIME`: 2026-03-01, 2026-03-01T14:00:00Z, 7d")
	f.StringVar(&to, "to", "", "with --from: until `TIME` (default: now)")
	return c
}

// splitPinned tells the folder or artefact, which stands last, from claims.
func splitPinned(args []string) (target, claims []string, _ error) {
	if n := len(args) - 1; n >= 0 && !strings.Contains(args[n], "#") && (isFolder(args[n]) || isArtefact(args[n])) {
		target, args = args[n:], args[:n]
	}
	for _, arg := range args {
		if !strings.Contains(arg, "#") && isArtefact(arg) {
			return nil, nil, usage("hoops value pin takes one folder or file, which stands last, found also "+arg, "")
		}
	}
	return target, args, nil
}

// checkPinning refuses what cannot be meant.
func (a *app) checkPinning(p *ir.Program, w *pinning, from, to string) error {
	if err := knownClaims(p, w.claims, w.name != ""); err != nil {
		return err
	}
	if w.name == "" {
		for flag, set := range map[string]bool{"--replace": w.replace, "--from": from != "", "--to": to != ""} {
			if set {
				return usage(flag+" goes with --as", "hoops value pin --as NAME "+flag)
			}
		}
		return nil
	}
	if w.release != "" {
		return usage("--as and --release are two kinds of baselines", "leave one of them out")
	}
	if err := declared(p, &w.name); err != nil {
		return err
	}
	if from == "" && to != "" {
		return usage("--to says until when, and nothing says since when", "hoops value pin --as NAME --from TIME --to "+to)
	}
	if from == "" {
		return nil
	}
	var err error
	if w.from, err = a.pastTime("--from", from); err != nil {
		return err
	}
	w.to = a.now()
	if to != "" {
		if w.to, err = a.pastTime("--to", to); err != nil {
			return err
		}
	}
	if !w.from.Before(w.to) {
		return usage(fmt.Sprintf("--from %s is not before --to %s", from, to), "")
	}
	return nil
}

// declared finds the name as hoops.yaml writes it, article and case aside as in a clause.
func declared(p *ir.Program, name *string) error {
	plain := func(s string) string { return strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "the ") }
	var known []string
	for _, b := range p.Baselines {
		if plain(b.Name) == plain(*name) {
			*name = b.Name
			return nil
		}
		known = append(known, b.Name)
	}
	hint := fmt.Sprintf("declare it in hoops.yaml, so that clauses can say it: baselines: {%s: }", *name)
	if near := diag.Closest(*name, known); near != "" {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	return usage(fmt.Sprintf("no baseline is called %q", *name), hint)
}

// knownClaims refuses a claim that nothing promises. What is kept under a name may be named by its measure as well.
func knownClaims(p *ir.Program, asked []string, measures bool) error {
	var known []string
	what, hint := "claim", "hoops value -f json shows the ids of the claims"
	if measures {
		for _, m := range p.Measures {
			known = append(known, m.Name)
		}
		what = "claim or measure"
	}
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
		if near := diag.Closest(claim, known); near != "" {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
		return usage(fmt.Sprintf("no %s is called %q", what, claim), hint)
	}
	return nil
}

func (a *app) pin(ctx context.Context, t *target, o options, w pinning) error {
	env, err := environment(t.program, o.env, o.url)
	if err != nil {
		return err
	}
	store, err := a.remember(t, archive.open)
	if err != nil {
		return unusable(err)
	}
	defer store.Close()
	if err := knownRelease(store, env.Name, w.release); err != nil {
		return err
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
	var report func() error
	if w.name == "" {
		j.pin = func(ctx context.Context, plan *value.Plan, answers *value.Answers, past environmentPast) error {
			for _, p := range plan.Pins(answers) {
				if len(w.claims) > 0 && !slices.Contains(w.claims, p.Claim) && !slices.Contains(w.claims, clauseOf(p.Claim)) {
					continue
				}
				p.Release = cmp.Or(w.release, p.Release)
				pinned = append(pinned, p)
			}
			return past.Pin(ctx, pinned)
		}
		report = func() error { return a.sayPinned(pinned) }
	} else {
		report = a.pinNamed(j, t.program, w)
	}
	x.overrides = append(x.overrides, w.String())
	x.start(string(ir.Value))
	outcome, err := x.evaluate(ctx, stage{name: "value", runner: string(ir.Value), env: env}, j)
	ran := x.end(ctx, outcome, err)
	if err != nil {
		return ran
	}
	return report() // it was asked for baselines, not for verdicts
}

// knownRelease refuses a release that the environment does not have.
func knownRelease(store *history.Store, env, release string) error {
	if release == "" {
		return nil
	}
	list, err := store.Releases(env)
	if err != nil {
		return unusable(shownFrom(err))
	}
	if !slices.ContainsFunc(list, func(r history.Release) bool { return r.Version == release }) {
		return usage(fmt.Sprintf("release %s of %s is not recorded", release, env), "hoops release "+release+" --at TIME records it")
	}
	return nil
}

// String is the command as the history keeps it.
func (w pinning) String() string {
	words := []string{"value pin"}
	if w.name != "" {
		words = append(words, fmt.Sprintf("--as %q", w.name))
	}
	if w.replace {
		words = append(words, "--replace")
	}
	if !w.from.IsZero() {
		words = append(words, "--from "+w.from.UTC().Format(time.RFC3339), "--to "+w.to.UTC().Format(time.RFC3339))
	}
	return strings.Join(append(words, w.claims...), " ")
}

// clauseOf is the id of a claim's clause.
func clauseOf(claim string) string { return claim[:max(0, strings.LastIndexByte(claim, '/'))] }

func (a *app) sayPinned(pinned []value.Pinned) error {
	for _, p := range pinned {
		of := ""
		if p.Release != "" {
			of = " of release " + p.Release
		}
		fmt.Fprintf(a.stdio.Err, "hoops: pinned as the baseline%s of %s: %s to %s\n", diag.Printable(of), diag.Printable(p.Claim), stampOf(p.From), stampOf(p.To))
	}
	if len(pinned) == 0 {
		fmt.Fprintln(a.stdio.Err, "hoops: nothing was pinned: no relative claim could be observed")
		return said(exitUndecided)
	}
	return nil
}
