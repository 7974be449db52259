package value

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// Baselines that people gave a name: "fewer mistakes than the spring campaign". They are kept by measure and not by
// claim, because the clause that names one is written when it is over.

// observing is a measure that is asked for to keep it under a name.
type observing struct {
	measure  ir.Measure
	question int // -1 where it cannot be asked
}

// Observe asks for measures besides what the promises need: between two times, or, where both are zero, in the window
// that is judged when a clause names none. Call it before Ask.
func (p *Plan) Observe(measures []string, from, to time.Time) {
	for _, name := range measures {
		m, known := p.measures[name]
		if !known {
			continue
		}
		w := p.times.bare(m)
		if !from.IsZero() {
			w = measure.Window{From: from, To: to, Words: fmt.Sprintf("from %s to %s", stamp(from), stamp(to))}
		}
		p.observed = append(p.observed, observing{m, p.ask(m, Everybody, w)})
	}
}

// Unkept is a measure of which nothing could be kept.
type Unkept struct {
	Measure string
	Why     string
	Help    []string
}

// Observed is what Observe found out, to be kept under a name.
func (p *Plan) Observed(a *Answers, name string) (kept []Named, unkept []Unkept) {
	for _, o := range p.observed {
		e := a.evidence[o.question]
		if b, ok := pinned("", p.questions[o.question], e); ok && !e.nothing() {
			b.At = p.times.Now
			kept = append(kept, Named{Name: name, Measure: o.measure.Name, Pinned: b})
			continue
		}
		u := Unkept{Measure: o.measure.Name}
		switch {
		case e.Failure != nil:
			u.Why, u.Help = e.Failure.Sentence, e.Failure.Help
		case e.nothing():
			u.Why = "0 " + exposureNoun(o.measure) + ": nothing happened, so there is nothing to compare with later"
		case !(e.Observation.Coverage >= covered):
			u.Why = fmt.Sprintf("only %s of it was watched: %s", share(e.Observation.Coverage), e.Observation.Gap)
		default:
			u.Why = "it is not known when it began, so it could not be told apart from later"
			u.Help = []string{"hoops release VERSION records when it went live, or --from says it"}
		}
		unkept = append(unkept, u)
	}
	return kept, unkept
}

// named finds what was kept of a measure under the name of a comparison.
func named(list []Named, b comparison, m ir.Measure) (Evidence, bool) {
	var others []string
	for _, k := range list {
		if k.Name != b.name {
			if k.Measure == m.Name && !slices.Contains(others, k.Name) {
				others = append(others, k.Name)
			}
			continue
		}
		if k.Measure != m.Name {
			continue
		}
		if k.QueryHash != queryHash(m, Everybody) {
			return Evidence{Measure: m, Failure: &measure.Failure{Reason: NoBaseline,
				Sentence: fmt.Sprintf("%s counts something else since %q was pinned on %s", m.Name, b.name, date(k.At.UTC())),
				Help:     []string{pinNamed(b.name) + ", and --replace says that it is meant"}}}, true
		}
		return k.evidence(b.words, m), true
	}
	if len(others) == 0 {
		return Evidence{}, false
	}
	f := *b.refused
	if near := diag.Closest(b.name, others); near != "" {
		f.Help = append([]string{fmt.Sprintf("it was pinned as %q; is that the one? then name it so in hoops.yaml", near)}, f.Help...)
	} else {
		f.Help = append(f.Help, "pinned of it are: "+strings.Join(others, ", "))
	}
	return Evidence{Measure: m, Failure: &f}, true
}

// evidence is what was kept, as if it had been observed now.
func (k Pinned) evidence(words string, m ir.Measure) Evidence {
	o, err := measure.Decode(k.Histogram, k.Events, k.Exposure)
	o.Window = measure.Window{From: k.From, To: k.To, Words: words, Release: k.Release}
	if o.Since.IsZero() {
		o.Since = k.From
	}
	e := Evidence{Measure: m, Observation: o, Pinned: k.At}
	if err != nil {
		e.Failure = &measure.Failure{Reason: NoBaseline, Sentence: "the pinned baseline cannot be read: " + err.Error()}
	}
	return e
}
