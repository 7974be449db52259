package owners

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
)

// What the page shows. All text in it is a harmless line; escaping is the template's.
type (
	sheet struct {
		Parts                                                    []string
		One, Headline, Share, Chosen, Made, Tool, Sources, Empty string
		Tally                                                    template.HTML
		Filters                                                  []filter
		Rows                                                     []overview
		Features                                                 []card
		Silent                                                   *silence
	}
	filter struct {
		ID, Label string
		Options   []option
	}
	option   struct{ Class, Text string }
	overview struct{ Class, Anchor, Tone, Word, Words, Short, Where string }
	card     struct {
		Class, Anchor, Name, Context, Owner, Path, Digest string
		Runbook                                           *link
		Tags                                              []string
		Promises                                          []promised
		Stages                                            []stage
	}
	link     struct{ Link, Text string }
	stage    struct{ Tone, Kind, Words string }
	promised struct {
		Class, Anchor, Tone, Headline, Unbound, Stub, Basis string
		Words                                               template.HTML
		Rewrites                                            []string
		Link                                                bool
		Claims                                              []claimed
		Trend                                               *trend
	}
	trend struct {
		Picture, Table template.HTML
		Asked, Earlier string
	}
	claimed struct {
		Guardrail                                                             bool
		Part, Title, Tone, Word, Sentence, Seen, Asked, When, Dates, Interval string
		Picture                                                               template.HTML
		Facts, How                                                            []fact
	}
	fact struct {
		Name, Words string
		Code        bool
	}
	silence struct {
		Title string
		List  []string
	}
)

// How much of one text is shown, in characters.
const (
	shortText = 200
	someText  = 1000
	longText  = 4000
)

func text(s string) string { return page.Line(s, someText) }

// view makes the page of a report.
func view(r Report) sheet {
	v := sheet{Headline: r.Totals.Sentence(), Parts: parts(r.Totals.Sentence()), Share: r.Totals.Share(), Made: page.Moment(r.Made), Tool: text(r.Tool),
		Chosen: text(strings.Join(r.Chosen, ", ")), Sources: text(strings.Join(r.Sources, ", ")), Tally: tallyBar(r.Totals), Empty: r.empty()}
	index := newIndex(r)
	v.Filters = index.filters()
	if len(index.projects.names) == 1 {
		v.One = page.Line(index.projects.names[0], shortText)
	}
	for _, f := range r.Features {
		c := cardOf(f, index)
		for i, p := range f.Promises {
			v.Rows = append(v.Rows, overview{Class: c.Promises[i].Class, Anchor: p.Anchor, Tone: string(p.Verdict.tone()), Word: wordOf(p),
				Words: page.Line(p.words(), shortText), Short: short(p), Where: page.Line(strings.Join(present(f.Name, index.context(f), p.owners(f)), " · "), shortText)})
		}
		v.Features = append(v.Features, c)
	}
	slices.SortStableFunc(v.Rows, func(a, b overview) int { return cmp.Compare(rankOf(a.Tone), rankOf(b.Tone)) })
	if n := len(r.Silent); n > 0 {
		s := &silence{Title: page.Count(int64(n), "feature") + " that promise nothing"}
		if n == 1 {
			s.Title = "1 feature that promises nothing"
		}
		for i, one := range r.Silent {
			if i == 100 {
				s.List = append(s.List, "… "+page.Count(int64(n-100), "more"))
				break
			}
			s.List = append(s.List, page.Line(strings.Join(present(one.ID, one.Place), " · "), shortText))
		}
		v.Silent = s
	}
	return v
}

// parts of a headline that a line does not break.
func parts(sentence string) []string {
	list := strings.Split(sentence, ", ")
	for i := range list[:len(list)-1] {
		list[i] += ","
	}
	return list
}

func rankOf(tone string) int {
	return slices.Index([]string{string(page.Bad), string(page.Open), string(page.Neutral), string(page.Good)}, tone)
}

func wordOf(p Promise) string {
	if p.SoFar {
		return "Delivered so far"
	}
	return p.Verdict.Word()
}

// short is one line of what was seen and asked for.
func short(p Promise) string {
	if len(p.Claims) == 0 {
		return page.Line(p.Unbound, shortText)
	}
	c := p.Claims[0]
	for _, one := range p.Claims { // of several the one that decided
		if one.Verdict == p.Verdict {
			c = one
			break
		}
	}
	if c.Observed == "" {
		return page.Line(why(c), shortText)
	}
	return page.Line(c.Observed+", and "+cmp.Or(c.Target, "something")+" was promised", shortText)
}

func (p Promise) owners(f Feature) string {
	if len(p.Owners) > 0 {
		return strings.Join(p.Owners, ", ")
	}
	return f.Owner
}

func present(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return strings.TrimSpace(s) == "" })
}

