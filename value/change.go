package value

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/stat"
)

// The words for comparisons.

// moreAndLess are the words for a change of a kind of measure.
func (t *trial) moreAndLess(k kind) (more, less string) {
	switch {
	case k == ofQuantiles && t.measure.Timed():
		return "slower", "faster"
	case k == ofCounts:
		return "more", "fewer"
	}
	return "higher", "lower"
}

// changeWords is a ratio or a difference in words: "37% fewer", "12 percentage points higher".
func (t *trial) changeWords(k kind, e effect, x float64) string {
	more, less := t.moreAndLess(k)
	if !e.ratio {
		return t.differenceWords(k, e, x)
	}
	switch {
	case math.IsInf(x, 1):
		return "more than none"
	case x == 1:
		return "unchanged"
	case x >= 2:
		return manyTimes(x) + " as " + map[string]string{"more": "many", "higher": "high", "slower": "slow"}[more]
	case x > 1:
		return three(100*(x-1)) + "% " + more
	}
	return three(100*(1-x)) + "% " + less
}

func (t *trial) differenceWords(k kind, e effect, x float64) string {
	more, less := t.moreAndLess(k)
	word := more
	if x < 0 {
		word = less
	}
	x = math.Abs(x)
	switch {
	case math.IsInf(x, 1):
		return "any amount " + word
	case k == ofShares:
		return three(100*x) + " percentage points " + word
	case k == ofCounts:
		return three(x) + " " + word + " " + e.scale
	case k == ofTotals:
		return amount(x, t.measure.Unit) + " " + e.scale + " " + word
	}
	return amount(x, e.scale) + " " + word
}

func (t *trial) changeInterval(k kind, e effect, i stat.Interval) string {
	switch {
	case math.IsInf(i.Upper, 1) && (i.Lower <= 0 && e.ratio || math.IsInf(i.Lower, -1)):
		return "anywhere"
	case math.IsInf(i.Upper, 1):
		return "above " + t.changeWords(k, e, i.Lower)
	case math.IsInf(i.Lower, -1):
		return "below " + t.changeWords(k, e, i.Upper)
	}
	return "between " + t.changeWords(k, e, i.Lower) + " and " + t.changeWords(k, e, i.Upper)
}

// comparedPromise is what was asked for: "at least 20% fewer than under release 2.3.1".
func comparedPromise(c ir.Claim, m ir.Measure, k kind, baseline string) string {
	target, ok := ratOf(c.Target)
	if !ok {
		return c.Target
	}
	t := trial{claim: c, measure: m}
	t.measure.Unit = c.Unit
	more, less := t.moreAndLess(k)
	f, _ := target.Float64()
	than := " than " + under(baseline)
	up := c.Compare == ">" || c.Compare == ">="
	switch c.Statistic {
	case ir.StatEquivalence:
		return fmt.Sprintf("within %s of %s", three(100*(1-f))+"%", baseline)
	case ir.StatDelta:
		e := effect{scale: c.Unit}
		if c.Per != "" {
			e.scale = perWords(c.Per)
		}
		words := t.differenceWords(k, e, f)
		if (f > 0) == up {
			return "at least " + words + than
		}
		return "at most " + words + than
	}
	switch {
	case f == 1 && c.Compare == "<":
		return less + than
	case f == 1 && c.Compare == ">":
		return more + than
	case f == 1 && c.Compare == "<=":
		return "no " + more + than
	case f == 1:
		return "no " + less + than
	case f < 1 && !up:
		return "at least " + three(100*(1-f)) + "% " + less + than
	case f < 1:
		return "no more than " + three(100*(1-f)) + "% " + less + than
	case up && f >= 2:
		return "at least " + manyTimes(f) + " as " + map[string]string{"more": "many", "higher": "high", "slower": "slow"}[more] + " as " + under(baseline)
	case up:
		return "at least " + three(100*(f-1)) + "% " + more + than
	}
	return "no more than " + three(100*(f-1)) + "% " + more + than
}

func under(baseline string) string {
	if strings.HasPrefix(baseline, "release ") {
		return "under " + baseline
	}
	return baseline
}

// under is what is compared with, behind what was seen of it: "66 mistakes under release 2.3.1".
func (c comparison) under() string {
	if c.name != "" {
		return "for " + c.words
	}
	return under(c.words)
}

// chart writes the estimate down for charts.
func (t *trial) chart(e effect, i stat.Interval) {
	n := t.j.Numbers
	if n == nil {
		n = &Numbers{}
	}
	n.Scale = "ratio"
	if !e.ratio {
		n.Scale = strings.TrimSpace("difference " + e.scale)
	}
	n.Point, n.Low, n.High, n.Target, n.Upper = finite(e.point), finite(i.Lower), finite(i.Upper), float(t.target), float(t.upper)
	t.j.Numbers = n
}

// show writes down what was counted on both sides.
func (t *trial) show(k kind, own, base side) {
	numbers := func(s side) *Numbers {
		n := &Numbers{Scale: "count"}
		if s.value != nil {
			n.Events, n.Point = s.value.RatString(), float(s.value)
		}
		if s.exposure != nil {
			n.Exposure = s.exposure.RatString()
		}
		switch k {
		case ofMeans:
			n.Scale, n.Point = t.measure.Unit, finite(s.moments.Mean)
		case ofTotals:
			n.Scale, n.Point = t.measure.Unit, finite(s.total)
		}
		return n
	}
	exposure := func(s side) string {
		if s.exposure == nil {
			if k == ofQuantiles || k == ofMeans {
				return countWords(s.points, "sample")
			}
			return lengthWords(s.length)
		}
		return number(s.exposure) + " " + plural(exposureNoun(t.measure), s.exposure)
	}
	t.j.Numbers, t.j.Exposure = numbers(own), exposure(own)
	t.j.Baseline.Numbers, t.j.Baseline.Observed, t.j.Baseline.Exposure = numbers(base), base.seen, exposure(base)
}

