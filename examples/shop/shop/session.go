package shop

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"
)

const (
	idle         = 30 * time.Minute
	mostSessions = 50_000 // above it those that were seen longest ago go
)

// session is one visit: of a browser by cookie, of an API client by token. Its basket lives and dies with it.
type session struct {
	id    string
	csrf  string
	user  string // "" until signed in
	items []Item
	flash string
	order *Order // the last one, for its confirmation
	looks int    // at the basket
	seen  time.Time
}

// sessions are all visits. They live in memory, because a visit need not outlive the process.
type sessions struct {
	now     func() time.Time
	mu      sync.Mutex
	byID    map[string]*session
	changed string // the session whose basket changed last
	opened  int
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, byID: map[string]*session{}}
}

// open begins a visit. The basket and the message of a former one go over, its id does not: whoever knew the id
// before the customer signed in must not be signed in with it.
func (s *sessions) open(user, former string) session {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	v := &session{id: rand.Text(), csrf: rand.Text(), user: user, seen: s.now()}
	if old := s.byID[former]; old != nil && former != "" {
		v.items, v.flash = old.items, old.flash
		delete(s.byID, former)
	}
	s.byID[v.id] = v
	return *v
}

// sweep forgets visits that ended without saying so, from time to time.
func (s *sessions) sweep() {
	if s.opened++; s.opened%1024 != 0 {
		return
	}
	limit := s.now().Add(-idle)
	if len(s.byID) > mostSessions {
		var times []time.Time
		for _, v := range s.byID {
			times = append(times, v.seen)
		}
		slices.SortFunc(times, time.Time.Compare)
		if t := times[len(times)-mostSessions]; t.After(limit) {
			limit = t
		}
	}
	for id, v := range s.byID {
		if v.seen.Before(limit) {
			delete(s.byID, id)
		}
	}
}

// visit runs do with the session while nobody else has it, and returns what it looks like afterwards.
func (s *sessions) visit(id string, do func(*session) error) (session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.byID[id]
	if v == nil || s.now().Sub(v.seen) > idle {
		return session{}, refuse(signedOut, "Please sign in.")
	}
	v.seen = s.now()
	err := do(v)
	after := *v
	after.items = slices.Clone(v.items)
	return after, err
}

// end forgets a visit: its id and its basket are gone.
func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, id)
}

// mixedUp is the basket that another customer changed last, for the fault that hands it to the wrong one.
func (s *sessions) mixedUp(v *session) []Item {
	var found *session
	if other := s.byID[s.changed]; other != nil && other.user != v.user && len(other.items) > 0 {
		found = other
	} else {
		for _, other := range s.byID {
			if other.user != v.user && len(other.items) > 0 && (found == nil || other.seen.After(found.seen)) {
				found = other
			}
		}
	}
	if found == nil {
		return v.items
	}
	return found.items
}
