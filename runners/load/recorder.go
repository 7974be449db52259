package load

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Key names what was measured. Scenarios are named by their ids.
type Key struct{ Of, Name string }

// What is measured.
const (
	OfJourneys = "journeys" // all
	OfScenario = "scenario"
	OfStep     = "step"
	OfRequests = "requests" // all
	OfRequest  = "request"
	OfLateness = "lateness" // of hoops itself: how long after its time a journey was started
)

// Measurement is one journey, step or request.
type Measurement struct {
	Took   time.Duration
	Failed bool
	Code   int    // 0 for none
	Cause  string // of the failure; "" for none
}

// mostKeys bounds the steps and requests that a recorder tells apart: a histogram is 139 KB.
const mostKeys = 500

// Recorder adds measurements up. Recorders of the parts of a run merge into that of the whole, in any order and
// grouping. It is used by one goroutine at a time.
type Recorder struct {
	tallies map[Key]*tally
	beyond  int64 // measurements of keys above mostKeys
}

// NewRecorder makes an empty one.
func NewRecorder() *Recorder { return &Recorder{tallies: map[Key]*tally{}} }

// Record adds a measurement of a thing.
func (r *Recorder) Record(k Key, m Measurement) {
	if t := r.tally(k); t != nil {
		t.record(m)
	}
}

// Merge adds all that another recorder holds, which stays as it is.
func (r *Recorder) Merge(from *Recorder) {
	r.beyond += from.beyond
	for _, k := range from.keys() { // sorted: which keys are above the bound must not be chance
		t := from.tallies[k]
		if own := r.tally(k); own != nil {
			own.merge(t)
		} else {
			r.beyond += t.count - 1 // asking has counted one
		}
	}
}

func (r *Recorder) tally(k Key) *tally {
	t := r.tallies[k]
	if t == nil {
		if (k.Of == OfStep || k.Of == OfRequest) && len(r.tallies) >= mostKeys {
			r.beyond++
			return nil
		}
		t = &tally{}
		r.tallies[k] = t
	}
	return t
}

// of is what was measured of a thing, an empty tally if nothing was.
func (r *Recorder) of(k Key) *tally {
	if t := r.tallies[k]; t != nil {
		return t
	}
	return &tally{}
}

var order = []string{OfJourneys, OfScenario, OfStep, OfRequests, OfRequest}

func (r *Recorder) keys() []Key {
	return slices.SortedFunc(maps.Keys(r.tallies), func(a, b Key) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Of), slices.Index(order, b.Of)), cmp.Compare(a.Name, b.Name))
	})
}

// shard is the part of a run's measurements that some of its journeys share, so that not all wait for one lock.
type shard struct {
	mu       sync.Mutex
	all      *Recorder
	journeys tally // of the interval since the last summary
	requests tally //
	hits     []hit // for the results file
	keeps    bool
}

func newShard(results bool) *shard { return &shard{all: NewRecorder(), keeps: results} }

// drop counts an arrival that was not started.
func (s *shard) drop(w *way) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range []Key{{Of: OfJourneys}, w.key} {
		if t := s.all.tally(k); t != nil {
			t.dropped++
		}
	}
	s.journeys.dropped++
}

// journey records an ended journey.
func (s *shard) journey(w *way, m Measurement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all.Record(Key{Of: OfJourneys}, m)
	s.all.Record(w.key, m)
	s.journeys.record(m)
}

func (s *shard) step(names []string, m Measurement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		s.all.Record(Key{OfStep, name}, m)
	}
}

func (s *shard) request(name string, m Measurement, h hit, total *atomic.Int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all.Record(Key{Of: OfRequests}, m)
	s.all.Record(Key{OfRequest, name}, m)
	s.requests.record(m)
	if s.keeps && total.Add(1) <= mostHits {
		s.hits = append(s.hits, h)
	}
}

// interval moves what came since the last call into two tallies.
func (s *shard) interval(journeys, requests *tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range []struct{ to, from *tally }{{journeys, &s.journeys}, {requests, &s.requests}} {
		t.to.merge(t.from)
		times := t.from.times
		if times != nil {
			times.Reset()
		}
		*t.from = tally{times: times}
	}
}

// whole is what all shards have measured so far.
func (r *run) whole() *Recorder {
	all := NewRecorder()
	for _, s := range r.shards {
		s.mu.Lock()
		all.Merge(s.all)
		s.mu.Unlock()
	}
	return all
}
