package http

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/ir"
)

func TestRefusedHostSaysHowToAllowIt(t *testing.T) {
	other := record(t, nil)
	f := at("http://127.0.0.1:1").open(t, get(other.URL+"/x")).fails("session/host")
	if want := `environment "local" does not allow requests to ` + other.address() + ": that is neither its url, nor one of its services or hosts"; f.Message != want {
		t.Errorf("got %q, expected %q", f.Message, want)
	}
	if !strings.Contains(f.Help[0], "hosts: ["+other.address()+"]") {
		t.Errorf("help %q", f.Help)
	}
	if len(other.all()) != 0 {
		t.Error("the request was sent")
	}
	w := at("http://127.0.0.1:1")
	w.env.Hosts = []string{other.address()}
	w.open(t, get(other.URL+"/x")).kept()
}

func TestWithoutURL(t *testing.T) {
	w := world{env: ir.Environment{Name: "bare", Hosts: []string{"127.0.0.1:1"}}}
	if f := w.open(t, get("/x")).fails("session/url"); !strings.Contains(f.Message, "has no url") {
		t.Error(f.Message)
	}
	w.open(t, get("http://127.0.0.1:1/")).fails("http/refused")
	w.open(t, get("//127.0.0.1:1/")).fails("session/url")
}

func TestHeaderScopes(t *testing.T) {
	server, other := record(t, nil), record(t, nil)
	w := at(server.URL)
	w.env.Hosts = []string{other.address()}
	w.env.Headers = []ir.Field{cell("X-Env", "env"), cell("X-A", "env"), cell("X-B", "env"), cell("Content-Type", "text/env")}
	w.env.Auth = &ir.Auth{User: ir.Literal("ann"), Password: ir.Literal("open sesame")}
	common := &ir.Use{Headers: []ir.Field{cell("x-a", "session"), cell("X-B", "session")}}
	op := send("GET", "/", cell("X-b", "op"), cell("X-Twice", "1"), cell("X-Twice", "2"), cell("X-Space", "  a b  "))
	b := w.open(t, common, op)
	b.kept()
	h := server.last(t).Header
	for name, want := range map[string]string{
		"X-Env": "env", "X-A": "session", "X-B": "op", "X-Twice": "1,2", "X-Space": "a b", "User-Agent": "hoops/1.2.3 (synthetic)",
		"Authorization": "Basic YW5uOm9wZW4gc2VzYW1l", "Content-Type": "text/env",
	} {
		if got := strings.Join(h[name], ","); got != want {
			t.Errorf("%s: %q, expected %q", name, got, want)
		}
	}
	if got := b.secrets.Mask("open sesame YW5uOm9wZW4gc2VzYW1l"); got != "*** ***" {
		t.Errorf("masked: %q", got)
	}

	w.open(t, common, get(other.URL)).kept()
	h = other.last(t).Header
	if h.Get("X-Env") != "" || h.Get("Authorization") != "" || h.Get("X-A") != "session" || h.Get("Content-Type") != "" {
		t.Errorf("another host got %v", h)
	}
	w.env.Hosts, w.env.Services = nil, []ir.Var{{Name: "o", Value: ir.Literal(other.URL)}}
	w.open(t, get(other.URL)).kept()
	if h = other.last(t).Header; h.Get("X-Env") != "env" || h.Get("Authorization") == "" {
		t.Errorf("a service got %v", h)
	}
	w.open(t, send("GET", "/", cell("User-Agent", "mine"), cell("Authorization", "none"))).kept()
	if h = server.last(t).Header; h.Get("User-Agent") != "mine" || h.Get("Authorization") != "none" {
		t.Errorf("the step's own headers lost: %v", h)
	}
}

func TestCredentialsInTheURL(t *testing.T) {
	server := record(t, nil)
	b := at(strings.Replace(server.URL, "http://", "http://ann:open-sesame@", 1)).open(t, get("/x"), keep("url", "url"))
	kept := b.kept()
	if user, password, _ := server.last(t).BasicAuth(); user != "ann" || password != "open-sesame" {
		t.Errorf("sent %q %q", user, password)
	}
	if shown := kept["url"].(string) + b.samples[0].URL; strings.Contains(shown, "sesame") || b.secrets.Mask("open-sesame") != "***" {
		t.Errorf("shown: %s", shown)
	}
	at(server.URL).open(t, get(strings.Replace(server.URL, "http://", "http://bob:pw@", 1))).kept()
	if user, _, _ := server.last(t).BasicAuth(); user != "bob" {
		t.Errorf("sent %q", user)
	}
}

