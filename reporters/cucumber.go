package reporters

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/reporters/junit"
	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// cucumber writes a run as Cucumber's JSON, which report generators and test managers read. A stage is told in the
// names of its features when there are several. What is no scenario there (promises, expectations of a load, a gate that
// did not pass) is a scenario of one step, so that nothing that failed is lost on the way. The format knows no flaky:
// such a scenario has passed, and says so in a note.
type cucumber struct{ atEnd }

func newCucumber(o Options) runners.Sink {
	c := &cucumber{atEnd{o: o}}
	c.write = c.print
	return c
}

func (c *cucumber) print() error {
	evidence := &evidenceRoom{read: c.o.Evidence}
	list := []cucumberFeature{}
	for _, p := range c.parts() {
		list = append(list, c.feature(p, evidence))
	}
	return indented(c.o.Out, list)
}

type cucumberFeature struct {
	URI         string            `json:"uri"`
	ID          string            `json:"id"`
	Keyword     string            `json:"keyword"`
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Line        int               `json:"line"`
	Tags        []cucumberTag     `json:"tags"`
	Elements    []cucumberElement `json:"elements"`
}

type cucumberTag struct {
	Name string `json:"name"`
	Line int    `json:"line"`
}

type cucumberElement struct {
	ID          string         `json:"id"`
	Keyword     string         `json:"keyword"`
	Type        string         `json:"type"`
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Line        int            `json:"line"`
	Start       string         `json:"start_timestamp,omitempty"`
	Tags        []cucumberTag  `json:"tags"`
	Steps       []cucumberStep `json:"steps"`
}

type cucumberStep struct {
	Keyword    string              `json:"keyword"`
	Name       string              `json:"name"`
	Line       int                 `json:"line"`
	Match      cucumberMatch       `json:"match"`
	Result     cucumberResult      `json:"result"`
	Embeddings []cucumberEmbedding `json:"embeddings,omitempty"`
}

type cucumberMatch struct {
	Location string `json:"location"`
}

type cucumberResult struct {
	Status   string        `json:"status"`
	Duration time.Duration `json:"duration"` // nanoseconds
	Error    string        `json:"error_message,omitempty"`
}

type cucumberEmbedding struct {
	Media string `json:"mime_type"`
	Data  string `json:"data"` // base64
	Name  string `json:"name,omitempty"`
}

func (c *cucumber) feature(p part, evidence *evidenceRoom) cucumberFeature {
	name := page.Line(p.name, 500)
	if len(c.record.stages) > 1 || p.feature == nil {
		name = page.Line(p.title(), 500)
	}
	f := cucumberFeature{Keyword: "Feature", Name: name, ID: page.Line(p.title(), 500), URI: page.Line(p.title(), 500), Line: 1, Tags: []cucumberTag{}, Elements: []cucumberElement{}}
	if p.feature == nil {
		for _, one := range p.cases {
			f.Elements = append(f.Elements, caseElement(one, p.took))
		}
		return f
	}
	f.URI = page.Line(cmp.Or(p.feature.file, p.feature.id, p.name), 500)
	for _, r := range p.feature.results {
		f.Elements = append(f.Elements, c.element(r, evidence))
	}
	return f
}

