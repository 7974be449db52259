package http

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mccutchen/go-httpbin/v2/httpbin"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

// conversation is held with both transports: what the server sees and what the session makes of it must be equal.
type conversation struct {
	name string
	ops  []ir.Op
	// say answers the n-th request of a connection, in bytes; the connection ends when it is false.
	say func(n int, r *http.Request, c net.Conn) bool
	env func(*ir.Environment)
	is  string // the failure's code, "" for none: that both fail alike is not enough
	// apart is true for what the direct transport leaves to net/http, over connections of its own.
	apart bool
}

// outcome is all that must be equal.
type outcome struct {
	Connections []string // the bytes that came over each
	Kept        map[string]any
	Code        string
	Message     string
	Lines, Help []string
	Samples     []session.Sample
}

func TestConformance(t *testing.T) {
	for _, c := range conversations() {
		t.Run(c.name, func(t *testing.T) {
			want, got := c.hold(t, false), c.hold(t, true)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("net/http (-) and the direct transport (+) differ:\n%s", diff)
			}
			if want.Code != c.is {
				t.Errorf("it ended with %q (%s), expected %q", want.Code, want.Message, c.is)
			}
		})
	}
}

// wire is what came over a connection; whoever reads it may not have seen the connection's end.
type wire struct {
	mu   sync.Mutex
	came bytes.Buffer
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.came.Write(p)
}

func (w *wire) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.came.String()
}

var boundary = regexp.MustCompile(`[0-9a-f]{60}`) // random, of a multipart body

func (c conversation) hold(t *testing.T, fast bool) outcome {
	t.Helper()
	var mu sync.Mutex
	var wires []*wire
	address := raw(t, func(_ int, conn net.Conn) {
		wire := &wire{}
		mu.Lock()
		wires = append(wires, wire)
		mu.Unlock()
		r := bufio.NewReader(io.TeeReader(conn, wire))
		for n := 1; ; n++ {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			io.Copy(io.Discard, req.Body)
			if c.say == nil {
				io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"+map[bool]string{true: "ok"}[req.Method != "HEAD"])
			} else if !c.say(n, req, conn) {
				return
			}
		}
	})
	w := at("http://" + address)
	w.fast = fast
	w.files = []ir.File{{Path: "cat.jpg", Text: strings.Repeat("meow ", 600_000)}}
	w.env.Timeout = ir.Duration(10 * time.Second)
	if c.env != nil {
		c.env(&w.env)
	}
	o := w.talk(t, c.ops, address)
	mu.Lock()
	defer mu.Unlock()
	for _, wire := range wires {
		if came := wire.String(); came != "" {
			o.Connections = append(o.Connections, boundary.ReplaceAllString(strings.ReplaceAll(came, address, "SERVER"), "BOUNDARY"))
		}
	}
	if c.apart {
		o.Connections = []string{strings.Join(o.Connections, "")}
	}
	return o
}

// talk executes ops and is what came of them, without what differs each time.
func (w world) talk(t *testing.T, ops []ir.Op, address string) outcome {
	t.Helper()
	b := w.open(t, ops...)
	err := b.run(context.Background())
	o := outcome{Kept: b.s.Kept(), Samples: b.samples}
	var f *session.Failure
	if errors.As(err, &f) {
		o.Code, o.Message, o.Help, o.Lines = f.Code, f.Message, f.Help, f.Lines
	} else if err != nil {
		t.Fatal(err)
	}
	same := func(text string) string {
		return regexp.MustCompile(`in [0-9.]+(µs|ms|s)\b|127\.0\.0\.1:\d+->127\.0\.0\.1:\d+`).ReplaceAllString(strings.ReplaceAll(text, address, "SERVER"), "…")
	}
	o.Message = same(o.Message)
	for i := range o.Lines {
		o.Lines[i] = same(o.Lines[i])
	}
	for name, v := range o.Kept {
		if text, ok := v.(string); ok {
			o.Kept[name] = same(text)
		}
	}
	for i := range o.Samples {
		s := &o.Samples[i]
		if s.Began.IsZero() || s.Duration <= 0 {
			t.Errorf("a sample has no time: %+v", s)
		}
		s.Began, s.Duration, s.Phases, s.URL = time.Time{}, 0, nil, same(s.URL)
	}
	return o
}

// says is a server that answers each request with the same bytes, and ends the connection after it or not.
func says(stay bool, answers ...string) func(int, *http.Request, net.Conn) bool {
	return func(n int, _ *http.Request, c net.Conn) bool {
		io.WriteString(c, answers[min(n, len(answers))-1])
		return stay
	}
}

// looks are what expressions can see of an answer.
func looks(more ...ir.Op) []ir.Op {
	return append(more, keep("status", "status"), keep("text", "text"),
		keep("length", `header("Content-Length") == nil ? "none" : header("Content-Length")`),
		keep("coding", `header("content-encoding") == nil ? "none" : header("content-encoding")`),
		keep("twice", `header("X-Twice") == nil ? "none" : header("X-Twice")`))
}

func answered(name string, stay bool, text string) conversation {
	return conversation{name: name, ops: looks(get("/")), say: says(stay, text)}
}

func broken(name, is string, stay bool, text string) conversation {
	return conversation{name: name, ops: []ir.Op{get("/")}, say: says(stay, text), is: is}
}

