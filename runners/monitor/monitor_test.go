package monitor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/monitor"
	"github.com/cucumber-value/hoops/runners/session"
)

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: %s", what, d)
	}
}

// failing fails each request whose text says so: "fails" always, "fails 2" in its first two requests.
func failing(_ context.Context, text string, nth int) error {
	_, times, found := strings.Cut(text, "fails")
	most := 1 << 30
	fmt.Sscan(times, &most)
	if !found || nth > most {
		return nil
	}
	return session.Failf("expect/status", "the status is 500, expected 200")
}

func hang(ctx context.Context, text string, _ int) error {
	if strings.Contains(text, "hang") {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	return nil
}

func TestOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := feature("a.feature", `Feature: A
			@a @b
			Scenario: reads
			Given one
			When two
			Scenario: rows of <n>
			When POST fails <n>
			Then never
			Examples: n
			1
			0`)
		pl := plan(p)
		pl.Workers = 1
		got := run(t, t.Context(), monitor.Runner{}, pl, &fake{respond: failing})
		if got.err != nil || got.outcome != runners.GateFailed {
			t.Fatalf("%s, %v", got.outcome, got.err)
		}
		var kinds []string
		for _, e := range got.events {
			kinds = append(kinds, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", e.Kind, e.Status, e.Name, e.Pos)))
			if e.Scenario != "" && (e.Attempt != 1 || e.Feature != "a") || (e.Row != "") != strings.HasPrefix(e.Scenario, "a/rows") {
				t.Errorf("ids of %+v", e)
			}
			if (e.Failure != nil) != (e.Status == runners.Failed) {
				t.Errorf("failure of %+v", e)
			}
		}
		same(t, "events", kinds,
			"stage-started  probe",
			"scenario-started  reads a.feature:3:1",
			"sample  one a.feature:3:1", "step-finished passed Given one a.feature:4:1",
			"sample  two a.feature:3:1", "step-finished passed When two a.feature:5:1",
			"scenario-finished passed reads a.feature:3:1",
			"scenario-started  rows of 1 a.feature:10:1",
			"sample  POST fails <n> a.feature:10:1", "step-finished failed When POST fails 1 a.feature:7:1",
			"step-finished skipped Then never a.feature:8:1",
			"scenario-finished failed rows of 1 a.feature:10:1",
			"scenario-started  rows of 0 a.feature:11:1",
			"sample  POST fails <n> a.feature:11:1", "step-finished passed When POST fails 0 a.feature:7:1",
			"sample  never a.feature:11:1", "step-finished passed Then never a.feature:8:1",
			"scenario-finished passed rows of 0 a.feature:11:1",
			"stage-finished  probe",
		)
		if e := got.events[1]; !slices.Equal(e.Tags, []string{"@a", "@b"}) {
			t.Errorf("tags %v", e.Tags)
		}
		if got.closed != 1 {
			t.Errorf("the driver was closed %d times", got.closed)
		}
	})
}

