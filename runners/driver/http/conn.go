package http

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cucumber-value/hoops/runners/session"
)

// conn is one connection of a directTransport. It is used by one goroutine at a time.
type conn struct {
	net.Conn
	in       *bufio.Reader
	head     int64 // bytes that may still come before a head has ended
	answered bool  // something of the present response has come
	reusable bool
	uses     uint
	set      *session.Phases // of setting it up, for its first request
	since    time.Time       // it waits

	watched <-chan struct{} // Done of the context that cuts it
	unwatch func() bool
	cut     atomic.Bool
}

// mostHead is how many bytes the head of a response may have, as for net/http.
const mostHead = 1 << 20

func newConn(c net.Conn) *conn {
	made := &conn{Conn: c}
	made.in = bufio.NewReaderSize(made, 4096)
	return made
}

// Read is for the buffer: it keeps count of a head.
func (c *conn) Read(p []byte) (int, error) {
	if c.head <= 0 {
		return 0, fmt.Errorf("net/http: server response headers exceeded %d bytes; aborted", mostHead)
	}
	n, err := c.Conn.Read(p)
	c.head -= int64(n)
	c.answered = c.answered || n > 0
	return n, err
}

// end closes it.
func (c *conn) end() {
	if c.unwatch != nil {
		c.unwatch()
	}
	c.Conn.Close()
}

// watch lets the end of ctx cut the connection. The journeys of a load have one Done, so that a connection is
// watched once and not for each request. It is false when the connection has been cut.
func (c *conn) watch(ctx context.Context) bool {
	if done := ctx.Done(); done != c.watched {
		if c.unwatch != nil && !c.unwatch() {
			return false
		}
		c.watched, c.unwatch = done, nil
		if done != nil {
			c.unwatch = context.AfterFunc(ctx, func() {
				c.cut.Store(true)
				c.Conn.SetDeadline(time.Unix(1, 0))
			})
		}
	}
	return !c.cut.Load()
}

// unbound lets go of a context whose end is near, so that the end of a within does not cut a connection that waits. It
// is false when the connection has been cut.
func (c *conn) unbound(ctx context.Context) bool {
	if _, ends := ctx.Deadline(); !ends || c.unwatch == nil {
		return !c.cut.Load()
	}
	stopped := c.unwatch()
	c.watched, c.unwatch = nil, nil
	return stopped && !c.cut.Load()
}

// errCut ends the reading and writing of a connection that ctx has cut; the caller asks ctx why.
var errCut = errors.New("the connection was cut")

// exchange writes a message and reads its response. wrote is false when nothing of it can have reached the server.
func (c *conn) exchange(ctx context.Context, o order) (got *response, wrote bool, err error) {
	c.SetDeadline(o.deadline)
	if c.cut.Load() { // looked at after the deadline was set, which may have been later than the cut's
		return nil, false, errCut
	}
	c.reusable = false
	n, err := c.write(o)
	var sent time.Time
	if c.uses%sampledPhases == 0 {
		sent = time.Now()
	}
	c.uses++
	c.head = mostHead
	// A server may answer, or say why it does not, and hang up before it has read everything.
	got, failed := c.read(o, sent)
	if got == nil && err != nil && isClosed(failed) {
		failed = err
	}
	return got, n > 0, failed
}

var scratches = sync.Pool{New: func() any { return new([]byte) }}

func (c *conn) write(o order) (int, error) {
	if o.wire != nil && !o.cookies {
		return c.Conn.Write(o.wire)
	}
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	*scratch = appendRequest((*scratch)[:0], o.message, o.header)
	return c.Conn.Write(*scratch)
}

