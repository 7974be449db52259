package browser

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/runners/secret"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
)

// state is what one actor has: his pages, and their cookies.
type state struct {
	driver  *Driver
	session *session.Session
	secrets *secret.Scope
	leased  bool
	tabs    []*tab            // the last is the one that he looks at
	known   map[string]string // cookies that other drivers know already, by name, domain and path
	frozen  []*network.CookieParam
	trace   []moment // of what he did, for a failure
	sent    bool     // the step has sent what may change something
}

var (
	_ session.State        = (*state)(nil)
	_ session.CookieKeeper = (*state)(nil)
	_ session.Witness      = (*state)(nil)
)

// tab is the page that the actor looks at, opened if there is none.
func (st *state) tab(ctx context.Context) (*tab, error) {
	if len(st.tabs) > 0 {
		return st.tabs[len(st.tabs)-1], nil
	}
	if !st.leased {
		if err := st.driver.lease(ctx, st.session); err != nil {
			return nil, err
		}
		st.leased = true
	}
	t, err := st.driver.browsers.tab(ctx)
	if err != nil {
		return nil, err
	}
	st.tabs = []*tab{t}
	if len(st.frozen) > 0 {
		if err := st.set(ctx, t, st.frozen); err != nil {
			return nil, err
		}
		st.frozen = nil
	}
	return t, nil
}

// Close lets go of the pages.
func (st *state) Close() {
	for _, t := range st.tabs {
		t.painted()
	}
	st.drop()
	if st.leased {
		st.driver.release(st.session)
		st.leased = false
	}
	st.secrets.Release()
}

// drop ends the pages behind the scenes: it takes longer than a step.
func (st *state) drop() {
	tabs := st.tabs
	st.tabs = nil
	if len(tabs) == 0 {
		return
	}
	for _, t := range tabs {
		t.leave()
	}
	b := &st.driver.browsers
	b.ending.Add(1)
	go func() {
		defer b.ending.Done()
		for _, t := range tabs { // the first takes the others along
			t.close()
		}
	}()
}

// do runs one step's work on the actor's page: before it the cookies of the other drivers come, after it what
// was loaded leaves as samples, and the page can be asked. A tab that has closed meanwhile is left for the one
// that opened it.
func (st *state) do(ctx context.Context, m moment, work func(ctx context.Context, t *tab) error) error {
	if err := st.watched(ctx, m); err != nil {
		return err
	}
	st.shown()
	m.began = time.Now()
	st.sent = false
	for {
		t, err := st.tab(ctx)
		if err == nil && st.session.Attaches() {
			t.film()
		}
		if err == nil {
			err = st.on(ctx, t, m.acts, work)
		}
		if t != nil && t.child && errors.Is(err, chromedp.ErrTargetDetached) {
			t.leave()
			t.close()
			st.tabs = st.tabs[:len(st.tabs)-1]
			continue
		}
		if err == errFollow {
			if err = st.follow(ctx, t); err == nil {
				continue
			}
		}
		if t != nil {
			st.samples(t)
		}
		if wrong := t.refusal(); wrong != nil {
			err = wrong // whatever came of it
		}
		if err != nil {
			err = st.blame(ctx, t, err)
		}
		st.note(t, m, err)
		st.session.OnPage(&answer{state: st})
		return err
	}
}

func (st *state) on(ctx context.Context, t *tab, share bool, work func(ctx context.Context, t *tab) error) error {
	if share {
		if err := st.session.ShareCookies(ctx, st); err != nil {
			return err
		}
		if err := st.headers(t); err != nil {
			return err
		}
	}
	limited, stop := st.driver.limit(ctx, st.session)
	defer stop()
	joined, cancel := t.reach(limited)
	defer cancel()
	// A crash answers no call that waits.
	watch, unwatch := context.WithCancelCause(joined)
	defer unwatch(nil)
	go func() {
		if errors.Is(t.wait(watch, func() bool { return false }), errCrashed) {
			unwatch(errCrashed)
		}
	}()
	t.awaitOpened(watch)
	if t.hasOpened() {
		return errFollow
	}
	if err := work(watch, t); err != nil {
		if errors.As(context.Cause(ctx), new(*session.TimeUp)) { // else nobody could look at the page
			t.stopLoading()
		}
		return err
	}
	if err := t.keepFiles(watch, st, share); err != nil || !share {
		return err
	}
	next, err := st.opened(watch, t)
	if next != t {
		st.samples(next)
	}
	return err
}

