package browser

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
)

// intercept lets navigations pass by, and every request to url and services that needs a header.
func (t *tab) intercept() error {
	patterns := []*fetch.RequestPattern{{URLPattern: "*", ResourceType: network.ResourceTypeDocument}}
	common, password := len(t.commonHeaders()) > 0, t.driver.proxy.server != ""
	for _, own := range t.driver.site.Owned() {
		if common || len(t.driver.site.Headers(own)) > 0 {
			patterns = append(patterns, &fetch.RequestPattern{URLPattern: own.Scheme + "://" + own.Authority() + "/*"})
		}
	}
	if password { // the proxy may ask at any request
		patterns = []*fetch.RequestPattern{{URLPattern: "*"}}
	}
	_, err := chromedp.Call(t.ctx, fetch.Enable, fetch.EnableParams{Patterns: patterns, HandleAuthRequests: &password})
	return err
}

// pass lets a request go on, with the headers that are due, or refuses it.
func (t *tab) pass(e *fetch.EventRequestPaused) {
	on := fetch.ContinueRequestParams{RequestID: e.RequestID}
	t.mu.Lock()
	isPage := e.ResourceType == network.ResourceTypeDocument && e.FrameID == t.main
	t.mu.Unlock()
	if u, err := url.Parse(e.Request.URL); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		to, wrong := t.driver.site.Admit(u)
		if isPage && wrong != nil {
			t.mu.Lock()
			t.refused = append(t.refused, wrong)
			t.mu.Unlock()
			chromedp.Call(t.ctx, fetch.FailRequest, fetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: network.ErrorReasonBlockedByClient})
			return
		}
		if wrong == nil {
			if due := t.due(to); len(due) > 0 {
				on.Headers = headersOf(e.Request.Headers, due)
			}
		}
	}
	chromedp.Call(t.ctx, fetch.ContinueRequest, on)
}

// due are the headers that a request gets: those of the environment, user and password of the address that the
// step has opened, and those of "every request has headers:".
func (t *tab) due(to site.Destination) []site.Header {
	t.mu.Lock()
	common, login := t.common, t.login
	t.mu.Unlock()
	var due []site.Header
	own := t.driver.site.Own(to.Address)
	if own {
		due = append(due, t.driver.site.Headers(to.Address)...)
	}
	if login.Auth != "" && to.Address == login.Address {
		due = append(due, site.Header{Name: "Authorization", Value: login.Auth})
	}
	if own {
		due = append(due, common...)
	}
	return due
}

// setCommon sets the headers of "every request has headers:".
func (t *tab) setCommon(list []site.Header) error {
	t.mu.Lock()
	t.common, t.refused = list, nil
	first := len(list) > 0 && !t.all
	t.all = t.all || len(list) > 0
	t.mu.Unlock()
	if first {
		return t.intercept()
	}
	return nil
}

func (t *tab) commonHeaders() []site.Header {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.common
}

func (t *tab) address() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.url
}

// challenged answers a proxy that asks for a password; a page that does gets none beside the environment's auth.
func (t *tab) challenged(e *fetch.EventAuthRequired) {
	answer := &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseCancelAuth}
	if e.AuthChallenge.Source == fetch.AuthChallengeSourceProxy {
		p := t.driver.proxy
		if t.challengedBefore(e.RequestID) {
			f := session.Failf("browser/proxy", "the proxy %s wants another user or password", p.server)
			f.Help = []string{"check the environment's proxy: http://user:password@host:port, the password as ${secret.name}"}
			t.mu.Lock()
			t.refused = append(t.refused, f)
			t.mu.Unlock()
		} else {
			answer = &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseProvideCredentials, Username: p.user, Password: p.password}
		}
	}
	chromedp.Call(t.ctx, fetch.ContinueWithAuth, fetch.ContinueWithAuthParams{RequestID: e.RequestID, AuthChallengeResponse: answer})
}

// challengedBefore reports whether a request has had its answer: asking again means that it was wrong.
func (t *tab) challengedBefore(id fetch.RequestID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.asked[id] {
		return true
	}
	if t.asked == nil {
		t.asked = map[fetch.RequestID]bool{}
	}
	t.asked[id] = true
	return false
}

// headersOf are a request's own headers with the due ones in their place; of these the later win.
func headersOf(own network.Headers, due []site.Header) []*fetch.HeaderEntry {
	set := map[string]*fetch.HeaderEntry{}
	var order []string
	put := func(name, value string) {
		key := strings.ToLower(name)
		if set[key] == nil {
			order = append(order, key)
		}
		set[key] = &fetch.HeaderEntry{Name: name, Value: value}
	}
	for name, value := range own {
		put(name, fmt.Sprint(value))
	}
	for _, h := range due {
		put(h.Name, h.Value)
	}
	slices.Sort(order)
	entries := make([]*fetch.HeaderEntry, len(order))
	for i, key := range order {
		entries[i] = set[key]
	}
	return entries
}
