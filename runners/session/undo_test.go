package session

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/ir"
)

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

func shop() func(context.Context, request) reply {
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
	p := program(ordering(), call(1, "Tea"), get("/"), keep("id", "77"), do(&ir.Use{Actor: ir.Literal("bob")}), call(1, "Milk"),
		do(&ir.Use{Actor: ir.Literal("eve")}), get("/"), expect("1 == 2"))
	w := newWorld(t, p, shop())
	if _, err := w.play(-1); failureOf(t, err).Code != "expect/false" {
		t.Error(err)
	}
	want := []string{"POST /order/Tea", "GET /", "POST /order/Milk", "GET /", "DELETE /order/Milk/2/2", "DELETE /order/Tea/1/1"}
	if d := cmp.Diff(want, w.driver.log()); d != "" {
		t.Error(d)
	}
	if milk, tea := w.driver.sent[4].actor, w.driver.sent[5].actor; milk != "bob" || tea != "" {
		t.Errorf("undone as %q and %q", milk, tea)
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
	golden(t, "undo.txt", err.Error()+"\n")
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
	again := ir.Definition{Pattern: "orders {n}", Params: params("n:string"), Body: []ir.Step{call(1, "${n} and more")}}
	again.Body[0].Keyword, again.Body[0].Text = "Given", `order "${n} and more"`
	row := call(1, "Tea")
	row.Text = `order "<what>"`
	p := program(append(ordering(), again), row, call(1, "Milk"), call(3, "Cake"))
	p.Features[0].Scenarios[0].Columns = []string{"what"}
	p.Features[0].Scenarios[0].Rows = []ir.Row{{Cells: []string{"Tea"}}}
	w := newWorld(t, p, func(ctx context.Context, r request) reply {
		if r.method == "DELETE" {
			return reply{status: 500}
		}
		return shop()(ctx, r)
	})
	s := w.open(0)
	for i := range 3 {
		if err := s.Step(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	left := s.Close(t.Context())
	var all strings.Builder
	for _, f := range left {
		fmt.Fprintf(&all, "%s %s%s", f.Undo, f.Step.Pos, "\n"+told(f))
	}
	golden(t, "undo_fails.txt", all.String())
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
	if len(w.seen) != 1 {
		t.Errorf("%d samples: the session that ran it is over when it is undone", len(w.seen))
	}
}
