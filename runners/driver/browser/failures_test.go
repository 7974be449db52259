package browser

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

func TestNavigationsThatFail(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refusing := nobody.Addr().String()
	nobody.Close()
	release := make(chan struct{})
	b := newBench(t, map[string]any{
		"/": `<h1>Shop</h1><a href=/away>Away</a><a href=/broken>Broken</a><a href=/slow>Slow</a><form method=post action=/away><button>Send away</button></form>`,
		"/away": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
		},
		"/loop":   func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) },
		"/broken": func(w http.ResponseWriter, _ *http.Request) { c, _, _ := w.(http.Hijacker).Hijack(); c.Close() },
		"/slow":   func(w http.ResponseWriter, r *http.Request) { <-release },
		"/half":   func(w http.ResponseWriter, r *http.Request) { html(w, `<h1>Half</h1><script src=/slow></script>`) },
		"/404":    func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404); fmt.Fprint(w, "<h1>Not here</h1>") },
		"/500":    func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) },
	}, func(b *bench) {
		b.env.Hosts = []string{refusing, "127.0.0.1:1"}
		b.little = time.Second
	})
	t.Cleanup(func() { close(release) })
	var list []example
	add := func(name, words string, ops ...ir.Op) { list = append(list, example{name, words, ops}) }
	add("refused", "refuses connections: nothing listens there", open("http://"+refusing+"/"))
	add("unsafe port", "no browser talks to the port of 127.0.0.1:1", open("http://127.0.0.1:1/"))
	add("host", `environment "local" does not allow requests to elsewhere.example:80`, open("http://elsewhere.example/"))
	add("scheme", "its scheme is \"file\"", open("file:///etc/passwd"))
	add("redirect to another host", "the redirect cannot be followed: environment \"local\" does not allow requests to elsewhere.example:80", open("/away"))
	add("click to another host", "does not allow requests to elsewhere.example:80", open("/"), click(named("Away")))
	add("post to another host", "does not allow requests to elsewhere.example:80", open("/"), click(named("Send away")))
	add("redirects without end", "redirects without end", open("/loop"))
	add("broken", "closed the connection without an answer", open("/broken"))
	add("slow", "no answer within 1s from 127.0.0.1", open("/slow"))
	add("slow part", "still waiting for "+b.url+"/slow", open("/half"))
	add("after what was slow", "", see("Half"))
	add("slow after a click", "no answer within 1s", open("/"), click(named("Slow")))
	add("not found is a page", "", open("/404"), see("Not here"), expectTrue("status == 404"))
	add("an empty error is an answer", "", open("/500"), expectTrue("status == 500"))
	add("goes on", "", open("/"), see("Shop"))
	b.golden(t, "testdata/navigations.golden", func() { b.each(t, list) })
	for _, s := range b.samples {
		if s.Name == "" || s.Code == 0 && s.Err == "" {
			t.Errorf("sample %+v", s)
		}
	}
}

func TestUnreachableInPlainWords(t *testing.T) {
	for code, words := range map[string]string{
		"NAME_NOT_RESOLVED":      "no host is named shop.example",
		"CONNECTION_REFUSED":     "shop.example refuses connections: nothing listens there",
		"CONNECTION_TIMED_OUT":   "no answer from shop.example",
		"CERT_AUTHORITY_INVALID": "the certificate of shop.example is not trusted: its authority is unknown here",
		"SSL_PROTOCOL_ERROR":     "the TLS of shop.example is not accepted: ssl protocol error",
		"ADDRESS_UNREACHABLE":    "there is no way to shop.example",
		"INVALID_HTTP_RESPONSE":  "what shop.example answers is not HTTP",
		"SOMETHING_NEW":          "shop.example cannot be opened: net::ERR_SOMETHING_NEW",
	} {
		if got := unreachable("net::ERR_"+code, "https://shop.example/x", "").Error(); got != words {
			t.Errorf("%s: %s, expected %s", code, got, words)
		}
	}
}

