package reporters

import (
	"math"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// loadJSON is what a load stage measured, in the words of the expressions that judge it. Latencies are text with
// a unit, achieved is a share of 1, rates are a second over the time in which arrivals came.
type loadJSON struct {
	Model        string                `json:"model,omitempty"`    // open: latencies from the intended start; closed: from the actual one
	Load         string                `json:"load,omitempty"`     // in words
	Arrivals     string                `json:"arrivals,omitempty"` // the time in which they came
	Duration     string                `json:"duration"`           // with the journeys that were drained
	Late         string                `json:"late,omitempty"`     // what the numbers suffer from hoops itself
	Expectations []runners.Expectation `json:"expectations"`
	Journeys     journeysJSON          `json:"journeys"`
	Scenarios    []measuredJSON        `json:"scenarios"`
	Steps        []measuredJSON        `json:"steps"`
	Requests     measuredJSON          `json:"requests"`
	Templates    []measuredJSON        `json:"templates"`        // of requests
	Phases       []measuredJSON        `json:"phases,omitempty"` // of some of the requests
	Pages        []vitalJSON           `json:"pages,omitempty"`  // of navigations in browsers
	Lateness     *latencyJSON          `json:"lateness,omitempty"`
	Resolution   string                `json:"resolution,omitempty"` // of seconds: how long each is
	Seconds      []secondJSON          `json:"seconds"`              // how it went, interval by interval
	Failures     []failureJSON         `json:"failures,omitempty"`   // some of the journeys that failed
}

// failureJSON is one failed journey.
type failureJSON struct {
	Scenario string `json:"scenario"`
	Row      string `json:"row,omitempty"`
	Step     int    `json:"step,omitempty"`
	At       string `json:"at"` // file:line
	Message  string `json:"message"`
	Duration string `json:"duration"`
	Exchange string `json:"exchange,omitempty"` // what was sent and received last, bounded and masked
}

type journeysJSON struct {
	measuredJSON
	Dropped  int64    `json:"dropped"`
	Asked    int64    `json:"asked"` // arrivals
	Started  int64    `json:"started"`
	Achieved *float64 `json:"achieved"` // null for a closed model, which asks for no rate
}

type measuredJSON struct {
	Name     string          `json:"name,omitempty"`
	Scenario string          `json:"scenario,omitempty"` // id
	Count    int64           `json:"count"`
	Failed   int64           `json:"failed"`
	Lost     int64           `json:"dropped,omitempty"` // of a scenario
	Rate     float64         `json:"rate"`
	Latency  *latencyJSON    `json:"latency,omitempty"`
	Codes    map[int]int64   `json:"codes,omitempty"`
	Errors   []runners.Cause `json:"errors,omitempty"`
}

type latencyJSON struct {
	Mean string `json:"mean"`
	P50  string `json:"p50"`
	P90  string `json:"p90"`
	P95  string `json:"p95"`
	P99  string `json:"p99"`
	Max  string `json:"max"`
}

// mostSeconds of a load. Of one that lasts longer each is several seconds.
const mostSeconds = 2000

// secondJSON is one interval of a run, or some of them: counts of all, the most in flight, percentiles of the slowest.
type secondJSON struct {
	To       string       `json:"to"` // since the run began
	Asked    int64        `json:"asked"`
	Started  int64        `json:"started"`
	Least    *int64       `json:"started-least,omitempty"` // in one interval, where this is several
	Dropped  int64        `json:"dropped"`
	InFlight int64        `json:"in-flight"`
	Journeys int64        `json:"journeys"`
	Failed   int64        `json:"failed"`
	Requests int64        `json:"requests"`
	Latency  *latencyJSON `json:"latency,omitempty"` // of journeys
}

func (s *stage) loaded(series *loadSeries) *loadJSON {
	if s.summary == nil {
		return nil
	}
	sum := s.summary
	one := func(g runners.Group) measuredJSON {
		rate := math.Round(1000*float64(g.Count)/max(.001, arrivalTime(sum).Seconds())) / 1000
		return measuredJSON{Name: g.Name, Scenario: g.Scenario, Count: g.Count, Failed: g.Failed, Lost: g.Dropped, Rate: rate, Latency: exact(g), Codes: g.Codes, Errors: g.Errors}
	}
	list := func(of string) []measuredJSON {
		out := []measuredJSON{}
		for _, g := range groups(sum, of) {
			out = append(out, one(g))
		}
		return out
	}
	l := &loadJSON{Model: sum.Model, Load: sum.Load, Late: sum.Late, Duration: sum.To.String(), Seconds: []secondJSON{},
		Expectations: []runners.Expectation{}, Scenarios: list(ofScenario), Steps: list(ofStep), Templates: list(ofRequest)}
	if sum.Arrivals > 0 {
		l.Arrivals = sum.Arrivals.String()
	}
	for _, g := range groups(sum, ofJourneys) {
		l.Journeys.measuredJSON = one(g)
	}
	for _, g := range groups(sum, ofRequests) {
		l.Requests = one(g)
	}
	for _, g := range groups(sum, ofPhase) {
		one := one(g)
		one.Rate = 0
		l.Phases = append(l.Phases, one)
	}
	l.Pages = vitalsJSON(sum)
	for _, g := range groups(sum, ofLateness) {
		l.Lateness = exact(g)
	}
	l.Journeys.Lost, l.Journeys.Dropped, l.Journeys.Asked, l.Journeys.Started = 0, sum.Dropped, sum.Asked, sum.Started
	if sum.Model != closedModel {
		achieved := float64(sum.Started) / float64(max(1, sum.Asked))
		l.Journeys.Achieved = &achieved
	}
	for _, e := range sum.Expectations {
		e.Outcome = decided(e.Outcome)
		e.Got = strings.Join(told(sum, e).got, ", ")
		l.Expectations = append(l.Expectations, e)
	}
	for _, e := range s.failed {
		f := failureJSON{Scenario: e.Scenario, Row: e.Row, Step: e.Step, At: place(e.Failure.Range.Pos), Message: e.Message, Duration: e.Duration.String()}
		if e.Attachment != nil {
			f.Exchange = e.Attachment.Text
		}
		l.Failures = append(l.Failures, f)
	}
	if series != nil {
		first := series.points[0]
		l.Resolution = (first.to - first.from).String()
		for i := range series.points {
			l.Seconds = append(l.Seconds, series.second(i))
		}
	}
	return l
}

func (l *loadSeries) second(i int) secondJSON {
	p, g := l.points[i], l.at(groupKey{of: ofJourneys}, i)
	out := secondJSON{To: p.to.String(), Asked: p.asked, Started: p.started, Dropped: p.dropped, InFlight: p.inFlight,
		Journeys: g.count, Failed: g.failed, Requests: l.at(groupKey{of: ofRequests}, i).count}
	if l.merged > 1 {
		out.Least = &p.least
	}
	if g.max >= 0 || g.p50 >= 0 {
		text := func(d time.Duration) string {
			if d < 0 {
				return ""
			}
			return d.String()
		}
		mean := time.Duration(-1)
		if g.sum > 0 && g.count > 0 {
			mean = g.sum / time.Duration(g.count)
		}
		out.Latency = &latencyJSON{Mean: text(mean), P50: text(g.p50), P90: text(g.p90), P95: text(g.p95), P99: text(g.p99), Max: text(g.max)}
	}
	return out
}

func exact(g runners.Group) *latencyJSON {
	if len(g.Latency) == 0 {
		return nil
	}
	text := func(name string) string {
		if d, ok := span(g.Latency[name]); ok {
			return d.String()
		}
		return ""
	}
	return &latencyJSON{Mean: text("mean"), P50: text("p50"), P90: text("p90"), P95: text("p95"), P99: text("p99"), Max: text("max")}
}
