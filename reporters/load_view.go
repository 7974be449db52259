package reporters

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/runners"
)

// LoadView is a load while it goes, for people: what its intervals of a load add up to, and how its last one went.
type LoadView struct {
	load, model             string
	at                      time.Duration
	last                    *runners.Summary
	asked, started, dropped int64
	groups                  []*viewGroup
	causes                  map[string]int64
}

// viewGroup is one row: counted over the whole run, its latencies those of the last interval that had any.
type viewGroup struct {
	of, name, scenario string
	count, failed      int64
	latency            map[string]any
}

// Add takes one interval.
func (v *LoadView) Add(s *runners.Summary) {
	v.load, v.model, v.at, v.last = s.Load, s.Model, s.To, s
	v.asked, v.started, v.dropped = v.asked+s.Asked, v.started+s.Started, v.dropped+s.Dropped
	for _, g := range s.Groups {
		i := slices.IndexFunc(v.groups, func(o *viewGroup) bool { return o.of == g.Of && o.name == g.Name && o.scenario == g.Scenario })
		if i < 0 {
			i = len(v.groups)
			v.groups = append(v.groups, &viewGroup{of: g.Of, name: g.Name, scenario: g.Scenario})
		}
		one := v.groups[i]
		one.count, one.failed = one.count+g.Count, one.failed+g.Failed
		if len(g.Latency) > 0 {
			one.latency = g.Latency
		}
		if g.Of == ofJourneys {
			v.blame(g.Errors)
		}
	}
}

// At is how long the load has gone on.
func (v *LoadView) At() time.Duration { return v.at }

func (v *LoadView) blame(list []runners.Cause) {
	if v.causes == nil {
		v.causes = map[string]int64{}
	}
	for _, c := range list {
		if _, known := v.causes[c.Key]; known || len(v.causes) < 100 {
			v.causes[c.Key] += c.Count
		}
	}
}

func (v *LoadView) of(what string) *viewGroup {
	for _, g := range v.groups {
		if g.of == what {
			return g
		}
	}
	return &viewGroup{}
}

// rates of the last interval.
func (v *LoadView) rates() string {
	over := max(.001, (v.last.To - v.last.From).Seconds())
	achieved := perSecond(float64(v.last.Started) / over)
	if v.model == closedModel {
		return achieved
	}
	return fmt.Sprintf("%s of %s asked", achieved, perSecond(float64(v.last.Asked)/over))
}

// Sentence is how it goes in one line, for who has no moving ones.
func (v *LoadView) Sentence() string {
	j := v.of(ofJourneys)
	return strings.Join(v.parts(fmt.Sprintf("%s journeys", thousands(j.count)), "p95 "+readable(j.latency["p95"])), ", ")
}

func (v *LoadView) parts(count, tail string) []string {
	j := v.of(ofJourneys)
	parts := []string{v.at.Round(time.Second).String(), v.rates(), thousands(v.last.InFlight) + " in flight", count, thousands(j.failed) + " failed"}
	if v.dropped > 0 {
		parts = append(parts, thousands(v.dropped)+" dropped")
	}
	if tail != "p95 " && tail != "" {
		parts = append(parts, tail)
	}
	if late := v.of(ofLateness); late.count > 0 {
		if d, ok := span(late.latency["p99"]); ok && d > 10*time.Millisecond {
			parts = append(parts, "hoops itself is late by "+rounded(d))
		}
	}
	return parts
}

// Lines are the view, at most so many, none wider than so many columns.
func (v *LoadView) Lines(stage string, columns, most int) []string {
	head := stage + " " + v.load
	if v.model == closedModel {
		head = stage + ", a closed model: " + v.load
	}
	out := packed(append([]string{head}, v.parts("", "")...), columns)
	if columns >= 30 && most > len(out)+1 {
		out = append(out, v.table(columns, most-len(out))...)
	}
	for i, line := range out {
		out[i] = clip(diag.Printable(line), columns)
	}
	return out[:min(len(out), most)]
}

// packed are the parts in as few lines as they fit into.
func packed(parts []string, columns int) (lines []string) {
	for _, p := range parts {
		if p == "" {
			continue
		}
		if n := len(lines); n > 0 && Columns(lines[n-1])+3+Columns(p) <= columns {
			lines[n-1] += " · " + p
		} else {
			lines = append(lines, p)
		}
	}
	return lines
}

// table has a row for everything that is measured, the slowest when not all have room, and the most frequent errors.
func (v *LoadView) table(columns, most int) []string {
	quantiles := []string{"p50", "p95", "p99"}
	if columns < 56 {
		quantiles = []string{"p95"}
	}
	room := columns - 9 - 8 - 9*len(quantiles)
	row := func(name, count, failed string, latency func(string) string) string {
		name = clip(diag.Printable(name), room)
		line := name + strings.Repeat(" ", max(0, room-Columns(name))) + fmt.Sprintf("%9s%8s", count, failed)
		for _, q := range quantiles {
			line += fmt.Sprintf("%9s", latency(q))
		}
		return line
	}
	causes := v.frequent(2)
	rows := v.rows(most - 1 - len(causes))
	out := []string{row("", "count", "failed", func(q string) string { return q })}
	for _, g := range rows {
		name := g.of
		if g.name != "" {
			name = "  " + g.name
		}
		out = append(out, row(name, thousands(g.count), thousands(g.failed), func(q string) string { return readable(g.latency[q]) }))
	}
	return append(out, causes...)
}

// rows are the groups in their order; steps under their patterns are in no row of their own. When there are too
// many the slowest stay.
func (v *LoadView) rows(most int) []*viewGroup {
	var list []*viewGroup
	for _, g := range v.groups {
		if g.of != ofLateness && g.of != ofPhase && !isVital(g.of) && (g.of != ofStep || !strings.Contains(g.name, "{")) {
			list = append(list, g)
		}
	}
	rank := map[string]int{ofJourneys: 0, ofScenario: 1, ofStep: 2, ofRequests: 3, ofRequest: 4}
	slices.SortStableFunc(list, func(a, b *viewGroup) int {
		return cmp.Or(cmp.Compare(rank[a.of], rank[b.of]), cmp.Compare(a.name, b.name))
	})
	if len(list) <= most {
		return list
	}
	slow := slices.Clone(list)
	slices.SortStableFunc(slow, func(a, b *viewGroup) int {
		whole := func(g *viewGroup) int { return map[bool]int{true: 0, false: 1}[g.name == ""] }
		return cmp.Or(cmp.Compare(whole(a), whole(b)), cmp.Compare(nanoseconds(b.latency["p95"]), nanoseconds(a.latency["p95"])))
	})
	slow = slow[:max(0, most)]
	return slices.DeleteFunc(list, func(g *viewGroup) bool { return !slices.Contains(slow, g) })
}

// frequent are the errors of journeys that came most often.
func (v *LoadView) frequent(most int) []string {
	keys := make([]string, 0, len(v.causes))
	for k := range v.causes {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(v.causes[b], v.causes[a]), cmp.Compare(a, b)) })
	var out []string
	for _, k := range keys[:min(len(keys), most)] {
		out = append(out, fmt.Sprintf("%s× %s", thousands(v.causes[k]), k))
	}
	return out
}

func nanoseconds(v any) time.Duration {
	d, _ := span(v)
	return d
}

// readable is a latency at three digits; "" when there is none.
func readable(v any) string {
	if d, ok := span(v); ok {
		return rounded(d)
	}
	return ""
}
