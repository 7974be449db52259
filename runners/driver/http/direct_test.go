package http

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

// both runs a test over each transport.
func both(t *testing.T, test func(t *testing.T, fast bool)) {
	for _, fast := range []bool{false, true} {
		t.Run(map[bool]string{false: "net", true: "direct"}[fast], func(t *testing.T) { test(t, fast) })
	}
}

// A GET that its definition says writes is not repeated, and counts as a write: its undo is due.
func TestAGetThatWritesIsSentOnce(t *testing.T) {
	both(t, func(t *testing.T, fast bool) {
		var seen atomic.Int64
		address := raw(t, func(_ int, c net.Conn) {
			r := bufio.NewReader(c)
			for {
				req, err := http.ReadRequest(r)
				if err != nil {
					return
				}
				if req.URL.Path == "/trigger" {
					seen.Add(1)
					return // accepted, and then closed without an answer
				}
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			}
		})
		called := ir.Step{Text: "the job is started", Bindings: []ir.Binding{{Driver: "http", Definition: 1}}}
		w := at("http://" + address)
		w.fast = fast
		w.definitions = []ir.Definition{
			{Pattern: "the job is started", Driver: "http", Effect: ir.Writes, Body: []ir.Step{{Text: "inner", Bindings: []ir.Binding{{Driver: "http", Definition: 2}}}}},
			{Pattern: "inner", Driver: "http", Body: []ir.Step{stepOf(get("/trigger"))}},
		}
		b := w.steps(t, stepOf(get("/warm-up")), called)
		b.fails("http/reset")
		if n := seen.Load(); n != 1 {
			t.Errorf("the server saw it %d times", n)
		}
		if !b.samples[1].Writes || b.samples[0].Writes {
			t.Errorf("samples %+v", b.samples)
		}
	})
}

// A session whose time is over lets go at once, whatever it waits for, and leaves nothing behind.
func TestTheEndOfARunCutsConnections(t *testing.T) {
	before := runtime.NumGoroutine()
	both(t, func(t *testing.T, fast bool) {
		asked := make(chan struct{}, 100)
		address := raw(t, func(_ int, c net.Conn) {
			r := bufio.NewReader(c)
			for {
				req, err := http.ReadRequest(r)
				if err != nil {
					return
				}
				if req.URL.Path == "/slow" {
					asked <- struct{}{}
					io.Copy(io.Discard, c)
					return
				}
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			}
		})
		w := at("http://" + address)
		w.fast = fast
		b := w.open(t, get("/"), get("/slow"))
		cause := errors.New("the run was stopped")
		ctx, cancel := context.WithCancelCause(context.Background())
		ended := make(chan error, 10)
		for range cap(ended) {
			go func() {
				s := b.host.Open(b.script, -1, 1, nil)
				defer s.Close(ctx)
				if err := s.Step(ctx, 0); err != nil {
					ended <- err
					return
				}
				ended <- s.Step(ctx, 1)
			}()
		}
		for range cap(ended) {
			<-asked
		}
		cancel(cause)
		for range cap(ended) {
			if err := <-ended; !errors.Is(err, cause) {
				t.Errorf("got %v", err)
			}
		}
		// The next run over the same connections is not cut by the end of the last one.
		s := b.host.Open(b.script, -1, 1, nil)
		if err := s.Step(context.Background(), 0); err != nil {
			t.Errorf("after it: %v", err)
		}
		s.Close(context.Background())
		b.host.Close()
	})
	for n := 0; runtime.NumGoroutine() > before && n < 1000; n++ {
		time.Sleep(time.Millisecond) // goroutines end a little after their last word
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines are left of %d", n, before)
	}
}

// The first request of a connection says what setting it up took; the next does not pay it again.
func TestPhases(t *testing.T) {
	both(t, func(t *testing.T, fast bool) {
		server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		t.Cleanup(server.Close)
		w := at(server.URL)
		w.fast = fast
		w.env.TLS = &ir.TLS{Insecure: true}
		var ops []ir.Op
		for range sampledPhases + 1 {
			ops = append(ops, get("/"))
		}
		b := w.open(t, ops...)
		b.kept()
		var measured []session.Phases
		for _, s := range b.samples {
			if s.Phases != nil {
				measured = append(measured, *s.Phases)
			}
		}
		if len(measured) != 2 {
			t.Fatalf("%d were measured", len(measured))
		}
		if p := measured[0]; p.Connect <= 0 || p.TLS <= 0 || p.FirstByte <= 0 || p.DNS != 0 {
			t.Errorf("the first: %+v", p)
		}
		if p := measured[1]; p.Connect != 0 || p.TLS != 0 || p.FirstByte <= 0 {
			t.Errorf("a later one: %+v", p)
		}
	})
}

// A connection that the server has closed while it waited is not used, not even for what writes.
func TestClosedConnectionsAreNotUsed(t *testing.T) {
	var connections atomic.Int64
	closed := make(chan struct{}, 1)
	address := raw(t, func(n int, c net.Conn) {
		connections.Add(1)
		r := bufio.NewReader(c)
		if _, err := http.ReadRequest(r); err != nil {
			return
		}
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		c.Close()
		closed <- struct{}{}
	})
	w := at("http://" + address)
	w.fast = true
	b := w.open(t, get("/"), post("/x", "data"))
	if err := b.s.Step(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	<-closed
	to, err := b.driver.site.Resolve("/")
	if err != nil {
		t.Fatal(err)
	}
	line := b.driver.transport.(*directTransport).line(to)
	line.idle[0].since = time.Now().Add(-2 * doubtful) // it has waited
	if err := b.s.Step(context.Background(), 1); err != nil {
		t.Errorf("the POST: %v", err)
	}
	b.s.Close(context.Background())
	b.host.Close()
	if n := connections.Load(); n != 2 {
		t.Errorf("%d connections", n)
	}
}
