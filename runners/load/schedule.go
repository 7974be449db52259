package load

import (
	"context"
	"sync"
	"time"
)

// open starts journeys on the pacer's time line, whatever becomes of them. An arrival that is on time starts
// when the sleep has ended: its overshoot is jitter of the timer, not latency. One that is late keeps its place
// on the line, and its latency counts from there.
func (r *run) open(ctx, journeys context.Context, flying *sync.WaitGroup) {
	pace := newPacer(r.profile)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for n := uint64(0); ; n++ {
		elapsed := time.Since(r.began)
		wait, stop := pace.Pace(elapsed, n)
		if stop { // a load of a minute lasts a minute, whenever its last arrival comes
			wait = pace.end - elapsed
		}
		if ctx.Err() != nil {
			return
		}
		if !stop && elapsed > pace.end+grace {
			r.unstarted = int64(pace.arrivals - n)
			r.asked.Add(r.unstarted)
			r.dropped.Add(r.unstarted)
			return
		}
		arrival := r.began.Add(elapsed + wait)
		if wait > 0 {
			timer.Reset(wait)
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			}
			if stop {
				return
			}
			now := time.Now()
			r.shard(n).late(now.Sub(arrival))
			arrival = now
		} else if stop {
			return
		} else {
			r.shard(n).late(-wait)
		}
		way, row, ok := r.pick(r.mix)
		if !ok {
			return
		}
		r.asked.Add(1)
		if r.flying.Load() >= r.inFlight {
			r.dropped.Add(1)
			r.shard(n).drop(way)
			continue
		}
		r.started.Add(1)
		r.flying.Add(1)
		flying.Add(1)
		go func() {
			defer flying.Done()
			defer r.flying.Add(-1)
			r.journey(journeys, r.shard(n), way, row, n, arrival)
		}()
	}
}

// closed is a load of a fixed number of workers.
func (r *run) closed(ctx, journeys context.Context, flying *sync.WaitGroup) {
	ctx, cancel := context.WithTimeout(ctx, r.Duration)
	defer cancel()
	r.users(ctx, journeys, cancel, r.workers, r.mix, flying)
	<-ctx.Done()
}

// during waits for the end of a load in which nothing arrives.
func (r *run) during(ctx context.Context) {
	length := r.Duration
	if r.workers == 0 {
		length = r.profile.Length()
	}
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	<-ctx.Done()
}

// users lets each of so many start the next journey when its last one has ended; over is called when the data has.
func (r *run) users(ctx, journeys context.Context, over func(), count int, mix *mixer, flying *sync.WaitGroup) {
	for range count {
		flying.Go(func() {
			for ctx.Err() == nil {
				way, row, ok := r.pick(mix)
				if !ok {
					over()
					return
				}
				r.asked.Add(1)
				n := uint64(r.started.Add(1) - 1)
				r.flying.Add(1)
				r.journey(journeys, r.shard(n), way, row, n, time.Now())
				r.flying.Add(-1)
			}
		})
	}
}

func (r *run) shard(n uint64) *shard { return r.shards[n%uint64(len(r.shards))] }

// pick is whose turn it is, false when the data has ended.
func (r *run) pick(mix *mixer) (*way, int, bool) {
	w := r.ways[mix.next()]
	if w.feed == nil {
		return w, w.Row, true
	}
	row, ok := w.feed.row(w.key)
	return w, row, ok
}
