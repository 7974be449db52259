package load

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// Merge adds up the final summaries of the parts of one load, of processes on one machine or on many: counters and
// histograms exactly, whatever the order and grouping; percentiles are read from the sums and never averaged.
// Expectations are judged over the whole and belong to no part: Judge does. A part that cannot be added exactly is
// an error: it would be a smaller run, not a merged one.
func Merge(parts []*runners.Summary) (*runners.Summary, error) {
	if len(parts) == 0 {
		return nil, errors.New("there is nothing to merge")
	}
	all := NewRecorder()
	names := map[Key]string{}
	out := &runners.Summary{From: parts[0].From, Model: parts[0].Model, Final: true}
	var loads, late []string
	for i, s := range parts {
		if s == nil || !s.Final {
			return nil, fmt.Errorf("part %d of %d is no final summary", i+1, len(parts))
		}
		if s.Model != out.Model {
			return nil, fmt.Errorf("part %d of %d is a load of the %q model, the first of the %q one", i+1, len(parts), s.Model, out.Model)
		}
		one, err := recorded(s, names)
		if err != nil {
			return nil, fmt.Errorf("part %d of %d: %w", i+1, len(parts), err)
		}
		all.Merge(one)
		out.From, out.To, out.Arrivals = min(out.From, s.From), max(out.To, s.To), max(out.Arrivals, s.Arrivals)
		out.Asked, out.Started, out.Dropped, out.InFlight = out.Asked+s.Asked, out.Started+s.Started, out.Dropped+s.Dropped, out.InFlight+s.InFlight
		loads, late = append(loads, s.Load), append(late, s.Late)
	}
	out.Load, out.Late = together(loads, " and "), together(late, "; ")
	for _, k := range all.keys() {
		out.Groups = append(out.Groups, named(all.tallies[k].group(k, true), k, names[k]))
	}
	return out, nil
}

// together are the different texts, in an order that does not depend on that of the parts.
func together(texts []string, by string) string {
	slices.Sort(texts)
	return strings.Join(slices.DeleteFunc(slices.Compact(texts), func(s string) bool { return s == "" }), by)
}

// named gives a scenario its name beside its id.
func named(g runners.Group, k Key, name string) runners.Group {
	if k.Of == OfScenario {
		g.Scenario, g.Name = k.Name, cmp.Or(name, k.Name)
	}
	return g
}

// recorded is a summary as the recorder that it was made of. names are those of scenarios, by their keys.
func recorded(s *runners.Summary, names map[Key]string) (*Recorder, error) {
	r := NewRecorder()
	for _, g := range s.Groups {
		k := Key{g.Of, g.Name}
		if g.Of == OfScenario {
			k.Name, names[Key{g.Of, g.Scenario}] = g.Scenario, g.Name
		}
		if r.tallies[k] != nil {
			return nil, fmt.Errorf("%s %q stands there twice", k.Of, k.Name)
		}
		t := &tally{count: g.Count, failed: g.Failed, dropped: g.Dropped, sum: g.Sum, codes: g.Codes}
		t.max, t.beyond = recordedAs(g.Of, g.Latency["max"]), int64(length(g.Latency["above 60s"]))
		for _, c := range g.Errors {
			t.blame(c.Key, c.Count)
		}
		if g.Count > 0 {
			var err error
			if t.times, err = decodeHistogram(g.Histogram); err != nil {
				return nil, fmt.Errorf("%s %q: %w", k.Of, k.Name, err)
			}
			if t.times.total != g.Count {
				return nil, fmt.Errorf("%s %q: the histogram holds %d of %d", k.Of, k.Name, t.times.total, g.Count)
			}
		}
		r.tallies[k] = t
	}
	return r, nil
}

// recordedAs is the inverse of vitalOf, and of what JSON makes of it.
func recordedAs(of string, v any) time.Duration {
	if number, ok := v.(float64); ok && of == ir.LayoutShift {
		return time.Duration(math.Round(number * float64(shiftUnit)))
	}
	return length(v)
}

// length is a duration as it was sent, or as it came back from JSON.
func length(v any) time.Duration {
	switch v := v.(type) {
	case time.Duration:
		return v
	case int64:
		return time.Duration(v)
	case float64:
		return time.Duration(v)
	}
	return 0
}

// Judge decides a gate over a summary, as Run does at its end: a merged one has no expectations before.
func Judge(s *runners.Summary, expects []ir.Expression) ([]runners.Expectation, runners.Outcome, error) {
	names := map[Key]string{}
	all, err := recorded(s, names)
	if err != nil {
		return nil, "", err
	}
	g := &gate{}
	for _, e := range expects {
		p, err := expr.CompileCondition(e.Source, expr.GateScope())
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", e.Source, err)
		}
		g.expects = append(g.expects, expectation{program: p, pos: e.Pos})
	}
	if err := g.imply(); err != nil {
		return nil, "", err
	}
	scenarios := map[string][]string{}
	for k, name := range names {
		scenarios[k.Name] = []string{k.Name}
		if name != k.Name {
			scenarios[name] = append(scenarios[name], k.Name)
		}
	}
	j := &judge{all: all, scenarios: scenarios, window: s.Arrivals, asked: s.Asked, started: s.Started, closed: s.Model == ClosedModel}
	var list []runners.Expectation
	for _, e := range g.expects {
		list = append(list, j.test(e))
	}
	verdict, _ := outcome(list)
	return list, verdict, nil
}
