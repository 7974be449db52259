package value

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

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
		t.undecided(NoData, "%s %s in nothing: nothing happened, so nothing was shown", number(o.Events), plural(c.Measure, o.Events))
		t.j.WouldChange = "the first of " + exposureNoun(t.seen.Measure)
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
	switch {
	case !(o.Coverage >= covered):
		t.undecided(IncompleteWindow, "%s, but only %s of the window was watched: %s", sentence, share(o.Coverage), o.Gap)
		t.j.WouldChange = "a window that is watched without a gap"
		return
	case o.Events.Sign() == 0 && timed && o.Exposure == nil:
		t.undecided(NoData, "%s, but nothing says that there was a chance of any", sentence)
		t.j.Help = []string{fmt.Sprintf("give %q a per: with a counter of the chances, such as requests", c.Measure)}
		return
	case o.Window.Open || t.seen.Measure.From == "run":
		t.judgeSample(sentence, per, isShare)
		return
	case !t.shows(per, isShare):
		t.undecided(TooEarly, "%s: too few to show a difference from %s", sentence, t.j.Target)
		t.j.WouldChange = "a window with more of them"
		return
	}
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
		k, valid := new(big.Rat).SetString(n)
		if !valid || k.Sign() <= 0 {
			t.undecided(NotJudged, "%q is no unit of a rate", c.Per)
			return nil, false, false
		}
		return new(big.Rat).Quo(o.Exposure, k), false, true
	}
	unit, known := map[string]time.Duration{"1ms": time.Millisecond, "1s": time.Second, "1m": time.Minute, "1h": time.Hour, "1d": 24 * time.Hour, "1w": 7 * 24 * time.Hour}[c.Per]
	if !known {
		t.undecided(NotJudged, "%q is no unit of a rate", c.Per)
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

// judgeSample holds the exact one-sided bounds of what was seen so far against the claim.
func (t *trial) judgeSample(sentence string, per *big.Rat, isShare bool) {
	n, _ := t.seen.Observation.Events.Float64()
	e, _ := per.Float64()
	bounds := func(alpha float64) (stat.Interval, error) {
		if isShare {
			return stat.BinomialBounds(n, e, alpha)
		}
		return stat.RateBounds(stat.Count{Events: n, Exposure: e}, alpha)
	}
	likely, err := bounds(alpha)
	surely, errSurely := bounds(alpha / float64(max(1, t.claims)))
	if err := errors.Join(err, errSurely); err != nil {
		t.undecided(SourceFailed, "%s: %s", sentence, err)
		return
	}
	low, high := likely.Lower, likely.Upper
	t.j.Interval = interval(low, high, isShare)
	c, _ := t.target.Float64()
	top := c
	if t.upper != nil {
		top, _ = t.upper.Float64()
	}
	var yes, no bool
	switch t.claim.Compare {
	case "<", "<=":
		yes, no = high < c || high == c && t.claim.Compare == "<=", surely.Lower > c
	case ">", ">=":
		yes, no = low > c || low == c && t.claim.Compare == ">=", surely.Upper < c
	case "=": // a sample can rule an exact value out, and never in
		no = surely.Upper < c || surely.Lower > c
	case "between":
		yes, no = low >= c && high <= top, surely.Upper < c || surely.Lower > top
	}
	sentence += ", so the truth lies " + t.j.Interval
	switch {
	case no:
		t.missed(sentence)
	case yes:
		t.delivered(sentence)
		t.j.SoFar = true
	case high-low < t.smallest(c, isShare):
		t.undecided(TooClose, "%s: too close to %s to tell", sentence, t.j.Target)
		t.j.WouldChange = "a difference that matters; this one is smaller than the measure's mde"
	default:
		t.undecided(Straddles, "%s: not enough to tell it from %s", sentence, t.j.Target)
		t.j.WouldChange = "more " + exposureNoun(t.seen.Measure)
	}
}

// smallest is the difference from c that is worth knowing about: the measure's mde, 20 % when it names none, of
// c. Of a high share it is the mde of what is missing to all, or 99.9% and 90% would be too close to tell.
func (t *trial) smallest(c float64, isShare bool) float64 {
	if isShare {
		c = min(c, 1-c)
	}
	text := strings.TrimSpace(t.seen.Measure.MDE)
	r, ok := new(big.Rat).SetString(strings.TrimSpace(strings.TrimSuffix(text, "%")))
	if !ok {
		return .2 * c
	}
	f, _ := r.Float64()
	if strings.HasSuffix(text, "%") {
		f /= 100
	}
	return f * c
}

// seenProportion is "961 of 1,000 orders (96.1%)" or "3 mistakes in 120 sums (25 per 1,000 sums)".
func (t *trial) seenProportion(value *big.Rat, isShare bool) string {
	o, c := t.seen.Observation, t.claim
	if isShare {
		t.j.Observed = percent(value, t.target)
		return fmt.Sprintf("%s: %s of %s (%s)", c.Measure, number(o.Events), t.j.Exposure, t.j.Observed)
	}
	t.j.Observed = rateText(value, t.target, c.Per)
	in := ""
	if o.Exposure != nil {
		in = " in " + t.j.Exposure
	}
	return fmt.Sprintf("%s %s%s (%s)", number(o.Events), plural(c.Measure, o.Events), in, t.j.Observed)
}
