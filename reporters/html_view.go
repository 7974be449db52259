package reporters

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/reporters/junit"
	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// htmlView is what the page says, as text that the template escapes.
type htmlView struct {
	Project, When, Word, Sentence, Why string
	Tone                               page.Tone
	Also                               []string // what else is to be said first
	Tally                              template.HTML
	Facts                              []htmlFact
	Stages                             []htmlStage
	Expectations                       []htmlMark // that do not hold
	Failures, Flaky                    []htmlCause
	MoreFailures                       string
	Promises                           []htmlPromise
	Loads                              []*htmlLoad
	Scenarios                          htmlScenarios
	Notices                            []string
	MoreNotices                        string
}

type htmlFact struct {
	Name, Words string
	Code        bool
}

type htmlMark struct {
	Tone        page.Tone
	Words, Link string
}

type htmlStage struct {
	Tone                  page.Tone
	Name, How, Word, Ran  string
	Message, Took, Anchor string
}

// htmlPromise is a verdict.
type htmlPromise struct {
	Anchor, Clause        string // the id of its feature
	Feature               string // as people call it
	Tone                  page.Tone
	Word, Words, Sentence string
	Basis                 []string
	Change                string
	Help                  []string
}

const mostNotices = 200

func (h *htmlReport) view() *htmlView {
	r := &h.record
	v := &htmlView{Project: page.Line(r.project(), 200), Tone: outcomeTone(r.outcome()), Word: outcomeTitle(r.outcome()), Why: page.Line(r.why(), 1000)}
	if !r.began.IsZero() {
		v.When = page.Moment(r.began)
	}
	parts := h.sentences()
	v.Sentence, v.Also = parts[0], parts[1:]
	v.Tally = tallyOf(r.counts(), r)
	v.Facts = factsOf(r)
	anchors := map[string]bool{}
	for _, s := range r.stages {
		load := ""
		if s.summary != nil {
			l := h.load(s, page.Anchor(anchors, "load", s.name))
			v.Loads = append(v.Loads, l)
			load = l.Anchor
			for _, e := range l.Expectations {
				if e.Tone != page.Good {
					v.Expectations = append(v.Expectations, htmlMark{e.Tone, stageName(s) + ": " + e.Words, l.Anchor})
				}
			}
		}
		if len(r.stages) == 1 && s.message == "" { // all that there is to say stands above
			continue
		}
		ran, message := s.tally(), s.message
		if s.skipped {
			ran, message = s.message, ""
		}
		v.Stages = append(v.Stages, htmlStage{Tone: outcomeTone(s.ended()), Word: string(s.ended()), Name: stageName(s), Anchor: load,
			How: strings.Join(nonEmpty(page.Line(strings.TrimSpace(strings.TrimPrefix(s.info.Runner, s.name)+" "+s.info.Driver), 100), page.Line(s.info.Environment, 100), page.Line(s.loadWords(), 200)), ", "), Ran: page.Line(ran, 500), Message: page.Line(message, 1000),
			Took: s.lasted()})
	}
	for _, one := range worstFirst(r.verdicts()) {
		v.Promises = append(v.Promises, promiseOf(one, page.Anchor(anchors, "promise", one.Clause), page.Line(r.titles[featureOf(one.Clause)], 200)))
	}
	v.Scenarios = h.scenarios(v.Promises)
	v.Failures, v.Flaky, v.MoreFailures = h.causes(v.Scenarios.results)
	for i, n := range r.notices {
		if i == mostNotices {
			v.MoreNotices = fmt.Sprintf("… and %s more", thousands(int64(len(r.notices)-i)))
			break
		}
		v.Notices = append(v.Notices, page.Line(n, 1000))
	}
	return v
}

