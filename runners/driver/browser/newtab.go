package browser

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"reflect"
	"time"
	"unsafe"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// newTabs are those that a page has opened and nobody has followed yet.
type newTabs struct {
	windows  []window // announced, and not yet there
	expected int      // announced, and neither there nor given up
	opened   []*tab
	posting  string // where a form is being sent in a new tab
}

// window is a tab that a page is opening.
type window struct {
	url  string
	post bool // a form is sent there
}

// announce notes the new tab that a page opens. It is called with t.mu held.
func (t *tab) announce(url string) {
	t.windows = append(t.windows, window{url: url, post: url == t.posting})
	t.posting = ""
	t.expected++
}

// errFollow ends the work on a tab that has opened another one since the last step: the step begins again there.
var errFollow = errors.New("a new tab has opened")

// hasOpened reports whether a tab is there that nobody has followed.
func (t *tab) hasOpened() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.opened) > 0
}

// awaitOpened waits for a tab that has been announced.
func (t *tab) awaitOpened(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, longestAnnounced)
	defer cancel()
	_ = t.wait(limited, func() bool { return t.expected <= 0 }) // one that does not come is not waited for
}

// follow goes to the tab that a page has opened late, after the step that made it do so.
func (st *state) follow(ctx context.Context, t *tab) error {
	limited, stop := st.driver.limit(ctx, st.session)
	defer stop()
	joined, cancel := t.reach(limited)
	defer cancel()
	st.samples(t)
	next, err := st.opened(joined, t)
	if next != t {
		st.samples(next)
	}
	return err
}

// holdNewTabs makes every tab that a page opens wait before its first request, until it is known where it goes.
func (p *process) holdNewTabs(d *Driver) error {
	if _, ok := browserOf(&chromedp.Target{}); !ok {
		return errOtherChromedp
	}
	browser := chromedp.FromContext(p.ctx).Browser
	events, stop := browser.Subscribe("Target.attachedToTarget")
	context.AfterFunc(p.ctx, stop)
	go func() {
		for raw := range events {
			var e target.EventAttachedToTarget
			if json.Unmarshal(raw, &e) == nil && e.WaitingForDebugger {
				go p.arrived(d, &e)
			}
		}
	}()
	_, err := chromedp.CallBrowser(p.ctx, target.SetAutoAttach, target.SetAutoAttachParams{
		AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: yes(), Filter: target.Filter{{Type: "page"}}})
	return err
}

// arrived lets a new tab go on, or closes it when it would go where it may not. One whose first request needs
// headers is opened anew, by hoops itself: only so can they be set in time.
func (p *process) arrived(d *Driver, e *target.EventAttachedToTarget) {
	p.mu.Lock()
	opener := p.tabs[e.TargetInfo.OpenerID]
	p.opened[e.TargetInfo.TargetID] = opener
	p.mu.Unlock()
	if opener == nil {
		p.resume(e.SessionID)
		return
	}
	w := opener.announced()
	if u, err := url.Parse(w.url); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		to, wrong := d.site.Admit(u)
		if wrong != nil {
			p.shut(e)
			opener.followed(nil, wrong)
			return
		}
		if len(opener.due(to)) > 0 && !w.post {
			p.shut(e)
			ctx, cancel := chromedp.NewContext(opener.ctx)
			next, err := prepare(p, d, ctx, cancel)
			if err == nil {
				next.child = true
				err = next.setCommon(opener.commonHeaders())
			}
			if err == nil {
				go chromedp.Call(next.ctx, page.Navigate, page.NavigateParams{URL: w.url, Referrer: opener.address()})
			}
			opener.followed(next, nil)
			return
		}
	}
	p.resume(e.SessionID)
	ctx, cancel := chromedp.NewContext(opener.ctx, chromedp.WithTargetID(e.TargetInfo.TargetID))
	next, err := prepare(p, d, ctx, cancel)
	if err != nil {
		next = nil // it has closed again
	} else {
		next.child = true
	}
	opener.followed(next, nil)
}

