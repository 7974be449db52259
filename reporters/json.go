package reporters

import (
	"cmp"
	"encoding/json"
	"io"
	"math"
	"slices"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/runners"
)

// document writes a whole run as one JSON document when it is over, for programs. Durations are text with a
// unit ("12ms"); lists are never null; what is not known is left out.
type document struct {
	atEnd
	samples map[string]map[string]*timing // by stage and name
	series  map[string]*loadSeries        // of the stages that are loads, by name
}

func newJSON(o Options) runners.Sink {
	d := &document{atEnd: atEnd{o: o}, samples: map[string]map[string]*timing{}, series: map[string]*loadSeries{}}
	d.write = func() error { return indented(o.Out, d.run()) }
	return d
}

// timing is the requests of one name. A run with more of them than fit in memory emits summaries instead.
type timing struct {
	took   []time.Duration
	errors int
}

func (d *document) Emit(e runners.Event) error {
	if e.Kind == runners.Summarised && e.Summary != nil && !e.Summary.Final {
		if d.series[e.Stage] == nil {
			d.series[e.Stage] = &loadSeries{most: mostSeconds, whole: true}
		}
		d.series[e.Stage].add(e.Summary)
	}
	if e.Kind == runners.RequestFinished {
		byName := d.samples[e.Stage]
		if byName == nil {
			byName = map[string]*timing{}
			d.samples[e.Stage] = byName
		}
		t := byName[e.Name]
		if t == nil {
			t = &timing{}
			byName[e.Name] = t
		}
		t.took = append(t.took, e.Duration)
		if e.Sample != nil && e.Sample.Error != "" && !e.Sample.Retried {
			t.errors++
		}
	}
	return d.atEnd.Emit(e)
}

// indented is JSON that people can read, too.
func indented(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

type runJSON struct {
	Run      string          `json:"run"`
	Project  string          `json:"project,omitempty"`
	Digest   string          `json:"digest,omitempty"`
	Tool     string          `json:"tool,omitempty"`
	Outcome  runners.Outcome `json:"outcome"`
	Why      string          `json:"why,omitempty"`
	Began    time.Time       `json:"began,omitzero"`
	Duration string          `json:"duration"`
	Counts   runners.Counts  `json:"counts"`
	Notices  []string        `json:"notices,omitempty"`
	Stages   []stageJSON     `json:"stages"`
}

type stageJSON struct {
	Name        string            `json:"name"`
	Runner      string            `json:"runner,omitempty"`
	Driver      string            `json:"driver,omitempty"`
	Environment string            `json:"environment,omitempty"`
	URL         string            `json:"url,omitempty"`
	Overrides   []string          `json:"overrides,omitempty"`
	Seed        uint64            `json:"seed,omitempty"`
	Outcome     runners.Outcome   `json:"outcome"`
	Why         string            `json:"why,omitempty"`
	Counts      runners.Counts    `json:"counts"`
	Duration    string            `json:"duration"`
	Features    []featureJSON     `json:"features"`
	Verdicts    []runners.Verdict `json:"verdicts,omitempty"`
	Load        *loadJSON         `json:"load,omitempty"`
	Samples     []sampleJSON      `json:"samples,omitempty"`
}

type featureJSON struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	File      string         `json:"file,omitempty"`
	Scenarios []scenarioJSON `json:"scenarios"`
}

type scenarioJSON struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Row      string           `json:"row,omitempty"`
	Tags     []string         `json:"tags,omitempty"`
	Pos      diag.Pos         `json:"pos,omitzero"`
	Status   runners.Status   `json:"status"`
	Message  string           `json:"message,omitempty"`
	Duration string           `json:"duration"`
	Attempts int              `json:"attempts"`
	Steps    []stepJSON       `json:"steps"` // of the last attempt; an undo has number 0
	Failure  *diag.Diagnostic `json:"failure,omitempty"`

	Attachments []runners.Attachment `json:"attachments,omitempty"`
}

type stepJSON struct {
	Number   int            `json:"number"`
	Name     string         `json:"name"`
	Status   runners.Status `json:"status"`
	Duration string         `json:"duration"`
	Pos      diag.Pos       `json:"pos,omitzero"`
	Message  string         `json:"message,omitempty"`
}

type sampleJSON struct {
	Name   string `json:"name"`
	Count  int    `json:"count"`
	Errors int    `json:"errors"`
	P50    string `json:"p50"`
	P95    string `json:"p95"`
	Max    string `json:"max"`
}

func (d *document) run() runJSON {
	r := &d.record
	doc := runJSON{Run: r.id, Project: r.project(), Digest: r.digest(), Tool: r.info.Tool, Outcome: r.outcome(), Why: r.why(),
		Began: r.began, Duration: r.duration().String(), Counts: r.counts(), Notices: r.notices, Stages: []stageJSON{}}
	for _, s := range r.stages {
		sj := stageJSON{Name: s.name, Runner: s.info.Runner, Driver: s.info.Driver, Environment: s.info.Environment, URL: s.info.URL,
			Overrides: s.info.Overrides, Seed: s.info.Seed, Outcome: s.ended(), Why: s.message, Counts: s.counts(),
			Duration: s.duration.String(), Features: []featureJSON{}, Verdicts: s.verdicts, Load: s.loaded(d.series[s.name]), Samples: aggregated(d.samples[s.name])}
		for _, f := range s.features() {
			fj := featureJSON{ID: f.id, Name: d.record.feature(f.id, f.file), File: f.file}
			for _, r := range f.results {
				fj.Scenarios = append(fj.Scenarios, scenario(r))
			}
			sj.Features = append(sj.Features, fj)
		}
		doc.Stages = append(doc.Stages, sj)
	}
	return doc
}

func scenario(r *result) scenarioJSON {
	sj := scenarioJSON{ID: r.id, Name: r.name, Row: r.row, Tags: r.tags, Pos: r.pos, Status: r.status, Message: r.message,
		Duration: r.duration.String(), Attempts: r.attempts, Steps: []stepJSON{}, Attachments: r.evidence}
	for _, s := range r.final() {
		message := s.message
		if s.failure != nil {
			message = cmp.Or(message, s.failure.Message)
		}
		sj.Steps = append(sj.Steps, stepJSON{Number: s.number, Name: s.name, Status: s.status, Duration: s.duration.String(), Pos: s.pos, Message: message})
	}
	if list := r.diagnostics(); len(list) > 0 {
		sj.Failure = &list[0]
	}
	return sj
}

func aggregated(byName map[string]*timing) []sampleJSON {
	var list []sampleJSON
	for name, t := range byName {
		slices.Sort(t.took)
		list = append(list, sampleJSON{Name: name, Count: len(t.took), Errors: t.errors,
			P50: nearestRank(t.took, .50).String(), P95: nearestRank(t.took, .95).String(), Max: t.took[len(t.took)-1].String()})
	}
	slices.SortFunc(list, func(a, b sampleJSON) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// nearestRank is the smallest of the sorted durations that at least q of them do not exceed: one that happened.
func nearestRank(sorted []time.Duration, q float64) time.Duration {
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}
