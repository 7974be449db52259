package load

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// tick is how often a summary is emitted.
const tick = time.Second

// Models of arrivals, as summaries name them.
const (
	OpenModel   = "open"   // at a rate, whatever the software does; latencies from the intended start
	ClosedModel = "closed" // when an earlier journey has ended; latencies from the actual start
)

// tell emits what each interval measured, until over, and ends the arrivals when the gate's stop condition
// holds.
func (r *run) tell(over <-chan struct{}, end context.CancelCauseFunc) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	last := &interval{}
	for {
		select {
		case <-over:
			if time.Since(r.began) > last.at {
				r.emitInterval(last)
			}
			return
		case <-ticker.C:
			r.stopWhen(r.emitInterval(last), end)
		}
	}
}

// stopWhen ends the arrivals when the stop condition holds: over the whole run, or in each of so many seconds.
func (r *run) stopWhen(recent *judge, end context.CancelCauseFunc) {
	if r.gate.stop == nil || r.stopped != "" {
		return
	}
	words := r.gate.stop.Source()
	if r.gate.holds > 0 {
		words += " for " + ir.Duration(r.gate.holds).String()
		if r.held += tick; !r.gate.stop.Test(recent).Holds {
			r.held = 0
		}
		if r.held < r.gate.holds {
			return
		}
	} else if !r.gate.stop.Test(r.judge(r.whole(), time.Since(r.began))).Holds {
		return
	}
	r.stopped = fmt.Sprintf("arrivals ended after %s: %s", time.Since(r.began).Round(10*time.Millisecond), words)
	end(errors.New(r.stopped))
}

// interval is where the one before ended.
type interval struct {
	at                      time.Duration
	asked, started, dropped int64
}

// emitInterval emits a summary of what came since the last one, and returns it as a gate sees it.
func (r *run) emitInterval(last *interval) *judge {
	s := r.summary()
	s.From, s.To, s.InFlight = last.at, time.Since(r.began), r.flying.Load()
	last.at = s.To
	asked, started, dropped := max(last.asked, r.due(s.To)), r.started.Load(), r.dropped.Load()
	s.Asked, s.Started, s.Dropped = asked-last.asked, started-last.started, dropped-last.dropped
	last.asked, last.started, last.dropped = asked, started, dropped

	recent := NewRecorder()
	for _, shard := range r.shards {
		shard.interval(recent)
	}
	for _, k := range []Key{{Of: OfJourneys}, {Of: OfRequests}} {
		recent.tally(k) // told even when nothing came
	}
	for _, k := range recent.keys() {
		s.Groups = append(s.Groups, r.group(k, recent.tallies[k], false))
	}
	r.emit(runners.Event{Kind: runners.Summarised, Summary: s})
	j := r.judge(recent, s.To-s.From)
	j.asked, j.started = s.Asked, s.Started
	return j
}

// due is how many arrivals have been asked for by a time since the beginning: those that have come, and while more
// come also those that hoops is late for, or a slow generator would seem to be asked for less.
func (r *run) due(at time.Duration) int64 {
	asked := r.asked.Load()
	if !r.paced() || r.over.Load() {
		return asked
	}
	pace := newPacer(r.profile)
	late := at - lateOften
	return max(asked, int64(sort.Search(int(pace.arrivals), func(n int) bool { return pace.arrival(uint64(n)) > late })))
}

// summary is one that says what load it is of.
func (r *run) summary() *runners.Summary {
	s := &runners.Summary{Model: OpenModel, Load: r.model()}
	if !r.paced() {
		s.Model = ClosedModel
	}
	return s
}

// group names a scenario by its id and by its name.
func (r *run) group(k Key, t *tally, histogram bool) runners.Group {
	name := ""
	for _, w := range r.ways {
		if w.key == k {
			name = w.Scenario.Name + w.apart
		}
	}
	return named(t.group(k, histogram), k, name)
}

func (r *run) judge(all *Recorder, window time.Duration) *judge {
	return &judge{all: all, scenarios: r.gate.known.scenarios, window: window, asked: r.asked.Load(), started: r.started.Load(), closed: !r.paced()}
}

// finish says what the whole run measured and judges it.
func (r *run) finish(ctx context.Context) {
	all := r.whole()
	if r.unstarted > 0 {
		journeys, _ := all.tally(Key{Of: OfJourneys})
		journeys.dropped += r.unstarted
	}
	s := r.summary()
	s.To, s.Final, s.Arrivals, s.Late = time.Since(r.began), true, r.sent, r.late(all)
	s.Asked, s.Started, s.Dropped, s.InFlight = r.asked.Load(), r.started.Load(), r.dropped.Load(), r.flying.Load()
	for _, k := range all.keys() {
		s.Groups = append(s.Groups, r.group(k, all.tallies[k], true))
	}
	j := r.judge(all, r.sent)
	if s.Late != "" {
		j.late, j.unstarted = all.of(Key{Of: OfLateness}), r.unstarted
	}
	for _, e := range r.gate.expects {
		s.Expectations = append(s.Expectations, j.test(e))
	}
	gate, message := outcome(s.Expectations)
	ended := r.feed != nil && r.feed.ended
	switch {
	case ended && r.feed.AtEnd == Fail && gate != runners.GateFailed:
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

// late says how late hoops itself was, "" when it was on time.
func (r *run) late(all *Recorder) string {
	switch late := all.of(Key{Of: OfLateness}); {
	case r.unstarted > 0:
		return fmt.Sprintf("hoops was too slow for this rate: %s of %s arrivals were never started and count as dropped",
			thousands(r.unstarted), thousands(r.asked.Load()))
	case late.quantile(.99) > lateOften || late.max > lateOnce:
		return fmt.Sprintf("hoops itself was late: one journey in a hundred started %s or more after its time, the latest %s; their latencies include it",
			late.quantile(.99).Round(time.Microsecond), late.max.Round(time.Microsecond))
	}
	return ""
}

// health says what the numbers of a run suffer from.
func (r *run) health(all *Recorder, ended bool) {
	if r.stopped != "" {
		r.notice("%s", r.stopped)
	}
	if ended {
		fails := ""
		if r.feed.AtEnd == Fail {
			fails = ", and the gate fails (at end: fail)"
		}
		r.notice("arrivals ended: the data has only %s rows%s", thousands(int64(len(r.feed.Rows))), fails)
	}
	if late := r.late(all); late != "" {
		r.notice("%s", late)
	}
	if n := r.starved.Load(); n > 0 {
		r.notice("%s journeys failed for hoops itself: it had no open files left (ulimit -n); the software was not asked", thousands(n))
	}
	if n := r.portless.Load(); n > 0 {
		r.notice("%s journeys failed for hoops itself: it had no ports left for new connections, which `connections: shared` needs fewer of; the software was not asked", thousands(n))
	}
	if n := r.dropped.Load() - r.unstarted; n > 0 {
		r.notice("%s of %s arrivals were dropped: %s journeys were under way already", thousands(n), thousands(r.asked.Load()), thousands(r.inFlight))
	}
	if all.beyond > 0 {
		r.notice("%s measurements are of %q: at most %d steps and requests are told apart", thousands(all.beyond), otherName, mostKeys)
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
