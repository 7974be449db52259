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
		t.j.Notes = append(t.j.Notes, fmt.Sprintf("%s was %s", percentileName(shareOf(t.target)), between(low, high)))
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
	return number + " " + text[len(number):]
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

// judgeAmount judges an average, a median or a total against a threshold: directly where the window has closed, as a
// sample while it is open.
func (t *trial) judgeAmount() {
	c, o := t.claim, t.seen.Observation
	unit := orElse(c.Unit, t.measure.Unit)
	t.j.Target = amountPromise(c)
	if c.Statistic == ir.StatMedian || o.Distribution != nil {
		t.judgeMiddle(unit)
		return
	}
	g := o.Gauge
	if g == nil || g.N <= 0 {
		t.unreadable("%s gives no values of %s, so there is no %s of them", sourceWord(t.measure), c.Measure, c.Statistic)
		return
	}
	n := float64(g.N)
	point, e := g.Mean, stat.Estimate{Value: g.Mean, Error: math.Sqrt(g.Variance / n), Freedom: n - 1, N: n}
	sentence := fmt.Sprintf("%s on average of %s", amount(point, unit), countWords(g.N, "value"))
	if c.Statistic == ir.StatTotal {
		if f := t.addsUp(); f != nil {
			t.failed(f)
			return
		}
		point = g.Mean * n
		e.Value, e.Error = point, math.Sqrt(n*(g.Variance+g.Mean*g.Mean))
		sentence = fmt.Sprintf("%s in all, of %s", amount(point, unit), countWords(g.N, "value"))
	}
	bounds := func(times float64) func(float64) (stat.Interval, error) {
		return func(alpha float64) (stat.Interval, error) {
			f := e
			f.Error, f.Freedom, f.N = e.Error/math.Sqrt(times), n*times-1, n*times
			if g.N < 2 {
				return stat.Interval{}, fmt.Errorf("%w: one value says nothing of others", stat.ErrInput)
			}
			return f.Bounds(alpha)
		}
	}
	if c.Statistic == ir.StatTotal && o.Window.Open {
		t.openTotal(sentence, point)
		return
	}
	t.amounts(sentence, point, unit, g.N, bounds(1), bounds)
}

// openTotal: what was added cannot be taken away, if no value is below 0.
func (t *trial) openTotal(sentence string, point float64) {
	target, _ := t.target.Float64()
	up := t.claim.Compare == ">" || t.claim.Compare == ">="
	reached := point > target || point == target && t.claim.Compare == ">="
	grows := t.seen.Observation.Gauge.Min >= 0
	t.j.Observed = amount(point, orElse(t.claim.Unit, t.measure.Unit))
	t.j.Numbers = &Numbers{Scale: orElse(t.claim.Unit, "amount"), Point: finite(point), Target: float(t.target), Upper: float(t.upper)}
	switch {
	case up && reached:
		t.delivered(sentence)
		t.j.SoFar = !grows
	case !up && grows && (point > target || point == target && t.claim.Compare == "<"):
		t.missed(sentence)
		t.j.WouldChange = "nothing in this window: a miss is final"
	case !(t.seen.Observation.Coverage >= covered):
		t.undecided(IncompleteWindow, "%s, but only %s of the window was watched: %s", sentence, share(t.seen.Observation.Coverage), t.seen.Observation.Gap)
	case up:
		t.undecided(TooEarly, "%s so far, and %s was promised", sentence, t.j.Target)
		if point > 0 {
			t.projected(target / point)
		}
		t.j.WouldChange = amount(target-point, orElse(t.claim.Unit, t.measure.Unit)) + " more"
	default:
		t.delivered(sentence)
	}
}

// amounts judges an estimate in a unit.
func (t *trial) amounts(sentence string, point float64, unit string, n int64, bounds func(float64) (stat.Interval, error), grown func(float64) func(float64) (stat.Interval, error)) {
	o := t.seen.Observation
	t.j.Observed, t.j.Exposure = amount(point, unit), countWords(n, "value")
	t.j.Numbers = &Numbers{Scale: orElse(unit, "amount"), Point: finite(point), Target: float(t.target), Upper: float(t.upper)}
	say := func(i stat.Interval) string {
		if math.IsInf(i.Upper, 1) {
			return "above " + amount(i.Lower, unit)
		}
		return "between " + amount(i.Lower, unit) + " and " + amount(i.Upper, unit)
	}
	if !(o.Coverage >= covered) {
		t.undecided(IncompleteWindow, "%s, but only %s of the window was watched: %s", sentence, share(o.Coverage), o.Gap)
		t.j.WouldChange = "a window that is watched without a gap"
		return
	}
	if o.Window.Open || t.measure.From == "run" {
		t.sample(sentence, bounds, grown, say, false)
		return
	}
	if i, err := bounds(t.alpha); err == nil {
		t.j.Interval = say(i)
		t.j.Numbers.Low, t.j.Numbers.High, t.j.Numbers.Level = finite(i.Lower), finite(i.Upper), 1-2*t.alpha
		t.j.Again = map[bool]string{true: "likely", false: "unclear"}[t.answer(i, i) != stat.Unclear]
	}
	if holds(t.claim.Compare, new(big.Rat).SetFloat64(point), t.target, t.upper) {
		t.delivered(sentence)
		return
	}
	t.missed(sentence)
	t.j.WouldChange = "nothing: the window has closed"
}

// judgeMiddle judges the median of samples, or a mean where only a distribution is known, which it is not of.
func (t *trial) judgeMiddle(unit string) {
	o, c := t.seen.Observation, t.claim
	if c.Statistic != ir.StatMedian {
		t.unreadable("%s gives a distribution of %s, which has no exact %s; promise a share within a time", sourceWord(t.measure), c.Measure, c.Statistic)
		return
	}
	var d measure.Distribution = o.Distribution
	if o.Gauge != nil {
		d = o.Gauge.Samples
	}
	if d == nil || d.Count() == 0 {
		t.unreadable("%s keeps no single values of %s, so there is no median of them", sourceWord(t.measure), c.Measure)
		return
	}
	q, err := quantileAt(d, .5, .5)
	if err != nil || math.IsInf(q.Value, 0) {
		t.unreadable("the median of %s lies above the last bound of the histogram", c.Measure)
		return
	}
	bounds := func(alpha float64) (stat.Interval, error) {
		x, err := quantileAt(d, .5, alpha)
		return x.Interval, err
	}
	t.amounts(fmt.Sprintf("%s in the middle of %s", amount(q.Value, unit), countWords(d.Count(), "value")), q.Value, unit, d.Count(), bounds, nil)
}

func amountPromise(c ir.Claim) string {
	show := func(text string) string {
		r, ok := ratOf(text)
		if !ok {
			return text
		}
		if strings.Contains("£$€", c.Unit) {
			return c.Unit + number(r)
		}
		return strings.TrimSpace(number(r) + " " + c.Unit)
	}
	if c.Compare == "between" {
		return "between " + show(c.Target) + " and " + show(c.Upper)
	}
	return map[string]string{"<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least ", "=": "exactly "}[c.Compare] + show(c.Target)
}

// again says beside a closed window, which is a fact, whether another one like it would be expected to end alike, and
// how much of an error budget is left.
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
	if d == 0 {
		t.j.Budget = fmt.Sprintf("none of the %s %s that may fail did", three(f), noun)
	}
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
