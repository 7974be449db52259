package owners

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/history"
)

// kinds of stage that a feature is expected to pass, in the order in which people meet them.
var kinds = []string{"functional", "browser", "load", "probe"}

func kindOf(s history.Stage) string {
	switch {
	case s.Runner == "functional" && s.Driver == "browser":
		return "browser"
	case s.Runner == "monitor":
		return "probe"
	}
	return s.Runner
}

// mostRuns of one artefact are looked at, the newest: a daemon may have made thousands.
const mostRuns = 50

// pass fills in what the stages said of the artefact that was judged. A stage of the same run counts first, then one
// of the same release, then one in the same environment, then any: what met another release says so.
func (b *builder) pass(f *Feature) error {
	slices.SortStableFunc(f.Promises, func(x, y Promise) int { return y.Judged.Compare(x.Judged) })
	last := f.Promises[0]
	f.Passage = Passage{Digest: last.Digest}
	type met struct {
		stage history.Stage
		run   string
		near  int
	}
	best := map[string]met{}
	runs := b.digests[last.Digest]
	if last.Digest == "" {
		runs = slices.DeleteFunc(slices.Clone(runs), func(r history.Run) bool { return r.ID != last.Run })
	}
	for _, run := range runs[:min(len(runs), mostRuns)] {
		stages, err := b.stagesOf(run.ID)
		if err != nil {
			return err
		}
		for _, s := range stages {
			kind := kindOf(s)
			if kind == "value" || kind == "approval" || kind == "" {
				continue
			}
			near := 1
			switch {
			case run.ID == last.Run:
				near = 4
			case s.Environment == f.Environment && s.Release == last.Release:
				near = 3
			case s.Environment == f.Environment:
				near = 2
			}
			if near > best[kind].near { // runs are newest first
				best[kind] = met{s, run.ID, near}
			}
		}
	}
	order := slices.Clone(kinds)
	for kind := range best {
		if !slices.Contains(order, kind) {
			order = append(order, kind)
		}
	}
	slices.Sort(order[len(kinds):])
	for _, kind := range order {
		m, ok := best[kind]
		if !ok {
			f.Passage.Stages = append(f.Passage.Stages, Stage{Kind: kind})
			continue
		}
		counts, err := b.countsOf(m.run, m.stage.Name)
		if err != nil {
			return err
		}
		at := m.stage.End
		if at.IsZero() {
			at = m.stage.Start
		}
		f.Passage.Stages = append(f.Passage.Stages, Stage{Kind: kind, Name: m.stage.Name, Environment: m.stage.Environment, At: at,
			Release: otherThan(last.Release, m.stage.Release), Outcome: cmp.Or(m.stage.Outcome, "unfinished"), Passed: counts[f.ID].passed, Scenarios: counts[f.ID].all})
	}
	if f.Path == "" {
		f.Path = b.paths[f.ID]
	}
	return nil
}

// otherThan is a release that is known not to be the one that was judged.
func otherThan(judged, met string) string {
	if met == judged || judged == "" {
		return ""
	}
	return met
}

func (b *builder) stagesOf(run string) ([]history.Stage, error) {
	if known, ok := b.stages[run]; ok {
		return known, nil
	}
	list, err := b.store.Stages(run)
	b.stages[run] = list
	return list, err
}

func (b *builder) countsOf(run, stage string) (map[string]tally, error) {
	key := [2]string{run, stage}
	if known, ok := b.counts[key]; ok {
		return known, nil
	}
	list, err := b.store.Scenarios(run, stage)
	if err != nil {
		return nil, err
	}
	counts := map[string]tally{}
	for _, s := range list {
		t := counts[s.Feature]
		t.all++
		if s.Status == "passed" || s.Status == "flaky" {
			t.passed++
		}
		counts[s.Feature] = t
		if b.paths[s.Feature] == "" && s.Place != "" {
			b.paths[s.Feature], _, _ = strings.Cut(s.Place, ":")
		}
	}
	b.counts[key] = counts
	return counts, nil
}

// silent are the features that were run with what was judged, and promise nothing.
func (b *builder) silent(judged map[string]bool) []Silent {
	var list []Silent
	for _, counts := range b.counts {
		for feature := range counts {
			if feature != "" && !judged[feature] {
				judged[feature] = true
				list = append(list, Silent{Project: b.project, ID: feature, Place: b.paths[feature]})
			}
		}
	}
	slices.SortFunc(list, func(x, y Silent) int { return cmp.Compare(x.ID, y.ID) })
	return list
}
