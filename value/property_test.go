package value

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// fixed answers each window with numbers that were drawn: the baseline is the window that is over.
type fixed struct{ own, base measure.Observation }

// compared judges a comparison of two observations of a count in one look.
func comparedOnce(c ir.Claim, m ir.Measure, x fixed) Judgement {
	p := NewPlan([]Promise{{Clause: ir.Clause{ID: "a#1", Claims: []ir.Claim{c}}}}, []ir.Measure{m}, Times{Now: noon.Add(48 * time.Hour), Alone: true,
		Releases: []Release{{Version: "2", At: noon.Add(24 * time.Hour)}, {Version: "1", At: noon}}})
	a := &Answers{evidence: make([]Evidence, len(p.questions))}
	for i, q := range p.questions {
		o := x.own
		if i == p.needs[0][0].baseline.question {
			o = x.base
		}
		o.Window, o.Since, o.Coverage = q.Window, q.Window.From, 1
		a.evidence[i] = Evidence{Measure: m, Observation: o}
	}
	return p.Judge(a)[0].Judgements[0]
}

func counted(n, e int64) measure.Observation {
	return measure.Observation{Events: big.NewRat(n, 1), Exposure: big.NewRat(e, 1)}
}

func comparison1(statistic ir.Statistic, compare, target string) ir.Claim {
	return ir.Claim{Measure: "silly mistakes", Mode: ir.Inferred, Statistic: statistic, Compare: compare, Target: target, Baseline: "previous release"}
}

// rank orders verdicts from the worst.
var rankOf = map[Verdict]int{Missed: 0, Undecided: 1, Delivered: 2}

// TestMoreEventsNeverHelpAtMost: with more of what should be few, a verdict never gets better; and never worse of what
// should be many.
func TestMoreEventsNeverHelpAtMost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom([]ir.Statistic{ir.StatRatio, ir.StatCount, ir.StatRate, ir.StatShare}).Draw(rt, "statistic")
		compare := rapid.SampledFrom([]string{"<", "<=", ">", ">="}).Draw(rt, "compare")
		e := rapid.Int64Range(1, 3000).Draw(rt, "exposure")
		n := rapid.Int64Range(0, e-1).Draw(rt, "events")
		more := rapid.Int64Range(n+1, e).Draw(rt, "more")
		b := rapid.Int64Range(1, 3000).Draw(rt, "baseline")
		open := rapid.Bool().Draw(rt, "open")
		judge := func(n int64) Judgement {
			if kind == ir.StatRatio {
				return comparedOnce(comparison1(kind, compare, rapid.Just("1").Draw(rt, "target")), calculator, fixed{counted(n, e), counted(b, 3000)})
			}
			c := claim(kind, compare, "0.3")
			if kind != ir.StatShare {
				c.Target, c.Per = "40", "100 sums"
			}
			m := calculator
			if kind == ir.StatShare {
				m.Of, m.Per = m.Per, ""
			}
			r := judgeOnce(Feature{}, clause(c), map[string]Evidence{"silly mistakes": {Measure: m, Observation: seen(n, e, open)}}, noon)
			return r.Judgements[0]
		}
		few, many := judge(n), judge(more)
		if compare == ">" || compare == ">=" {
			few, many = many, few
		}
		if rankOf[many.Verdict] > rankOf[few.Verdict] {
			rt.Fatalf("%s %s: %s, and with more of them %s\n%s\n%s", kind, compare, few.Verdict, many.Verdict, few.Sentence, many.Sentence)
		}
	})
}

// TestNotBothWays: of a claim and its opposite never are both delivered, nor of a thing that is at most and at least.
func TestNotBothWays(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n, b := rapid.Int64Range(0, 400).Draw(rt, "events"), rapid.Int64Range(0, 400).Draw(rt, "baseline")
		e, f := rapid.Int64Range(400, 4000).Draw(rt, "exposure"), rapid.Int64Range(400, 4000).Draw(rt, "baseline's exposure")
		target := rapid.SampledFrom([]string{"0.5", "0.8", "1", "1.2", "2"}).Draw(rt, "target")
		of := rapid.Bool().Draw(rt, "share")
		m := calculator
		if of {
			m.Of, m.Per = m.Per, ""
		}
		judge := func(compare, target string, own, base measure.Observation) Judgement {
			return comparedOnce(comparison1(ir.StatRatio, compare, target), m, fixed{own, base})
		}
		less, more := judge("<", target, counted(n, e), counted(b, f)), judge(">", target, counted(n, e), counted(b, f))
		if less.Verdict == Delivered && more.Verdict == Delivered {
			rt.Fatalf("%s\n%s", less.Sentence, more.Sentence)
		}
		if target == "1" {
			back := judge("<", "1", counted(b, f), counted(n, e)) // the sides are swapped
			if less.Verdict == Delivered && back.Verdict == Delivered || less.Verdict == Delivered && back.Verdict != Missed && back.Reason != ZeroBaseline {
				rt.Fatalf("%s %s\n%s %s", less.Verdict, less.Sentence, back.Verdict, back.Sentence)
			}
		}
		for _, j := range []Judgement{less, more} {
			if (j.Verdict == Undecided) != (j.Reason != "") || j.Sentence == "" || j.Target == "" || j.Verdict == Unbound {
				rt.Fatalf("%+v", j)
			}
			if j.Verdict == Delivered && j.Numbers.Point == nil && j.Numbers.Low == nil {
				rt.Fatalf("delivered without a number: %+v", j)
			}
		}
	})
}

