//go:build !race

package http

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// quietServer answers every request with the same bytes and makes no garbage, which would be counted.
func quietServer(t *testing.T, answer string) string {
	return raw(t, func(_ int, c net.Conn) {
		in, out := make([]byte, 4096), []byte(answer)
		for filled := 0; ; {
			n, err := c.Read(in[filled:])
			if err != nil {
				return
			}
			filled += n
			if end := bytes.Index(in[:filled], headEnd); end >= 0 && (in[0] == 'G' || end+4 < filled) {
				filled = 0
				c.Write(out)
			}
		}
	})
}

// What a session of the direct transport may allocate. The budgets are what it takes today: a change that needs more
// should know why. Under load each allocation is made tens of thousands of times a second. The race detector makes
// pools forget on purpose; there is nothing to count under it.
func TestAllocations(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Sat, 21 Nov 2026 12:00:00 GMT\r\nContent-Length: 29\r\n\r\n{\"total\": 9, \"token\": \"abcd\"}"
	bearer := cellOf("Authorization", lit("Bearer "), ir.Part{Expr: "token", Place: ir.Header})
	login := send("POST", "/login")
	login.Body = &ir.Body{Kind: ir.BodyJSON, Content: ir.Literal(`{"user": "ann"}`)}
	for _, c := range []struct {
		name   string
		budget float64
		ops    []ir.Op
	}{
		// The session, its list of states, the state and its scope, the response, one string for its fields and
		// body, the answer.
		{"a constant GET and its status", 7, []ir.Op{get("/"), &ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("200")}}},
		// And the one field of the body that is read; the map of kept values.
		{"a captured token", 11, []ir.Op{login, keep("token", "body.token")}},
		// And a message that is made anew: its map of headers with their values and its bytes; what is masked.
		{"a token sent on", 28, []ir.Op{login, keep("token", "body.token"), send("GET", "/x", bearer), &ir.Expect{Check: ir.CheckTrue, Expr: "body.total == 9"}}},
	} {
		w := at("http://" + quietServer(t, answer))
		w.fast = true
		b := w.open(t, c.ops...)
		ctx, cancel := context.WithCancel(context.Background())
		got := testing.AllocsPerRun(200, func() {
			s := b.host.Open(b.script, -1, 1, nil)
			for i := range c.ops {
				if err := s.Step(ctx, i); err != nil {
					t.Fatal(err)
				}
			}
			s.Close(ctx)
		})
		cancel()
		b.host.Close()
		if got > c.budget {
			t.Errorf("%s: %g allocations, at most %g", c.name, got, c.budget)
		}
		t.Logf("%s: %g allocations", c.name, got)
	}
}

func BenchmarkDirectTransport(b *testing.B) {
	for _, fast := range []bool{false, true} {
		b.Run(map[bool]string{false: "net", true: "direct"}[fast], func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			go func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				in := make([]byte, 4096)
				for {
					if _, err := c.Read(in); err != nil {
						return
					}
					io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
				}
			}()
			w := at("http://" + l.Addr().String())
			w.fast = fast
			h := w.open(b, get("/"))
			b.ReportAllocs()
			for b.Loop() {
				s := h.host.Open(h.script, -1, 1, nil)
				if err := s.Step(b.Context(), 0); err != nil {
					b.Fatal(err)
				}
				s.Close(b.Context())
			}
			h.host.Close()
		})
	}
}
