package value

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/cucumber-value/hoops/value/measure"
	"github.com/cucumber-value/hoops/value/stat"
)

// judgeDays judges a threshold in each sub-window: every day, or k of n of them. A day that is over is a fact; the
// current one can only falsify.
func (t *trial) judgeDays(parts []Evidence, n need) {
	t.j.Grade = "D"
	k, of := n.atLeast, n.of
	every := of == 0
	if len(parts) == 0 {
		t.undecided(TooEarly, "no %s is over yet", n.unit)
		t.j.WouldChange = "the first whole " + n.unit
		return
	}
	var answers []stat.Answer
	var missing, broken []string
	var why *measure.Failure
	yes := 0
	alphaYes, alphaNo := t.alpha, t.alpha
	if a, b, err := stat.EachAlpha(orNumber(k, len(parts)), max(orNumber(of, 0), len(parts)), t.alpha); err == nil {
		alphaYes, alphaNo = a, b
	}
	for _, e := range parts {
		day := *t
		day.claim.Days, day.claim.Window = "", ""
		day.j.Notes, day.alpha = nil, min(alphaYes, alphaNo)
		day.judgeWindow(e)
		t.j.Source, t.j.Query = cmp.Or(t.j.Source, day.j.Source), cmp.Or(t.j.Query, day.j.Query)
		w := e.Observation.Window
		switch {
		case day.j.Verdict == Delivered && !(day.j.SoFar && w.Open):
			answers = append(answers, stat.Yes)
			yes++
		case day.j.Verdict == Missed:
			answers = append(answers, stat.No)
			broken = append(broken, w.Words+" ("+day.j.Observed+")")
		case w.Open && e.Failure == nil && every: // it goes on
		default:
			answers = append(answers, stat.Unclear)
			if why == nil {
				why = &measure.Failure{Reason: day.j.Reason, Sentence: day.j.Sentence, Help: day.j.Help}
				if day.j.Verdict == Delivered {
					why.Reason = TooEarly
				}
			}
			missing = append(missing, cmp.Or(w.Words, "one of them"))
		}
	}
	t.window(parts)
	over := len(answers)
	if every {
		k, of = over, over
	}
	for len(answers) < of {
		answers = append(answers, stat.Unclear)
	}
	final := stat.Each(answers, max(1, k)) == stat.No
	units := countWords(int64(of), n.unit)
	if final {
		units = countWords(int64(over), n.unit) // too many were broken before all of them were over
	}
	sentence := fmt.Sprintf("it held on %d of %s", yes, units)
	if len(broken) > 0 {
		sentence += ", and not on " + listed(broken)
	}
	t.j.Observed, t.j.Exposure = fmt.Sprintf("%d of %s", yes, units), units
	t.j.Numbers = &Numbers{Scale: n.unit + "s", Point: finite(float64(yes)), Target: finite(float64(k))}
	if every {
		t.j.Target += " every " + n.unit
	} else {
		t.j.Target += fmt.Sprintf(" on %d of %d %ss", k, of, n.unit)
	}
	answer := stat.Each(answers, max(1, k))
	if every && len(broken) > 0 {
		answer = stat.No
	}
	switch {
	case answer == stat.Yes && over > 0:
		t.j.Verdict, t.j.Sentence = Delivered, sentence+", as promised"
		if every {
			t.j.SoFar, t.j.Sentence = true, t.j.Sentence+" so far"
		}
	case answer == stat.No:
		t.missed(sentence)
		t.j.Rollback = t.measure.From != "run"
		t.j.WouldChange = "nothing in this window: a miss is final"
	case why != nil && over >= of:
		t.undecided(why.Reason, "%s; of %s it is not known: %s", sentence, listed(missing), why.Sentence)
		t.j.Help, t.j.WouldChange = why.Help, "what is missing of "+listed(missing)
	case over == 0:
		t.undecided(TooEarly, "no %s is over yet", n.unit)
		t.j.WouldChange = "the first whole " + n.unit
	default:
		t.undecided(TooEarly, "%s so far, and %d are needed", sentence, k)
		t.j.WouldChange = countWords(int64(max(1, k-yes)), n.unit) + " more on which it holds"
		t.j.Decided = t.times.step(n.unit, t.times.startOf(n.unit, t.times.Now), max(1, k-yes))
	}
}

func orNumber(n, other int) int {
	if n == 0 {
		return other
	}
	return n
}

