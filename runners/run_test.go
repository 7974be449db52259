package runners_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/secret"
)

// recorder is a sink that remembers, and misbehaves as told.
type recorder struct {
	events []runners.Event
	closed int
	onEmit func(runners.Event) error
	onEnd  func() error
}

func (r *recorder) Emit(e runners.Event) error {
	r.events = append(r.events, e)
	if r.onEmit != nil {
		return r.onEmit(e)
	}
	return nil
}

func (r *recorder) Close() error {
	r.closed++
	if r.onEnd != nil {
		return r.onEnd()
	}
	return nil
}

type runnerFunc func(context.Context, runners.Plan, func(runners.Event)) error

func (f runnerFunc) Run(ctx context.Context, p runners.Plan, emit func(runners.Event)) error {
	return f(ctx, p, emit)
}

// clock advances by a second each time it is asked.
func clock() func() time.Time {
	var n atomic.Int64
	return func() time.Time { return time.Unix(n.Add(1), 0).UTC() }
}

func plan(t *testing.T) runners.Plan {
	t.Helper()
	store := secret.NewStore(secret.Options{})
	if err := store.Add("s3cret!"); err != nil {
		t.Fatal(err)
	}
	return runners.Plan{
		Program: &ir.Program{}, Env: &ir.Environment{}, Secrets: store, Now: clock(),
		RunID: "run-1", Stage: "uat", Info: runners.Info{Runner: "functional", URL: "http://ann:s3cret!@x"},
	}
}

// finish emits scenarios with these statuses.
func finish(statuses ...runners.Status) runnerFunc {
	return func(_ context.Context, _ runners.Plan, emit func(runners.Event)) error {
		for _, s := range statuses {
			emit(runners.Event{Kind: runners.ScenarioFinished, Status: s})
		}
		return nil
	}
}

func run(t *testing.T, ctx context.Context, r runners.Runner, p runners.Plan) (*recorder, runners.Outcome, error) {
	t.Helper()
	sink := &recorder{}
	stream := runners.NewStream(p.Secrets.Mask, sink)
	outcome, err := runners.Run(ctx, r, p, stream)
	if err := stream.Close(); err != nil {
		t.Error(err)
	}
	return sink, outcome, err
}

func TestRunSurroundsAStage(t *testing.T) {
	p := plan(t)
	sink, outcome, err := run(t, t.Context(), finish(runners.Passed, runners.Flaky, runners.Skipped), p)
	if outcome != runners.GatePassed || err != nil {
		t.Fatalf("%q, %v", outcome, err)
	}
	second := func(n int64) time.Time { return time.Unix(n, 0).UTC() }
	scenario := func(n int64, s runners.Status) runners.Event {
		return runners.Event{Time: second(n), Run: "run-1", Stage: "uat", Kind: runners.ScenarioFinished, Status: s}
	}
	want := []runners.Event{
		{Time: second(2), Run: "run-1", Stage: "uat", Kind: runners.StageStarted, Name: "uat", Info: &runners.Info{Runner: "functional", URL: "http://ann:***@x"}},
		scenario(3, runners.Passed), scenario(4, runners.Flaky), scenario(5, runners.Skipped),
		{Time: second(7), Run: "run-1", Stage: "uat", Kind: runners.StageFinished, Name: "uat", Outcome: runners.GatePassed,
			Counts: &runners.Counts{Passed: 1, Flaky: 1, Skipped: 1}, Duration: 5 * time.Second},
	}
	ignoreEmpty := cmp.Transformer("nil", func(l []string) []string { return append([]string{}, l...) })
	if d := cmp.Diff(want, sink.events, ignoreEmpty); d != "" {
		t.Error(d)
	}
	if p.Info.URL != "http://ann:s3cret!@x" {
		t.Error("masking changed the plan")
	}
}

