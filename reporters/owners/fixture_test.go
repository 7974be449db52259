package owners_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/reporters/owners"
	"github.com/cucumber-value/hoops/runners"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// book writes a history as the command does: runs with their stages, scenarios and verdicts.
type book struct {
	t     testing.TB
	store *history.Store
	path  string
	now   time.Time
}

func newBook(t testing.TB, path, project string) *book {
	b := &book{t: t, path: path, now: noon}
	var err error
	b.store, err = history.Open(path, history.Options{Project: project, Now: func() time.Time { return b.now }})
	must(t, err)
	t.Cleanup(func() { b.store.Close() })
	return b
}

// said is a verdict with what the header of its event says of the feature.
type said struct {
	runners.Verdict
	Feature string   `json:"-"`
	Name    string   `json:"name,omitempty"`
	Tags    []string `json:"tags,omitempty"`
	Pos     diag.Pos `json:"pos,omitzero"`
}

type gate struct {
	name, runner, driver, outcome string
	features                      []string // of scenarios that passed
	broken                        []string // and of those that did not
}

// run records one run of one release: its stages, then a value stage with these verdicts.
func (b *book) run(environment, release, digest string, gates []gate, verdicts ...said) {
	b.now = b.now.Add(day)
	id := fmt.Sprintf("run-%d-%s-%s", b.now.Unix(), environment, release)
	w, err := b.store.BeginRun(history.Run{ID: id, Digest: digest, Tool: "hoops 0.1.0", Start: b.now})
	must(b.t, err)
	for _, g := range gates {
		st, err := w.BeginStage(history.Stage{Name: g.name, Runner: g.runner, Driver: g.driver, Environment: environment, Release: release, Start: b.now})
		must(b.t, err)
		for status, features := range map[string][]string{"passed": g.features, "failed": g.broken} {
			for i, f := range features {
				must(b.t, st.Scenario(history.Scenario{Feature: f, Scenario: fmt.Sprint(f, "/", status, i), Status: status, Start: b.now, Place: "features/" + f + ".feature:9:3"}))
			}
		}
		must(b.t, st.End(g.outcome, b.now.Add(time.Minute)))
	}
	st, err := w.BeginStage(history.Stage{Name: "value", Runner: "value", Environment: environment, Release: release, Start: b.now})
	must(b.t, err)
	for _, v := range verdicts {
		must(b.t, st.Verdict(row(b.t, v, b.now.Add(2*time.Minute))))
	}
	must(b.t, st.End("passed", b.now.Add(3*time.Minute)))
	must(b.t, w.End("passed", b.now.Add(3*time.Minute)))
}

func row(t testing.TB, v said, at time.Time) history.Verdict {
	text, err := json.Marshal(v)
	must(t, err)
	id := v.Claim
	if id == "" {
		id = v.Clause
	}
	return history.Verdict{Claim: history.Claim{ID: id, Clause: v.Clause, Feature: v.Feature, Words: v.Words, Reading: v.Reading, Measure: v.Measure, Target: v.Target,
		Owner: v.Owner, Guardrail: v.Guardrail, Source: v.Source, Query: v.Query},
		At: at, Verdict: v.Verdict.Verdict, SoFar: v.SoFar, Reason: v.Reason, Sentence: v.Sentence, Observed: v.Observed, Interval: v.Interval,
		Events: v.Events, Exposure: v.Exposed, From: v.From, To: v.To, Grade: v.Grade, WouldChange: v.WouldChange, Detail: text}
}

// share is a claim about failed orders, as hoops judges one.
func share(failed, orders int, verdict string, at time.Time) said {
	p := float64(failed) / float64(orders)
	return said{Feature: "checkout", Name: "Check out", Tags: []string{"@owner:payments", "@runbook:docs/runbooks/checkout.md", "@money"}, Pos: diag.Pos{File: "features/checkout.feature", Line: 3, Col: 3},
		Verdict: runners.Verdict{Clause: "checkout#1", Claim: "checkout#1/1", Words: "lose fewer than 1% of orders to errors", Reading: "the share of failed orders is less than 1%",
			Measure: "failed orders", Verdict: verdict, Sentence: fmt.Sprintf("%d failed orders in %d orders are %.3g%%, and less than 1%% was promised", failed, orders, p*100),
			Observed: fmt.Sprintf("%.3g%%", p*100), Target: "less than 1%", Exposure: fmt.Sprintf("%d orders", orders), Window: "since the release",
			From: at, To: at.Add(20 * time.Hour), Coverage: 1, Events: fmt.Sprint(failed), Exposed: fmt.Sprint(orders),
			Interval: "between 0.4% and 5%", Point: fmt.Sprint(p), Low: fmt.Sprint(p * .6), High: fmt.Sprint(p*1.5 + .002), Level: .9, Compare: "<", Bound: "0.01", Unit: "share",
			Grade: "D", WouldChange: "nothing in this window: a miss is final", Owner: "payments", Source: "openmetrics http://127.0.0.1:8041/metrics",
			Query: `shop_orders_failed_total of shop_orders_total`}}
}

