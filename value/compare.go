package value

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
	"github.com/cucumber-value/hoops/value/stat"
)

// judgeCompared judges a claim against its baseline. Looks that were settled before come first, and the first of them
// that decides stands; the whole window is the last.
func (t *trial) judgeCompared(n need, looks []Evidence, base Evidence) {
	c := *n.baseline
	t.base = base
	t.j.Target = comparedPromise(t.claim, t.measure, t.kindOf(), c.words)
	t.j.Baseline = &Baseline{Words: c.words, Window: c.window, Pinned: base.Pinned}
	if w := base.Observation.Window; base.Failure == nil && !w.To.IsZero() {
		t.j.Baseline.Window = w
		if base.Pinned.IsZero() {
			t.j.Baseline.Window.Words = c.words
		} else {
			t.j.Baseline.Words, c.words = w.Words, w.Words
		}
	}
	for i, l := range n.looks {
		last := i == len(n.looks)-1
		if !last && looks[i].Failure != nil {
			continue
		}
		one := *t
		one.j.Notes = nil
		one.seen, one.alpha = looks[i], l.alpha
		one.look(l, c)
		if last || one.j.Verdict == Delivered || one.j.Verdict == Missed {
			*t = one
			return
		}
	}
}

// look judges by one look.
func (t *trial) look(l look, c comparison) {
	o := t.seen.Observation
	t.j.Window, t.j.Source, t.j.Query = o.Window, o.Source, o.Query
	t.j.Notes = append(t.j.Notes, o.Notes...)
	if f := t.base.Failure; f != nil && f == c.refused {
		t.noBaseline(f, c)
		return
	}
	if f := t.seen.Failure; f != nil {
		t.failed(f)
		return
	}
	t.j.Coverage = o.Coverage
	if f := t.base.Failure; f != nil {
		t.noBaseline(f, c)
		return
	}
	t.j.Grade = c.grade
	k := t.kindOf()
	own, f := t.sideOf(k, t.seen, cmp.Or(o.Window.Words, "in the window"))
	if f != nil {
		t.failed(f)
		return
	}
	words := "under " + c.words
	if !strings.HasPrefix(c.words, "release ") {
		words = "in " + c.words
		if c.name != "" {
			words = "for " + c.words
		} else if strings.HasPrefix(c.words, "the same") || strings.HasPrefix(c.words, "this ") || strings.HasPrefix(c.words, "last ") {
			words = c.words
		}
	}
	base, f := t.sideOf(k, t.base, words)
	if f != nil {
		t.noBaseline(f, c)
		return
	}
	t.weigh(l, c, k, own, base)
}

// noBaseline says why there is nothing to compare with. A source that failed has failed.
func (t *trial) noBaseline(f *measure.Failure, c comparison) {
	g := *f
	switch {
	case f.Reason == NoData || f.Reason == "":
		g.Reason = NoBaseline
		g.Sentence = fmt.Sprintf("there is nothing to compare with: %s", f.Sentence)
		if !strings.Contains(f.Sentence, c.words) {
			g.Sentence += " (" + c.words + ")"
		}
	case f.Reason == SourceFailed || f.Reason == IncompleteWindow:
		g.Sentence = fmt.Sprintf("%s (%s)", f.Sentence, c.words)
	}
	if len(g.Help) == 0 {
		g.Help = []string{"hoops value pin keeps what is judged now as the baseline"}
	}
	t.failed(&g)
}

// weigh compares two sides.
func (t *trial) weigh(l look, c comparison, k kind, own, base side) {
	o, b := t.seen.Observation, t.base.Observation
	t.show(k, own, base)
	if f := t.split(c, own, base); f != nil {
		t.failed(f)
		return
	}
	sentence := own.seen + " " + own.words + t.perWordsOf(k, own, base) + "; " + base.seen + " " + base.words + t.perWordsOf(k, base, own)
	t.j.Observed = own.seen
	for _, x := range []struct {
		o     measure.Observation
		words string
	}{{o, own.words}, {b, base.words}} {
		if !(watched(x.o) >= covered) {
			t.undecided(IncompleteWindow, "%s, but only %s was watched %s: %s", sentence, share(x.o.Coverage), x.words, x.o.Gap)
			t.j.WouldChange = "a window that is watched without a gap"
			return
		}
		if !(x.o.Coverage >= covered) {
			t.j.Notes = append(t.j.Notes, fmt.Sprintf("%s was watched %s: %s", share(x.o.Coverage), x.words, x.o.Gap))
		}
	}
	if !c.control && !o.Window.From.IsZero() && b.Window.To.Sub(o.Window.From) > near(o.Window) {
		t.undecided(IncompleteWindow, "%s, but what was counted since %s is a part of both", sentence, stamp(o.Window.From))
		t.j.Help = []string{"record the release when its process starts: hoops release VERSION looks at the metrics then"}
		if c.name != "" {
			t.j.Help = []string{fmt.Sprintf("judge what came after %q: hoops release VERSION begins anew, or say \"over the last 7 days\" in the clause", c.name)}
		}
		t.j.WouldChange = "a baseline that ends before the release"
		return
	}
	if points := min(own.points, base.points); (k == ofMeans || k == ofTotals || k == ofQuantiles) && points < stat.FewestPoints {
		t.tooFew(sentence, c, k, own, base)
		return
	}
	if base.empty(k) {
		t.zeroBaseline(sentence, l, k, own, base, c)
		return
	}
	own, base = t.scaled(k, own, base, c)
	e, err := t.effectOf(k, own, base, c.control)
	if err != nil {
		t.unreadable("%s: %s", sentence, err)
		return
	}
	if c.control && o.Window.Open && !e.always { // no procedure holds at every look: it is looked at as if it were one of many
		t.alpha, l.alpha = earlyAlpha, earlyAlpha
	}
	t.decide(sentence, l, c, k, e, own, base)
}

