package http

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
)

// message is one request as it goes on the wire, whoever sends it. The transport must not change it: many
// sessions may send the same one.
type message struct {
	method string
	to     site.Destination
	host   string // of a Host header, "" when it is the URL's
	header http.Header
	body   []byte
	plain  http.Header // of header, what may follow a redirect to another origin
	text   string      // of the URL
	rare   bool        // it is not for a directTransport
	wire   []byte      // what a directTransport writes, when that is known; nil
}

// ready completes a message of which everything else is known.
func (m *message) ready() *message {
	m.text, m.rare = m.to.URL.String(), rarely(m)
	return m
}

// writes reports whether a method may change something, as ir.Request.Effect does.
func writes(method string) bool { return (&ir.Request{Method: method}).Effect() == ir.Writes }

// request is a lowered op: it makes messages from frames.
type request struct {
	driver  *Driver
	method  string
	target  site.Target
	headers []ir.Field
	values  []session.TextFunc // of headers
	body    bodyFunc

	// What needs no frame is made once.
	fixed    *site.Destination
	fixedErr error
	whole    *message // without headers of the session
}

func (d *Driver) lower(op *ir.Request, l *session.Lowering) (*request, error) {
	r := &request{driver: d, method: op.Method, headers: op.Headers}
	var err error
	if r.target, err = site.Lower(op.Target, l); err != nil {
		return nil, err
	}
	constant := r.target.Constant()
	if constant {
		text, _ := op.Target.Constant()
		to, err := d.site.Resolve(text)
		r.fixed, r.fixedErr = &to, err
	}
	for _, h := range op.Headers {
		value, err := l.Text(h.Value)
		if err != nil {
			return nil, err
		}
		r.values = append(r.values, value)
		_, fixed := h.Value.Constant()
		constant = constant && fixed
	}
	var fixedBody bool
	if r.body, fixedBody, err = lowerBody(op.Body, l); err != nil {
		return nil, err
	}
	if constant && fixedBody && r.fixedErr == nil {
		if m, err := r.build(nil, nil); err == nil {
			r.whole = m
			if !m.rare {
				m.wire = appendRequest(nil, m, m.header)
			}
		} // else the step fails with it when it is executed
	}
	return r, nil
}

// message is what this frame's session sends. Its error comes before anything is sent.
func (r *request) message(f *session.Frame) (*message, error) {
	common := f.Session().Headers()
	if r.whole != nil && len(common) == 0 {
		return r.whole, nil
	}
	return r.build(f, common)
}

func (r *request) build(f *session.Frame, common []session.Header) (*message, error) {
	to, err := r.destination(f)
	if err != nil {
		return nil, err
	}
	body, err := r.body(f)
	if err != nil {
		return nil, err
	}
	m := &message{method: r.method, to: to, body: body.bytes, header: make(http.Header, 4+len(common)+len(r.headers))}
	m.header.Set("User-Agent", "hoops/"+r.driver.config.Version+" (synthetic)")
	if body.media != "" {
		m.header.Set("Content-Type", body.media)
	}
	for _, h := range r.driver.site.Headers(to.Address) {
		m.header.Set(h.Name, h.Value)
	}
	if to.Auth != "" {
		m.header.Set("Authorization", to.Auth)
	}
	for _, h := range common {
		if err := m.set(site.Header{Name: h.Name, Value: h.Value}); err != nil {
			return nil, err
		}
	}
	own := make([]site.Header, len(r.headers))
	for i, h := range r.headers {
		value, err := r.values[i](f)
		if err != nil {
			return nil, err
		}
		own[i] = site.Header{Name: h.Name, Value: value}
		m.header.Del(h.Name)
	}
	for _, h := range own { // one that stands twice is sent twice
		if err := h.Check(); err != nil {
			return nil, asFailure("http/header", err)
		}
		m.header.Add(h.Name, strings.Trim(h.Value, " \t"))
	}
	if err := r.frame(m); err != nil {
		return nil, err
	}
	if len(m.body) == 0 && writes(m.method) {
		m.header = once(m.header)
	}
	m.plain = http.Header{}
	for _, name := range identifiesNobody {
		if v := m.header.Values(name); len(v) > 0 {
			m.plain[name] = v
		}
	}
	return m.ready(), nil
}

// identifiesNobody are the headers that a redirect takes along to another origin.
var identifiesNobody = []string{"Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Cache-Control", "Content-Language", "Content-Type", "Range", "User-Agent"}

func (r *request) destination(f *session.Frame) (site.Destination, error) {
	if r.fixed != nil {
		return *r.fixed, r.fixedErr
	}
	text, err := r.target.Render(f)
	if err != nil {
		return site.Destination{}, err
	}
	return r.driver.site.Resolve(text)
}

// set gives a header its value. White space around it is no part of it.
func (m *message) set(h site.Header) error {
	if err := h.Check(); err != nil {
		return asFailure("http/header", err)
	}
	m.header.Set(h.Name, strings.Trim(h.Value, " \t"))
	return nil
}

// frame takes out the headers by which HTTP frames a message: a request must not say two things about where
// it ends or whom it is for.
func (r *request) frame(m *message) error {
	for _, name := range []string{"Transfer-Encoding", "Trailer"} {
		if m.header.Values(name) != nil {
			return session.Failf("http/header", "%s cannot be set: hoops frames the body itself", name)
		}
	}
	if length := m.header.Values("Content-Length"); length != nil {
		if len(length) > 1 || length[0] != strconv.Itoa(len(m.body)) {
			f := session.Failf("http/header", "Content-Length says %s, but the body has %d bytes", strings.Join(length, ", "), len(m.body))
			f.Help = []string{"leave it out: hoops counts"}
			return f
		}
		m.header.Del("Content-Length")
	}
	if host := m.header.Values("Host"); host != nil {
		if len(host) > 1 {
			return session.Failf("http/header", "a request has one Host, and this one has %d", len(host))
		}
		// A proxy sends a request without TLS to where its Host header says.
		if m.to.Address.Scheme == "http" && r.driver.transport.proxied(m.to.URL) && !r.driver.site.Allows("http", host[0]) {
			return session.Failf("session/host", "environment %q does not allow requests to %q, where the proxy would send this one", r.driver.site.Name, host[0])
		}
		m.host = host[0]
		m.header.Del("Host")
	}
	return nil
}

// redirected is the request that the answer to m asks for.
func (m *message) redirected(status int, to site.Destination) *message {
	next := &message{method: m.method, to: to, header: m.header, plain: m.plain}
	if to.Address.Origin() != m.to.Address.Origin() {
		next.header = m.plain // and so it stays, wherever it goes from there
	} else {
		next.host = m.host
	}
	switch status {
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		next.body = m.body
	default:
		if m.method != http.MethodHead {
			next.method = http.MethodGet
		}
		next.header, next.plain = next.header.Clone(), next.plain.Clone()
		for _, name := range []string{"Content-Type", "Content-Language", "Content-Encoding"} {
			next.header.Del(name)
			next.plain.Del(name)
		}
	}
	if to.Auth != "" { // the server gave user and password in the Location
		next.header = next.header.Clone()
		next.header.Set("Authorization", to.Auth)
	}
	return next.ready()
}

// name of the samples of a redirect: the request's, never the address that the server gave.
func hopName(name string, hop int) string {
	if hop == 0 {
		return name
	}
	return fmt.Sprintf("%s (redirect %d)", name, hop)
}