func TestOutcomes(t *testing.T) {
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	own := func(o runners.Outcome, err error) runnerFunc {
		return func(_ context.Context, _ runners.Plan, emit func(runners.Event)) error {
			emit(runners.Event{Kind: runners.ScenarioFinished, Status: runners.Passed})
			emit(runners.Event{Kind: runners.StageFinished, Outcome: o})
			return err
		}
	}
	for _, c := range []struct {
		title  string
		runner runners.Runner
		ctx    context.Context
		want   runners.Outcome
	}{
		{"all passed", finish(runners.Passed, runners.Passed), nil, runners.GatePassed},
		{"flaky", finish(runners.Flaky), nil, runners.GatePassed},
		{"some skipped", finish(runners.Passed, runners.Skipped), nil, runners.GatePassed},
		{"one failed", finish(runners.Passed, runners.Failed), nil, runners.GateFailed},
		{"one pending", finish(runners.Passed, runners.Pending), nil, runners.GateFailed},
		{"one undefined", finish(runners.Passed, runners.Undefined), nil, runners.GateFailed},
		{"one ambiguous", finish(runners.Passed, runners.Ambiguous), nil, runners.GateFailed},
		{"no status", finish(runners.Passed, ""), nil, runners.GateFailed},
		{"an unknown status", finish(runners.Passed, "PASSED"), nil, runners.GateFailed},
		{"all skipped", finish(runners.Skipped), nil, runners.GateUndecided},
		{"nothing", finish(), nil, runners.GateUndecided},
		{"interrupted", finish(runners.Passed), interrupted, runners.GateUndecided},
		{"failed, then interrupted", finish(runners.Failed), interrupted, runners.GateFailed},
		{"a gate of its own", own(runners.GateFailed, nil), nil, runners.GateFailed},
		{"its own gate has no outcome", own("", nil), nil, runners.GatePassed},
	} {
		t.Run(c.title, func(t *testing.T) {
			ctx := c.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			sink, outcome, err := run(t, ctx, c.runner, plan(t))
			last := sink.events[len(sink.events)-1]
			if outcome != c.want || err != nil || last.Kind != runners.StageFinished || last.Outcome != c.want {
				t.Errorf("%q, %v, and the last event %+v; want %q", outcome, err, last, c.want)
			}
		})
	}
}

func TestRunnerThatCannotRun(t *testing.T) {
	broken := errors.New("no browser for s3cret!")
	for _, c := range []struct {
		title  string
		runner runnerFunc
		want   string
	}{
		{"an error", func(context.Context, runners.Plan, func(runners.Event)) error { return broken }, "no browser for "},
		{"a panic", func(context.Context, runners.Plan, func(runners.Event)) error { panic("s3cret! is nil") }, "the runner failed: *** is nil\n"},
	} {
		t.Run(c.title, func(t *testing.T) {
			sink, outcome, err := run(t, t.Context(), runnerFunc(func(ctx context.Context, p runners.Plan, emit func(runners.Event)) error {
				_ = finish(runners.Passed)(ctx, p, emit)
				return c.runner(ctx, p, emit)
			}), plan(t))
			if outcome != "" || err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%q, %v", outcome, err)
			}
			last := sink.events[len(sink.events)-1]
			if last.Kind != runners.StageFinished || last.Outcome != runners.GateUndecided || !strings.HasPrefix(last.Message, c.want) || strings.Contains(last.Message, "s3cret") {
				t.Errorf("last event %+v", last)
			}
		})
	}
	if _, _, err := run(t, t.Context(), runnerFunc(func(context.Context, runners.Plan, func(runners.Event)) error { return broken }), plan(t)); !errors.Is(err, broken) {
		t.Errorf("%v is another error", err)
	}
}

func TestRunRefusesAnIncompletePlan(t *testing.T) {
	for title, spoil := range map[string]func(*runners.Plan){
		"clock":       func(p *runners.Plan) { p.Now = nil },
		"secrets":     func(p *runners.Plan) { p.Secrets = nil },
		"program":     func(p *runners.Plan) { p.Program = nil },
		"environment": func(p *runners.Plan) { p.Env = nil },
	} {
		p := plan(t)
		spoil(&p)
		stream := runners.NewStream(nil)
		if outcome, err := runners.Run(t.Context(), finish(runners.Passed), p, stream); outcome != "" || err == nil {
			t.Errorf("no %s: %q, %v", title, outcome, err)
		}
		_ = stream.Close()
	}
}

func TestCountsFromManyGoroutines(t *testing.T) {
	sink, outcome, err := run(t, t.Context(), runnerFunc(func(_ context.Context, _ runners.Plan, emit func(runners.Event)) error {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				for range 100 {
					emit(runners.Event{Kind: runners.ScenarioFinished, Status: runners.Passed})
				}
			})
		}
		all.Wait()
		return nil
	}), plan(t))
	last := sink.events[len(sink.events)-1]
	if outcome != runners.GatePassed || err != nil || len(sink.events) != 2002 || *last.Counts != (runners.Counts{Passed: 2000}) {
		t.Errorf("%q, %v, %d events, %+v", outcome, err, len(sink.events), last.Counts)
	}
}

