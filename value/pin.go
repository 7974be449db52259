package value

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// queryHash says whether two observations answer the same question.
func queryHash(m ir.Measure, arm Arm) string {
	text, _ := json.Marshal([]any{m.From, m.Count, m.Per, m.Of, m.Value, m.Quantile, m.Step, m.Unit, m.DSN, m.URL, m.Synthetic, m.Control, m.Split, arm})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// recall reads the baselines that are kept for the claims of the plan, by claim.
func (p *Plan) recall(ctx context.Context, past Past, a *Answers) map[string][]Pinned {
	kept := map[string][]Pinned{}
	p.recallNamed(ctx, past, a)
	if past == nil {
		return kept
	}
	var claims []string
	p.each(func(id string, _ ir.Claim, n need) {
		if n.baseline != nil && !n.baseline.control && n.baseline.name == "" {
			claims = append(claims, id)
		}
	})
	if len(claims) == 0 {
		return kept
	}
	list, err := past.Pinned(ctx, claims)
	if err != nil {
		a.notes = append(a.notes, "the history could not be read: "+err.Error())
		return kept
	}
	for _, b := range list {
		kept[b.Claim] = append(kept[b.Claim], b)
	}
	p.each(func(id string, c ir.Claim, n need) {
		if n.baseline == nil || n.baseline.control || n.baseline.name != "" {
			return
		}
		if e, found := suits(kept[id], *n.baseline, p.measures[c.Measure]); found {
			a.pinned[id] = e
		}
	})
	return kept
}

// recallNamed reads the baselines that claims name.
func (p *Plan) recallNamed(ctx context.Context, past Past, a *Answers) {
	var list []Named
	read := false
	p.each(func(id string, c ir.Claim, n need) {
		if n.baseline == nil || n.baseline.name == "" {
			return
		}
		if past == nil {
			a.pinned[id] = Evidence{Measure: p.measures[c.Measure], Failure: &measure.Failure{Reason: NoBaseline,
				Sentence: fmt.Sprintf("no history could be asked what was pinned as %q", n.baseline.name),
				Help:     []string{"a history keeps what names stand for: run it in a project with a hoops.yaml, and without --no-history"}}}
			return
		}
		if !read {
			var err error
			if list, err = past.Named(ctx); err != nil {
				a.notes = append(a.notes, "the history could not be read: "+err.Error())
			}
			read = true
		}
		if e, found := named(list, *n.baseline, p.measures[c.Measure]); found {
			a.pinned[id] = e
		}
	})
}

// suits is the kept baseline that a claim means: of the release or the window that it names; where it has neither,
// the last that was pinned.
func suits(kept []Pinned, b comparison, m ir.Measure) (Evidence, bool) {
	var changed *Pinned
	for _, k := range kept {
		same := k.From.Equal(b.window.From) && k.To.Equal(b.window.To) || k.Release != "" && k.Release == b.window.Release || b.refused != nil
		switch {
		case !same:
			continue
		case k.QueryHash != queryHash(m, Everybody):
			changed = &k
			continue
		}
		words := b.words
		if k.Release != "" {
			words = "release " + k.Release
		} else if b.refused != nil {
			words = "the pinned baseline"
		}
		return k.evidence(words, m), true
	}
	if b.refused != nil && changed != nil {
		return Evidence{Measure: m, Failure: &measure.Failure{Reason: NoBaseline,
			Sentence: fmt.Sprintf("the measure was changed since its baseline was pinned on %s", date(changed.At.UTC())),
			Help:     []string{"hoops value pin keeps what is judged now as the baseline"}}}, true
	}
	return Evidence{}, false
}

// keep pins the baselines that were asked for and are not kept yet.
func (p *Plan) keep(ctx context.Context, past Past, a *Answers, kept map[string][]Pinned) {
	if past == nil {
		return
	}
	var list []Pinned
	p.each(func(id string, c ir.Claim, n need) {
		if n.baseline == nil || n.baseline.control || n.baseline.question < 0 || a.pinned[id].Measure.Name != "" {
			return
		}
		e := a.evidence[n.baseline.question]
		if b, ok := pinned(id, p.questions[n.baseline.question], e); ok && !e.nothing() {
			b.At = p.times.Now
			list = append(list, b)
		}
	})
	if len(list) == 0 {
		return
	}
	if err := past.Pin(ctx, list); err != nil {
		a.notes = append(a.notes, "the baseline could not be pinned: "+err.Error())
	}
}

// nothing happened: none of it, in no chances. Kept, it would stay, and nothing could ever be compared with it.
func (e Evidence) nothing() bool {
	return e.Observation.Exposure != nil && e.Observation.Exposure.Sign() == 0
}

// pinned is an observation as a baseline. What was not watched as a whole is not kept: it may still be.
func pinned(id string, q Question, e Evidence) (Pinned, bool) {
	o := e.Observation
	if e.Failure != nil || !(o.Coverage >= covered) {
		return Pinned{}, false
	}
	w := q.Window
	if o.Window.From != w.From || o.Window.To != w.To {
		w.From, w.To = o.Window.From, o.Window.To
	}
	if w.From.IsZero() {
		return Pinned{}, false
	}
	b := Pinned{Claim: id, Release: w.Release, From: w.From, To: w.To, QueryHash: queryHash(q.Measure, q.Arm)}
	var err error
	if b.Histogram, b.Events, b.Exposure, err = measure.Encode(o); err != nil {
		return Pinned{}, false
	}
	return b, true
}

// Pins are what every relative claim was seen to be now, as baselines for later: what hoops value pin keeps. A claim
// that could not be observed has none.
func (p *Plan) Pins(a *Answers) []Pinned {
	var list []Pinned
	p.each(func(id string, _ ir.Claim, n need) {
		if n.baseline == nil || n.baseline.control || n.baseline.name != "" || len(n.looks) == 0 {
			return
		}
		i := n.looks[len(n.looks)-1].question
		if b, ok := pinned(id, p.questions[i], a.evidence[i]); ok {
			b.At = p.times.Now
			list = append(list, b)
		}
	})
	return list
}