func cardOf(f Feature, x *index) card {
	c := card{Anchor: f.Anchor, Name: page.Line(cmp.Or(strings.TrimSpace(f.Name), f.ID, "(no name)"), 300), Context: page.Line(x.context(f), shortText), Owner: page.Line(f.Owner, shortText),
		Path: page.Line(f.Path, 300), Runbook: linkOf(f.Runbook), Digest: digestLine(f)}
	classes := x.of(f)
	for i, t := range f.Tags {
		if i == 20 {
			break
		}
		c.Tags = append(c.Tags, page.Line(t, 60))
	}
	for _, s := range f.Passage.Stages {
		tone := map[string]page.Tone{"passed": page.Good, "failed": page.Bad, "": page.Neutral}[s.Outcome]
		if s.Release != "" {
			tone = page.Neutral // it says nothing of what was judged
		}
		kind := s.Kind
		if s.Environment != "" && s.Environment != f.Environment {
			kind += " in " + s.Environment
		}
		c.Stages = append(c.Stages, stage{Tone: string(cmp.Or(tone, page.Open)), Kind: page.Line(kind, 80), Words: page.Line(s.Words(), shortText)})
	}
	for _, p := range f.Promises {
		made := promiseOf(f, p)
		mine := x.ofPromise(f, p)
		made.Class = strings.Join(append(slices.Clone(classes), mine...), " ")
		for _, class := range mine {
			if !slices.Contains(classes, class) {
				c.Class += " " + class
			}
		}
		c.Promises = append(c.Promises, made)
	}
	c.Class = strings.Join(slices.Compact(slices.Sorted(slices.Values(append(strings.Fields(c.Class), classes...)))), " ")
	return c
}

// linkOf makes a link of what is one; any other text stays text.
func linkOf(runbook string) *link {
	if runbook == "" {
		return nil
	}
	l := &link{Text: page.Line(runbook, 300)}
	if u, err := url.Parse(runbook); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		l.Link = runbook
	}
	return l
}

func digestLine(f Feature) string {
	if f.Passage.Digest == "" {
		return "The run that judged it recorded no digest of an artefact."
	}
	return page.Line("Digest "+f.Passage.Digest, 300)
}

func promiseOf(f Feature, p Promise) promised {
	v := promised{Anchor: p.Anchor, Words: emphasised(page.Line(p.words(), longText)), Tone: string(p.Verdict.tone()), Headline: page.Line(p.Headline, someText),
		Unbound: text(p.Unbound), Stub: page.Block(p.Stub, 300, 40), Basis: page.Line(p.basis(), someText), Link: len(f.Promises) > 1, Trend: trendOf(p)}
	for i, r := range p.Rewrites {
		if i == 5 {
			break
		}
		v.Rewrites = append(v.Rewrites, text(r))
	}
	for i, c := range p.Claims {
		made := claimView(f, p, c)
		if i > 0 { // what holds for all of them is said once
			made.Facts = slices.DeleteFunc(made.Facts, func(one fact) bool { return slices.Contains(v.Claims[0].Facts, one) })
		}
		v.Claims = append(v.Claims, made)
	}
	return v
}

// words of a clause, which may be empty in what somebody else wrote.
func (p Promise) words() string {
	return cmp.Or(strings.TrimSpace(p.Words), "(a clause without words)")
}

// basis is what a verdict stands on: when, by which run, of which release and artefact.
func (p Promise) basis() string {
	parts := []string{"Judged " + page.Moment(p.Judged)}
	run := "run " + page.Thousands(int64(p.Number))
	if p.Number == 0 {
		run = "run " + p.Run
	}
	parts = append(parts, run)
	if p.Release != "" {
		parts = append(parts, "release "+p.Release)
	}
	if p.Digest != "" {
		parts = append(parts, "artefact "+shortDigest(p.Digest))
	} else {
		parts = append(parts, "no digest recorded")
	}
	if len(p.Overrides) > 0 {
		parts = append(parts, "with "+strings.Join(p.Overrides, " "))
	}
	return strings.Join(parts, " · ")
}

func claimView(f Feature, p Promise, c Claim) claimed {
	v := claimed{Guardrail: c.Guardrail, Tone: string(c.Verdict.tone()), Word: c.Verdict.Word(), Sentence: text(c.Sentence), Seen: text(c.Seen()),
		Asked: text(cmp.Or(c.Target, "nothing that was recorded")), When: text(c.Window), Dates: c.dates(), Interval: text(c.intervalSentence())}
	if v.When == "" {
		v.When, v.Dates = cmp.Or(v.Dates, "no window was recorded"), ""
	}
	switch {
	case c.Guardrail:
		v.Part, v.Title = "Guardrail: what must not get worse", text(upper(cmp.Or(c.Reading, c.Measure)))
	case len(p.Claims) > 1:
		v.Part, v.Title = "What was promised", text(upper(cmp.Or(c.Reading, c.Measure)))
	}
	var numbers string
	v.Picture, numbers = picture(c)
	for _, one := range c.facts(p) {
		v.Facts = append(v.Facts, fact{Name: one.Name, Words: text(one.Words)})
	}
	if numbers != "" {
		v.How = append(v.How, fact{Name: "Interval in numbers", Words: text(numbers)})
	}
	for _, one := range c.how() {
		v.How = append(v.How, fact{Name: one.Name, Words: page.Line(one.Words, longText), Code: one.Code})
	}
	return v
}

func upper(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

func (r Report) empty() string {
	if len(r.Chosen) > 0 {
		return fmt.Sprintf("No promise fits: %s.", text(strings.Join(r.Chosen, ", ")))
	}
	return "Run hoops value, or a pipeline with a value stage, and then write this page again."
}
