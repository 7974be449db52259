package cmd

import (
	"strconv"
	"strings"

	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/value"
)

// verdicts are a clause's as events tell them: one for each claim, and one for what is unbound in it.
func verdicts(r value.Result) []*runners.Verdict {
	var list []*runners.Verdict
	for _, j := range r.Judgements {
		list = append(list, verdict(r, j))
	}
	if r.Unbound != "" || len(list) == 0 {
		help := []string{}
		if len(r.Rewrites) > 0 {
			help = append(help, "write for example: "+strings.Join(r.Rewrites, " · "))
		}
		if r.Stub != "" {
			help = append(help, "hoops check shows the measure that this needs in hoops.yaml")
		}
		list = append(list, &runners.Verdict{
			Clause: r.ClauseID, Words: r.Text, Verdict: string(value.Unbound), Sentence: r.Unbound, Owner: r.Feature.Owner, Help: help,
			Rewrites: r.Rewrites, Stub: r.Stub,
		})
	}
	return list
}

func verdict(r value.Result, j value.Judgement) *runners.Verdict {
	v := &runners.Verdict{
		Clause: r.ClauseID, Claim: j.ID, Words: r.Text, Reading: j.Claim, Measure: j.Measure, Mode: string(j.Mode), Guardrail: j.Guardrail,
		Verdict: string(j.Verdict), SoFar: j.SoFar, Compare: j.Compare, Reason: string(j.Reason), Sentence: j.Sentence, Observed: j.Observed, Target: j.Target,
		Exposure: j.Exposure, Window: j.Window.Words, From: j.Window.From, To: j.Window.To, Coverage: j.Coverage, Interval: j.Interval,
		Needed: j.Needed, Budget: j.Budget, Again: j.Again, Rollback: j.Rollback, Projected: j.Decided, Grade: j.Grade, WouldChange: j.WouldChange,
		Owner: j.Owner, Source: j.Source, Query: j.Query, QueryHash: j.QueryHash, Notes: j.Notes, Help: j.Help,
	}
	if n := j.Numbers; n != nil {
		v.Events, v.Exposed, v.Point, v.Low, v.High, v.Bound, v.Upper = n.Events, n.Exposure, decimal(n.Point), decimal(n.Low), decimal(n.High), decimal(n.Target), decimal(n.Upper)
		if n.Scale != "count" {
			v.Unit = n.Scale
		}
		v.Level = n.Level
	}
	if b := j.Baseline; b != nil {
		v.Premise = b.Premise
		v.Baseline = &runners.Baseline{
			Words: b.Words, Release: b.Window.Release, From: b.Window.From, To: b.Window.To, Pinned: b.Pinned, Observed: b.Observed, Exposure: b.Exposure, False: b.False,
		}
		if n := b.Numbers; n != nil {
			v.Baseline.Events, v.Baseline.Exposed, v.Baseline.Point = n.Events, n.Exposure, decimal(n.Point)
		}
	}
	return v
}

// decimal is a number that was computed, "" where there is none.
func decimal(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'g', -1, 64)
}
