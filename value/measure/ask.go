package measure

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// Answer is what is known of one measure: an observation, or why there is none.
type Answer struct {
	Measure     ir.Measure
	Observation Observation
	Failure     *Failure
}

// Request is one question: a measure in a window.
type Request struct {
	Measure ir.Measure
	Window  Window
}

// Ask asks every request once, atOnce of them at a time, and answers in their order. Sources are by the measure's
// from. It returns when every source has answered.
func Ask(ctx context.Context, requests []Request, sources map[string]Source, atOnce int) []Answer {
	answers := make([]Answer, len(requests))
	places := make(chan struct{}, max(1, atOnce))
	var all sync.WaitGroup
	for i, r := range requests {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			answers[i] = ask(ctx, r.Measure, sources[r.Measure.From], r.Window)
		})
	}
	all.Wait()
	return answers
}

func ask(ctx context.Context, m ir.Measure, source Source, w Window) Answer {
	a := Answer{Measure: m}
	if source == nil {
		a.Failure = failed(SourceFailed, "%s comes from %s, which this run has no way to ask", m.Name, m.From)
		return a
	}
	var err error
	if a.Observation, err = source.Sample(ctx, m, w); err != nil && !errors.As(err, &a.Failure) {
		a.Failure = failed(SourceFailed, "%s", fmt.Sprint(err))
	}
	return a
}

// once keeps what was asked, so that two claims, or two that ask at the same time, cost one query.
type once[T any] struct {
	mu    sync.Mutex
	asked map[string]*kept[T]
}

type kept[T any] struct {
	done  chan struct{}
	value T
	fail  *Failure
}

func (o *once[T]) do(key string, f func() (T, *Failure)) (T, *Failure) {
	o.mu.Lock()
	if o.asked == nil {
		o.asked = map[string]*kept[T]{}
	}
	k, known := o.asked[key]
	if !known {
		k = &kept[T]{done: make(chan struct{})}
		o.asked[key] = k
	}
	o.mu.Unlock()
	if known {
		<-k.done
	} else {
		func() {
			defer close(k.done)
			k.value, k.fail = f()
		}()
	}
	if k.fail == nil {
		return k.value, nil
	}
	c := *k.fail // each caller writes its own measure into it
	return k.value, &c
}