func TestNothingToSee(t *testing.T) {
	b := newBench(t, nil)
	b.fails("no page has been opened yet", see("Shop"))
	b.fails("no page has been opened yet", expectTrue(`page.title == "Shop"`))
}

func TestACrashFailsItsSessionOnly(t *testing.T) {
	b := newBench(t, map[string]any{"/": `<h1>Shop</h1>`})
	v := b.visit(open("/"), see("Nobody"), open("/"))
	if err := v.step(0); err != nil {
		t.Fatal(err)
	}
	tab := v.session.State(b.driver).(*state).tabs[0]
	time.AfterFunc(200*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(tab.ctx, time.Second)
		defer cancel()
		chromedp.Call(ctx, page.Crash, cdp.Empty{})
	})
	v.env.StepTimeout = ir.Duration(time.Minute) // whoever waits for it has not seen the crash, and says something else
	err := v.step(1)
	if f, ok := err.(*session.Failure); !ok || f.Message != "the page crashed" {
		t.Error(err)
	}
	v.close()
	b.passes(open("/"), see("Shop"))
}

// kill ends the browser of a session with SIGKILL, as a machine without memory does.
func kill(t *testing.T, v *visit) {
	t.Helper()
	tab := v.session.State(v.driver).(*state).tabs[0]
	info, err := chromedp.CallBrowser(tab.ctx, systeminfo.GetProcessInfo, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range info.ProcessInfo {
		if p.Type == "browser" {
			process, err := os.FindProcess(int(p.ID))
			if err == nil {
				err = process.Kill()
			}
			if err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("no process of the browser")
}

func TestABrowserThatEndsIsReplaced(t *testing.T) {
	b := newBench(t, map[string]any{"/": `<h1>Shop</h1>`}, func(b *bench) { b.driver = New(Config{Version: "test", Parallel: 2}) })
	v := b.visit(open("/"), see("Nobody"), open("/"), see("Shop"))
	other := b.visit(open("/"), see("Nobody"))
	defer other.close()
	if err := errors.Join(v.step(0), other.step(0)); err != nil {
		t.Fatal(err)
	}
	kill(t, v)
	v.env.StepTimeout = ir.Duration(time.Minute) // whoever waits for it has not seen the end, and says something else
	err := v.step(1)
	f, ok := err.(*session.Failure)
	if !ok || !strings.HasPrefix(f.Message, "the browser ended") || !strings.Contains(f.Message, "killed") {
		t.Error(err)
	}
	v.close()
	b.passes(open("/"), see("Shop"))
	// Another session that was at work hears the same, although the next browser runs already.
	if err := other.step(1); err == nil || err.Error() != f.Message {
		t.Errorf("%v, expected %s", err, f.Message)
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	needBrowser(t)
	before := leftovers(t)
	t.Run("run", func(t *testing.T) {
		b := newBench(t, map[string]any{"/": `<h1>Shop</h1>`})
		b.passes(open("/"), see("Shop"))
		if len(leftovers(t)) == len(before) {
			t.Error("the browser has no folder of its own")
		}
	})
	after := slices.DeleteFunc(leftovers(t), func(f string) bool { return slices.Contains(before, f) })
	if len(after) > 0 {
		t.Errorf("left: %q", after)
	}
	// A folder whose process was killed goes when the next browser starts.
	temp := t.TempDir()
	dir := filepath.Join(temp, profilePrefix+"dead")
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "Default"), 0o700), os.WriteFile(dir+".lock", nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	alive, err := os.Create(filepath.Join(temp, profilePrefix+"alive.lock"))
	if err != nil || os.Mkdir(filepath.Join(temp, profilePrefix+"alive"), 0o700) != nil || take(alive) != nil {
		t.Fatal(err)
	}
	defer alive.Close()
	sweep(temp)
	left, _ := filepath.Glob(filepath.Join(temp, "*"))
	if len(left) != 2 || !strings.Contains(left[0], "alive") {
		t.Errorf("left %q, expected those of the process that lives", left)
	}
}

func TestInterrupted(t *testing.T) {
	b := newBench(t, map[string]any{"/": `<h1>Shop</h1>`})
	v := b.visit(open("/"), see("Nobody"))
	defer v.close()
	if err := v.step(0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	if err := v.session.Step(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, expected to be interrupted", err)
	}
}

func TestEvidence(t *testing.T) {
	b := newBench(t, map[string]any{
		"/": `<title>Shop</title><h1>Basket</h1><button>Pay</button><script>console.error('no stock', 7); fetch('/nothing'); setTimeout(() => { throw new Error('boom') })</script>`,
	})
	v := b.visit(open("/"), see("Thank you"), &ir.Act{Verb: ir.Screenshot})
	defer v.close()
	f := v.fails("Thank you", 0, 2)
	text := strings.Join(f.Lines, "\n")
	for _, words := range []string{"/ \"Shop\", status 200", "console error: no stock 7", "console exception: Uncaught Error: boom", "/nothing → 404", "evidence in .hoops/failures/run/pages-a-visit"} {
		if !strings.Contains(text, words) {
			t.Errorf("%q is not in\n%s", words, text)
		}
	}
	if err := v.step(2); err != nil {
		t.Fatal(err)
	}
	if len(v.attached) != 4 {
		t.Fatalf("attached %+v", v.attached)
	}
	for i, media := range []string{"image/png", "image/svg+xml", "text/plain", "image/png"} {
		a := v.attached[i]
		data, err := os.ReadFile(filepath.Join(b.dir, filepath.FromSlash(a.Name)))
		if err != nil || a.Media != media || int64(len(data)) != a.Size || len(data) == 0 {
			t.Errorf("%+v: %v", a, err)
		}
		if media == "text/plain" && !strings.Contains(string(data), "heading \"Basket\"") {
			t.Errorf("no outline in\n%s", data)
		}
	}
}

// other is a driver that keeps cookies and does nothing else.
type other struct{ states []*jar }

type jar struct{ news, taken []session.Cookie }

func (*other) Name() string              { return "other" }
func (*other) Accepts(op ir.Op) bool     { return op.Kind() == ir.KindRun }
func (*other) Start(*session.Host) error { return nil }
func (*other) Close() error              { return nil }
func (o *other) NewState(*session.Session) session.State {
	j := &jar{}
	o.states = append(o.states, j)
	return j
}
func (j *jar) Adopt(session.State) {}
func (j *jar) Close()              {}
func (j *jar) News(context.Context) ([]session.Cookie, error) {
	n := j.news
	j.news = nil
	return n, nil
}
func (j *jar) Take(_ context.Context, c []session.Cookie) error {
	j.taken = append(j.taken, c...)
	return nil
}
func (o *other) Lower(ir.Op, *session.Lowering) (session.Action, error) {
	return func(ctx context.Context, f *session.Frame) error {
		return f.Session().ShareCookies(ctx, f.Session().State(o).(*jar))
	}, nil
}

func TestCookiesAreCommonToAllDrivers(t *testing.T) {
	b := newBench(t, map[string]any{
		"/": func(w http.ResponseWriter, r *http.Request) {
			c, _ := r.Cookie("sid")
			html(w, fmt.Sprintf("<h1>%v</h1>", c))
		},
		"/set": func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "town", Value: "Ulm", Path: "/"})
			html(w, "<h1>set</h1><script>document.cookie='from=script'</script>")
		},
		"/del": func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "town", Path: "/", MaxAge: -1})
			html(w, "gone")
		},
	})
	o := &other{}
	host, err := session.NewHost(runners.Plan{Program: &ir.Program{}, RunID: "run", Env: b.env, Secrets: b.host.Secrets, Dir: b.dir, Now: time.Now}, New(Config{}), o)
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	b.host, b.driver = host, nil
	run := &ir.Run{}
	v := b.visit(run, open("/"), see("sid=1"), open("/set"), run, open("/del"), run)
	defer v.close()
	mine := func() *jar { return v.session.State(o).(*jar) }
	for i := range v.ops {
		if i == 1 {
			from := *host.Env
			u, _ := http.NewRequest("GET", b.url+"/", nil)
			_ = from
			mine().news = []session.Cookie{{From: u.URL, Cookie: &http.Cookie{Name: "sid", Value: "1"}}}
		}
		if err := v.step(i); err != nil {
			t.Fatalf("step %d: %v %q", i+1, err, lines(err))
		}
	}
	var got []string
	for _, c := range mine().taken {
		got = append(got, fmt.Sprintf("%s=%s %d", c.Cookie.Name, c.Cookie.Value, c.Cookie.MaxAge))
	}
	slices.Sort(got)
	if text := strings.Join(got, ", "); text != "from=script 0, town= -1, town=Ulm 0" {
		t.Errorf("the other driver was told %s", text)
	}
}

