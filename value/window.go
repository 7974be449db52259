package value

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// need is what one claim has to know, as places in the list of questions.
type need struct {
	refused  *measure.Failure // why its windows cannot be made
	looks    []look           // at the claim's own window; the last is the whole of it
	baseline *comparison      // of what is compared
	parts    []int            // sub-windows: days, or the windows of a trend
	unit     string           // of the sub-windows: day
	of       int              // "on k of n days": n, 0 is every
	atLeast  int              // k
}

// look is one look at the claim's own window, with the error that it may make on each side.
type look struct {
	question   int
	alpha      float64
	checkpoint time.Duration // that was settled before; 0 is the whole window
	early      bool          // before the next checkpoint
}

// bare is the window of a claim that names none: since the release; without one this run, or what is there.
func (t Times) bare(m ir.Measure) measure.Window {
	w := measure.Window{To: t.Now, Open: true}
	live, i := t.live()
	switch {
	case t.Since > 0:
		w.From, w.Words = t.Now.Add(-t.Since), "over the last "+durationWords(t.Since)
	case m.From == "run" && !t.Alone:
		w = t.Run
	case i >= 0:
		w.From, w.Words, w.Release = live.At, "since release "+live.Version, live.Version
	case !t.Alone:
		w = t.Run
	case m.From == "openmetrics":
		w.Words = "since the process started"
	default:
		w.From, w.Words = t.Now.Add(-lookBack), "over the last "+durationWords(lookBack)
	}
	return w
}

// window is what a claim says of its time.
func (t Times) window(c ir.Claim, m ir.Measure) (measure.Window, *measure.Failure) {
	if c.Statistic == ir.StatFirst {
		return t.firstOf(c.Target + c.Unit)
	}
	if c.Window == "" {
		return t.bare(m), nil
	}
	which, length, _ := strings.Cut(c.Window, " ")
	switch which {
	case "first":
		return t.firstOf(length)
	case "last":
		d, ok := duration(length)
		if !ok {
			break
		}
		return measure.Window{From: t.Now.Add(-d), To: t.Now, Words: "over the last " + durationWords(d)}, nil
	case "the":
		if !known(length) {
			break
		}
		from := t.startOf(length, t.Now)
		return measure.Window{From: from, To: t.Now, Until: t.step(length, from, 1), Words: "this " + length, Open: true}, nil
	}
	return measure.Window{}, &measure.Failure{Reason: IncompleteWindow, Sentence: fmt.Sprintf("the window %q is not understood", c.Window)}
}

// firstOf is the time after a release in which something was to happen.
func (t Times) firstOf(length string) (measure.Window, *measure.Failure) {
	d, ok := duration(length)
	if !ok {
		return measure.Window{}, &measure.Failure{Reason: IncompleteWindow, Sentence: fmt.Sprintf("the time %q is not understood", length)}
	}
	live, i := t.live()
	if i < 0 {
		return measure.Window{}, &measure.Failure{Reason: IncompleteWindow,
			Sentence: fmt.Sprintf("no release is recorded, so it is not known when the first %s began", firstWords(d)),
			Help:     []string{"hoops release VERSION records one; call it when the software goes live"}}
	}
	w := measure.Window{From: live.At, To: live.At.Add(d), Release: live.Version, Words: "in the first " + firstWords(d) + " of release " + live.Version}
	if w.To.After(t.Now) {
		w.Until, w.To, w.Open = w.To, t.Now, true
	}
	return w, nil
}

// mostParts bounds the sub-windows of one claim.
const mostParts = 400

// days are the sub-windows of "every day" and "on 9 of 10 days": whole calendar units, and for "every" the current
// one, which can only falsify.
func (t Times) days(c ir.Claim, m ir.Measure) (windows []measure.Window, unit string, k, n int, f *measure.Failure) {
	var days string
	if rest, ok := strings.CutPrefix(c.Days, "every "); ok {
		unit = strings.TrimSuffix(rest, "s")
	} else if _, err := fmt.Sscanf(c.Days, "%d of %d %s", &k, &n, &days); err == nil && 0 < k && k <= n {
		unit = strings.TrimSuffix(days, "s")
	}
	if !known(unit) || n > mostParts {
		return nil, "", 0, 0, &measure.Failure{Reason: IncompleteWindow, Sentence: fmt.Sprintf("%q is not understood", c.Days)}
	}
	outer, f := t.window(c, m)
	if f != nil {
		return nil, "", 0, 0, f
	}
	if _, released := t.live(); c.Window == "" && t.Alone && t.Since == 0 && released < 0 { // no start is given
		back := max(n, 7)
		outer.From = t.step(unit, t.startOf(unit, t.Now), -back)
	}
	windows = t.units(unit, outer, n == 0)
	whole := len(windows)
	if n > 0 && whole > n {
		windows = windows[whole-n:]
	}
	if len(windows) > mostParts {
		windows = windows[len(windows)-mostParts:]
	}
	return windows, unit, k, n, nil
}

