package http

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

const soon = ir.Duration(150 * time.Millisecond)

func TestTimeouts(t *testing.T) {
	for name, c := range map[string]struct {
		conversation func(c net.Conn)
		message      string
	}{
		"no answer": {func(c net.Conn) { io.Copy(io.Discard, c) }, "no answer within 150ms from %s"},
		"body that stops": {func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello")
			io.Copy(io.Discard, c)
		}, "no answer within 150ms: the response of %s did not end, and 5 bytes had come"},
		"body without an end": {func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
			for {
				if _, err := io.WriteString(c, "x"); err != nil {
					return
				}
				time.Sleep(60 * time.Millisecond)
			}
		}, "no answer within 150ms: the response of %s did not end, and "},
	} {
		t.Run(name, func(t *testing.T) {
			address := raw(t, func(_ int, conn net.Conn) {
				http.ReadRequest(bufio.NewReader(conn))
				c.conversation(conn)
			})
			w := at("http://" + address)
			w.env.Timeout = soon
			b := w.open(t, get("/"))
			f := b.fails("http/timeout")
			if want := fmt.Sprintf(c.message, address); !strings.HasPrefix(f.Message, want) {
				t.Errorf("got %q, expected %q", f.Message, want)
			}
			if s := b.samples[0]; s.Code != 0 || s.Err != "no answer within 150ms" || s.Duration > time.Second {
				t.Errorf("sample %+v", s)
			}
		})
	}
}

func TestInterruptionIsNoFailure(t *testing.T) {
	address := raw(t, func(_ int, c net.Conn) { io.Copy(io.Discard, c) })
	cause := errors.New("the run was stopped")
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(50*time.Millisecond, func() { cancel(cause) })
	b := at("http://"+address).open(t, get("/"))
	err := b.run(ctx)
	var f *session.Failure
	if !errors.Is(err, cause) || errors.As(err, &f) {
		t.Errorf("got %v", err)
	}
	if len(b.samples) != 1 || b.samples[0].Err != "interrupted" || b.samples[0].Code != 0 {
		t.Errorf("samples %+v", b.samples)
	}
}

func TestTransportFailures(t *testing.T) {
	closed := raw(t, func(_ int, c net.Conn) {})
	nothing, _ := net.Listen("tcp", "127.0.0.1:0")
	nobody := nothing.Addr().String()
	nothing.Close()
	says := func(text string) string {
		return raw(t, func(_ int, c net.Conn) {
			http.ReadRequest(bufio.NewReader(c))
			io.WriteString(c, text)
		})
	}
	resets := raw(t, func(_ int, c net.Conn) {
		http.ReadRequest(bufio.NewReader(c))
		c.(*net.TCPConn).SetLinger(0)
	})
	hasty := raw(t, func(_ int, c net.Conn) {
		io.WriteString(c, "220 mail.example ESMTP\r\n")
		io.Copy(io.Discard, c)
	})
	for _, c := range []struct{ url, code, message, category string }{
		{"http://" + nobody, "http/refused", nobody + " refuses connections: nothing listens there", "connection refused"},
		{"http://" + closed, "http/reset", closed + " closed the connection without an answer", "connection closed"},
		{"http://" + resets, "http/reset", resets + " closed the connection without an answer", "connection closed"},
		{"http://no-such-host.invalid", "http/dns", "", ""},
		{"http://" + says("hello\r\n\r\n"), "http/protocol", "", "not HTTP"},
		{"https://" + says("hello, this is no TLS"), "http/tls", "", "TLS"},
		{"http://" + says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"), "http/reset", "the response broke off after 5 of 100 bytes", "response broke off"},
		{"http://" + says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), "http/reset", "the response broke off after 5 bytes", "response broke off"},
		{"http://" + hasty, "http/protocol", "", "not HTTP"}, // noticed before or after the request is sent
		{"http://" + says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), "http/protocol", "", "not HTTP"},
		{"http://" + says("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n01234567890123456789"), "http/protocol", "the response is not what its Content-Encoding says", "compression"},
	} {
		b := at(c.url).open(t, get("/secret-path?token=1"))
		f := b.fails(c.code)
		s := b.samples[0]
		if !strings.HasPrefix(f.Message, c.message) || c.category != "" && s.Err != c.category || s.Err == "" || s.Code != 0 {
			t.Errorf("%s: %q, sample %+v", c.url, f.Message, s)
		}
		for _, text := range []string{f.Message, s.Err, fmt.Sprint(f.Help)} {
			if strings.Contains(text, "token") || strings.Contains(s.Err, "127.0.0.1") {
				t.Errorf("%s: the URL is in %q", c.url, text)
			}
		}
	}
	// More than was announced belongs to no response.
	kept := at("http://"+says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more")).open(t, get("/"), keep("text", "text")).kept()
	if kept["text"] != "hello" {
		t.Errorf("kept %v", kept)
	}
}