func TestRepetitions(t *testing.T) {
	definitions := []ir.Definition{
		{Pattern: "nothing"},
		{Pattern: "search", Effect: ir.Reads, Body: []ir.Step{step("POST fails 1")}},
		{Pattern: "clear", Effect: ir.Writes, Body: []ir.Step{step("fails 1")}},
		{Pattern: "find or make", Effect: ir.Reads, Undo: 5, Body: []ir.Step{step("POST it fails 1")}},
		{Pattern: "undo", Body: []ir.Step{step("POST undo fails")}},
	}
	round := monitor.Runner{For: time.Minute, Every: time.Minute}
	for _, c := range []struct {
		step    string
		runner  monitor.Runner
		want    string // status
		calls   string
		outcome runners.Outcome
	}{
		{"fine", round, "passed", "0s", runners.GatePassed},
		{"fails 1", round, "flaky", "0s 2s", runners.GatePassed},
		{"fails 2", round, "flaky", "0s 2s 10s", runners.GatePassed},
		{"fails 3", round, "failed", "0s 2s 10s", runners.GateFailed},
		{"fails", round, "failed", "0s 2s 10s", runners.GateFailed},
		{"POST fails 1", round, "failed", "0s", runners.GateFailed},
		{"call search", round, "flaky", "0s 2s", runners.GatePassed},
		{"call clear", round, "failed", "0s", runners.GateFailed},
		{"call find or make", round, "failed", "0s 0s", runners.GateFailed}, // its undo fails: what is left would be in the way
		{"call nothing", round, "pending", "", runners.GateFailed},
		{"fails 3", monitor.Runner{For: time.Minute, Every: time.Minute, Timeout: 10 * time.Second}, "failed", "0s 2s", runners.GateFailed}, // the third would begin too late
		{"fails 3", monitor.Runner{For: time.Minute, Every: time.Minute, Timeout: 11 * time.Second}, "failed", "0s 2s 10s", runners.GateFailed},
		{"fails 1", monitor.Runner{}, "failed", "0s", runners.GateFailed}, // a single check is not repeated
		{"fails 3", monitor.Runner{Pauses: []time.Duration{}}, "failed", "0s", runners.GateFailed},
		{"fails 3", monitor.Runner{Pauses: []time.Duration{1e9, 1e9, 1e9}}, "flaky", "0s 1s 2s 3s", runners.GatePassed},
	} {
		t.Run(fmt.Sprint(c.step, c.runner.For, c.runner.Timeout, len(c.runner.Pauses)), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := feature("a.feature", "Feature: A\nScenario: s\nGiven "+c.step, slices.Clone(definitions)...)
				got := run(t, t.Context(), c.runner, plan(p), &fake{respond: failing})
				var calls []string
				for _, call := range got.calls {
					at, _, _ := strings.Cut(call, " ")
					calls = append(calls, at)
				}
				finished := got.of(runners.ScenarioFinished)
				end := "0s" // with the last request: nothing waits for a repetition that does not come
				if len(calls) > 0 {
					end = calls[len(calls)-1]
				}
				if got.outcome != c.outcome || got.err != nil || strings.Join(calls, " ") != c.calls || len(finished) != 1 ||
					!strings.HasPrefix(finished[0], end+" ") || !strings.Contains(finished[0], c.want) {
					t.Errorf("%s, %v, requests at %v, finished %q", got.outcome, got.err, calls, finished)
				}
			})
		})
	}
}

// A try of within that another follows is no failed request, and not another attempt of the scenario.
func TestTriesOfWithinAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := feature("a.feature", "Feature: A\nScenario: s\nGiven within 10s fails 2")
		got := run(t, t.Context(), monitor.Runner{}, plan(p), &fake{respond: failing})
		var retried []bool
		for _, e := range got.events {
			if e.Kind == runners.RequestFinished {
				retried = append(retried, e.Sample.Retried)
			}
		}
		if !slices.Equal(retried, []bool{true, true, false}) || got.outcome != runners.GatePassed {
			t.Errorf("%v, %s", retried, got.outcome)
		}
	})
}

func TestEveryAttemptIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := feature("a.feature", "Feature: A\nScenario: s\nGiven fine\nWhen fails 2\nThen fine too")
		got := run(t, t.Context(), monitor.Runner{For: time.Minute, Every: time.Minute}, plan(p), &fake{respond: failing})
		why := ": the status is 500, expected 200"
		same(t, "started", got.of(runners.ScenarioStarted), "0s 1  s", "2s 2  s", "10s 3  s")
		same(t, "steps", got.of(runners.StepFinished),
			"0s 1 passed Given fine", "0s 1 failed When fails 2"+why, "0s 1 skipped Then fine too",
			"2s 2 passed Given fine", "2s 2 failed When fails 2"+why, "2s 2 skipped Then fine too",
			"10s 3 passed Given fine", "10s 3 passed When fails 2", "10s 3 passed Then fine too")
		same(t, "finished", got.of(runners.ScenarioFinished), "10s 3 flaky s: passed at attempt 3, and failed before"+why)
		same(t, "notices", got.notices(), "s: attempt 1 of 3 failed"+why, "s: attempt 2 of 3 failed"+why)
		e := got.events[len(got.events)-2]
		if e.Failure == nil || e.Failure.Code != "expect/status" || e.Failure.Range.Line != 4 {
			t.Errorf("failure %+v", e.Failure)
		}
	})
}

