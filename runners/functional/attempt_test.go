package functional

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

func TestRetry(t *testing.T) {
	p := program(t, map[string]string{"a.feature": `Feature: F
  Scenario Outline: row <n>
    When GET /<n>
    Then the status is 200
    Examples:
      | n |
      | 1 |
      | 2 |
      | 3 |

  Scenario: undefined is not repeated
    When undefined
`})
	var mu sync.Mutex
	tries := map[string]int{}
	rec := execute(t, func() runners.Plan { p := plan(p); p.Retry = 2; p.Workers = 4; return p }(), func(_ context.Context, _ *session.Frame, _, target string) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		tries[target]++
		if target == "/3" || target == "/2" && tries[target] < 3 {
			return 500, nil
		}
		return 200, nil
	})
	if d := cmp.Diff(map[string]int{"/1": 1, "/2": 3, "/3": 3}, tries); d != "" {
		t.Error(d)
	}
	got := map[string]string{}
	for name, e := range rec.finished(t) {
		got[name] = fmt.Sprintf("%s, attempt %d, failure %v: %s", e.Status, e.Attempt, e.Failure != nil, e.Message)
	}
	want := map[string]string{
		"row 1":                     "passed, attempt 1, failure false: ",
		"row 2":                     "flaky, attempt 3, failure true: passed at attempt 3, and failed before: the status is 500, expected 200",
		"row 3":                     "failed, attempt 3, failure true: the status is 500, expected 200",
		"undefined is not repeated": "undefined, attempt 1, failure true: undefined step for driver fake",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{
		"1 passed When GET /2", "1 failed Then the status is 200",
		"2 passed When GET /2", "2 failed Then the status is 200",
		"3 passed When GET /2", "3 passed Then the status is 200",
	}, rec.steps("row 2")); d != "" {
		t.Error(d)
	}
	notices := 0
	for _, e := range rec.events {
		if e.Kind == runners.Noticed {
			notices++
		}
	}
	if notices != 4 {
		t.Errorf("%d notices, expected one for each attempt that was repeated", notices)
	}
}

// Forty scenarios keep a value under the same name and read it back while the others do.
func TestNoCrossTalk(t *testing.T) {
	var b strings.Builder
	b.WriteString("Feature: F\n")
	for i := range 40 {
		fmt.Fprintf(&b, "  Scenario: s%d\n    When keep me = %d\n    And GET /own/%d\n    And GET /${me}\n    Then expect text == \"/%d\"\n    And expect me == %d\n", i, i, i, i, i)
	}
	b.WriteString("  Scenario Outline: row <n>\n    When keep me = row.n\n    And GET /${me}\n    Then expect text == \"/\" + row.n\n    Examples:\n      | n |\n")
	for i := range 40 {
		fmt.Fprintf(&b, "      | r%d |\n", i)
	}
	p := program(t, map[string]string{"a.feature": b.String()})
	plan := plan(p)
	plan.Workers = 8
	var wg sync.WaitGroup
	for range 2 { // two runs in one process at the same time
		wg.Go(func() {
			rec := &recorder{}
			if err := runner(nil).Run(context.Background(), plan, rec.emit); err != nil {
				t.Error(err)
			}
			for name, e := range rec.finished(t) {
				if e.Status != runners.Passed {
					t.Errorf("%s: %s %s", name, e.Status, e.Message)
				}
			}
			if n := len(rec.finished(t)); n != 80 {
				t.Errorf("%d of 80 finished", n)
			}
		})
	}
	wg.Wait()
}

func TestInterrupted(t *testing.T) {
	const text = "Feature: F\n  Scenario: done\n    When GET /a\n  Scenario: cut\n    When call order\n    When GET /hang\n    When GET /never\n  Scenario: not begun\n    When GET /b\n  Scenario: nor this\n    When undefined\n"
	p := program(t, map[string]string{"a.feature": text},
		ir.Definition{Pattern: "order", Undo: 2, Body: []ir.Step{step("POST /order")}},
		ir.Definition{Pattern: "order", Body: []ir.Step{step("POST /cancel")}})
	for _, workers := range []int{1, 8} {
		ctx, cancel := context.WithCancel(context.Background())
		var cancelled atomic.Bool
		rec := &recorder{}
		plan := plan(p)
		plan.Workers, plan.Retry = workers, 3
		if workers > 1 {
			plan.Selected = plan.Selected[:2]
		}
		err := runner(func(ctx context.Context, _ *session.Frame, _, target string) (int, error) {
			switch target {
			case "/hang":
				cancel()
				<-ctx.Done()
				return 0, fmt.Errorf("GET /hang: %w", ctx.Err())
			case "/cancel":
				cancelled.Store(ctx.Err() == nil)
			}
			return 200, nil
		}).Run(ctx, plan, rec.emit)
		if err != nil {
			t.Fatal(err)
		}
		got := rec.finished(t)
		if len(got) != len(plan.Selected) {
			t.Errorf("%d of %d finished", len(got), len(plan.Selected))
		}
		for name, e := range got {
			if name == "done" {
				if workers == 1 && e.Status != runners.Passed {
					t.Errorf("done: %s", e.Status)
				}
				continue
			}
			if e.Status != runners.Skipped || e.Message != "interrupted" {
				t.Errorf("%s: %s %q", name, e.Status, e.Message)
			}
		}
		if !cancelled.Load() {
			t.Error("the order was not undone")
		}
	}
}