// shut closes a new tab that waits. It must go on for that, for its opener may wait for it; what it asks for then
// finds no network.
func (p *process) shut(e *target.EventAttachedToTarget) {
	p.whisper(e.SessionID, "Network.enable", struct{}{})
	p.whisper(e.SessionID, "Network.emulateNetworkConditions", map[string]any{"offline": true, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1})
	p.resume(e.SessionID)
	ctx, cancel := context.WithTimeout(p.ctx, shortestAsk)
	defer cancel()
	chromedp.CallBrowser(ctx, target.CloseTarget, target.CloseTargetParams{TargetID: e.TargetInfo.TargetID}) // its error is that of one that is gone
}

// resume lets the target of a session go on.
func (p *process) resume(id target.SessionID) {
	p.whisper(id, "Runtime.runIfWaitingForDebugger", struct{}{})
}

// whisper sends a command to a session that chromedp has not made, and drops the answer. The command has left when
// whisper returns.
//
// Only the session that the browser itself has attached can let a waiting tab go on, and chromedp 0.22 neither adopts
// such a session nor writes to one by its id. (Its WithDialer, with a transport of ours, could, but only over a port
// that every user of this machine may connect to; a browser that hoops starts is spoken to over pipes, and the transport
// over these is chromedp's own as long as it is chromedp that starts, ends and explains the process.) So a field of
// chromedp.Target that is not exported is set. holdNewTabs looks at it before anything runs: with a chromedp that
// has another one no browser starts, and the tests of this package fail.
func (p *process) whisper(id target.SessionID, method string, params any) {
	session := &chromedp.Target{SessionID: id}
	field, ok := browserOf(session)
	if !ok {
		return
	}
	*field = chromedp.FromContext(p.ctx).Browser
	ctx, cancel := context.WithTimeout(p.ctx, shortestAsk)
	written := make(chan struct{})
	go func() {
		defer cancel()
		session.Call(ctx, method, letter{params, written}, nil)
	}()
	select {
	case <-written:
		chromedp.CallBrowser(ctx, cdpbrowser.GetVersion, cdp.Empty{}) // what is sent after it comes after it
	case <-ctx.Done():
	}
}

// browserOf is the field of a session that says whose it is, if this chromedp has it.
func browserOf(session *chromedp.Target) (**chromedp.Browser, bool) {
	field := reflect.ValueOf(session).Elem().FieldByName("browser")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*chromedp.Browser]() {
		return nil, false
	}
	return (**chromedp.Browser)(unsafe.Pointer(field.UnsafeAddr())), true
}

// errOtherChromedp is a bug of the build: new tabs would wait for ever.
var errOtherChromedp = errors.New("hoops was built with a version of chromedp that it does not know")

// letter tells when it is written out, which is when it is sent.
type letter struct {
	params  any
	written chan struct{}
}

// MarshalJSON is called once.
func (l letter) MarshalJSON() ([]byte, error) {
	defer close(l.written)
	return json.Marshal(l.params)
}

// longestAnnounced is the time that a page has to say where its new tab goes: the browser tells both at once.
const longestAnnounced = 2 * time.Second

// announced is where a new tab goes, as its page has said.
func (t *tab) announced() window {
	ctx, cancel := context.WithTimeout(t.ctx, longestAnnounced)
	defer cancel()
	t.wait(ctx, func() bool { return len(t.windows) > 0 })
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.windows) == 0 {
		t.expected++
		return window{}
	}
	w := t.windows[0]
	t.windows = t.windows[1:]
	return w
}

// followed notes a tab that is there now, or why it is not.
func (t *tab) followed(next *tab, wrong error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if next != nil {
		t.opened = append(t.opened, next)
	}
	if wrong != nil {
		t.refused = append(t.refused, wrong)
	}
	t.expected--
	t.signal()
}
