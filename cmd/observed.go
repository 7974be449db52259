package cmd

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/value"
	"github.com/cucumber-value/hoops/value/measure"
)

// observed is what the stages of a run have measured until now, for claims about the run itself: the histograms of
// loads, and how long each request, step and scenario of the others took. It may be written by several goroutines.
type observed struct {
	mu      sync.Mutex
	loads   []value.Part
	samples map[sampled][]time.Duration
	order   []sampled
}

// sampled is what was measured: its kind and its name.
type sampled struct{ of, name string }

// tap is a runner whose events are also added to what the run has observed, before anybody else gets them: a
// stage that follows knows all of it.
type tap struct {
	runners.Runner
	into *observed
}

func (t tap) Run(ctx context.Context, plan runners.Plan, emit func(runners.Event)) error {
	var final atomic.Pointer[runners.Summary]
	err := t.Runner.Run(ctx, plan, func(e runners.Event) {
		if e.Kind == runners.Summarised && e.Summary != nil && e.Summary.Final {
			final.Store(e.Summary)
		}
		t.into.take(e)
		emit(e)
	})
	if plan.Info.Runner == string(ir.LoadRunner) {
		t.into.loaded(value.Part{Name: plan.Stage, Summary: final.Load()})
	}
	return err
}

// loaded adds what the load of a stage measured, or why it measured nothing.
func (o *observed) loaded(p value.Part) {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.IndexFunc(o.loads, func(known value.Part) bool { return known.Name == p.Name })
	switch {
	case i < 0:
		o.loads = append(o.loads, p)
	case o.loads[i].Summary == nil:
		o.loads[i] = p
	}
}

// stage runs one stage, and remembers what it measured.
func (x *execution) stage(ctx context.Context, r runners.Runner, plan runners.Plan) (runners.Outcome, error) {
	return runners.Run(ctx, tap{r, &x.observed}, plan, x.stream)
}

func (o *observed) take(e runners.Event) {
	switch e.Kind {
	case runners.RequestFinished:
		if e.Sample != nil && !e.Sample.Once && !e.Sample.Undo && e.Sample.Code != 0 {
			o.add(e.Duration, sampled{"requests", ""}, sampled{"request", e.Name})
		}
	case runners.PageLeft:
		o.page(e.Name, e.Vitals)
	case runners.StepFinished:
		if e.Step > 0 && e.Duration > 0 {
			_, text, _ := strings.Cut(e.Name, " ") // without its keyword
			o.add(e.Duration, sampled{"step", text})
		}
	case runners.ScenarioFinished:
		if e.Duration > 0 {
			o.add(e.Duration, sampled{"scenario", e.Name})
		}
	}
}

// page adds the vitals of a navigation, as many as there are. A layout shift of 1 is a second, as in the histograms of
// loads: it has no unit, and is read back as the number that it is.
func (o *observed) page(name string, v *runners.Vitals) {
	for _, vital := range ir.Vitals() {
		if took, measured := v.Of(vital); measured {
			o.add(took, sampled{vital, ""}, sampled{vital, name})
		}
	}
}

func (o *observed) add(took time.Duration, to ...sampled) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.samples == nil {
		o.samples = map[sampled][]time.Duration{}
	}
	for _, s := range to {
		list, known := o.samples[s]
		if !known {
			o.order = append(o.order, s)
		}
		o.samples[s] = append(list, took)
	}
}

// source is what is observed, as claims ask for it.
func (o *observed) source() (measure.Run, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	run, err := value.RunParts(o.loads)
	for _, s := range o.order {
		run.Groups = append(run.Groups, value.SampleGroup(s.of, s.name, o.samples[s]))
	}
	return run, err
}

// mostRows is how many things are kept of a stage, those measured most often: an outline of thousands of rows has as
// many steps, and each histogram costs as much as a hundred scenarios.
const mostRows = 100

// rows are the histograms of what was observed, for a history: what a load writes of itself.
func (o *observed) rows(took time.Duration) []history.Summary {
	o.mu.Lock()
	defer o.mu.Unlock()
	kept := slices.Clone(o.order)
	slices.SortStableFunc(kept, func(a, b sampled) int { return len(o.samples[b]) - len(o.samples[a]) })
	var rows []history.Summary
	for _, s := range kept[:min(mostRows, len(kept))] {
		d, err := measure.HDROf(o.samples[s])
		if err != nil {
			continue
		}
		text, err := d.Encode()
		if err != nil {
			continue
		}
		rows = append(rows, history.Summary{To: took, Final: true, Of: s.of, Name: s.name, Count: int64(len(o.samples[s])), Histogram: text})
	}
	return rows
}
