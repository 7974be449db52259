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
	mu     sync.Mutex // held while the body runs: the others wait for its one result
	result *onceResult
	before *onceResult // the one that result has replaced: sessions may still use what it did
	runs   int
}

type onceResult struct {
	at      time.Time
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
		key += fmt.Sprintf("\x00doc %q", *f.doc)
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
		entry.before, entry.result = entry.result, &onceResult{at: now, err: err, session: inner}
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
	for _, f := range left {
		list = append(list, f)
	}
	return errors.Join(list...)
}