func TestInterruptedRepetitionStaysFailed(t *testing.T) {
	p := program(t, map[string]string{"a.feature": "Feature: F\n  Scenario: s\n    When GET /a\n    Then the status is 200\n"})
	ctx, cancel := context.WithCancel(context.Background())
	rec := &recorder{}
	plan := plan(p)
	plan.Retry = 1
	n := 0
	err := runner(func(ctx context.Context, _ *session.Frame, _, _ string) (int, error) {
		if n++; n == 2 {
			cancel()
			return 0, ctx.Err()
		}
		return 500, nil
	}).Run(ctx, plan, rec.emit)
	if e := rec.finished(t)["s"]; err != nil || e.Status != runners.Failed || e.Failure == nil {
		t.Errorf("%v, %+v", err, e)
	}
}

func TestFailedUndoFails(t *testing.T) {
	p := program(t, map[string]string{"a.feature": "Feature: F\n  Scenario: s\n    When call order\n"},
		ir.Definition{Pattern: "order", Undo: 2, Body: []ir.Step{step("POST /order")}},
		ir.Definition{Pattern: "order", Body: []ir.Step{step("POST /cancel"), step("the status is 204")}})
	plan := plan(p)
	plan.Retry = 5 // what was left behind must not be repeated
	rec := execute(t, plan, nil)
	e := rec.finished(t)["s"]
	if e.Status != runners.Failed || e.Failure == nil || e.Message != "undo of `call order`: the status is 200, expected 204" {
		t.Errorf("%s %q", e.Status, e.Message)
	}
	if d := cmp.Diff([]string{"1 passed When call order", "1 failed Undo of call order"}, rec.steps("s")); d != "" {
		t.Error(d)
	}
}

func TestPanicOfListenerLosesNothing(t *testing.T) {
	p := program(t, map[string]string{"a.feature": "Feature: F\n  Scenario: a\n    When GET /a\n  Scenario: b\n    When GET /b\n  Scenario: c\n    When GET /c\n"})
	for _, workers := range []int{1, 8} {
		for _, kind := range []runners.Kind{runners.ScenarioStarted, runners.RequestFinished, runners.StepFinished, runners.ScenarioFinished} {
			rec := &recorder{}
			var once sync.Once
			plan := plan(p)
			plan.Workers = workers
			err := runner(nil).Run(context.Background(), plan, func(e runners.Event) {
				if e.Kind == kind && e.Scenario == "a/b" {
					once.Do(func() { panic("the report is broken") })
				}
				rec.emit(e)
			})
			got := rec.finished(t)
			if len(got) != 3 || got["a"].Status != runners.Passed || got["c"].Status != runners.Passed || got["b"].Status != runners.Failed {
				t.Errorf("%s: %v, %+v", kind, err, got)
			}
		}
	}
}

// Also when hoops itself fails on the way to the end, what was begun is undone.
func TestUndoAfterAPanicOfTheListener(t *testing.T) {
	p := program(t, map[string]string{"a.feature": "Feature: F\n  Scenario: s\n    When call order\n    Then the status is 500\n    And GET /never\n"},
		ir.Definition{Pattern: "order", Undo: 2, Body: []ir.Step{step("POST /order")}},
		ir.Definition{Pattern: "order", Body: []ir.Step{step("POST /cancel")}})
	undone := false
	rec := &recorder{}
	err := runner(func(_ context.Context, _ *session.Frame, _, target string) (int, error) {
		undone = undone || target == "/cancel"
		return 200, nil
	}).Run(context.Background(), plan(p), func(e runners.Event) {
		if e.Kind == runners.StepFinished && e.Status == runners.Skipped {
			panic("the report is broken")
		}
		rec.emit(e)
	})
	if e := rec.finished(t)["s"]; err != nil || !undone || e.Status != runners.Failed || e.Message != "the status is 200, expected 500" {
		t.Errorf("%v, undone %v, %s %s", err, undone, e.Status, e.Message)
	}
}
