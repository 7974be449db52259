package http

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/cucumber-value/hoops/runners/session/site"
)

// directTransport speaks HTTP/1.1 in the goroutine that sends: no goroutines of a connection to wake, one write
// for a request, and as little to collect as can be. What is rare it leaves to net/http: proxies, large uploads,
// requests that ask for more than an answer.
type directTransport struct {
	rare   transport
	tls    *tls.Config
	dialer net.Dialer

	mu    sync.Mutex
	lines map[site.Address]*line
}

// line is the way to one address, with the connections that wait there for the next request.
type line struct {
	to      site.Address
	proxied bool

	mu     sync.Mutex
	idle   []*conn // the one that came back last is taken first
	closed bool
}

const (
	// mostDirect is the largest body that is written before the answer is read: it fits into the buffers of a
	// socket, so that a server that answers early is heard.
	mostDirect = 64 << 10
	// longestIdle is how long a connection waits for its next request.
	longestIdle = 90 * time.Second
	// doubtful is a time after which a server may well have closed a waiting connection: it is looked at before
	// it is used.
	doubtful = 5 * time.Millisecond
)

func newDirectTransport(rare *netTransport) *directTransport {
	return &directTransport{rare: rare, tls: rare.shared.TLSClientConfig, lines: map[site.Address]*line{}}
}

func (t *directTransport) own() transport {
	return &directTransport{rare: &seldom{of: t.rare}, tls: t.tls, lines: map[site.Address]*line{}}
}

// seldom makes a transport of its own when it has something to send.
type seldom struct {
	of   transport
	made transport
}

func (s *seldom) send(ctx context.Context, o order) (*response, error) {
	if s.made == nil {
		s.made = s.of.own()
	}
	return s.made.send(ctx, o)
}

func (s *seldom) proxied(u *url.URL) bool { return s.of.proxied(u) }
func (s *seldom) own() transport          { return s.of.own() }
func (s *seldom) close() {
	if s.made != nil {
		s.made.close()
	}
}

func (t *directTransport) proxied(u *url.URL) bool { return t.rare.proxied(u) }

func (t *directTransport) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range t.lines {
		l.mu.Lock()
		for _, c := range l.idle {
			c.end()
		}
		l.idle, l.closed = nil, true
		l.mu.Unlock()
	}
	t.rare.close()
}

// line is the one to where a message goes.
func (t *directTransport) line(to site.Destination) *line {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.lines[to.Address]
	if l == nil {
		l = &line{to: to.Address, proxied: t.rare.proxied(to.URL)}
		t.lines[to.Address] = l
	}
	return l
}

// rarely reports whether a message is left to net/http.
func rarely(m *message) bool {
	if len(m.body) > mostDirect || m.method == http.MethodTrace || strings.ContainsRune(m.to.Address.Host, '%') {
		return true
	}
	for _, c := range []byte(m.host) {
		if c >= 0x80 || c == '%' {
			return true
		}
	}
	for _, name := range []string{"Expect", "Connection", "Upgrade"} {
		if _, set := m.header[name]; set {
			return true
		}
	}
	return false
}

func (t *directTransport) send(ctx context.Context, o order) (*response, error) {
	l := t.line(o.to)
	if l.proxied || o.rare {
		return t.rare.send(ctx, o)
	}
	for fresh := false; ; fresh = true {
		got, again, err := t.once(ctx, l, o, fresh)
		if !again {
			return got, err
		}
	}
}

// once sends a message over one connection. When that turns out to have been closed before, the message may be
// sent again: always when nothing of it was, and when it only reads, if nothing of an answer had come.
func (t *directTransport) once(ctx context.Context, l *line, o order, fresh bool) (_ *response, again bool, err error) {
	var c *conn
	if !fresh {
		c = l.take(ctx, o.began)
	}
	kept := c != nil
	if !kept {
		if c, err = t.dial(ctx, l, o.deadline); err != nil {
			return nil, false, err
		}
	}
	c.answered = false
	got, wrote, err := c.exchange(ctx, o)
	if err == nil && c.reusable && c.unbound(ctx) {
		l.put(c)
		return got, false, nil
	}
	c.end()
	if err == nil {
		return got, false, nil
	}
	if errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() == nil {
		return got, false, timedOut(err)
	}
	closed := kept && !c.answered && ctx.Err() == nil && isClosed(err)
	return got, closed && (!wrote || !o.writes && len(o.body) == 0), err
}

// dial makes a connection, in the time that its first request has.
func (t *directTransport) dial(ctx context.Context, l *line, deadline time.Time) (*conn, error) {
	limited, cancel := context.WithDeadlineCause(ctx, deadline, errTimeout)
	defer cancel()
	watch := &stopwatch{}
	c, err := t.connect(watch.trace(limited), l.to)
	if err != nil {
		if context.Cause(limited) == errTimeout {
			err = timedOut(err)
		}
		return nil, err
	}
	made := newConn(c)
	made.set = watch.phases()
	made.watch(ctx)
	return made, nil
}

func (t *directTransport) connect(ctx context.Context, to site.Address) (net.Conn, error) {
	c, err := t.dialer.DialContext(ctx, "tcp", to.String())
	if err != nil || to.Scheme != "https" {
		return c, err
	}
	config := t.tls.Clone()
	if config.ServerName == "" {
		config.ServerName = to.Host
	}
	secured := tls.Client(c, config)
	if err := handshake(ctx, secured); err != nil {
		c.Close()
		return nil, err
	}
	return secured, nil
}

// take is a connection that waits, nil when there is none that lives.
func (l *line) take(ctx context.Context, now time.Time) *conn {
	for {
		l.mu.Lock()
		n := len(l.idle) - 1
		if n < 0 {
			l.mu.Unlock()
			return nil
		}
		c := l.idle[n]
		l.idle[n] = nil
		l.idle = l.idle[:n]
		l.mu.Unlock()
		if waited := now.Sub(c.since); waited < longestIdle && (waited < doubtful || c.alive()) && c.watch(ctx) {
			return c
		}
		c.end()
	}
}

// put lets a connection wait. The one that has waited longest may have waited enough.
func (l *line) put(c *conn) {
	c.since = time.Now()
	var old *conn
	l.mu.Lock()
	switch {
	case l.closed:
		old = c
	case len(l.idle) > 0 && c.since.Sub(l.idle[0].since) >= longestIdle:
		old = l.idle[0]
		l.idle = append(append(l.idle[:0], l.idle[1:]...), c)
	default:
		l.idle = append(l.idle, c)
	}
	l.mu.Unlock()
	if old != nil {
		old.end()
	}
}

// isClosed reports whether an error is that of a connection whose other side is gone.
func isClosed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
