package cmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/value"
)

// pinNamed makes the judge ask for the measures and keep them under a name, and returns what says so afterwards.
func (a *app) pinNamed(j *judge, p *ir.Program, w pinning) func() error {
	var kept []pinnedName
	var unkept []value.Unkept
	j.observe = func(plan *value.Plan) { plan.Observe(measuresOf(p, w.claims), w.from, w.to) }
	j.pin = func(_ context.Context, plan *value.Plan, answers *value.Answers, past environmentPast) error {
		var list []value.Named
		list, unkept = plan.Observed(answers, w.name)
		for _, n := range list {
			valid, fresh, err := past.store.PinNamed(history.Named{Name: n.Name, Measure: n.Measure, Baseline: history.Baseline{
				Environment: past.env, Release: n.Release, Pinned: n.At, From: n.From, To: n.To, Events: n.Events, Exposure: n.Exposure,
				Histogram: n.Histogram, QueryHash: n.QueryHash,
			}}, w.replace)
			if err != nil {
				return shownFrom(err)
			}
			kept = append(kept, pinnedName{valid, fresh})
		}
		return nil
	}
	return func() error { return a.sayNamed(w, kept, unkept) }
}

// pinnedName is what a name stands for now; fresh is what was kept just now.
type pinnedName struct {
	history.Named
	fresh bool
}

// measuresOf are those that claims are about, or are named by themselves; none named is all of hoops.yaml.
func measuresOf(p *ir.Program, asked []string) []string {
	var names []string
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, m := range p.Measures {
		if len(asked) == 0 || slices.Contains(asked, m.Name) {
			add(m.Name)
		}
	}
	for _, f := range p.Features {
		for _, c := range f.Clauses {
			for i, claim := range c.Claims {
				if slices.Contains(asked, c.ID) || slices.Contains(asked, value.ClaimID(c.ID, i)) {
					add(claim.Measure)
				}
			}
		}
	}
	return names
}

// sayNamed says of each measure what the name stands for, or why for nothing.
func (a *app) sayNamed(w pinning, kept []pinnedName, unkept []value.Unkept) error {
	old := 0
	for _, k := range kept {
		text := fmt.Sprintf("pinned as %q: %s, %s to %s", k.Name, k.Measure, stampOf(k.From), stampOf(k.To))
		if !k.fresh {
			old++
			text = fmt.Sprintf("%s was pinned as %q before, on %s: %s to %s", k.Measure, k.Name, stampOf(k.Pinned), stampOf(k.From), stampOf(k.To))
		}
		fmt.Fprintf(a.stdio.Err, "hoops: %s\n", diag.Printable(text))
	}
	if old > 0 {
		fmt.Fprintf(a.stdio.Err, "hoops: hint: what was pinned first stays; --replace pins it again, and the history keeps both\n")
	}
	for _, u := range unkept {
		fmt.Fprintf(a.stdio.Err, "hoops: nothing of %s was pinned: %s\n", diag.Printable(u.Measure), diag.Printable(a.mask(u.Why)))
		for _, h := range u.Help {
			fmt.Fprintf(a.stdio.Err, "hoops: hint: %s\n", diag.Printable(a.mask(h)))
		}
	}
	if len(kept) == 0 || len(w.claims) > 0 && len(unkept) > 0 {
		return said(exitUndecided)
	}
	return nil
}
