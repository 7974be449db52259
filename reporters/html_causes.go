package reporters

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

const (
	mostHTMLCauses = 200
	mostNamed      = 25 // scenarios of a cause
)

// htmlCause is one thing that went wrong, in one scenario or in many.
type htmlCause struct {
	Title, Count string
	Tone         page.Tone
	Stages       string
	Run          htmlRun // of the first
	Scenarios    []htmlNamed
	More         string
	n            int
	stages       []string
	shown        *htmlRun // what Run is a copy of, nil when there is none
}

type htmlNamed struct{ Anchor, Name, Place string }

// causes groups what did not pass by "file:line step – first line". The same message at the same line is one cause, of
// all rows of an outline; so is the same message of the same step, in however many scenarios.
func (h *htmlReport) causes(list []*htmlScenario) (failures, flaky []htmlCause, more string) {
	var all, unsteady []*htmlCause
	known := map[string]*htmlCause{}
	for _, one := range list {
		for _, in := range one.in {
			if in.status == runners.Passed || in.status == runners.Skipped || in.stage.outcome() == runners.GatePassed && in.status != runners.Flaky {
				continue // or it recovered
			}
			first, _, _ := strings.Cut(in.reason(), "\n")
			where, words := in.pos, ""
			if s, ok := in.culprit(); ok {
				words = s.name
				where = cmp.Or(s.pos, where)
			}
			if first == words {
				first = string(in.status)
			}
			kind := string(in.status) + "\x00" + first + "\x00"
			keys := []string{kind + where.String(), kind + words}
			cause := cmp.Or(known[keys[0]], known[keys[1]])
			if cause == nil {
				title := page.Line(strings.Join(nonEmpty(strings.TrimSpace(place(where)+" "+words), cmp.Or(first, string(in.status))), " – "), 500)
				cause = &htmlCause{Title: title, Tone: statusTone(in.status)}
				cause.Run, cause.shown = runOf(one, in)
				if in.status == runners.Flaky {
					unsteady = append(unsteady, cause)
				} else {
					all = append(all, cause)
				}
			}
			for i, k := range keys {
				if i == 0 || words != "" {
					known[k] = cause
				}
			}
			cause.n++
			if s := stageName(in.stage); !slices.Contains(cause.stages, s) {
				cause.stages = append(cause.stages, s)
			}
			if len(cause.Scenarios) < mostNamed && (len(cause.Scenarios) == 0 || cause.Scenarios[len(cause.Scenarios)-1].Anchor != one.Anchor) {
				cause.Scenarios = append(cause.Scenarios, htmlNamed{one.Anchor, one.Name, one.Place})
			}
		}
	}
	sorted := func(causes []*htmlCause) (out []htmlCause) {
		slices.SortStableFunc(causes, func(a, b *htmlCause) int {
			return cmp.Or(cmp.Compare(slices.Index(worstTones, a.Tone), slices.Index(worstTones, b.Tone)), cmp.Compare(b.n, a.n))
		})
		for _, c := range causes[:min(len(causes), mostHTMLCauses)] {
			c.Count = plural(int64(c.n), "scenario")
			if len(h.record.stages) > 1 {
				c.Stages = page.Line(strings.Join(c.stages, ", "), 300)
			}
			if left := c.n - len(c.Scenarios); left > 0 && c.n > mostNamed {
				c.More = fmt.Sprintf("and %s more", thousands(int64(left)))
			}
			if c.shown != nil { // a picture is in the page once
				c.shown.Evidence = nil
				c.shown.Above = len(c.Run.Evidence) > 0
			}
			out = append(out, *c)
		}
		return out
	}
	failures, flaky = sorted(all), sorted(unsteady)
	if left := len(all) - len(failures); left > 0 {
		more = fmt.Sprintf("And %s; their scenarios are below.", plural(int64(left), "more cause"))
	}
	return failures, flaky, more
}

// runOf is what the page shows of a result already, and where.
func runOf(one *htmlScenario, in htmlResult) (htmlRun, *htmlRun) {
	name := stageName(in.stage)
	for i, r := range one.Runs {
		if r.Stage == "" || r.Stage == name || r.Stage == name+fmt.Sprintf(", run %d", in.number) {
			return r, &one.Runs[i]
		}
	}
	return htmlRun{Why: page.Line(in.reason(), 1000)}, nil
}
