package value

import (
	"fmt"
	"math/big"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// Judge judges every promise by the answers to its questions. It asks nothing more and looks at no clock, so the same
// answers give the same verdicts for ever.
func (p *Plan) Judge(a *Answers) []Result {
	var results []Result
	for i, promise := range p.promises {
		var js []Judgement
		for k, c := range promise.Clause.Claims {
			t := p.trial(promise.Feature, promise.Clause, k, p.measures[c.Measure])
			t.judge(p.needs[i][k], a)
			if p.needs[i][k].baseline != nil {
				t.j.Notes = append(t.j.Notes, a.notes...)
			}
			js = append(js, t.j)
		}
		results = append(results, result(promise.Feature, promise.Clause, js, p.times.Now))
	}
	return results
}

// result joins the claims of a clause. It is missed when one claim is, a guardrail too; delivered when each is and no
// part of it is unbound; and otherwise undecided or unbound.
func result(f Feature, c ir.Clause, js []Judgement, now time.Time) Result {
	r := Result{ClauseID: c.ID, Feature: f, Text: c.Text, Verdict: Delivered, Unbound: c.Unbound, Rewrites: c.Rewrites, Stub: c.Stub, Judged: now, Pos: c.Pos, Judgements: js}
	if c.Unbound != "" || len(r.Judgements) == 0 {
		r.Verdict = Unbound
	}
	for i, j := range r.Judgements {
		if c.Unbound != "" && j.Verdict == Delivered { // each claim is told by the words of the whole clause
			r.Judgements[i].Sentence += "; another part of the clause is not judged: " + c.Unbound
		}
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

// trial is one claim before its judge.
type trial struct {
	times   Times
	claim   ir.Claim
	measure ir.Measure
	seen    Evidence
	base    Evidence // of what is compared
	claims  int      // of the clause
	alpha   float64  // the error allowed on each side
	bursts  bool     // what is compared was made to count for less
	target  *big.Rat
	upper   *big.Rat // of between
	j       Judgement
}

func (p *Plan) trial(f Feature, c ir.Clause, n int, m ir.Measure) *trial {
	claim := c.Claims[n]
	t := &trial{times: p.times, claim: claim, measure: m, claims: len(c.Claims), alpha: alpha, j: Judgement{
		ID: ClaimID(c.ID, n), ClauseID: c.ID, Feature: f, Clause: c.Text, Claim: claim.Reading, Measure: claim.Measure, Mode: claim.Mode, Guardrail: claim.Guardrail,
		Owner: m.Owner, Target: promise(claim), Compare: claim.Compare, Pos: claim.Pos,
	}}
	if t.j.Owner == "" {
		t.j.Owner = f.Owner
	}
	if m.Name != "" {
		t.j.QueryHash = queryHash(m, Everybody)
	}
	return t
}

// covered is how much of the window must have been watched for a claim to be delivered.
const covered = .95

// judge judges what the plan found out for the claim.
func (t *trial) judge(n need, a *Answers) {
	if n.refused != nil {
		t.failed(n.refused)
		return
	}
	if !t.readable() {
		return
	}
	evidence := func(list []int) (all []Evidence) {
		for _, i := range list {
			all = append(all, a.evidence[i])
		}
		return all
	}
	switch {
	case t.claim.Statistic == ir.StatSlope:
		t.judgeTrend(evidence(n.parts), n.unit)
	case t.claim.Days != "":
		t.judgeDays(evidence(n.parts), n)
	case n.baseline != nil:
		b := Evidence{Failure: n.baseline.refused}
		if n.baseline.question >= 0 {
			b = a.evidence[n.baseline.question]
		}
		if kept, pinned := a.pinned[t.j.ID]; pinned {
			b = kept
		}
		var looks []Evidence
		for _, l := range n.looks {
			looks = append(looks, a.evidence[l.question])
		}
		if t.claim.Premise != "" {
			t.judgeWindow(looks[len(looks)-1])
			t.premise(b, *n.baseline)
			return
		}
		switch t.claim.Statistic {
		case ir.StatRatio, ir.StatDelta, ir.StatEquivalence:
			t.judgeCompared(n, looks, b)
		default:
			t.unreadable("the %s of %s is compared with nothing", t.claim.Statistic, t.claim.Measure)
		}
	default:
		t.judgeWindow(a.evidence[n.looks[0].question])
	}
}

// readable reads the numbers of the claim.
func (t *trial) readable() bool {
	var ok bool
	if t.target, ok = ratOf(t.claim.Target); !ok {
		t.unreadable("the number of the claim, %q, cannot be read", t.claim.Target)
		return false
	}
	if t.claim.Compare == "between" {
		if t.upper, ok = ratOf(t.claim.Upper); !ok || t.upper.Cmp(t.target) < 0 {
			t.unreadable("the upper bound of the claim, %q, cannot be read", t.claim.Upper)
			return false
		}
	}
	switch t.claim.Compare {
	case "=", "<", "<=", ">", ">=", "between":
		return true
	}
	t.unreadable("the comparison %q of the claim is not known", t.claim.Compare)
	return false
}

// judgeWindow judges a claim about one window by what was observed in it.
func (t *trial) judgeWindow(e Evidence) {
	t.seen = e
	o := e.Observation
	t.j.Window, t.j.Notes, t.j.Source, t.j.Query = o.Window, o.Notes, o.Source, o.Query
	if t.target == nil && !t.readable() {
		return
	}
	switch c := t.claim; {
	case c.Mode != ir.Observed && c.Premise == "":
		t.unreadable("this claim needs a comparison, and nothing was observed that it could be compared with")
	case e.Failure != nil:
		t.failed(e.Failure)
	case c.Days != "":
		t.undecided(IncompleteWindow, "only the window as a whole was observed, and the claim is about a part of it")
	case o.Events != nil && o.Events.Sign() < 0, o.Exposure != nil && o.Exposure.Sign() < 0, o.Events == nil && o.Gauge == nil && o.Distribution == nil:
		t.undecided(NoData, "nothing was observed of %s", c.Measure)
	default:
		t.j.Grade, t.j.Coverage = "D", o.Coverage
		t.j.Rollback = true
		t.judgeObserved()
		t.j.Rollback = t.j.Rollback && t.j.Verdict == Missed
	}
}

func (t *trial) judgeObserved() {
	o := t.seen.Observation
	if t.claim.Threshold != "" && t.claim.Statistic != ir.StatShare {
		t.unreadable("a time is named, %s, and no share of them", t.claim.Threshold)
		return
	}
	switch t.claim.Statistic {
	case ir.StatCount, ir.StatFirst:
		if o.Events == nil {
			break
		}
		t.observed()
		if t.claim.Statistic == ir.StatFirst {
			t.judgeFirst()
			return
		}
		t.judgeCount()
		return
	case ir.StatRate:
		if o.Events == nil {
			break
		}
		t.observed()
		t.judgeProportion()
		return
	case ir.StatShare:
		if t.claim.Threshold != "" {
			t.judgePercentile()
			return
		}
		if o.Events == nil {
			break
		}
		t.observed()
		t.judgeProportion()
		return
	case ir.StatMean, ir.StatMedian, ir.StatTotal:
		t.judgeAmount()
		return
	}
	t.unreadable("the %s of %s cannot be made of what %s gives", t.claim.Statistic, t.claim.Measure, sourceWord(t.measure))
}

// observed writes down what was counted.
func (t *trial) observed() {
	o := t.seen.Observation
	t.j.Observed = number(o.Events)
	t.j.Numbers = &Numbers{Events: o.Events.RatString(), Scale: "count", Point: float(o.Events), Target: float(t.target), Upper: float(t.upper)}
	if o.Exposure != nil {
		t.j.Exposure = number(o.Exposure) + " " + plural(exposureNoun(t.measure), o.Exposure)
		t.j.Numbers.Exposure = o.Exposure.RatString()
	}
}

func float(r *big.Rat) *float64 {
	if r == nil {
		return nil
	}
	f, _ := r.Float64()
	return &f
}

func sourceWord(m ir.Measure) string {
	if m.From == "" {
		return "its source"
	}
	return "from: " + m.From
}

func (t *trial) failed(f *measure.Failure) {
	reason := f.Reason
	if reason == "" {
		reason = SourceFailed
	}
	t.undecided(reason, "%s", f.Sentence)
	t.j.Help = append(t.j.Help, f.Help...)
	if f.Source != "" {
		t.j.Source, t.j.Query = f.Source, f.Query
	}
	t.j.WouldChange = map[Reason]string{
		NoData:              "numbers of " + t.claim.Measure,
		NoBaseline:          "something to compare with",
		SourceFailed:        "a source that answers what it is asked",
		IncompleteWindow:    "a window that is watched without a gap",
		SampleRatioMismatch: "a window in which the traffic is split as it was meant to be",
		ShardMissing:        "a run whose samples all come in",
	}[reason]
}

// unreadable is a claim that the compiler would not have made; it came out of an artefact.
func (t *trial) unreadable(format string, args ...any) {
	t.undecided(SourceFailed, format, args...)
}

func (t *trial) undecided(reason Reason, format string, args ...any) {
	t.j.Verdict, t.j.Reason, t.j.SoFar = Undecided, reason, false
	t.j.Sentence = fmt.Sprintf(format, args...)
}

func (t *trial) delivered(sentence string) {
	t.j.Verdict, t.j.Reason, t.j.SoFar = Delivered, "", t.seen.Observation.Window.Open
	t.j.Sentence = sentence + ", as promised"
	if t.j.SoFar {
		t.j.Sentence += " so far"
	}
}

func (t *trial) missed(sentence string) {
	t.j.Verdict, t.j.Reason, t.j.SoFar = Missed, "", false
	t.j.Sentence = fmt.Sprintf("%s, and %s promised", sentence, wasWere(t.claim, t.j.Target))
}

// judgeCount compares a fact. More than promised is final, whatever was not watched; not enough is missed only
// when the window has closed; and none of something passes only where there was a chance of it.
func (t *trial) judgeCount() {
	o, c := t.seen.Observation, t.claim
	noun := plural(c.Measure, o.Events)
	sentence := number(o.Events) + " " + noun
	if o.Exposure != nil {
		sentence += " in " + number(o.Exposure) + " " + plural(exposureNoun(t.measure), o.Exposure)
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
		t.j.WouldChange = "the first of " + exposureNoun(t.measure)
	case short && o.Window.Open:
		t.undecided(TooEarly, "%s so far, and %s promised", sentence, wasWere(c, t.j.Target))
		if o.Events.Sign() > 0 && t.goesOn() {
			times, _ := new(big.Rat).Quo(t.target, o.Events).Float64()
			t.projected(times)
		}
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
