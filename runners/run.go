package runners

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Stream is the way of events from runners to sinks. It owns the only channel, the masking and the fan-out,
// and lives as long as a run, over all its stages.
type Stream struct {
	events chan Event
	done   chan struct{}
	mask   func(string) string
	sinks  []Sink
	failed []error // by sink

	mu     sync.RWMutex // held for reading while emitting, so that Close never closes under a sender
	closed bool
}

// NewStream starts the fan-out. Every text of every event goes through mask once, before any sink sees it.
func NewStream(mask func(string) string, sinks ...Sink) *Stream {
	s := &Stream{events: make(chan Event, 256), done: make(chan struct{}), mask: mask, sinks: sinks, failed: make([]error, len(sinks))}
	go s.fanOut()
	return s
}

// Emit sends an event to every sink. It may be called from any goroutine, and waits when the sinks are slow:
// nothing recorded is lost. After Close it does nothing.
func (s *Stream) Emit(e Event) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !s.closed {
		s.events <- e
	}
}

// Close waits until every sink has seen every event, closes the sinks and returns what went wrong in them. It
// may be called again, and says the same.
func (s *Stream) Close() error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.events)
	}
	s.mu.Unlock()
	<-s.done
	return errors.Join(s.failed...)
}

func (s *Stream) fanOut() {
	defer close(s.done)
	for e := range s.events {
		masked(&e, s.mask)
		for i, sink := range s.sinks {
			if s.failed[i] == nil {
				s.failed[i] = safely(func() error { return sink.Emit(e) })
			}
		}
	}
	for i, sink := range s.sinks {
		s.failed[i] = errors.Join(s.failed[i], safely(sink.Close))
	}
}

// safely turns a panic of a sink into its error: a report that cannot be written must not end the run.
func safely(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a report failed: %v\n%s", r, debug.Stack())
		}
	}()
	return f()
}

// Told is an error that the end of its stage has said in full.
type Told struct{ error }

// Unwrap is the error.
func (t Told) Unwrap() error { return t.error }

// Run runs one stage into the stream: its start and end are events too, counted from the scenarios that
// finished. The outcome is that of a functional gate; a runner with a gate of its own emits StageFinished
// itself, and then that one counts. The zero outcome is returned with an error, which is Told where the stage's end has its words.
func Run(ctx context.Context, runner Runner, plan Plan, stream *Stream) (Outcome, error) {
	if plan.Now == nil || plan.Secrets == nil || plan.Program == nil || plan.Env == nil {
		return "", errors.New("the plan lacks a clock, secrets, a program or an environment")
	}
	var (
		mu      sync.Mutex
		counts  Counts
		outcome Outcome
	)
	began := plan.Now()
	send := func(e Event) {
		e.Run, e.Stage = plan.RunID, plan.Stage
		if e.Time.IsZero() {
			e.Time = plan.Now()
		}
		mu.Lock()
		switch e.Kind {
		case ScenarioFinished:
			counts.Add(e.Status)
		case StageFinished:
			outcome = e.Outcome
		}
		mu.Unlock()
		stream.Emit(e)
	}
	info := plan.Info
	send(Event{Kind: StageStarted, Name: plan.Stage, Info: &info})
	err := guarded(ctx, runner, plan, send)
	if outcome == "" {
		gate := counts.Outcome()
		message := ""
		if err != nil {
			gate, message = GateUndecided, err.Error()
			err = Told{err}
		} else if ctx.Err() != nil && gate == GatePassed {
			gate, message = GateUndecided, "interrupted"
		}
		send(Event{Kind: StageFinished, Name: plan.Stage, Outcome: gate, Counts: &counts, Duration: plan.Now().Sub(began), Message: message})
	}
	if err != nil {
		return "", err
	}
	return outcome, nil
}

func guarded(ctx context.Context, runner Runner, plan Plan, emit func(Event)) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the runner failed: %s\n%s", plan.Secrets.Mask(fmt.Sprint(r)), debug.Stack())
		}
	}()
	return runner.Run(ctx, plan, emit)
}

// masked replaces secrets in every text that data can reach. Ids and positions come from sources.
func masked(e *Event, mask func(string) string) {
	if mask == nil {
		return
	}
	e.Name, e.Title, e.Message, e.Row = mask(e.Name), mask(e.Title), mask(e.Message), mask(e.Row)
	if e.Failure != nil {
		f := *e.Failure
		f.Message, f.Label, f.Help = mask(f.Message), mask(f.Label), maskAll(f.Help, mask)
		f.Notes = append([]diag.Note(nil), f.Notes...)
		for i := range f.Notes {
			f.Notes[i].Text = mask(f.Notes[i].Text)
		}
		e.Failure = &f
	}
	if e.Sample != nil {
		s := *e.Sample
		s.Error, s.URL = mask(s.Error), mask(s.URL)
		e.Sample = &s
	}
	if e.Attachment != nil {
		a := *e.Attachment
		a.Name, a.Text = mask(a.Name), mask(a.Text)
		e.Attachment = &a
	}
	if e.Info != nil {
		i := *e.Info
		i.URL, i.Release, i.Overrides = mask(i.URL), mask(i.Release), maskAll(i.Overrides, mask)
		e.Info = &i
	}
	if e.Verdict != nil {
		v := *e.Verdict
		for _, text := range []*string{&v.Words, &v.Reading, &v.Sentence, &v.Observed, &v.Target, &v.Exposure, &v.Window, &v.Interval, &v.Needed, &v.Budget, &v.Premise,
			&v.WouldChange, &v.Action, &v.Owner, &v.Source, &v.Query, &v.Stub} {
			*text = mask(*text)
		}
		v.Notes, v.Help, v.Rewrites = maskAll(v.Notes, mask), maskAll(v.Help, mask), maskAll(v.Rewrites, mask)
		if v.Baseline != nil {
			b := *v.Baseline
			b.Words, b.Release, b.Observed, b.Exposure = mask(b.Words), mask(b.Release), mask(b.Observed), mask(b.Exposure)
			v.Baseline = &b
		}
		e.Verdict = &v
	}
	if e.Summary != nil {
		s := *e.Summary
		s.Groups = append([]Group(nil), s.Groups...)
		for i := range s.Groups {
			causes := append([]Cause(nil), s.Groups[i].Errors...)
			for j := range causes {
				causes[j].Key = mask(causes[j].Key)
			}
			s.Groups[i].Errors = causes
		}
		s.Expectations = append([]Expectation(nil), s.Expectations...)
		for i := range s.Expectations {
			x := &s.Expectations[i]
			x.Source, x.Got = mask(x.Source), mask(x.Got) // --expect is data, as every override
		}
		e.Summary = &s
	}
}

func maskAll(list []string, mask func(string) string) []string {
	if list == nil {
		return nil
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = mask(s)
	}
	return out
}
