package load

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// tick is how often a summary is emitted.
const tick = time.Second

// tell emits what each interval measured, until over, and ends the arrivals when the gate's stop condition
// holds.
func (r *run) tell(over <-chan struct{}, end context.CancelCauseFunc) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	last := &interval{seen: map[Key]tally{}}
	for {
		select {
		case <-over:
			if r.since(last) > 0 {
				r.emitInterval(last)
			}
			return
		case <-ticker.C:
			r.emitInterval(last)
		}
		if r.gate.stop != nil && r.stopped == "" {
			j := r.judge(r.whole(), time.Since(r.began))
			if r.gate.stop.Test(j).Holds {
				r.stopped = fmt.Sprintf("arrivals ended after %s: %s", time.Since(r.began).Round(10*time.Millisecond), r.gate.stop.Source())
				end(fmt.Errorf("%s", r.stopped))
			}
		}
	}
}

// interval is where the one before ended.
type interval struct {
	at                      time.Duration
	asked, started, dropped int64
	seen                    map[Key]tally // counters only
}

func (r *run) since(last *interval) time.Duration { return time.Since(r.began) - last.at }

// emitInterval emits a summary of what came since the last one: counters of everything, latencies of all
// journeys and all requests.
func (r *run) emitInterval(last *interval) {
	s := &runners.Summary{From: last.at, To: time.Since(r.began), InFlight: r.flying.Load()}
	last.at = s.To
	asked, started, dropped := r.asked.Load(), r.started.Load(), r.dropped.Load()
	s.Asked, s.Started, s.Dropped = asked-last.asked, started-last.started, dropped-last.dropped
	last.asked, last.started, last.dropped = asked, started, dropped

	var journeys, requests tally
	now := map[Key]tally{}
	for _, shard := range r.shards {
		shard.interval(&journeys, &requests)
		shard.mu.Lock()
		for k, t := range shard.all.tallies {
			sum := now[k]
			sum.count, sum.failed, sum.dropped = sum.count+t.count, sum.failed+t.failed, sum.dropped+t.dropped
			now[k] = sum
		}
		shard.mu.Unlock()
	}
	s.Groups = append(s.Groups, r.group(Key{Of: OfJourneys}, &journeys, false), r.group(Key{Of: OfRequests}, &requests, false))
	for _, k := range (&Recorder{tallies: pointers(now)}).keys() {
		if k.Of == OfJourneys || k.Of == OfRequests {
			continue
		}
		before, t := last.seen[k], now[k]
		delta := tally{count: t.count - before.count, failed: t.failed - before.failed, dropped: t.dropped - before.dropped}
		if delta.count+delta.dropped > 0 {
			s.Groups = append(s.Groups, r.group(k, &delta, false))
		}
	}
	last.seen = now
	r.emit(runners.Event{Kind: runners.Summarised, Summary: s})
}

func pointers(m map[Key]tally) map[Key]*tally {
	out := make(map[Key]*tally, len(m))
	for k, t := range m {
		out[k] = &t
	}
	return out
}

// group names a scenario by its id and by its name.
func (r *run) group(k Key, t *tally, histogram bool) runners.Group {
	g := t.group(k, histogram)
	if k.Of == OfScenario {
		g.Scenario = k.Name
		for _, w := range r.ways {
			if w.key == k {
				g.Name = w.Scenario.Name
			}
		}
	}
	return g
}

func (r *run) judge(all *Recorder, window time.Duration) *judge {
	return &judge{all: all, known: r.gate.known, window: window, asked: r.asked.Load(), started: r.started.Load(), closed: r.workers > 0}
}

// finish says what the whole run measured and judges it.
func (r *run) finish(ctx context.Context) {
	all := r.whole()
	if r.unstarted > 0 {
		all.tally(Key{Of: OfJourneys}).dropped += r.unstarted
	}
	j := r.judge(all, r.sent)
	s := &runners.Summary{
		To: time.Since(r.began), Final: true,
		Asked: r.asked.Load(), Started: r.started.Load(), Dropped: r.dropped.Load(), InFlight: r.flying.Load(),
	}
	for _, k := range all.keys() {
		s.Groups = append(s.Groups, r.group(k, all.tallies[k], true))
	}
	if r.lateness.count > 0 {
		s.Groups = append(s.Groups, r.group(Key{Of: OfLateness}, &r.lateness, true))
	}
	for _, e := range r.gate.expects {
		s.Expectations = append(s.Expectations, j.test(e))
	}
	gate, message := outcome(s.Expectations)
	ended := r.feed != nil && r.feed.ended
	switch {
	case ended && r.feed.AtEnd == "fail" && gate != runners.GateFailed:
		gate, message = runners.GateFailed, fmt.Sprintf("the data ended after %s rows", thousands(int64(len(r.feed.Rows))))
	case ctx.Err() != nil && gate == runners.GatePassed:
		gate, message = runners.GateUndecided, fmt.Sprintf("interrupted after %s", r.sent.Round(10*time.Millisecond))
	}
	r.health(all, ended)
	r.emit(runners.Event{Kind: runners.Summarised, Summary: s})
	counts := r.counts(all)
	r.emit(runners.Event{Kind: runners.StageFinished, Name: r.plan.Stage, Outcome: gate, Counts: &counts, Duration: s.To, Message: message})
}

// counts are those of scenarios: one is passed when every journey of it was.
func (r *run) counts(all *Recorder) runners.Counts {
	var c runners.Counts
	seen := map[Key]bool{}
	for _, w := range r.ways {
		if seen[w.key] {
			continue
		}
		seen[w.key] = true
		switch t := all.of(w.key); {
		case t.failed+t.dropped > 0:
			c.Add(runners.Failed)
		case t.count == 0:
			c.Add(runners.Skipped)
		default:
			c.Add(runners.Passed)
		}
	}
	return c
}

// A generator is late when one start in a hundred is so much after its time, or any so much.
const (
	lateOften = 10 * time.Millisecond
	lateOnce  = 500 * time.Millisecond
)

// health says what the numbers of a run suffer from.
func (r *run) health(all *Recorder, ended bool) {
	if r.stopped != "" {
		r.notice("%s", r.stopped)
	}
	if ended {
		r.notice("arrivals ended: the data has only %s rows", thousands(int64(len(r.feed.Rows))))
	}
	if late := &r.lateness; late.quantile(.99) > lateOften || late.max > lateOnce {
		r.notice("hoops itself was late: one journey in a hundred started %s or more after its time, the latest %s; their latencies include it",
			late.quantile(.99).Round(time.Microsecond), late.max.Round(time.Microsecond))
	}
	if r.unstarted > 0 {
		r.notice("hoops was too slow for this rate: %s of %s arrivals were never started and count as dropped",
			thousands(r.unstarted), thousands(r.asked.Load()))
	}
	if n := r.dropped.Load() - r.unstarted; n > 0 {
		r.notice("%s of %s arrivals were dropped: %s journeys were under way already", thousands(n), thousands(r.asked.Load()), thousands(r.inFlight))
	}
	if all.beyond > 0 {
		r.notice("%s measurements are only counted in the totals: at most %d steps and requests are told apart", thousands(all.beyond), mostKeys)
	}
}

// thousands writes 12004 as 12,004.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
