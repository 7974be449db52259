package http

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/ir"
)

func TestRedirectMatrix(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE"} {
			t.Run(fmt.Sprint(status, " ", method), func(t *testing.T) {
				server := record(t, func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/from" {
						w.Header().Set("Location", "to?x=1")
						w.WriteHeader(status)
						fmt.Fprint(w, "go there")
					}
				})
				op := send(method, "/from", cell("X-Own", "1"))
				if method != "GET" && method != "HEAD" {
					op.Body = &ir.Body{Kind: ir.BodyText, Content: ir.Literal("data")}
				}
				b := at(server.URL).open(t, op, keep("status", "status"), keep("url", "url"))
				kept := b.kept()
				all := server.all()
				if len(all) != 2 || kept["status"] != int64(200) || kept["url"] != server.URL+"/to?x=1" {
					t.Fatalf("%d requests, kept %v", len(all), kept)
				}
				wantMethod, wantBody, wantMedia := method, all[0].body, all[0].Header.Get("Content-Type")
				if status < 307 {
					wantBody, wantMedia = "", ""
					if method != "HEAD" {
						wantMethod = "GET"
					}
				}
				if s := all[1]; s.Method != wantMethod || s.body != wantBody || s.Header.Get("Content-Type") != wantMedia || s.Header.Get("X-Own") != "1" {
					t.Errorf("the second was %s %q (%s), expected %s %q (%s)", s.Method, s.body, s.Header.Get("Content-Type"), wantMethod, wantBody, wantMedia)
				}
				names := []string{b.samples[0].Name, b.samples[1].Name}
				if len(b.samples) != 2 || names[0] != method+" /from" || names[1] != method+" /from (redirect 1)" {
					t.Errorf("samples %q", names)
				}
				if s := b.samples[0]; s.Code != status || s.Step != 1 || s.Writes != writes(method) || s.URL != server.URL+"/from" {
					t.Errorf("first sample %+v", s)
				}
				if s := b.samples[1]; s.Code != 200 || s.Writes != writes(wantMethod) || s.Sent != int64(len(wantBody)) {
					t.Errorf("second sample %+v", s)
				}
			})
		}
	}
}

func TestRedirectsNotFollowed(t *testing.T) {
	server := record(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/to", http.StatusFound) })
	kept := at(server.URL).open(t, stay, get("/from"), keep("status", "status"), keep("to", `header("Location")`)).kept()
	if kept["status"] != int64(302) || kept["to"] != "/to" || len(server.all()) != 1 {
		t.Errorf("kept %v after %d requests", kept, len(server.all()))
	}
	bare := record(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/304" {
			w.WriteHeader(304)
			return
		}
		w.WriteHeader(302)
	})
	for _, path := range []string{"/302", "/304"} {
		if got := at(bare.URL).open(t, get(path), keep("status", "status")).kept()["status"]; fmt.Sprint("/", got) != path {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestRedirectsOnTheWayToAnotherHost(t *testing.T) {
	other := record(t, nil)
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/further" {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
			return
		}
		http.Redirect(w, r, "/further", http.StatusFound)
	})
	w := at(server.URL)
	w.env.Hosts = []string{other.address()}
	op := post("/from", "data")
	op.Headers = []ir.Field{cell("Host", "virtual.example")}
	w.open(t, op).kept()
	if host := server.last(t).Host; host != "virtual.example" {
		t.Errorf("on the same host the second request was for %q", host)
	}
	if s := other.last(t); s.Host != other.address() || s.Method != "GET" || s.Header.Get("Content-Type") != "" {
		t.Errorf("the other host got %s for %q, %v", s.Method, s.Host, s.Header)
	}
}

func TestTooManyRedirects(t *testing.T) {
	n := 0
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		http.Redirect(w, r, fmt.Sprintf("/%d", n), http.StatusFound)
	})
	f := at(server.URL).open(t, get("/")).fails("http/redirects")
	if len(server.all()) != 11 || f.Message != "GET / was redirected more than 10 times" {
		t.Errorf("%s, after %d requests", f.Message, len(server.all()))
	}
	ten := record(t, func(w http.ResponseWriter, r *http.Request) {
		if len(r.URL.Path) <= 10 {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}
	})
	at(ten.URL).open(t, get("/")).kept()
}