func TestMaxBody(t *testing.T) {
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gzip" {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			z.Write(make([]byte, 1001))
			z.Close()
			return
		}
		if r.URL.Path == "/announced" {
			w.Header().Set("Content-Length", "2000008")
			w.Write(make([]byte, 2000008))
			return
		}
		for i := 0; i < 1001 && r.URL.Path == "/more" || i < 1000; i++ {
			w.Write([]byte("x"))
		}
		if r.URL.Path == "/endless" {
			for r.Context().Err() == nil {
				w.Write(make([]byte, 1<<16))
			}
		}
	})
	w := at(server.URL)
	w.env.MaxBody = 1000
	w.open(t, get("/just"), &ir.Expect{Check: ir.CheckTrue, Expr: "len(text) == 1000"}).kept()
	for path, want := range map[string]string{
		"/more": "the response has 1001 bytes, more than max-body 1kB", "/gzip": "the response is more than max-body 1kB", "/endless": "the response is more than max-body 1kB",
		"/announced": "the response has 2MB, more than max-body 1kB",
	} {
		b := w.open(t, get(path))
		if f := b.fails("http/too-large"); f.Message != want || b.samples[0].Err != "the response is more than max-body 1kB" {
			t.Errorf("%s: %s, sample %+v", path, f.Message, b.samples[0])
		}
	}
	for n, want := range map[int64]string{2000008: "2MB", 1001: "1001 bytes", 1049: "1049 bytes", 1050: "1.1kB", 12345678: "12.3MB", 3e9: "3GB", 1000000: "1MB"} {
		if about(n, 1000) != want {
			t.Errorf("%d: %s", n, about(n, 1000))
		}
	}
	for n, want := range map[int64]string{10e6: "10MB", 1e9: "1GB", 1500: "1500 bytes", 12000: "12kB"} {
		if size(n) != want {
			t.Errorf("%d: %s", n, size(n))
		}
	}
}

func TestLargeBodiesBothWays(t *testing.T) {
	server := record(t, nil)
	server.Config.Handler = server.handler(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, server.all()[0].body)
	})
	large := strings.Repeat("0123456789abcde\n", 3e6/16)
	b := at(server.URL).open(t, post("/", large), keep("text", "text"))
	if kept := b.kept(); kept["text"] != large || b.samples[0].Sent != 3e6 || b.samples[0].Received != 3e6 {
		t.Errorf("%d bytes came back, sample %+v", len(kept["text"].(string)), b.samples[0])
	}
}

func TestGzip(t *testing.T) {
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		if r.Method == "HEAD" {
			return
		}
		w.Header().Set("Content-Type", "application/json")
		z := gzip.NewWriter(w)
		io.WriteString(z, `{"n": 1}`)
		z.Close()
	})
	for _, headers := range [][]ir.Field{nil, {cell("Accept-Encoding", "gzip")}} {
		kept := at(server.URL).open(t, send("GET", "/", headers...), keep("n", "body.n"), send("HEAD", "/", headers...), keep("head", "text")).kept()
		if fmt.Sprint(kept["n"]) != "1" || kept["head"] != "" {
			t.Errorf("%v: kept %v", headers, kept)
		}
	}
}