// sentences say how the run went: first of what decided it.
func (h *htmlReport) sentences() []string {
	type said struct {
		words string
		rank  int
	}
	var parts []said
	rank := func(s *stage) int { return slices.Index(worstTones, outcomeTone(s.outcome())) }
	say := func(s *stage, words string) {
		if len(h.record.stages) > 1 {
			words = stageName(s) + ": " + words
		}
		parts = append(parts, said{page.Line(words, 500), rank(s)})
	}
	var plain runners.Counts
	worstPlain, worstPromised := len(worstTones), len(worstTones)
	for _, s := range h.record.stages {
		if len(s.verdicts) > 0 {
			worstPromised = min(worstPromised, rank(s))
		}
		switch {
		case s.summary != nil:
			say(s, strings.TrimPrefix(expectationsTally(s.summary)+"; "+journeys(s.summary), "; "))
		case s.repeated():
			say(s, s.ran())
		case s.counts().Total() > 0:
			plain = added(plain, s.counts())
			worstPlain = min(worstPlain, rank(s))
		}
	}
	if plain.Total() > 0 {
		parts = append([]said{{scenariosTally(plain), worstPlain}}, parts...)
	}
	if p := promises(h.record.verdicts()); p != "" {
		parts = append(parts, said{p, worstPromised})
	}
	if len(parts) == 0 {
		return []string{"nothing was run"}
	}
	slices.SortStableFunc(parts, func(a, b said) int { return cmp.Compare(a.rank, b.rank) })
	var list []string
	for _, p := range parts {
		list = append(list, p.words)
	}
	return list
}

func scenariosTally(c runners.Counts) string {
	n, good, waiting := c.Total(), c.Passed+c.Flaky, c.Undefined+c.Pending+c.Ambiguous
	of := func(k int, words string) string {
		if n == 1 {
			return "the one scenario " + words
		}
		return fmt.Sprintf("%s of %s scenarios %s", thousands(int64(k)), thousands(int64(n)), words)
	}
	switch {
	case c.Failed > 0:
		return of(c.Failed, "failed")
	case waiting > 0:
		return of(waiting, "could not be run to the end")
	case good == n && n > 1:
		return fmt.Sprintf("all %s scenarios passed", thousands(int64(n)))
	case good == 0:
		return "no scenario was run, " + thousands(int64(n)) + " skipped"
	}
	return of(good, "passed")
}

func expectationsTally(s *runners.Summary) string {
	n := map[runners.Outcome]int{}
	for _, e := range s.Expectations {
		n[decided(e.Outcome)]++
	}
	if len(s.Expectations) == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %s met", n[runners.GatePassed], plural(int64(len(s.Expectations)), "expectation")) +
		prefixed(", ", phrase(count{n[runners.GateFailed], "missed"}, count{n[runners.GateUndecided], "undecided"}))
}

// tallyOf is the counts as one bar, with its words below it.
func tallyOf(c runners.Counts, r *record) template.HTML {
	for _, s := range r.stages {
		if s.summary != nil || s.repeated() { // journeys and runs are no scenarios
			c = without(c, s.counts())
		}
	}
	all := c.Total()
	if all <= 0 {
		return ""
	}
	var bar, legend strings.Builder
	at := 0.0
	n := map[runners.Status]int{runners.Failed: c.Failed, runners.Undefined: c.Undefined, runners.Ambiguous: c.Ambiguous, runners.Pending: c.Pending,
		runners.Flaky: c.Flaky, runners.Skipped: c.Skipped, runners.Passed: c.Passed}
	for _, word := range worstStatuses {
		if n[word] <= 0 {
			continue
		}
		wide, gap := 100*float64(n[word])/float64(all), .3
		if at+wide > 99.9 {
			gap = 0
		}
		fmt.Fprintf(&bar, `<rect class="%s" x="%.2f%%" y="0" width="%.2f%%" height="10"/>`, statusTone(word), at, max(wide-gap, .3))
		fmt.Fprintf(&legend, `<li class="mark-%s"><b>%s</b> %s</li>`, statusTone(word), thousands(int64(n[word])), word)
		at += wide
	}
	return template.HTML(`<svg class="tally" width="100%" height="10" aria-hidden="true">` + bar.String() + `</svg><ul class="legend">` + legend.String() + `</ul>`)
}