// read reads a response. It is nil when nothing usable of one has come.
func (c *conn) read(o order, sent time.Time) (*response, error) {
	h, is, err := c.scan(o.method)
	if err != nil {
		return nil, err
	}
	var phases *session.Phases
	if !sent.IsZero() {
		phases = &session.Phases{}
		if c.set != nil {
			*phases, c.set = *c.set, nil
		}
		phases.FirstByte = time.Since(sent)
	}
	if is == unusual {
		got, err := c.readUnusual(o)
		if got != nil {
			got.phases = phases
		}
		return got, err
	}
	c.head = math.MaxInt64
	got := &response{status: h.status, reason: h.reason, phases: phases}
	if h.length > o.maxBody {
		got.fields.lines, _ = c.take(h.from, h.size, 0)
		return got, &tooLarge{h.length}
	}
	if int64(h.size)+h.length <= int64(c.in.Buffered()) {
		got.fields.lines, got.body = c.take(h.from, h.size, int(h.length))
	} else {
		got.fields.lines, _ = c.take(h.from, h.size, 0)
		body := make([]byte, h.length)
		n, err := io.ReadFull(c.in, body)
		got.body = text(body[:n])
		if err != nil {
			return got, &incomplete{h.status, int64(n), h.length, err}
		}
	}
	c.reusable = c.in.Buffered() == 0 // what nobody asked for belongs to no response
	return got, nil
}

// take is what is buffered of a response, in one piece of memory: its fields from a place on, its body.
func (c *conn) take(from, size, length int) (lines, body string) {
	b, _ := c.in.Peek(size + length)
	all := string(b[from:])
	c.in.Discard(size + length)
	return all[:max(0, size-from-len(lineEnd))], all[size-from:]
}

// scan reads until a head has come, or what shows that it is no usual one.
func (c *conn) scan(method string) (h head, is verdict, err error) {
	for n := 1; ; {
		if _, err := c.in.Peek(n); err != nil {
			if c.in.Buffered() == 0 {
				return h, unusual, err
			}
			return h, unusual, nil // net/http says what is wrong with a part of a head
		}
		b, _ := c.in.Peek(c.in.Buffered())
		if h, is = scanHead(b, method); is != unfinished {
			return h, is, nil
		}
		if n = len(b) + 1; n > c.in.Size() {
			return h, unusual, nil
		}
	}
}

// readUnusual lets net/http read what scanHead did not want to judge.
func (c *conn) readUnusual(o order) (*response, error) {
	var resp *http.Response
	for {
		var err error
		if resp, err = http.ReadResponse(c.in, &http.Request{Method: o.method}); err != nil {
			return nil, &unreadable{err}
		}
		if resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			break
		}
	}
	c.head = math.MaxInt64
	ours := asksForGzip(o.method, o.header) && resp.ContentLength != 0 && strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip")
	if ours {
		resp.ContentLength = -1 // of what comes out nothing was said
	}
	got, err := readResponse(resp, o.maxBody)
	if ours { // it is ours alone: for the step there was no compression
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
	}
	c.reusable = err == nil && !resp.Close && resp.StatusCode != http.StatusSwitchingProtocols && c.in.Buffered() == 0
	return got, err
}

// unreadable is the error of what is no HTTP response.
type unreadable struct{ cause error }

func (e *unreadable) Error() string { return e.cause.Error() }
func (e *unreadable) Unwrap() error { return e.cause }

// alive looks whether the other side has closed the connection while it waited, or has said what nobody asked.
func (c *conn) alive() bool {
	raw := c.Conn
	if secured, ok := raw.(*tls.Conn); ok {
		raw = secured.NetConn()
	}
	tcp, ok := raw.(syscall.Conn)
	if !ok {
		return true
	}
	socket, err := tcp.SyscallConn()
	if err != nil {
		return false
	}
	alive := false
	err = socket.Read(func(fd uintptr) bool {
		alive = quiet(fd)
		return true
	})
	return err == nil && alive
}

// handshake is TLS's, with its phase told to the trace of ctx.
func handshake(ctx context.Context, c *tls.Conn) error {
	trace := httptrace.ContextClientTrace(ctx)
	trace.TLSHandshakeStart()
	err := c.HandshakeContext(ctx)
	trace.TLSHandshakeDone(c.ConnectionState(), err)
	return err
}
