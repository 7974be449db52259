package load

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
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
	OfPhase    = "phase"    // of some of the requests: dns, connect, tls, first byte
	OfLateness = "lateness" // of hoops itself: how long after its time a journey was started
)

// Measurement is one journey, step or request.
type Measurement struct {
	Took   time.Duration
	Failed bool
	Code   int    // 0 for none
	Cause  string // of the failure; "" for none
}

// mostKeys bounds the steps and requests that a recorder tells apart; those beyond are counted together, under the
// name other. A histogram takes 8 KB for each doubling that its latencies reach over, 221 KB at most.
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
	t, other := r.tally(k)
	t.record(m)
	if other {
		r.beyond++
	}
}

// Merge adds all that another recorder holds, which stays as it is.
func (r *Recorder) Merge(from *Recorder) {
	r.beyond += from.beyond
	for _, k := range from.keys() { // sorted: which keys are above the bound must not be chance
		t := from.tallies[k]
		if t.count+t.dropped == 0 {
			continue
		}
		own, other := r.tally(k)
		own.merge(t)
		if other {
			r.beyond += t.count
		}
	}
}

// reset empties it and keeps what it has allocated.
func (r *Recorder) reset() {
	r.beyond = 0
	for _, t := range r.tallies {
		t.reset()
	}
}

// tally of a thing; other is that of all that came when there were too many.
func (r *Recorder) tally(k Key) (t *tally, other bool) {
	if t := r.tallies[k]; t != nil {
		return t, false
	}
	if (k.Of == OfStep || k.Of == OfRequest || isVital(k.Of) && k.Name != "") && k.Name != otherName && len(r.tallies) >= mostKeys {
		t, _ := r.tally(Key{k.Of, otherName})
		return t, true
	}
	t = &tally{}
	r.tallies[k] = t
	return t, false
}

// of is what was measured of a thing, an empty tally if nothing was.
func (r *Recorder) of(k Key) *tally {
	if t := r.tallies[k]; t != nil {
		return t
	}
	return &tally{}
}

var order = append(append([]string{OfJourneys, OfScenario, OfStep, OfRequests, OfRequest}, ir.Vitals()...), OfPhase, OfLateness)

func (r *Recorder) keys() []Key {
	return slices.SortedFunc(maps.Keys(r.tallies), func(a, b Key) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Of), slices.Index(order, b.Of)), cmp.Compare(a.Name, b.Name))
	})
}

// shard is the part of a run's measurements that some of its journeys share, so that not all wait for one lock.
type shard struct {
	mu     sync.Mutex
	recent *Recorder // since the last interval
	before *Recorder // that
	spare  *Recorder // empty
	hits   *hits     // for the results file, nil without one
}

func newShard(results bool) *shard {
	s := &shard{recent: NewRecorder(), before: NewRecorder(), spare: NewRecorder()}
	if results {
		s.hits = &hits{}
	}
	return s
}

// drop counts an arrival that was not started.
func (s *shard) drop(w *way) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range []Key{{Of: OfJourneys}, w.key} {
		t, _ := s.recent.tally(k)
		t.dropped++
	}
}

// late records how long after its time a journey was started.
func (s *shard) late(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recent.Record(Key{Of: OfLateness}, Measurement{Took: by})
}

// journey records an ended journey.
func (s *shard) journey(w *way, m Measurement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recent.Record(Key{Of: OfJourneys}, m)
	s.recent.Record(w.key, m)
}

func (s *shard) step(names []string, apart string, m Measurement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		s.recent.Record(Key{OfStep, name + apart}, m)
	}
}

func (s *shard) request(name string, m Measurement, h hit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recent.Record(Key{Of: OfRequests}, m)
	s.recent.Record(Key{OfRequest, name}, m)
	if s.hits != nil {
		s.hits.add(h, name, m.Cause)
	}
}

// phases records the parts of a request's time; those that it had not are no samples.
func (s *shard) phases(p *session.Phases) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, part := range []struct {
		name string
		took time.Duration
	}{{"dns", p.DNS}, {"connect", p.Connect}, {"tls", p.TLS}, {"first byte", p.FirstByte}} {
		if part.took > 0 {
			s.recent.Record(Key{OfPhase, part.name}, Measurement{Took: part.took})
		}
	}
}

// interval adds what came since the last call to a recorder. No journey waits while it is added up.
func (s *shard) interval(to *Recorder) {
	s.mu.Lock()
	ended := s.recent
	s.recent = s.spare
	s.mu.Unlock()
	to.Merge(ended)
	s.before.Merge(ended)
	ended.reset()
	s.spare = ended
}

// whole is what all shards have measured so far. It and interval are called by one goroutine at a time.
func (r *run) whole() *Recorder {
	all := NewRecorder()
	for _, s := range r.shards {
		all.Merge(s.before)
		s.mu.Lock()
		all.Merge(s.recent)
		s.mu.Unlock()
	}
	return all
}
