package functional

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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

const shapes = `# language: fr
@fr
Fonctionnalité: Formes
  Une ligne: avec Scénario

  Contexte:
    Soit GET /fond

  Scénario: texte et table
    Quand GET /x.*+?(a|b)[c]\E^$
      """json
      {"Scénario": "pas un", "x": "@tag"}
      Scénario: non plus
      """
    Et GET /x.*+?(a|b)[c]\E^$
      | a | b |
      | 1 | 2 |

  Règle: une règle
    Contexte:
      Soit GET /règle

    @un
    Plan du scénario: ajouter <a> à <b>
      Quand GET /<a>/<b>
      Alors expect row.a == "<a>"

      @grand
      Exemples:
        | a | b |
        | 1 | 2 |
        | 3 | 4 |

      Exemples:
        | a  | b |
        | <b> | 5 |
        | x\|y | \n |

    Scénario: après
      Quand GET /après
`

func TestShapes(t *testing.T) {
	p := program(t, map[string]string{"formes.feature": shapes})
	// The expression says "<a>" literally, which is a column: bind it to what the compiler would make of it.
	for i := range p.Features[0].Scenarios {
		for j := range p.Features[0].Scenarios[i].Steps {
			if s := &p.Features[0].Scenarios[i].Steps[j]; strings.HasPrefix(s.Text, "expect") {
				s.Bindings[0].Op = &ir.Expect{Check: ir.CheckTrue, Expr: `row.a != ""`}
			}
		}
	}
	all := execute(t, plan(p), nil)
	for name, e := range all.finished(t) {
		if e.Status != runners.Passed {
			t.Errorf("%s: %s %s", name, e.Status, e.Message)
		}
	}
	if d := cmp.Diff([]string{"1 passed Soit GET /fond", "1 passed Soit GET /règle", "1 passed Quand GET /3/4", `1 passed Alors expect row.a == "3"`}, all.steps("ajouter 3 à 4")); d != "" {
		t.Error(d)
	}
	// Every single scenario and row by itself: all others are blanked, and nothing else runs.
	for _, one := range everything(p) {
		plan := plan(p)
		plan.Selected = []runners.Selected{one}
		rec := execute(t, plan, nil)
		for name, e := range rec.finished(t) {
			if e.Status != runners.Passed || e.Row != one.RowID() || e.Pos != one.Pos() {
				t.Errorf("%s: %+v", name, e)
			}
		}
	}
}

func TestRowNames(t *testing.T) {
	s := &ir.Scenario{Name: "add <a>", Columns: []string{"a", "b"}}
	for _, cells := range [][]string{{"1", "2"}, {"1", "2"}, {"1", "2"}, {"x\ny", strings.Repeat("é", 80)}, {"<b>", "z"}} {
		s.Rows = append(s.Rows, ir.Row{Cells: cells})
	}
	want := []string{
		"add 1 (1, 2)", "add 1 (1, 2) #2", "add 1 (1, 2) #3",
		"add x y (x y, " + strings.Repeat("é", 55) + "…)", "add z (<b>, z)",
	}
	if d := cmp.Diff(want, rowNames(s)); d != "" {
		t.Error(d)
	}
	s.Name = "<a> <b>"
	if got := rowNames(s)[0]; got != "1 2" {
		t.Error(got)
	}
}

func TestUndefinedForOneRow(t *testing.T) {
	p := program(t, map[string]string{"a.feature": "Feature: F\n  Scenario Outline: s <n>\n    When GET /<n>\n    And undefined for row 1\n    Examples:\n      | n |\n      | 0 |\n      | 1 |\n      | 2 |\n"})
	rec := execute(t, plan(p), nil)
	for name, want := range map[string]runners.Status{"s 0": runners.Passed, "s 1": runners.Undefined, "s 2": runners.Passed} {
		if got := rec.finished(t)[name].Status; got != want {
			t.Errorf("%s: %s, expected %s", name, got, want)
		}
	}
}

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
	if e.Status != runners.Failed || e.Failure == nil || e.Message != `undo of "order": the status is 200, expected 204` {
		t.Errorf("%s %q", e.Status, e.Message)
	}
	if d := cmp.Diff([]string{"1 passed When call order", "1 failed Undo"}, rec.steps("s")); d != "" {
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

func TestRefusesWhatDisagrees(t *testing.T) {
	const text = "Feature: F\n  Scenario: a\n    When GET /a\n  Scenario: b\n    When GET /b\n"
	fresh := func() (*ir.Program, runners.Plan) {
		p := program(t, map[string]string{"a.feature": text})
		return p, plan(p)
	}
	for name, c := range map[string]struct {
		spoil func(*ir.Program, *runners.Plan)
		want  string
	}{
		"nothing selected": {func(_ *ir.Program, p *runners.Plan) { p.Selected = nil }, "nothing is selected"},
		"selected twice":   {func(_ *ir.Program, p *runners.Plan) { p.Selected = append(p.Selected, p.Selected[0]) }, "is selected twice"},
		"no text":          {func(p *ir.Program, _ *runners.Plan) { p.Files = nil }, "does not hold the text of a.feature"},
		"not Gherkin":      {func(p *ir.Program, _ *runners.Plan) { p.Files[0].Text = "Scenario: x" }, "cannot be parsed"},
		"a very long line": {func(p *ir.Program, _ *runners.Plan) { p.Files[0].Text += "#" + strings.Repeat("x", 70_000) }, "cannot be parsed"},
		"another step":     {func(p *ir.Program, _ *runners.Plan) { p.Features[0].Scenarios[0].Steps[0].Text = "GET /z" }, `step 1 of "a" is "GET /a" in the text of the feature and "GET /z" in the program`},
		"fewer steps":      {func(p *ir.Program, _ *runners.Plan) { p.Features[0].Scenarios[0].Steps = nil }, `"a" has 1 steps in the text of the feature and 0 in the program`},
		"an unknown one":   {func(p *ir.Program, _ *runners.Plan) { p.Features[0].Scenarios[0].Pos.Line = 1 }, `is in the text of the feature and not in the program`},
		"one that is gone": {func(p *ir.Program, _ *runners.Plan) {
			p.Files[0].Text = "Feature: F\n  Scenario: a\n    When GET /a\n\n\n"
		}, `"b" is in the program and not in the text of the feature`},
		"an outline itself": {func(p *ir.Program, _ *runners.Plan) { p.Features[0].Scenarios[0].Outline = true }, "row 0"},
	} {
		program, plan := fresh()
		c.spoil(program, &plan)
		rec := &recorder{}
		err := runner(func(context.Context, *session.Frame, string, string) (int, error) {
			t.Errorf("%s: something was executed", name)
			return 200, nil
		}).Run(context.Background(), plan, rec.emit)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, expected %q", name, err, c.want)
		}
	}
}

func TestDriverTag(t *testing.T) {
	p := program(t, map[string]string{"a.feature": "@driver:other\nFeature: F\n  Scenario: a\n    When GET /a\n  @driver:fake\n  Scenario: b\n    When GET /b\n"})
	rec := execute(t, plan(p), nil)
	if a, b := rec.finished(t)["a"].Status, rec.finished(t)["b"].Status; a != runners.Undefined || b != runners.Passed {
		t.Errorf("a %s, b %s", a, b)
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
