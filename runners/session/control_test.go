package session

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
	if f := failureOf(t, err); f.Message != "not within 1s (4 tries): the status is 503, expected 200" || len(f.Trail) != 1 {
		t.Errorf("%s, trail %v", f.Message, f.Trail)
	}
	if got := w.clock.Now().Sub(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)); got != time.Second {
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

	if _, err := newWorld(t, program(p.Definitions, call(1, "shop")), nil).play(-1); err == nil || failureOf(t, err).Code != "session/each" {
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
	p := program(nil, keep("n", "5"), do(&ir.Call{Func: 1, Args: []ir.Template{tpl("${n}", ir.Plain), ir.Literal("x")}}))
	p.Funcs = []ir.Func{{Pattern: "f", Params: params("a:int", "b:string")}}
	w := newWorld(t, program(nil, get("/")), nil)
	w.Program.Funcs = p.Funcs
	var got []any
	w.Funcs = []GoFunc{func(_ context.Context, s *Session, args []any) error {
		got = args
		return s.Keep("m", args[0], false)
	}}
	f := &p.Features[0]
	script, err := w.Lower(f, &f.Scenarios[0], "fake")
	if err != nil {
		t.Fatal(err)
	}
	w.script = script
	s, err := w.play(-1)
	if err != nil || fmt.Sprint(got) != "[5 x]" || s.Kept()["m"] != got[0] {
		t.Errorf("%v %v %v", got, s.Kept(), err)
	}
	w.Funcs[0] = func(context.Context, *Session, []any) error { panic("ouch") }
	if _, err := w.play(-1); err == nil || err.Error() != "hoops failed in this step: ouch" {
		t.Error(err)
	}
}

func login(maxAge time.Duration) []ir.Definition {
	return []ir.Definition{{Pattern: "signed in as {user}", Params: params("user:string"), Once: true, MaxAge: ir.Duration(maxAge), Body: []ir.Step{
		send("POST", "/login/${user}", ""),
		do(&ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("200")}),
		keep("token", "body.token"),
		keep("unique", "uuid()"),
		do(&ir.Use{Headers: []ir.Field{{Name: "Authorization", Value: tpl("Bearer ${token}", ir.Header)}}}),
	}}}
}

// A hundred sessions reach a @once definition at the same time: it runs once, and each gets what it kept, its
// headers and its cookies.
func TestOnce(t *testing.T) {
	var logins atomic.Int32
	p := program(login(0), call(1, "ann"), get("/${token}"), keep("mine", "uuid()"))
	w := newWorld(t, p, func(_ context.Context, r request) reply {
		if r.method == "POST" {
			n := logins.Add(1)
			return reply{status: 200, text: fmt.Sprintf(`{"token": "t%d"}`, n), cookies: map[string]string{"sid": fmt.Sprint("c", n)}}
		}
		return reply{status: 200}
	})
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			s, err := w.play(-1)
			if err != nil {
				t.Error(err)
			}
			if s.Kept()["unique"] == s.Kept()["mine"] {
				t.Error("the session draws the values of the @once body a second time")
			}
		})
	}
	wg.Wait()
	if n := logins.Load(); n != 1 {
		t.Errorf("%d logins", n)
	}
	for _, r := range w.driver.sent[1:] {
		if r.target != "/t1" || r.cookies["sid"] != "c1" || r.headers["Authorization"] != "Bearer t1" {
			t.Errorf("%+v", r)
		}
	}
	once := 0
	for _, s := range w.seen {
		if s.Once {
			once++
		}
	}
	if len(w.seen) != 101 || once != 1 {
		t.Errorf("%d samples, %d of them of @once", len(w.seen), once)
	}
	if err := w.Close(); err != nil || w.driver.open != 0 || !w.driver.closed {
		t.Errorf("%v, %d states open", err, w.driver.open)
	}
}

// Its values are repeatable too, whichever session comes first.
func TestOnceIsRepeatable(t *testing.T) {
	var first any
	for _, row := range []int{0, 1, 2} {
		w := newWorld(t, program(login(0), call(1, "ann")), says(200, `{"token": "t"}`))
		s, err := w.play(row)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Kept()["unique"]; first != nil && got != first {
			t.Errorf("%v, then %v", first, got)
		} else {
			first = got
		}
	}
}

