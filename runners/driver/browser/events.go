package browser

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// traffic is what a page has loaded and is loading.
type traffic struct {
	url       string
	loading   bool
	requested time.Time // of a navigation that has not begun yet; zero without one
	current   *navigation
	shown     *navigation   // of the page that is there, once it is
	done      []*navigation // not yet told as samples
	inflight  map[string]request
	started   int     // requests so far
	refused   []error // navigations to hosts that are not allowed
	named     string  // the name of the navigation that an open has begun
	begun     int     // navigations since the last one that came to its end
}

// request is one on its way.
type request struct {
	url  string
	kind network.ResourceType
}

// navigation is one of the main frame, its redirects included.
type navigation struct {
	id        string
	method    string
	asked     string // its first address
	url       string
	began     time.Time
	duration  time.Duration
	status    int
	headers   map[string]string
	received  int64
	err       string // net::ERR_…
	committed bool
	download  bool
	vitals    vitals
}

// diary is what a failure tells about a page.
type diary struct {
	console []string
	failed  []string // requests
	dialogs []string
	notes   []string // downloads
}

// mostKept lines of each kind.
const mostKept = 20

func (d *Driver) keep(list []string, line string) []string {
	list = append(list, d.cut(strings.Join(strings.Fields(short(line, mostMasked)), " "), 300))
	return list[max(0, len(list)-mostKept):]
}

// event notes what happens. It is called in order, one event at a time.
func (t *tab) event(ev any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventExecutionContextCreated:
		if e.Context.Name != world {
			return
		}
		var aux struct {
			FrameID cdp.FrameID `json:"frameId"`
		}
		if json.Unmarshal(e.Context.AuxData, &aux) == nil {
			t.worlds = slices.DeleteFunc(t.worlds, func(f frame) bool { return f.id == aux.FrameID })
			t.worlds = append(t.worlds, frame{aux.FrameID, e.Context.UniqueID, e.Context.ID})
		}
	case *runtime.EventExecutionContextDestroyed:
		t.worlds = slices.DeleteFunc(t.worlds, func(f frame) bool { return f.world == e.ExecutionContextUniqueID })
	case *runtime.EventExecutionContextsCleared:
		t.worlds = nil
	case *page.EventFrameDetached:
		t.worlds = slices.DeleteFunc(t.worlds, func(f frame) bool { return f.id == e.FrameID })
	case *inspector.EventTargetCrashed:
		t.crashed = true
	case *fetch.EventAuthRequired:
		go t.challenged(e)
		return
	case *fetch.EventRequestPaused:
		go t.pass(e) // the listener must not wait
		return
	case *page.EventJavascriptDialogOpening:
		t.dialogs = t.driver.keep(t.dialogs, fmt.Sprintf("%s %q accepted", e.Type, e.Message))
		go chromedp.Call(t.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true, PromptText: e.DefaultPrompt})
		return
	case *runtime.EventBindingCalled:
		var v vitals
		if e.Name != binding || t.shown == nil || json.Unmarshal([]byte(e.Payload), &v) != nil {
			return
		}
		t.shown.vitals = v
	case *page.EventScreencastFrame:
		t.picture = e.Data
		go chromedp.Call(t.ctx, page.ScreencastFrameAck, page.ScreencastFrameAckParams{SessionID: e.SessionID})
		return
	case *page.EventWindowOpen:
		t.announce(e.URL)
	case *runtime.EventConsoleAPICalled, *runtime.EventExceptionThrown, *log.EventEntryAdded:
		t.said(ev)
		return
	default:
		if !t.moved(ev) {
			return
		}
	}
	t.signal()
}