// empty is a baseline of which nothing can be a part.
func (s side) empty(k kind) bool {
	switch k {
	case ofCounts:
		return s.count.Events == 0
	case ofShares:
		return s.share.Hits == 0
	case ofMeans:
		return !(s.moments.Mean > 0)
	case ofQuantiles:
		return false
	}
	return false
}

// zeroBaseline: nothing is a part of nothing. More than nothing can still be shown, and fewer be ruled out.
func (t *trial) zeroBaseline(sentence string, l look, k kind, own, base side, c comparison) {
	if e, err := t.effectOf(k, own, base, c.control); err == nil && (k != ofMeans || t.claim.Statistic == ir.StatDelta) {
		t.decide(sentence, l, c, k, e, own, base)
		if t.j.Verdict == Delivered || t.j.Verdict == Missed || t.claim.Statistic == ir.StatDelta {
			return
		}
	}
	t.j.Needed, t.j.Decided, t.j.Interval = "", time.Time{}, ""
	t.undecided(ZeroBaseline, "%s: the baseline is none, and nothing is a part of none", sentence)
	t.j.Help = []string{fmt.Sprintf("promise a number instead, such as 0 %s", t.claim.Measure)}
	t.j.WouldChange = "a baseline in which there were some, or a promise in numbers"
}

func (t *trial) tooFew(sentence string, c comparison, k kind, own, base side) {
	which := own
	if base.points < own.points {
		which = base
	}
	t.undecided(TooEarly, "%s: %s are too few, %d are needed on each side", sentence, countWords(which.points, "sample"), stat.FewestPoints)
	t.j.Needed = fmt.Sprintf("%d of %d samples", which.points, stat.FewestPoints)
	t.j.WouldChange = fmt.Sprintf("%d more samples %s", stat.FewestPoints-which.points, which.words)
	switch {
	case own.points == 0:
	case which.words == own.words:
		t.projected(float64(stat.FewestPoints) / float64(own.points))
	case c.control:
	case t.goesOn():
		t.longer(c, k, base, float64(stat.FewestPoints)/math.Max(1, float64(base.points)), float64(stat.FewestPoints)/float64(own.points))
	}
}

// decide turns bounds into a verdict.
func (t *trial) decide(sentence string, l look, c comparison, k kind, e effect, own, base side) {
	likely, err := e.bounds(l.alpha)
	surely := likely
	if err == nil && t.claims > 1 {
		surely, err = e.bounds(l.alpha / float64(t.claims))
	}
	if err != nil {
		t.undecided(TooEarly, "%s: %s", sentence, strings.TrimPrefix(err.Error(), stat.ErrInput.Error()+": "))
		t.j.WouldChange = "more samples"
		return
	}
	t.chart(e, likely)
	t.j.Numbers.Level = 1 - 2*l.alpha
	t.j.Interval = t.changeInterval(k, e, likely)
	if !math.IsNaN(e.point) {
		sentence += ": " + t.changeWords(k, e, e.point)
	}
	sentence += ", and the truth lies " + t.j.Interval
	if l.alpha < alpha/2 && !e.always {
		t.j.Notes = append(t.j.Notes, t.lookNote(l))
	}
	answer := t.answer(likely, surely)
	switch answer {
	case stat.Yes:
		t.delivered(sentence)
		t.j.SoFar = t.seen.Observation.Window.Open
	case stat.No:
		t.ruledOut(sentence)
		t.j.Rollback = c.grade == "A"
	default:
		t.open(sentence, l, c, k, e, own, base, likely)
	}
}