func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := feature("a.feature", `Feature: A
			Scenario: first
			When call make
			And hang
			Then never
			Scenario: second
			When fine`,
			ir.Definition{Pattern: "make", Undo: 2, Body: []ir.Step{step("POST make")}},
			ir.Definition{Pattern: "undo", Body: []ir.Step{step("POST undo")}})
		ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
		defer cancel()
		pl := plan(p)
		pl.Workers = 1
		got := run(t, ctx, monitor.Runner{}, pl, &fake{respond: hang})
		if got.err != nil || got.outcome != runners.GateUndecided {
			t.Errorf("%s, %v", got.outcome, got.err)
		}
		same(t, "finished", got.of(runners.ScenarioFinished), "7s 1 skipped first: interrupted", "7s 1 skipped second: interrupted")
		same(t, "requests", got.calls, "0s POST make", "0s hang", "7s POST undo")

		got = run(t, ctx, monitor.Runner{For: 5 * time.Minute, Every: time.Minute}, pl, &fake{}) // interrupted before it began
		if got.err != nil || got.outcome != runners.GateUndecided || got.last().Message != "interrupted" {
			t.Errorf("%s, %v, %+v", got.outcome, got.err, got.last())
		}
		same(t, "finished", got.of(runners.ScenarioFinished), "0s 1 skipped first: interrupted", "0s 1 skipped second: interrupted")
		same(t, "requests", got.calls)
	})
}

func TestInterruptedRepetitionStaysFailed(t *testing.T) {
	for _, at := range []time.Duration{time.Second, 3 * time.Second} { // in the pause, in the repetition
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), at)
			defer cancel()
			p := feature("a.feature", "Feature: A\nScenario: s\nGiven fails 1\nThen hang")
			got := run(t, ctx, monitor.Runner{For: time.Minute, Every: time.Minute}, plan(p), &fake{respond: func(ctx context.Context, text string, nth int) error {
				return errors.Join(failing(ctx, text, nth), hang(ctx, text, nth))
			}})
			finished := got.of(runners.ScenarioFinished)
			if got.outcome != runners.GateFailed || len(finished) != 1 || !strings.HasPrefix(finished[0], at.String()) || !strings.Contains(finished[0], "failed s: the status is 500") {
				t.Errorf("%s, %q", got.outcome, finished)
			}
		})
	}
}