// TestConformanceWithHTTPBin holds what a well-known server answers against both.
func TestConformanceWithHTTPBin(t *testing.T) {
	server := httptest.NewServer(httpbin.New())
	t.Cleanup(server.Close)
	address := server.Listener.Addr().String()
	form := send("POST", "/post")
	form.Body = &ir.Body{Kind: ir.BodyForm, Fields: []ir.Field{cell("a b", "c&d"), cell("ü", "€")}}
	json := send("PUT", "/put")
	json.Body = &ir.Body{Kind: ir.BodyJSON, Content: ir.Literal(`{"n": 9007199254740993}`)}
	requests := []*ir.Request{form, json, post("/anything/x?y=z", "text"), send("DELETE", "/delete"), send("PATCH", "/patch"), send("HEAD", "/head"),
		send("GET", "/basic-auth/ann/secret", cell("Authorization", "Basic YW5uOnNlY3JldA==")), send("GET", "/basic-auth/ann/other"), send("OPTIONS", "/anything")}
	for _, path := range []string{"/get?a=1&b=%20", "/headers", "/user-agent", "/cookies/set?a=1&b=2", "/cookies", "/redirect/3", "/relative-redirect/3", "/absolute-redirect/2",
		"/redirect-to?url=/get&status_code=307", "/redirect/12", "/status/204", "/status/304", "/status/404", "/status/418", "/status/500", "/gzip", "/deflate", "/stream/3",
		"/stream-bytes/3000?seed=1&chunk_size=100", "/bytes/100000?seed=1", "/range/2000", "/etag/x", "/html", "/json", "/xml", "/encoding/utf8", "/base64/aG9vcHM=",
		"/response-headers?X-Twice=1&X-Twice=2", "/drip?numbytes=5&duration=10ms&delay=0s", "/trailers?done=yes", "/links/2", "/robots.txt"} {
		requests = append(requests, get(path))
	}
	for _, r := range requests {
		t.Run(r.Name, func(t *testing.T) {
			ops := looks(&ir.Request{Method: "GET", Target: ir.Literal("/cookies/set?sid=1"), Name: "cookie"}, r)
			var both [2]outcome
			for i, fast := range []bool{false, true} {
				w := at(server.URL)
				w.fast = fast
				both[i] = w.talk(t, ops, address)
			}
			if diff := cmp.Diff(both[0], both[1]); diff != "" {
				t.Errorf("net/http (-) and the direct transport (+) differ:\n%s", diff)
			}
		})
	}
}

func flood(c net.Conn, text string) {
	for {
		if _, err := io.WriteString(c, text); err != nil {
			return
		}
	}
}

func requestOf(method string, body *ir.Body, headers ...ir.Field) *ir.Request {
	r := send(method, "/x", headers...)
	r.Body = body
	return r
}

func fieldsOf(kind ir.BodyKind, fields ...ir.Field) *ir.Body {
	return &ir.Body{Kind: kind, Fields: fields}
}

func location(status int, to string) string {
	return fmt.Sprintf("HTTP/1.1 %d Go\r\nLocation: %s\r\nContent-Length: 0\r\nSet-Cookie: at%d=1\r\n\r\n", status, to, status)
}

// TestConformanceOfConnecting holds both against what is no connection, or a secret one.
func TestConformanceOfConnecting(t *testing.T) {
	nothing, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := nothing.Addr().String()
	nothing.Close()
	ours := newAuthority(t)
	who := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.TLS.ServerName, len(r.TLS.PeerCertificates))
	}
	plain, open, closed := record(t, nil), secure(t, ours, true, false, who), secure(t, ours, false, true, who)
	cert, key := ours.issue(t, "client")
	files := []ir.File{{Path: "ca.pem", Text: string(ours.pem)}, {Path: "cert.pem", Text: string(cert)}, {Path: "key.pem", Text: string(key)}}
	ca := ir.Literal("ca.pem")
	for _, c := range []struct {
		name, url, is string
		tls           *ir.TLS
	}{
		{"refused", "http://" + nobody, "http/refused", nil},
		{"refused with TLS", "https://" + nobody, "http/refused", nil},
		{"unknown name", "http://no-such-host.invalid", "http/dns", nil},
		{"TLS without TLS", strings.Replace(plain.URL, "http:", "https:", 1), "http/tls", nil},
		{"no TLS with TLS", strings.Replace(open.URL, "https:", "http:", 1), "", nil}, // the server says 400
		{"unknown authority", open.URL, "http/tls", nil},
		{"another name", open.URL, "http/tls", &ir.TLS{CA: ca}},
		{"its name", open.URL, "", &ir.TLS{CA: ca, ServerName: "shop.internal"}},
		{"insecure", open.URL, "", &ir.TLS{Insecure: true}},
		{"no certificate of ours", closed.URL, "http/tls", &ir.TLS{CA: ca, ServerName: "shop.internal"}},
		{"a certificate of ours", closed.URL, "", &ir.TLS{CA: ca, ServerName: "shop.internal", Cert: ir.Literal("cert.pem"), Key: ir.Literal("key.pem")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got [2]outcome
			for i, fast := range []bool{false, true} {
				w := at(c.url)
				w.fast, w.files, w.env.TLS = fast, files, c.tls
				got[i] = w.talk(t, []ir.Op{get("/"), keep("text", "text"), keep("status", "status"), post("/", "x")}, strings.SplitN(c.url, "/", 4)[2])
			}
			if diff := cmp.Diff(got[0], got[1]); diff != "" {
				t.Errorf("net/http (-) and the direct transport (+) differ:\n%s", diff)
			}
			if got[0].Code != c.is {
				t.Errorf("it ended with %q (%s), expected %q", got[0].Code, got[0].Message, c.is)
			}
		})
	}
}
