package http

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// Sessions take over the connections of others, or each person makes one, keeps it to the end and closes it then.
// A large body goes another way out of the direct transport, which is no reason to leave a connection behind.
func TestWhoseConnections(t *testing.T) {
	as := func(name string) *ir.Use { return &ir.Use{Actor: ir.Literal(name)} }
	two := []ir.Op{get("/a"), get("/b"), as("bob"), get("/c"), get("/d")}
	large := []ir.Op{get("/a"), post("/b", strings.Repeat("x", mostDirect+1)), post("/c", strings.Repeat("x", mostDirect+1))}
	for _, c := range []struct {
		name  string
		own   bool
		ops   []ir.Op
		made  [2]int // by three sessions: over net/http, over the direct transport
		close bool
	}{
		{"shared", false, two, [2]int{1, 1}, false},
		{"own", true, two, [2]int{6, 6}, true},
		{"shared, large", false, large, [2]int{1, 2}, false},
		{"own, large", true, large, [2]int{3, 6}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			both(t, func(t *testing.T, fast bool) {
				made, closed := make(chan bool, 100), make(chan bool, 100)
				server := httptest.NewUnstartedServer(http.NotFoundHandler())
				server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
					switch s {
					case http.StateNew:
						made <- true
					case http.StateClosed:
						closed <- true
					}
				}
				server.Start()
				defer server.Close()
				w := at(server.URL)
				w.fast, w.own = fast, c.own
				b := w.open(t, c.ops...)
				for range 3 {
					if err := b.do(context.Background()); err != nil {
						t.Fatal(err)
					}
					b.s.Close(context.Background())
					b.again()
				}
				want := c.made[map[bool]int{true: 1}[fast]]
				if got := len(made); got != want {
					t.Fatalf("%d connections, expected %d", got, want)
				}
				if c.close {
					for range want { // or the test does not end
						<-closed
					}
				} else if len(closed) > 0 {
					t.Errorf("%d were closed", len(closed))
				}
				b.host.Close()
			})
		})
	}
}