func known(unit string) bool {
	switch unit {
	case "hour", "day", "week", "month", "year":
		return true
	}
	return false
}

// units are the whole calendar units in a window, and the one that goes on where current ones are wanted.
func (t Times) units(unit string, outer measure.Window, current bool) []measure.Window {
	var list []measure.Window
	from := t.startOf(unit, outer.From)
	if from.Before(outer.From) {
		from = t.step(unit, from, 1)
	}
	for len(list) < 10*mostParts {
		to := t.step(unit, from, 1)
		if to.After(outer.To) {
			break
		}
		list = append(list, measure.Window{From: from, To: to, Words: t.unitWords(unit, from), Release: outer.Release})
		from = to
	}
	if current && (outer.Open || outer.To.Equal(t.Now)) { // "over the last 5 days" goes on, too
		from = t.startOf(unit, outer.To)
		if from.Before(outer.From) {
			from = outer.From
		}
		if outer.To.After(from) {
			list = append(list, measure.Window{From: from, To: outer.To, Until: t.step(unit, t.startOf(unit, outer.To), 1), Words: t.unitWords(unit, from), Open: true, Release: outer.Release})
		}
	}
	return list
}

func (t Times) unitWords(unit string, from time.Time) string {
	from = from.In(t.zone())
	switch unit {
	case "hour":
		return "the hour of " + from.Format("2 January 15:04")
	case "week":
		return "the week of " + from.Format("2 January 2006")
	case "month":
		return from.Format("January 2006")
	case "year":
		return from.Format("2006")
	}
	return from.Format("Monday 2 January 2006")
}

// trend are the sub-windows of a slope: whole units of the claim's window, or as many of the last as show a trend.
func (t Times) trend(c ir.Claim, m ir.Measure) (windows []measure.Window, unit string, f *measure.Failure) {
	unit = map[string]string{"1h": "hour", "1d": "day", "1w": "week", "1month": "month"}[c.Per]
	back := map[string]int{"hour": 24, "day": 14, "week": 8, "month": 6}[unit]
	if back == 0 {
		return nil, "", &measure.Failure{Reason: IncompleteWindow, Sentence: fmt.Sprintf("a trend by %q is not understood", c.Per)}
	}
	now := t.startOf(unit, t.Now)
	outer := measure.Window{From: t.step(unit, now, -back), To: now}
	if c.Window != "" {
		if outer, f = t.window(c, m); f != nil {
			return nil, "", f
		}
	}
	windows = t.units(unit, outer, false)
	if len(windows) > mostParts {
		windows = windows[len(windows)-mostParts:]
	}
	return windows, unit, nil
}

// duration reads "24h", "300ms", "1.5d".
func duration(text string) (time.Duration, bool) {
	number := strings.TrimRight(text, "mshdw")
	unit, known := map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[text[len(number):]]
	r, ok := ratOf(number)
	if !known || !ok || r.Sign() <= 0 {
		return 0, false
	}
	f, _ := r.Mul(r, big.NewRat(int64(unit), 1)).Float64()
	return time.Duration(f), f >= 1 && f < 1e18
}

// durationWords is "24 hours", "7 days", "90 seconds": the largest unit that is whole.
func durationWords(d time.Duration) string {
	for _, u := range []struct {
		of   time.Duration
		name string
		from time.Duration // as few of it read better as the next smaller
	}{{24 * time.Hour, "day", 48 * time.Hour}, {time.Hour, "hour", 0}, {time.Minute, "minute", 0}, {time.Second, "second", 0}} {
		if d >= u.of && d >= u.from && d%u.of == 0 {
			n := int64(d / u.of)
			if n == 1 {
				return "1 " + u.name
			}
			return grouped(fmt.Sprint(n)) + " " + u.name + "s"
		}
	}
	return d.String()
}

// firstWords is "24 hours", and "hour" for one of them: the first hour.
func firstWords(d time.Duration) string { return strings.TrimPrefix(durationWords(d), "1 ") }
