package browser

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/runners/session/site"
)

//go:embed sight.js
var sightScript string

//go:embed reach.js
var reachScript string

//go:embed page.js
var restScript string

// pageScript is one function, so that each part sees the others and the page sees none.
var pageScript = "(() => {\n" + sightScript + reachScript + restScript + "})();"

// world is the name of ours in each frame.
const world = "hoops"

// binding is the function by which a page tells what was measured of its loading.
const binding = "hoopsMeasured"

// tab is one page. What happens in it is noted by listeners, in the goroutine of its events, which must not wait.
type tab struct {
	driver *Driver
	of     *process
	ctx    context.Context // chromedp's; done when the page or its browser is gone
	cancel context.CancelFunc
	main   cdp.FrameID
	id     target.ID
	child  bool // opened by a page
	page   shownPage

	mu      sync.Mutex
	changed chan struct{} // closed at every event that somebody may wait for
	worlds  []frame       // in the order in which they came; the main frame's is among them
	traffic
	diary
	common  []site.Header            // of "every request has headers:"
	login   site.Destination         // that the step has opened, with user and password in its address
	asked   map[fetch.RequestID]bool // requests that a proxy has wanted a password for
	all     bool                     // every request to url and services passes by
	crashed bool
	rolling bool   // film has been called
	picture []byte // the last of the film
	newTabs
	files
	blind []string // frames that nothing here sees, as the last look beyond the page's script has found them
}

// frame is one frame with our world in it.
type frame struct {
	id    cdp.FrameID
	world string // of runtime.evaluate
	local runtime.ExecutionContextID
}

func yes() *bool { v := true; return &v }

// newTab opens a page in a browser context of its own.
func newTab(p *process, d *Driver) (*tab, error) {
	ctx, cancel := chromedp.NewContext(p.ctx, chromedp.WithNewBrowserContext(d.proxy.use))
	return prepare(p, d, ctx, cancel)
}

// longestOpen of a page on a busy machine.
const longestOpen = 20 * time.Second

func prepare(p *process, d *Driver, ctx context.Context, cancel context.CancelFunc) (*tab, error) {
	t := &tab{driver: d, of: p, ctx: ctx, cancel: cancel, changed: make(chan struct{})}
	t.inflight = map[string]request{}
	late := time.AfterFunc(longestOpen, cancel)
	err := chromedp.Do(ctx) // with a context that lives as long as the page
	if err == nil {
		err = t.setUp(p)
	}
	if !late.Stop() && err != nil {
		err = fmt.Errorf("a page did not open within %s", longestOpen)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return t, nil
}

func (t *tab) setUp(p *process) error {
	c := chromedp.FromContext(t.ctx)
	t.id = c.Target.TargetID
	tree, err := chromedp.Call(t.ctx, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return err
	}
	t.main = tree.FrameTree.Frame.ID
	t.url = tree.FrameTree.Frame.URL
	if err := chromedp.Listen(t.ctx, t.event); err != nil {
		return err
	}
	p.mu.Lock()
	p.tabs[t.id] = t
	p.mu.Unlock()
	context.AfterFunc(t.ctx, func() {
		p.mu.Lock()
		delete(p.tabs, t.id)
		p.mu.Unlock()
	})
	// They do not depend on each other, so nobody waits for one before the next is asked.
	steps := []func() error{
		// chromedp mirrors the document when these are on, which costs with large pages; nothing here reads it.
		func() error { _, err := chromedp.Call(t.ctx, dom.Disable, cdp.Empty{}); return err },
		func() error { _, err := chromedp.Call(t.ctx, css.Disable, cdp.Empty{}); return err },
		// Without it each computedRole and computedName would build the whole accessibility tree, and drop it.
		func() error { _, err := chromedp.Call(t.ctx, accessibility.Enable, cdp.Empty{}); return err },
		func() error {
			_, err := chromedp.Call(t.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
				Source: pageScript, WorldName: world, RunImmediately: yes()})
			return err
		},
		func() error {
			_, err := chromedp.Call(t.ctx, runtime.AddBinding, runtime.AddBindingParams{Name: binding, ExecutionContextName: world})
			return err
		},
		func() error {
			_, err := chromedp.Call(t.ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
				UserAgent: p.agent + " hoops/" + t.driver.config.Version + " (synthetic)"})
			return err
		},
		func() error { return p.mayDownload(t) },
		// Only one window has the focus, and many pages are at work: each is to behave as if somebody sat before it.
		func() error {
			_, err := chromedp.Call(t.ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
			return err
		},
		func() error {
			if tls := t.driver.host.Env.TLS; tls == nil || !tls.Insecure || t.driver.host.Env.Browser == "" {
				return nil // one that is started here knows it from the start
			}
			_, err := chromedp.Call(t.ctx, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true})
			return err
		},
		t.intercept,
	}
	failed := make(chan error, len(steps))
	for _, step := range steps {
		go func() { failed <- step() }()
	}
	for range steps {
		err = cmp.Or(err, <-failed)
	}
	return err
}

