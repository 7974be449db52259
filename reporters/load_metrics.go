package reporters

import (
	"cmp"
	"maps"
	"net/http"
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/cucumber-value/hoops/runners"
)

// LoadMetrics is a sink that shows what load stages have measured so far as Prometheus metrics, while they run.
// Counters are those since the run began; quantiles are those of the last second, because they must move. Labels
// are bounded: requests by their templates, never by URL, and no text of a step.
type LoadMetrics struct {
	mu     sync.Mutex
	stages []*loadTotals
}

// loadTotals is what the intervals of one stage add up to.
type loadTotals struct {
	stage                             string
	asked, started, dropped, inFlight int64
	late                              bool
	groups                            []*runners.Group // summed, each with the latencies of its last interval
	byKey                             map[[3]string]*runners.Group
}

var _ runners.Sink = (*LoadMetrics)(nil)

// Emit takes what a second has measured.
func (m *LoadMetrics) Emit(e runners.Event) error {
	if e.Kind != runners.Summarised || e.Summary == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.Summary.Final {
		for i, t := range m.stages { // it is all of the intervals, and what they rounded
			if t.stage == e.Stage {
				m.stages[i] = totalsOf(e.Stage, e.Summary)
				return nil
			}
		}
		m.stages = append(m.stages, totalsOf(e.Stage, e.Summary))
		return nil
	}
	for _, t := range m.stages {
		if t.stage == e.Stage {
			t.add(e.Summary)
			return nil
		}
	}
	m.stages = append(m.stages, totalsOf(e.Stage, e.Summary))
	return nil
}

// Close changes nothing: what was measured can still be asked for.
func (m *LoadMetrics) Close() error { return nil }

// Handler answers a scrape.
func (m *LoadMetrics) Handler() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(m) // one collector with names of its own: nothing can be there twice
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// Describe names nothing beforehand: which metrics there are is known when something was measured.
func (m *LoadMetrics) Describe(chan<- *prometheus.Desc) {}

// Collect is one scrape.
func (m *LoadMetrics) Collect(ch chan<- prometheus.Metric) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.stages {
		for _, one := range t.metrics() {
			ch <- one
		}
	}
}

func totalsOf(stage string, s *runners.Summary) *loadTotals {
	t := &loadTotals{stage: stage, byKey: map[[3]string]*runners.Group{}}
	t.add(s)
	return t
}

func (t *loadTotals) add(s *runners.Summary) {
	t.asked, t.started, t.dropped, t.inFlight = t.asked+s.Asked, t.started+s.Started, t.dropped+s.Dropped, s.InFlight
	t.late = t.late || s.Late != ""
	for _, g := range s.Groups {
		k := [3]string{g.Of, g.Name, g.Scenario}
		sum := t.byKey[k]
		if sum == nil {
			sum = &runners.Group{Of: g.Of, Name: g.Name, Scenario: g.Scenario, Codes: map[int]int64{}}
			t.byKey[k] = sum
			t.groups = append(t.groups, sum)
		}
		sum.Count, sum.Failed, sum.Dropped, sum.Sum = sum.Count+g.Count, sum.Failed+g.Failed, sum.Dropped+g.Dropped, sum.Sum+g.Sum
		for code, n := range g.Codes {
			sum.Codes[code] += n
		}
		if len(g.Latency) > 0 {
			sum.Latency = maps.Clone(g.Latency)
		}
	}
}

var (
	descAsked    = loadDesc("arrivals_total", "Arrivals that were asked for.")
	descStarted  = loadDesc("started_total", "Journeys that were started.")
	descDropped  = loadDesc("dropped_total", "Arrivals that were not started.")
	descFlying   = loadDesc("in_flight", "Journeys under way.")
	descLate     = loadDesc("generator_late", "Whether the load generator itself was late, so that the other numbers say little of the software.")
	descJourneys = loadDesc("journeys_total", "Journeys that ended, by scenario and result.", "scenario", "result")
	descJourney  = loadDesc("journey_duration_seconds", "From the intended start of a journey to its end, without think time.", "scenario")
	descRequests = loadDesc("requests_total", "Requests by template and status; the status is 0 without an answer.", "request", "code")
	descFailed   = loadDesc("requests_failed_total", "Requests without an answer, or with one of 400 and above.", "request")
	descRequest  = loadDesc("request_duration_seconds", "From a request to the end of its response.", "request")
	descLateness = loadDesc("lateness_seconds", "How long after its time a journey was started.")
)

func loadDesc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("hoops_load_"+name, help, append([]string{"stage"}, labels...), nil)
}

// metrics of one stage. Names that become the same when they are made harmless are told once.
func (t *loadTotals) metrics() metrics {
	var m metrics
	told := map[[3]string]bool{}
	stage := label(t.stage)
	add := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		m = append(m, prometheus.MustNewConstMetric(d, kind, value, append([]string{stage}, labels...)...))
	}
	add(descAsked, prometheus.CounterValue, float64(t.asked))
	add(descStarted, prometheus.CounterValue, float64(t.started))
	add(descDropped, prometheus.CounterValue, float64(t.dropped))
	add(descFlying, prometheus.GaugeValue, float64(t.inFlight))
	add(descLate, prometheus.GaugeValue, number(t.late))
	for _, g := range t.groups {
		name := label(cmp.Or(g.Scenario, g.Name))
		if k := [3]string{g.Of, name}; told[k] {
			continue
		} else {
			told[k] = true
		}
		switch g.Of {
		case ofScenario:
			add(descJourneys, prometheus.CounterValue, float64(g.Count-g.Failed), name, "passed")
			add(descJourneys, prometheus.CounterValue, float64(g.Failed), name, "failed")
			add(descJourneys, prometheus.CounterValue, float64(g.Dropped), name, "dropped")
			m = append(m, quantilesOf(descJourney, g, stage, name))
		case ofRequest:
			answered := int64(0)
			for code, n := range g.Codes {
				answered += n
				add(descRequests, prometheus.CounterValue, float64(n), name, strconv.Itoa(code))
			}
			if g.Count > answered {
				add(descRequests, prometheus.CounterValue, float64(g.Count-answered), name, "0")
			}
			add(descFailed, prometheus.CounterValue, float64(g.Failed), name)
			m = append(m, quantilesOf(descRequest, g, stage, name))
		case ofLateness:
			m = append(m, quantilesOf(descLateness, g, stage))
		}
	}
	return m
}

func quantilesOf(d *prometheus.Desc, g *runners.Group, labels ...string) prometheus.Metric {
	quantiles := map[float64]float64{}
	for name, q := range map[string]float64{"p50": .5, "p90": .9, "p95": .95, "p99": .99, "max": 1} {
		if took, ok := span(g.Latency[name]); ok {
			quantiles[q] = took.Seconds()
		}
	}
	return prometheus.MustNewConstSummary(d, uint64(max(0, g.Count)), g.Sum.Seconds(), quantiles, labels...)
}
