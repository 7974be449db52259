package reporters

import (
	"math"
	"strings"

	"github.com/cucumber-value/hoops/runners"
)

// loadJSON is what a load stage measured, in the words of the expressions that judge it. Latencies are text with
// a unit, achieved is a share of 1.
type loadJSON struct {
	Duration     string                `json:"duration"` // with the journeys that were drained
	Expectations []runners.Expectation `json:"expectations"`
	Journeys     journeysJSON          `json:"journeys"`
	Scenarios    []measuredJSON        `json:"scenarios"`
	Steps        []measuredJSON        `json:"steps"`
	Requests     measuredJSON          `json:"requests"`
	Templates    []measuredJSON        `json:"templates"` // of requests
	Lateness     *latencyJSON          `json:"lateness,omitempty"`
}

type journeysJSON struct {
	measuredJSON
	Dropped  int64   `json:"dropped"`
	Asked    int64   `json:"asked"` // arrivals
	Started  int64   `json:"started"`
	Achieved float64 `json:"achieved"`
}

type measuredJSON struct {
	Name     string          `json:"name,omitempty"`
	Scenario string          `json:"scenario,omitempty"` // id
	Count    int64           `json:"count"`
	Failed   int64           `json:"failed"`
	Rate     float64         `json:"rate"` // a second, over the duration
	Latency  *latencyJSON    `json:"latency,omitempty"`
	Codes    map[int]int64   `json:"codes,omitempty"`
	Errors   []runners.Cause `json:"errors,omitempty"`
}

type latencyJSON struct {
	Mean string `json:"mean"`
	P50  string `json:"p50"`
	P95  string `json:"p95"`
	P99  string `json:"p99"`
	Max  string `json:"max"`
}

func (s *stage) loaded() *loadJSON {
	if s.summary == nil {
		return nil
	}
	sum := s.summary
	one := func(g runners.Group) measuredJSON {
		rate := math.Round(1000*float64(g.Count)/max(.001, sum.To.Seconds())) / 1000
		return measuredJSON{Name: g.Name, Scenario: g.Scenario, Count: g.Count, Failed: g.Failed, Rate: rate, Latency: exact(g), Codes: g.Codes, Errors: g.Errors}
	}
	list := func(of string) []measuredJSON {
		out := []measuredJSON{}
		for _, g := range groups(sum, of) {
			out = append(out, one(g))
		}
		return out
	}
	l := &loadJSON{Duration: sum.To.String(), Expectations: []runners.Expectation{}, Scenarios: list(ofScenario), Steps: list(ofStep), Templates: list(ofRequest)}
	for _, g := range groups(sum, ofJourneys) {
		l.Journeys.measuredJSON = one(g)
	}
	for _, g := range groups(sum, ofRequests) {
		l.Requests = one(g)
	}
	for _, g := range groups(sum, ofLateness) {
		l.Lateness = exact(g)
	}
	l.Journeys.Dropped, l.Journeys.Asked, l.Journeys.Started = sum.Dropped, sum.Asked, sum.Started
	l.Journeys.Achieved = float64(sum.Started) / float64(max(1, sum.Asked))
	for _, e := range sum.Expectations {
		e.Outcome = decided(e.Outcome)
		e.Got = strings.Join(told(sum, e).got, ", ")
		l.Expectations = append(l.Expectations, e)
	}
	return l
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
	return &latencyJSON{Mean: text("mean"), P50: text("p50"), P95: text("p95"), P99: text("p99"), Max: text("max")}
}
