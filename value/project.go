package value

import (
	"fmt"
	"math"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
	"github.com/cucumber-value/hoops/value/stat"
)

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
			t.j.WouldChange = "finer buckets"
		}
	}
	switch {
	case len(t.j.Help) > 0:
	case !goesOn && t.seen.Observation.Window.Open:
		t.j.WouldChange = "a longer run"
	case !goesOn:
		t.j.WouldChange = "nothing in this window, which has closed; a longer one"
	case !t.j.Decided.IsZero():
		t.j.WouldChange += fmt.Sprintf("; decided by %s at current traffic", t.when(t.j.Decided))
	default:
		t.shortBaseline(l, c, k, e, own, base)
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
	t.j.Notes = append(t.j.Notes, fmt.Sprintf("%s %s are too few to show a change of %s by themselves, however long it goes on", base.seen, base.words, percentWords(t.mde())))
	// against half as many, what is to be shown is a ratio to half of the baseline
	held := base.count
	if target, _ := t.target.Float64(); t.claim.Statistic == ir.StatRatio && target > 0 {
		held.Exposure /= target
	}
	seenRatio := math.Max(own.count.Rate()/held.Rate(), 1e-3)
	if x, err := stat.ExposureForRatio(held, seenRatio, l.alpha, .8); (seenRatio < 1) == (ratio < 1) && err == nil && !math.IsInf(x, 1) && x > own.count.Exposure && own.exposure != nil {
		t.j.Needed = fmt.Sprintf("%s of about %s %s needed, if it stays %s", number(own.exposure), grouped(fmt.Sprintf("%.0f", x)), exposureNoun(t.measure),
			t.changeWords(ofCounts, effect{ratio: true}, own.count.Rate()/base.count.Rate()))
		return
	}
	if n, err := stat.EventsForRatio(ratio, .5, alpha, .8); err == nil { // as if both were watched for as long
		say(n)
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
	decides := func(at float64) func(x float64) bool {
		return func(x float64) bool { return t.decides(e.grown(x), at) }
	}
	if !l.early || c.control {
		if x, found := firstTimes(decides(l.alpha)); found {
			t.projected(x)
		}
		return
	}
	// between the looks that were settled nothing is: the next one decides
	x, found := firstTimes(decides(lastCheckpointAlpha))
	if !found {
		return
	}
	t.projected(x)
	_, next := stat.PassedCheckpoints(t.j.Decided.Sub(t.j.Window.From), alpha)
	if next != nil {
		if measure.KeepsPast(t.measure.From) && t.j.Window.Release != "" {
			t.j.Decided = t.j.Window.From.Add(next.After)
		}
		return
	}
	if !measure.KeepsPast(t.measure.From) {
		return // the first look behind the last of them stands for it
	}
	t.j.Decided = time.Time{}
	if x, found := firstTimes(decides(earlyAlpha)); found {
		t.projected(x)
	}
}

// lastCheckpointAlpha is what the look at 7 days may err.
const lastCheckpointAlpha = alpha * 7 / 10

// decides reports whether bounds answer the claim, each side at an error.
func (t *trial) decides(bounds func(float64) (stat.Interval, error), at float64) bool {
	likely, err := bounds(at)
	surely := likely
	if err == nil && t.claims > 1 {
		surely, err = bounds(at / float64(t.claims))
	}
	return err == nil && t.answer(likely, surely) != stat.Unclear
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
