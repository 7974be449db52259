package cmd

import (
	"context"
	"slices"
	"time"

	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/value"
	"github.com/cucumber-value/hoops/value/measure"
)

// environmentPast is what the history keeps of one environment, as claims ask for it.
type environmentPast struct {
	store *history.Store
	env   string
	run   string // the current one, which is no past
}

var _ value.Past = environmentPast{}

// Pinned are the baselines that are kept for the claims, those pinned last first.
func (p environmentPast) Pinned(_ context.Context, claims []string) ([]value.Pinned, error) {
	var list []value.Pinned
	for _, claim := range claims {
		kept, err := p.store.Baselines(claim, p.env)
		if err != nil {
			return nil, shownFrom(err)
		}
		for _, b := range kept {
			list = append(list, value.Pinned{
				Claim: b.Claim, Release: b.Release, At: b.Pinned, From: b.From, To: b.To, Events: b.Events, Exposure: b.Exposure,
				Histogram: b.Histogram, QueryHash: b.QueryHash,
			})
		}
	}
	return list, nil
}

// Pin keeps baselines; what was pinned first for the same claim, release, query and start stays.
func (p environmentPast) Pin(_ context.Context, baselines []value.Pinned) error {
	for _, b := range baselines {
		if _, err := p.store.Pin(history.Baseline{
			Claim: b.Claim, Environment: p.env, Release: b.Release, Pinned: b.At, From: b.From, To: b.To, Events: b.Events, Exposure: b.Exposure,
			Histogram: b.Histogram, QueryHash: b.QueryHash,
		}); err != nil {
			return shownFrom(err)
		}
	}
	return nil
}

// oldPast is a history that may only be read, such as one on a disk that is: what it kept counts, and nothing is added.
type oldPast struct{ environmentPast }

// Pin keeps nothing; that the run is not recorded was said.
func (oldPast) Pin(context.Context, []value.Pinned) error { return nil }

// Named are the baselines of the environment that people gave a name, those pinned last first.
func (p environmentPast) Named(context.Context) ([]value.Named, error) {
	kept, err := p.store.Named(p.env)
	if err != nil {
		return nil, shownFrom(err)
	}
	var list []value.Named
	for _, n := range kept {
		list = append(list, value.Named{Name: n.Name, Measure: n.Measure, Pinned: value.Pinned{
			Release: n.Release, At: n.Pinned, From: n.From, To: n.To, Events: n.Events, Exposure: n.Exposure, Histogram: n.Histogram, QueryHash: n.QueryHash,
		}})
	}
	return list, nil
}

// releases of the environment, the latest first.
func (p environmentPast) releases() ([]value.Release, error) {
	list, err := p.store.Releases(p.env)
	if err != nil {
		return nil, shownFrom(err)
	}
	var out []value.Release
	for _, r := range list {
		out = append(out, value.Release{Environment: r.Environment, Version: r.Version, At: r.At, Digest: r.Digest})
	}
	return out, nil
}

// looks are the looks at one address that were kept between two times, oldest first, and the last one before.
func (p environmentPast) looks(address string) func(context.Context, time.Time, time.Time) ([]*measure.Snapshot, error) {
	return func(_ context.Context, from, to time.Time) ([]*measure.Snapshot, error) {
		if from.IsZero() {
			return nil, nil // since the process started, which it says itself
		}
		kept, err := p.store.Scrapes(history.ScrapeFilter{Environment: p.env, Source: address, Since: from, Before: to})
		if err == nil {
			var before []history.Scrape
			before, err = p.store.Scrapes(history.ScrapeFilter{Environment: p.env, Source: address, Before: from, Limit: 1})
			kept = append(kept, before...)
		}
		if err != nil {
			return nil, shownFrom(err)
		}
		slices.Reverse(kept)
		list := make([]*measure.Snapshot, len(kept))
		for i, s := range kept {
			if list[i], err = measure.DecodeSnapshot(s.JSON); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
}

// groups are what runs measured that began between two times.
func (p environmentPast) groups(_ context.Context, from, to time.Time) ([]measure.Group, error) {
	kept, err := p.store.Summaries(history.SummaryFilter{Environment: p.env, Final: true, Since: from, Before: to})
	if err != nil {
		return nil, shownFrom(err)
	}
	var groups []runners.Group
	for _, s := range kept {
		if s.Run != p.run {
			groups = append(groups, runners.Group{Of: s.Of, Name: s.Name, Scenario: s.Scenario, Count: s.Count, Failed: s.Failed, Histogram: s.Histogram})
		}
	}
	return value.RunGroups(groups)
}