func TestRedirectToAForbiddenHost(t *testing.T) {
	evil := record(t, nil)
	for _, location := range []string{evil.URL + "/x", "//" + evil.address() + "/x", "http://127.0.0.1:80@" + evil.address()} {
		server := record(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", location)
			w.WriteHeader(302)
		})
		b := at(server.URL).open(t, get("/"))
		f := b.fails("session/host")
		if !strings.HasPrefix(f.Message, "the redirect cannot be followed: ") || !strings.Contains(f.Lines[0], "→ 302 Found") || len(b.samples) != 1 {
			t.Errorf("%s: %s\n%s", location, f.Message, f.Lines)
		}
	}
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://a b/")
		w.WriteHeader(302)
	})
	at(server.URL).open(t, get("/")).fails("http/redirects")
	if len(evil.all()) != 0 {
		t.Error("the evil host got a request")
	}
}

// Whatever could identify somebody stays with the host it was meant for, also on the way back.
func TestCredentialsDoNotFollowToAnotherHost(t *testing.T) {
	var server *recorder
	other := record(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, server.URL+"/back", http.StatusTemporaryRedirect)
	})
	server = record(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "0123456789abcdef"})
		if r.URL.Path == "/from" {
			http.Redirect(w, r, other.URL+"/to", http.StatusTemporaryRedirect)
		}
	})
	w := at(server.URL)
	w.env.Hosts = []string{other.address()}
	w.env.Headers = []ir.Field{cell("X-Env-Key", "env")}
	w.env.Auth = &ir.Auth{Bearer: ir.Literal("env-token")}
	op := post("/from", "data")
	op.Headers = []ir.Field{cell("X-Api-Key", "op"), cell("Cookie", "own=1"), cell("Proxy-Authorization", "Basic abcd"), cell("Accept", "text/html")}
	w.open(t, &ir.Use{Headers: []ir.Field{cell("X-Session-Key", "s")}}, get("/warm-up"), op).kept()
	secrets := []string{"Authorization", "Proxy-Authorization", "X-Env-Key", "X-Api-Key", "X-Session-Key"}
	first := server.all()[1]
	for _, name := range secrets {
		if first.Header.Get(name) == "" {
			t.Errorf("the first host did not get %s", name)
		}
	}
	if got := first.Header.Get("Cookie"); got != "own=1; sid=0123456789abcdef" {
		t.Errorf("the first host got the cookies %q", got)
	}
	there, back := other.last(t), server.last(t)
	for _, name := range append(secrets, "Cookie") {
		if v := there.Header.Get(name); v != "" {
			t.Errorf("the other host got %s: %s", name, v)
		}
		if v := back.Header.Get(name); v != "" && name != "Cookie" {
			t.Errorf("%s came back: %s", name, v)
		}
	}
	if got := back.Header.Get("Cookie"); got != "sid=0123456789abcdef" {
		t.Errorf("back at the first host the cookies are %q", got)
	}
	if there.body != "data" || there.Header.Get("Accept") != "text/html" || there.Header.Get("Content-Type") != "text/plain; charset=utf-8" || there.Header.Get("User-Agent") == "" {
		t.Errorf("the other host got %q %v", there.body, there.Header)
	}
}

func TestCookies(t *testing.T) {
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/login":
			for _, c := range []string{"sid=0123456789abcdef; Path=/; HttpOnly", "safe=1; Secure", "deep=1; Path=/deep", "old=1; Max-Age=0", "alien=1; Domain=example.com", "com=1; Domain=com", "brief=1; Max-Age=600", "bad name=1"} {
				w.Header().Add("Set-Cookie", c)
			}
		case "/logout":
			w.Header().Add("Set-Cookie", "sid=; Max-Age=0; Path=/")
		}
	})
	b := at(server.URL).open(t, get("/login"), keep("sid", `cookie("sid")`), get("/a"), get("/deep/b"), get("/logout"), get("/c"))
	kept := b.kept()
	all := server.all()
	for i, want := range []string{"", "sid=0123456789abcdef; safe=1; brief=1", "deep=1; sid=0123456789abcdef; safe=1; brief=1", "sid=0123456789abcdef; safe=1; brief=1", "safe=1; brief=1"} {
		if got := all[i].Header.Get("Cookie"); got != want {
			t.Errorf("%s: cookies %q, expected %q", all[i].URL.Path, got, want)
		}
	}
	if kept["sid"] != "0123456789abcdef" {
		t.Errorf("kept %v", kept)
	}
	if b.secrets.Mask("x0123456789abcdefx") != "x***x" {
		t.Error("the cookie is not masked")
	}
	b.again()
	b.do(context.Background())
	if got := server.all()[5].Header.Get("Cookie"); got != "" {
		t.Errorf("another session begins with the cookies %q", got)
	}
}

