package value

import (
	"fmt"
	"math/big"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// Judge judges every claim of a clause, in order. The clause is missed when one claim is, a guardrail too; delivered when
// each is and no part of it is unbound; and otherwise undecided or unbound.
func Judge(f Feature, c ir.Clause, seen map[string]Evidence, now time.Time) Result {
	r := Result{ClauseID: c.ID, Feature: f, Text: c.Text, Verdict: Delivered, Unbound: c.Unbound, Rewrites: c.Rewrites, Stub: c.Stub, Judged: now, Pos: c.Pos}
	r.Judgements = judgeClaims(f, c, seen)
	if c.Unbound != "" || len(r.Judgements) == 0 {
		r.Verdict = Unbound
	}
	for _, j := range r.Judgements {
		switch {
		case j.Verdict == Missed:
			r.Verdict = Missed
		case j.Verdict != Delivered && r.Verdict != Missed:
			r.Verdict = Undecided
		}
	}
	if r.Verdict == Delivered {
		for _, j := range r.Judgements {
			r.SoFar = r.SoFar || j.SoFar
		}
	}
	return r
}

func judgeClaims(f Feature, c ir.Clause, seen map[string]Evidence) []Judgement {
	var out []Judgement
	for _, claim := range c.Claims {
		e, ok := seen[claim.Measure]
		if !ok {
			e.Failure = &measure.Failure{Reason: NoData, Sentence: fmt.Sprintf("nothing is known of %s", claim.Measure)}
		}
		t := trial{claim: claim, seen: e, claims: len(c.Claims), j: Judgement{
			ClauseID: c.ID, Feature: f, Clause: c.Text, Claim: claim.Reading, Measure: claim.Measure, Guardrail: claim.Guardrail,
			Owner: e.Measure.Owner, Target: promise(claim), Pos: claim.Pos,
		}}
		if t.j.Owner == "" {
			t.j.Owner = f.Owner
		}
		t.judge()
		out = append(out, t.j)
	}
	return out
}

// trial is one claim before its judge.
type trial struct {
	claim  ir.Claim
	seen   Evidence
	claims int // of the clause
	target *big.Rat
	upper  *big.Rat // of between
	j      Judgement
}

// covered is how much of the window must have been watched for a claim to be delivered.
const covered = .95

func (t *trial) judge() {
	o := t.seen.Observation
	t.j.Window, t.j.Notes = o.Window, o.Notes
	t.j.Source, t.j.Query = o.Source, o.Query
	var ok bool
	if t.target, ok = new(big.Rat).SetString(t.claim.Target); !ok {
		t.undecided(NotJudged, "the number of the claim, %q, cannot be read", t.claim.Target)
		return
	}
	if t.claim.Compare == "between" {
		if t.upper, ok = new(big.Rat).SetString(t.claim.Upper); !ok {
			t.undecided(NotJudged, "the upper bound of the claim, %q, cannot be read", t.claim.Upper)
			return
		}
	}
	if reason, sentence := t.beyond(); reason != "" {
		t.undecided(reason, "%s", sentence)
		return
	}
	if f := t.seen.Failure; f != nil {
		reason := f.Reason
		if reason == "" {
			reason = SourceFailed
		}
		t.undecided(reason, "%s", f.Sentence)
		t.j.Help, t.j.Source, t.j.Query = f.Help, f.Source, f.Query
		return
	}
	if o.Events == nil || o.Events.Sign() < 0 || o.Exposure != nil && o.Exposure.Sign() < 0 {
		t.undecided(NoData, "nothing was observed of %s", t.claim.Measure)
		return
	}
	t.j.Grade, t.j.Coverage = "D", o.Coverage
	t.j.Observed = number(o.Events)
	if o.Exposure != nil {
		t.j.Exposure = number(o.Exposure) + " " + exposureNoun(t.seen.Measure)
	}
	switch t.claim.Statistic {
	case ir.StatCount:
		t.judgeCount()
	case ir.StatRate, ir.StatShare:
		t.judgeProportion()
	}
}

// beyond names what no procedure is written for yet, so that it is undecided and says so.
func (t *trial) beyond() (Reason, string) {
	c := t.claim
	switch {
	case c.Statistic == ir.StatSlope:
		return IncompleteWindow, "a trend needs a history of several windows, and none is kept"
	case c.Mode == ir.Inferred:
		return NoBaseline, "there is nothing to compare with: no observation of " + baseline(c.Baseline) + " is kept"
	case c.Mode != ir.Observed:
		return NotJudged, "it is not said whether this claim is observed or inferred"
	case c.Days != "":
		return IncompleteWindow, "the days cannot be told apart: only the window as a whole was observed"
	case c.Window != "":
		return IncompleteWindow, "only the window as a whole was observed, and the claim is about a part of it"
	case c.Threshold != "", c.Statistic != ir.StatCount && c.Statistic != ir.StatRate && c.Statistic != ir.StatShare:
		return NotJudged, fmt.Sprintf("hoops cannot judge the %s of %s yet", c.Statistic, c.Measure)
	}
	switch c.Compare {
	case "=", "<", "<=", ">", ">=", "between":
		return "", ""
	}
	return NotJudged, fmt.Sprintf("the comparison %q of the claim is not known", c.Compare)
}

func (t *trial) undecided(reason Reason, format string, args ...any) {
	t.j.Verdict, t.j.Reason, t.j.SoFar = Undecided, reason, false
	t.j.Sentence = fmt.Sprintf(format, args...)
}

func (t *trial) delivered(sentence string) {
	t.j.Verdict, t.j.SoFar = Delivered, t.seen.Observation.Window.Open
	t.j.Sentence = sentence + ", as promised"
	if t.j.SoFar {
		t.j.Sentence += " so far"
	}
}

func (t *trial) missed(sentence string) {
	t.j.Verdict = Missed
	t.j.Sentence = fmt.Sprintf("%s, and %s promised", sentence, wasWere(t.claim, t.j.Target))
}

// judgeCount compares a fact. More than promised is final, whatever was not watched; not enough is missed only
// when the window has closed; and none of something passes only where there was a chance of it.
func (t *trial) judgeCount() {
	o, c := t.seen.Observation, t.claim
	noun := plural(c.Measure, o.Events)
	sentence := number(o.Events) + " " + noun
	if o.Exposure != nil {
		sentence += " in " + number(o.Exposure) + " " + plural(exposureNoun(t.seen.Measure), o.Exposure)
	}
	limit := t.target
	if c.Compare == "between" {
		limit = t.upper
	}
	over := o.Events.Cmp(limit)
	bounded := c.Compare != ">" && c.Compare != ">="
	if bounded && (over > 0 || over == 0 && c.Compare == "<") {
		t.missed(sentence)
		t.j.WouldChange = "nothing in this window: a miss is final"
		return
	}
	short := false // of the lower bound
	switch c.Compare {
	case ">=", "=", "between":
		short = o.Events.Cmp(t.target) < 0
	case ">":
		short = o.Events.Cmp(t.target) <= 0
	}
	nothing := o.Events.Sign() == 0 && (o.Exposure == nil && !short || o.Exposure != nil && o.Exposure.Sign() == 0)
	switch {
	case !bounded && !short && !nothing: // what was not watched could only add to it
		t.delivered(sentence)
	case !(o.Coverage >= covered):
		t.undecided(IncompleteWindow, "%s, but only %s of the window was watched: %s", sentence, share(o.Coverage), o.Gap)
		t.j.WouldChange = "a window that is watched without a gap"
	case nothing && o.Exposure == nil:
		t.undecided(NoData, "%s, but nothing says that there was a chance of any", sentence)
		t.j.Help = []string{fmt.Sprintf("give %q a per: with a counter of the chances, such as requests", c.Measure)}
		t.j.WouldChange = "a per: that is above 0"
	case nothing:
		t.undecided(NoData, "%s: nothing happened, so nothing was shown", sentence)
		t.j.WouldChange = "the first of " + exposureNoun(t.seen.Measure)
	case short && o.Window.Open:
		t.undecided(TooEarly, "%s so far, and %s promised", sentence, wasWere(c, t.j.Target))
		t.j.WouldChange = more(c, t.target, o.Events, c.Compare == ">") + " would deliver it"
	case short:
		t.missed(sentence)
		t.j.WouldChange = "nothing: the window has closed"
	default:
		t.delivered(sentence)
		if o.Window.Open {
			t.j.WouldChange = more(c, limit, o.Events, c.Compare != "<") + " would make it missed"
		}
	}
}
