package owners

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/history"
)

// Source is one project of one history.
type Source struct {
	Name    string // of the file, as the reader knows it
	Project string
	Store   *history.Store
}

// Options of a report.
type Options struct {
	Tool string
	Now  time.Time
	Only Filter
}

// From makes the report of what the histories hold: of each clause in each environment the last judgement, and the
// releases before it.
func From(o Options, sources ...Source) (Report, error) {
	r := Report{Tool: o.Tool, Made: o.Now.UTC(), Chosen: o.Only.words(), Features: []Feature{}}
	for _, s := range sources {
		if !slices.Contains(r.Sources, s.Name) {
			r.Sources = append(r.Sources, s.Name)
		}
		b := builder{project: s.Project, store: s.Store, stages: map[string][]history.Stage{}, counts: map[[2]string]map[string]tally{}}
		features, silent, err := b.build()
		if err != nil {
			return Report{}, err
		}
		r.Features = append(r.Features, features...)
		r.Silent = append(r.Silent, silent...)
	}
	r.Features = slices.DeleteFunc(r.Features, func(f Feature) bool { return !o.Only.feature(f) })
	for i := range r.Features {
		f := &r.Features[i]
		f.Promises = slices.DeleteFunc(f.Promises, func(p Promise) bool { return !o.Only.promise(*f, p) })
	}
	r.Features = slices.DeleteFunc(r.Features, func(f Feature) bool { return len(f.Promises) == 0 })
	if len(r.Chosen) > 0 {
		r.Silent = nil
	}
	r.arrange()
	return r, nil
}

// longestTrend is how many releases a report shows: more are neither drawn nor read.
const longestTrend = 10

// judgement is one clause judged once.
type judgement struct {
	run, stage, release string
	at                  time.Time
	rows                []history.Verdict
}

// past of a clause in an environment: the last judgement of each release, the newest first.
type past struct {
	environment, feature, clause string
	judgements                   []judgement
	releases                     map[string]bool
}

type place struct{ environment, clause string }

type builder struct {
	project string
	store   *history.Store
	runs    map[string]history.Run
	digests map[string][]history.Run // newest first
	stages  map[string][]history.Stage
	counts  map[[2]string]map[string]tally // run and stage → feature
	paths   map[string]string              // of features
}

type tally struct{ passed, all int }

func (b *builder) build() ([]Feature, []Silent, error) {
	rows, err := b.store.Verdicts(history.VerdictFilter{})
	if err != nil {
		return nil, nil, err
	}
	runs, err := b.store.Runs(history.RunFilter{})
	if err != nil {
		return nil, nil, err
	}
	b.runs, b.digests, b.paths = map[string]history.Run{}, map[string][]history.Run{}, map[string]string{}
	for _, r := range runs {
		b.runs[r.ID] = r
		b.digests[r.Digest] = append(b.digests[r.Digest], r)
	}
	list := pasts(rows)
	details, err := b.details(list)
	if err != nil {
		return nil, nil, err
	}
	var features []Feature
	at := map[place]int{}
	judged := map[string]bool{}
	for _, p := range list {
		key := place{p.environment, p.feature}
		i, ok := at[key]
		if !ok {
			i = len(features)
			at[key] = i
			features = append(features, Feature{Project: b.project, Environment: p.environment, ID: p.feature, Name: p.feature})
		}
		judged[p.feature] = true
		features[i].add(p, b.runs, details)
	}
	for i := range features {
		if err := b.pass(&features[i]); err != nil {
			return nil, nil, err
		}
	}
	return features, b.silent(judged), nil
}

// pasts sorts rows, the newest first, by clause and release.
func pasts(rows []history.Verdict) []*past {
	var list []*past
	known := map[place]*past{}
	for _, v := range rows {
		key := place{v.Environment, cmp.Or(v.Clause, v.ID)}
		p := known[key]
		if p == nil {
			p = &past{environment: v.Environment, feature: v.Feature, clause: key.clause, releases: map[string]bool{}}
			known[key], list = p, append(list, p)
		}
		if i := slices.IndexFunc(p.judgements, func(j judgement) bool { return j.run == v.Run && j.stage == v.Stage }); i >= 0 {
			p.judgements[i].rows = append(p.judgements[i].rows, v)
			continue
		}
		release := cmp.Or(v.Release, "\x00"+v.Run)
		if p.releases[release] {
			continue // judged again later
		}
		p.releases[release] = true
		if len(p.judgements) < longestTrend {
			p.judgements = append(p.judgements, judgement{run: v.Run, stage: v.Stage, release: v.Release, at: v.At, rows: []history.Verdict{v}})
		}
	}
	return list
}

