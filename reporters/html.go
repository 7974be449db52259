package reporters

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

//go:embed html.gohtml
var htmlSources embed.FS

//go:embed html.css
var htmlStyle string

//go:embed html.js
var htmlScript string

// htmlReport writes a run as one page: the sentence first, then what failed by its causes, the promises, the loads
// with their charts, and every scenario. It fetches nothing and is complete without its script, which only filters.
type htmlReport struct {
	atEnd
	series   map[string]*loadSeries     // of the stages that are loads, by name
	journeys map[string][]runners.Event // that failed and are told in full, by stage
}

func newHTML(o Options) runners.Sink {
	h := &htmlReport{atEnd: atEnd{o: o}, series: map[string]*loadSeries{}, journeys: map[string][]runners.Event{}}
	h.write = h.print
	return h
}

// mostDrawn are the points of a line in a chart.
const mostDrawn = 300

// mostJourneys bounds what a stage shows of failed journeys; runners send less.
const mostJourneys = 50

func (h *htmlReport) Emit(e runners.Event) error {
	switch {
	case e.Kind == runners.Summarised && e.Summary != nil && !e.Summary.Final:
		if h.series[e.Stage] == nil {
			h.series[e.Stage] = &loadSeries{most: mostDrawn}
		}
		h.series[e.Stage].add(e.Summary)
	case e.Kind == runners.Noticed && e.Failure != nil && len(h.journeys[e.Stage]) < mostJourneys:
		h.journeys[e.Stage] = append(h.journeys[e.Stage], e)
	}
	return h.atEnd.Emit(e)
}

func (h *htmlReport) print() error {
	t, err := template.ParseFS(htmlSources, "html.gohtml")
	if err != nil {
		return err
	}
	v := h.view()
	var body bytes.Buffer
	if err := t.ExecuteTemplate(&body, "page", v); err != nil {
		return err
	}
	title := strings.Join(nonEmpty(v.Word+": "+v.Sentence, cmp.Or(h.record.project(), "hoops")), " – ")
	return page.Document{Title: title, Icon: icons[v.Tone], Style: htmlStyle, Script: htmlScript, Body: template.HTML(body.String())}.Write(h.o.Out)
}

// icons of a browser's tab, which differ in their shapes too.
var icons = map[page.Tone]string{
	page.Good: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 8l4 5 8-10" fill="none" stroke="#1a7f4b" stroke-width="3"/></svg>`,
	page.Bad:  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M3 3l10 10M13 3L3 13" fill="none" stroke="#c0291f" stroke-width="3"/></svg>`,
	page.Open: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="#9a6a00" stroke-width="3"/></svg>`,
}

func nonEmpty(parts ...string) []string {
	var list []string
	for _, p := range parts {
		if p != "" {
			list = append(list, p)
		}
	}
	return list
}
