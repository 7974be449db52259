package reporters

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// grades of evidence, in words.
var grades = map[string]string{
	"A": "a control group at the same time", "B": "the same weekdays before", "C": "an earlier time", "D": "no comparison",
}

// basis is what a verdict rests on, one line for each thing: the window, what it is compared with, how sure it is,
// where the numbers come from and who answers for it. What the sentence says already is not said again.
func basis(v runners.Verdict) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	said := v.Sentence + " " + v.WouldChange
	if verdictOf(v) != unbound && v.Reading != "" {
		add("read as: %s%s", v.Reading, prefixed(" · ", guardrail(v)))
	}
	if w := judgedOver(v); w != "" {
		add("%s", w)
	}
	if b := v.Baseline; b != nil {
		pinned := ""
		if !b.Pinned.IsZero() {
			pinned = ", pinned " + moment(b.Pinned)
		}
		add("compared with %s%s%s", b.Words, prefixed(": ", fromTo(b.From, b.To)), pinned)
	}
	if v.Interval != "" && !strings.Contains(said, v.Interval) {
		add("the truth lies %s", v.Interval)
	}
	for _, s := range []string{v.Premise, v.Needed, v.Budget} {
		if s != "" && !strings.Contains(said, s) {
			add("%s", s)
		}
	}
	if v.Again != "" && !strings.Contains(said, v.Again) {
		add("would it hold again: %s", v.Again)
	}
	if !v.Projected.IsZero() && !strings.Contains(said, "decided by") {
		add("decided by %s at current traffic", v.Projected.UTC().Format("2 January 2006"))
	}
	var parts []string
	if v.Grade != "" {
		parts = append(parts, "evidence "+v.Grade+prefixed(": ", grades[v.Grade]))
	}
	for _, s := range []string{prefixed("owner ", v.Owner), v.Source} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if v.Query != "" {
		parts = append(parts, v.Query)
	}
	if len(parts) > 0 && verdictOf(v) != unbound {
		add("%s", strings.Join(parts, " · "))
	}
	for _, n := range v.Notes {
		add("note: %s", n)
	}
	if v.Action != "" {
		add("done: %s", v.Action)
	}
	return lines
}

// words of a verdict, with its feature where another one promises the same.
func (r *record) words(v runners.Verdict) string {
	for _, s := range r.stages {
		for i := range s.verdicts {
			if o := &s.verdicts[i]; o.Words == v.Words && featureOf(o.Clause) != featureOf(v.Clause) {
				return v.Words + " (" + r.feature(featureOf(v.Clause), "") + ")"
			}
		}
	}
	return v.Words
}

// featureOf is the feature of a clause's id: "features/checkout#2".
func featureOf(clause string) string {
	if i := strings.LastIndexByte(clause, '#'); i >= 0 {
		return clause[:i]
	}
	return clause
}

func guardrail(v runners.Verdict) string {
	if v.Guardrail {
		return "a guardrail"
	}
	return ""
}

// judgedOver is the time that was judged, and how much of it was watched.
func judgedOver(v runners.Verdict) string {
	dates := fromTo(v.From, v.To)
	if dates == "" && v.Window == "" {
		return ""
	}
	watched := ""
	if v.Coverage > 0 && v.Coverage < 1 {
		watched = fmt.Sprintf(", %d%% of it watched", int(math.Floor(100*v.Coverage)))
	}
	if v.Window == "" {
		return dates + watched
	}
	return v.Window + prefixed(": ", dates) + watched
}

// fromTo is from one time to another, the date once when it is one day.
func fromTo(from, to time.Time) string {
	switch {
	case from.IsZero() && to.IsZero():
		return ""
	case from.IsZero():
		return "until " + moment(to)
	case to.IsZero():
		return "since " + moment(from)
	case from.UTC().Format(time.DateOnly) == to.UTC().Format(time.DateOnly):
		return moment(from)[:len("2006-01-02 15:04:05")] + " to " + to.UTC().Format("15:04:05 UTC")
	}
	return moment(from) + " to " + moment(to)
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// judgesOnly reports whether the run did nothing else than judge.
func (r *record) judgesOnly() bool {
	return !slices.ContainsFunc(r.stages, func(s *stage) bool { return s.name != "" && len(s.verdicts) == 0 })
}

// measurable is how many of the features that were judged promise something that can be measured, "" where nobody
// asked for it.
func (r *record) measurable() string {
	if !r.judgesOnly() {
		return ""
	}
	features := map[string]bool{} // and whether one of its claims is bound
	total := 0
	for _, s := range r.stages {
		total = max(total, s.info.Features)
		for _, v := range s.verdicts {
			feature := featureOf(v.Clause)
			features[feature] = features[feature] || verdictOf(v) != unbound
		}
	}
	bound := 0
	for _, b := range features {
		if b {
			bound++
		}
	}
	if total = max(total, len(features)); total < 2 {
		return ""
	}
	return fmt.Sprintf("%d of %d features (%d%%) %s a promise that can be measured", bound, total, 100*bound/total, map[bool]string{true: "makes", false: "make"}[bound == 1])
}
