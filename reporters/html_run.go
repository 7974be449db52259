package reporters

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// htmlRun is what one stage did with a scenario.
type htmlRun struct {
	Stage    string // "" when there is one
	Steps    []htmlStep
	Why      string // without a diagnostic
	Found    []string
	Evidence []htmlEvidence
	Above    bool // its evidence stands with its cause
}

type htmlStep struct {
	Tone       page.Tone
	Name, Took string
	Word       string // "" of what passed
	Bar        template.HTML
}

func (h *htmlReport) run(name string, r *result, room *int, evidence *evidenceRoom) htmlRun {
	out := htmlRun{Stage: name}
	list := r.final()
	if r.status == runners.Flaky { // the attempts that failed are what is to be seen
		list = r.steps
	}
	for _, s := range list {
		step := htmlStep{Tone: statusTone(s.status), Name: page.Line(s.name, 500), Word: statusWord(s.status)}
		if s.number == 0 && !strings.HasPrefix(strings.ToLower(step.Name), "undo") {
			step.Name = "undo: " + step.Name
		}
		if s.duration > 0 {
			step.Took = brief(s.duration)
		}
		out.Steps = append(out.Steps, step)
	}
	for i, bar := range bars(list) {
		out.Steps[i].Bar = bar
	}
	if r.status == runners.Passed {
		out.Evidence = evidence.of(r)
		return out
	}
	found := r.diagnostics()
	for _, s := range r.steps {
		if r.status == runners.Flaky && s.failure != nil {
			found = append(found, *s.failure)
		}
	}
	for _, d := range found {
		text := h.diagnostic(d)
		if *room -= len(text); *room < 0 {
			text = page.Line(place(d.Range.Pos)+": "+d.Message, 300)
		}
		out.Found = append(out.Found, text)
	}
	if len(out.Found) == 0 {
		out.Why = page.Line(cmp.Or(r.reason(), map[bool]string{true: "no reason was recorded"}[!r.status.Good()]), 1000)
	}
	out.Evidence = evidence.of(r)
	return out
}

// leastDrawn is the time of a scenario from which its steps are drawn: below it they tell of nothing but chance.
const leastDrawn = 10 * time.Millisecond

// bars show when each step ran and how long it took, each behind the one before; none where there is nothing to compare.
func bars(list []step) []template.HTML {
	var all time.Duration
	timed := 0
	for _, s := range list {
		if s.duration > 0 {
			all += s.duration
			timed++
		}
	}
	if timed < 2 || all < leastDrawn {
		return nil
	}
	out := make([]template.HTML, len(list))
	var at time.Duration
	for i, s := range list {
		if s.duration <= 0 {
			continue
		}
		wide := max(.4, 100*float64(s.duration)/float64(all))
		out[i] = template.HTML(fmt.Sprintf(`<svg class="w" aria-hidden="true"><rect x="%.3g%%" width="%.3g%%"/></svg>`, min(100*float64(at)/float64(all), 100-wide), wide))
		at += s.duration
	}
	return out
}
