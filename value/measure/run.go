package measure

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// Run judges by the samples of the current run: how long its requests, steps and scenarios took, and the vitals of the
// pages that it opened. The caller fills Groups from what it saw, one for each thing that was measured; things without
// a sample may be left out.
type Run struct {
	Groups  []Group
	Began   time.Time // of the current run: what was before it is asked of recorded runs
	Loads   int       // that were to send samples: loads, or parts of one
	Missing []string  // those of them whose samples did not come in, and why

	// Kept are what recorded runs measured that began from one time until another, without the current one. nil keeps
	// none.
	Kept func(ctx context.Context, from, to time.Time) ([]Group, error)
}

// Group is what a run measured of one thing.
type Group struct {
	Of      string // step, request, scenario, requests, journeys, page.lcp and the other vitals
	Name    string // the step's text or pattern, the request's name, the scenario's name; "" of all requests or pages
	Samples Distribution
}

var _ Source = Run{}

// Sample is the distribution of the group that step: names, a step before a request before a scenario; without
// step:, of all requests. A vital is one of navigations, which are named like requests. It opens no connection.
func (r Run) Sample(ctx context.Context, m ir.Measure, w Window) (Observation, error) {
	obs := Observation{Window: w, Since: w.From, Coverage: 1, Source: "this run", Query: query(m)}
	if m.Step != "" {
		obs.Query += " of " + m.Step
	}
	if current := len(r.Groups)+len(r.Missing) > 0 && !w.From.Before(r.Began); !current && r.Kept != nil {
		groups, err := r.Kept(ctx, w.From, w.To)
		if err != nil {
			return Observation{}, &Failure{Reason: SourceFailed, Sentence: "the recorded runs cannot be read: " + err.Error(), Query: obs.Query}
		}
		if obs.Source = "recorded runs"; w.To.After(r.Began) && !r.Began.IsZero() && len(r.Groups)+len(r.Missing) > 0 { // and this one
			groups, obs.Source = append(groups, r.Groups...), "recorded runs and this one"
		} else {
			r.Missing = nil
		}
		if len(groups)+len(r.Missing) == 0 {
			return Observation{}, &Failure{Reason: NoData, Source: obs.Source, Query: obs.Query,
				Sentence: "no run is recorded from " + windowText(w), Help: []string{"run the stages that measure it again; every run is recorded"}}
		}
		r.Groups = groups
	} else if !current && len(r.Groups) > 0 {
		return Observation{}, &Failure{Reason: NoData, Source: obs.Source, Query: obs.Query, Sentence: "no runs are recorded, so nothing before this run can be compared with it",
			Help: []string{"a history keeps runs: leave it on, and run again"}}
	}
	if len(r.Missing) > 0 {
		return Observation{}, &Failure{Reason: ShardMissing, Source: obs.Source, Query: obs.Query,
			Sentence: fmt.Sprintf("the samples of %d of %d %s did not come in: %s", len(r.Missing), r.Loads, map[bool]string{true: "load", false: "loads"}[r.Loads == 1], clipLong(strings.Join(r.Missing, "; "))),
			Help:     []string{"run it again; what is missing may be the slowest part"}}
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
	vital := slices.Contains(ir.Vitals(), m.Quantile)
	if m.Quantile != ir.Durations && !vital {
		return nil, failed(SourceFailed, "a run measures durations and the vitals of pages only, and %s asks for %q", m.Name, cmp.Or(m.Quantile, query(m))).
			help("write quantile: duration, and step: for one step")
	}
	kinds, name, none := []string{"step", "request", "scenario"}, plainWords(m.Step), "no step, request or scenario of this run is called "+m.Step
	switch {
	case vital && m.Step == "":
		kinds, none = []string{m.Quantile}, "no page of this run has a "+m.Quantile
	case vital:
		kinds, none = []string{m.Quantile}, "no navigation of this run with a "+m.Quantile+" is called "+m.Step
	case m.Step == "":
		kinds, none = []string{"requests"}, "this run measured no request"
	}
	for _, of := range kinds {
		var found []Distribution
		for _, g := range r.Groups {
			if g.Of == of && plainWords(g.Name) == name && g.Samples != nil { // all requests, and all pages, are called ""
				found = append(found, g.Samples)
			}
		}
		if len(found) == 0 {
			continue
		}
		d, f := joined(found, m)
		if f == nil && d.Count() <= 0 {
			return nil, failed(NoData, "nothing was measured of %s in this run", cmp.Or(m.Step, "requests"))
		}
		return d, f
	}
	return nil, failed(NoData, "%s", none).help(r.known(kinds))
}

// joined is one distribution of several: of samples that are all known, or of histograms, which add up.
func joined(found []Distribution, m ir.Measure) (Distribution, *Failure) {
	if len(found) == 1 {
		return found[0], nil
	}
	var all Samples
	var sum HDR
	for _, d := range found {
		switch d := d.(type) {
		case Samples:
			all = append(all, d...)
		case HDR:
			if sum.h == nil {
				sum = d
				continue
			}
			var f *Failure
			if sum, f = sum.plus(d); f != nil {
				return nil, f
			}
		default:
			return nil, failed(SourceFailed, "%s was measured more than once, and the histograms were not merged", cmp.Or(m.Step, "requests"))
		}
	}
	switch {
	case sum.h == nil:
		return NewSamples(all), nil
	case len(all) == 0:
		return sum, nil
	}
	more := HDR{sum.h.Clone(), sum.unit}
	for _, s := range all { // a functional run beside a load run: its samples go into the buckets
		took, _ := new(big.Rat).Mul(s, big.NewRat(int64(time.Second/more.unit), 1)).Float64()
		if more.h.RecordValue(min(int64(took), more.h.HighestTrackableValue())) != nil {
			return nil, failed(SourceFailed, "a sample of %s is too long for the histogram", cmp.Or(m.Step, "requests"))
		}
	}
	return more, nil
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
