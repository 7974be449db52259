package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// follower follows a session as a load does.
type follower struct{ log []string }

func (w *follower) Entered(*ir.Step)     { w.log = append(w.log, "(") }
func (w *follower) Left(*ir.Step, error) { w.log = append(w.log, ")") }
func (w *follower) Requested(Sample)     { w.log = append(w.log, "request") }
func (w *follower) Trying()              { w.log = append(w.log, "try") }
func (w *follower) Tried(again bool)     { w.log = append(w.log, fmt.Sprint("again=", again)) }

// within a limit a definition that asks for / and expects 200. The answer comes from respond, in the time of a bubble.
func withinBubble(t *testing.T, limit string, respond func(ctx context.Context, n int) reply, change ...func(*world)) (w *world, took time.Duration, err error) {
	t.Helper()
	began := time.Now()
	n := 0
	ready := []ir.Definition{{Pattern: "ready", Body: []ir.Step{get("/"), do(&ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("200")})}}}
	w = newWorld(t, program(ready, within(limit, call(1))), func(ctx context.Context, _ request) reply {
		n++
		return respond(ctx, n)
	}, func(p *runners.Plan) { p.Now = time.Now })
	w.Sleep = sleep
	for _, c := range change {
		c(w)
	}
	_, err = w.play(-1)
	return w, time.Since(began), err
}

// answers after a time, or not at all when the client goes first.
func answers(ctx context.Context, after time.Duration, status int) reply {
	if err := sleep(ctx, after); err != nil {
		return reply{err: err}
	}
	return reply{status: status}
}

func TestWithinEndsInTime(t *testing.T) {
	for _, c := range []struct {
		name, limit string
		respond     func(ctx context.Context, n int) reply
		took        time.Duration
		message     string // "" when it passes
		lines       []string
		retried     []bool
	}{
		{"a try that hangs is cut off", "1s", func(ctx context.Context, _ int) reply { return answers(ctx, time.Hour, 200) },
			time.Second, "not within 1s (1 try): the last try: it had not ended, and was cut off", nil, []bool{false}},
		{"the try before says what was wrong", "1s", func(ctx context.Context, n int) reply { return answers(ctx, time.Duration(n-1)*time.Hour, 503) },
			time.Second, "not within 1s (2 tries): the last try: it had not ended, and was cut off", []string{"the try before: the status is 503, expected 200"}, []bool{true, false}},
		{"its own time-out is a try like any other", "1s", func(_ context.Context, n int) reply {
			time.Sleep(300 * time.Millisecond)
			return reply{status: 200, err: map[bool]error{true: errors.New("no answer within 300ms")}[n == 1]}
		}, 850 * time.Millisecond, "", nil, []bool{true, false}},
		{"what passes late does not pass", "1s", func(context.Context, int) reply { time.Sleep(2 * time.Second); return reply{status: 200} },
			2 * time.Second, "not within 1s (1 try): the last try: it passed, but later", nil, []bool{false}},
		{"the last try begins when it can still end", "2s", func(ctx context.Context, n int) reply {
			return answers(ctx, 100*time.Millisecond, map[bool]int{true: 200, false: 503}[n == 5])
		}, 1950 * time.Millisecond, "", nil, []bool{true, true, true, true, false}},
		{"a try that would be cut off is not begun", "1s", func(ctx context.Context, _ int) reply { return answers(ctx, 300*time.Millisecond, 503) },
			850 * time.Millisecond, "not within 1s (2 tries): the last try: the status is 503, expected 200", nil, []bool{true, false}},
		{"the slowest try counts, not the last", "1s", func(ctx context.Context, n int) reply {
			return answers(ctx, map[bool]time.Duration{true: 300 * time.Millisecond}[n == 1], 503)
		}, 550 * time.Millisecond, "not within 1s (2 tries): the last try: the status is 503, expected 200", nil, []bool{true, false}},
		{"an answer that asks for time gets it", "2s", func(ctx context.Context, n int) reply {
			return reply{status: map[bool]int{true: 503, false: 200}[n == 1], after: time.Second}
		}, time.Second, "", nil, []bool{true, false}},
		{"an answer that asks for more than there is is the last", "2s", func(ctx context.Context, _ int) reply {
			return reply{status: 503, after: 1995 * time.Millisecond}
		}, 0, "not within 2s (1 try): the last try: the status is 503, expected 200", nil, []bool{false}},
		{"tries that fail to the end", "1s", func(ctx context.Context, _ int) reply { return answers(ctx, 0, 503) },
			990 * time.Millisecond, "not within 1s (4 tries): the last try: the status is 503, expected 200", nil, []bool{true, true, true, false}},
		{"what breaks is told", "1s", func(context.Context, int) reply { panic("ouch") }, 0, "hoops failed in this step: ouch", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, took, err := withinBubble(t, c.limit, c.respond)
				switch {
				case err == nil && c.message != "" || err != nil && err.Error() != c.message:
					t.Errorf("got %v, expected %s", err, c.message)
				case took != c.took:
					t.Errorf("took %s, expected %s", took, c.took)
				}
				var retried []bool
				for _, s := range w.seen {
					retried = append(retried, s.Retried)
				}
				if d := cmp.Diff(c.retried, retried); d != "" {
					t.Errorf("retried: %s", d)
				}
				var f *Failure
				if errors.As(err, &f) {
					var lines []string
					lines = append(lines, f.Lines[:min(len(f.Lines), len(c.lines))]...)
					if d := cmp.Diff(c.lines, lines); d != "" {
						t.Error(d)
					}
				}
			})
		})
	}
}