func (t *trial) lookNote(l look) string {
	percent := func(x float64) string { return fmt.Sprintf("%.3g%%", 100*x) }
	switch {
	case l.checkpoint > 0:
		return fmt.Sprintf("the look at %s, which was settled before, may err at %s on each side", durationWords(l.checkpoint), percent(l.alpha))
	case l.early && t.j.Window.To.Sub(t.j.Window.From) > 7*24*time.Hour:
		return fmt.Sprintf("the looks at 1 hour, 24 hours and 7 days did not decide, so this one may err at %s only on each side", percent(l.alpha))
	case l.early:
		return fmt.Sprintf("this look comes between those at 1 hour, 24 hours and 7 days, so it may err at %s only on each side", percent(l.alpha))
	}
	return fmt.Sprintf("this look may err at %s on each side", percent(l.alpha))
}

// answer holds bounds against the claim: likely to deliver it, surely to miss it.
func (t *trial) answer(likely, surely stat.Interval) stat.Answer {
	target, _ := t.target.Float64()
	var yes, no bool
	bare := t.claim.Statistic == ir.StatRatio && target == 1
	switch t.claim.Compare {
	case "<":
		yes, no = likely.Upper < target, surely.Lower >= target
		if bare {
			no = surely.Lower > 1-t.mde()
		}
	case ">":
		yes, no = likely.Lower > target, surely.Upper <= target
		if bare {
			no = surely.Upper < 1+t.mde()
		}
	case "<=":
		yes, no = likely.Upper <= target, surely.Lower > target
	case ">=":
		yes, no = likely.Lower >= target, surely.Upper < target
	case "between":
		upper, _ := t.upper.Float64()
		yes, no = likely.Lower >= target && likely.Upper <= upper, surely.Upper < target || surely.Lower > upper
	case "=":
		no = surely.Upper < target || surely.Lower > target
	}
	switch {
	case yes:
		return stat.Yes
	case no:
		return stat.No
	}
	return stat.Unclear
}

func (t *trial) ruledOut(sentence string) {
	t.j.Verdict, t.j.Reason, t.j.SoFar = Missed, "", false
	if t.claim.Statistic == ir.StatRatio && t.target.Cmp(one) == 0 && (t.claim.Compare == "<" || t.claim.Compare == ">") {
		word := map[string]string{"<": "a reduction", ">": "an increase"}[t.claim.Compare]
		t.j.Sentence = fmt.Sprintf("%s, so %s of %s is ruled out", sentence, word, percentWords(t.mde()))
	} else {
		t.j.Sentence = fmt.Sprintf("%s, and %s was promised", sentence, t.j.Target)
	}
	t.j.WouldChange = "another release"
}

func near(w measure.Window) time.Duration { return max(time.Second, w.To.Sub(w.From)/20) }

// premise holds what a claim says of the past against it: "from 5% to 3%".
func (t *trial) premise(base Evidence, c comparison) {
	t.j.Baseline = &Baseline{Words: c.words, Window: c.window, Pinned: base.Pinned}
	said, ok := ratOf(t.claim.Premise)
	if base.Failure != nil || !ok {
		if base.Failure != nil {
			t.j.Baseline.Premise = fmt.Sprintf("whether it was %s %s is not known: %s", t.premiseWords(said), c.under(), base.Failure.Sentence)
			t.j.Notes = append(t.j.Notes, t.j.Baseline.Premise)
		}
		return
	}
	past := *t
	past.seen = base
	past.target = said
	o := base.Observation
	if o.Events == nil {
		return
	}
	value, i, ok := past.estimate(alpha)
	if !ok {
		return
	}
	t.j.Baseline.Observed = past.valueWords(value)
	f, _ := said.Float64()
	t.j.Baseline.Numbers = &Numbers{Events: o.Events.RatString(), Scale: string(t.claim.Statistic), Point: float(value), Low: finite(i.Lower), High: finite(i.Upper), Target: &f}
	if o.Exposure != nil {
		t.j.Baseline.Numbers.Exposure = o.Exposure.RatString()
	}
	v, _ := value.Float64()
	t.j.Baseline.False = !i.Contains(f) && math.Abs(v-f) > t.mde()*f
	t.j.Baseline.Premise = fmt.Sprintf("it was %s %s, as the clause says", t.j.Baseline.Observed, c.under())
	if t.j.Baseline.False {
		t.j.Baseline.Premise = fmt.Sprintf("the clause says that it was %s before, and it was %s %s", t.premiseWords(said), t.j.Baseline.Observed, c.under())
	}
	t.j.Notes = append(t.j.Notes, t.j.Baseline.Premise)
}