func TestCookiesOfActors(t *testing.T) {
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/login/") {
			http.SetCookie(w, &http.Cookie{Name: "who", Value: r.URL.Path[7:], Path: "/"})
		}
	})
	as := func(name string) *ir.Use { return &ir.Use{Actor: ir.Literal(name)} }
	at(server.URL).open(t, as("ann"), get("/login/ann"), as("bob"), get("/x"), get("/login/bob"), as("ann"), get("/x"), as("bob"), get("/x")).kept()
	var got []string
	for _, s := range server.all() {
		got = append(got, s.Header.Get("Cookie"))
	}
	if want := []string{"", "", "", "who=ann", "who=bob"}; strings.Join(got, ",") != strings.Join(want, ",") {
		t.Errorf("got %q, expected %q", got, want)
	}
}

func TestAdoptCopiesCookies(t *testing.T) {
	driver := driverOf(t, "http://127.0.0.1:8080")
	one, two := driver.NewState(nil).(*state), driver.NewState(nil).(*state)
	to, err := driver.site.Resolve("/auth/login")
	if err != nil {
		t.Fatal(err)
	}
	one.incoming(to, fields{parsed: http.Header{"Set-Cookie": {"gone=1; Path=/", "gone=; Path=/; Max-Age=0", "first=old; Path=/", "first=new; Path=/; Max-Age=600", "near=1"}}})
	two.incoming(to, fields{parsed: http.Header{"Set-Cookie": {"mine=1; Path=/"}}})
	two.Adopt(one)
	two.Adopt(two)
	for path, want := range map[string]string{"/": "mine=1; first=new", "/auth/x": "near=1; mine=1; first=new"} {
		to, _ := driver.site.Resolve(path)
		header, _ := two.outgoing(&message{to: to, header: http.Header{}})
		if got := header.Get("Cookie"); got != want {
			t.Errorf("%s: %q, expected %q", path, got, want)
		}
	}
}

func TestDurationCoversAllHops(t *testing.T) {
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/from" {
			http.Redirect(w, r, "/to", http.StatusFound)
		}
	})
	b := at(server.URL).open(t, get("/from"), &ir.Expect{Check: ir.CheckTrue, Expr: "duration > 0ms"})
	b.kept()
	if b.samples[0].Duration <= 0 || b.samples[1].Began.Before(b.samples[0].Began.Add(b.samples[0].Duration)) {
		t.Errorf("samples %+v", b.samples)
	}
}

func driverOf(t *testing.T, url string) *Driver {
	t.Helper()
	w := at(url)
	d := New(Config{})
	b := w.open(t)
	if err := d.Start(b.host); err != nil {
		t.Fatal(err)
	}
	return d
}

// A request that writes makes its undo due, even if it failed; one that reads does not.
func TestWritesAreNoted(t *testing.T) {
	server := record(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) })
	for method, due := range map[string]bool{"GET": false, "HEAD": false, "OPTIONS": false, "POST": true, "DELETE": true, "PROPFIND": true} {
		program := &ir.Program{
			Definitions: []ir.Definition{
				{Pattern: "it is made", Driver: "http", Undo: 2, Body: []ir.Step{bound(send(method, "/")), bound(&ir.Expect{Check: ir.CheckStatus, Want: ir.Literal("200")})}},
				{Pattern: "it is unmade", Driver: "http", Body: []ir.Step{bound(send("DELETE", "/undo"))}},
			},
		}
		before := len(server.all())
		w := at(server.URL)
		w.program = program
		host, err := w.host(t)
		if err != nil {
			t.Fatal(err)
		}
		scenario := &ir.Scenario{ID: "s", Steps: []ir.Step{{Bindings: []ir.Binding{{Driver: "http", Definition: 1}}}}}
		script, err := host.Lower(&ir.Feature{}, scenario, "http")
		if err != nil {
			t.Fatal(err)
		}
		s := host.Open(script, -1, 1, nil)
		if err := s.Step(context.Background(), 0); err == nil {
			t.Error("a status of 500 passed")
		}
		s.Close(context.Background())
		host.Close()
		if undone := len(server.all())-before == 2; undone != due {
			t.Errorf("%s: undone is %v", method, undone)
		}
	}
}

func bound(op ir.Op) ir.Step {
	return ir.Step{Bindings: []ir.Binding{{Driver: "http", Op: op}}}
}
