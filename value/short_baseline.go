package value

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// A baseline that is over grows no more. Where it is too short to decide anything, waiting does not help: somebody has to
// compare with something longer, and hoops says what, and when there will be one.

// aPlenty is as much more of one side as if there were no end of it.
const aPlenty = 1e4

// muchLonger is how many times as long a baseline may have to be for it to be advice: what is promised to a hair takes
// any amount.
const muchLonger = 100

// shortBaseline says what would decide where more of the candidate alone never does, and by when.
func (t *trial) shortBaseline(l look, c comparison, k kind, e effect, own, base side) {
	if e.larger == nil || c.control || !t.j.Decided.IsZero() || !t.goesOn() {
		return
	}
	// as much of each side, so that a release that is as long as the baseline can be judged by it
	perBase := amountOf(k, base) / amountOf(k, own)
	if !(perBase > 0) || math.IsInf(perBase, 0) {
		return
	}
	enough := func(at float64) (float64, bool) {
		return firstTimes(func(y float64) bool { return t.decides(e.larger(min(aPlenty, max(1, y*perBase)), y), at) })
	}
	at := l.alpha
	if l.early {
		at = lastCheckpointAlpha
	}
	y, found := enough(at)
	w := t.seen.Observation.Window
	if late := float64(w.To.Sub(w.From))*y*perBase > float64(7*24*time.Hour); l.early && found && late && measure.KeepsPast(t.measure.From) {
		y, found = enough(earlyAlpha) // the looks that were settled have passed by then
	}
	if !found || y <= 1 || y > muchLonger {
		return
	}
	t.longer(c, k, base, y, y*perBase)
}

// amountOf is how much there is of a side: its exposure, its samples, or days.
func amountOf(k kind, s side) float64 {
	switch k {
	case ofCounts:
		return s.count.Exposure
	case ofShares:
		return s.share.Of
	}
	return float64(s.points)
}

// longer says that the baseline has to be y times as long, which are x times what was seen of the candidate.
func (t *trial) longer(c comparison, k kind, base side, y, x float64) {
	t.j.WouldChange = fmt.Sprintf("a baseline of about %s: %s is too short to decide it, however long this goes on", t.amountWords(k, base, y), c.words)
	w := t.seen.Observation.Window
	switch claim := t.claim; {
	case c.name != "":
		t.j.WouldChange += fmt.Sprintf("; hoops value pin --as %q --replace keeps a longer one", c.name)
	case claim.Baseline == "last week":
		t.j.WouldChange += fmt.Sprintf("; write: than the average of the last %d weeks", max(2, int(math.Ceil(y))))
	case strings.HasPrefix(claim.Baseline, "average of the last "):
		var n int
		var unit string
		if _, err := fmt.Sscanf(claim.Baseline, "average of the last %d %s", &n, &unit); err == nil {
			t.j.WouldChange += fmt.Sprintf("; write: than the average of the last %d %s", max(n+1, int(math.Ceil(float64(n)*y))), unit)
		}
	case w.Release != "" && (claim.Baseline == "previous release" || strings.HasPrefix(claim.Baseline, "release ")):
		t.nextRelease(w.Release, x)
	}
}

// nextRelease: what is judged now will be the baseline of what comes after it.
func (t *trial) nextRelease(version string, x float64) {
	o := t.seen.Observation
	from := o.Window.From
	if o.Since.After(from) {
		from = o.Since
	}
	length := float64(o.Window.To.Sub(from))
	if !(length > 0) || 2*length*x > float64(10*365*24*time.Hour) {
		return
	}
	enough := from.Add(time.Duration(length * x))
	if enough.Before(t.times.Now) {
		enough = t.times.Now
	}
	t.j.Decided = enough.Add(time.Duration(length * x))
	t.j.WouldChange += fmt.Sprintf("; release %s is long enough by %s, and the one after it is then decided by %s at current traffic",
		version, t.when(enough), t.when(t.j.Decided))
}

// amountWords is so many times what a side has.
func (t *trial) amountWords(k kind, s side, times float64) string {
	n := amountOf(k, s) * times
	scale := math.Pow(10, math.Max(0, math.Floor(math.Log10(n))-2)) // three digits: it is a plan
	rounded := grouped(fmt.Sprintf("%.0f", math.Ceil(n/scale)*scale))
	switch {
	case s.exposure != nil && (k == ofCounts || k == ofShares):
		return rounded + " " + exposureNoun(t.measure)
	case k == ofCounts:
		return lengthWords(time.Duration(n * 24 * float64(time.Hour)))
	}
	return rounded + " " + map[bool]string{true: "values", false: "samples"}[t.claim.Statistic == ir.StatMean || t.measure.Value != ""]
}
