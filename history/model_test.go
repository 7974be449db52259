package history_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/history"
)

// model is a history in memory, as simple as can be.
type model struct {
	runs     []history.Run // oldest first
	touched  map[string]time.Time
	numbers  int
	stages   map[string][]history.Stage
	rows     map[string][]history.Scenario // by run and stage
	verdicts []history.Verdict             // oldest first
	releases []history.Release
	scrapes  []history.Scrape
	pins     []history.Baseline
}

// newest sorts by time, the last recorded first among equals.
func newest[T any](list []T, at func(T) time.Time) []T {
	list = slices.Clone(list)
	slices.Reverse(list)
	slices.SortStableFunc(list, func(a, b T) int { return at(b).Compare(at(a)) })
	return list
}

func where[T any](list []T, keep func(T) bool) (out []T) {
	for _, one := range list {
		if keep(one) {
			out = append(out, one)
		}
	}
	return out
}

func first[T any](list []T, n int) []T {
	if n > 0 {
		list = list[:min(n, len(list))]
	}
	return list
}

// Whatever is done in whatever order, the file says what the model says.
func TestAgainstAModel(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		folder, err := os.MkdirTemp(root, "")
		if err != nil {
			r.Fatal(err)
		}
		defer os.RemoveAll(folder)
		path := filepath.Join(folder, "history.db")
		now := noon
		o := history.Options{Project: "shop", Now: func() time.Time { return now }}
		s, err := history.Open(path, o)
		if err != nil {
			r.Fatal(err)
		}
		defer func() { s.Close() }()
		ok := func(err error) {
			if err != nil {
				r.Helper()
				r.Fatal(err)
			}
		}
		equal := func(what string, want, got any) {
			if d := cmp.Diff(want, got); d != "" {
				r.Helper()
				r.Fatalf("%s:\n%s", what, d)
			}
		}
		m := model{touched: map[string]time.Time{}, stages: map[string][]history.Stage{}, rows: map[string][]history.Scenario{}}
		text := rapid.SampledFrom([]string{"", "a", "b", "ü\x00'\n"})
		name := rapid.SampledFrom([]string{"a", "b", "c'"})
		moment := rapid.Custom(func(r *rapid.T) time.Time { return noon.Add(time.Duration(rapid.IntRange(-5, 20).Draw(r, "at"))) })

		r.Repeat(map[string]func(*rapid.T){
			"run": func(r *rapid.T) {
				now = now.Add(1)
				m.numbers++
				run := history.Run{ID: fmt.Sprint("run-", m.numbers), Digest: text.Draw(r, "digest"), Start: moment.Draw(r, "start"), Seed: rapid.Uint64().Draw(r, "seed")}
				w, err := s.BeginRun(run)
				ok(err)
				run.Number = m.numbers
				for _, stage := range rapid.SliceOfNDistinct(name, 0, 2, rapid.ID).Draw(r, "stages") {
					st := history.Stage{Name: stage, Environment: name.Draw(r, "environment"), Release: text.Draw(r, "release"), Start: moment.Draw(r, "start")}
					to, err := w.BeginStage(st)
					ok(err)
					for _, status := range rapid.SliceOfN(rapid.SampledFrom([]string{"passed", "failed"}), 0, 3).Draw(r, "statuses") {
						sc := history.Scenario{Scenario: name.Draw(r, "scenario"), Row: text.Draw(r, "row"), Status: status, Cause: text.Draw(r, "cause")}
						ok(to.Scenario(sc))
						m.rows[run.ID+stage] = append(m.rows[run.ID+stage], sc)
						if st.Counts == nil {
							st.Counts = map[string]int{}
						}
						st.Counts[status]++
					}
					for range rapid.IntRange(0, 3).Draw(r, "verdicts") {
						v := history.Verdict{Claim: history.Claim{ID: name.Draw(r, "claim"), Clause: name.Draw(r, "clause"), Words: text.Draw(r, "words")}, At: moment.Draw(r, "at"), Verdict: "missed"}
						ok(to.Verdict(v))
						v.Run, v.Stage, v.Environment, v.Release = run.ID, stage, st.Environment, st.Release
						m.verdicts = append(m.verdicts, v)
					}
					ok(to.End("passed", now))
					st.End, st.Outcome = now, "passed"
					m.stages[run.ID] = append(m.stages[run.ID], st)
				}
				if rapid.Bool().Draw(r, "ends") {
					ok(w.End("failed", now))
					run.End, run.Outcome = now, "failed"
				}
				m.runs, m.touched[run.ID] = append(m.runs, run), now
			},
			"release": func(r *rapid.T) {
				rel := history.Release{Environment: name.Draw(r, "environment"), Version: name.Draw(r, "version"), At: moment.Draw(r, "at")}
				ok(s.AddRelease(rel))
				if !slices.Contains(m.releases, rel) {
					m.releases = append(m.releases, rel)
				}
			},
			"scrape": func(r *rapid.T) {
				sc := history.Scrape{Environment: name.Draw(r, "environment"), At: moment.Draw(r, "at"), Release: text.Draw(r, "release"), JSON: []byte(fmt.Sprint(len(m.scrapes)))}
				ok(s.AddScrape(sc))
				m.scrapes = append(m.scrapes, sc)
			},
			"pin": func(r *rapid.T) {
				b := history.Baseline{Claim: name.Draw(r, "claim"), Environment: name.Draw(r, "environment"), Release: text.Draw(r, "release"), Pinned: noon,
					From: moment.Draw(r, "from"), To: moment.Draw(r, "to"), Events: fmt.Sprint(len(m.pins)), QueryHash: "q"}
				i := slices.IndexFunc(m.pins, func(p history.Baseline) bool {
					return p.Claim == b.Claim && p.Environment == b.Environment && p.Release == b.Release && p.From.Equal(b.From)
				})
				if i < 0 {
					m.pins, i = append(m.pins, b), len(m.pins)
				}
				got, err := s.Pin(b)
				ok(err)
				equal("pinned", m.pins[i], got)
			},
			"prune": func(r *rapid.T) {
				before, keep := moment.Draw(r, "before"), rapid.IntRange(0, 3).Draw(r, "keep")
				got, err := s.Prune(before, keep)
				ok(err)
				var want history.Pruned
				gone := map[string]bool{}
				for _, run := range m.runs[:max(0, len(m.runs)-keep)] {
					gone[run.ID] = m.touched[run.ID].Before(before)
				}
				told := map[string]bool{} // the last verdict of a claim under a release is spared, with its run
				for _, v := range newest(m.verdicts, func(v history.Verdict) time.Time { return v.At }) {
					key := strings.Join([]string{v.ID, v.Environment, v.Release}, "\x00")
					if v.Release != "" && !told[key] {
						gone[v.Run] = false
					}
					told[key] = true
				}
				had := len(m.runs)
				m.runs = where(m.runs, func(run history.Run) bool { return !gone[run.ID] })
				m.verdicts = where(m.verdicts, func(v history.Verdict) bool { return !gone[v.Run] })
				want.Runs = had - len(m.runs)
				age := map[string]int{}
				old := map[string]bool{}
				spared, earliest := map[string]bool{}, map[string]string{} // the last and the first of each release
				for _, sc := range newest(m.scrapes, func(sc history.Scrape) time.Time { return sc.At }) {
					age[sc.Environment]++
					old[string(sc.JSON)] = age[sc.Environment] > keep && sc.At.Before(before)
					if key := sc.Environment + "\x00" + sc.Release; sc.Release != "" {
						if earliest[key] == "" {
							spared[string(sc.JSON)] = true
						}
						earliest[key] = string(sc.JSON)
					}
				}
				for _, json := range earliest {
					spared[json] = true
				}
				for json := range spared {
					old[json] = false
				}
				for i, sc := range m.scrapes {
					if old[string(sc.JSON)] && sc.Environment != "" {
						want.Scrapes++
						m.scrapes[i].Environment = "" // pruned; its number is not given again
					}
				}
				equal("pruned", want, got)
			},
			"reopen": func(r *rapid.T) {
				ok(s.Close())
				s, err = history.Open(path, o)
				ok(err)
			},
			"": func(r *rapid.T) {
				limit := rapid.IntRange(0, 3).Draw(r, "limit")
				runs, err := s.Runs(history.RunFilter{Limit: limit})
				ok(err)
				want := slices.Clone(m.runs)
				slices.Reverse(want)
				equal("runs", fmt.Sprint(first(want, limit)), fmt.Sprint(runs))
				for _, run := range runs {
					stages, err := s.Stages(run.ID)
					ok(err)
					equal("stages", m.stages[run.ID], stages)
					for _, st := range stages {
						rows, err := s.Scenarios(run.ID, st.Name)
						ok(err)
						equal("scenarios", m.rows[run.ID+st.Name], rows)
					}
				}
				f := history.VerdictFilter{Limit: limit}
				if rapid.Bool().Draw(r, "by clause") {
					f.Clause = name.Draw(r, "clause")
				}
				if rapid.Bool().Draw(r, "by environment") {
					f.Environment = name.Draw(r, "environment")
				}
				if rapid.Bool().Draw(r, "since") {
					f.Since = moment.Draw(r, "since")
				}
				verdicts, err := s.Verdicts(f)
				ok(err)
				equal("verdicts", append([]history.Verdict{}, first(newest(where(m.verdicts, func(v history.Verdict) bool {
					return (f.Clause == "" || v.Clause == f.Clause) && (f.Environment == "" || v.Environment == f.Environment) && !v.At.Before(f.Since)
				}), func(v history.Verdict) time.Time { return v.At }), limit)...), verdicts)

				env := name.Draw(r, "environment")
				releases, err := s.Releases(env)
				ok(err)
				wanted := newest(where(m.releases, func(rel history.Release) bool { return rel.Environment == env }), func(rel history.Release) time.Time { return rel.At })
				equal("releases", wanted, releases)
				at := moment.Draw(r, "at")
				live := where(wanted, func(rel history.Release) bool { return !rel.At.After(at) })
				live = slices.CompactFunc(slices.Clone(live), func(a, b history.Release) bool { return a.Version == b.Version })
				previous, found, err := s.Previous(env, at)
				ok(err)
				if found != (len(live) > 1) || found && previous.Version != live[1].Version {
					r.Fatalf("previous: %v, want the second of %v", previous, live)
				}

				scrapes := newest(where(m.scrapes, func(sc history.Scrape) bool { return sc.Environment == env && sc.At.Before(at) }), func(sc history.Scrape) time.Time { return sc.At })
				last, found, err := s.LastScrape(env, at)
				ok(err)
				if found != (len(scrapes) > 0) || found && !cmp.Equal(last, scrapes[0]) {
					r.Fatalf("last scrape: %v, want the first of %v", last, scrapes)
				}
				pins, err := s.Baselines("a", env)
				ok(err)
				wantPins := where(m.pins, func(b history.Baseline) bool { return b.Claim == "a" && b.Environment == env })
				slices.Reverse(wantPins)
				equal("baselines", wantPins, pins)
			},
		})
		ok(s.Check())
	})
}
