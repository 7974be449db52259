package value

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
	"github.com/cucumber-value/hoops/value/stat"
)

// judgePercentile judges "95% within 300 ms" as the share that it is: how many were within. Nothing is interpolated: a
// time that the source cannot count up to is said to be none of its borders.
func (t *trial) judgePercentile() {
	o := t.seen.Observation
	limit, ok := thresholdOf(t.claim.Threshold, t.measure.Unit)
	if o.Distribution == nil || !ok {
		t.unreadable("%s gives no distribution of %s, so it is not known how many were within %s", sourceWord(t.measure), t.claim.Measure, t.claim.Threshold)
		return
	}
	n, err := o.Distribution.AtMost(limit)
	if err != nil {
		var f *measure.Failure
		if !errors.As(err, &f) {
			f = &measure.Failure{Reason: SourceFailed, Sentence: err.Error()}
		}
		t.failed(f)
		return
	}
	t.seen.Observation.Events, t.seen.Observation.Exposure = big.NewRat(n, 1), big.NewRat(o.Distribution.Count(), 1)
	t.measure.Of = "samples"
	t.observed()
	t.judgeProportion()
	low, high, ok := o.Distribution.Quantile(shareOf(t.target))
	if ok {
		t.j.Notes = append(t.j.Notes, fmt.Sprintf("%s was %s", percentileName(shareOf(t.target)), t.betweenWords(low, high)))
	}
	if q := shareOf(t.target); t.j.Reason == Straddles && n == o.Distribution.Count() {
		if fewest, err := stat.FewestSamples(q, t.alpha); err == nil {
			t.j.Needed = fmt.Sprintf("%d of %.0f samples, if all of them are within %s", n, fewest, withUnit(t.claim.Threshold))
		}
	}
}

func shareOf(r *big.Rat) float64 { f, _ := r.Float64(); return f }

// thresholdOf reads 300ms in seconds; what is no time is in the measure's own unit.
func thresholdOf(text, unit string) (*big.Rat, bool) {
	number := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzµ£$€%B")
	r, ok := ratOf(number)
	if !ok {
		return nil, false
	}
	if d, isTime := duration("1" + text[len(number):]); isTime {
		return r.Mul(r, big.NewRat(int64(d), int64(time.Second))), true
	}
	return r, text[len(number):] == unit
}

// withUnit is "300 ms" for 300ms.
func withUnit(text string) string {
	number := strings.TrimRight(text, "mshdw")
	return strings.TrimSpace(number + " " + text[len(number):])
}

// betweenWords say in which bucket a quantile lies, of times and of plain numbers.
func (t *trial) betweenWords(low, high float64) string {
	switch {
	case t.measure.Timed():
		return between(low, high)
	case math.IsInf(high, 1):
		return "above " + three(low)
	case high-low <= low/500:
		return three(middle(low, high))
	}
	return "between " + three(max(0, low)) + " and " + three(high)
}

// judgeFirst asks whether the first event came in time. When it came is not known, only whether it did.
func (t *trial) judgeFirst() {
	o := t.seen.Observation
	noun := singular(t.claim.Measure)
	in := strings.TrimPrefix(o.Window.Words, "in ")
	t.j.Target = "the first " + noun + " in " + in
	switch {
	case o.Events.Sign() > 0:
		t.delivered(fmt.Sprintf("%s %s in %s", number(o.Events), plural(t.claim.Measure, o.Events), in))
		t.j.SoFar = false
		t.j.Sentence = strings.TrimSuffix(t.j.Sentence, " so far")
	case !(o.Coverage >= covered):
		t.undecided(IncompleteWindow, "no %s was seen in %s, but only %s of it was watched: %s", noun, in, share(o.Coverage), o.Gap)
		t.j.WouldChange = "a window that is watched without a gap"
	case o.Window.Open:
		t.undecided(TooEarly, "no %s yet in %s", noun, in)
		t.j.WouldChange = "the first " + noun
		t.j.Decided = o.Window.Until
	default:
		t.j.Verdict = Missed
		t.j.Sentence = fmt.Sprintf("no %s in %s, and one was promised", noun, in)
		t.j.WouldChange = "nothing: the window has closed"
	}
}