func TestOnceForEachArgumentList(t *testing.T) {
	p := program(append(login(0), ir.Definition{Pattern: "two {a} {b}", Params: params("a:string", "b:string"), Once: true, Body: []ir.Step{send("POST", "/two/${a}/${b}", "")}}),
		call(1, "ann"), call(1, "bob"), call(1, "ann"), call(2, "x", "y"), call(2, "x\x00y", ""), call(2, "", "x\x00y"), do(&ir.Use{Actor: ir.Literal("eve")}), call(1, "ann"))
	w := newWorld(t, p, says(200, `{"token": "t"}`))
	if _, err := w.play(-1); err != nil {
		t.Fatal(err)
	}
	if n := len(w.driver.sent); n != 6 {
		t.Errorf("%d requests: %q", n, w.driver.log())
	}
}

// Its failure fails each session with the one cause.
func TestOnceFails(t *testing.T) {
	w := newWorld(t, program(login(0), call(1, "ann")), says(401, `{}`))
	first := ""
	for range 20 {
		_, err := w.play(-1)
		if got := told(err); first != "" && got != first {
			t.Errorf("%s, then %s", first, got)
		} else {
			first = got
		}
	}
	if len(w.driver.sent) != 1 || !strings.Contains(first, "the status is 401, expected 200") {
		t.Errorf("%d logins: %s", len(w.driver.sent), first)
	}
}

func TestOnceRenews(t *testing.T) {
	n := 0
	w := newWorld(t, program(login(10*time.Minute), call(1, "ann")), func(context.Context, request) reply {
		n++
		if n == 2 {
			return reply{status: 500}
		}
		return reply{status: 200, text: fmt.Sprintf(`{"token": "t%d"}`, n)}
	})
	for _, c := range []struct {
		later  time.Duration
		logins int
		fails  bool
	}{{0, 1, false}, {9 * time.Minute, 1, false}, {time.Minute, 2, true}, {9 * time.Minute, 2, true}, {time.Minute, 3, false}, {10 * time.Minute, 4, false}, {10 * time.Minute, 5, false}} {
		w.clock.advance(c.later)
		s, err := w.play(-1)
		if n != c.logins || (err != nil) != c.fails || !c.fails && s.Kept()["token"] != fmt.Sprint("t", n) {
			t.Errorf("%s later: %d logins, %v", c.later, n, err)
		}
	}
	if w.driver.open > 2 {
		t.Errorf("%d states of old logins are open", w.driver.open)
	}
}

func TestOnceIsTriedAgainAfterAnInterruption(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	w := newWorld(t, program(login(0), call(1, "ann")), func(ctx context.Context, _ request) reply {
		if n++; n == 1 {
			cancel()
			return reply{err: ctx.Err()}
		}
		return reply{status: 200, text: `{"token": "t"}`}
	})
	s := w.open(-1)
	if err := s.Step(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	s.Close(ctx)
	if _, err := w.play(-1); err != nil || n != 2 {
		t.Errorf("%v, %d logins", err, n)
	}
}

// ordering has a step that writes and its compensation, which needs what the step kept.
func ordering() []ir.Definition {
	return []ir.Definition{
		{Pattern: "order {what}", Params: params("what:string"), Undo: 2, Body: []ir.Step{
			send("POST", "/order/${what}", ""), do(&ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("201")}), keep("id", "body.id"),
		}},
		{Pattern: "order {thing}", Params: params("thing:string"), Body: []ir.Step{
			send("DELETE", "/order/${thing}/${id}/${body.id}", ""), do(&ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("204")}),
		}},
	}
}

func shop(ids ...int) func(context.Context, request) reply {
	n := 0
	return func(_ context.Context, r request) reply {
		switch r.method {
		case "POST":
			n++
			return reply{status: 201, text: fmt.Sprintf(`{"id": %d}`, n)}
		case "DELETE":
			return reply{status: 204}
		}
		return reply{status: 200, text: `{"id": 99}`}
	}
}

// In reverse order, each with its parameters, kept values and answer as they stood right after its step.
func TestUndo(t *testing.T) {
	p := program(ordering(), call(1, "Tea"), get("/"), keep("id", "77"), call(1, "Milk"), get("/"), expect("1 == 2"))
	w := newWorld(t, p, shop())
	if _, err := w.play(-1); failureOf(t, err).Code != "expect/false" {
		t.Error(err)
	}
	want := []string{"POST /order/Tea", "GET /", "POST /order/Milk", "GET /", "DELETE /order/Milk/2/2", "DELETE /order/Tea/1/1"}
	if d := cmp.Diff(want, w.driver.log()); d != "" {
		t.Error(d)
	}
	for i, s := range w.seen {
		if s.Undo != (i >= 4) || s.Undo != (s.Step == 0) {
			t.Errorf("sample %d: %+v", i, s)
		}
	}
}

