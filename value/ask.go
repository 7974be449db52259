package value

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
	"github.com/cucumber-value/hoops/value/stat"
)

// earlyAlpha is the error of a look that nobody settled before: so small that some of them cost nothing beside the
// checkpoints (Haybittle 1971, Peto 1976).
const earlyAlpha = .001

// NewPlan turns promises into questions: each measure, window and arm once, however many claims need it.
func NewPlan(promises []Promise, measures []ir.Measure, t Times) *Plan {
	p := &Plan{times: t.sorted(), promises: promises, measures: map[string]ir.Measure{}, index: map[questionKey]int{}, excluding: map[string]bool{}}
	for _, m := range measures {
		p.excluding[m.Name] = m.Synthetic == "exclude"
		if m.Synthetic == "" && t.ExcludeSynthetic {
			m.Synthetic = "exclude"
		}
		p.measures[m.Name] = m
	}
	for _, promise := range promises {
		var needs []need
		for _, c := range promise.Clause.Claims {
			needs = append(needs, p.need(c))
		}
		p.needs = append(p.needs, needs)
	}
	return p
}

// Questions are what will be asked.
func (p *Plan) Questions() []Question { return slices.Clone(p.questions) }

type questionKey struct {
	measure  string
	arm      Arm
	from, to int64
	open     bool
	words    string // a day is not told in the words of the same window of another claim
}

func (p *Plan) ask(m ir.Measure, arm Arm, w measure.Window) int {
	from := int64(-1 << 63)
	if !w.From.IsZero() {
		from = w.From.UnixNano()
	}
	key := questionKey{m.Name, arm, from, w.To.UnixNano(), w.Open, w.Words}
	if i, known := p.index[key]; known {
		return i
	}
	p.questions = append(p.questions, Question{m, arm, w})
	p.index[key] = len(p.questions) - 1
	return len(p.questions) - 1
}

func (p *Plan) need(c ir.Claim) (n need) {
	m, ok := p.measures[c.Measure]
	if !ok {
		return need{refused: &measure.Failure{Reason: NoData, Sentence: fmt.Sprintf("nothing is known of %s", c.Measure)}}
	}
	var windows []measure.Window
	switch {
	case c.Statistic == ir.StatSlope:
		windows, n.unit, n.refused = p.times.trend(c, m)
	case c.Days != "":
		windows, n.unit, n.atLeast, n.of, n.refused = p.times.days(c, m)
	case c.Baseline != "":
		own, b, f := p.times.compared(c, m)
		if f != nil {
			return need{refused: f}
		}
		n.baseline = &b
		arm := Everybody
		if b.control {
			arm = Candidate
		}
		n.looks = p.looks(c, m, arm, own, b)
		if b.refused == nil {
			other := Everybody
			if b.control {
				other = Control
			}
			b.question = p.ask(m, other, b.window)
		}
		return n
	default:
		var w measure.Window
		if w, n.refused = p.times.window(c, m); n.refused == nil {
			n.looks = []look{{question: p.ask(m, Everybody, w), alpha: alpha}}
		}
	}
	for _, w := range windows {
		n.parts = append(n.parts, p.ask(m, Everybody, w))
	}
	return n
}

// looks are those at the claim's own window. What is compared with a time before has looks that were settled
// before; sides that run at the same time may be looked at whenever somebody likes, and so may a window that is
// over.
func (p *Plan) looks(c ir.Claim, m ir.Measure, arm Arm, own measure.Window, b comparison) []look {
	whole := look{question: -1, alpha: alpha}
	ask := func(looks ...look) []look {
		for i := range looks {
			if looks[i].question < 0 {
				looks[i].question = p.ask(m, arm, own)
			}
		}
		return looks
	}
	if b.control || !own.Open || own.Release == "" && own.Words != "this week" || c.Mode != ir.Inferred {
		return ask(whole)
	}
	passed, _ := stat.PassedCheckpoints(own.To.Sub(own.From), alpha)
	whole.alpha, whole.early = earlyAlpha, true
	if !measure.KeepsPast(m.From) {
		if len(passed) > 0 { // what it was at the checkpoint is not kept: the first look after it stands for it
			last := passed[len(passed)-1]
			whole.alpha, whole.early = last.Alpha, false
		}
		return ask(whole)
	}
	var looks []look
	for _, at := range passed {
		w := own
		w.To, w.Open = own.From.Add(at.After), false
		w.Words = "in the first " + firstWords(at.After) + " of " + sinceWhat(own)
		looks = append(looks, look{question: p.ask(m, arm, w), alpha: at.Alpha, checkpoint: at.After})
	}
	return ask(append(looks, whole)...)
}