// again says beside a closed window, which is a fact, whether another one like it would be expected to end alike.
func (t *trial) again(value *big.Rat) {
	_, i, ok := t.estimate(t.alpha)
	if !ok {
		return
	}
	t.j.Interval = interval(i.Lower, i.Upper, inPercent(t.claim))
	t.j.Numbers.Low, t.j.Numbers.High, t.j.Numbers.Level = finite(i.Lower), finite(i.Upper), 1-2*t.alpha
	t.j.Again = map[bool]string{true: "likely", false: "unclear"}[t.answer(i, i) != stat.Unclear]
}

// budget is how much of what may fail has failed, of a share that is to be high.
func (t *trial) budget() {
	o := t.seen.Observation
	if t.claim.Statistic != ir.StatShare || t.claim.Compare != ">=" && t.claim.Compare != ">" || t.target.Cmp(big.NewRat(1, 2)) <= 0 || t.target.Cmp(one) >= 0 {
		return
	}
	may := new(big.Rat).Mul(new(big.Rat).Sub(one, t.target), o.Exposure)
	did := new(big.Rat).Sub(o.Exposure, o.Events)
	noun := exposureNoun(t.measure)
	f, _ := may.Float64()
	d, _ := did.Float64()
	t.j.Budget = fmt.Sprintf("%s of the %s %s that may fail did (%s)", three(d), three(f), noun, percentWords(d/f))
	switch {
	case d == 0 && f < 1:
		t.j.Budget = "" // not even one may fail yet
	case d == 0:
		t.j.Budget = fmt.Sprintf("none of the %s %s that may fail did", three(f), noun)
	}
}

// spent says that more time has failed than may in the whole of an open window, however well it goes on: what is
// left of it is known, where requests may always be more.
func (t *trial) spent() string {
	o := t.seen.Observation
	unit := map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour}[exposureNoun(t.measure)]
	from := o.Window.From
	if unit == 0 || t.j.Budget == "" || !o.Window.Open || o.Window.Until.IsZero() || o.Since.IsZero() || !o.Window.To.After(o.Since) {
		return ""
	}
	if o.Since.Before(from) {
		from = o.Since
	}
	seen, _ := o.Exposure.Float64()
	perUnit := seen / (float64(o.Window.To.Sub(o.Since)) / float64(unit)) // 1, or how many are watched at once
	whole := new(big.Rat).SetFloat64(math.Max(1, math.Ceil(perUnit-.1)) * float64(o.Window.Until.Sub(from)) / float64(unit))
	if whole == nil {
		return ""
	}
	may := new(big.Rat).Mul(new(big.Rat).Sub(one, t.target), whole)
	did := new(big.Rat).Sub(o.Exposure, o.Events)
	if over := did.Cmp(may); over < 0 || over == 0 && t.claim.Compare == ">=" {
		return ""
	}
	f, _ := may.Float64()
	d, _ := did.Float64()
	t.j.Budget = fmt.Sprintf("%s of the %s %s that may fail in all of %s did", three(d), three(f), exposureNoun(t.measure), o.Window.Words)
	return t.j.Budget
}

// premiseWords is what a clause says of the past, in its unit.
func (t *trial) premiseWords(said *big.Rat) string {
	if said == nil {
		return t.claim.Premise
	}
	return t.valueWords(said)
}

// valueWords is a value in the unit of the claim.
func (t *trial) valueWords(v *big.Rat) string {
	f, _ := v.Float64()
	switch t.claim.Statistic {
	case ir.StatShare:
		return three(100*f) + "%"
	case ir.StatRate:
		return three(f) + " " + perWords(t.claim.Per)
	}
	return three(f)
}
