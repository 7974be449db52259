package session

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// onceStore holds the results of @once bodies, by definition, driver and arguments.
type onceStore struct {
	mu      sync.Mutex
	entries map[string]*onceEntry
}

type onceEntry struct {
	mu     sync.Mutex // held while the body runs: the others wait for its one result
	result *onceResult
}

type onceResult struct {
	at      time.Time
	err     error
	kept    map[string]any
	headers []Header
	states  []actorState
}

type onceCall struct {
	definition int
	driver     string
	maxAge     ir.Duration
}

// run executes the body in a session of its own, once per run and argument list, and copies what it kept and
// the cookies it received into this session. Its failure fails every session that reaches it.
func (c onceCall) run(ctx context.Context, f *Frame, body Action) error {
	s := f.session
	key := fmt.Sprintf("%d\x00%s\x00%s", c.definition, c.driver, s.actor)
	for _, a := range f.args {
		key += "\x00" + expr.Text(a)
	}
	if f.doc != nil {
		key += "\x00" + *f.doc
	}
	if f.table != nil {
		key += "\x00" + expr.Text(f.table.lists())
	}
	store := &s.host.once
	store.mu.Lock()
	if store.entries == nil {
		store.entries = map[string]*onceEntry{}
	}
	entry := store.entries[key]
	if entry == nil {
		entry = &onceEntry{}
		store.entries[key] = entry
	}
	store.mu.Unlock()

	entry.mu.Lock()
	defer entry.mu.Unlock()
	now := s.host.Now()
	if entry.result == nil || c.maxAge > 0 && now.Sub(entry.result.at) >= time.Duration(c.maxAge) {
		inner := s.host.Open(s.script, s.row, s.attempt, s.observe)
		inner.step, inner.inOnce, inner.actor = s.step, true, s.actor
		frame := *f
		frame.session = inner
		err := body(ctx, &frame)
		if interrupted(ctx, err) {
			inner.Close(ctx)
			return err // this session was cut off: the next one tries again
		}
		// Its pages and connections end with the run; only cookies are copied.
		entry.result = &onceResult{at: now, err: err, kept: inner.kept, headers: inner.headers, states: inner.states}
	}
	result := entry.result
	if result.err != nil {
		return result.err
	}
	if len(result.kept) > 0 && s.kept == nil {
		s.kept = map[string]any{}
	}
	maps.Copy(s.kept, result.kept)
	for _, h := range result.headers {
		s.setHeader(h.Name, h.Value)
	}
	for _, a := range result.states {
		s.State(a.driver).Adopt(a.state)
	}
	return nil
}