// perWordsOf is the rate of a side behind its counts, on a scale on which both can be read: " (12 per 10,000 sums)".
func (t *trial) perWordsOf(k kind, s, other side) string {
	switch k {
	case ofShares:
		return " (" + three(100*s.share.Value()) + "%)"
	case ofCounts:
	default:
		return ""
	}
	a, b := s.count.Rate(), other.count.Rate()
	least := math.Min(a, b)
	if least == 0 {
		least = math.Max(a, b)
	}
	if s.exposure == nil { // days
		switch {
		case least == 0 || least >= 1 && least < 1000:
			return " (" + three(a) + " per day)"
		case least < 1:
			return " (" + three(a*7) + " per week)"
		}
		return " (" + three(a/24) + " per hour)"
	}
	scale := 1.0
	for least > 0 && least*scale < 1 && scale < 1e9 {
		scale *= 10
	}
	return " (" + three(a*scale) + " " + perWords(strconv.FormatFloat(scale, 'f', -1, 64)+" "+exposureNoun(t.measure)) + ")"
}

// three has three digits, or all before the point.
func three(x float64) string {
	switch a := math.Abs(x); {
	case math.IsInf(x, 0) || math.IsNaN(x):
		return "any"
	case a >= 100:
		return grouped(strconv.FormatFloat(math.Round(x), 'f', 0, 64))
	case a >= 10:
		return trimmed(strconv.FormatFloat(x, 'f', 1, 64))
	case a >= 1:
		return trimmed(strconv.FormatFloat(x, 'f', 2, 64))
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// manyTimes is "twice", "2.5 times".
func manyTimes(x float64) string {
	if text := trimmed(strconv.FormatFloat(x, 'f', 2, 64)); text != "2" {
		return text + " times"
	}
	return "twice"
}

func trimmed(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// amount is a number with its unit: £40, 300 ms, 12.
func amount(x float64, unit string) string {
	sign := ""
	if x < 0 {
		sign, x = "-", -x
	}
	switch {
	case unit == "":
		return sign + three(x)
	case strings.Contains("£$€", unit):
		return sign + unit + money(x)
	case unit == "%":
		return sign + three(x) + "%"
	}
	return sign + three(x) + " " + unit
}

// money is £42.50, £40 and £1,204: two digits of pennies or none.
func money(x float64) string {
	if x < .1 || x >= 1000 {
		return three(x)
	}
	return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 2, 64), ".00")
}

// between says in which bucket a quantile of seconds lies.
func between(low, high float64) string {
	switch {
	case math.IsInf(high, 1):
		return "above " + secondsWords(low)
	case high-low <= low/500: // one bucket of a fine histogram
		return secondsWords(middle(low, high))
	}
	return "between " + secondsWords(max(0, low)) + " and " + secondsWords(high)
}

func secondsWords(s float64) string {
	switch {
	case s == 0:
		return "0 ms"
	case s < 1:
		return three(s*1000) + " ms"
	case s < 120:
		return three(s) + " s"
	}
	return three(s/60) + " min"
}

func percentileName(q float64) string {
	return "p" + strconv.FormatFloat(math.Round(q*1e6)/1e4, 'f', -1, 64)
}

func countWords(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(strconv.FormatInt(n, 10)) + " " + noun + "s"
}

// lengthWords is how long something was watched: "26 hours", "9 days".
func lengthWords(d time.Duration) string {
	unit, name := time.Second, "second"
	switch {
	case d >= 48*time.Hour:
		unit, name = 24*time.Hour, "day"
	case d >= 2*time.Hour:
		unit, name = time.Hour, "hour"
	case d >= 2*time.Minute:
		unit, name = time.Minute, "minute"
	}
	text := three(float64(d) / float64(unit))
	if text == "1" {
		return "1 " + name
	}
	return text + " " + name + "s"
}

func percentWords(f float64) string { return three(100*f) + "%" }

// percentOf reads "20%" and "0.2".
func percentOf(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	r, ok := ratOf(strings.TrimSpace(strings.TrimSuffix(text, "%")))
	if !ok {
		return 0, false
	}
	f, _ := r.Float64()
	if strings.HasSuffix(text, "%") {
		f /= 100
	}
	return f, true
}

// ratOf reads a decimal number or a fraction. Exponents are left out: a short one can stand for a number that fills the
// memory.
func ratOf(text string) (*big.Rat, bool) {
	if len(text) > 400 || strings.Trim(text, "0123456789./-") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

var one = big.NewRat(1, 1)

// date is the day in the zone that the time is in.
func date(at time.Time) string { return at.Format("2 January 2006") }

// when is a day, and a time of the day where it is near.
func (t *trial) when(at time.Time) string {
	if at.Sub(t.times.Now) < 48*time.Hour {
		return at.In(t.times.zone()).Format("2 January 15:04 MST")
	}
	return at.In(t.times.zone()).Format("2 January 2006")
}

func stamp(at time.Time) string { return at.UTC().Format("2 January 2006 15:04:05 UTC") }

func finite(f float64) *float64 {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return nil
	}
	return &f
}
