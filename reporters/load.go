package reporters

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/runners"
)

// What a load run measures, as its groups are called.
const (
	ofJourneys = "journeys"
	ofScenario = "scenario"
	ofStep     = "step"
	ofRequests = "requests"
	ofRequest  = "request"
	ofPhase    = "phase"
	ofLateness = "lateness"
)

// closedModel is how a summary names a load in which a slow answer slows the arrivals.
const closedModel = "closed"

// soFar is what the summaries of a load add up to while it runs.
type soFar struct {
	asked, started int64
	at             time.Duration
	// As it was before the last interval with arrivals, which may be a part of one: rates are told of whole ones.
	steady struct {
		asked, started int64
		at             time.Duration
	}
}

func (f *soFar) add(s *runners.Summary) {
	if s.Asked > 0 {
		f.steady.asked, f.steady.started, f.steady.at = f.asked, f.started, f.at
	}
	f.asked, f.started, f.at = f.asked+s.Asked, f.started+s.Started, s.To
}

// arrivalTime is the time that rates are over.
func arrivalTime(s *runners.Summary) time.Duration {
	if s.Arrivals > 0 {
		return s.Arrivals
	}
	return s.To
}

func dropped(n int64) string {
	if n == 0 {
		return ""
	}
	return ", " + thousands(n) + " dropped"
}

// rates asked and achieved, in arrivals a second.
func (s *stage) rates() (asked, achieved float64) {
	if at := s.summary.Arrivals.Seconds(); at > 0 {
		return float64(s.summary.Asked) / at, float64(s.summary.Started) / at
	}
	if at := s.soFar.steady.at.Seconds(); at > 0 { // of a stream that was recorded before arrivals were told
		return float64(s.soFar.steady.asked) / at, float64(s.soFar.steady.started) / at
	}
	if at := s.summary.To.Seconds(); at > 0 {
		return float64(s.summary.Asked) / at, float64(s.summary.Started) / at
	}
	return 0, 0
}

// perSecond is a rate at three digits.
func perSecond(rate float64) string {
	if rate >= 100 {
		return thousands(int64(math.Round(rate))) + "/s"
	}
	return fmt.Sprintf("%.3g/s", rate)
}

// journeys is what a load run is about: "600 journeys, 0 failed, p95 1.8ms".
func journeys(s *runners.Summary) string {
	for _, g := range groups(s, ofJourneys) {
		p95 := latency(g, "p95")
		return fmt.Sprintf("%s, %s failed%s%s%s", plural(g.Count, "journey"), thousands(g.Failed), dropped(s.Dropped), prefixed(", p95 ", p95), closed(s))
	}
	return "no journeys" + dropped(s.Dropped)
}

// closed names a closed model wherever its numbers stand: they say less than they seem to.
func closed(s *runners.Summary) string {
	if s.Model != closedModel {
		return ""
	}
	return " (closed model)"
}

func groups(s *runners.Summary, of string) []runners.Group {
	var list []runners.Group
	for _, g := range s.Groups {
		if g.Of == of {
			list = append(list, g)
		}
	}
	return list
}

// latency of a group, as people read it; "" when it has none.
func latency(g runners.Group, name string) string {
	if d, ok := span(g.Latency[name]); ok {
		return rounded(d)
	}
	return ""
}

// span is a latency as it was sent, or as it came back from a recorded stream: nanoseconds, or text.
func span(v any) (time.Duration, bool) {
	switch v := v.(type) {
	case time.Duration:
		return v, v >= 0
	case float64:
		return time.Duration(v), v >= 0 && v < math.MaxInt64
	case string:
		d, err := time.ParseDuration(v)
		return d, err == nil && d >= 0
	}
	return 0, false
}

// expected is one expectation in words: its source, what was found ("412.3ms"), and in how many ("12,004 samples").
type expected struct {
	source  string
	got     []string
	samples string
}

func told(s *runners.Summary, e runners.Expectation) expected {
	got := e.Got
	out := expected{source: e.Source}
	if e.Outcome == runners.GatePassed {
		out.samples = plural(e.Samples, "sample")
		if got == "" {
			got = seen(s, e.Source)
		}
	} else if i := strings.LastIndex(got, " ("); i >= 0 && strings.HasSuffix(got, ")") {
		got, out.samples = got[:i], got[i+2:len(got)-1]
	}
	if got = strings.TrimPrefix(strings.TrimPrefix(got, e.Source+" "), "is false: "); got == "" {
		return out
	}
	operands := strings.Split(got, ", ")
	for _, o := range operands {
		name, value, ok := strings.Cut(o, " = ")
		switch {
		case !ok:
			out.got = append(out.got, o)
		case len(operands) == 1 && strings.HasPrefix(e.Source, name+" "):
			out.got = append(out.got, value)
		default:
			out.got = append(out.got, name+" = "+value)
		}
	}
	return out
}

// seen is what an expectation that holds looked at. Only what does not hold has an explanation, so its opposite
// is asked.
func seen(s *runners.Summary, source string) string {
	p, err := expr.CompileCondition("not ("+source+")", expr.GateScope())
	if err != nil {
		return ""
	}
	_, what, _ := strings.Cut(p.Test(measured{s}).Explanation, " is false: ")
	return what
}

// measured answers an expression from a summary. What a summary does not hold is missing.
type measured struct{ s *runners.Summary }

var _ expr.Env = measured{}

func (m measured) Value(name string) any {
	switch name {
	case ofJourneys, ofRequests:
		return m.object(name, "")
	case "errors":
		return m.object(ofJourneys, "")[name]
	case "page":
		return m.page("")
	case "achieved":
		if m.s.Asked > 0 {
			return float64(m.s.Started) / float64(m.s.Asked)
		}
		return expr.Missing{What: name, Why: "nothing arrived"}
	}
	return m.object(ofRequests, "")[name]
}

func (m measured) Call(name string, args []any) (any, error) {
	if len(args) != 1 {
		return nil, fmt.Errorf("%s has one argument", name)
	}
	o := m.object(name, expr.Text(args[0]))
	o["page"] = m.page(expr.Text(args[0]))
	return o, nil
}

func (m measured) object(of, name string) map[string]any {
	o := map[string]any{}
	for _, field := range []string{"count", "rate", "errors", "mean", "p50", "p75", "p90", "p95", "p99", "max"} {
		o[field] = expr.Missing{What: field, Why: "it was not told"}
	}
	for _, g := range groups(m.s, of) {
		if g.Name != name && g.Scenario != name {
			continue
		}
		if g.Count > 0 {
			o["rate"] = float64(g.Count) / math.Max(1e-9, arrivalTime(m.s).Seconds())
		}
		o["count"], o["errors"] = g.Count, float64(g.Failed+g.Dropped)/math.Max(1, float64(g.Count+g.Dropped))
		for field, v := range g.Latency {
			if d, ok := span(v); ok {
				o[field] = d
			}
		}
		break
	}
	return o
}

// loadWords is what load was put on: "200/s for 1m", "closed model, rate max with 64 workers"; "" for other stages.
func (s *stage) loadWords() string {
	switch {
	case s.summary == nil:
		return ""
	case s.summary.Model == closedModel:
		return "closed model" + prefixed(", ", s.summary.Load)
	}
	return s.summary.Load
}