// window is all the sub-windows together.
func (t *trial) window(parts []Evidence) {
	for _, e := range parts {
		w := e.Observation.Window
		if w.To.IsZero() {
			continue
		}
		if t.j.Window.From.IsZero() {
			t.j.Window = measure.Window{From: w.From, Words: "since " + date(w.From.In(t.times.zone())), Release: w.Release}
		}
		t.j.Window.To, t.j.Window.Open = w.To, w.Open
	}
}

func listed(names []string) string {
	const most = 4
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// judgeTrend judges whether a rate falls or rises from one sub-window to the next.
func (t *trial) judgeTrend(parts []Evidence, unit string) {
	t.j.Grade = "C"
	t.j.Target = map[string]string{"<": "fewer", ">": "more"}[t.claim.Compare] + " from " + unit + " to " + unit
	if t.measure.Count == "" {
		t.unreadable("%s is not counted, so hoops finds no trend in it; promise a number for every %s", t.claim.Measure, unit)
		return
	}
	t.window(parts)
	t.j.Window.Words = fmt.Sprintf("over %s", countWords(int64(len(parts)), unit))
	windows := make([]stat.Count, len(parts))
	watchedParts, first := 0, (*measure.Failure)(nil)
	var seen []string
	for i, e := range parts {
		o := e.Observation
		t.j.Source, t.j.Query = cmp.Or(t.j.Source, o.Source), cmp.Or(t.j.Query, o.Query)
		if e.Failure != nil || o.Events == nil || !(watched(o) >= covered) {
			if first == nil {
				if first = e.Failure; first == nil {
					first = &measure.Failure{Reason: IncompleteWindow, Sentence: fmt.Sprintf("only %s of %s was watched: %s", share(o.Coverage), o.Window.Words, o.Gap)}
				}
			}
			seen = append(seen, "?")
			continue
		}
		n, _ := o.Events.Float64()
		x := o.Window.To.Sub(o.Window.From).Hours()
		if o.Exposure != nil {
			x, _ = o.Exposure.Float64()
		}
		if x > 0 {
			seen = append(seen, number(o.Events))
			windows[i] = stat.Count{Events: n, Exposure: x}
			watchedParts++
		} else {
			seen = append(seen, "–") // no chance of any is not none
		}
	}
	const fewest = 3
	if watchedParts < fewest {
		if first != nil && len(parts) >= fewest {
			t.failed(first)
			if first.Reason == NoData {
				t.j.Reason = IncompleteWindow
			}
			t.j.Sentence = fmt.Sprintf("a trend needs at least %s, and %d are known: %s", countWords(fewest, unit), watchedParts, first.Sentence)
			return
		}
		t.undecided(TooEarly, "a trend needs at least %s, and %d are over", countWords(fewest, unit), watchedParts)
		t.j.WouldChange = fmt.Sprintf("%d more", fewest-watchedParts)
		t.j.Decided = t.times.step(unit, t.times.startOf(unit, t.times.Now), fewest-watchedParts)
		return
	}
	trend, err := stat.TrendBounds(windows, t.alpha)
	surely, err2 := stat.TrendBounds(windows, t.alpha/float64(max(1, t.claims)))
	if err != nil || err2 != nil {
		t.unreadable("%s: %v", t.claim.Measure, err)
		return
	}
	t.j.Observed = strings.Join(seen, ", ")
	t.j.Exposure = countWords(int64(watchedParts), unit)
	t.j.Numbers = &Numbers{Scale: "factor per " + unit, Point: finite(trend.Value), Low: finite(trend.Lower), High: finite(trend.Upper), Target: finite(1)}
	e := effect{ratio: true}
	t.j.Interval = t.changeInterval(ofCounts, e, trend.Interval)
	sentence := fmt.Sprintf("%s %s from %s to %s (%s), and the truth lies %s", t.claim.Measure, t.changeWords(ofCounts, e, trend.Value), unit, unit, t.j.Observed, t.j.Interval)
	// the smallest change worth knowing is one of the whole time, not of each step
	steps := float64(len(parts) - 1)
	var yes, no bool
	if t.claim.Compare == ">" {
		yes, no = trend.Lower > 1, math.Pow(surely.Upper, steps) < 1+t.mde()
	} else {
		yes, no = trend.Upper < 1, math.Pow(surely.Lower, steps) > 1-t.mde()
	}
	switch {
	case yes:
		t.delivered(sentence)
	case no:
		t.j.Verdict = Missed
		t.j.Sentence = sentence + fmt.Sprintf(", so a change of %s over all of it is ruled out", percentWords(t.mde()))
		t.j.WouldChange = "other " + unit + "s"
	default:
		t.undecided(Straddles, "%s: not enough to tell", sentence)
		t.j.WouldChange = "more " + unit + "s"
	}
}