// TestLooksErrAsTheyMay: with no change at all, looks every six hours for eight days deliver "fewer" hardly more often than
// alpha, where looks at .05 each would deliver it at every other release.
func TestLooksErrAsTheyMay(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	poisson := func(mean float64) int64 { // by the normal distribution, which is near enough at these means
		return max(0, int64(mean+r.NormFloat64()*math.Sqrt(mean)+.5))
	}
	const trials, hourly = 200, 30
	delivered := 0
	c := comparison1(ir.StatRatio, "<", "1")
	m := calculator
	m.From = "prometheus"
	release := noon
	for range trials {
		base := counted(poisson(hourly*14*24), 14*24*1000)
		hours := make([]int64, 8*24+1)
		for h := 1; h < len(hours); h++ {
			hours[h] = hours[h-1] + poisson(hourly)
		}
		for h := 1; h < len(hours); h += 6 {
			now := release.Add(time.Duration(h) * time.Hour)
			p := NewPlan([]Promise{{Clause: ir.Clause{ID: "a#1", Claims: []ir.Claim{c}}}}, []ir.Measure{m}, Times{Now: now, Alone: true,
				Releases: []Release{{Version: "2", At: release}, {Version: "1", At: release.AddDate(0, 0, -14)}}})
			a := &Answers{evidence: make([]Evidence, len(p.questions))}
			for i, q := range p.questions {
				o := base
				if i != p.needs[0][0].baseline.question {
					k := int64(q.Window.To.Sub(q.Window.From).Hours())
					o = counted(hours[k], k*1000)
				}
				o.Window, o.Since, o.Coverage = q.Window, q.Window.From, 1
				a.evidence[i] = Evidence{Measure: m, Observation: o}
			}
			if p.Judge(a)[0].Verdict == Delivered {
				delivered++
				break
			}
		}
	}
	t.Logf("%d of %d", delivered, trials)
	if share := float64(delivered) / trials; share > .075 { // .05 and three deviations of the simulation

		t.Errorf("%.3f of %d releases that changed nothing were delivered", share, trials)
	}
}

// TestNoClaimPanics: an artefact may hold what no compiler writes; it is undecided, and never delivered by a number that
// cannot be read.
func TestNoClaimPanics(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		words := func(name string, known ...string) string {
			return rapid.OneOf(rapid.SampledFrom(append(known, "")), rapid.StringMatching(`[a-z0-9 .%/-]{0,12}`)).Draw(rt, name)
		}
		c := ir.Claim{Measure: "silly mistakes",
			Mode:      rapid.SampledFrom([]ir.Mode{ir.Observed, ir.Inferred, ""}).Draw(rt, "mode"),
			Statistic: rapid.SampledFrom([]ir.Statistic{ir.StatCount, ir.StatRate, ir.StatShare, ir.StatMean, ir.StatTotal, ir.StatMedian, ir.StatFirst, ir.StatRatio, ir.StatDelta, ir.StatEquivalence, ir.StatSlope, "x"}).Draw(rt, "statistic"),
			Compare:   words("compare", "=", "<", "<=", ">", ">=", "between"), Target: words("target", "0", "1", "0.8", "1e999999999", "NaN", "-5"), Upper: words("upper", "1.2"),
			Unit: words("unit", "ms", "h", "£"), Threshold: words("threshold", "300ms", "x"), Per: words("per", "1d", "1000 sums", "0 sums"), Premise: words("premise", "0.05"),
			Baseline: words("baseline", "previous release", "last week", "same days last week", "this time last year", "average of the last 2 weeks", "average of the last 1 releases", "control group", "release 1"),
			Window:   words("window", "first 24h", "last 7d", "the month", "the moon", "last"), Days: words("days", "every day", "9 of 10 days", "10 of 9 days", "0 of 0 days"),
		}
		m := ir.Measure{Name: "silly mistakes", From: rapid.SampledFrom([]string{"prometheus", "openmetrics", "run", "sql"}).Draw(rt, "from"), MDE: words("mde", "20%"), At: words("at", "p99"),
			Split: words("split", `a="1"`), Control: words("control", `a="2"`)}
		switch rapid.IntRange(0, 3).Draw(rt, "kind") {
		case 0:
			m.Count = "a_total"
		case 1:
			m.Count, m.Of = "a_total", "b_total"
		case 2:
			m.Quantile = "a_seconds"
		case 3:
			m.Value = "a"
		}
		times := released
		if rapid.Bool().Draw(rt, "no release") {
			times.Releases = nil
		}
		p := NewPlan([]Promise{{Clause: ir.Clause{ID: "a#1", Claims: []ir.Claim{c}}}}, []ir.Measure{m}, times)
		a := &Answers{evidence: make([]Evidence, len(p.questions))}
		for i, q := range p.questions {
			o := counted(rapid.Int64Range(0, 20).Draw(rt, "n"), rapid.Int64Range(0, 30).Draw(rt, "e"))
			if m.Count == "" {
				o.Events = nil
			}
			if m.Value != "" {
				o.Gauge = &measure.Gauge{N: rapid.Int64Range(0, 90).Draw(rt, "values"), Mean: 3, Variance: rapid.SampledFrom([]float64{0, 1}).Draw(rt, "variance")}
			}
			if m.Quantile != "" {
				o.Distribution = measure.Durations(make([]time.Duration, rapid.IntRange(0, 90).Draw(rt, "samples")))
			}
			o.Window, o.Since, o.Coverage = q.Window, q.Window.From, 1
			a.evidence[i] = Evidence{Measure: m, Observation: o}
		}
		j := p.Judge(a)[0].Judgements[0]
		_, readable := ratOf(c.Target)
		if j.Verdict == "" || j.Sentence == "" || (j.Verdict == Undecided) != (j.Reason != "") || j.Verdict != Undecided && !readable && c.Statistic != ir.StatFirst {
			rt.Fatalf("%+v", j)
		}
	})
}
