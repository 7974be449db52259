package reporters

import (
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// htmlLoad is one load stage: what was expected first, then how it went.
type htmlLoad struct {
	Anchor, Name, Words, Arrivals string
	Closed                        bool
	Late, OnTime                  string // hoops itself
	Expectations                  []htmlMark
	Figures                       []htmlFigure
	Resolution                    string
	Causes                        template.HTML
	Tables                        []htmlTable
	Seconds                       template.HTML
	Parts                         []htmlPart
	MoreParts                     string
	Journeys                      []htmlJourney
}

// htmlFigure is a chart and what says the same.
type htmlFigure struct {
	Title, Note string
	Legend      []htmlKey
	Picture     template.HTML
	Table       template.HTML
}

type htmlKey struct {
	Line  int // as the style sheet numbers them
	Tone  page.Tone
	Words string
}

type htmlTable struct {
	Title string
	Body  template.HTML
}

// htmlPart is a step or a request by itself.
type htmlPart struct {
	Title   string
	Figures []htmlFigure
	Causes  template.HTML
}

type htmlJourney struct{ Title, Text string }

// mostHTMLParts bounds the steps and requests with charts of their own; the tables have all.
const mostHTMLParts = 60

func (h *htmlReport) load(s *stage, anchor string) *htmlLoad {
	sum := s.summary
	l := &htmlLoad{Anchor: anchor, Name: stageName(s), Words: page.Line(sum.Load, 200), Closed: sum.Model == closedModel, Late: page.Line(sum.Late, 500)}
	t := terminal{}
	t.arrivals(s)
	l.Arrivals = page.Line(strings.TrimSpace(t.text.String()), 500)
	for _, e := range sum.Expectations {
		l.Expectations = append(l.Expectations, htmlMark{Tone: outcomeTone(decided(e.Outcome)), Words: strings.Replace(expectation(sum, e), "  got ", ": got ", 1) + map[bool]string{true: " – nobody wrote it: it is implied"}[e.Implied]})
	}
	for _, g := range groups(sum, ofLateness) {
		if p99 := latency(g, "p99"); p99 != "" {
			l.OnTime = fmt.Sprintf("hoops itself started journeys late by %s (p50), %s (p99), %s (max)", latency(g, "p50"), p99, latency(g, "max"))
		}
	}
	series := h.series[s.name]
	if series != nil {
		series.settle()
	}
	if series != nil && len(series.points) > 1 {
		l.Figures = series.figures(s)
		l.Seconds = series.table(l.Closed).HTML()
		if series.merged > 1 {
			l.Resolution = fmt.Sprintf("Each point is %d intervals: counts of all of them, percentiles of the slowest.", series.merged)
		}
	}
	for _, g := range groups(sum, ofJourneys) {
		if f, ok := histogramOf(g, "Latency of journeys"); ok {
			l.Figures = append(l.Figures, f)
		}
	}
	if series != nil && len(series.points) > 1 {
		if f, ok := series.errors(sum); ok {
			l.Figures = append(l.Figures, f)
		}
	}
	l.Causes = causeTable(sum)
	l.Tables = measuredTables(sum)
	l.parts(sum, series)
	for _, e := range h.journeys[s.name] {
		title := strings.Join(nonEmpty(page.Line(cmp.Or(e.Name, e.Scenario, "a journey"), 200), place(e.Pos), page.Line(e.Message, 300)), " · ")
		text := h.diagnostic(*e.Failure)
		if e.Attachment != nil && e.Attachment.Text != "" { // what was sent and received
			text += "\n\n" + page.Block(page.CutBytes(e.Attachment.Text, mostText), 2000, 500)
		}
		l.Journeys = append(l.Journeys, htmlJourney{title, text})
	}
	return l
}

var htmlGroupTitles = []struct {
	of, title string
	keep      func(runners.Group) bool
}{
	{ofScenario, "Scenarios", anyGroup}, {ofStep, "Steps", func(g runners.Group) bool { return !ofDefinition(g) }}, {ofStep, "Steps by their definitions", ofDefinition},
	{ofRequest, "Requests", anyGroup}, {ofPhase, "Phases of some requests", anyGroup},
}

func anyGroup(runners.Group) bool { return true }

// ofDefinition is a step by the pattern of its definition: what its steps measure is in it once more.
func ofDefinition(g runners.Group) bool { return g.Of == ofStep && strings.Contains(g.Name, "{") }

// measuredTables are the numbers of everything that was measured.
func measuredTables(sum *runners.Summary) []htmlTable {
	var out []htmlTable
	for _, kind := range htmlGroupTitles {
		rows := page.Table{Head: []string{"", "count", "rate", "failed", "p50", "p95", "p99", "max"}}
		switch kind.of {
		case ofRequest:
			rows.Head = append(rows.Head, "statuses")
		case ofPhase:
			rows.Head = append(rows.Head[:2:2], columns...)
		}
		add := func(name string, g runners.Group) {
			row := []string{name, thousands(g.Count), perSecond(float64(g.Count) / max(.001, arrivalTime(sum).Seconds())), thousands(g.Failed)}
			if kind.of == ofPhase {
				row = row[:2]
			}
			for _, q := range columns {
				row = append(row, latency(g, q))
			}
			if kind.of == ofRequest {
				row = append(row, codesOf(g))
			}
			rows.Rows = append(rows.Rows, row)
		}
		list := groups(sum, kind.of)
		if kind.of == ofScenario {
			for _, g := range groups(sum, ofJourneys) {
				add("all journeys", g)
			}
		}
		if all := groups(sum, ofRequests); kind.of == ofRequest && len(all) > 0 {
			add("all requests", all[0])
		}
		for _, g := range list {
			if !kind.keep(g) {
				continue
			}
			add(page.Line(cmp.Or(g.Name, "(no name)"), 200), g)
		}
		if len(rows.Rows) > 0 {
			out = append(out, htmlTable{kind.title, rows.HTML()})
		}
	}
	if pages := pageTable(sum); len(pages.Rows) > 0 {
		out = append(out, htmlTable{"Pages in browsers", pages.HTML()})
	}
	return out
}

// codesOf is "201: 12,002, 500: 2".
func codesOf(g runners.Group) string {
	var parts []string
	for _, code := range slices.Sorted(maps.Keys(g.Codes)) {
		parts = append(parts, strconv.Itoa(code)+": "+thousands(g.Codes[code]))
	}
	return strings.Join(parts, ", ")
}

// causeTable is what went wrong how often.
func causeTable(sum *runners.Summary) template.HTML {
	rows := page.Table{Head: []string{"cause", "of", "times"}}
	add := func(what string, list []runners.Cause) {
		for _, c := range mostFirst(list) {
			rows.Rows = append(rows.Rows, []string{page.Line(c.Key, 500), what, thousands(c.Count)})
		}
	}
	for _, g := range groups(sum, ofJourneys) {
		add("journeys", g.Errors)
	}
	for _, g := range groups(sum, ofRequest) {
		add(page.Line(g.Name, 200), g.Errors)
	}
	if len(rows.Rows) == 0 {
		return ""
	}
	if left := len(rows.Rows) - mostHTMLCauses; left > 0 {
		rows.Rows = append(rows.Rows[:mostHTMLCauses], []string{fmt.Sprintf("and %d more", left), "", ""})
	}
	return rows.HTML()
}

// parts are the steps and requests that took the most time together, each with how it went.
func (l *htmlLoad) parts(sum *runners.Summary, series *loadSeries) {
	var list []runners.Group
	for _, of := range []string{ofScenario, ofStep, ofRequest} {
		all := groups(sum, of)
		if of == ofScenario && len(all) < 2 {
			continue // the charts above are of it
		}
		list = append(list, slices.DeleteFunc(all, ofDefinition)...)
	}
	if left := len(list) - mostHTMLParts; left > 0 {
		slices.SortStableFunc(list, func(a, b runners.Group) int { return cmp.Compare(b.Sum, a.Sum) })
		list = list[:mostHTMLParts]
		l.MoreParts = fmt.Sprintf("These are the %d on which the most time was spent; the tables above have %s more.", mostHTMLParts, thousands(int64(left)))
	}
	for _, g := range list {
		if g.Count == 0 {
			continue
		}
		name := page.Line(cmp.Or(g.Name, "(no name)"), 200)
		p := htmlPart{Title: fmt.Sprintf("%s: %s, %s failed%s", name, thousands(g.Count), thousands(g.Failed), prefixed(", p95 ", latency(g, "p95")))}
		if series != nil && len(series.points) > 1 {
			key := groupKey{g.Of, g.Name, g.Scenario}
			if series.timed(key) {
				p.Figures = append(p.Figures, series.latency(key, name))
			}
			p.Figures = append(p.Figures, series.rates(key))
		}
		if f, ok := histogramOf(g, "Latency of "+name); ok {
			p.Figures = append(p.Figures, f)
		}
		rows := page.Table{Head: []string{"cause", "times"}}
		for _, c := range mostFirst(g.Errors) {
			rows.Rows = append(rows.Rows, []string{page.Line(c.Key, 500), thousands(c.Count)})
		}
		if len(rows.Rows) > 0 {
			p.Causes = rows.HTML()
		}
		if len(p.Figures) > 0 || p.Causes != "" {
			l.Parts = append(l.Parts, p)
		}
	}
}
