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

	"github.com/cucumber-value/hoops/dsl/ir"
)

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
		call(1, "ann"), call(1, "bob"), call(1, "ann"), call(2, "x", "y"), call(2, "x\x00y", "z"), call(2, "x", "y\x00z"), do(&ir.Use{Actor: ir.Literal("eve")}), call(1, "ann"))
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

// The failure is one value that all share: the way of one session to it must not end in another's trail.
func TestOnceFailsThroughDifferentDefinitions(t *testing.T) {
	d := []ir.Definition{
		{Pattern: "login", Once: true, Body: []ir.Step{call(2)}},
		{Pattern: "deep", Body: []ir.Step{call(3)}},
		{Pattern: "deeper", Body: []ir.Step{expect("1 == 2")}},
		{Pattern: "ann", Body: []ir.Step{call(1)}},
		{Pattern: "bob", Body: []ir.Step{call(1)}},
	}
	w := newWorld(t, program(d, call(4), call(5)), nil)
	s := w.open(-1)
	ann := s.Step(t.Context(), 0)
	before := told(ann)
	bob := s.Step(t.Context(), 1)
	if told(ann) != before || before == told(bob) || len(failureOf(t, ann).Trail) != 4 {
		t.Errorf("%s became %s, the other is %s", before, told(ann), told(bob))
	}
}

func TestOnceRenews(t *testing.T) {
	n := 0
	values := map[string]int{}
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
		if unique := fmt.Sprint(s.Kept()["unique"]); err == nil && values[unique] != 0 && values[unique] != n {
			t.Errorf("login %d draws the values of login %d", n, values[unique])
		} else {
			values[unique] = n
		}
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

// Who waits for somebody else's @once body waits no longer than its own time.
func TestOnceIsWaitedForOnlySoLong(t *testing.T) {
	began, end := make(chan struct{}), make(chan struct{})
	w := newWorld(t, program(login(0), call(1, "ann")), func(context.Context, request) reply {
		close(began)
		<-end
		return reply{status: 200, text: `{"token": "t"}`}
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := w.play(-1); err != nil {
			t.Error(err)
		}
	})
	<-began
	over := errors.New("its time is over")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(over)
	s := w.open(-1)
	if err := s.Step(ctx, 0); !errors.Is(err, over) {
		t.Errorf("%v, expected the end of its own time", err)
	}
	s.Close(ctx)
	close(end)
	wg.Wait()
	if _, err := w.play(-1); err != nil || len(w.driver.sent) != 1 {
		t.Errorf("%v, %d logins", err, len(w.driver.sent))
	}
}

// A later attempt tries again what failed, once for all sessions of that attempt; a load's first failure stays.
func TestOnceIsTriedAgainByLaterAttempts(t *testing.T) {
	for _, c := range []struct {
		retry  bool
		logins []int // after the sessions of attempts 1, 1, 2, 2, 1, 3, 3, 4
	}{
		{true, []int{1, 1, 2, 2, 2, 3, 3, 3}},
		{false, []int{1, 1, 1, 1, 1, 1, 1, 1}},
	} {
		n := 0
		w := newWorld(t, program(login(0), call(1, "ann")), func(context.Context, request) reply {
			if n++; n < 3 {
				return reply{status: 503}
			}
			return reply{status: 200, text: `{"token": "t"}`}
		})
		w.RetryOnce = c.retry
		for i, attempt := range []int{1, 1, 2, 2, 1, 3, 3, 4} {
			s := w.Open(w.script, -1, attempt, nil)
			err := s.Step(t.Context(), 0)
			s.Close(t.Context())
			if n != c.logins[i] || (err == nil) != (n == 3) {
				t.Errorf("retry %v, session %d: %d logins, expected %d; %v", c.retry, i, n, c.logins[i], err)
			}
		}
	}
}