func TestASlowSinkLosesNothing(t *testing.T) {
	release := make(chan struct{})
	slow := &recorder{onEmit: func(runners.Event) error { <-release; return nil }}
	fast := &recorder{}
	stream := runners.NewStream(nil, slow, fast)
	const n = 2000 // more than any buffer on the way
	var senders sync.WaitGroup
	for w := range 4 {
		senders.Go(func() {
			for i := range n / 4 {
				stream.Emit(runners.Event{Kind: runners.Noticed, Stage: fmt.Sprint(w), Step: i})
			}
		})
	}
	close(release)
	senders.Wait()
	if err := stream.Close(); err != nil {
		t.Fatal(err)
	}
	for _, sink := range []*recorder{slow, fast} {
		if len(sink.events) != n || sink.closed != 1 {
			t.Fatalf("%d events, closed %d times", len(sink.events), sink.closed)
		}
		next := map[string]int{}
		for _, e := range sink.events {
			if e.Step != next[e.Stage] {
				t.Fatalf("event %d of %s came as %d", e.Step, e.Stage, next[e.Stage])
			}
			next[e.Stage]++
		}
	}
}

func TestASinkThatFailsIsAlone(t *testing.T) {
	full, unclosed := errors.New("disk full"), errors.New("not closed")
	failing := &recorder{onEmit: func(runners.Event) error { return full }, onEnd: func() error { return unclosed }}
	panicking := &recorder{onEmit: func(runners.Event) error { panic("no such template") }, onEnd: func() error { panic("closing half a file") }}
	good := &recorder{}
	stream := runners.NewStream(nil, failing, panicking, good)
	for range 3 {
		stream.Emit(runners.Event{Kind: runners.Noticed})
	}
	err := stream.Close()
	if !errors.Is(err, full) || !errors.Is(err, unclosed) || !strings.Contains(err.Error(), "no such template") || !strings.Contains(err.Error(), "closing half a file") {
		t.Errorf("Close says %v", err)
	}
	for name, c := range map[string]struct {
		sink *recorder
		want int
	}{"failing": {failing, 1}, "panicking": {panicking, 1}, "good": {good, 3}} {
		if len(c.sink.events) != c.want || c.sink.closed != 1 {
			t.Errorf("%s: %d events, closed %d times", name, len(c.sink.events), c.sink.closed)
		}
	}
}

func TestEmitDuringAndAfterClose(t *testing.T) {
	sink := &recorder{onEnd: func() error { time.Sleep(20 * time.Millisecond); return nil }}
	stream := runners.NewStream(nil, sink)
	begun := make(chan struct{})
	var senders sync.WaitGroup
	for range 4 {
		senders.Go(func() {
			for i := range 500 {
				stream.Emit(runners.Event{Kind: runners.Noticed})
				if i == 10 {
					begun <- struct{}{}
				}
			}
		})
	}
	<-begun
	go func() {
		for range 3 {
			<-begun
		}
	}()
	var closers sync.WaitGroup
	for range 3 {
		closers.Go(func() {
			if err := stream.Close(); err != nil {
				t.Error(err)
			}
			if sink.closed != 1 { // -race sees when Close returns too early
				t.Errorf("Close returned while the sink was closed %d times", sink.closed)
			}
		})
	}
	closers.Wait()
	senders.Wait()
	seen := len(sink.events)
	stream.Emit(runners.Event{Kind: runners.Noticed})
	if len(sink.events) != seen || seen < 11 {
		t.Errorf("%d events, then %d", seen, len(sink.events))
	}
}

func TestNoZeroValuePasses(t *testing.T) {
	var (
		status  runners.Status
		outcome runners.Outcome
		counts  runners.Counts
	)
	if status.Good() {
		t.Error("the zero status is good")
	}
	if outcome == runners.GatePassed {
		t.Error("the zero outcome passes")
	}
	if counts.Outcome() != runners.GateUndecided {
		t.Errorf("no scenarios: %s", counts.Outcome())
	}
	good := 0
	for _, s := range runners.Statuses {
		var c runners.Counts
		c.Add(s)
		if c.Total() != 1 {
			t.Errorf("%s counts %d", s, c.Total())
		}
		if s.Good() != (c.Outcome() == runners.GatePassed) {
			t.Errorf("%s is good: %v, alone the gate is %s", s, s.Good(), c.Outcome())
		}
		if s.Good() {
			good++
		}
	}
	if good != 2 {
		t.Errorf("%d good statuses, want passed and flaky", good)
	}
	counts.Add(status)
	if counts != (runners.Counts{Failed: 1}) {
		t.Errorf("the zero status counts as %+v", counts)
	}
}