// Of a server that always takes as long to answer, and in less than the limit, no try is cut off: the message is that
// of an answer, every sample is one, and what passes does so in time.
func TestWithinOfAConstantServer(t *testing.T) {
	hundred := make([]int, 100) // evenly: a range would be mostly of small numbers
	for i := range hundred {
		hundred[i] = i
	}
	percent := rapid.SampledFrom(hundred)
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.SampledFrom([]time.Duration{10 * time.Millisecond, time.Second, 3 * time.Second, 20 * time.Second}).Draw(rt, "limit")
		latency := limit * time.Duration(percent.Draw(rt, "latency in percent of it")) / 100
		ready := rapid.SampledFrom([]int{1, 3, 1000}).Draw(rt, "the answer that is ready")
		oversleeps := limit * time.Duration(percent.Draw(rt, "how much longer a sleep is, in thousandths of it")) / 1000
		synctest.Test(t, func(*testing.T) {
			n := 0
			w, took, err := withinBubble(t, limit.String(), func(ctx context.Context, i int) reply {
				n = i
				return answers(ctx, latency, map[bool]int{true: 200, false: 503}[i >= ready])
			}, func(w *world) {
				w.Sleep = func(ctx context.Context, d time.Duration) error { return sleep(ctx, d+oversleeps) }
			})
			if took > limit+oversleeps {
				rt.Errorf("took %s of %s", took, limit)
			}
			var f *Failure
			switch {
			case err == nil && (n < ready || took > limit):
				rt.Errorf("it passed after %d tries in %s of %s", n, took, limit)
			case err != nil && n >= ready:
				rt.Errorf("answer %d was ready, and: %v", n, err)
			case err != nil && (!errors.As(err, &f) || f.Code != "expect/status" || !strings.HasSuffix(f.Message, ": the status is 503, expected 200")):
				rt.Errorf("not what an answer says: %v", err)
			}
			for i, s := range w.seen {
				if s.Code == 0 || s.Retried != (i < len(w.seen)-1) || len(w.seen) != n {
					rt.Errorf("sample %d of %d: %+v", i, n, s)
				}
			}
		})
	})
}

// Who interrupts a run is not told that the software was too slow.
func TestWithinIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := errors.New("stopped")
		w := newWorld(t, program(nil, within("1h", get("/"))), func(ctx context.Context, _ request) reply { return answers(ctx, 2*time.Hour, 200) },
			func(p *runners.Plan) { p.Now = time.Now })
		w.Sleep = sleep
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, stop)
		defer cancel()
		if err := w.open(-1).Step(ctx, 0); !errors.Is(err, stop) || len(w.seen) != 1 || w.seen[0].Retried {
			t.Errorf("%v %+v", err, w.seen)
		}
	})
}

// Inside of another within the outer time counts, and what the outer one tries again is no failure.
func TestWithinInWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		inner := []ir.Definition{{Pattern: "inner", Body: []ir.Step{within("1s", do(&ir.Expect{Check: ir.CheckTrue, Expr: "1 == 1"})), get("/"), do(&ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("200")})}},
			{Pattern: "outer", Body: []ir.Step{within("100ms", call(1))}}}
		w := newWorld(t, program(inner, within("1s", call(2))), func(context.Context, request) reply {
			n++
			return reply{status: map[bool]int{true: 200, false: 503}[n == 4]}
		}, func(p *runners.Plan) { p.Now = time.Now })
		w.Sleep = sleep
		s := w.open(-1)
		log := &follower{}
		s.Watch(log)
		if err := s.Step(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		var retried []bool
		for _, s := range w.seen {
			retried = append(retried, s.Retried)
		}
		if d := cmp.Diff([]bool{true, true, true, false}, retried); d != "" {
			t.Error(d)
		}
		depth, requests := 0, 0
		for _, l := range log.log {
			switch l {
			case "try":
				depth++
			case "again=true", "again=false":
				depth--
			case "request":
				requests++
				if depth != 2 {
					t.Errorf("a request in %d tries", depth)
				}
			}
		}
		if depth != 0 || requests != 4 {
			t.Errorf("%q", log.log)
		}
	})
}