// What writes is sent once, also where a kept connection was closed under it; what reads may be sent again.
func TestWritesAreSentOnce(t *testing.T) {
	for _, c := range []struct {
		name  string
		op    *ir.Request
		tries int64
	}{
		{"GET", get("/x"), 2},
		{"POST", post("/x", "data"), 1},
		{"POST without a body", send("POST", "/x"), 1},
		{"POST with a key", send("POST", "/x", cell("Idempotency-Key", "1")), 1},
		{"POST with a key of its own", send("POST", "/x", cell("X-Idempotency-Key", "1")), 1},
		{"POST with a key and a body", func() *ir.Request {
			r := post("/x", "data")
			r.Headers = []ir.Field{cell("idempotency-key", "1")}
			return r
		}(), 1},
		{"PUT", send("PUT", "/x"), 1},
		{"DELETE", send("DELETE", "/x"), 1},
		{"TRACE", send("TRACE", "/x"), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var seen atomic.Int64
			address := raw(t, func(_ int, conn net.Conn) {
				r := bufio.NewReader(conn)
				for {
					req, err := http.ReadRequest(r)
					if err != nil {
						return
					}
					io.Copy(io.Discard, req.Body)
					if req.URL.Path == "/x" {
						seen.Add(1)
						if k := c.op.Headers; len(k) > 0 && req.Header.Get(k[0].Name) != "1" {
							t.Errorf("the key did not arrive: %v", req.Header)
						}
						return // accepted, and then closed without an answer
					}
					io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
			})
			w := at("http://" + address)
			b := w.open(t, get("/warm-up"), c.op)
			b.fails("http/reset")
			if n := seen.Load(); n != c.tries {
				t.Errorf("the server saw it %d times, expected %d", n, c.tries)
			}
		})
	}
}

func TestSessionsShareConnections(t *testing.T) {
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	b := at(server.URL).open(t, get("/"), post("/", "x"))
	for range 3 {
		b.again()
		if err := b.do(context.Background()); err != nil {
			t.Fatal(err)
		}
		b.s.Close(context.Background())
	}
	b.host.Close()
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestConcurrentSessions(t *testing.T) {
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("n"); err == nil && r.URL.Path != "/"+c.Value {
			w.WriteHeader(500)
		}
		http.SetCookie(w, &http.Cookie{Name: "n", Value: r.URL.Path[1:]})
	})
	kinds := []ir.Op{
		&ir.Request{Method: "GET", Target: ir.Template{lit("/"), {Expr: "string(random(1, 1000000))", Place: ir.Segment}}},
		&ir.Request{Method: "POST", Target: ir.Template{{Expr: "url", Place: ir.URLText}}},
		&ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("200")},
	}
	b := at(server.URL).open(t, kinds...)
	errs := make(chan error, 16)
	for i := range cap(errs) {
		go func() {
			s := b.host.Open(b.script, -1, i+1, nil)
			defer s.Close(context.Background())
			for step := range kinds {
				if err := s.Step(context.Background(), step); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	b.host.Close()
}

func TestProxy(t *testing.T) {
	proxy := record(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "for "+r.URL.String()) })
	w := at("http://shop.example:81/v1")
	w.env.Proxy = ir.Literal(strings.Replace(proxy.URL, "http://", "http://ann:open-sesame@", 1))
	w.env.Hosts = []string{"virtual.example"}
	b := w.open(t, get("/x"), keep("text", "text"))
	if kept := b.kept(); kept["text"] != "for http://shop.example:81/x" {
		t.Errorf("kept %v", kept)
	}
	if proxy.last(t).Header.Get("Proxy-Authorization") == "" || b.secrets.Mask("open-sesame") != "***" {
		t.Error("the proxy's password was not sent, or is not masked")
	}
	// A proxy goes where the Host header says, and so it must be allowed.
	before := len(proxy.all())
	w.open(t, send("GET", "/x", cell("Host", "evil.example"))).fails("session/host")
	if len(proxy.all()) != before {
		t.Error("the proxy was sent to another host")
	}
	w.open(t, send("GET", "/x", cell("Host", "virtual.example"))).kept()

	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("NO_PROXY", "other.invalid")
	kept := at("http://shop.example").open(t, get("/y"), keep("text", "text")).kept()
	if kept["text"] != "for http://shop.example/y" {
		t.Errorf("kept %v", kept)
	}
	at("http://other.invalid").open(t, get("/y")).fails("http/dns")

	dead := at("http://shop.example")
	dead.env.Proxy = ir.Literal("http://127.0.0.1:1")
	dead.open(t, get("/")).fails("http/proxy")
}

func TestProxiedKnowsNoProxy(t *testing.T) {
	d := driverOf(t, "http://127.0.0.1:1")
	if d.transport.proxied(&url.URL{Scheme: "http", Host: "127.0.0.1:1"}) {
		t.Error("loopback is proxied")
	}
}
