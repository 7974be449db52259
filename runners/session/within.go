package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// How often within tries: every firstPause at first, never more than every longestPause. Every try but the first
// begins so early that it can end: half as much again before the end as the slowest so far has taken, at least
// shortestTry. When less is left, within fails at once, with what the last one has found.
const (
	firstPause   = 250 * time.Millisecond
	longestPause = 2 * time.Second
	shortestTry  = 10 * time.Millisecond
)

// looksEnd is how long before the end of within the looks at a page end, so that what they saw is told.
const looksEnd = 200 * time.Millisecond

// RetryAfter is an answer that asks to be left alone for a while.
type RetryAfter interface{ RetryAfter() time.Duration }

// TimeUp is the cause by which the context of a try has ended when the time of its within was up.
type TimeUp struct{ Limit time.Duration }

func (t *TimeUp) Error() string { return "not within " + ir.Duration(t.Limit).String() }

func (l *Lowering) within(op *ir.Within) (Action, error) {
	limit, err := l.Duration(op.Limit)
	if err != nil {
		return nil, err
	}
	binding := op.Step.Binding(l.driver, -1)
	if binding == nil {
		return nil, fmt.Errorf("%q does not run on %s", op.Step.Text, l.driver)
	}
	try, err := l.binding(&op.Step, binding)
	if err != nil {
		return nil, err
	}
	tries := func(ctx context.Context, f *Frame) error {
		d, err := limit(f)
		if err != nil {
			return err
		}
		t := &tries{limit: d, began: f.session.host.Now(), pause: firstPause, up: &TimeUp{d}}
		return t.run(ctx, f, try)
	}
	return func(ctx context.Context, f *Frame) error { return f.watched(ctx, &op.Step, tries) }, nil
}

// tries are those of one within.
type tries struct {
	limit   time.Duration
	began   time.Time
	pause   time.Duration
	up      *TimeUp
	number  int
	slowest time.Duration // of those that have ended
	last    bool          // none follows
	before  error         // of the one before the last
}

// run tries until the step passes or the time is up; a try that has not ended by then is cut off.
func (t *tries) run(ctx context.Context, f *Frame, try Action) error {
	limited, end := context.WithTimeoutCause(ctx, t.limit, t.up)
	defer end()
	for {
		t.number++
		again, err := t.once(ctx, limited, f, try)
		if !again {
			return err
		}
		t.before = err
		t.pause = min(longestPause, t.pause*3/2)
	}
}

// once is one try and the pause before the next, if there is one.
func (t *tries) once(ctx, limited context.Context, f *Frame, try Action) (again bool, err error) {
	s := f.session
	h := s.host
	s.beginTry()
	defer func() { s.endTry(again) }() // also when the try panics
	began := h.Now()
	left := t.limit - began.Sub(t.began)
	until := t.began.Add(t.limit - min(looksEnd, left/4))
	err = try(context.WithValue(limited, patience{}, until), f)
	now := h.Now()
	t.slowest = max(t.slowest, now.Sub(began))
	late := now.Sub(t.began) > t.limit
	if interrupted(ctx, err) || errors.Is(err, ErrPending) || err == nil && !late {
		return false, err
	}
	wait, more := t.next(s.answer, t.limit-now.Sub(t.began))
	if late || limited.Err() != nil || !more {
		return false, t.failure(limited, err)
	}
	if wrong := h.Sleep(ctx, wait); wrong != nil {
		return false, wrong
	}
	if t.limit-h.Now().Sub(t.began) <= t.slowest*5/4 { // this machine slept longer
		return false, t.failure(limited, err)
	}
	return true, err
}

// next is how long to wait before another try, when one that begins then can end.
func (t *tries) next(said Answer, left time.Duration) (wait time.Duration, more bool) {
	latest := left - max(t.slowest*3/2, shortestTry)
	if t.last || latest < 0 {
		return 0, false
	}
	wait = min(t.pause, latest)
	if r, ok := said.(RetryAfter); ok {
		wait = max(wait, r.RetryAfter())
	}
	t.last = wait >= latest
	return wait, wait <= latest
}

// failure is that of the last try, with how many there were.
func (t *tries) failure(limited context.Context, err error) error {
	f := &Failure{Code: "session/within"}
	var last *Failure
	if errors.As(err, &last) {
		copied := *last
		f = &copied
	}
	said := f.Message
	switch {
	case err == nil:
		said = "it passed, but later"
	case errors.Is(err, t.up) || limited.Err() != nil && errors.Is(err, limited.Err()): // a Go function returns the latter
		f.Code, said, f.Cause = "session/within", "it had not ended, and was cut off", t.up
		if t.before != nil {
			f.Lines = append([]string{"the try before: " + t.before.Error()}, f.Lines...)
		}
	case last == nil:
		said, f.Cause = err.Error(), err
	}
	count := fmt.Sprintf("%d tries", t.number)
	if t.number == 1 {
		count = "1 try"
	}
	f.Message = fmt.Sprintf("%v (%s): the last try: %s", t.up, count, said)
	return f
}

// beginTry holds back what the session measures: whether a failure counts is known when no other try follows.
func (s *Session) beginTry() {
	s.tries = append(s.tries, len(s.held))
	if s.watcher != nil {
		s.watcher.Trying()
	}
}

// endTry tells what was held back, when no other within is around this one.
func (s *Session) endTry(again bool) {
	from := s.tries[len(s.tries)-1]
	s.tries = s.tries[:len(s.tries)-1]
	if again {
		for i := range s.held[from:] {
			s.held[from+i].Retried = true
		}
	}
	if s.watcher != nil {
		s.watcher.Tried(again)
	}
	if len(s.tries) > 0 {
		return
	}
	held := s.held
	s.held = nil
	for _, sample := range held {
		s.tell(sample)
	}
}