func TestHeadersThatFrameTheMessage(t *testing.T) {
	server := record(t, nil)
	ok := post("/", "12345")
	ok.Headers = []ir.Field{cell("Content-Length", "5"), cell("Host", "virtual.example")}
	at(server.URL).open(t, ok).kept()
	if s := server.last(t); s.Host != "virtual.example" || s.ContentLength != 5 {
		t.Errorf("host %q, length %d", s.Host, s.ContentLength)
	}
	for _, h := range []ir.Field{cell("Content-Length", "4"), cell("Transfer-Encoding", "chunked"), cell("X", "a\r\nX-Evil: 1"), cell("X", "a\x00"), cell("X y", "1"), cell("X:", "1"), cell("", "1")} {
		wrong := post("/", "12345")
		wrong.Headers = []ir.Field{h}
		at(server.URL).open(t, wrong).fails("http/header")
		at(server.URL).open(t, &ir.Use{Headers: []ir.Field{h}}, post("/", "12345")).fails("http/header")
	}
	if n := len(server.all()); n != 1 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestStartRefusesWhatCannotWork(t *testing.T) {
	for name, env := range map[string]ir.Environment{
		"url":     {URL: ir.Literal("ftp://h")},
		"service": {URL: ir.Literal("http://h"), Services: []ir.Var{{Name: "a", Value: ir.Literal("http://")}}},
		"host":    {Hosts: []string{"a b"}},
		"header":  {Headers: []ir.Field{cell("X", "a\nb")}},
		"ca":      {TLS: &ir.TLS{CA: ir.Literal("missing.pem")}},
		"cert":    {TLS: &ir.TLS{Cert: ir.Literal("missing.pem"), Key: ir.Literal("missing.pem")}},
		"proxy":   {Proxy: ir.Literal("nonsense")},
		"secret":  {Auth: &ir.Auth{Bearer: ir.Template{{Expr: "secret.absent_from_every_environment"}}}},
	} {
		env.Name = "odd"
		_, err := (world{env: env}).host(t)
		if err == nil || !strings.HasPrefix(err.Error(), "environment odd: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAccepts walks every kind of op: a new one is thought about here.
func TestAccepts(t *testing.T) {
	d := New(Config{})
	for _, kind := range ir.Kinds() {
		if got := d.Accepts(ir.New(kind)); got != (kind == ir.KindRequest) {
			t.Errorf("%s: %v", kind, got)
		}
	}
	for _, method := range []string{"", "CONNECT", "G ET", "GET\r\n"} {
		if _, err := d.Lower(&ir.Request{Method: method}, nil); err == nil {
			t.Errorf("method %q was lowered", method)
		}
	}
}

// A request that depends on nothing is one message for all sessions, and none of them changes it.
func TestConstantRequestsAreBuiltOnce(t *testing.T) {
	made := 0
	server := record(t, func(w http.ResponseWriter, _ *http.Request) {
		made++
		http.SetCookie(w, &http.Cookie{Name: fmt.Sprint("sid", made), Value: "1"})
	})
	b := at(server.URL).open(t, post("/a", "x"), post("/a", "x"))
	for range 3 {
		b.again()
		if err := b.do(context.Background()); err != nil {
			t.Fatal(err)
		}
		b.s.Close(context.Background())
	}
	for i, s := range server.all() {
		if want := []string{"", fmt.Sprintf("sid%d=1", i)}[i%2]; s.Header.Get("Cookie") != want {
			t.Errorf("request %d has the cookie %q, expected %q", i, s.Header.Get("Cookie"), want)
		}
	}
}

// What comes from data is not known before it is sent; and a redirect keeps a POST.
func TestWritesToAHostThatIsOnlyListed(t *testing.T) {
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			w.Header().Set("Location", "http://shop.example/x")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}
	})
	w := at(server.URL)
	w.env.Hosts = []string{"shop.example"}
	w.vars = map[string]string{"shop": "http://shop.example"}
	byData := func(method string) *ir.Request {
		return &ir.Request{Method: method, Target: ir.Template{{Expr: "env.shop"}, {Text: "/x"}}, Name: "x"}
	}
	f := w.open(t, byData("POST")).fails("effects/writes")
	if want := `this writes to shop.example:80, and environment "local" refuses that: it is one of its hosts, and neither this machine nor its url or a service`; f.Message != want {
		t.Errorf("got %q, expected %q", f.Message, want)
	}
	if f := w.open(t, send("POST", "/elsewhere")).fails("effects/writes"); !strings.Contains(f.Message, "shop.example") {
		t.Error(f.Message)
	}
	proxied := func(w world) world { // so that it would arrive
		w.env.Proxy = ir.Literal(server.URL)
		return w
	}
	before := len(server.all())
	proxied(w).open(t, byData("POST")).fails("effects/writes")
	if len(server.all()) != before {
		t.Error("the request was sent")
	}
	proxied(w).open(t, byData("GET")).kept()
	allowed := proxied(w)
	allowed.env.Writes = "allow"
	allowed.open(t, byData("POST")).kept()
	said := proxied(w)
	said.definitions = []ir.Definition{{Pattern: "logs in", Effect: ir.Reads, Body: []ir.Step{stepOf(byData("POST"))}}}
	said.steps(t, ir.Step{Text: "logs in", Bindings: []ir.Binding{{Driver: "http", Definition: 1}}}).kept()
}
