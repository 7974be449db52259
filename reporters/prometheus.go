package reporters

import (
	"errors"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// exposition writes one probe run as metrics in the text format, for a file collector or a gateway. Names,
// types and labels are those of the daemon; the text of steps and URLs stays out of labels. Rows of an outline
// count as one scenario, which succeeds when all of them do; of rounds the last counts. A scenario that was
// skipped has no series.
type exposition struct{ atEnd }

func newPrometheus(o Options) runners.Sink {
	x := &exposition{atEnd{o: o}}
	x.write = x.print
	return x
}

func (x *exposition) print() error {
	registry := prometheus.NewRegistry()
	if err := registry.Register(x.metrics()); err != nil {
		return err
	}
	families, err := registry.Gather()
	for _, f := range families {
		if _, wrong := expfmt.MetricFamilyToText(x.o.Out, f); wrong != nil {
			return errors.Join(err, wrong)
		}
	}
	return err
}

// series is what one scenario did in one stage, all rows together.
type series struct {
	labels []string
	rows   map[string]*result   // the last of each
	passed map[string]time.Time // the last time each did
	runs   map[string]int
	took   []time.Duration
}

// ok reports whether every row passed the last time.
func (s *series) ok() bool {
	for _, r := range s.rows {
		if !r.status.Good() {
			return false
		}
	}
	return true
}

// since is when every row had passed: the earliest of their last successes, zero when one never passed.
func (s *series) since() time.Time {
	var at time.Time
	for row := range s.rows {
		t := s.passed[row]
		if t.IsZero() {
			return t
		}
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	return at
}

func (x *exposition) series() []*series {
	type key struct{ feature, scenario, stage string }
	byKey := map[key]*series{}
	var list []*series
	for _, s := range x.record.stages {
		for _, r := range s.results {
			if r.status == runners.Skipped {
				continue
			}
			k := key{label(r.feature), label(r.id), label(s.name)}
			one := byKey[k]
			if one == nil {
				one = &series{labels: []string{k.feature, k.scenario, k.stage}, rows: map[string]*result{}, passed: map[string]time.Time{}, runs: map[string]int{}}
				byKey[k] = one
				list = append(list, one)
			}
			if last := one.rows[r.row]; last == nil || r.number >= last.number {
				one.rows[r.row] = r
			}
			if end := r.began.Add(r.duration); r.status.Good() && end.After(one.passed[r.row]) {
				one.passed[r.row] = end
			}
			one.runs[resultWord(r)]++
			one.took = append(one.took, max(0, r.duration))
		}
	}
	return list
}

// bounds of a scenario's duration, in seconds, from one fast request to a long browser journey.
var bounds = []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

// metrics is a collector of what is already known.
type metrics []prometheus.Metric

func (m metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, one := range m {
		ch <- one.Desc()
	}
}

func (m metrics) Collect(ch chan<- prometheus.Metric) {
	for _, one := range m {
		ch <- one
	}
}

func (x *exposition) metrics() metrics {
	var m metrics
	add := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		m = append(m, prometheus.MustNewConstMetric(d, kind, value, labels...))
	}
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	success := desc("hoops_scenario_success", "Whether the scenario passed, all of its rows.", "feature", "scenario", "stage")
	runs := desc("hoops_scenario_runs_total", "Executions of the scenario by result.", "feature", "scenario", "stage", "result")
	took := desc("hoops_scenario_duration_seconds", "How long the scenario took.", "feature", "scenario", "stage")
	last := desc("hoops_scenario_last_success_timestamp_seconds", "When the scenario passed.", "feature", "scenario", "stage")
	for _, s := range x.series() {
		add(success, prometheus.GaugeValue, number(s.ok()), s.labels...)
		for word, n := range s.runs {
			add(runs, prometheus.CounterValue, float64(n), append(slices.Clone(s.labels), word)...)
		}
		m = append(m, histogram(took, s.took, s.labels))
		if at := s.since(); !at.IsZero() {
			add(last, prometheus.GaugeValue, float64(at.UnixMilli())/1000, s.labels...)
		}
	}
	for _, s := range x.record.stages {
		if s.summary != nil {
			m = append(m, totalsOf(s.name, s.summary).metrics()...)
		}
	}
	x.values(desc, add)
	if d := x.record.digest(); d != "" {
		add(desc("hoops_artefact_info", "The artefact that was run.", "digest", "version"), prometheus.GaugeValue, 1, label(d), label(x.record.info.Tool))
	}
	c := x.record.counts()
	good := x.record.outcome() == runners.GatePassed && c.Passed+c.Flaky > 0
	add(desc("probe_success", "Whether the probe passed."), prometheus.GaugeValue, number(good))
	add(desc("probe_duration_seconds", "How long the probe took."), prometheus.GaugeValue, max(0, x.record.duration().Seconds()))
	return m
}

func histogram(d *prometheus.Desc, took []time.Duration, labels []string) prometheus.Metric {
	var sum time.Duration // exact, in whatever order they finished
	buckets := map[float64]uint64{}
	for _, bound := range bounds {
		buckets[bound] = 0 // empty ones are told, too
	}
	for _, t := range took {
		sum += t
		for _, bound := range bounds {
			if t.Seconds() <= bound {
				buckets[bound]++
			}
		}
	}
	return prometheus.MustNewConstHistogram(d, uint64(len(took)), sum.Seconds(), buckets, labels...)
}

// label keeps a terminal that shows the file unharmed.
func label(s string) string { return page.Line(s, 500) }

func resultWord(r *result) string {
	switch {
	case r.status.Good():
		return "passed"
	case r.timedOut():
		return "timeout"
	case r.status == runners.Failed && !r.abandoned:
		return "failed"
	}
	return "error"
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
