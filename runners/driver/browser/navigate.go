package browser

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
)

func (d *Driver) open(op *ir.Open, l *session.Lowering) (session.Action, error) {
	target, err := site.Lower(op.Target, l)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, f *session.Frame) error {
		text, err := target.Render(f)
		if err != nil {
			return err
		}
		to, err := d.site.Resolve(text)
		if err != nil {
			return err
		}
		st := f.Session().State(d).(*state)
		return st.do(ctx, moment{what: "open " + text, acts: true}, func(ctx context.Context, t *tab) error { return t.open(ctx, st, op.Name, to) })
	}, nil
}

// open goes to an address and waits until its page has loaded.
func (t *tab) open(ctx context.Context, st *state, name string, to site.Destination) error {
	address := to.URL.String()
	t.mu.Lock()
	t.named, t.done, t.login, t.begun = name, nil, to, 0
	t.mu.Unlock()
	result, err := chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: address})
	if err != nil && context.Cause(ctx) == errOverdue {
		return t.slow(st)
	}
	if err != nil {
		return cmpCause(ctx, err)
	}
	if wrong := t.refusal(); wrong != nil {
		var failure *session.Failure
		if errors.As(wrong, &failure) {
			failure.Message = "the redirect cannot be followed: " + failure.Message
		}
		return wrong
	}
	if result.ErrorText != "" && !result.IsDownload && result.ErrorText != "net::ERR_HTTP_RESPONSE_CODE_FAILURE" {
		t.mu.Lock()
		nothing := slices.ContainsFunc(t.done, func(n *navigation) bool { return n.status == 204 || n.status == 205 || n.download })
		t.mu.Unlock()
		if !nothing {
			return unreachable(result.ErrorText, address, t.driver.proxy.server)
		}
	}
	return t.settle(ctx, st, 0)
}

func cmpCause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// How long a page that has loaded may go on loading, and how long a navigation that was asked for may take to
// begin.
const (
	longestQuiet = time.Second
	longestAsked = time.Second
)

// settle waits until the navigation that a step has caused, if any, has loaded its page, and what was asked for
// since the step began (a number of requests) has come. Something that never stops loading is not waited for.
func (t *tab) settle(ctx context.Context, st *state, before int) error {
	for {
		err := t.wait(ctx, func() bool {
			return !t.loading && (t.requested.IsZero() || time.Since(t.requested) > longestAsked)
		})
		if err != nil && err == errOverdue {
			return t.slow(st)
		}
		if err != nil {
			return err
		}
		t.mu.Lock()
		quiet := t.started == before || len(t.inflight) == 0
		t.mu.Unlock()
		if quiet {
			return nil
		}
		limited, cancel := context.WithTimeoutCause(ctx, longestQuiet, errBusy)
		err = t.wait(limited, func() bool { return len(t.inflight) == 0 || t.loading || !t.requested.IsZero() })
		cancel()
		t.mu.Lock()
		again := t.loading || !t.requested.IsZero()
		t.mu.Unlock()
		if !again && (err == nil || errors.Is(err, errBusy) || err == errOverdue) {
			return nil
		}
		if err != nil && !errors.Is(err, errBusy) {
			return err
		}
	}
}

var errBusy = errors.New("the page goes on loading")

// manyLoads that were begun and given up are no pages that send somebody to a login any more.
const manyLoads = 5

// slow is the failure of a page that does not load in time. Its loading is stopped, so that the page can be
// looked at.
func (t *tab) slow(st *state) error {
	t.mu.Lock()
	var waiting []string
	for _, r := range t.inflight {
		waiting = append(waiting, "still waiting for "+t.driver.cut(r.url, 200))
	}
	n, loads := t.current, t.begun
	t.mu.Unlock()
	slices.Sort(waiting)
	waiting = slices.Compact(waiting)
	f := session.Failf("browser/slow", "the page did not load within %s", st.session.Patience(context.Background()))
	if n != nil && n.status == 0 {
		f.Message = fmt.Sprintf("no answer within %s from %s", st.session.Patience(context.Background()), hostOf(n.url))
	}
	f.Lines = waiting[:min(len(waiting), 5)]
	f.Help = []string{"if it may take that long, give the environment another step-timeout"}
	if loads >= manyLoads {
		f = session.Failf("browser/slow", "the page begins to load again and again within %s", st.session.Patience(context.Background()))
		f.Help = []string{"look for what never ends: a script that reloads the page, a refresh, pages that send each other back"}
	}
	f.Cause = errOverdue
	t.stopLoading()
	return f
}

func (t *tab) stopLoading() {
	ctx, cancel := context.WithTimeout(t.ctx, shortestAsk)
	defer cancel()
	chromedp.Call(ctx, page.StopLoading, cdp.Empty{})
}

func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return address
}

