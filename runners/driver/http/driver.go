// Package http drives software over HTTP: it executes request ops, and nothing else.
//
// A request is built from a frame (request, target, body), sent by a transport, and followed through its
// redirects (exchange); what came back is an answer that expressions read.
//
//   - Targets are resolved by RFC 3986 against the environment's url, whose path is a folder with or without a
//     slash at its end: below https://shop.example/v1, "orders" is /v1/orders and "/orders" is /orders, whether
//     the text was written or came in a Location or a ${next}.
//   - Requests go to the environment's url and services and to its hosts, and nowhere else: that is checked on
//     the address which is then dialled, on every hop. A host without a port means ports 80 and 443.
//   - Headers: those of the step win over "every request has headers:", which win over the environment's, which
//     win over defaults. The environment's headers and auth go to its url and services only. A redirect to
//     another origin takes no header along that could identify somebody.
//   - Each actor has cookies of its own. Those of url and services are common, as in a browser; other hosts see
//     only what hosts of their own port have set. Cookies marked Secure are sent to loopback without TLS.
//   - All sessions of a run share one transport and its connections, or each actor has some of its own. There are
//     two transports, which send the same bytes. They speak HTTP/1.1, or with http: 2 nothing but HTTP/2 over TLS.
//   - No request that writes is ever sent twice: the transport repeats none, whatever its headers say. A 307 or
//     308 makes another request, to where the server said.
//
// The package refuses to stream: a response is read whole, up to max-body. It knows no WebSocket and no CONNECT.
package http

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
	"golang.org/x/net/http/httpguts"
)

// Config of the driver.
type Config struct {
	Version string // of hoops, for the User-Agent
	Fast    bool   // send HTTP/1.1 without a proxy by the transport that is made for load
	// OwnConnections gives each actor of each session connections that end with it.
	OwnConnections bool
}

// Driver executes request ops.
type Driver struct {
	config    Config
	host      *session.Host
	site      *site.Site
	timeout   time.Duration // of one request, its body included
	maxBody   int64         // bytes of a response, decompressed
	transport transport
	agent     []string // of every request
}

var _ session.Driver = (*Driver)(nil)

// New makes a driver; Start makes it ready.
func New(c Config) *Driver { return &Driver{config: c} }

// Name is "http".
func (d *Driver) Name() string { return "http" }

// Accepts requests.
func (d *Driver) Accepts(op ir.Op) bool { return op.Kind() == ir.KindRequest }

// Start reads what the environment says about addresses, headers, TLS and proxies.
func (d *Driver) Start(h *session.Host) error {
	d.host = h
	d.agent = []string{"hoops/" + d.config.Version + " (synthetic)"}
	d.timeout = time.Duration(cmp.Or(h.Env.Timeout, ir.DefaultTimeout))
	d.maxBody = cmp.Or(h.Env.MaxBody, ir.DefaultMaxBody)
	var err error
	if d.site, err = site.New(h); err != nil {
		return fmt.Errorf("environment %s: %w", h.Env.Name, err)
	}
	general, err := newNetTransport(h)
	if err != nil {
		return fmt.Errorf("environment %s: %w", h.Env.Name, err)
	}
	d.transport = general
	if d.config.Fast && !general.http2 {
		d.transport = newDirectTransport(general)
	}
	return nil
}

// Close ends the connections.
func (d *Driver) Close() error {
	if d.transport != nil {
		d.transport.close()
	}
	return nil
}

// Lower turns a request into a closure. One that depends on nothing is built here, once.
func (d *Driver) Lower(op ir.Op, l *session.Lowering) (session.Action, error) {
	request, ok := op.(*ir.Request)
	if !ok {
		return nil, fmt.Errorf("the http driver does not execute %q", op.Kind())
	}
	if !httpguts.ValidHeaderFieldName(request.Method) || request.Method == "CONNECT" {
		return nil, fmt.Errorf("%q is not a method that hoops sends", request.Method)
	}
	r, err := d.lower(request, l)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, f *session.Frame) error {
		m, err := r.message(f)
		if err != nil {
			return err
		}
		return d.exchange(ctx, f, request.Name, m)
	}, nil
}

// NewState makes one actor's cookies, and connections if it has some of its own.
func (d *Driver) NewState(*session.Session) session.State {
	s := &state{driver: d, secrets: d.host.Secrets.Scope(), transport: d.transport}
	if d.config.OwnConnections {
		s.transport = d.transport.own()
	}
	return s
}

// asFailure is an error that the software or its data is to blame for.
func asFailure(code string, err error) error {
	var f *session.Failure
	if errors.As(err, &f) {
		return err
	}
	failure := session.Failf(code, "%v", err)
	failure.Cause = err
	return failure
}
