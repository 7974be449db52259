package measure

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// OpenMetrics judges by two looks at the application's own endpoint. Without Start what counts is everything
// since the process started. Failed is why End is missing.
type OpenMetrics struct {
	Start, End *Snapshot
	Failed     error

	// Kept are the looks that a history kept from one time until another, oldest first, and the last one before, if
	// there is one; a zero from is as far back as it goes. nil keeps none.
	Kept func(ctx context.Context, from, to time.Time) ([]*Snapshot, error)
}

var _ Source = OpenMetrics{}

// jitter is how much earlier than the window a process may claim to have started: its start is computed from
// the machine's boot time, which Linux gives in whole seconds.
const jitter = time.Second

// Sample is the difference between two looks, or between those that a history kept of the window. It opens no
// connection.
func (o OpenMetrics) Sample(ctx context.Context, m ir.Measure, w Window) (Observation, error) {
	if obs, f, known := o.kept(ctx, m, w); known {
		if f != nil {
			f.Query = query(m)
			return Observation{}, f
		}
		return obs, nil
	}
	obs := Observation{Window: w, Coverage: 1, Query: m.Count}
	fail := func(reason Reason, help, format string, args ...any) (Observation, error) {
		f := &Failure{Reason: reason, Sentence: fmt.Sprintf(format, args...), Query: obs.Query, Source: obs.Source}
		if help != "" {
			f.Help = []string{help}
		}
		return Observation{}, f
	}
	whole := m.Per
	if m.Of != "" {
		whole = m.Of
	}
	if whole != "" {
		obs.Query += " per " + whole
	}
	if o.End == nil {
		if f, ok := o.Failed.(*Failure); ok && f.Reason != "" {
			g := *f
			g.Query = obs.Query
			return Observation{}, &g
		}
		if o.Failed != nil {
			return fail(SourceFailed, "", "%s", o.Failed)
		}
		return fail(SourceFailed, "", "the metrics endpoint was not read")
	}
	obs.Source = "openmetrics " + o.End.Source
	if m.Count == "" {
		return fail(SourceFailed, "a distribution or a gauge needs another from:", "%s has no count:, and openmetrics can only count", m.Name)
	}
	obs.Since = w.From
	if o.Start != nil && w.From.Before(o.Start.At.Add(-time.Minute)) { // nobody looked before
		obs.Since, obs.Window.From = o.Start.At, o.Start.At
		obs.Window.Words = "since " + o.Start.At.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	switch {
	case o.Start == nil && o.End.Started > 0:
		obs.Since = seconds(o.End.Started)
		obs.Window.From, obs.Window.Words = obs.Since, "since the process started at "+obs.Since.UTC().Format("2006-01-02 15:04:05 UTC")
	case o.Start == nil:
		obs.Since, obs.Window.From = time.Time{}, time.Time{}
		obs.Window.Words = "since the counters began"
		obs.Notes = append(obs.Notes, "process_start_time_seconds is not exported, so it is not known since when was counted")
	case o.End.Started == 0 || o.Start.Started == 0:
		obs.Notes = append(obs.Notes, "process_start_time_seconds is not exported: it is assumed that the process did not restart unless a counter fell")
	}
	events, failure := o.difference(m.Count, &obs, w)
	if failure != nil {
		return fail(failure.Reason, first(failure.Help), "%s", failure.Sentence)
	}
	obs.Events = events
	if whole != "" {
		if obs.Exposure, failure = o.difference(whole, &obs, w); failure != nil {
			return fail(failure.Reason, first(failure.Help), "%s", failure.Sentence)
		}
	}
	return obs, nil
}

// kept judges by the looks that a history kept. It is not known for the window between the two looks themselves, nor
// where the history has nothing and the process that answers now is all there is.
func (o OpenMetrics) kept(ctx context.Context, m ir.Measure, w Window) (obs Observation, f *Failure, known bool) {
	if o.Kept == nil || o.between(w) || w.From.IsZero() && o.End != nil {
		return obs, nil, false
	}
	list, err := o.Kept(ctx, w.From, w.To.Add(jitter))
	if err != nil {
		return obs, failed(SourceFailed, "the kept looks at the metrics cannot be read: %s", err), true
	}
	for _, x := range []*Snapshot{o.Start, o.End} {
		if x != nil {
			list = append(list, x)
		}
	}
	list = distinct(list)
	if w.From.IsZero() && len(list) > 0 { // since the process started: the last that was seen
		last := list[len(list)-1].Started
		list = slices.DeleteFunc(list, func(x *Snapshot) bool { return x.Started != last })
	}
	s, f := lives(list, w)
	if w.Open && o.Start == nil && o.End != nil && (f != nil || s.processes[0].base == o.End) {
		return obs, nil, false // nothing but the look of now: it speaks since its process started
	}
	switch {
	case f == nil && m.Count == "":
		f = failed(SourceFailed, "%s has no count:, and openmetrics can only count", m.Name).help("a distribution or a gauge needs another from:")
	case f != nil && o.End == nil && w.Open && o.Failed != nil:
		return obs, nil, false // it is the endpoint's own failure that matters
	}
	if f != nil {
		return obs, f, true
	}
	obs = Observation{Window: w, Coverage: 1, Query: query(m), Source: "openmetrics " + list[len(list)-1].Source}
	if o.End == nil && w.Open {
		s.to = s.last
	}
	s.watched(&obs)
	if w.From.IsZero() {
		obs.Window.From, obs.Window.Words = obs.Since, "since the process started at "+obs.Since.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	if obs.Events, f = s.rise(m.Count, &obs); f == nil && whole(m) != "" {
		obs.Exposure, f = s.rise(whole(m), &obs)
	}
	if f != nil {
		f.Source = obs.Source
		return obs, f, true
	}
	if s.assumed {
		obs.Notes = append(obs.Notes, "process_start_time_seconds is not exported: it is assumed that the process did not restart unless a counter fell")
	}
	if !w.Open && s.last.Before(w.To) {
		obs.Window.To = s.last
	}
	if o.End == nil && w.Open {
		obs.Window.To, obs.Notes = s.last, append(obs.Notes, "the endpoint was not read now: it is judged by the last look that was kept, of "+s.last.UTC().Format("2 January 2006 15:04:05 UTC"))
	}
	return obs, nil, true
}

// between reports whether a window is that of the two looks.
func (o OpenMetrics) between(w Window) bool {
	return o.Start != nil && o.End != nil && w.Release == "" && !w.From.Before(o.Start.At.Add(-time.Minute)) && !w.From.After(o.Start.At.Add(time.Second)) && w.Open
}

// distinct leaves out looks that are there twice: the history may know the current run's already.
func distinct(list []*Snapshot) []*Snapshot {
	seen := map[time.Time]bool{}
	var all []*Snapshot
	for _, x := range list {
		if !seen[x.At.Round(0).UTC()] {
			seen[x.At.Round(0).UTC()] = true
			all = append(all, x)
		}
	}
	return all
}

// difference sums what the series of a selector rose by, each with its own resets.
func (o OpenMetrics) difference(query string, obs *Observation, w Window) (*big.Rat, *Failure) {
	sel, err := ParseSelector(query)
	if err != nil {
		return nil, &Failure{Reason: SourceFailed, Sentence: err.Error(), Help: []string{"functions and operators need a server: use from: prometheus"}}
	}
	if t := o.End.Types[sel.Name]; t == "gauge" || t == "info" || t == "stateset" {
		return nil, &Failure{Reason: SourceFailed, Sentence: fmt.Sprintf("%s is a %s, which can fall, and a count needs a counter", sel.Name, t), Help: []string{"export a counter"}}
	}
	before, after := o.Start.matching(sel), o.End.matching(sel)
	if len(after) == 0 {
		if len(before) > 0 {
			return nil, &Failure{Reason: NoData, Sentence: query + " was there at the start and is gone", Help: []string{"is a wrong or another process answering?"}}
		}
		return nil, &Failure{Reason: NoData, Sentence: query + " is not among the metrics", Help: []string{"initialise the counter with 0 when the software starts, or check its name and labels" + o.End.near(sel.Name)}}
	}
	restarted := o.Start != nil && o.Start.Started > 0 && o.End.Started > 0 && o.Start.Started != o.End.Started
	if restarted {
		why := "the process restarted"
		if !seconds(o.End.Started).After(o.Start.At) {
			why = "another process answered at the end than at the start"
		}
		o.gap(obs, why)
	}
	sum := new(big.Rat)
	for key, a := range after {
		b, known := before[key]
		for _, s := range []Series{a, b} {
			if s.Unusable != "" {
				return nil, &Failure{Reason: NoData, Sentence: fmt.Sprintf("%s is %s", query, s.Unusable)}
			}
		}
		if a.Value < 0 {
			return nil, &Failure{Reason: SourceFailed, Sentence: fmt.Sprintf("%s is below 0, so it is no counter", query)}
		}
		value := new(big.Rat).SetFloat64(a.Value)
		switch {
		case o.Start == nil, restarted:
		case known && a.Value < b.Value:
			o.gap(obs, query+" fell, so it began again")
		case known:
			value.Sub(value, new(big.Rat).SetFloat64(b.Value))
		case o.End.Started == 0 || seconds(o.End.Started).Before(w.From.Add(-jitter)):
			return nil, &Failure{Reason: NoData, Sentence: query + " was not there at the start, and the process is older than the window",
				Help: []string{"initialise the counter with 0 when the software starts"}}
		}
		sum.Add(sum, value)
	}
	for key, b := range before {
		if _, still := after[key]; !still && !restarted {
			if b.Unusable != "" {
				return nil, &Failure{Reason: NoData, Sentence: fmt.Sprintf("%s is %s", query, b.Unusable)}
			}
			o.gap(obs, "a series of "+query+" is gone")
		}
	}
	return sum, nil
}

// gap notes that events may have been lost between the looks. After a restart the window is watched from the
// new start; how much a fallen counter or another process hides is not known, so nothing is claimed.
func (o OpenMetrics) gap(obs *Observation, why string) {
	coverage := 0.0
	again := seconds(o.End.Started)
	if length := o.End.At.Sub(o.Start.At); o.Start.Started > 0 && o.End.Started > o.Start.Started && again.After(o.Start.At) && length > 0 {
		coverage = min(1, max(0, o.End.At.Sub(again).Seconds()/length.Seconds()))
	}
	if obs.Gap == "" || coverage < obs.Coverage {
		obs.Coverage, obs.Gap = coverage, why
	}
}

func (s *Snapshot) matching(sel Selector) map[string]Series {
	if s == nil {
		return nil
	}
	found := map[string]Series{}
	for _, x := range s.Series {
		if sel.Matches(x.Name, x.Labels) {
			found[x.Labels.key()] = x
		}
	}
	return found
}

// near names a metric that is almost the one asked for: a counter is often written without its _total.
func (s *Snapshot) near(name string) string {
	for _, x := range s.Series {
		if x.Name != name && strings.TrimSuffix(x.Name, "_total") == strings.TrimSuffix(name, "_total") {
			return "; there is " + x.Name
		}
		if x.Name == name {
			return "; " + name + " is there with other labels"
		}
	}
	return ""
}

func seconds(unix float64) time.Time {
	return time.Unix(0, int64(unix*1e9))
}

func first(help []string) string {
	if len(help) == 0 {
		return ""
	}
	return help[0]
}
