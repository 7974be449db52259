package monitor

import "sync"

// pool runs the turns of some checks, a few at once. Those in a browser have one of their own: a page takes a core
// and ten times as long as a request, and no probe over http ever waits for one.
type pool struct {
	workers int // at most
	checks  int
	queue   chan turn // it never holds a check twice, and so never fills
	done    sync.WaitGroup
}

// DefaultBrowsers are how many checks run in a browser at once, when nobody says.
const DefaultBrowsers = 2

// browserDriver is the driver whose checks have a pool of their own.
const browserDriver = "browser"

// poolOf a driver's checks; it is made when the first of them asks.
func (r *run) poolOf(driver string) *pool {
	name, workers := "", max(1, r.plan.Workers)
	if driver == browserDriver {
		name, workers = driver, r.browsers
	}
	if r.pools[name] == nil {
		if r.pools == nil {
			r.pools = map[string]*pool{}
		}
		r.pools[name] = &pool{workers: workers}
	}
	return r.pools[name]
}

// open starts the workers.
func (p *pool) open(take func(turn)) {
	p.queue = make(chan turn, p.checks)
	for range min(p.workers, p.checks) {
		p.done.Go(func() {
			for t := range p.queue {
				take(t)
			}
		})
	}
}

// close waits until the turns that were queued are over.
func (p *pool) close() {
	close(p.queue)
	p.done.Wait()
}
