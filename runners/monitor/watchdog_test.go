package monitor_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/monitor"
	"github.com/cucumber-value/hoops/runners/session"
)

func TestNoResultInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := feature("a.feature", `Feature: A
			Scenario: slow
			When call make
			And hang
			Then never
			Scenario: quick
			When fine`,
			ir.Definition{Pattern: "make", Undo: 2, Body: []ir.Step{step("POST make")}},
			ir.Definition{Pattern: "undo", Body: []ir.Step{step("POST undo")}})
		pl := plan(p)
		pl.Workers = 1
		got := run(t, t.Context(), monitor.Runner{}, pl, &fake{respond: hang})
		if got.err != nil || got.outcome != runners.GateFailed {
			t.Fatalf("%s, %v", got.outcome, got.err)
		}
		same(t, "steps", got.of(runners.StepFinished), "0s 1 passed When call make", "30s 1 failed And hang: no result within 30s", "30s 1 skipped Then never", "30s 1 passed When fine")
		same(t, "finished", got.of(runners.ScenarioFinished), "30s 1 failed slow: no result within 30s", "30s 1 passed quick")
		same(t, "requests", got.calls, "0s POST make", "0s hang", "30s POST undo", "30s fine")
		for _, e := range got.events {
			if e.Status == runners.Failed && (e.Failure == nil || e.Failure.Code != "monitor/timeout" || e.Failure.Range.Line != 4) {
				t.Errorf("failure %+v", e.Failure)
			}
		}
	})
}

// A repetition that has no result does not hide what the first attempt found.
func TestNoResultAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := feature("a.feature", "Feature: A\nScenario: s\nGiven x")
		got := run(t, t.Context(), monitor.Runner{For: time.Minute, Every: time.Minute}, plan(p), &fake{respond: func(ctx context.Context, _ string, nth int) error {
			if nth == 1 {
				return session.Failf("expect/status", "the status is 500")
			}
			<-ctx.Done()
			return errors.New("the connection was closed") // of a step that says it in its own words
		}})
		same(t, "steps", got.of(runners.StepFinished), "0s 1 failed Given x: the status is 500", "30s 2 failed Given x: no result within 30s")
		same(t, "finished", got.of(runners.ScenarioFinished), "30s 2 failed s: the status is 500")
		if e := got.events[len(got.events)-3]; e.Failure == nil || len(e.Failure.Notes) != 1 || e.Failure.Notes[0].Text != "the connection was closed" {
			t.Errorf("%+v", e)
		}
	})
}

func TestStepThatGoesOnForEver(t *testing.T) {
	for _, c := range []struct {
		title  string
		cancel time.Duration
		want   []string
	}{
		{"overdue", time.Hour, []string{"0s 1 passed quick", "45s 1 failed stuck: no result within 30s"}},
		{"interrupted", 5 * time.Second, []string{"0s 1 passed quick", "20s 1 skipped stuck: interrupted"}},
	} {
		t.Run(c.title, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), c.cancel)
				defer cancel()
				release := make(chan struct{})
				p := plan(feature("a.feature", "Feature: A\nScenario: stuck\nGiven call make\nAnd in Go\nThen never\nScenario: quick\nGiven fine",
					ir.Definition{Pattern: "make", Undo: 2, Body: []ir.Step{step("POST make")}},
					ir.Definition{Pattern: "undo", Body: []ir.Step{step("POST undo")}}))
				funcs := []session.GoFunc{func(_ context.Context, s *session.Session, _ []any) error {
					<-release
					s.Sampled(session.Sample{Name: "too late"})
					return nil
				}}
				d, k := &fake{}, &tape{}
				var late atomic.Bool
				listener := runnerFunc(func(ctx context.Context, p runners.Plan, emit func(runners.Event)) error {
					r := monitor.Runner{Funcs: funcs, Drivers: func() []session.Driver { return []session.Driver{d} }}
					return r.Run(ctx, p, func(e runners.Event) {
						if late.Load() {
							t.Errorf("told after the end: %+v", e)
						}
						emit(e)
					})
				})
				stream := runners.NewStream(nil, k)
				outcome, err := runners.Run(ctx, listener, p, stream)
				_ = stream.Close()
				same(t, "finished", k.of(runners.ScenarioFinished), c.want...)
				if err == nil || err.Error() != "stuck: a step goes on although its context has ended: it was left behind" || outcome != "" {
					t.Errorf("%s, %v", outcome, err)
				}
				if last := k.last(); last.Kind != runners.StageFinished || last.Outcome != runners.GateUndecided {
					t.Errorf("%+v", last)
				}
				if slices.ContainsFunc(d.calls, func(s string) bool { return strings.Contains(s, "undo") }) || d.closed != 0 {
					t.Errorf("undone or closed under a step that goes on: %q", d.calls)
				}
				late.Store(true)
				close(release)
				synctest.Wait()
			})
		})
	}
}

type runnerFunc func(context.Context, runners.Plan, func(runners.Event)) error

func (f runnerFunc) Run(ctx context.Context, p runners.Plan, emit func(runners.Event)) error {
	return f(ctx, p, emit)
}

func TestStepThatEndsItsGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := feature("a.feature", "Feature: A\nScenario: s\nGiven in Go")
		funcs := []session.GoFunc{func(context.Context, *session.Session, []any) error { runtime.Goexit(); return nil }}
		got := run(t, t.Context(), monitor.Runner{Funcs: funcs, Pauses: []time.Duration{}}, plan(p), &fake{})
		same(t, "finished", got.of(runners.ScenarioFinished), "0s 1 failed s: the step ended its goroutine")
	})
}

// What fails in hoops itself is an error of the run, and ends no other scenario.
func TestPanicOfListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan(feature("a.feature", "Feature: A\nScenario: a\nGiven a\nScenario: b\nGiven b"))
		p.Workers = 1
		var finished []string
		r := monitor.Runner{Drivers: func() []session.Driver { return []session.Driver{&fake{}} }}
		err := r.Run(t.Context(), p, func(e runners.Event) {
			if e.Kind == runners.ScenarioFinished {
				if e.Name == "a" {
					panic("no space left")
				}
				finished = append(finished, e.Name)
			}
		})
		if err == nil || !strings.HasPrefix(err.Error(), "hoops failed in a: no space left\n") || !slices.Equal(finished, []string{"b"}) {
			t.Errorf("%v, %q", err, finished)
		}
	})
}

// Think time and the pauses of a scenario pass on the same clock as the rounds.
func TestSleepIsTheSessionsToo(t *testing.T) {
	p := feature("a.feature", "Feature: A\nScenario: s\nGiven x")
	p.Features[0].Scenarios[0].Steps[0].Bindings[0].Op = &ir.Wait{For: ir.Literal("1h")}
	var slept atomic.Int64
	got := run(t, t.Context(), monitor.Runner{Sleep: func(ctx context.Context, d time.Duration) error {
		if d == time.Hour {
			slept.Add(1)
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	}}, plan(p), &fake{})
	if got.outcome != runners.GatePassed || slept.Load() != 1 {
		t.Errorf("%s, %v, slept %d times", got.outcome, got.err, slept.Load())
	}
}
