package value

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
	"github.com/cucumber-value/hoops/value/stat"
)

// judgeAmount judges an average, a median or a total against a threshold: directly where the window has closed, as a
// sample while it is open.
func (t *trial) judgeAmount() {
	c, o := t.claim, t.seen.Observation
	unit := cmp.Or(c.Unit, t.measure.Unit)
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
	t.j.Observed = amount(point, cmp.Or(t.claim.Unit, t.measure.Unit))
	t.j.Numbers = &Numbers{Scale: cmp.Or(t.claim.Unit, "amount"), Point: finite(point), Target: float(t.target), Upper: float(t.upper)}
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
		t.j.WouldChange = amount(target-point, cmp.Or(t.claim.Unit, t.measure.Unit)) + " more"
	default:
		t.delivered(sentence)
	}
}

// amounts judges an estimate in a unit.
func (t *trial) amounts(sentence string, point float64, unit string, n int64, bounds func(float64) (stat.Interval, error), grown func(float64) func(float64) (stat.Interval, error)) {
	o := t.seen.Observation
	t.j.Observed, t.j.Exposure = amount(point, unit), countWords(n, "value")
	t.j.Numbers = &Numbers{Scale: cmp.Or(unit, "amount"), Point: finite(point), Target: float(t.target), Upper: float(t.upper)}
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

// amountPromise is what was asked for, with its unit: "more than £40".
func amountPromise(c ir.Claim) string {
	show := func(text string) string {
		r, ok := ratOf(text)
		if !ok {
			return text
		}
		if strings.Contains("£$€", c.Unit) {
			if text := number(r); !strings.Contains(text, ".") || strings.Index(text, ".") < len(text)-2 {
				return c.Unit + text
			}
			return c.Unit + number(r) + "0"
		}
		return strings.TrimSpace(number(r) + " " + c.Unit)
	}
	if c.Compare == "between" {
		return "between " + show(c.Target) + " and " + show(c.Upper)
	}
	return map[string]string{"<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least ", "=": "exactly "}[c.Compare] + show(c.Target)
}
