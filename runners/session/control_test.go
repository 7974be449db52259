package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

func within(limit string, step ir.Step) ir.Step {
	return do(&ir.Within{Limit: ir.Literal(limit), Step: step})
}

func TestWait(t *testing.T) {
	w := newWorld(t, program(nil, keep("d", `1500ms`), do(&ir.Wait{For: tpl("${d}", ir.Plain)}), do(&ir.Wait{For: ir.Literal("2s")})), nil)
	if _, err := w.play(-1); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]time.Duration{1500 * time.Millisecond, 2 * time.Second}, w.clock.slept); d != "" {
		t.Error(d)
	}
}

func TestWaitIsCutOff(t *testing.T) {
	w := newWorld(t, program(nil, do(&ir.Wait{For: ir.Literal("1h")})), nil)
	w.Sleep = sleep
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.open(-1).Step(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestWithin(t *testing.T) {
	ready := []ir.Definition{{Pattern: "ready", Body: []ir.Step{get("/"), do(&ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("200")})}}}
	run := func(limit string, respond func(n int, elapsed time.Duration) reply) (*world, error) {
		n := 0
		var w *world
		w = newWorld(t, program(ready, within(limit, call(1))), func(context.Context, request) reply {
			n++
			return respond(n, w.clock.Now().Sub(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		})
		_, err := w.play(-1)
		return w, err
	}

	w, err := run("30s", func(n int, _ time.Duration) reply { return reply{status: map[bool]int{true: 200, false: 503}[n == 12]} })
	if err != nil || len(w.driver.sent) != 12 {
		t.Errorf("%d tries, %v", len(w.driver.sent), err)
	}
	if w.clock.slept[0] != 250*time.Millisecond || w.clock.slept[10] != 2*time.Second {
		t.Errorf("slept %v", w.clock.slept)
	}

	w, err = run("1s", func(int, time.Duration) reply { return reply{status: 503} })
	if f := failureOf(t, err); f.Message != "not within 1s (4 tries): the last try: the status is 503, expected 200" || len(f.Trail) != 1 {
		t.Errorf("%s, trail %v", f.Message, f.Trail)
	}
	if got := w.clock.Now().Sub(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)); got != 990*time.Millisecond { // the last try has the rest
		t.Errorf("gave up after %s", got)
	}

	w, err = run("10s", func(n int, _ time.Duration) reply { return reply{status: 429 - 229*(n-1), after: 7 * time.Second} })
	if err != nil || w.clock.slept[0] != 7*time.Second {
		t.Errorf("Retry-After 7s: slept %v, %v", w.clock.slept, err)
	}
	w, err = run("5s", func(int, time.Duration) reply { return reply{status: 429, after: 7 * time.Second} })
	if err == nil || len(w.clock.slept) > 0 {
		t.Errorf("Retry-After above the limit: slept %v, %v", w.clock.slept, err)
	}
	w, err = run("0s", func(int, time.Duration) reply { return reply{status: 200} })
	if err != nil || len(w.driver.sent) != 1 {
		t.Errorf("0s: %d tries, %v", len(w.driver.sent), err)
	}
}

func TestWithinIsCutOff(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := newWorld(t, program(nil, within("1h", expect("1 == 2"))), nil)
	n := 0
	w.Sleep = func(ctx context.Context, _ time.Duration) error {
		if n++; n == 3 {
			cancel()
		}
		return ctx.Err()
	}
	if err := w.open(-1).Step(ctx, 0); !errors.Is(err, context.Canceled) || n != 3 {
		t.Errorf("%v after %d", err, n)
	}
}

// The cells of an @each table are read as those of Examples are; what comes from a value stays as it is.
func TestEachReadsItsCells(t *testing.T) {
	step := call(1)
	step.Table = [][]ir.Template{
		{ir.Literal("v"), ir.Literal("7")}, {ir.Literal("4.20"), ir.Literal("")}, {ir.Literal("007"), ir.Literal("")}, {ir.Literal("tea"), ir.Literal("")},
		{ir.Literal("true"), ir.Literal("")}, {tpl("${text}", ir.Plain), ir.Literal("")},
	}
	p := program([]ir.Definition{{Pattern: "these:", Each: true, Body: []ir.Step{send("PUT", "/", "[${v}]")}}}, keep("text", `"9"`), step)
	w := newWorld(t, p, says(200, ""))
	if _, err := w.play(-1); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"PUT / [4.20]", `PUT / ["007"]`, `PUT / ["tea"]`, "PUT / [true]", `PUT / ["9"]`}, w.driver.log()); d != "" {
		t.Error(d)
	}
}

