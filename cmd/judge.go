package cmd

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/value"
	"github.com/cucumber-value/hoops/value/measure"
)

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
	return measure.Scraper{URL: address, Header: header, Version: Version, Now: x.now, Timeout: time.Duration(host.Env.Timeout)}.Scrape(ctx)
}

// siteHeader is what the environment sends to its own site: to an address elsewhere it is nothing.
func siteHeader(host *session.Host, address string) (http.Header, error) {
	header := http.Header{}
	at, err1 := url.Parse(address)
	site, err2 := url.Parse(host.EnvText("url"))
	if err1 != nil || err2 != nil || at.Scheme != site.Scheme || at.Host != site.Host {
		return header, nil
	}
	for _, h := range host.Env.Headers {
		text, err := host.Text(h.Value)
		if err != nil {
			return nil, err
		}
		header.Set(h.Name, text)
	}
	return header, authorise(host, header)
}

func authorise(host *session.Host, header http.Header) error {
	auth := host.Env.Auth
	if auth == nil {
		return nil
	}
	texts := make([]string, 3)
	for i, t := range []ir.Template{auth.Bearer, auth.User, auth.Password} {
		var err error
		if texts[i], err = host.Text(t); err != nil {
			return err
		}
	}
	if texts[0] != "" {
		header.Set("Authorization", "Bearer "+texts[0])
		return nil
	}
	header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(texts[1]+":"+texts[2])))
	return nil
}

// judge is the runner of value stages: it judges every clause of the selected features once, by what the
// environment's metrics say of the window.
type judge struct {
	x      *execution
	strict bool
	alone  bool          // no run precedes it
	since  time.Duration // how far an evaluation alone looks back; 0 is as its sources suggest
	gate   runners.Outcome
}

var _ runners.Runner = (*judge)(nil)

func (j *judge) Run(ctx context.Context, plan runners.Plan, emit func(runners.Event)) error {
	began := plan.Now()
	host, err := session.NewHost(plan)
	if err != nil {
		return err
	}
	features := chosenFeatures(plan)
	var clauses []ir.Clause
	for _, f := range features {
		clauses = append(clauses, f.Clauses...)
	}
	seen := j.observe(ctx, host, clauses)
	var results []value.Result
	for _, f := range features {
		for _, c := range f.Clauses {
			r := value.Judge(value.Feature{ID: f.ID, Name: f.Name, Path: f.Path, Owner: owner(f)}, c, seen, began)
			results = append(results, r)
			for _, v := range verdicts(r) {
				emit(runners.Event{Kind: runners.Judged, Feature: f.ID, Name: f.Name, Pos: c.Pos, Verdict: v})
			}
		}
	}
	j.gate = outcomes[value.OutcomeOf(results, j.strict)]
	message := ""
	switch {
	case len(results) == 0:
		message = "no feature has a value clause"
	case j.gate == runners.GateUndecided && !anyBound(results):
		message = "no value clause is bound to a measure"
	}
	emit(runners.Event{Kind: runners.StageFinished, Name: plan.Stage, Outcome: j.gate, Message: message, Duration: plan.Now().Sub(began)})
	return nil
}

// promising are the scenarios whose features are judged, none when nobody narrows them: then all features are.
func (a *app) promising(t *target, s selection, where string) ([]runners.Selected, error) {
	if where == "" && len(s.tags)+len(s.names)+len(t.places) == 0 {
		return nil, nil
	}
	return a.selected(t, s, where)
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

// verdicts are a clause's as events tell them: one for each claim, and one for what is unbound in it.
func verdicts(r value.Result) []*runners.Verdict {
	var list []*runners.Verdict
	for _, j := range r.Judgements {
		v := &runners.Verdict{
			Clause: r.ClauseID, Words: r.Text, Reading: j.Claim, Verdict: string(j.Verdict), Reason: string(j.Reason),
			Sentence: j.Sentence, Observed: j.Observed, Target: j.Target, Exposure: j.Exposure, Window: j.Window.Words,
			Grade: j.Grade, WouldChange: j.WouldChange, Owner: j.Owner, Source: j.Source, Query: j.Query, Help: j.Help,
		}
		list = append(list, v)
	}
	if r.Unbound != "" || len(list) == 0 {
		help := []string{}
		if len(r.Rewrites) > 0 {
			help = append(help, "write for example: "+strings.Join(r.Rewrites, " · "))
		}
		if r.Stub != "" {
			help = append(help, "hoops check shows the measure that this needs in hoops.yaml")
		}
		list = append(list, &runners.Verdict{Clause: r.ClauseID, Words: r.Text, Verdict: string(value.Unbound), Sentence: r.Unbound, Owner: r.Feature.Owner, Help: help})
	}
	return list
}
