package measure

import (
	"context"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// Run judges by the samples of the current run: how long its requests, steps and scenarios took. The caller fills
// Groups from what it saw, one for each thing that was measured; things without a sample may be left out.
type Run struct{ Groups []Group }

// Group is what a run measured of one thing.
type Group struct {
	Of      string // step, request, scenario, requests, journeys
	Name    string // the step's text or pattern, the request's name, the scenario's name; "" of all requests
	Samples Distribution
}

var _ Source = Run{}

// Sample is the distribution of the group that step: names, a step before a request before a scenario; without
// step:, of all requests. It opens no connection.
func (r Run) Sample(_ context.Context, m ir.Measure, w Window) (Observation, error) {
	obs := Observation{Window: w, Since: w.From, Coverage: 1, Source: "this run", Query: query(m)}
	if m.Step != "" {
		obs.Query += " of " + m.Step
	}
	d, f := r.find(m)
	if f != nil {
		f.Source, f.Query = obs.Source, obs.Query
		return Observation{}, f
	}
	obs.Distribution = d
	return obs, nil
}

func (r Run) find(m ir.Measure) (Distribution, *Failure) {
	if m.Quantile != "duration" {
		return nil, failed(SourceFailed, "a run measures durations only, and %s asks for %q", m.Name, orElse(m.Quantile, query(m))).
			help("write quantile: duration, and step: for one step")
	}
	kinds, name, none := []string{"step", "request", "scenario"}, plainWords(m.Step), "no step, request or scenario of this run is called "+m.Step
	if m.Step == "" {
		kinds, none = []string{"requests"}, "this run measured no request"
	}
	for _, of := range kinds {
		var found []Distribution
		for _, g := range r.Groups {
			if g.Of == of && (m.Step == "" || plainWords(g.Name) == name) && g.Samples != nil {
				found = append(found, g.Samples)
			}
		}
		if len(found) == 0 {
			continue
		}
		d, f := joined(found, m)
		if f == nil && d.Count() <= 0 {
			return nil, failed(NoData, "nothing was measured of %s in this run", orElse(m.Step, "requests"))
		}
		return d, f
	}
	return nil, failed(NoData, "%s", none).help(r.known(kinds))
}

// joined is one distribution of several whose samples are all known; histograms have one way to be merged each,
// which their owner knows.
func joined(found []Distribution, m ir.Measure) (Distribution, *Failure) {
	if len(found) == 1 {
		return found[0], nil
	}
	var all Samples
	for _, d := range found {
		s, ok := d.(Samples)
		if !ok {
			return nil, failed(SourceFailed, "%s was measured more than once in this run, and the histograms were not merged", orElse(m.Step, "requests"))
		}
		all = append(all, s...)
	}
	return NewSamples(all), nil
}

func (r Run) known(kinds []string) string {
	var names []string
	for _, g := range r.Groups {
		if slices.Contains(kinds, g.Of) && g.Name != "" && !slices.Contains(names, g.Name) {
			names = append(names, g.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "it measured " + clipLong(strings.Join(names, ", "))
}

func plainWords(s string) string { return strings.Join(strings.Fields(s), " ") }
