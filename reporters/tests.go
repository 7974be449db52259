package reporters

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/reporters/junit"
	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// part is one thing that a stage did, as tests.
type part struct {
	stage   *stage
	feature *feature // nil of promises, expectations and gates
	name    string
	at      time.Time
	took    time.Duration
	cases   []junit.Case
	out     string
}

func (p part) title() string {
	if p.stage.name == "run" && p.name == "run" {
		return p.name
	}
	return stageName(p.stage) + ": " + p.name
}

// parts of a run: at least one, and one that is red where the run did not pass.
func (a *atEnd) parts() []part {
	var all []part
	red := false
	add := func(p part) {
		red = red || slices.ContainsFunc(p.cases, func(c junit.Case) bool { return c.Failure != nil || c.Error != nil })
		all = append(all, p)
	}
	for _, s := range a.record.stages {
		before := red
		red = false
		shown := len(all)
		for _, f := range s.features() {
			p := part{stage: s, feature: &f, name: a.record.feature(f.id, f.file), took: f.duration()}
			p.at, p.cases, p.out = a.cases(s, f)
			add(p)
		}
		at := cmp.Or(s.began, a.record.began)
		if len(s.verdicts) > 0 {
			add(part{stage: s, name: "promises", at: at, cases: a.verdictCases(s), out: a.verdictText(s)})
		}
		if s.summary != nil && len(s.summary.Expectations) > 0 {
			add(part{stage: s, name: "expectations", at: at, took: s.duration, cases: expectationCases(s)})
		}
		silent := len(all) == shown // an approval stage
		if s.name != "" && (silent || !red && s.outcome() != runners.GatePassed) {
			why := s.message
			if !s.finished && !s.skipped {
				why = unfinished
			}
			add(part{stage: s, name: "gate", at: at, took: s.duration, cases: []junit.Case{gate(stageName(s), s.ended(), why)}})
		}
		red = red || before
	}
	if o := a.record.outcome(); !a.record.finished || !red && o != runners.GatePassed || len(all) == 0 {
		add(part{stage: &stage{name: "run"}, name: "run", at: a.record.began, took: a.record.duration(), cases: []junit.Case{gate("run", o, a.record.why())}})
	}
	return all
}

func (a *atEnd) cases(s *stage, f feature) (at time.Time, cases []junit.Case, out string) {
	var notes strings.Builder
	for _, r := range f.results {
		if at.IsZero() || r.began.Before(at) {
			at = r.began
		}
		c := junit.Case{Name: page.Line(full(r), 500), Classname: classname(s, f.id, f.file), Time: junit.Seconds(r.duration)}
		found := &junit.Finding{Message: junit.Message(r.reason(), string(r.status)), Type: string(r.status), Text: a.inFull(r)}
		switch r.status {
		case runners.Passed:
		case runners.Flaky:
			fmt.Fprintf(&notes, "flaky: %s passed at attempt %d%s\n", c.Name, r.attempts, prefixed("; before: ", page.Line(r.reason(), 500)))
		case runners.Skipped:
			c.Skipped = &junit.Finding{Message: junit.Message(r.reason(), "")}
		case runners.Undefined, runners.Pending, runners.Ambiguous:
			c.Error = found
		default:
			if list := r.diagnostics(); len(list) > 0 && list[0].Code != "" {
				found.Type = page.Line(list[0].Code, 200)
			}
			c.Failure = found
			if r.abandoned {
				c.Failure, c.Error = nil, found
				found.Type = "unfinished"
			}
		}
		cases = append(cases, c)
	}
	return at, cases, notes.String()
}

// inFull is the steps and diagnostics of a result, as the terminal shows them without colour.
func (a *atEnd) inFull(r *result) string {
	var b strings.Builder
	plain := terminal{}
	plain.steps(r, true)
	b.WriteString(plain.text.String())
	for _, d := range r.diagnostics() {
		b.WriteString(diag.Renderer{Source: a.o.Source}.Sprint(harmless(d)))
	}
	if b.Len() == 0 {
		return ""
	}
	return page.CutBytes("\n"+b.String(), junit.LongestText)
}

func (a *atEnd) verdictCases(s *stage) []junit.Case {
	var cases []junit.Case
	for _, v := range s.verdicts {
		c := junit.Case{Name: page.Line(cmp.Or(a.record.words(v), v.Clause, "(no words)"), 500), Classname: classname(s, v.Clause, "promises"), Time: junit.Seconds(0)}
		found := &junit.Finding{Message: junit.Message(because(v), verdictOf(v)), Type: verdictOf(v)}
		switch verdictOf(v) {
		case delivered:
		case missed:
			c.Failure = found
		case unbound:
			c.Skipped = &junit.Finding{Message: junit.Message("unbound: "+strings.Join(append([]string{because(v)}, v.Help...), "; "), "")}
		default:
			c.Error = found
		}
		cases = append(cases, c)
	}
	return cases
}

// verdictText is what every verdict rests on, those that are delivered too, which have no place of their own.
func (a *atEnd) verdictText(s *stage) string {
	var b strings.Builder
	for _, v := range worstFirst(s.verdicts) {
		lines := basis(v)
		if len(lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s: %s%s\n", verdictWord(v), page.Line(a.record.words(v), 300), prefixed(" — ", page.Line(because(v), 1000)))
		for _, l := range lines {
			fmt.Fprintf(&b, "  %s\n", page.Line(l, 1000))
		}
	}
	return b.String()
}

// expectationCases are what a load stage had to hold.
func expectationCases(s *stage) []junit.Case {
	var cases []junit.Case
	for _, e := range s.summary.Expectations {
		c := gate(classname(s, "expectations"), decided(e.Outcome), expectation(s.summary, e))
		c.Name = page.Line(cmp.Or(e.Source, "(no expression)"), 500)
		cases = append(cases, c)
	}
	return cases
}

// gate is a testcase for what no scenario tells: how a stage or the run ended.
func gate(class string, o runners.Outcome, why string) junit.Case {
	c := junit.Case{Name: "gate", Classname: class, Time: junit.Seconds(0)}
	found := &junit.Finding{Message: junit.Message(why, string(o)), Type: string(o)}
	switch o {
	case runners.GatePassed:
	case runners.GateFailed:
		c.Failure = found
	case notRun:
		c.Skipped = &junit.Finding{Message: junit.Message("not run: "+why, "")}
	default:
		c.Error = found
	}
	return c
}

func stageName(s *stage) string { return page.Line(cmp.Or(strings.TrimSpace(s.name), "run"), 200) }

func classname(s *stage, parts ...string) string {
	for _, p := range parts {
		if p != "" {
			return stageName(s) + "." + page.Line(p, 500)
		}
	}
	return stageName(s)
}