func TestHeadersGoToTheSoftwareOnly(t *testing.T) {
	var mu sync.Mutex
	seen := map[string][]string{}
	note := func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen[r.URL.Path] = append(seen[r.URL.Path], r.Header.Get("X-Env")+"|"+r.Header.Get("Authorization")+"|"+r.Header.Get("X-Step"))
		mu.Unlock()
	}
	foreign := newBench(t, map[string]any{"/": func(w http.ResponseWriter, r *http.Request) {
		note(w, &http.Request{URL: r.URL.JoinPath("foreign"), Header: r.Header})
		html(w, "there")
	}})
	b := newBench(t, map[string]any{
		"/": func(w http.ResponseWriter, r *http.Request) {
			note(w, r)
			html(w, "<h1>Shop</h1><script>fetch('/api'); fetch('"+foreign.url+"', {mode: 'no-cors'})</script>")
		},
		"/api": func(w http.ResponseWriter, r *http.Request) { note(w, r) },
		"/away": func(w http.ResponseWriter, r *http.Request) {
			note(w, r)
			http.Redirect(w, r, foreign.url+"/", http.StatusFound)
		},
	}, func(b *bench) {
		b.env.Headers = []ir.Field{{Name: "X-Env", Value: ir.Literal("e")}}
		b.env.Auth = &ir.Auth{Bearer: ir.Literal("token-123")}
		b.env.Hosts = []string{strings.TrimPrefix(foreign.url, "http://")}
	})
	b.passes(open("/"), &ir.Use{Headers: []ir.Field{{Name: "X-Step", Value: ir.Literal("s")}}}, open("/"), open("/away"))
	mu.Lock()
	defer mu.Unlock()
	got := fmt.Sprint(seen["/"], seen["/api"], seen["/away"])
	if want := "[e|Bearer token-123| e|Bearer token-123|s] [e|Bearer token-123| e|Bearer token-123|s] [e|Bearer token-123|s]"; got != want {
		t.Errorf("the software got %s\nexpected %s", got, want)
	}
	for _, h := range seen["/foreign"] {
		if h != "||" {
			t.Errorf("another host got %s", h)
		}
	}
	if len(seen["/foreign"]) < 2 {
		t.Errorf("the other host was not asked: %q", seen)
	}
}

