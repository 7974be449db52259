package session

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
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
	turn   chan struct{} // full while the body runs: the others wait for its one result, or until their time is over
	result *onceResult
	before *onceResult // the one that result has replaced: sessions may still use what it did
	runs   int
}

type onceResult struct {
	at      time.Time
	attempt int // of the session that ran it
	err     error
	session *Session // what it kept and received, and what there is to undo
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
	defer s.setApart(s.host.Now())
	key := fmt.Sprintf("%d\x00%s\x00%s", c.definition, c.driver, s.actor)
	for _, a := range f.args {
		key += fmt.Sprintf("\x00%q", expr.Text(a)) // quoted: no argument can look like two
	}
	if f.doc != nil {
		key += fmt.Sprintf("\x00doc %q %t", *f.doc, f.markup)
	}
	if f.table != nil {
		key += "\x00table " + expr.Text(f.table.lists())
	}
	store := &s.host.once
	store.mu.Lock()
	if store.entries == nil {
		store.entries = map[string]*onceEntry{}
	}
	entry := store.entries[key]
	if entry == nil {
		entry = &onceEntry{turn: make(chan struct{}, 1)}
		store.entries[key] = entry
	}
	store.mu.Unlock()

	select {
	case entry.turn <- struct{}{}:
		defer func() { <-entry.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	now := s.host.Now()
	if c.due(s, entry.result, now) {
		inner := s.host.Open(s.script, s.row, s.attempt, s.observe)
		inner.step, inner.inOnce, inner.actor = s.step, true, s.actor
		inner.rng = s.host.onceRandom(key, entry.runs)
		frame := *f
		frame.session = inner
		err := body(ctx, &frame)
		inner.observe = nil // the session that ran it may be over when it is undone
		if interrupted(ctx, err) {
			return errors.Join(err, joined(inner.Close(ctx))) // this session was cut off: the next one tries again
		}
		var stale *Session
		if entry.before != nil {
			stale = entry.before.session
		}
		entry.before, entry.result = entry.result, &onceResult{at: now, attempt: s.attempt, err: err, session: inner}
		entry.runs++
		if stale != nil {
			if left := stale.Close(ctx); len(left) > 0 {
				return left[0]
			}
		}
	}
	result := entry.result
	if result.err != nil {
		return result.err
	}
	inner := result.session
	if len(inner.kept) > 0 && s.kept == nil {
		s.kept = map[string]any{}
	}
	maps.Copy(s.kept, inner.kept)
	for _, h := range inner.headers {
		s.setHeader(h.Name, h.Value)
	}
	for _, a := range inner.states {
		s.stateOf(a.driver, a.actor).Adopt(a.state)
	}
	return nil
}

// due reports whether the body is to run for this session: it never did, it is too old, or it failed and a later
// attempt may do better. So it runs at most once for each number of an attempt, however many sessions there are.
func (c onceCall) due(s *Session, last *onceResult, now time.Time) bool {
	switch {
	case last == nil:
		return true
	case c.maxAge > 0 && now.Sub(last.at) >= time.Duration(c.maxAge):
		return true
	default:
		return last.err != nil && s.host.RetryOnce && s.attempt > last.attempt
	}
}

// onceRandom is a source of its own: were it that of the session that happens to come first, the values of a
// run could not be repeated, and that session would draw them a second time.
func (h *Host) onceRandom(key string, runs int) *rand.Rand {
	hash := fnv.New64a()
	fmt.Fprintf(hash, "once\x00%s\x00%d", key, runs)
	return rand.New(rand.NewPCG(h.seed, hash.Sum64()))
}

// close ends the sessions of @once bodies and undoes what they did, at the end of the run.
func (o *onceStore) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var failed []error
	for _, key := range slices.Sorted(maps.Keys(o.entries)) {
		for _, result := range []*onceResult{o.entries[key].result, o.entries[key].before} {
			if result != nil {
				failed = append(failed, joined(result.session.Close(context.Background())))
			}
		}
	}
	o.entries = nil
	return errors.Join(failed...)
}

func joined(left []*Failure) error {
	var list []error
	for _, f := range left { // outside of every scenario: it tells its place itself
		list = append(list, fmt.Errorf("%s: %w", f.Step.Pos, f))
	}
	return errors.Join(list...)
}
