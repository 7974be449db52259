package http

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// told is what a session says it sent and received, without what differs each time.
func (w world) told(t *testing.T, ops ...ir.Op) string {
	t.Helper()
	b := w.open(t, ops...)
	defer b.host.Close()
	_ = b.do(context.Background())
	text := b.s.Transcript()
	b.s.Close(context.Background())
	text = regexp.MustCompile(` in [0-9.]+[nµm]?s\b`).ReplaceAllString(text, " in TIME")
	text = regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(text, "SERVER")
	return text
}

func TestTranscript(t *testing.T) {
	both(t, func(t *testing.T, fast bool) {
		w := at("http://" + raw(t, func(_ int, c net.Conn) {
			in := make([]byte, 4096)
			for n := 1; ; n++ {
				if _, err := c.Read(in); err != nil {
					return
				}
				body := []string{"", `{"token": "tok-9876"}`, `{"error": "no stock for tok-9876"}`}[n]
				fmt.Fprintf(c, "HTTP/1.1 %d Well\r\nContent-Type: application/json\r\nSet-Cookie: sid=short\r\nContent-Length: %d\r\n\r\n%s", []int{0, 200, 409}[n], len(body), body)
			}
		}))
		w.fast = fast
		pay := post("/basket?from=tok-9876", "two teas, tok-9876")
		pay.Headers = []ir.Field{cellOf("Authorization", ir.Part{Text: "Bearer "}, ir.Part{Expr: "token", Place: ir.Header}), cell("X-Trace", "1"), cell("User-Agent", "test")}
		login := get("/login")
		login.Headers = []ir.Field{cell("User-Agent", "test")}
		got := w.told(t, login, &ir.Keep{Name: "token", Expr: "body.token", Secret: true}, pay)
		want := `# GET /login → 200 in TIME
# POST /basket?from=*** → 409 in TIME

POST http://SERVER/basket?from=***
Host: SERVER
User-Agent: test
Content-Length: 18
Authorization: ***
Content-Type: text/plain; charset=utf-8
Cookie: ***
X-Trace: 1
Accept-Encoding: gzip

two teas, ***

409 Well
Content-Length: 34
Content-Type: application/json
Set-Cookie: ***

{"error": "no stock for ***"}
`
		if fast { // which keeps their order
			want = strings.Replace(want, "Content-Length: 34\nContent-Type: application/json\nSet-Cookie: ***\n", "Content-Type: application/json\nSet-Cookie: ***\nContent-Length: 34\n", 1)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

// What is long is cut after it was masked, so that no half of a secret is left; what is no text is only counted.
func TestTranscriptIsBounded(t *testing.T) {
	secret := "s3cret-" + strings.Repeat("x", 40)
	long := strings.Repeat("a", longestBody-10) + secret + strings.Repeat("b", 1<<20)
	both(t, func(t *testing.T, fast bool) {
		server := record(t, func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/long":
				io.WriteString(w, long)
			case "/binary":
				w.Header().Set("Content-Type", "image/png")
				w.Write([]byte{0, 1, 2, 3})
			default:
				io.WriteString(w, secret)
			}
		})
		w := at(server.URL)
		w.fast = fast
		hide := &ir.Keep{Name: "s", Expr: "text", Secret: true}
		got := w.told(t, get("/secret"), hide, get("/long"))
		if len(got) > 2*(longestHead+longestBody) || strings.Contains(got, "s3c") || !strings.HasSuffix(got, " bytes in all\n") {
			t.Errorf("%d bytes: …%s", len(got), got[len(got)-80:])
		}
		if got := w.told(t, get("/binary")); !strings.HasSuffix(got, "\n# 4 bytes that are no text\n") {
			t.Error(got)
		}
		many := []ir.Op{}
		for i := range mostEarlier + 3 {
			many = append(many, get(fmt.Sprintf("/%d", i)))
		}
		if got := w.told(t, many...); !strings.HasPrefix(got, "# 2 requests before these are left out\n# GET /2 → 200 in TIME\n# GET /3 →") || !strings.Contains(got, "# GET /8 → 200 in TIME\n# GET /9 → 200 in TIME\n\nGET http://SERVER/9\n") {
			t.Error(got)
		}
	})
}

func TestTranscriptWithoutAnAnswer(t *testing.T) {
	both(t, func(t *testing.T, fast bool) {
		closed := record(t, nil)
		closed.Close()
		w := at(closed.URL)
		w.fast = fast
		if got := w.told(t, get("/")); !strings.Contains(got, "# GET / → ") || !strings.Contains(got, "\n# no answer: connection refused") {
			t.Error(got)
		}
		w = at("http://" + raw(t, func(_ int, c net.Conn) {
			c.Read(make([]byte, 4096))
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour")
		}))
		w.fast = fast
		if got := w.told(t, get("/")); !strings.Contains(got, "\n200 OK\nContent-Length: 10\n\nfour\n# not all of it came: ") {
			t.Error(got)
		}
		if got := at("http://127.0.0.1:1").told(t); got != "" {
			t.Error(got)
		}
	})
}
