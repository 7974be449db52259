package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	driver "github.com/cucumber-value/hoops/runners/driver/http"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
	"github.com/cucumber-value/hoops/value/measure"
)

// sources are those of some kinds, each opened only if it is needed.
func (j *judge) sources(ctx context.Context, host *session.Host, kinds []string, past environmentPast) map[string]measure.Source {
	documents := j.documents(host)
	open := map[string]func() measure.Source{
		"openmetrics": func() measure.Source { return j.openMetrics(ctx, host, past) },
		"prometheus":  func() measure.Source { return j.prometheus(host) },
		"sql": func() measure.Source {
			return measure.SQL{DSN: func(m ir.Measure) (string, error) { return host.Text(m.DSN) }, Dir: host.Dir}
		},
		"json": func() measure.Source { return measure.JSON{Documents: documents} },
		"csv":  func() measure.Source { return measure.CSV{Documents: documents} },
		"run":  func() measure.Source { return j.run(past) },
		"history": func() measure.Source {
			if past.store == nil {
				return absent{unrecorded}
			}
			return measure.History{Store: past.store, Environment: past.env}
		},
	}
	sources := map[string]measure.Source{}
	for _, kind := range kinds {
		if source := open[kind]; source != nil {
			sources[kind] = source()
		}
	}
	return sources
}

// unrecorded is why there is no past.
var unrecorded = &measure.Failure{Reason: measure.NoData, Sentence: "there is no history to ask",
	Help: []string{"run it in a project with a hoops.yaml, and without --no-history"}}

// run is what this run measured, and what earlier runs did.
func (j *judge) run(past environmentPast) measure.Source {
	source, err := j.x.observed.source()
	if err != nil {
		return absent{&measure.Failure{Reason: measure.SourceFailed, Sentence: err.Error()}}
	}
	if !j.alone {
		source.Began = j.x.began
	}
	if past.store != nil {
		source.Kept = past.groups
	}
	return source
}

// openMetrics is the application's own endpoint: what it says now, and what it said before.
func (j *judge) openMetrics(ctx context.Context, host *session.Host, past environmentPast) measure.Source {
	source := measure.OpenMetrics{}
	if host.Env.OpenMetrics == nil {
		source.Failed = &measure.Failure{Reason: measure.SourceFailed,
			Sentence: fmt.Sprintf("environment %s has no openmetrics endpoint", host.Env.Name),
			Help:     []string{"add to it: openmetrics: http://…/metrics"}}
		return source
	}
	if j.now != nil {
		source.End, source.Failed = j.now.snapshot, j.now.err
	} else {
		source.End, source.Failed = j.x.observe(ctx, host)
	}
	if before, looked := j.x.looks[host.Env.Name]; looked && !j.alone {
		source.Start = before.snapshot
		if before.err != nil {
			source.Failed, source.End = before.err, nil
		}
	}
	if address, err := host.Text(host.Env.OpenMetrics); err == nil && past.store != nil {
		source.Kept = past.looks(j.x.mask(plainAddress(address)))
	}
	return source
}

func (j *judge) documents(host *session.Host) *measure.Documents {
	client, wrong := j.x.client(host)
	return &measure.Documents{
		Address: func(m ir.Measure, _ measure.Window) (string, error) {
			address, err := host.Text(m.URL)
			if err == nil && wrong != nil && strings.Contains(address, "://") {
				err = wrong
			}
			return address, err
		},
		Client: client,
		Dir:    host.Dir, Version: Version, Timeout: time.Duration(host.Env.Timeout),
		Header: func(u *url.URL) http.Header {
			header, err := siteHeader(host, u.String())
			if err != nil {
				return nil // the source refuses what it may not see, and says so
			}
			return header
		},
	}
}

// scrape looks at an environment's own metrics endpoint, with its credentials where it is the same site.
func (x *execution) scrape(ctx context.Context, host *session.Host) (*measure.Snapshot, error) {
	address, err := host.Text(host.Env.OpenMetrics)
	if err != nil {
		return nil, err
	}
	header, err := siteHeader(host, address)
	if err != nil {
		return nil, err
	}
	client, err := x.client(host)
	if err != nil {
		return nil, err
	}
	return measure.Scraper{URL: address, Client: client, Header: header, Version: Version, Now: x.now, Timeout: time.Duration(host.Env.Timeout)}.Scrape(ctx)
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
		var client *http.Client
		if header, err = siteHeader(host, address); err == nil {
			client, err = x.client(host)
		}
		if err == nil {
			return &measure.Prometheus{URL: address, Client: client, Header: header, Version: Version}, nil
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

// siteHeader is what the environment sends to its own sites: to an address elsewhere it is nothing.
func siteHeader(host *session.Host, address string) (http.Header, error) {
	header := http.Header{}
	rules, err := site.New(host)
	if err != nil {
		return nil, fmt.Errorf("environment %s: %w", host.Env.Name, err)
	}
	u, err := url.Parse(address)
	if err != nil {
		return header, nil // said by who asks there
	}
	at, _, err := site.Normalise(u)
	if err != nil {
		return header, nil
	}
	for _, h := range rules.Headers(at) {
		header.Set(h.Name, h.Value)
	}
	return header, nil
}

// client asks for an environment's metrics, over its certificates and its proxy.
func (x *execution) client(host *session.Host) (*http.Client, error) {
	if known := x.clients[host.Env.Name]; known != nil {
		return known, nil
	}
	c, err := driver.Client(host)
	if err != nil {
		return nil, err
	}
	x.clients[host.Env.Name] = c
	return c, nil
}