func TestRefusesToStart(t *testing.T) {
	text := `Feature: A
Scenario: runs
Given fine
Scenario: one
Given fine
When undefined thing
And undefined other
Scenario: two
When call half
Scenario: empty
Scenario: rows
When undefined thing
Examples: n
1
2`
	half := ir.Definition{Pattern: "half", Body: []ir.Step{step("undefined inside")}}
	for _, c := range []struct {
		title  string
		text   string
		runner monitor.Runner
		change func(*runners.Plan)
		want   string
	}{
		{"obstacles", text, monitor.Runner{}, nil, "a.feature:6:1: error: undefined step for driver fake [steps/undefined]\n" +
			"a.feature:9:1: error: undefined step for driver fake [steps/undefined]\n" +
			"a.feature:10:1: error: the scenario has no steps [steps/none]\n" +
			"a.feature:12:1: error: undefined step for driver fake [steps/undefined]"},
		{"only a background", "Feature: A\nScenario: a\nGiven fine", monitor.Runner{}, func(p *runners.Plan) { p.Program.Features[0].Scenarios[0].Steps[0].Background = true }, "a.feature:2:1: error: the scenario has no steps [steps/none]"},
		{"nothing", text, monitor.Runner{}, func(p *runners.Plan) { p.Selected = nil }, "nothing is selected"},
		{"twice", text, monitor.Runner{}, func(p *runners.Plan) { p.Selected = append(p.Selected[:1:1], p.Selected[0]) }, `a.feature:2:1: "runs" is selected twice`},
		{"no such row", text, monitor.Runner{}, func(p *runners.Plan) { p.Selected[0].Row = 0 }, `a.feature:2:1: row 1 of "runs" is selected, which has 0`},
		{"an outline", text, monitor.Runner{}, func(p *runners.Plan) { p.Selected[4].Row = -1 }, `a.feature:11:1: row 0 of "rows" is selected, which has 2`},
		{"unlowerable", "Feature: A\nScenario: a\nGiven unlowerable a\nScenario: b\nGiven unlowerable b", monitor.Runner{}, nil, "a.feature:3:1: unlowerable a cannot be lowered\na.feature:5:1: unlowerable b cannot be lowered"},
		{"no every", text, monitor.Runner{For: 5 * time.Minute}, nil, "for 5m needs an every"},
		{"timeout too long", text, monitor.Runner{For: 5 * time.Minute, Every: 30 * time.Second, Timeout: 30 * time.Second}, nil, "a scenario may take 30s, expected less than every 30s"},
		{"negative", text, monitor.Runner{Timeout: -1}, nil, "for 0s, every 0s and a time-out of -1ns: none of them can be negative"},
	} {
		t.Run(c.title, func(t *testing.T) {
			p := plan(feature("a.feature", c.text, half))
			if c.change != nil {
				c.change(&p)
			}
			got := run(t, t.Context(), c.runner, p, &fake{})
			if got.err == nil || got.err.Error() != c.want || got.outcome != "" || len(got.calls) > 0 || len(got.of(runners.ScenarioStarted)) > 0 {
				t.Errorf("%s, %v, %v", got.outcome, got.err, got.calls)
			}
			if got.env != nil && got.closed != 1 {
				t.Error("the driver was not closed")
			}
		})
	}
}

func TestStepsHaveLessTimeThanScenarios(t *testing.T) {
	for _, c := range []struct {
		runner        monitor.Runner
		request, step time.Duration // of the environment
		wantRequest   time.Duration
		wantStep      time.Duration
	}{
		{monitor.Runner{}, 0, 0, 27 * time.Second, 10 * time.Second},
		{monitor.Runner{Timeout: 10 * time.Second}, 0, 0, 9 * time.Second, 9 * time.Second},
		{monitor.Runner{Timeout: time.Minute}, 0, 0, 30 * time.Second, 10 * time.Second},
		{monitor.Runner{}, 5 * time.Second, 6 * time.Second, 5 * time.Second, 6 * time.Second},
		{monitor.Runner{For: 20 * time.Second, Every: 10 * time.Second}, 0, 0, 8100 * time.Millisecond, 8100 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := plan(feature("a.feature", "Feature: A\nScenario: s\nGiven fine"))
			p.Env.Timeout, p.Env.StepTimeout = ir.Duration(c.request), ir.Duration(c.step)
			got := run(t, t.Context(), c.runner, p, &fake{})
			if got.err != nil || time.Duration(got.env.Timeout) != c.wantRequest || time.Duration(got.env.StepTimeout) != c.wantStep {
				t.Errorf("%v, %s and %s, want %s and %s", got.err, got.env.Timeout, got.env.StepTimeout, c.wantRequest, c.wantStep)
			}
			if time.Duration(p.Env.Timeout) != c.request {
				t.Error("the plan's environment was changed")
			}
		})
	}
}
