package cmd

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/value"
	"github.com/cucumber-value/hoops/value/measure"
)

// judge is the runner of value stages: it judges every clause of the selected features once, by what their
// measures say of the window since the release, or of this run.
type judge struct {
	x      *execution
	strict bool
	alone  bool          // no run precedes it
	since  time.Duration // how far an evaluation alone looks back; 0 is since the release, or as its sources suggest
	gate   runners.Outcome

	baseline string // version to compare with where the clause means the release before
	now      *look  // at the metrics, when it was made already

	observe func(*value.Plan) // further measures to ask for; nil is none

	// pin takes what was observed of every claim as its baseline, once it is judged; nil pins nothing.
	pin func(context.Context, *value.Plan, *value.Answers, environmentPast) error
}

var _ runners.Runner = (*judge)(nil)

// asks is how many questions are asked at once.
const asks = 8

func (j *judge) Run(ctx context.Context, plan runners.Plan, emit func(runners.Event)) error {
	began := plan.Now()
	host, err := session.NewHost(plan)
	if err != nil {
		return err
	}
	past := environmentPast{j.x.store(), plan.Env.Name, plan.RunID}
	times, err := j.times(plan, host, past)
	if err != nil {
		return err
	}
	promises := j.compared(promised(plan))
	questions := value.NewPlan(promises, plan.Program.Measures, times)
	if j.observe != nil {
		j.observe(questions)
	}
	var kept value.Past
	switch {
	case past.store == nil:
	case j.x.kept.run == nil:
		kept = oldPast{past}
	default:
		kept = past
	}
	answers := questions.Ask(ctx, j.sources(ctx, host, questions.Sources(), past), kept, asks)
	results := questions.Judge(answers)
	for _, r := range results {
		f := featureOf(plan.Program, r.Feature.ID)
		for _, v := range verdicts(r) {
			emit(runners.Event{Kind: runners.Judged, Feature: r.Feature.ID, Name: r.Feature.Name, Tags: tagsOf(f), Pos: r.Pos, Verdict: v})
		}
	}
	if j.pin != nil {
		if err := j.pin(ctx, questions, answers, past); err != nil {
			return err
		}
	}
	j.gate = outcomes[value.OutcomeOf(results, j.strict)]
	message := ""
	switch {
	case len(results) == 0:
		message = "no feature has a value clause"
		emit(runners.Event{Kind: runners.Noticed, Message: "undecided: " + message + ". Write below the feature's name what it is for, in a way that can be measured: In order to make 0 silly mistakes"})
	case j.gate == runners.GateUndecided && !anyBound(results):
		message = "no value clause is bound to a measure"
	}
	emit(runners.Event{Kind: runners.StageFinished, Name: plan.Stage, Outcome: j.gate, Message: message, Duration: plan.Now().Sub(began)})
	return nil
}

// times are what windows are made of: now, this run, and the environment's releases.
func (j *judge) times(plan runners.Plan, host *session.Host, past environmentPast) (value.Times, error) {
	now := j.x.now()
	if j.now != nil && j.now.snapshot != nil {
		now = j.now.snapshot.At // what came after the look is not known
	}
	t := value.Times{Now: now, Alone: j.alone, Since: j.since, ExcludeSynthetic: !runners.WritesAllowed(plan.Env, host.EnvText("url"))}
	if zone, err := time.LoadLocation(plan.Program.Zone); err == nil { // "" is UTC
		t.Zone = zone
	} else {
		return t, fmt.Errorf("the time zone of hoops.yaml, %s, is not known on this machine: %w", plan.Program.Zone, err)
	}
	if !j.alone {
		t.Run = measure.Window{From: j.x.began, To: now, Words: "this run", Open: true}
	}
	if past.store == nil {
		return t, nil
	}
	var err error
	t.Releases, err = past.releases()
	return t, err
}

// compared are the promises with the baseline that somebody asked for.
func (j *judge) compared(list []value.Promise) []value.Promise {
	if j.baseline == "" {
		return list
	}
	for i := range list {
		claims := slices.Clone(list[i].Clause.Claims)
		for k := range claims {
			if claims[k].Baseline == "previous release" {
				claims[k].Baseline = "release " + j.baseline
			}
		}
		list[i].Clause.Claims = claims
	}
	return list
}

// promised are the clauses of the chosen features.
func promised(plan runners.Plan) []value.Promise {
	var list []value.Promise
	for _, f := range chosenFeatures(plan) {
		for _, c := range f.Clauses {
			list = append(list, value.Promise{Feature: value.Feature{ID: f.ID, Name: f.Name, Path: f.Path, Owner: owner(f)}, Clause: c})
		}
	}
	return list
}

// promising are the scenarios whose features are judged, none when nobody narrows them: then all features are.
func (a *app) promising(t *target, s selection, narrowed where) ([]runners.Selected, error) {
	if narrowed.tags == "" && len(s.tags)+len(s.names)+len(t.places) == 0 {
		return nil, nil
	}
	return a.selected(t, s, narrowed)
}

// chosenFeatures are the features of the selected scenarios, or all.
func chosenFeatures(p runners.Plan) []*ir.Feature {
	var list []*ir.Feature
	for i := range p.Program.Features {
		f := &p.Program.Features[i]
		if len(p.Selected) == 0 || slices.ContainsFunc(p.Selected, func(s runners.Selected) bool { return s.Feature == f }) {
			list = append(list, f)
		}
	}
	return list
}

var outcomes = map[value.Outcome]runners.Outcome{
	value.OutcomePassed: runners.GatePassed, value.OutcomeFailed: runners.GateFailed, value.OutcomeUndecided: runners.GateUndecided,
}

func anyBound(results []value.Result) bool {
	for _, r := range results {
		if r.Verdict != value.Unbound {
			return true
		}
	}
	return false
}

// owner is the feature's @owner: tag.
func owner(f *ir.Feature) string {
	for _, t := range f.Tags {
		if name, ok := strings.CutPrefix(t.Name, "@owner:"); ok {
			return name
		}
	}
	return ""
}

func featureOf(p *ir.Program, id string) *ir.Feature {
	for i := range p.Features {
		if p.Features[i].ID == id {
			return &p.Features[i]
		}
	}
	return &ir.Feature{}
}

func tagsOf(f *ir.Feature) []string {
	var names []string
	for _, t := range f.Tags {
		names = append(names, t.Name)
	}
	return names
}
