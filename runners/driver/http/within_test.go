package http

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// A server that holds its answer until the client leaves: a try of within ends when its time is up, be the answer, its
// rest or the connection outstanding.
func TestWithinLeavesARequest(t *testing.T) {
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/half" {
			w.Header().Set("Content-Length", "100")
			w.Write([]byte("half"))
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	})
	both(t, func(t *testing.T, fast bool) {
		for _, path := range []string{"/silent", "/half"} {
			w := at(server.URL)
			w.fast = fast
			b := w.open(t, &ir.Within{Limit: ir.Literal("50ms"), Step: stepOf(get(path))})
			f := b.fails("session/within")
			if f.Message != "not within 50ms (1 try): the last try: it had not ended, and was cut off" {
				t.Error(f.Message)
			}
			if s := b.samples; len(s) != 1 || s[0].Err != "not within 50ms" || s[0].Code != 0 || s[0].Retried {
				t.Errorf("%+v", s)
			}
		}
	})
}

// The end of a within cuts no connection that waits for the next request.
func TestWithinKeepsItsConnection(t *testing.T) {
	both(t, func(t *testing.T, fast bool) {
		var made atomic.Int64
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				made.Add(1)
			}
		}
		server.Start()
		defer server.Close()
		w := at(server.URL)
		w.fast = fast
		short := func() ir.Op { return &ir.Within{Limit: ir.Literal("1m"), Step: stepOf(get("/"))} }
		b := w.open(t, short(), get("/"), short(), short(), get("/"))
		if err := b.run(context.Background()); err != nil || made.Load() != 1 {
			t.Errorf("%d connections, %v", made.Load(), err)
		}
	})
}

// Its own time-out ends a try before, and another follows.
func TestWithinTriesAgainAfterATimeout(t *testing.T) {
	var tries atomic.Int64
	server := record(t, func(_ http.ResponseWriter, r *http.Request) {
		if tries.Add(1) == 1 {
			<-r.Context().Done()
		}
	})
	w := at(server.URL)
	w.env.Timeout = brief
	b := w.open(t, &ir.Within{Limit: ir.Literal("1m"), Step: stepOf(get("/"))})
	if err := b.run(context.Background()); err != nil || len(b.samples) != 2 || !b.samples[0].Retried || b.samples[1].Retried || !strings.HasPrefix(b.samples[0].Err, "no answer within") {
		t.Errorf("%v %+v", err, b.samples)
	}
}