// moved notes traffic; false for what nobody waits for.
func (t *tab) moved(ev any) bool {
	switch e := ev.(type) {
	case *page.EventFrameRequestedNavigation:
		if e.Disposition == page.ClientNavigationDispositionNewTab && e.Reason == page.ClientNavigationReasonFormSubmissionPost {
			t.posting = e.URL
			return false
		}
		if e.Disposition == page.ClientNavigationDispositionDownload {
			t.promised++
			return true
		}
		if e.FrameID != t.main || e.Disposition != page.ClientNavigationDispositionCurrentTab || strings.HasPrefix(e.URL, "javascript:") {
			return false
		}
		t.requested = time.Now()
	case *page.EventFrameStartedLoading:
		if e.FrameID != t.main {
			return false
		}
		t.loading, t.requested = true, time.Time{}
	case *page.EventFrameStoppedLoading:
		if e.FrameID != t.main {
			return false
		}
		t.loading, t.requested = false, time.Time{}
		t.finished()
	case *page.EventLoadEventFired:
		t.finished()
	case *page.EventNavigatedWithinDocument:
		if e.FrameID != t.main {
			return false
		}
		t.url, t.requested = e.URL, time.Time{}
	case *page.EventFrameNavigated:
		if e.Frame.ParentID != "" {
			return false
		}
		t.main, t.url, t.picture = e.Frame.ID, e.Frame.URL+e.Frame.URLFragment, nil // what the old page looked like
		if t.current != nil && string(e.Frame.LoaderID) == t.current.id {
			t.current.committed = true
			t.shown = t.current
		}
		// What the old page was loading ends with it, and nobody says so.
		for id, r := range t.inflight {
			if r.kind != network.ResourceTypeDocument {
				delete(t.inflight, id)
			}
		}
	case *network.EventRequestWillBeSent:
		id := string(e.RequestID)
		if e.Type == network.ResourceTypeDocument && e.FrameID == t.main && id == string(e.LoaderID) {
			if t.current == nil || t.current.id != id {
				t.begun++
				t.current = &navigation{id: id, method: e.Request.Method, asked: e.Request.URL, began: time.UnixMicro(int64(e.WallTime * 1e6))}
			}
			t.current.url = e.Request.URL
		}
		if loads(e.Type) && !strings.HasPrefix(e.Request.URL, "data:") {
			t.inflight[id] = request{e.Request.URL, e.Type}
			t.started++
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 && !strings.HasSuffix(e.Response.URL, "/favicon.ico") {
			t.failed = t.driver.keep(t.failed, fmt.Sprintf("%s → %d", e.Response.URL, e.Response.Status))
		}
		if n := t.current; n != nil && n.id == string(e.RequestID) {
			n.status = int(e.Response.Status)
			n.headers = lowered(e.Response.Headers)
			n.download = gives(n.headers)
		}
		if e.Type == network.ResourceTypeDocument && gives(lowered(e.Response.Headers)) {
			t.promised++
		}
		return false
	case *network.EventDataReceived:
		if n := t.current; n != nil && n.id == string(e.RequestID) {
			n.received += e.DataLength
		}
		return false
	case *network.EventLoadingFinished:
		delete(t.inflight, string(e.RequestID))
	case *network.EventLoadingFailed:
		id := string(e.RequestID)
		if r, known := t.inflight[id]; known && !e.Canceled {
			t.failed = t.driver.keep(t.failed, fmt.Sprintf("%s: %s", r.url, e.ErrorText))
		}
		delete(t.inflight, id)
		if n := t.current; n != nil && n.id == id {
			nothing := e.Canceled && (n.status == 204 || n.status == 205 || n.download)
			if !nothing {
				n.err = e.ErrorText
			}
			n.committed = true
			t.finished()
		}
	default:
		return false
	}
	return true
}

// loads are the kinds of requests that a page is waited for.
func loads(kind network.ResourceType) bool {
	switch kind {
	case network.ResourceTypeDocument, network.ResourceTypeXHR, network.ResourceTypeFetch, network.ResourceTypeScript, network.ResourceTypeStylesheet:
		return true
	}
	return false
}

// finished ends the current navigation once its page has been put in place and has loaded.
func (t *tab) finished() {
	n := t.current
	if n == nil || !n.committed {
		return
	}
	n.duration = time.Since(n.began)
	t.done, t.current, t.begun = append(t.done, n), nil, 0
}

func (t *tab) said(ev any) {
	switch e := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, a := range e.Args {
			var text string
			switch {
			case json.Unmarshal(a.Value, &text) == nil:
			case len(a.Value) > 0:
				text = string(a.Value)
			default:
				text = a.Description
			}
			words = append(words, text)
		}
		t.console = t.driver.keep(t.console, string(e.Type)+": "+strings.Join(words, " "))
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil && x.Description != "" {
			text += " " + firstLine(x.Description)
		}
		t.console = t.driver.keep(t.console, "exception: "+text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			t.console = t.driver.keep(t.console, "error: "+e.Entry.Text)
		}
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// short cuts s after n runes.
func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