func (c *cucumber) element(r *result, evidence *evidenceRoom) cucumberElement {
	e := cucumberElement{ID: page.Line(strings.Trim(r.id+";"+r.row, ";"), 500), Keyword: "Scenario", Type: "scenario", Name: page.Line(full(r), 500), Line: r.pos.Line, Tags: []cucumberTag{}, Steps: []cucumberStep{}}
	if !r.began.IsZero() {
		e.Start = r.began.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	for _, t := range r.tags {
		e.Tags = append(e.Tags, cucumberTag{Name: page.Line(t, 200), Line: r.pos.Line})
	}
	culprit := -1
	for _, s := range r.final() {
		e.Steps = append(e.Steps, c.step(s))
		if culprit < 0 && s.status == r.status {
			culprit = len(e.Steps) - 1
		}
	}
	switch {
	case r.status == runners.Passed:
		culprit = len(e.Steps) - 1
	case r.status == runners.Flaky:
		culprit = len(e.Steps)
		note := fmt.Sprintf("flaky: passed at attempt %d%s", r.attempts, prefixed("; before: ", page.Line(r.reason(), 500)))
		e.Steps = append(e.Steps, cucumberStep{Keyword: "* ", Name: note, Match: cucumberMatch{place(r.pos)}, Result: cucumberResult{Status: string(runners.Passed)}})
	case culprit < 0: // it is not to be seen from its steps
		culprit = len(e.Steps)
		e.Steps = append(e.Steps, cucumberStep{Keyword: "* ", Name: page.Line(cmp.Or(r.reason(), string(r.status)), 500), Line: r.pos.Line, Match: cucumberMatch{place(r.pos)},
			Result: cucumberResult{Status: string(r.status), Error: c.told(r.diagnostics(), r.reason())}})
	}
	if culprit >= 0 {
		e.Steps[culprit].Embeddings = evidence.embeddings(r)
	}
	return e
}

func (c *cucumber) step(s step) cucumberStep {
	keyword, name, found := strings.Cut(page.Line(s.name, 1000), " ")
	if !found {
		keyword, name = "*", keyword
	}
	out := cucumberStep{Keyword: keyword + " ", Name: name, Line: s.pos.Line, Match: cucumberMatch{place(s.pos)}, Result: cucumberResult{Status: string(s.status), Duration: max(0, s.duration)}}
	if s.status != runners.Passed && s.status != runners.Skipped {
		var found []diag.Diagnostic
		if s.failure != nil {
			found = []diag.Diagnostic{*s.failure}
		}
		out.Result.Error = c.told(found, s.message)
	}
	return out
}

// told is why, in full.
func (c *cucumber) told(found []diag.Diagnostic, otherwise string) string {
	var b strings.Builder
	for _, d := range found {
		b.WriteString(diag.Renderer{Source: c.o.Source}.Sprint(harmless(d)))
	}
	return page.CutBytes(cmp.Or(strings.TrimRight(b.String(), "\n"), page.Line(otherwise, longestText)), junit.LongestText)
}

// caseElement is what is no scenario, as one. What is undecided is undefined there: of pending ones readers make a
// feature that passed.
func caseElement(one junit.Case, took time.Duration) cucumberElement {
	s := cucumberStep{Keyword: "* ", Name: one.Name, Match: cucumberMatch{one.Classname}, Result: cucumberResult{Status: string(runners.Passed), Duration: max(0, took)}}
	for status, f := range map[runners.Status]*junit.Finding{runners.Failed: one.Failure, runners.Undefined: one.Error, runners.Skipped: one.Skipped} {
		if f != nil {
			s.Result.Status = string(status)
			s.Result.Error = cmp.Or(strings.TrimSpace(f.Message+"\n"+f.Text), f.Type)
		}
	}
	return cucumberElement{ID: one.Classname + ";" + one.Name, Keyword: "Scenario", Type: "scenario", Name: one.Name, Tags: []cucumberTag{}, Steps: []cucumberStep{s}}
}

// embeddings are what was attached to a result, as far as there is room.
func (e *evidenceRoom) embeddings(r *result) []cucumberEmbedding {
	var list []cucumberEmbedding
	for _, a := range r.evidence {
		media, data := e.content(a)
		switch {
		case a.Text != "":
			media = "text/plain"
		case data == nil:
			media, data = "text/plain", []byte(page.Line(a.Name, 500)) // where it lies
		}
		list = append(list, cucumberEmbedding{Media: media, Data: base64.StdEncoding.EncodeToString(data), Name: page.Line(a.Name, 300)})
	}
	return list
}
