package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// raw serves every connection with a function that knows nothing of HTTP.
func raw(t *testing.T, serve func(net.Conn)) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				head := make([]byte, 4096)
				_, _ = c.Read(head)
				serve(c)
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// Whatever a server does wrong, each journey is counted, the report names what happened, and the results file has
// every request.
func TestFaults(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	serve := func(h http.HandlerFunc) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	for _, c := range []struct {
		name, url string
		cause     string // in the journeys' errors
		request   string // in the requests'; "" for the same
		requests  int64  // of a journey
	}{
		{"refused", closed.URL, "refuses connections: nothing listens there", "connection refused", 1},
		{"reset in the middle", raw(t, func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
			_ = c.(*net.TCPConn).SetLinger(0)
		}), "broke off after 4 of 1000 bytes", "response broke off", 1},
		{"one byte and no more", raw(t, func(c net.Conn) {
			_, _ = io.WriteString(c, "H")
			_, _ = io.Copy(io.Discard, c)
		}), "no answer within 300ms", "", 1},
		{"silent", raw(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }), "no answer within 300ms", "", 1},
		{"another length", raw(t, func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour") }), "broke off after 4 of 10 bytes", "response broke off", 1},
		{"no HTTP", raw(t, func(c net.Conn) { fmt.Fprint(c, "SSH-2.0-OpenSSH_9.6\r\n") }), "is not HTTP", "not HTTP", 1},
		{"a certificate that nobody signed", secure.URL, "signed by an authority that is not known", "TLS", 1},
		{"no such host", "http://no-such-host.invalid", "no host is named no-such-host.invalid", "unknown host", 1},
		{"nothing but 500", serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }), "the status is 500, expected 200", "500 Internal Server Error", 1},
		{"a redirect to itself", serve(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }), "redirected more than 10 times", "-", 11},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := &ir.Program{}
			plan := planOf(p, scenarioOf(p, "look", "GET /", "the status is 200"))
			plan.Env.URL, plan.Env.Timeout = ir.Literal(c.url), ir.Duration(20*time.Second)
			if strings.Contains(c.cause, "300ms") {
				plan.Env.Timeout = ir.Duration(300 * time.Millisecond)
			}
			var file bytes.Buffer
			got := loaded(t, t.Context(), &Runner{Drivers: httpDrivers, Profile: profileOf(t, "20/s for 500ms"), Results: &file}, plan)
			journeys, requests := got.group(OfJourneys, ""), got.group(OfRequests, "")
			if got.err != nil || got.end.Outcome != runners.GateFailed || journeys.Count != 10 || journeys.Failed != 10 {
				t.Fatalf("%v %+v %+v", got.err, got.end, journeys)
			}
			if len(journeys.Errors) != 1 || journeys.Errors[0].Count != 10 || !strings.HasPrefix(journeys.Errors[0].Key, "f.feature:") || !strings.Contains(journeys.Errors[0].Key, c.cause) {
				t.Errorf("journeys: %+v", journeys.Errors)
			}
			if requests.Count != 10*c.requests {
				t.Errorf("%d requests", requests.Count)
			}
			if want := c.request; want != "-" {
				if want == "" {
					want = c.cause
				}
				if requests.Failed != 10 || len(requests.Errors) != 1 || !strings.Contains(requests.Errors[0].Key, want) {
					t.Errorf("requests: %d failed, %+v", requests.Failed, requests.Errors)
				}
			}
			if n := got.noticed("failed: "); n != mostAlike {
				t.Errorf("%d journeys are shown", n)
			}
			n := int64(0)
			for decode := vegeta.DecoderFor(&file); ; n++ {
				if err := decode(&vegeta.Result{}); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			if n != 10*c.requests {
				t.Errorf("%d requests in the file", n)
			}
		})
	}
}