func TestActorsAndParallelSessions(t *testing.T) {
	b := newBench(t, map[string]any{
		"/in": func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "who", Value: r.FormValue("name"), Path: "/"})
			html(w, "in")
		},
		"/who": func(w http.ResponseWriter, r *http.Request) {
			c, err := r.Cookie("who")
			if err != nil {
				c = &http.Cookie{Name: "nobody"}
			}
			time.Sleep(20 * time.Millisecond)
			html(w, fmt.Sprintf("<h1>%v</h1>", c))
		},
	})
	actor := func(name string) ir.Op { return &ir.Use{Actor: ir.Literal(name)} }
	b.passes(actor("ann"), open("/in?name=ann"), actor("bob"), open("/in?name=bob"), actor("ann"), open("/who"), see("who=ann"), actor("bob"), open("/who"), see("who=bob"))
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wg.Go(func() {
			b := *b
			name := fmt.Sprint("user", i)
			errs[i] = b.run(open("/who"), see("nobody"), open("/in?name="+name), open("/who"), see("who="+name))
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if n := len(b.driver.leases); n != 0 || len(b.driver.slots) != 0 {
		t.Errorf("%d leases and %d places are still taken", n, len(b.driver.slots))
	}
}

func TestNoBrowser(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	places := func(string) (string, bool) { return "", false }
	if path, err := find(places); err == nil && !strings.Contains(path, "Chrom") && !strings.Contains(path, "Edge") {
		t.Errorf("found %s", path)
	} else if err != nil {
		var unavailable *session.Unavailable
		if !errors.As(err, &unavailable) || !strings.Contains(unavailable.Help, "apt-get install chromium") {
			t.Errorf("%v", err)
		}
	}
	if _, err := find(func(string) (string, bool) { return "/no/such/chrome", true }); err == nil || !strings.Contains(err.Error(), "HOOPS_CHROME is /no/such/chrome") {
		t.Errorf("%v", err)
	}
}

// A browser that does not start says why. One in a temporary folder with a long path starts all the same.
func TestABrowserThatDoesNotStart(t *testing.T) {
	needBrowser(t)
	bad := filepath.Join(t.TempDir(), "chromium")
	if err := os.WriteFile(bad, []byte("#!/bin/sh\necho [1:2:ERROR:x] noise >&2\necho no more memory >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, nil, func(b *bench) {
		b.driver = New(Config{Version: "test", Lookup: func(string) (string, bool) { return bad, true }})
	})
	_, err := b.host.Lower(&ir.Feature{}, &ir.Scenario{Steps: []ir.Step{{Bindings: []ir.Binding{{Driver: "browser", Op: open("/")}}}}}, "browser")
	var unavailable *session.Unavailable
	if !errors.As(err, &unavailable) || !strings.Contains(err.Error(), `does not start: it says "no more memory": start it by hand`) || strings.Contains(err.Error(), "noise") {
		t.Errorf("%v", err)
	}
	long := filepath.Join(t.TempDir(), strings.Repeat("long", 20))
	if err := os.Mkdir(long, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", long)
	newBench(t, map[string]any{"/": `<h1>Shop</h1>`}).passes(open("/"), see("Shop"))
}

func TestLargePages(t *testing.T) {
	rows := func(n int) string {
		var b strings.Builder
		b.WriteString("<p id=out></p><table>")
		for i := range n {
			fmt.Fprintf(&b, "<tr><td>Item %d<td><button onclick=\"out.textContent='%d'\">Delete</button>", i, i)
		}
		return b.String() + "</table><button>Only one</button>"
	}
	b := newBench(t, map[string]any{"/2000": rows(500), "/10000": rows(10000)}, func(b *bench) { b.env.StepTimeout = ir.Duration(30 * time.Second) })
	v := b.visit(open("/2000"), click(named("button:Only one")), see("Item 499"), open("/10000"),
		click(in(named("button:Delete"), named("row:Item 9876"))), expectTrue(`page.text("#out") == "9876"`), see("Item 9999"), dontSee("Nothing of the kind"))
	defer v.close()
	for i := range v.ops {
		began := time.Now()
		if err := v.step(i); err != nil {
			t.Fatalf("step %d: %v %q", i+1, err, lines(err))
		}
		t.Logf("step %d: %s", i+1, time.Since(began).Round(time.Millisecond))
		if i == 2 {
			tab := v.session.State(b.driver).(*state).tabs[0]
			var took []time.Duration
			for range 21 {
				began := time.Now()
				if _, err := tab.ready(tab.ctx, &element{Role: "button", Name: "Delete", Nth: 400}, "count"); err != nil {
					t.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			var counts []time.Duration
			for range 21 {
				began := time.Now()
				if _, err := askMain[reply](tab.ctx, tab, "count", &element{Name: "Only one"}, "click"); err != nil {
					t.Fatal(err)
				}
				counts = append(counts, time.Since(began))
			}
			slices.Sort(counts)
			t.Logf("2,000 elements: locate and wait p50 %s; locate p50 %s", took[10], counts[10])
		}
	}
}
