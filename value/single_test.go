package value

import (
	"context"
	"fmt"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// observeOnce asks each measure that a claim needs once, in one window.
func observeOnce(ctx context.Context, clauses []ir.Clause, measures []ir.Measure, sources map[string]measure.Source, w measure.Window) map[string]Evidence {
	needed := map[string]bool{}
	for _, c := range clauses {
		for _, claim := range c.Claims {
			needed[claim.Measure] = true
		}
	}
	var requests []measure.Request
	for _, m := range measures {
		if needed[m.Name] {
			requests = append(requests, measure.Request{Measure: m, Window: w})
		}
	}
	seen := map[string]Evidence{}
	for _, a := range measure.Ask(ctx, requests, sources, 4) {
		seen[a.Measure.Name] = Evidence{Measure: a.Measure, Observation: a.Observation, Failure: a.Failure}
	}
	return seen
}

// judgeOnce judges every claim of a clause by one observation of each measure, without a plan.
func judgeOnce(f Feature, c ir.Clause, seen map[string]Evidence, now time.Time) Result {
	p := &Plan{times: Times{Now: now}}
	var js []Judgement
	for i, claim := range c.Claims {
		e, ok := seen[claim.Measure]
		if !ok {
			e = unknown(claim.Measure)
		}
		t := p.trial(f, c, i, e.Measure)
		if claim.Window != "" || claim.Statistic == ir.StatFirst {
			e.Failure = &measure.Failure{Reason: IncompleteWindow, Sentence: "only the window as a whole was observed, and the claim is about a part of it"}
		}
		t.judgeWindow(e)
		js = append(js, t.j)
	}
	return result(f, c, js, now)
}

func unknown(name string) Evidence {
	return Evidence{Failure: &measure.Failure{Reason: NoData, Sentence: fmt.Sprintf("nothing is known of %s", name)}}
}