// close ends the page, and its browser context with the last of its pages.
func (t *tab) close() {
	if c := chromedp.FromContext(t.ctx); !t.child && t.ctx.Err() == nil {
		ctx, cancel := context.WithTimeout(t.ctx, shortestAsk)
		chromedp.CallBrowser(ctx, target.DisposeBrowserContext, target.DisposeBrowserContextParams{BrowserContextID: c.BrowserContextID})
		cancel() // its error is that of a browser that is gone
	}
	t.cancel()
}

// reach joins a step's context with the page's life: what is called with it ends with either.
func (t *tab) reach(ctx context.Context) (context.Context, context.CancelFunc) {
	joined, cancel := context.WithCancelCause(context.WithValue(t.ctx, deadlineKey{}, ctx.Value(deadlineKey{})))
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	return joined, func() { stop(); cancel(nil) }
}

// signal wakes whoever waits for a change. It is called with t.mu held.
func (t *tab) signal() {
	close(t.changed)
	t.changed = make(chan struct{})
}

// wait returns as soon as holds does, which is called with t.mu held.
func (t *tab) wait(ctx context.Context, holds func() bool) error {
	for {
		t.mu.Lock()
		done, crashed, changed := holds(), t.crashed, t.changed
		t.mu.Unlock()
		switch {
		case done:
			return nil
		case crashed:
			return errCrashed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

var (
	errCrashed = errors.New("the page crashed")
	// errAway is a frame that went away, or whose page is being replaced, while it was asked.
	errAway = errors.New("the page is being replaced")
)

// thrown is an error of the page's own: a selector that is none, above all.
type thrown struct{ text string }

func (e thrown) Error() string { return e.text }

// frames are those of the page, its main frame first.
func (t *tab) frames() []frame {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := slices.Clone(t.worlds)
	slices.SortStableFunc(list, func(a, b frame) int {
		switch {
		case a.id == b.id:
			return 0
		case a.id == t.main:
			return -1
		case b.id == t.main:
			return 1
		}
		return 0
	})
	if len(list) == 0 || list[0].id != t.main {
		return nil // between two pages
	}
	return list
}

// ask calls a function of page.js in a frame and decodes what it returns.
func ask[T any](ctx context.Context, t *tab, in frame, function string, args ...any) (v T, err error) {
	expression := world + "." + function + "("
	for i, a := range args {
		b, err := json.Marshal(a)
		if err != nil {
			return v, err
		}
		if i > 0 {
			expression += ","
		}
		expression += string(b)
	}
	result, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression + ")", UniqueContextID: in.world, ReturnByValue: yes(), AwaitPromise: yes(), UserGesture: yes(), Silent: yes()})
	if err != nil {
		if ctx.Err() != nil {
			return v, context.Cause(ctx)
		}
		if errors.Is(err, chromedp.ErrTargetDetached) {
			return v, err // it has closed
		}
		return v, fmt.Errorf("%w: %v", errAway, err)
	}
	if e := result.ExceptionDetails; e != nil {
		text := e.Text
		if e.Exception != nil && e.Exception.Description != "" {
			text = firstLine(e.Exception.Description)
		}
		return v, thrown{text}
	}
	if len(result.Result.Value) == 0 {
		return v, nil
	}
	answer, err := t.driver.unmarked(result.Result.Value)
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(answer, &v)
}

// askMain asks the main frame.
func askMain[T any](ctx context.Context, t *tab, function string, args ...any) (v T, err error) {
	frames := t.frames()
	if len(frames) == 0 {
		return v, errAway
	}
	return ask[T](ctx, t, frames[0], function, args...)
}
