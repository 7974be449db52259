package browser

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

// nobody is an address where nothing listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// What goes wrong outside of the page, or before there is one, is told too: golden, for people read it.
func TestWhatIsTold(t *testing.T) {
	b := newBench(t, nil)
	says := map[string]string{}
	b.golden(t, "testdata/told.golden", func() {
		for name, f := range map[string]func(*testing.T) *session.Failure{
			"unknown key": func(t *testing.T) *session.Failure {
				return lowered1(t, &ir.Act{Verb: ir.Press, Value: ir.Literal("Entr")})
			},
			"unknown modifier": func(t *testing.T) *session.Failure {
				return lowered1(t, &ir.Act{Verb: ir.Press, Value: ir.Literal("Ctrl+a")})
			},
			"empty target":                     emptyTarget,
			"empty target to look for":         emptyLook,
			"proxy that is not there":          proxyAway,
			"proxy that refuses":               proxyRefuses,
			"certificate that nobody trusts":   untrusted,
			"certificate of another host":      otherHost,
			"download that never ends":         endlessDownload,
			"file to upload that is not there": noUpload,
			"dialog that nobody expected":      unexpectedDialog,
			"page that crashes":                pageCrashes,
			"browser that crashes":             browserCrashes,
			"page that goes on leaving":        leavingPage,
			"remote browser that is not there": noRemote,
		} {
			t.Run(name, func(t *testing.T) { says[t.Name()] = toldAs(t, f(t)) })
		}
		b.says = says
	})
}

// lowered1 is what is wrong with an op before anything runs.
func lowered1(t *testing.T, op ir.Op) *session.Failure {
	b := newBench(t, nil)
	scenario := &ir.Scenario{ID: "a/b", Steps: []ir.Step{{Text: "x", Bindings: []ir.Binding{{Driver: "browser", Op: op}}}}}
	_, err := b.host.Lower(&ir.Feature{}, scenario, "browser")
	var f *session.Failure
	if !errors.As(err, &f) {
		t.Fatal(err)
	}
	return f
}

func emptyTarget(t *testing.T) *session.Failure {
	return newBench(t, map[string]any{"/": "<button>Pay</button>"}).fails("", open("/"), click(named("")))
}

func emptyLook(t *testing.T) *session.Failure {
	return newBench(t, map[string]any{"/": "<button>Pay</button>"}).fails("", open("/"), see(" "))
}

func proxyAway(t *testing.T) *session.Failure {
	return newBench(t, nil, func(b *bench) {
		b.env.URL, b.env.Proxy, b.little = ir.Literal("http://shop.example"), ir.Literal("http://"+nobody(t)), time.Minute
	}).fails("", open("/"))
}

func proxyRefuses(t *testing.T) *session.Failure {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	t.Cleanup(proxy.Close)
	return newBench(t, nil, func(b *bench) {
		b.env.URL, b.env.Proxy, b.little = ir.Literal("https://shop.example"), ir.Literal(proxy.URL), time.Minute
	}).fails("", open("/"))
}

func untrusted(t *testing.T) *session.Failure { return overTLS(t, "127.0.0.1") }
func otherHost(t *testing.T) *session.Failure { return overTLS(t, "localhost") }

func overTLS(t *testing.T, host string) *session.Failure {
	config, ca := authority(t, t.TempDir())
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { html(w, "<h1>Shop</h1>") }))
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	_ = ca
	return newBench(t, nil, func(b *bench) {
		b.env.URL, b.little = ir.Literal(strings.Replace(server.URL, "127.0.0.1", host, 1)), time.Minute
	}).fails("", open("/"))
}

func endlessDownload(t *testing.T) *session.Failure {
	release := make(chan struct{})
	b := newBench(t, map[string]any{
		"/": `<a href=/orders.csv>Orders</a>`,
		"/orders.csv": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/csv")
			io.WriteString(w, "a,b\n")
			w.(http.Flusher).Flush()
			<-release
		},
	}, func(b *bench) { b.little = 2 * time.Second })
	t.Cleanup(func() { close(release) })
	return b.fails("", open("/"), click(named("Orders")))
}

func noUpload(t *testing.T) *session.Failure {
	return newBench(t, map[string]any{"/": "<label>Card <input type=file></label>"}).fails("", open("/"), act(ir.Upload, named("Card"), "data/card.jpg"))
}

func unexpectedDialog(t *testing.T) *session.Failure {
	f := newBench(t, map[string]any{"/": `<button onclick="if (!confirm('Delete all orders?')) document.body.append('Kept')">Delete</button>`}).
		fails("", open("/"), click(named("Delete")), see("Kept"))
	for i, line := range f.Lines { // of the page, and worth to be read here
		f.Lines[i] = strings.Replace(line, "dialog ", "the dialog: ", 1)
	}
	return f
}

func pageCrashes(t *testing.T) *session.Failure {
	b := newBench(t, map[string]any{"/": "<h1>Shop</h1>"}, func(b *bench) { b.little = time.Minute })
	v := b.visit(open("/"), see("Nobody"))
	defer v.close()
	if err := v.step(0); err != nil {
		t.Fatal(err)
	}
	tab := v.session.State(b.driver).(*state).tabs[0]
	go chromedp.Call(tab.ctx, page.Crash, cdp.Empty{}) // it never answers
	return v.fails("", 1, 2)
}

func browserCrashes(t *testing.T) *session.Failure {
	b := newBench(t, map[string]any{"/": "<h1>Shop</h1>"}, func(b *bench) { b.little = time.Minute })
	v := b.visit(open("/"), see("Nobody"))
	defer v.close()
	if err := v.step(0); err != nil {
		t.Fatal(err)
	}
	kill(t, v)
	return v.fails("", 1, 2)
}

// A frame that loads anew all the time is there, or not, when the time is up.
func TestAFrameThatGoesOnLeaving(t *testing.T) {
	b := newBench(t, map[string]any{
		"/":      `<h1>Shop</h1><iframe src=/inner></iframe>`,
		"/inner": `<button disabled>Pay</button><script>onload = () => setTimeout(() => location.reload(), 20)</script>`,
	}, func(b *bench) { b.little = 2 * time.Second })
	f := b.fails("Pay", open("/"), click(named("Pay")))
	if f.Code == "browser/not-found" && !strings.Contains(f.Message, "was not on the page in time (waited 2s), and is there now") && !strings.Contains(f.Help[0], "nothing on the page") {
		t.Errorf("%s %q", f.Message, f.Help)
	}
}

func leavingPage(t *testing.T) *session.Failure {
	b := newBench(t, map[string]any{
		"/":     `<a href=/loop>Loop</a>`,
		"/loop": `<h1>Shop</h1><script>location.reload()</script>`,
	}, func(b *bench) { b.little = 2 * time.Second })
	return b.fails("", open("/"), click(named("Loop")))
}

func noRemote(t *testing.T) *session.Failure {
	b := newBench(t, nil, func(b *bench) { b.env.Browser = "ws://" + nobody(t) })
	_, err := b.driver.Lower(&ir.Open{}, nil)
	u, ok := err.(*session.Unavailable)
	if !ok {
		t.Fatal(err)
	}
	return &session.Failure{Code: "browser", Message: u.Message, Help: []string{u.Help}}
}
