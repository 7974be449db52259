package functional

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

const matrix = `@shop
Feature: Statuses

  Background:
    Given GET /before

  Scenario: passes
    When GET /a
    Then the status is 200

  Scenario: fails
    When GET /a
    Then the status is 201
    And GET /never
    And undefined never reached

  Scenario: is undefined
    When GET /a
    And undefined thing
    And GET /never

  Scenario: is ambiguous
    When ambiguous thing
    And GET /never

  Scenario: is pending
    When call empty
    And GET /never

  Scenario: has no steps

  Scenario: is undefined deep down
    When GET /a
    And call half
    And GET /never

  Scenario: panics
    When GET /panic
    And GET /never

  Scenario: errs
    When GET /err
`

var definitions = []ir.Definition{
	{Pattern: "empty"},
	{Pattern: "half", Body: []ir.Step{step("GET /half"), step("undefined inside")}},
}

func misbehave(_ context.Context, _ *session.Frame, _, target string) (int, error) {
	switch target {
	case "/panic":
		panic("the driver is broken")
	case "/err":
		return 0, errors.New("no route to host")
	}
	return 200, nil
}

func TestStatuses(t *testing.T) {
	p := program(t, map[string]string{"a.feature": matrix}, definitions...)
	for _, workers := range []int{1, 8} {
		plan := plan(p)
		plan.Workers = workers
		var mu sync.Mutex
		var sent []string
		rec := execute(t, plan, func(ctx context.Context, f *session.Frame, method, target string) (int, error) {
			mu.Lock()
			sent = append(sent, target)
			mu.Unlock()
			return misbehave(ctx, f, method, target)
		})
		got := map[string]string{}
		for name, e := range rec.finished(t) {
			code := ""
			if e.Failure != nil {
				code = " " + e.Failure.Code + " at " + e.Failure.Range.Pos.String()
			}
			got[name] = string(e.Status) + code + ": " + e.Message
		}
		want := map[string]string{
			"passes":                 "passed: ",
			"fails":                  "failed expect/status at a.feature:13:5: the status is 200, expected 201",
			"is undefined":           "undefined steps/undefined at a.feature:19:5: undefined step for driver fake",
			"is ambiguous":           "ambiguous steps/ambiguous at a.feature:23:5: ambiguous step for driver fake",
			"is pending":             `pending steps/pending at a.feature:27:5: the step definition "empty" has no steps yet`,
			"has no steps":           "undefined steps/none at a.feature:30:3: the scenario has no steps",
			"is undefined deep down": "undefined steps/undefined at a.feature:34:5: undefined step for driver fake",
			"panics":                 "failed session/step at a.feature:38:5: hoops failed in this step: the driver is broken",
			"errs":                   "failed session/step at a.feature:42:5: no route to host",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%d workers: %s", workers, d)
		}
		if d := cmp.Diff([]string{
			"1 passed Given GET /before", "1 passed When GET /a", "1 undefined And undefined thing", "1 skipped And GET /never",
		}, rec.steps("is undefined")); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]string{
			"1 passed Given GET /before", "1 passed When GET /a", "1 failed Then the status is 201", "1 skipped And GET /never", "1 skipped And undefined never reached",
		}, rec.steps("fails")); d != "" {
			t.Error(d)
		}
		if slices.Contains(sent, "/never") || slices.Contains(sent, "/half") {
			t.Errorf("sent after the scenario's end: %q", sent)
		}
		deep := rec.finished(t)["is undefined deep down"].Failure
		if len(deep.Notes) != 1 || deep.Notes[0].Text != "undefined inside" || !slices.Equal(deep.Help, []string{"define it"}) {
			t.Errorf("notes %v, help %q", deep.Notes, deep.Help)
		}
	}
}

