package http

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// Metrics are asked as the program's requests are, but that another host is verified by its own name.
func TestClientOfAnEnvironment(t *testing.T) {
	a := newAuthority(t)
	handle := func(w http.ResponseWriter, r *http.Request) {
		for _, c := range r.TLS.PeerCertificates {
			io.WriteString(w, c.Subject.CommonName)
		}
	}
	closed := secure(t, a, false, true, handle)
	cert, key := a.issue(t, "the client")
	own := &ir.TLS{CA: ir.Literal("ca.pem"), ServerName: "shop.internal", Cert: ir.Literal("cert.pem"), Key: ir.Literal("key.pem")}
	ask := func(w world, address string) (string, error) {
		t.Helper()
		for path, data := range map[string][]byte{"ca.pem": a.pem, "cert.pem": cert, "key.pem": key} {
			w.files = append(w.files, ir.File{Path: path, Text: string(data), Size: int64(len(data))})
		}
		w.program = &ir.Program{Files: w.files}
		h, err := w.host(t)
		if err != nil {
			return "", err
		}
		defer h.Close()
		c, err := Client(h)
		if err != nil {
			return "", err
		}
		defer c.CloseIdleConnections()
		res, err := c.Get(address)
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		return string(text), err
	}
	w := at(closed.URL)
	w.env.TLS = own
	if got, err := ask(w, closed.URL); err != nil || got != "the client" {
		t.Errorf("got %q, %v", got, err)
	}
	elsewhere := strings.Replace(closed.URL, "127.0.0.1", "localhost", 1)
	if _, err := ask(w, elsewhere); err == nil || !strings.Contains(err.Error(), "shop.internal, not localhost") {
		t.Errorf("another host was taken for shop.internal: %v", err)
	}
	var through []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		through = append(through, r.URL.String())
		fmt.Fprint(w, "proxied")
	}))
	defer proxy.Close()
	w = at("http://shop.invalid")
	w.env.Proxy = ir.Literal(proxy.URL)
	if got, err := ask(w, "http://metrics.invalid/metrics"); err != nil || got != "proxied" || len(through) != 1 || through[0] != "http://metrics.invalid/metrics" {
		t.Errorf("got %q by %q, %v", got, through, err)
	}
}
