package value

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/stat"
)

// alpha is the error allowed on each side: a clause is delivered when each claim is at alpha, and missed when
// one is at alpha divided by the number of claims.
const alpha = .05

// judgeProportion judges a rate or a share: N events in E units against c. A closed window is a fact and is
// compared directly, once one event in it would show; an open one is a sample, and is judged by its interval.
func (t *trial) judgeProportion() {
	o, c := t.seen.Observation, t.claim
	per, timed, ok := t.unit()
	if !ok {
		return
	}
	if per.Sign() == 0 || o.Exposure != nil && o.Exposure.Sign() == 0 {
		of := "no time"
		if o.Exposure != nil {
			of = number(o.Exposure) + " " + exposureNoun(t.measure)
		}
		t.undecided(NoData, "%s %s in %s: nothing happened, so nothing was shown", number(o.Events), plural(c.Measure, o.Events), of)
		t.j.WouldChange = "the first of " + exposureNoun(t.measure)
		return
	}
	isShare := c.Statistic == ir.StatShare
	if isShare && o.Events.Cmp(per) > 0 {
		t.undecided(SourceFailed, "%s %s of %s is more than all of them", number(o.Events), c.Measure, number(per))
		t.j.Help = []string{"of: must count the whole that count: is a part of"}
		return
	}
	value := new(big.Rat).Quo(o.Events, per)
	sentence := t.seenProportion(value, isShare)
	t.budget()
	if spent := t.spent(); spent != "" {
		t.missed(sentence + ", and " + spent)
		t.j.WouldChange = "nothing in this window: a miss is final"
		return
	}
	switch {
	case !(o.Coverage >= covered):
		t.undecided(IncompleteWindow, "%s, but only %s of the window was watched: %s", sentence, share(o.Coverage), o.Gap)
		t.j.WouldChange = "a window that is watched without a gap"
		return
	case o.Events.Sign() == 0 && timed && o.Exposure == nil:
		t.undecided(NoData, "%s, but nothing says that there was a chance of any", sentence)
		t.j.Help = []string{fmt.Sprintf("give %q a per: with a counter of the chances, such as requests", c.Measure)}
		return
	case o.Window.Open || t.measure.From == "run":
		t.judgeSample(sentence, per, isShare)
		return
	case !t.shows(per, isShare):
		t.undecided(TooEarly, "%s: too few to show a difference from %s", sentence, t.j.Target)
		t.j.WouldChange = "a window with more of them"
		return
	}
	t.again(value)
	if holds(c.Compare, value, t.target, t.upper) {
		t.delivered(sentence)
		return
	}
	t.missed(sentence)
	t.j.WouldChange = "nothing: the window has closed"
}

// unit is E in the units of the claim, and whether these are time. It judges what cannot be counted.
func (t *trial) unit() (e *big.Rat, timed, ok bool) {
	o, c := t.seen.Observation, t.claim
	if n, _, counted := strings.Cut(c.Per, " "); counted || c.Statistic == ir.StatShare {
		if o.Exposure == nil {
			t.undecided(NoData, "nothing says how many chances there were of %s", c.Measure)
			return nil, false, false
		}
		if c.Statistic == ir.StatShare {
			return o.Exposure, false, true
		}
		k, valid := ratOf(n)
		if !valid || k.Sign() <= 0 {
			t.unreadable("%q is no unit of a rate", c.Per)
			return nil, false, false
		}
		return new(big.Rat).Quo(o.Exposure, k), false, true
	}
	unit := perUnits[c.Per]
	if unit == 0 {
		t.unreadable("%q is no unit of a rate", c.Per)
		return nil, false, false
	}
	if o.Since.IsZero() || !o.Window.To.After(o.Since) {
		t.undecided(NoData, "it is not known for how long %s were counted", c.Measure)
		return nil, false, false
	}
	return big.NewRat(int64(o.Window.To.Sub(o.Since)), int64(unit)), true, true
}

// shows reports whether one event in E would tell: E·c ≥ 1, and for a share that should be high, E·(1−c) ≥ 1.
func (t *trial) shows(e *big.Rat, isShare bool) bool {
	c := t.target
	if isShare && (t.claim.Compare == ">=" || t.claim.Compare == ">") {
		c = new(big.Rat).Sub(big.NewRat(1, 1), c)
	}
	return c.Sign() <= 0 || new(big.Rat).Mul(e, c).Cmp(big.NewRat(1, 1)) >= 0
}

func holds(compare string, value, target, upper *big.Rat) bool {
	d := value.Cmp(target)
	switch compare {
	case "=":
		return d == 0
	case "<":
		return d < 0
	case "<=":
		return d <= 0
	case ">":
		return d > 0
	case ">=":
		return d >= 0
	case "between":
		return d >= 0 && upper != nil && value.Cmp(upper) <= 0
	}
	return false
}

// estimate is the rate or the share that was seen, with its exact bounds.
func (t *trial) estimate(alpha float64) (*big.Rat, stat.Interval, bool) {
	quiet := *t
	per, _, ok := quiet.unit()
	if !ok || per.Sign() <= 0 {
		return nil, stat.Interval{}, false
	}
	i, err := t.boundsOf(per, 1)(alpha)
	return new(big.Rat).Quo(t.seen.Observation.Events, per), i, err == nil
}