func TestEach(t *testing.T) {
	step := call(1, "shop")
	step.Table = [][]ir.Template{
		{ir.Literal("product"), ir.Literal("n")}, {ir.Literal("Tea"), ir.Literal("1")}, {ir.Literal("Milk"), ir.Literal("2")}, {ir.Literal("Rum"), ir.Literal("3")},
	}
	p := program([]ir.Definition{{Pattern: "add to {where}", Params: params("where:string"), Each: true, Body: []ir.Step{
		send("PUT", "/${where}/${product}/${n}", ""), do(&ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("200")}),
	}}}, step)
	w := newWorld(t, p, func(_ context.Context, r request) reply {
		if strings.Contains(r.target, "Milk") {
			return reply{status: 409}
		}
		return reply{status: 200}
	})
	_, err := w.play(-1)
	if f := failureOf(t, err); f.Message != "row 2 of 3: the status is 409, expected 200" {
		t.Error(f.Message)
	}
	if d := cmp.Diff([]string{"PUT /shop/Tea/1", "PUT /shop/Milk/2"}, w.driver.log()); d != "" {
		t.Error(d)
	}

	if _, err := newWorld(t, program([]ir.Definition{{Pattern: "d", Each: true, Body: []ir.Step{get("/")}}}, call(1)), nil).play(-1); err == nil || failureOf(t, err).Code != "session/each" {
		t.Errorf("without a table: %v", err)
	}
}

func TestEmptyBodyIsPending(t *testing.T) {
	_, err := newWorld(t, program([]ir.Definition{{Pattern: "later"}}, call(1)), nil).play(-1)
	if !errors.Is(err, ErrPending) || failureOf(t, err).Message != `the step definition "later" has no steps yet` {
		t.Error(err)
	}
}

func TestGoFunctions(t *testing.T) {
	p := program(nil, get("/"))
	p.Funcs = []ir.Func{{Pattern: "f", Params: params("a:int", "b:string")}}
	f := &p.Features[0]
	f.Scenarios = append(f.Scenarios, ir.Scenario{ID: "a/go", Steps: []ir.Step{
		keep("n", "5"), do(&ir.Call{Func: 1, Args: []ir.Template{tpl("${n}", ir.Plain), ir.Literal("x")}}),
	}})
	w := newWorld(t, p, nil)
	var got []any
	broken := false
	w.Funcs = []GoFunc{func(_ context.Context, s *Session, args []any) error {
		if broken {
			panic("ouch")
		}
		got = args
		return s.Keep("m", args[0], false)
	}}
	script, err := w.Lower(f, &f.Scenarios[1], "fake")
	if err != nil {
		t.Fatal(err)
	}
	w.script = script
	s, err := w.play(-1)
	if err != nil || fmt.Sprint(got) != "[5 x]" || s.Kept()["m"] != got[0] {
		t.Errorf("%v %v %v", got, s.Kept(), err)
	}
	broken = true
	if _, err := w.play(-1); err == nil || err.Error() != "hoops failed in this step: ouch" {
		t.Error(err)
	}
}

func TestPauseIsTheRunners(t *testing.T) {
	w := newWorld(t, program(nil, keep("x", "1"), do(&ir.Pause{})), nil)
	if _, err := w.play(-1); err != nil {
		t.Error(err)
	}
	paused := ""
	w.Pause = func(_ context.Context, s *Session) error { paused = fmt.Sprint(s.Kept()); return nil }
	if _, err := w.play(-1); err != nil || paused != "map[x:1]" {
		t.Errorf("%q %v", paused, err)
	}
}

func TestHostRefuses(t *testing.T) {
	p := program(nil, get("/"))
	p.Environments = []ir.Environment{{Vars: []ir.Var{{Name: "user", Value: tpl("${secret.nope}", ir.Plain)}}}}
	_, err := NewHost(runners.Plan{Program: p, Env: &p.Environments[0], Secrets: newWorld(t, program(nil, get("/")), nil).Secrets})
	if err == nil || !strings.Contains(err.Error(), "env.user") {
		t.Error(err)
	}
	p.Environments[0].Vars = nil
	if _, err := NewHost(runners.Plan{Program: p, Env: &p.Environments[0]}, broken{}); err == nil {
		t.Error("a driver that cannot start")
	}
}

type broken struct{ *fake }

func (broken) Start(*Host) error { return errors.New("no browser") }