// unreachable says in plain words why there is no page. The proxy is the environment's, "" without one.
func unreachable(code, address, proxy string) error {
	at := hostOf(address)
	via := "the proxy"
	if proxy != "" {
		via += " " + hostOf(proxy)
	}
	say := func(slug, help, format string, args ...any) error {
		f := session.Failf("browser/"+slug, format, args...)
		if help != "" {
			f.Help = []string{help}
		}
		f.Cause = errors.New(code)
		return f
	}
	switch reason := strings.TrimPrefix(code, "net::ERR_"); {
	case reason == "CONNECTION_REFUSED":
		return say("refused", "start the software first, or let hoops start it: `start:` in the environment", "%s refuses connections: nothing listens there", at)
	case reason == "NAME_NOT_RESOLVED":
		return say("dns", "check the url of the environment", "no host is named %s", at)
	case reason == "CONNECTION_RESET", reason == "EMPTY_RESPONSE", reason == "CONNECTION_CLOSED", reason == "INCOMPLETE_CHUNKED_ENCODING", reason == "CONTENT_LENGTH_MISMATCH":
		return say("reset", "the server's log may say why", "%s closed the connection without an answer", at)
	case reason == "TIMED_OUT", reason == "CONNECTION_TIMED_OUT":
		return say("timeout", "check the url of the environment, and whether a firewall is on the way", "no answer from %s", at)
	case reason == "ADDRESS_UNREACHABLE", reason == "INTERNET_DISCONNECTED", reason == "NETWORK_CHANGED":
		return say("refused", "check the network and its firewalls", "there is no way to %s", at)
	case reason == "UNSAFE_PORT":
		return say("port", "browsers refuse the ports of other services: let the software listen on another", "no browser talks to the port of %s", at)
	case reason == "TOO_MANY_REDIRECTS":
		return say("redirects", "look at where they lead: a page that wants a cookie or a login may send everybody back", "%s redirects without end", at)
	case reason == "CERT_AUTHORITY_INVALID":
		return say("tls", "if the certificate is your own, name the authority behind it in the environment: tls: {ca: certs/ca.pem}; without one, tls: {insecure: true} trusts everybody", "the certificate of %s is not trusted: its authority is unknown here", at)
	case reason == "CERT_COMMON_NAME_INVALID":
		return say("tls", "check the url of the environment; a server that is reached by another name is trusted by its own: tls: {server-name: …}", "the certificate of %s is that of another host", at)
	case reason == "CERT_DATE_INVALID":
		return say("tls", "renew it; if it is new, look at the clock of this machine", "the certificate of %s has run out, or is not valid yet", at)
	case strings.HasPrefix(reason, "CERT_"), strings.HasPrefix(reason, "SSL_"):
		return say("tls", "see `tls:` in the environment; a browser knows the authorities of its system", "the TLS of %s is not accepted: %s", at, strings.ToLower(strings.ReplaceAll(reason, "_", " ")))
	case strings.HasPrefix(reason, "TUNNEL_"):
		return say("proxy", "whoever runs it must let "+at+" pass; if no proxy is needed on the way there, add the host to NO_PROXY, or leave the environment's proxy out", "%s refuses the way to %s", via, at)
	case strings.HasPrefix(reason, "PROXY_"):
		return say("proxy", "check the environment's proxy, or HTTP_PROXY and NO_PROXY", "%s on the way to %s does not answer", via, at)
	case reason == "INVALID_HTTP_RESPONSE", reason == "INVALID_RESPONSE":
		return say("protocol", "check port and scheme: a server with TLS needs https", "what %s answers is not HTTP", at)
	case reason == "INVALID_AUTH_CREDENTIALS":
		return say("auth", "give the environment its auth: {user: …, password: \"${secret.name}\"}; what stands there already is not what the server wants", "%s wants a user and password, or others than it was given", at)
	case reason == "ABORTED":
		return say("aborted", "look at what else the page does at that moment: it may go somewhere itself", "the navigation to %s was given up", at)
	}
	return say("transport", "open the address in a browser of your own: the reason is the browser's", "%s cannot be opened: %s", at, code)
}

// samples tells the navigations that have ended. The first of an open has its name, others that of their route.
func (st *state) samples(t *tab) {
	t.mu.Lock()
	list, name := t.done, t.named
	t.done, t.named = nil, ""
	t.mu.Unlock()
	for _, n := range list {
		if name == "" {
			name = route(n.method, n.asked)
		}
		sample := session.Sample{Name: name, Began: n.began, Duration: n.duration, Code: n.status, Received: n.received, URL: n.url, Writes: writes(n.method)}
		if n.err != "" && n.err != "net::ERR_HTTP_RESPONSE_CODE_FAILURE" {
			sample.Code, sample.Err = 0, "host not allowed"
			if n.err != "net::ERR_BLOCKED_BY_CLIENT" {
				sample.Err = strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(n.err, "net::ERR_"), "_", " "))
			}
		}
		st.session.Sampled(sample)
		t.leave()
		if sample.Err == "" {
			st.session.Answered(&arrival{n})
			t.page = shownPage{n, st.session.Loaded(name)}
		}
		name = ""
	}
}

func writes(method string) bool { return (&ir.Request{Method: method}).Effect() == ir.Writes }

// numbers in a path are data: a route has one name, however many orders there are.
var numbers = regexp.MustCompile(`^(?:\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9a-fA-F]{16,})$`)

func route(method, address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return method
	}
	segments := strings.Split(u.EscapedPath(), "/")
	for i, s := range segments {
		if numbers.MatchString(s) {
			segments[i] = "{n}"
		}
	}
	path := strings.Join(segments, "/")
	if path == "" {
		path = "/"
	}
	return method + " " + path
}

// poll tries again and again until it is done, for the last time when the step's time is up. The error of the end
// of ctx is its cause.
func poll(ctx context.Context, try func() (done bool, err error)) error {
	end, limited := ctx.Value(deadlineKey{}).(deadline)
	sleep := pause
	if limited {
		sleep = end.host.Sleep
	}
	wait := firstPause
	for last := false; ; {
		done, err := try()
		if done || err != nil {
			return err
		}
		if last {
			return errOverdue
		}
		next := wait
		if limited {
			if left := end.until.Sub(end.host.Now()); left <= wait {
				next, last = max(0, left), true
			}
		}
		if err := sleep(ctx, next); err != nil {
			return err
		}
		wait = min(longestPause, wait*3/2)
	}
}

// pause waits where no step does.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// The pause between two looks at a page.
const (
	firstPause   = 10 * time.Millisecond
	longestPause = 100 * time.Millisecond
)
