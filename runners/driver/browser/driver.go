// Package browser drives software as a person does, in Chromium: it executes open, act and see ops.
//
// A target is what a person sees of an element: a role and an accessible name, else a label, a placeholder, a
// text, a test id. It is looked for in the page, its frames and its shadow roots, again and again until
// exactly one visible element is found or the step's time is up; then the failure says what was there instead.
// An act waits until its element stands still, is enabled, and nothing covers it, and after it until the page
// that it leads to has loaded. A look is repeated until it holds.
//
//   - One browser for each run, started when the first scenario that needs it is lowered, in a profile folder of its own. Each
//     actor of each session has a browser context (cookies, storage, pages) of his own; so many sessions at once
//     as there are cores, four at most.
//   - The page itself goes to the environment's url, services and hosts and nowhere else, checked at every
//     redirect; what the page loads is its own affair. The environment's headers and auth go to url and services
//     only.
//   - Dialogs are accepted and noted. A new tab is followed, and left when it closes. A file that a page
//     gives is kept as evidence, if it is not larger than max-body.
//   - A page or browser that crashes fails the session that used it; the next one gets a new browser.
//
// The package alone imports chromedp and cdproto. It refuses to know expectations and control, which are the
// session's, and to run scripts that somebody writes in a step.
package browser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
)

// Config of the driver.
type Config struct {
	Version  string                      // of hoops, for the User-Agent
	Parallel int                         // sessions at once; as many as there are cores, at most 4, when 0
	Lookup   func(string) (string, bool) // of the process environment; os.LookupEnv when nil
	Headed   bool                        // with a window that a person can see
	Slow     time.Duration               // waited before each step that opens a page or acts on one
}

// mostParallel sessions: a core is busy with one page, and each takes memory.
const mostParallel = 4

// Driver executes open, act and see.
type Driver struct {
	config Config
	host   *session.Host
	site   *site.Site
	proxy  proxy
	slots  chan struct{}

	mu     sync.Mutex
	leases map[*session.Session]int // states of a session; the first takes a slot, the last gives it back

	browsers browsers
}

var _ session.Driver = (*Driver)(nil)

// New makes a driver. No browser is started before a scenario is lowered that needs one.
func New(c Config) *Driver {
	if c.Lookup == nil {
		c.Lookup = os.LookupEnv
	}
	if c.Headed {
		c.Parallel = cmp.Or(c.Parallel, 1) // nobody watches two windows
	}
	c.Parallel = cmp.Or(c.Parallel, min(runtime.GOMAXPROCS(0), mostParallel))
	return &Driver{config: c, slots: make(chan struct{}, c.Parallel), leases: map[*session.Session]int{}}
}

// Name is "browser".
func (d *Driver) Name() string { return "browser" }

// Accepts navigations, acts and looks.
func (d *Driver) Accepts(op ir.Op) bool {
	switch op.Kind() {
	case ir.KindOpen, ir.KindAct, ir.KindSee:
		return true
	}
	return false
}

// Start reads what the environment says about addresses and headers.
func (d *Driver) Start(h *session.Host) error {
	d.host = h
	var err error
	if d.site, err = site.New(h); err == nil {
		d.proxy, err = newProxy(h)
	}
	if err != nil {
		return fmt.Errorf("environment %s: %w", h.Env.Name, err)
	}
	d.browsers.driver = d
	return nil
}

// Close ends the browser and removes its folder.
func (d *Driver) Close() error { return d.browsers.close() }

// Lower turns an op into a closure. Without a browser on this machine its error is a *session.Unavailable.
func (d *Driver) Lower(op ir.Op, l *session.Lowering) (session.Action, error) {
	if err := d.browsers.possible(); err != nil {
		return nil, err
	}
	switch op := op.(type) {
	case *ir.Open:
		return d.open(op, l)
	case *ir.Act:
		return d.act(op, l)
	case *ir.See:
		return d.see(op, l)
	}
	return nil, fmt.Errorf("the browser driver does not execute %q", op.Kind())
}

// NewState makes what one actor has; his page is opened by the first step that needs it.
func (d *Driver) NewState(s *session.Session) session.State {
	return &state{driver: d, session: s, secrets: d.host.Secrets.Scope()}
}

// lease waits until the session may use the browser. That of a @once body needs no place: it would hold it to
// the end of the run, while the session that waits for it holds one already.
func (d *Driver) lease(ctx context.Context, s *session.Session) error {
	if s.InOnce() {
		return nil
	}
	d.mu.Lock()
	if d.leases[s] > 0 {
		d.leases[s]++
		d.mu.Unlock()
		return nil
	}
	d.mu.Unlock()
	select {
	case d.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	d.mu.Lock()
	d.leases[s]++ // a session is used by one goroutine at a time
	d.mu.Unlock()
	return nil
}

func (d *Driver) release(s *session.Session) {
	if s.InOnce() {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.leases[s]--; d.leases[s] == 0 {
		delete(d.leases, s)
		<-d.slots
	}
}

// errOverdue ends what takes longer than a step may.
var errOverdue = errors.New("the step's time is up")

// lastTry is the time that a try which has begun in time has to come to its end.
const lastTry = 250 * time.Millisecond

// deadline is the time at which the last try of a step begins, on the clock of the run.
type deadline struct {
	until time.Time
	host  *session.Host
}

// deadlineKey is the key of a step's deadline.
type deadlineKey struct{}

// limit is the step's time as a context.
func (d *Driver) limit(ctx context.Context, s *session.Session) (context.Context, context.CancelFunc) {
	patience := s.Patience(ctx)
	ctx = context.WithValue(ctx, deadlineKey{}, deadline{d.host.Now().Add(patience), d.host})
	return context.WithTimeoutCause(ctx, patience+lastTry, errOverdue)
}