// boundsOf are the exact bounds of so many times what was seen.
func (t *trial) boundsOf(per *big.Rat, times float64) func(alpha float64) (stat.Interval, error) {
	n, _ := t.seen.Observation.Events.Float64()
	e, _ := per.Float64()
	return func(alpha float64) (stat.Interval, error) {
		if t.claim.Statistic == ir.StatShare {
			return stat.BinomialBounds(n*times, e*times, alpha)
		}
		return stat.RateBounds(stat.Count{Events: n * times, Exposure: e * times}, alpha)
	}
}

// judgeSample holds the exact one-sided bounds of what was seen so far against the claim.
func (t *trial) judgeSample(sentence string, per *big.Rat, isShare bool) {
	t.sample(sentence, t.boundsOf(per, 1), func(x float64) func(float64) (stat.Interval, error) { return t.boundsOf(per, x) },
		func(i stat.Interval) string { return interval(i.Lower, i.Upper, inPercent(t.claim)) }, isShare)
}

// sample judges a sample by bounds of its truth. grown are the bounds of so many times the data.
func (t *trial) sample(sentence string, bounds func(float64) (stat.Interval, error), grown func(float64) func(float64) (stat.Interval, error), say func(stat.Interval) string, isShare bool) {
	likely, err := bounds(t.alpha)
	surely, err2 := bounds(t.alpha / float64(max(1, t.claims)))
	if err := errors.Join(err, err2); err != nil {
		t.undecided(TooEarly, "%s: %s", sentence, strings.TrimPrefix(firstLine(err.Error()), stat.ErrInput.Error()+": "))
		t.j.WouldChange = "more samples"
		return
	}
	t.j.Rollback = t.claim.Statistic == ir.StatCount
	t.j.Interval = say(likely)
	if t.j.Numbers != nil {
		t.j.Numbers.Low, t.j.Numbers.High, t.j.Numbers.Level = finite(likely.Lower), finite(likely.Upper), 1-2*t.alpha
	}
	c, _ := t.target.Float64()
	sentence += ", so the truth lies " + t.j.Interval
	switch t.answer(likely, surely) {
	case stat.No:
		t.missed(sentence)
		return
	case stat.Yes:
		t.delivered(sentence)
		if !t.j.SoFar {
			t.j.Sentence += " so far"
		}
		t.j.SoFar = true
		return
	}
	if likely.Width() < t.smallest(c, isShare) {
		t.undecided(TooClose, "%s: too close to %s to tell", sentence, t.j.Target)
		t.j.WouldChange = "a difference that matters; this one is smaller than the measure's mde"
		return
	}
	t.undecided(Straddles, "%s: not enough to tell it from %s", sentence, t.j.Target)
	t.j.WouldChange = t.moreOf()
	if grown != nil && t.goesOn() {
		if x, found := firstTimes(func(x float64) bool {
			i, err := grown(x)(t.alpha)
			j, err2 := grown(x)(t.alpha / float64(max(1, t.claims)))
			return err == nil && err2 == nil && t.answer(i, j) != stat.Unclear
		}); found {
			t.projected(x)
		}
	}
	if !t.j.Decided.IsZero() {
		t.j.WouldChange += "; decided by " + t.when(t.j.Decided) + " at current traffic"
	}
}

func firstLine(s string) string { line, _, _ := strings.Cut(s, "\n"); return line }

// smallest is the difference from c that is worth knowing about: the measure's mde, 20 % when it names none, of
// c. Of a high share it is the mde of what is missing to all, or 99.9% and 90% would be too close to tell.
func (t *trial) smallest(c float64, isShare bool) float64 {
	if isShare {
		c = min(c, 1-c)
	}
	return t.mde() * c
}

// moreOf is what would tell more.
func (t *trial) moreOf() string {
	if t.seen.Observation.Exposure == nil {
		return "more time"
	}
	return "more " + exposureNoun(t.measure)
}

// inPercent reports whether people say a claim's number as a percentage: a share, and a rate below 1 per single unit.
func inPercent(c ir.Claim) bool {
	if c.Statistic == ir.StatShare {
		return true
	}
	target, ok := ratOf(c.Target)
	return c.Statistic == ir.StatRate && strings.HasPrefix(c.Per, "1 ") && ok && target.Cmp(one) < 0
}

// seenProportion is "961 of 1,000 orders (96.1%)" or "3 mistakes in 120 sums (25 per 1,000 sums)".
func (t *trial) seenProportion(value *big.Rat, isShare bool) string {
	o, c := t.seen.Observation, t.claim
	t.j.Numbers.Point = float(value)
	if t.j.Numbers.Scale = "share"; !isShare {
		t.j.Numbers.Scale = perWords(c.Per)
	}
	t.j.Observed = rateText(value, t.target, c.Per)
	if inPercent(c) {
		t.j.Observed = percent(value, t.target)
	}
	switch {
	case c.Threshold != "":
		return fmt.Sprintf("%s: %s of %s within %s (%s)", c.Measure, number(o.Events), number(o.Exposure), withUnit(c.Threshold), t.j.Observed)
	case isShare:
		return fmt.Sprintf("%s: %s of %s (%s)", c.Measure, number(o.Events), t.j.Exposure, t.j.Observed)
	}
	in := ""
	if o.Exposure != nil {
		in = " in " + t.j.Exposure
	}
	return fmt.Sprintf("%s %s%s (%s)", number(o.Events), plural(c.Measure, o.Events), in, t.j.Observed)
}