type rowKey struct {
	run, stage, claim string
	at                int64
}

// details of the last judgements; those before are a point in a trend and need none.
func (b *builder) details(list []*past) (map[rowKey]detail, error) {
	needed := map[string]bool{}
	oldest := time.Time{}
	for _, p := range list {
		j := p.judgements[0]
		needed[j.run] = true
		for _, v := range j.rows {
			if oldest.IsZero() || v.At.Before(oldest) {
				oldest = v.At
			}
		}
	}
	var filters []history.VerdictFilter
	if len(needed) > 30 {
		filters = append(filters, history.VerdictFilter{Since: oldest, Detail: true})
	} else {
		for run := range needed {
			filters = append(filters, history.VerdictFilter{Run: run, Detail: true})
		}
	}
	found := map[rowKey]detail{}
	for _, f := range filters {
		rows, err := b.store.Verdicts(f)
		if err != nil {
			return nil, err
		}
		for _, v := range rows {
			if needed[v.Run] {
				found[rowKey{v.Run, v.Stage, v.ID, v.At.UnixNano()}] = readDetail(v.Detail)
			}
		}
	}
	return found, nil
}

// add makes a promise of a past.
func (f *Feature) add(p *past, runs map[string]history.Run, details map[rowKey]detail) {
	last := p.judgements[0]
	run := runs[last.run]
	made := Promise{ID: p.clause, Judged: last.at, Release: last.release, Run: last.run, Number: run.Number, Digest: run.Digest, Overrides: run.Overrides}
	slices.SortStableFunc(last.rows, inOrder)
	for _, v := range last.rows {
		d := details[rowKey{v.Run, v.Stage, v.ID, v.At.UnixNano()}]
		f.describe(v, d)
		made.Words = cmp.Or(made.Words, v.Words)
		if v.At.After(made.Judged) {
			made.Judged = v.At
		}
		if whole(v) {
			made.Rewrites, made.Stub = d.Rewrites, d.Stub
			if verdictOf(v.Verdict) == Unbound {
				made.Unbound = cmp.Or(v.Sentence, "no part of it names a measure and a number")
			}
			if v.Owner != "" && !slices.Contains(made.Owners, v.Owner) {
				made.Owners = append(made.Owners, v.Owner)
			}
			continue
		}
		c := claimOf(v, d)
		made.Claims = append(made.Claims, c)
		if c.Owner != "" && !slices.Contains(made.Owners, c.Owner) {
			made.Owners = append(made.Owners, c.Owner)
		}
	}
	made.Verdict, made.SoFar = joined(last.rows)
	made.Headline = headline(made)
	made.trend(p, runs)
	f.Promises = append(f.Promises, made)
}

// whole reports whether a row is about a clause and not about one of its claims.
func whole(v history.Verdict) bool { return v.ID == v.Clause || v.Clause == "" }

// inOrder has the claims of a clause as they stand, guardrails last. "x#1/10" stands behind "x#1/9".
func inOrder(a, b history.Verdict) int {
	guard := 0
	if a.Guardrail != b.Guardrail {
		guard = 1
		if b.Guardrail {
			guard = -1
		}
	}
	return cmp.Or(guard, cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
}

// joined is the verdict of a clause: missed when one of its claims is, guardrails too, and delivered when all are.
func joined(rows []history.Verdict) (Verdict, bool) {
	verdict, soFar, unbound, claims := Delivered, false, false, 0
	for _, v := range rows {
		of := verdictOf(v.Verdict)
		if whole(v) && of != Unbound {
			return of, v.SoFar && of == Delivered
		}
		switch {
		case of == Unbound:
			unbound = true
		case of == Missed:
			verdict = Missed
		case of != Delivered && verdict != Missed:
			verdict = Undecided
		}
		if !whole(v) {
			claims++
			soFar = soFar || v.SoFar
		}
	}
	if verdict == Delivered && (unbound || claims == 0) {
		return Unbound, false
	}
	return verdict, soFar && verdict == Delivered
}

// describe takes what a row says of its feature.
func (f *Feature) describe(v history.Verdict, d detail) {
	if d.Name != "" {
		f.Name = d.Name
	}
	if f.Path == "" && !d.Pos.IsZero() {
		at := d.Pos
		at.Col = 0
		f.Path = at.String()
	}
	for _, t := range d.Tags {
		name, owned := strings.CutPrefix(t, "@owner:")
		book, hasBook := strings.CutPrefix(t, "@runbook:")
		switch {
		case owned:
			f.Owner = name
		case hasBook:
			f.Runbook = book
		case !slices.Contains(f.Tags, t):
			f.Tags = append(f.Tags, t)
		}
	}
}
