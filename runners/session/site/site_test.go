package site

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/secret"
	"github.com/cucumber-value/hoops/runners/session"
)

func testSite(t *testing.T) *Site {
	t.Helper()
	env := &ir.Environment{Name: "test", URL: ir.Literal("https://Shop.Example/v1"),
		Services: []ir.Var{{Name: "auth", Value: ir.Literal("http://auth.example:8080/")}, {Name: "six", Value: ir.Literal("http://[0:0::1]:9000")}},
		Hosts:    []string{"cdn.example", "img.example:8443", "bücher.example", "only.example:443"}}
	host, err := session.NewHost(runners.Plan{Program: &ir.Program{}, Env: env, Secrets: secret.NewStore(secret.Options{}), Dir: t.TempDir(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { host.Close() })
	s, err := New(host)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestHostRule(t *testing.T) {
	s := testSite(t)
	for _, target := range []string{
		"/x", "x", "?q=1", "", "//shop.example/x", "https://shop.example", "HTTPS://SHOP.example:443/x", "https://shop.example./x", "https://shop.example:0443/x", "https://user:pw@shop.example/x",
		"http://auth.example:8080", "http://[::1]:9000/x", "http://[::0001]:9000/x",
		"http://cdn.example/x", "https://cdn.example/x", "https://img.example:8443/x", "http://img.example:8443/", "https://xn--bcher-kva.example/", "https://only.example", "https://BÜCHER.example/", `/\evil.example`, `\\evil.example`, "///evil.example", "/@evil.example", "./http://evil.example",
	} {
		to, err := s.Resolve(target)
		if err != nil {
			t.Errorf("%q was refused: %v", target, err)
			continue
		}
		if host := to.URL.Hostname(); strings.Contains(host, "evil") || to.URL.User != nil {
			t.Errorf("%q leads to %s", target, to.URL)
		}
	}
	for target, code := range map[string]string{
		"http://evil.example":                         "session/host",
		"//evil.example/x":                            "session/host",
		"http://shop.example/x":                       "session/host", // port 80 is another
		"https://shop.example:8443":                   "session/host",
		"https://shop.example.evil.example":           "session/host",
		"https://shop.example@evil.example/":          "session/host",
		"https://shop.example:443@evil.example/":      "session/host",
		"https://evil.example#@shop.example":          "session/host",
		"https://evil.example?@shop.example":          "session/host",
		"https://evil.example/shop.example":           "session/host",
		"https://%65vil.example/":                     "session/url",
		"https://ｅvil.example/":                       "session/host",
		"http://cdn.example:8080/":                    "session/host",
		"http://img.example/":                         "session/host",
		"http://only.example/":                        "session/host",
		"https://sub.cdn.example/":                    "session/host",
		"https://img.example/":                        "session/host",
		"http://[::1]/":                               "session/host",
		"http://[::ffff:127.0.0.1]:9000/":             "session/host",
		"http://127.1:9000/":                          "session/host",
		`https://shop.example\@evil.example/`:         "session/url",
		`https:\\evil.example`:                        "session/url",
		`https://evil.example\.shop.example/`:         "session/url",
		"https:evil.example":                          "session/url",
		"https:/evil.example":                         "session/url",
		"https:///evil.example":                       "session/url",
		"ftp://shop.example/":                         "session/url",
		"file:///etc/passwd":                          "session/url",
		"javascript:alert(1)":                         "session/url",
		"https://shop.example:99999/":                 "session/url",
		"https://shop.example:0/":                     "session/url",
		"https://shop.example\r\nHost: evil.example/": "session/url",
		"/x\r\nX-Evil: 1":                             "session/url",
		"/x\x00":                                      "session/url",
		"https://shop.example%0d%0a/":                 "session/url",
		"/100%":                                       "session/url",
		"https://":                                    "session/url",
		"https://.":                                   "session/url",
	} {
		to, err := s.Resolve(target)
		var f *session.Failure
		if !errors.As(err, &f) || f.Code != code {
			t.Errorf("%q: got %v (%v), expected %s", target, err, to.URL, code)
		}
	}
}

func TestResolution(t *testing.T) {
	s := testSite(t)
	for target, want := range map[string]string{
		"orders":                     "https://shop.example/v1/orders",
		"/orders":                    "https://shop.example/orders",
		"/v1/orders?page=2":          "https://shop.example/v1/orders?page=2",
		"":                           "https://shop.example/v1",
		"?q=1":                       "https://shop.example/v1?q=1",
		"../v2/a/./b":                "https://shop.example/v2/a/b",
		"https://cdn.example/a/../b": "https://cdn.example/b",
		"a%2Fb/%2e%2e":               "https://shop.example/v1/a%2Fb/%2e%2e",
		"/a b/é?q=a b\"é#f":          "https://shop.example/a%20b/%C3%A9?q=a%20b%22%C3%A9#f",
		"//shop.example:443//x":      "https://shop.example//x",
	} {
		to, err := s.Resolve(target)
		if err != nil || to.URL.String() != want {
			t.Errorf("%q: got %v, %v; expected %s", target, to.URL, err, want)
		}
	}
}

func TestHowAnAddressIsWrittenInHosts(t *testing.T) {
	for a, want := range map[Address]string{{"https", "h", 443}: "h", {"http", "h", 443}: "h:443", {"http", "::1", 80}: `"[::1]"`, {"http", "::1", 81}: `"[::1]:81"`} {
		if got := a.Entry(); got != want {
			t.Errorf("%v: %s, expected %s", a, got, want)
		}
	}
}
