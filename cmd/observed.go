package cmd

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/value"
	"github.com/cucumber-value/hoops/value/measure"
)

// observed is what the stages of a run have measured until now, for claims about the run itself: the histograms of
// loads, and how long each request, step and scenario of the others took. It may be written by several goroutines.
type observed struct {
	mu      sync.Mutex
	groups  []runners.Group
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
	return t.Runner.Run(ctx, plan, func(e runners.Event) {
		t.into.take(e)
		emit(e)
	})
}

// stage runs one stage, and remembers what it measured.
func (x *execution) stage(ctx context.Context, r runners.Runner, plan runners.Plan) (runners.Outcome, error) {
	return runners.Run(ctx, tap{r, &x.observed}, plan, x.stream)
}

func (o *observed) take(e runners.Event) {
	switch e.Kind {
	case runners.Summarised:
		if e.Summary != nil && e.Summary.Final {
			o.mu.Lock()
			o.groups = append(o.groups, e.Summary.Groups...)
			o.mu.Unlock()
		}
	case runners.RequestFinished:
		if e.Sample != nil && !e.Sample.Once && !e.Sample.Undo && e.Sample.Code != 0 {
			o.add(e.Duration, sampled{"requests", ""}, sampled{"request", e.Name})
		}
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
	groups, err := value.RunGroups(o.groups)
	for _, s := range o.order {
		groups = append(groups, value.SampleGroup(s.of, s.name, o.samples[s]))
	}
	return measure.Run{Groups: groups}, err
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
