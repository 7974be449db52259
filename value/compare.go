package value

import (
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
	t.j.Target = comparedPromise(t.claim, t.kindOf(), c.words)
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
	own, f := t.sideOf(k, t.seen, orElse(o.Window.Words, "in the window"))
	if f != nil {
		t.failed(f)
		return
	}
	words := "under " + c.words
	if !strings.HasPrefix(c.words, "release ") {
		words = "in " + c.words
		if strings.HasPrefix(c.words, "the same") || strings.HasPrefix(c.words, "last ") {
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
		t.j.WouldChange = t.j.Help[0]
		return
	}
	if points := min(own.points, base.points); (k == ofMeans || k == ofTotals || k == ofQuantiles) && points < stat.FewestPoints {
		t.tooFew(sentence, own, base)
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

func (t *trial) tooFew(sentence string, own, base side) {
	which := own
	if base.points < own.points {
		which = base
	}
	t.undecided(TooEarly, "%s: %s are too few, %d are needed on each side", sentence, countWords(which.points, "sample"), stat.FewestPoints)
	t.j.Needed = fmt.Sprintf("%d of %d samples", which.points, stat.FewestPoints)
	t.j.WouldChange = fmt.Sprintf("%d more samples %s", stat.FewestPoints-which.points, which.words)
	if which.words == own.words && own.points > 0 {
		t.projected(float64(stat.FewestPoints) / float64(own.points))
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

// open is what is not decided: too close, or not enough; with what it takes.
func (t *trial) open(sentence string, l look, c comparison, k kind, e effect, own, base side, likely stat.Interval) {
	target, _ := t.target.Float64()
	bare := t.claim.Statistic == ir.StatRatio && target == 1 && t.claim.Compare != "<=" && t.claim.Compare != ">="
	if !bare && target != 0 && likely.Width() < t.mde()*math.Abs(target) {
		t.undecided(TooClose, "%s: too close to %s to tell", sentence, t.j.Target)
		t.j.WouldChange = "a difference that matters; this one is smaller than the measure's mde"
		return
	}
	goesOn := t.goesOn()
	if k == ofCounts && e.ratio {
		t.needed(l, c, own, base)
	}
	if goesOn {
		t.project(l, c, k, e, own)
	}
	switch {
	case t.j.Needed != "" && goesOn:
		t.undecided(TooEarly, "%s: %s", sentence, t.j.Needed)
	default:
		t.undecided(Straddles, "%s: not enough to tell", sentence)
	}
	t.j.WouldChange = t.moreOf()
	if k != ofCounts && k != ofShares {
		t.j.WouldChange = "more samples"
	}
	if k == ofQuantiles {
		if low, high, ok := t.seen.Observation.Distribution.Quantile(atOf(t.measure)); ok && high-low > high/10 {
			t.j.Help = append(t.j.Help, fmt.Sprintf("give the histogram more buckets: it tells nothing apart %s", between(low, high)))
			t.j.WouldChange = t.j.Help[0]
		}
	}
	switch {
	case len(t.j.Help) > 0:
	case !goesOn && t.seen.Observation.Window.Open:
		t.j.WouldChange = "a longer run"
	case !goesOn:
		t.j.WouldChange = "nothing in this window, which has closed; a longer one"
	case !t.j.Decided.IsZero():
		t.j.WouldChange += fmt.Sprintf("; decided by %s at current traffic", date(t.j.Decided))
	}
}

// needed is how many events of both sides show the smallest change that matters: a figure for planning. A baseline
// that is over grows no more.
func (t *trial) needed(l look, c comparison, own, base side) {
	if t.bursts {
		return
	}
	seen := own.count.Events + base.count.Events
	say := func(n float64) {
		if n > seen {
			t.j.Needed = fmt.Sprintf("%s of about %s %s needed", grouped(fmt.Sprintf("%.0f", seen)), grouped(fmt.Sprintf("%.0f", n)), t.claim.Measure)
		}
	}
	ratio := t.planned()
	if c.control {
		if n, err := stat.EventsForRatio(ratio, own.count.Exposure/(own.count.Exposure+base.count.Exposure), alpha, .8); err == nil {
			say(n)
		}
		return
	}
	total := func(ratio float64) float64 {
		x, err := stat.ExposureForRatio(base.count, ratio, alpha, .8)
		if err != nil {
			return math.Inf(1)
		}
		return x*base.count.Rate()*ratio + base.count.Events
	}
	n := total(ratio)
	if !math.IsInf(n, 1) {
		say(n)
		return
	}
	t.j.Notes = append(t.j.Notes, fmt.Sprintf("%s %s are too few to show a change of %s, however long it goes on", base.seen, base.words, percentWords(t.mde())))
	seenRatio := math.Max(own.count.Rate()/base.count.Rate(), 1e-3)
	if x, err := stat.ExposureForRatio(base.count, seenRatio, l.alpha, .8); (seenRatio < 1) == (ratio < 1) && err == nil && !math.IsInf(x, 1) && x > own.count.Exposure && own.exposure != nil {
		t.j.Needed = fmt.Sprintf("%s of about %s %s needed, if it stays %s", number(own.exposure), grouped(fmt.Sprintf("%.0f", x)), exposureNoun(t.measure),
			t.changeWords(ofCounts, effect{ratio: true}, own.count.Rate()/base.count.Rate()))
	}
}

// planned is the ratio that the claim's data are planned for: the smallest change that matters beside the target.
func (t *trial) planned() float64 {
	if t.claim.Compare == ">" || t.claim.Compare == ">=" {
		return 1 + t.mde()
	}
	return 1 - t.mde()
}

// project finds when the claim would be decided if everything goes on as it was.
func (t *trial) project(l look, c comparison, k kind, e effect, own side) {
	if e.grown == nil {
		return
	}
	at := max(l.alpha, alpha*7/10)
	x, found := firstTimes(func(x float64) bool {
		likely, err := e.grown(x)(at)
		surely := likely
		if err == nil && t.claims > 1 {
			surely, err = e.grown(x)(at / float64(t.claims))
		}
		return err == nil && t.answer(likely, surely) != stat.Unclear
	})
	if found {
		t.projected(x)
		if c.control {
			return
		}
		// between the looks nothing is settled: the next one decides
		age := t.j.Decided.Sub(t.j.Window.From)
		if _, next := stat.PassedCheckpoints(age, alpha); next != nil && measure.KeepsPast(t.measure.From) && t.j.Window.Release != "" {
			t.j.Decided = t.j.Window.From.Add(next.After)
		}
	}
}

// goesOn reports whether there will be more of the same: an open window that is not a run, which ends.
func (t *trial) goesOn() bool {
	w := t.seen.Observation.Window
	return w.Open && t.measure.From != "run" && (t.times.Alone || !w.From.Equal(t.times.Run.From))
}

// firstTimes is about how many times the data decide, up to ten thousand times. More data decide what fewer did.
func firstTimes(decides func(x float64) bool) (x float64, found bool) {
	low, high := 0.0, math.Log(1e4)
	if !decides(math.Exp(high)) {
		return 0, false
	}
	for range 9 {
		if mid := (low + high) / 2; decides(math.Exp(mid)) {
			high = mid
		} else {
			low = mid
		}
	}
	return math.Exp(high), true
}

// projected says when so many times the present window's data are there. Beyond ten years nobody plans.
func (t *trial) projected(times float64) {
	w := t.seen.Observation.Window
	if !t.goesOn() {
		return
	}
	from := w.From
	if from.IsZero() || t.seen.Observation.Since.After(from) {
		from = t.seen.Observation.Since
	}
	length := float64(w.To.Sub(from))
	if from.IsZero() || !(length > 0) || length*times > float64(10*365*24*time.Hour) {
		return
	}
	t.j.Decided = from.Add(time.Duration(length * times))
	if !w.Until.IsZero() && t.j.Decided.After(w.Until) {
		t.j.Decided = w.Until
	}
}

// mde is the smallest change worth knowing about, as a part of 1.
func (t *trial) mde() float64 {
	if f, ok := percentOf(t.measure.MDE); ok && f > 0 && f < 1 {
		return f
	}
	return .2
}

func near(w measure.Window) time.Duration { return max(time.Second, w.To.Sub(w.From)/20) }

// premise holds what a claim says of the past against it: "from 5% to 3%".
func (t *trial) premise(base Evidence, c comparison) {
	t.j.Baseline = &Baseline{Words: c.words, Window: c.window, Pinned: base.Pinned}
	said, ok := ratOf(t.claim.Premise)
	if base.Failure != nil || !ok {
		if base.Failure != nil {
			t.j.Baseline.Premise = fmt.Sprintf("whether it was %s %s is not known: %s", t.premiseWords(said), under(c.words), base.Failure.Sentence)
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
	t.j.Baseline.Premise = fmt.Sprintf("it was %s %s, as the clause says", t.j.Baseline.Observed, under(c.words))
	if t.j.Baseline.False {
		t.j.Baseline.Premise = fmt.Sprintf("the clause says that it was %s before, and it was %s %s", t.premiseWords(said), t.j.Baseline.Observed, under(c.words))
	}
	t.j.Notes = append(t.j.Notes, t.j.Baseline.Premise)
}