func sinceWhat(w measure.Window) string {
	if w.Release != "" && w.Words != "this week" {
		return "release " + w.Release
	}
	return w.Words
}

// Ask asks each question once, atOnce of them at a time; sources are by the measure's from. Baselines that past
// keeps are taken from there, and those that it does not keep yet are pinned. Without a past nothing is pinned.
func (p *Plan) Ask(ctx context.Context, sources map[string]measure.Source, past Past, atOnce int) *Answers {
	a := &Answers{evidence: make([]Evidence, len(p.questions)), pinned: map[string]Evidence{}}
	kept := p.recall(ctx, past, a)
	var requests []measure.Request
	var places []int
	for i, q := range p.questions {
		m, f := armed(q)
		if f == nil {
			f = p.notThen(q)
		}
		if f != nil {
			a.evidence[i] = Evidence{Measure: q.Measure, Observation: measure.Observation{Window: q.Window}, Failure: f}
			continue
		}
		requests = append(requests, measure.Request{Measure: m, Window: q.Window})
		places = append(places, i)
	}
	for i, found := range measure.Ask(ctx, requests, sources, atOnce) {
		q, e := p.questions[places[i]], Evidence{Observation: found.Observation, Failure: found.Failure}
		if e.Measure = q.Measure; e.Failure != nil {
			e.Observation.Window = q.Window
		}
		if p.excluding[q.Measure.Name] && !measure.HasLabels(q.Measure.From) {
			e.Observation.Notes = append(slices.Clone(e.Observation.Notes), "synthetic: exclude does nothing from: "+q.Measure.From+"; leave out in the query what hoops did itself")
		}
		a.evidence[places[i]] = e
	}
	p.keep(ctx, past, a, kept)
	return a
}

// notThen refuses to take a JSON document, which is about now, for what was in a window that is over: a day, a
// baseline, the first hours of a release. It would be compared with itself.
func (p *Plan) notThen(q Question) *measure.Failure {
	if q.Measure.From != "json" || !q.Window.To.Before(p.times.Now) || q.Window.To.Equal(p.times.Run.To) {
		return nil
	}
	return &measure.Failure{Reason: NoData, Sentence: fmt.Sprintf("the JSON document of %s is about now, and says nothing of %s", q.Measure.Name, strings.TrimPrefix(q.Window.Words, "in ")),
		Help: []string{"hoops value pin keeps what is judged now as a later baseline", "from: csv and from: sql know what was"}}
}

// armed is the measure as it is asked: with the label matchers of its arm, and without traffic of hoops.
func armed(q Question) (ir.Measure, *measure.Failure) {
	m := q.Measure
	var f *measure.Failure
	if q.Arm == Candidate {
		m, f = measure.Narrowed(m, m.Split)
	} else if q.Arm == Control {
		m, f = measure.Narrowed(m, m.Control)
	}
	if f == nil && m.Synthetic == "exclude" {
		m = measure.WithoutSynthetic(m)
	}
	return m, f
}

// ClaimID is the id of the n-th claim of a clause, from 0: calculator#1/1 is the first.
func ClaimID(clause string, n int) string { return fmt.Sprintf("%s/%d", clause, n+1) }

func (p *Plan) each(do func(id string, c ir.Claim, n need)) {
	for i, promise := range p.promises {
		for j, c := range promise.Clause.Claims {
			do(ClaimID(promise.Clause.ID, j), c, p.needs[i][j])
		}
	}
}

// Sources are the kinds of sources that the plan needs, so that a caller opens only those.
func (p *Plan) Sources() []string {
	kinds := map[string]bool{}
	for _, q := range p.questions {
		kinds[q.Measure.From] = true
	}
	return slices.Sorted(maps.Keys(kinds))
}