// wrote notes that what may change something is about to be sent.
func (st *state) wrote() {
	st.sent = true
	st.session.Wrote()
}

// headers brings those of "every request has headers:" to the page.
func (st *state) headers(t *tab) error {
	var list []site.Header
	for _, h := range st.session.Headers() {
		list = append(list, site.Header{Name: h.Name, Value: h.Value})
	}
	return t.setCommon(list)
}

// refusal is a navigation that went where it may not.
func (t *tab) refusal() error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.refused) == 0 {
		return nil
	}
	wrong := t.refused[0]
	t.refused = nil
	return wrong
}

// opened follows a tab that the step has opened. Its page is loaded when it is there.
func (st *state) opened(ctx context.Context, t *tab) (*tab, error) {
	err := t.wait(ctx, func() bool { return t.expected <= 0 })
	t.mu.Lock()
	list := t.opened
	t.opened = nil
	t.mu.Unlock()
	if err != nil && err != errOverdue || len(list) == 0 {
		return t, nil
	}
	next := list[len(list)-1]
	st.tabs = append(st.tabs, next)
	joined, stop := next.reach(ctx)
	defer stop()
	var at pageData
	err = poll(joined, func() (bool, error) {
		at, err = askMain[pageData](joined, next, "page")
		if errors.Is(err, errAway) {
			return false, nil
		}
		return err == nil && at.State == "complete" && at.URL != "about:blank", err
	})
	if err != nil && err != errOverdue {
		return next, err
	}
	if u, wrong := url.Parse(at.URL); wrong == nil && (u.Scheme == "http" || u.Scheme == "https") {
		if _, wrong := st.driver.site.Admit(u); wrong != nil {
			return next, wrong
		}
	}
	if at.URL != "" {
		took := time.Duration(at.Duration * float64(time.Millisecond))
		next.mu.Lock()
		if len(next.done) == 0 {
			next.done = append(next.done, &navigation{method: "GET", asked: at.URL, url: at.URL, status: at.Status, began: time.Now().Add(-took), duration: took})
		}
		next.mu.Unlock()
	}
	return next, nil
}

// blame says whose fault an error is: a page that crashed or a browser that ended fails its session, and the
// state starts anew.
func (st *state) blame(ctx context.Context, t *tab, err error) error {
	var failure *session.Failure
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &failure):
		return err
	case errors.Is(err, errCrashed) || t != nil && t.dead() == errCrashed:
		st.drop()
		f := session.Failf("browser/crash", "the page crashed")
		f.Cause = errCrashed
		f.Help = []string{"its renderer ended: the page may use too much memory, or have met a bug of the browser"}
		return f
	case t != nil && (t.ctx.Err() != nil || errors.Is(err, chromedp.ErrTargetDetached)):
		f := session.Failf("browser/ended", "its page closed")
		f.Help = []string{"look at what closes it: a script of the page, or somebody at the browser"}
		if t.of.ctx.Err() != nil { // another may run already
			why := "the browser ended"
			if reason := ended(t); reason != "" {
				why += ": " + reason
			}
			f = session.Failf("browser/ended", "%s", why)
			f.Help = []string{"run it again; when it happens again, look whether this machine has memory left"}
		}
		st.drop()
		f.Cause = err
		return f
	case err == errOverdue:
		f := session.Failf("browser/timeout", "the page did not answer within %s", st.session.Patience(ctx))
		f.Help = []string{"a script of the page that never ends, or a machine with too much to do: look at its load, or run with fewer --jobs"}
		f.Cause = err
		return f
	}
	return fmt.Errorf("the browser driver: %w", err)
}

func (t *tab) dead() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.crashed {
		return errCrashed
	}
	return nil
}

// ended asks a browser that is gone how it went.
func ended(t *tab) string {
	_, err := chromedp.Call(context.WithoutCancel(t.ctx), page.Enable, page.EnableParams{})
	if err == nil {
		return ""
	}
	reason, _, _ := strings.Cut(firstLine(err.Error()), ": lost the connection")
	return strings.TrimPrefix(reason, "browser process exited: ")
}
