package monitor

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// turn is a check whose time has come.
type turn struct {
	*check
	round int // 1 is the first
	due   time.Time
}

// watch runs all rounds. Every check has its turn in each, unless it is still busy with the one before: that
// turn is skipped, and said. The first round skips nothing, so that every check has at least one result.
func (r *run) watch(ctx context.Context) error {
	for _, p := range r.pools {
		p.open(func(t turn) { r.take(ctx, t) })
	}
	r.began = r.plan.Now()
	for round := 1; round <= r.rounds; round++ {
		due := r.began.Add(time.Duration(round-1) * r.every)
		if wait := due.Sub(r.plan.Now()); wait > 0 {
			if err := r.sleep(ctx, wait); err != nil {
				if ctx.Err() == nil {
					r.fail(fmt.Errorf("waiting for round %d: %w", round, err))
				}
				break
			}
		}
		r.begin(round, due)
	}
	for _, p := range r.pools {
		p.close()
	}
	return errors.Join(r.failed...)
}

// begin gives every check its turn. A round whose successor is due already is skipped as a whole: the machine
// slept, and a pile of probes would say nothing about the time in between.
func (r *run) begin(round int, due time.Time) {
	over := round > 1 && r.plan.Now().Sub(due) >= r.every
	var skipped []string
	for _, c := range r.checks {
		if over || !c.busy.CompareAndSwap(false, true) {
			skipped = append(skipped, c.name)
			continue
		}
		c.pool.queue <- turn{c, round, due}
	}
	if len(skipped) == 0 {
		return
	}
	r.mu.Lock()
	r.missed += len(skipped)
	r.mu.Unlock()
	why := "they had not ended their run before"
	if over {
		why = "the next one is due already"
	}
	r.emit(runners.Event{Kind: runners.Noticed, Message: fmt.Sprintf("round %d of %d skips %d of %d scenarios, %s: %s", round, r.rounds, len(skipped), len(r.checks), why, few(skipped))})
}

// take runs a check. One that was left behind, or in which hoops failed, stays busy and never runs again.
func (r *run) take(ctx context.Context, t turn) {
	defer func() {
		if p := recover(); p != nil {
			r.fail(fmt.Errorf("hoops failed in %s: %s\n%s", t.name, r.plan.Secrets.Mask(fmt.Sprint(p)), debug.Stack()))
		}
	}()
	if late := r.plan.Now().Sub(t.due); r.rounds > 1 && late > r.every/10 {
		r.mu.Lock()
		r.late++
		r.latest = max(r.latest, late)
		r.mu.Unlock()
	}
	status, left := r.probe(ctx, t)
	if n := t.streak.add(status); n > 0 {
		r.notice(t.check, fmt.Sprintf("passed in round %d, after %s", t.round, failures(n)))
	}
	if left {
		r.mu.Lock()
		r.left = true
		r.mu.Unlock()
		r.fail(fmt.Errorf("%s: a step goes on although its context has ended: it was left behind", t.name))
		return
	}
	t.busy.Store(false)
}

func failures(n int) string {
	if n == 1 {
		return "a failed run"
	}
	return fmt.Sprintf("%d failed runs", n)
}

// few names some of many.
func few(names []string) string {
	const most = 5
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