// guardrails is a clause of two claims, the second a guardrail.
func guarded(verdict string) []said {
	first := said{Feature: "search", Name: "Search", Tags: []string{"@owner:catalogue", "@journey"}, Pos: diag.Pos{File: "features/search.feature", Line: 2, Col: 3},
		Verdict: runners.Verdict{Clause: "search#1", Claim: "search#1/1", Words: "make 20% fewer silly mistakes without losing sales", Reading: "silly mistakes per sum are at most 80% of the previous release's",
			Measure: "silly mistakes", Verdict: "undecided", Reason: "straddles", Needed: "54 of about 502 mistakes needed",
			Sentence: "12 per 10,000 sums since 2.4.0 (21 in 17,500); 19 under 2.3.1 (33 in 17,400)", Observed: "37% fewer", Target: "20% fewer",
			Exposure: "17,500 sums", Window: "since release 2.4.0", From: noon, To: noon.Add(96 * time.Hour), Coverage: .983, Events: "21", Exposed: "17500",
			Interval: "The change lies between 62% fewer and 3% more.", Point: "0.633", Low: "0.38", High: "1.03", Level: .9, Compare: "<=", Bound: "0.8", Unit: "ratio",
			Baseline:  &runners.Baseline{Words: "the previous release, 2.3.1", Release: "2.3.1", From: noon.Add(-200 * time.Hour), To: noon, Observed: "33 silly mistakes", Exposure: "17,400 sums"},
			Projected: noon.Add(12 * day), Grade: "C", WouldChange: "about 448 more mistakes, or a change of more than 45%", Owner: "catalogue", Source: "prometheus https://metrics.example",
			Query: "sum(calculator_mistakes_total)", Notes: []string{"events come in bursts: the interval is widened by 1.3"}}}
	second := first
	second.Claim, second.Guardrail, second.Reading, second.Measure = "search#1/2", true, "sales are no worse than 20% below the previous release's", "sales"
	second.Verdict.Verdict, second.Reason, second.Needed, second.Sentence = verdict, "", "", "sales are 2% above the previous release's"
	second.Observed, second.Target, second.Interval = "2% more", "no worse than 20%", "The change lies between 4% fewer and 9% more."
	second.Point, second.Low, second.High, second.Bound, second.Compare, second.WouldChange = "1.02", "0.96", "1.09", "0.8", ">=", "a fall of 20%"
	second.Projected, second.Notes = time.Time{}, nil
	return []said{first, second}
}

func unbound() said {
	return said{Feature: "sign-in", Name: "Sign in", Tags: []string{"@owner:accounts"}, Pos: diag.Pos{File: "features/sign-in.feature", Line: 2, Col: 3},
		Verdict: runners.Verdict{Clause: "sign-in#1", Words: "avoid annoying visitors", Verdict: "unbound", Sentence: "it names no number", Owner: "accounts",
			Rewrites: []string{"fail fewer than 1% of visits", "make 0 visitors wait"}, Stub: "measures:\n  failed visits:\n    count: visits_failed_total\n    of: visits_total\n    better: lower\n"}}
}

func count(verdict string, events string) said {
	return said{Feature: "orders", Name: "Order history", Tags: []string{"@owner:payments", "@journey"}, Pos: diag.Pos{File: "features/orders.feature", Line: 2, Col: 3},
		Verdict: runners.Verdict{Clause: "orders#1", Claim: "orders#1/1", Words: "lose 0 orders", Reading: "no lost order in the window", Measure: "lost orders", Verdict: verdict, SoFar: true,
			Sentence: events + " lost orders in 1,204 orders, as promised so far", Observed: events, Target: "0", Exposure: "1,204 orders", Window: "this run", From: noon, To: noon.Add(19 * time.Second),
			Coverage: 1, Events: events, Exposed: "1204", Point: events, Bound: "0", Compare: "=", Grade: "D", WouldChange: "1 more lost order would make it missed", Owner: "payments",
			Source: "openmetrics http://127.0.0.1:8041/metrics", Query: "shop_orders_lost_total"}}
}

// shop is a history with every verdict, two environments and several releases.
func shop(t testing.TB) *book {
	b := newBook(t, filepath.Join(t.TempDir(), "history.db"), "shop")
	all := []string{"checkout", "checkout", "search", "orders", "sign-in", "imprint"}
	for i, of := range []struct {
		release        string
		failed, orders int
		verdict        string
	}{{"1.0", 12, 400, "missed"}, {"1.1", 9, 420, "missed"}, {"1.2", 1, 410, "undecided"}, {"1.3", 0, 480, "delivered"}, {"1.4", 14, 400, "missed"}} {
		digest := fmt.Sprintf("sha256:%064x", 0xabc0+i)
		gates := []gate{{"uat", "functional", "http", "passed", all, nil}, {"load", "load", "http", "passed", nil, nil}}
		if of.release == "1.4" {
			gates = append(gates, gate{"probe", "probe", "http", "failed", []string{"checkout"}, []string{"search"}})
		}
		list := []said{share(of.failed, of.orders, of.verdict, b.now)}
		list = append(list, guarded("delivered")...)
		list = append(list, unbound(), count("delivered", "0"))
		b.run("production", of.release, digest, gates, list...)
	}
	b.run("staging", "1.5", "sha256:"+fmt.Sprintf("%064x", 0xdef0), []gate{{"ui", "functional", "browser", "passed", all, nil}}, share(1, 600, "delivered", b.now))
	return b
}

func (b *book) report(only owners.Filter) owners.Report {
	b.t.Helper()
	projects, err := b.store.Projects()
	must(b.t, err)
	var sources []owners.Source
	for _, p := range projects {
		s, err := history.Open(b.path, history.Options{Project: p, ReadOnly: true})
		must(b.t, err)
		b.t.Cleanup(func() { s.Close() })
		sources = append(sources, owners.Source{Name: ".hoops/history.db", Project: p, Store: s})
	}
	r, err := owners.From(owners.Options{Tool: "hoops 0.1.0", Now: noon.Add(30 * day), Only: only}, sources...)
	must(b.t, err)
	return r
}