func TestEventsOfAScenario(t *testing.T) {
	p := program(t, map[string]string{"a.feature": "@shop\nFeature: F\n  @one\n  Scenario: s\n    When GET /a\n"})
	rec := execute(t, plan(p), nil)
	var got []string
	for _, e := range rec.events {
		got = append(got, fmt.Sprintf("%s %s %s step=%d attempt=%d %q %v %s %s", e.Kind, e.Feature, e.Scenario, e.Step, e.Attempt, e.Name, e.Tags, e.Status, e.Pos))
	}
	want := []string{
		`scenario-started a a/s step=0 attempt=1 "s" [@shop @one]  a.feature:4:3`,
		`sample a a/s step=1 attempt=1 "GET /a" []  a.feature:4:3`,
		`step-finished a a/s step=1 attempt=1 "When GET /a" [] passed a.feature:5:5`,
		`scenario-finished a a/s step=0 attempt=1 "s" [@shop @one] passed a.feature:4:3`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// The same words stand twice, and only the second time they do not run: what stands before must still be run.
func TestSameWordsDefinedAndUndefined(t *testing.T) {
	p := program(t, map[string]string{"a.feature": "Feature: F\n  Scenario: s\n    When GET /a\n    When GET /a\n    When GET /b\n"})
	p.Features[0].Scenarios[0].Steps[1].Bindings = nil
	rec := execute(t, plan(p), nil)
	if d := cmp.Diff([]string{"1 passed When GET /a", "1 undefined When GET /a", "1 skipped When GET /b"}, rec.steps("s")); d != "" {
		t.Error(d)
	}
}

func TestDriverTag(t *testing.T) {
	p := program(t, map[string]string{"a.feature": "@driver:other\nFeature: F\n  Scenario: a\n    When GET /a\n  @driver:fake\n  Scenario: b\n    When GET /b\n"})
	rec := execute(t, plan(p), nil)
	if a, b := rec.finished(t)["a"].Status, rec.finished(t)["b"].Status; a != runners.Undefined || b != runners.Passed {
		t.Errorf("a %s, b %s", a, b)
	}
}

// Rows of one outline may run on different drivers: each gets the script of its own.
func TestDriverTagOfExamples(t *testing.T) {
	p := program(t, map[string]string{"a.feature": "Feature: F\n  Scenario Outline: s <n>\n    When GET /<n>\n    @driver:other\n    Examples:\n      | n |\n      | 1 |\n    Examples:\n      | n |\n      | 2 |\n"})
	rec := execute(t, plan(p), nil)
	if one, two := rec.finished(t)["s 1"].Status, rec.finished(t)["s 2"].Status; one != runners.Undefined || two != runners.Passed {
		t.Errorf("1 %s, 2 %s", one, two)
	}
}

func TestWhatCannotBeLoweredFails(t *testing.T) {
	p := program(t, map[string]string{"a.feature": "Feature: F\n  Scenario: a\n    When GET /a\n    And expect (\n  Scenario: b\n    When GET /b\n"})
	rec := execute(t, plan(p), func(_ context.Context, _ *session.Frame, _, target string) (int, error) {
		if target == "/a" {
			t.Error("executed")
		}
		return 200, nil
	})
	if a := rec.finished(t)["a"]; a.Status != runners.Failed || a.Failure.Code != "session/lower" {
		t.Errorf("%+v", a)
	}
	if b := rec.finished(t)["b"]; b.Status != runners.Passed {
		t.Errorf("%+v", b)
	}
}

func TestPause(t *testing.T) {
	p := program(t, map[string]string{"a.feature": "Feature: F\n  Scenario: a\n    When keep x = 1\n    And pause\n    And GET /a\n    Then the status is 500\n"})
	r := runner(nil)
	var seen []map[string]any
	r.PauseOnFailure = true
	r.Pause = func(_ context.Context, s *session.Session) error { seen = append(seen, s.Kept()); return nil }
	if err := r.Run(context.Background(), plan(p), func(runners.Event) {}); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 2 || fmt.Sprint(seen[0]["x"]) != "1" {
		t.Errorf("paused with %v", seen)
	}
}

// godog writes to stdout and stderr when it is let to, and looks for a folder named features.
func TestSilence(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, errs := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = w, w
	p := program(t, map[string]string{"a.feature": matrix}, definitions...)
	execute(t, plan(p), misbehave)
	os.Stdout, os.Stderr = out, errs
	w.Close()
	buf := make([]byte, 100)
	if n, _ := r.Read(buf); n > 0 {
		t.Errorf("said %q", buf[:n])
	}
}

func TestThroughTheContract(t *testing.T) {
	p := program(t, map[string]string{"a.feature": matrix}, definitions...)
	stream := runners.NewStream(nil)
	outcome, err := runners.Run(context.Background(), runner(misbehave), plan(p), stream)
	if err != nil || outcome != runners.GateFailed {
		t.Errorf("%s, %v", outcome, err)
	}
	if err := stream.Close(); err != nil {
		t.Error(err)
	}
}
