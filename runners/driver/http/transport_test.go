package http

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
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
			address := raw(t, func(_ int, conn net.Conn) { c.conversation(conn) })
			w := at("http://" + address)
			w.env.Timeout = soon
			b := w.open(t, get("/"))
			f := b.fails("http/timeout")
			if want := fmt.Sprintf(c.message, address); !strings.HasPrefix(f.Message, want) {
				t.Errorf("got %q, expected %q", f.Message, want)
			}
			if s := b.samples[0]; s.Code != 0 || s.Err != "no answer within 150ms" {
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
	for _, c := range []struct{ url, code, message, category string }{
		{"http://" + nobody, "http/refused", nobody + " refuses connections: nothing listens there", "connection refused"},
		{"http://" + closed, "http/reset", closed + " closed the connection without an answer", "connection closed"},
		{"http://" + resets, "http/reset", resets + " closed the connection without an answer", "connection closed"},
		{"http://no-such-host.invalid", "http/dns", "", ""},
		{"http://" + says("hello\r\n\r\n"), "http/protocol", "", "not HTTP"},
		{"https://" + says("hello, this is no TLS"), "http/tls", "", "TLS"},
		{"http://" + says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"), "http/reset", "the response broke off after 5 of 100 bytes", "response broke off"},
		{"http://" + says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), "http/reset", "the response broke off after 5 bytes", "response broke off"},
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
	for _, path := range []string{"/more", "/gzip", "/endless"} {
		b := w.open(t, get(path))
		if f := b.fails("http/too-large"); f.Message != "the response is larger than 1kB" || b.samples[0].Err != f.Message {
			t.Errorf("%s: %s, sample %+v", path, f.Message, b.samples[0])
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
			s := b.host.Open(b.script, 0, i+1, nil)
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
	w.open(t, send("GET", "/x", cell("Host", "evil.example"))).fails("http/host")
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

// authority makes certificates for a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T) *authority {
	a := &authority{}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "our authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	a.cert, _ = x509.ParseCertificate(der)
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return a
}

func (a *authority) issue(t *testing.T, name string) (cert, key []byte) {
	k, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &k.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, _ := x509.MarshalECPrivateKey(k)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private})
}

func secure(t *testing.T, a *authority, h2 bool, clients bool, handle http.HandlerFunc) *httptest.Server {
	cert, key := a.issue(t, "shop.internal")
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handle)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = h2
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	if clients {
		pool := x509.NewCertPool()
		pool.AddCert(a.cert)
		server.TLS.ClientCAs, server.TLS.ClientAuth = pool, tls.RequireAndVerifyClientCert
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestTLS(t *testing.T) {
	a := newAuthority(t)
	handle := func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Proto)
		for _, c := range r.TLS.PeerCertificates {
			io.WriteString(w, " "+c.Subject.CommonName)
		}
	}
	open, closed := secure(t, a, true, false, handle), secure(t, a, true, true, handle)
	cert, key := a.issue(t, "the client")
	dir := t.TempDir()
	for name, data := range map[string][]byte{"key.pem": key} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	try := func(url string, tls *ir.TLS) *bench {
		w := at(url)
		w.env.TLS, w.dir = tls, dir
		for path, data := range map[string][]byte{"certs/ca.pem": a.pem, "certs/client.pem": cert} {
			w.files = append(w.files, ir.File{Path: path, Text: string(data), Size: int64(len(data))})
		}
		return w.open(t, get("/"), keep("text", "text"))
	}
	f := try(open.URL, &ir.TLS{ServerName: "shop.internal"}).fails("http/tls")
	if !strings.Contains(f.Message, "authority that is not known here") || !strings.Contains(f.Help[0], "tls: {ca:") {
		t.Errorf("%s %s", f.Message, f.Help)
	}
	ca := ir.Literal("certs/ca.pem")
	if f := try(open.URL, &ir.TLS{CA: ca}).fails("http/tls"); !strings.Contains(f.Message, "not for that name") || !strings.Contains(f.Help[0], "server-name") {
		t.Errorf("%s %s", f.Message, f.Help)
	}
	if got := try(open.URL, &ir.TLS{CA: ca, ServerName: "shop.internal"}).kept()["text"]; got != "HTTP/1.1" {
		t.Errorf("got %v", got)
	}
	if got := try(open.URL, &ir.TLS{Insecure: true}).kept()["text"]; got != "HTTP/1.1" {
		t.Errorf("got %v", got)
	}
	if f := try(closed.URL, &ir.TLS{CA: ca, ServerName: "shop.internal"}).fails("http/tls"); !strings.Contains(f.Help[0], "cert") {
		t.Errorf("%s %s", f.Message, f.Help)
	}
	both := &ir.TLS{CA: ca, ServerName: "shop.internal", Cert: ir.Literal("certs/client.pem"), Key: ir.Literal("key.pem")}
	if got := try(closed.URL, both).kept()["text"]; got != "HTTP/1.1 the client" {
		t.Errorf("got %v", got)
	}
	both.Key = ir.Literal(filepath.Join(dir, "key.pem"))
	try(closed.URL, both).kept()
}

func TestHTTP2OnRequest(t *testing.T) {
	a := newAuthority(t)
	handle := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.Proto, r.Method, body)
	}
	two, one := secure(t, a, true, false, handle), secure(t, a, false, false, handle)
	try := func(url string, ops ...ir.Op) *bench {
		w := at(url)
		w.env.HTTP, w.env.TLS = "2", &ir.TLS{Insecure: true}
		return w.open(t, append(ops, keep("text", "text"))...)
	}
	for op, want := range map[*ir.Request]string{get("/"): "HTTP/2.0 GET ", post("/", "x"): "HTTP/2.0 POST x", send("POST", "/"): "HTTP/2.0 POST ", send("DELETE", "/", cell("Idempotency-Key", "1")): "HTTP/2.0 DELETE "} {
		if got := try(two.URL, op).kept()["text"]; got != want {
			t.Errorf("got %q, expected %q", got, want)
		}
	}
	if f := try(one.URL, get("/")).fails("http/tls"); !strings.Contains(f.Message, "does not speak HTTP/2") {
		t.Error(f.Message)
	}
	plain := record(t, nil)
	if f := try(plain.URL, get("/")).fails("http/protocol"); !strings.Contains(f.Message, "HTTP/2 needs https") {
		t.Error(f.Message)
	}
}

func TestProxiedKnowsNoProxy(t *testing.T) {
	d := driverOf(t, "http://127.0.0.1:1")
	if d.transport.proxied(&url.URL{Scheme: "http", Host: "127.0.0.1:1"}) {
		t.Error("loopback is proxied")
	}
}