// A step that failed after its first write is undone too, but not without the value that it needs; one that
// sent nothing is not.
func TestUndoOfWhatFailed(t *testing.T) {
	w := newWorld(t, program(ordering(), call(1, "Tea")), says(500, `{"id": 1}`))
	_, err := w.play(-1)
	golden(t, "undo.txt", strings.ReplaceAll(err.Error(), "\n", "\n")+"\n")
	if len(w.driver.sent) != 1 {
		t.Errorf("sent %q", w.driver.log())
	}

	p := program(ordering(), call(1, "${body.none}"))
	w = newWorld(t, p, shop())
	if _, err := w.play(-1); err == nil || len(w.driver.sent) != 0 {
		t.Errorf("%v, sent %q", err, w.driver.log())
	}
}

func TestUndoFails(t *testing.T) {
	w := newWorld(t, program(ordering(), call(1, "Tea"), call(1, "Milk")), func(ctx context.Context, r request) reply {
		if r.method == "DELETE" {
			return reply{status: 500}
		}
		return shop()(ctx, r)
	})
	s := w.open(-1)
	for i := range 2 {
		if err := s.Step(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	left := s.Close(t.Context())
	if len(left) != 2 || left[0].Code != "session/undo" || left[0].Message != `undo of "order {thing}": the status is 500, expected 204` || len(left[0].Trail) != 1 {
		t.Errorf("%v", left)
	}
	if again := s.Close(t.Context()); len(again) != 0 {
		t.Error("undone twice")
	}
}

// What an interrupted session wrote is undone all the same, in a time of its own; a panic does not stop the
// others.
func TestUndoAfterInterruptionAndPanic(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var deadline time.Duration
	w := newWorld(t, program(ordering(), call(1, "Tea"), call(1, "Milk")), func(ctx context.Context, r request) reply {
		if r.method == "DELETE" {
			if d, ok := ctx.Deadline(); ok && ctx.Err() == nil {
				deadline = time.Until(d)
			}
			if strings.Contains(r.target, "Milk") {
				panic("broken")
			}
		}
		return shop()(ctx, r)
	})
	s := w.open(-1)
	for i := range 2 {
		if err := s.Step(ctx, i); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	left := s.Close(ctx)
	if len(left) != 1 || !strings.Contains(left[0].Message, "broken") {
		t.Errorf("%v", left)
	}
	if log := w.driver.log(); log[len(log)-1] != "DELETE /order/Tea/1/1" || deadline < 9*time.Second || deadline > 10*time.Second {
		t.Errorf("%q, with %s", log, deadline)
	}
}

func TestUndoAfterAPanicInTheStep(t *testing.T) {
	d := ordering()
	d[1].Body = []ir.Step{send("DELETE", "/all", "")}
	w := newWorld(t, program(d, call(1, "Tea")), func(_ context.Context, r request) reply {
		if r.method == "POST" {
			panic("after it was sent")
		}
		return reply{status: 204}
	})
	if _, err := w.play(-1); err == nil || w.driver.log()[1] != "DELETE /all" {
		t.Errorf("%v, sent %q", err, w.driver.log())
	}
}

// An undo that runs a script looks at its own exit code: nothing has to be kept for that.
func TestUndoNeedsNothingOfItsOwn(t *testing.T) {
	d := ordering()
	d[1].Body = []ir.Step{do(&ir.Run{Script: ir.Literal("rm")}), expect("exit == 0"), keep("x", "out"), expect(`x == "rm"`)}
	if _, err := newWorld(t, program(d, call(1, "Tea")), shop()).play(-1); err != nil {
		t.Error(err)
	}
}

func TestUndoOfEachRow(t *testing.T) {
	d := ordering()
	d[0].Each, d[0].Params, d[1].Params = true, nil, nil
	for i := range d {
		d[i].Body = []ir.Step{send([]string{"POST", "DELETE"}[i], "/order/${what}", "")}
	}
	step := call(1)
	step.Table = [][]ir.Template{{ir.Literal("what")}, {ir.Literal("Tea")}, {ir.Literal("Milk")}}
	w := newWorld(t, program(d, step), shop())
	if _, err := w.play(-1); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"POST /order/Tea", "POST /order/Milk", "DELETE /order/Milk", "DELETE /order/Tea"}, w.driver.log()); d != "" {
		t.Error(d)
	}
}

// What a @once body did is undone when the run ends, and not when the session does that came first.
func TestUndoOfOnce(t *testing.T) {
	d := ordering()
	d[0].Once = true
	w := newWorld(t, program(d, call(1, "Tea")), shop())
	for range 3 {
		if _, err := w.play(-1); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.driver.sent); n != 1 {
		t.Errorf("sent %q", w.driver.log())
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if d := cmp.Diff([]string{"POST /order/Tea", "DELETE /order/Tea/1/1"}, w.driver.log()); d != "" {
		t.Error(d)
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