func without(a, b runners.Counts) runners.Counts {
	return added(a, runners.Counts{Passed: -b.Passed, Failed: -b.Failed, Flaky: -b.Flaky, Skipped: -b.Skipped, Pending: -b.Pending, Undefined: -b.Undefined, Ambiguous: -b.Ambiguous})
}

func factsOf(r *record) []htmlFact {
	var list []htmlFact
	add := func(name, words string, code bool) {
		if words = page.Line(words, 1000); words != "" {
			list = append(list, htmlFact{name, words, code})
		}
	}
	one := func(of func(*stage) string) string { // what stages say, each once
		var said []string
		seen := map[string]bool{}
		for _, s := range r.stages {
			if w := strings.TrimSpace(of(s)); w != "" && !seen[w] {
				seen[w] = true
				said = append(said, w)
			}
		}
		return strings.Join(said, ", ")
	}
	add("environment", one(func(s *stage) string { return s.info.Environment + " " + s.info.URL }), false)
	add("release", cmp.Or(one(func(s *stage) string { return s.info.Release }), r.info.Release), false)
	add("how", one(func(s *stage) string { return s.info.Runner + " " + s.info.Driver }), false)
	add("took", total(r.duration()), false)
	add("made by", cmp.Or(r.info.Tool, one(func(s *stage) string { return s.info.Tool })), false)
	add("run", r.id, false)
	add("artefact", r.digest(), true)
	add("overrides", strings.Join(r.overrides(), " "), true)
	add("seed", one(func(s *stage) string {
		if s.info.Seed == 0 {
			return ""
		}
		return fmt.Sprint(s.info.Seed)
	}), true)
	return list
}

func promiseOf(v runners.Verdict, anchor, feature string) htmlPromise {
	p := htmlPromise{Anchor: anchor, Clause: featureOf(v.Clause), Feature: feature, Tone: verdictTone(v), Word: verdictWords[verdictOf(v)], Words: page.Line(cmp.Or(v.Words, v.Clause, "(no words)"), 500), Sentence: page.Line(because(v), 2000)}
	for _, b := range basis(v) {
		p.Basis = append(p.Basis, page.Line(b, 1000))
	}
	if v.WouldChange != "" && verdictOf(v) != delivered {
		p.Change = page.Line(v.WouldChange, 500)
	}
	for _, help := range v.Help {
		p.Help = append(p.Help, page.Block(diag.Cut(help, longestText), 500, 60))
	}
	return p
}

var verdictWords = map[string]string{delivered: "Delivered", missed: "Missed", undecided: "Not yet known", unbound: "Cannot be measured"}

func verdictTone(v runners.Verdict) page.Tone {
	return map[string]page.Tone{delivered: page.Good, missed: page.Bad, undecided: page.Open, unbound: page.Neutral}[verdictOf(v)]
}

func outcomeTone(o runners.Outcome) page.Tone {
	switch o {
	case runners.GatePassed:
		return page.Good
	case runners.GateFailed:
		return page.Bad
	case notRun:
		return page.Neutral
	}
	return page.Open
}

func outcomeTitle(o runners.Outcome) string {
	return map[page.Tone]string{page.Good: "Passed", page.Bad: "Failed", page.Open: "Undecided"}[outcomeTone(o)]
}

func statusTone(s runners.Status) page.Tone {
	switch s {
	case runners.Passed:
		return page.Good
	case runners.Failed:
		return page.Bad
	case runners.Skipped:
		return page.Neutral
	}
	return page.Open
}

// told in full, as the terminal shows it without colour.
func (h *htmlReport) diagnostic(d diag.Diagnostic) string {
	return strings.TrimRight(page.CutBytes(diag.Renderer{Source: h.o.Source}.Sprint(harmless(d)), junit.LongestText), "\n")
}
