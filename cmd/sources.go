package cmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/value"
	"github.com/cucumber-value/hoops/value/measure"
)

// lookBack is how far an evaluation alone looks back where sources keep their past and nobody says.
const lookBack = 24 * time.Hour

// observe asks every source that a clause needs. A run is judged over itself. An evaluation alone looks back: as
// far as --since says, or over the process's life for its own metrics and a day for sources that keep a past.
func (j *judge) observe(ctx context.Context, host *session.Host, clauses []ir.Clause) map[string]value.Evidence {
	now := j.x.now()
	window := measure.Window{From: j.x.began, To: now, Words: "this run", Open: true}
	past := window
	if j.alone {
		back := j.since
		if back == 0 {
			back = lookBack
		}
		past = measure.Window{From: now.Add(-back), To: now, Words: "over the last " + ir.Duration(back).String(), Open: true}
		window = past
	}
	own, others := split(host.Program.Measures)
	metrics := j.openMetrics(ctx, host, len(own) > 0)
	if j.alone && j.since == 0 {
		window.Words = "since the process started"
		if metrics.End != nil && metrics.End.Started > 0 {
			window.From = time.Unix(0, int64(metrics.End.Started*1e9))
		}
	}
	seen := value.Observe(ctx, clauses, own, map[string]measure.Source{"openmetrics": metrics}, window)
	maps.Copy(seen, value.Observe(ctx, clauses, others, j.sources(host), past))
	return seen
}

func split(measures []ir.Measure) (own, others []ir.Measure) {
	for _, m := range measures {
		if m.From == "openmetrics" {
			own = append(own, m)
		} else {
			others = append(others, m)
		}
	}
	return own, others
}

// openMetrics is the application's own endpoint: what it says now, and what it said before the run.
func (j *judge) openMetrics(ctx context.Context, host *session.Host, needed bool) measure.OpenMetrics {
	source := measure.OpenMetrics{}
	switch {
	case !needed:
		return source
	case host.Env.OpenMetrics == nil:
		source.Failed = &measure.Failure{Reason: measure.SourceFailed,
			Sentence: fmt.Sprintf("environment %s has no openmetrics endpoint", host.Env.Name),
			Help:     []string{"add to it: openmetrics: http://…/metrics"}}
		return source
	}
	source.End, source.Failed = j.x.scrape(ctx, host)
	if before, looked := j.x.looks[host.Env.Name]; looked && !j.alone {
		source.Start = before.snapshot
		if before.err != nil {
			source.Failed, source.End = before.err, nil
		}
	}
	return source
}

// sources are those that keep a past or a document of their own.
func (j *judge) sources(host *session.Host) map[string]measure.Source {
	documents := &measure.Documents{
		Address: func(m ir.Measure, _ measure.Window) (string, error) { return host.Text(m.URL) },
		Dir:     host.Dir, Version: Version, Timeout: time.Duration(host.Env.Timeout),
		Header: func(u *url.URL) http.Header {
			header, err := siteHeader(host, u.String())
			if err != nil {
				return nil // the source refuses what it may not see, and says so
			}
			return header
		},
	}
	return map[string]measure.Source{
		"prometheus": j.prometheus(host),
		"sql":        measure.SQL{DSN: func(m ir.Measure) (string, error) { return host.Text(m.DSN) }, Dir: host.Dir},
		"json":       measure.JSON{Documents: documents},
		"csv":        measure.CSV{Documents: documents},
	}
}

// prometheus is the environment's server, or why it cannot be asked.
func (x *execution) prometheus(host *session.Host) (*measure.Prometheus, *measure.Failure) {
	if host.Env.Prometheus == nil {
		return nil, &measure.Failure{Reason: measure.SourceFailed,
			Sentence: fmt.Sprintf("environment %s names no Prometheus server", host.Env.Name),
			Help:     []string{"add to it: prometheus: https://…"}}
	}
	address, err := host.Text(host.Env.Prometheus)
	if err == nil {
		var header http.Header
		if header, err = siteHeader(host, address); err == nil {
			return &measure.Prometheus{URL: address, Header: header, Version: Version}, nil
		}
	}
	var failure *measure.Failure
	if !errors.As(err, &failure) {
		failure = &measure.Failure{Reason: measure.SourceFailed, Sentence: err.Error()}
	}
	return nil, failure
}

func (j *judge) prometheus(host *session.Host) measure.Source {
	server, failure := j.x.prometheus(host)
	if failure != nil {
		return absent{failure}
	}
	return server
}

// absent is a source that cannot be asked.
type absent struct{ why *measure.Failure }

func (a absent) Sample(context.Context, ir.Measure, measure.Window) (measure.Observation, error) {
	return measure.Observation{}, a.why
}
