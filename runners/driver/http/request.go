package http

import (
	"fmt"
	"net/http"
	"slices"
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
	text   string // of the URL
	uri    string // of the URL, what stands in the request's first line
	rare   bool   // it is not for a directTransport
	wire   []byte // what a directTransport writes, when that is known; nil
}

// ready completes a message of which everything else is known.
func (m *message) ready() *message {
	if m.text == "" {
		m.text, m.uri = m.to.URL.String(), m.to.URL.RequestURI()
	}
	m.rare = rarely(m)
	return m
}

// writes reports whether a method may change something, as ir.Request.Effect does.
func writes(method string) bool { return (&ir.Request{Method: method}).Effect() == ir.Writes }

// request is a lowered op: it makes messages from frames.
type request struct {
	driver *Driver
	method string
	target site.Target
	names  []string           // of the step's headers, in canonical form
	values []session.TextFunc // of them
	body   bodyFunc

	// What needs no frame is made once.
	fixed    *site.Destination
	fixedErr error
	text     string // of the fixed URL
	uri      string
	whole    *message // without headers of the session
}

func (d *Driver) lower(op *ir.Request, l *session.Lowering) (*request, error) {
	r := &request{driver: d, method: op.Method}
	var err error
	if r.target, err = site.Lower(op.Target, l); err != nil {
		return nil, err
	}
	constant := r.target.Constant()
	if constant {
		text, _ := op.Target.Constant()
		to, err := d.site.Resolve(text)
		r.fixed, r.fixedErr = &to, err
		if err == nil {
			r.text, r.uri = to.URL.String(), to.URL.RequestURI()
		}
	}
	for _, h := range op.Headers {
		value, err := l.Text(h.Value)
		if err != nil {
			return nil, err
		}
		r.names = append(r.names, http.CanonicalHeaderKey(h.Name))
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
	m := &message{method: r.method, to: to, text: r.text, uri: r.uri, body: body.bytes}
	// Names have the spelling that http.Header looks them up by; values are made in one piece.
	values := make([]string, 0, 3+len(common)+len(r.names))
	m.header = make(http.Header, cap(values)+1)
	set := func(name, value string) {
		values = append(values, value)
		m.header[name] = values[len(values)-1 : len(values) : len(values)]
	}
	m.header["User-Agent"] = r.driver.agent
	if body.media != "" {
		set("Content-Type", body.media)
	}
	for _, h := range r.driver.site.Headers(to.Address) {
		set(http.CanonicalHeaderKey(h.Name), h.Value)
	}
	if to.Auth != "" {
		set("Authorization", to.Auth)
	}
	for _, h := range common {
		value, err := sendable(h.Name, h.Value)
		if err != nil {
			return nil, err
		}
		set(http.CanonicalHeaderKey(h.Name), value)
	}
	// The step's own win; one that stands twice is sent twice.
	for i, name := range r.names {
		value, err := r.values[i](f)
		if err != nil {
			return nil, err
		}
		if value, err = sendable(name, value); err != nil {
			return nil, err
		}
		if first := slices.Index(r.names[:i], name) < 0; first {
			set(name, value)
		} else {
			m.header[name] = append(m.header[name], value)
		}
	}
	if err := r.frame(m); err != nil {
		return nil, err
	}
	if len(m.body) == 0 && writes(m.method) {
		m.header = once(m.header)
	}
	return m.ready(), nil
}

// sendable is a value as it is sent: white space around it is no part of it.
func sendable(name, value string) (string, error) {
	if err := (site.Header{Name: name, Value: value}).Check(); err != nil {
		return "", asFailure("http/header", err)
	}
	return strings.Trim(value, " \t"), nil
}

// plain is what of a header may follow a redirect to another origin.
func plain(header http.Header) http.Header {
	p := http.Header{}
	for _, name := range identifiesNobody {
		if v := header[name]; len(v) > 0 {
			p[name] = v
		}
	}
	return p
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

// frame takes out the headers by which HTTP frames a message: a request must not say two things about where
// it ends or whom it is for.
func (r *request) frame(m *message) error {
	for _, name := range []string{"Transfer-Encoding", "Trailer"} {
		if m.header[name] != nil {
			return session.Failf("http/header", "%s cannot be set: hoops frames the body itself", name)
		}
	}
	if length := m.header["Content-Length"]; length != nil {
		if len(length) > 1 || length[0] != strconv.Itoa(len(m.body)) {
			f := session.Failf("http/header", "Content-Length says %s, but the body has %d bytes", strings.Join(length, ", "), len(m.body))
			f.Help = []string{"leave it out: hoops counts"}
			return f
		}
		m.header.Del("Content-Length")
	}
	if host := m.header["Host"]; host != nil {
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
	next := &message{method: m.method, to: to, header: m.header}
	if to.Address.Origin() != m.to.Address.Origin() {
		next.header = plain(m.header) // and so it stays, wherever it goes from there
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
		next.header = next.header.Clone()
		for _, name := range []string{"Content-Type", "Content-Language", "Content-Encoding"} {
			next.header.Del(name)
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
