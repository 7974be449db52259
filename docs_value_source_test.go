package hoops_test

import (
	"context"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// table is a source that has seen what an example says.
type table struct {
	t *testing.T
	e worked
}

func (x *table) Sample(_ context.Context, m ir.Measure, w measure.Window) (measure.Observation, error) {
	key, part, of := x.where(m, w)
	for _, in := range x.e.inputs {
		name, measured, narrowed := strings.Cut(in[0], ", ")
		if name == key && (!narrowed || measured == m.Name) {
			return x.observation(in[1], m, w, part, of)
		}
	}
	return measure.Observation{}, &measure.Failure{Reason: measure.NoData, Sentence: "nothing was seen of " + m.Name}
}

var sides = map[string]string{`group="blue"`: "blue", `group="green"`: "green"}

// where is the row that a window is about, and which of its sub-windows.
func (x *table) where(m ir.Measure, w measure.Window) (key string, part, of int) {
	for matcher, side := range sides {
		if m.Split != "" && strings.Contains(m.Count, matcher) {
			return side, 0, 1
		}
	}
	length := w.To.Sub(w.From)
	for unit, d := range map[string]time.Duration{"each day": 24 * time.Hour, "each week": 7 * 24 * time.Hour} {
		for _, in := range x.e.inputs {
			if in[0] == unit && length == d {
				n := strings.Count(in[1], ", ") + 1
				return unit, n - 1 - int(weekLater.Sub(w.To)/d), n
			}
		}
	}
	switch {
	case !x.e.live:
		return "seen", 0, 1
	case w.From.Before(liveSince) && !w.To.After(liveSince):
		return "release 2.3.1", 0, 1
	}
	return "release 2.4.0", 0, 1
}

var (
	failureRow = regexp.MustCompile(`^nothing: (.*)$`)
	partsRow   = regexp.MustCompile(`^([\d, ]+) \S.* in ([\d,]+) \w+ each$`)
	slowRow    = regexp.MustCompile(`^([\d,]+) searches, ([\d,]+) of them slower than 300 ms$`)
	spreadRow  = regexp.MustCompile(`^([\d,]+) searches between ([\d,]+) ms and ([\d,]+) ms$`)
	gaugeRow   = regexp.MustCompile(`^([\d,]+) baskets of £([\d.]+) on average, spread £([\d.]+)$`)
	countRow   = regexp.MustCompile(`^([\d,]+) \D+?(?: (?:in|of) ([\d,]+) \w+)?(?:; ([\d,]+)% of the window was watched)?(?:; by day ([\d,/ ]+))?$`)
)

func (x *table) observation(text string, m ir.Measure, w measure.Window, part, of int) (measure.Observation, error) {
	o := measure.Observation{Window: w, Since: w.From, Coverage: 1, Source: "the example", Query: m.Count}
	number := func(s string) int64 {
		n, err := strconv.ParseInt(strings.ReplaceAll(strings.TrimSpace(s), ",", ""), 10, 64)
		if err != nil {
			x.t.Errorf("%q: %v", text, err)
		}
		return n
	}
	if f := failureRow.FindStringSubmatch(text); f != nil {
		reason := measure.SourceFailed
		if strings.Contains(text, "generators") {
			reason = measure.ShardMissing
		}
		return o, &measure.Failure{Reason: reason, Sentence: f[1]}
	}
	if p := partsRow.FindStringSubmatch(text); p != nil && of > 1 {
		if part < 0 || part >= of {
			return o, &measure.Failure{Reason: measure.NoData, Sentence: "nothing was seen of " + m.Name}
		}
		o.Events, o.Exposure = big.NewRat(number(strings.Split(p[1], ", ")[part]), 1), big.NewRat(number(p[2]), 1)
		return o, nil
	}
	// A part of the week saw its part of what happened.
	share := 1.0
	if length := w.To.Sub(w.From); !w.From.Before(liveSince) && x.e.live && x.e.judged.After(w.To) {
		share = float64(length) / float64(x.e.judged.Sub(w.From))
	}
	var durations []time.Duration
	if s := slowRow.FindStringSubmatch(text); s != nil {
		for i := range number(s[1]) {
			d := 120 * time.Millisecond
			if i < number(s[2]) {
				d = 450 * time.Millisecond
			}
			durations = append(durations, d)
		}
		o.Distribution = measure.Durations(durations)
		return o, nil
	}
	if s := spreadRow.FindStringSubmatch(text); s != nil {
		n, low, high := int64(float64(number(s[1]))*share), number(s[2]), number(s[3])
		for i := range n {
			durations = append(durations, time.Duration((low*1000+(high-low)*1000*i/n)*int64(time.Microsecond)))
		}
		o.Distribution = measure.Durations(durations)
		return o, nil
	}
	if g := gaugeRow.FindStringSubmatch(text); g != nil {
		mean, _ := strconv.ParseFloat(g[2], 64)
		spread, _ := strconv.ParseFloat(g[3], 64)
		o.Gauge = &measure.Gauge{N: number(g[1]), Mean: mean, Variance: spread * spread, Min: mean - spread, Max: mean + spread}
		return o, nil
	}
	c := countRow.FindStringSubmatch(text)
	if c == nil {
		x.t.Errorf("%q is not understood", text)
		return o, &measure.Failure{Reason: measure.NoData, Sentence: text}
	}
	o.Events = big.NewRat(int64(math.Round(float64(number(c[1]))*share)), 1)
	if c[2] != "" {
		o.Exposure = big.NewRat(int64(math.Round(float64(number(c[2]))*share)), 1)
	}
	for _, n := range strings.FieldsFunc(c[4], func(r rune) bool { return r == '/' }) {
		o.Parts = append(o.Parts, measure.Part{Exposure: float64(number(n))})
	}
	if c[3] != "" {
		o.Coverage, o.Gap = float64(number(c[3]))/100, "the metrics could not be read in between"
	}
	return o, nil
}
