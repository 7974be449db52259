package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/secret"
	"github.com/cucumber-value/hoops/runners/session"
)

// needBrowser skips the test, and says so, where there is no browser; in CI that is a failure.
func needBrowser(t testing.TB) {
	t.Helper()
	if _, err := find(os.LookupEnv); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("NO BROWSER, and this is CI: %v", err)
		}
		t.Skipf("NO BROWSER: the browser driver is not tested here: %v", err)
	}
}

// bench is a run against a server of pages, with one driver.
type bench struct {
	t       testing.TB
	url     string
	env     *ir.Environment
	driver  *Driver
	host    *session.Host
	samples []session.Sample
	dir     string
	little  time.Duration     // for what fails
	says    map[string]string // failures by test, when they are golden
	files   []ir.File

	definitions []ir.Definition
}

// newBench serves pages by path: HTML, or a function.
func newBench(t testing.TB, pages map[string]any, set ...func(*bench)) *bench {
	t.Helper()
	needBrowser(t)
	mux := http.NewServeMux()
	for path, page := range pages {
		switch page := page.(type) {
		case string:
			mux.HandleFunc("GET "+path+end(path), func(w http.ResponseWriter, _ *http.Request) { html(w, page) })
		case func(http.ResponseWriter, *http.Request):
			mux.HandleFunc(path, page)
		}
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b := &bench{t: t, url: server.URL, little: 250 * time.Millisecond, dir: t.TempDir(), driver: New(Config{Version: "test"}),
		env: &ir.Environment{Name: "local", URL: ir.Literal(server.URL), StepTimeout: ir.Duration(5 * time.Second)}}
	for _, f := range set {
		f(b)
	}
	plan := runners.Plan{Program: &ir.Program{Files: b.files, Definitions: b.definitions}, RunID: "run", Env: b.env, Secrets: secret.NewStore(secret.Options{}), Dir: b.dir, Workers: 1, Now: time.Now}
	var err error
	if b.host, err = session.NewHost(plan, b.driver); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.host.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func end(path string) string {
	if strings.HasSuffix(path, "/") {
		return "{$}"
	}
	return ""
}

func html(w http.ResponseWriter, page string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, "<!doctype html><html lang=en>"+page)
}

// visit is a session whose steps are run one by one.
type visit struct {
	*bench
	ops      []ir.Op
	session  *session.Session
	attached []runners.Attachment
}

// run executes ops as the steps of one scenario until one fails.
func (b *bench) run(ops ...ir.Op) error {
	v := b.visit(ops...)
	defer v.close()
	return v.all()
}

func (b *bench) visit(ops ...ir.Op) *visit {
	b.t.Helper()
	scenario := &ir.Scenario{ID: "pages/a visit", Name: "a visit"}
	for i, op := range ops {
		scenario.Steps = append(scenario.Steps, ir.Step{Text: fmt.Sprintf("step %d", i+1), Bindings: []ir.Binding{{Driver: "browser", Op: op}}})
	}
	script, err := b.host.Lower(&ir.Feature{}, scenario, "browser")
	if err != nil {
		b.t.Fatal(err)
	}
	v := &visit{bench: b, ops: ops}
	v.session = b.host.Open(script, -1, 1, func(s session.Sample) { b.samples = append(b.samples, s) })
	v.session.OnAttach(func(a runners.Attachment) { v.attached = append(v.attached, a) })
	return v
}

func (v *visit) all() error {
	for i := range v.ops {
		if err := v.step(i); err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) step(i int) error { return v.session.Step(context.Background(), i) }

func (v *visit) close() {
	for _, f := range v.session.Close(context.Background()) {
		v.t.Error(f)
	}
}

// The steps, as short as in a feature.

func open(path string) ir.Op { return &ir.Open{Target: ir.Literal(path), Name: "GET " + path} }

func named(words string) *ir.Target {
	role, name, found := strings.Cut(words, ":")
	if !found {
		return &ir.Target{Name: ir.Literal(words)}
	}
	if role == "css" {
		return &ir.Target{CSS: ir.Literal(name)}
	}
	return &ir.Target{Role: role, Name: ir.Literal(name)}
}

func in(t *ir.Target, holder *ir.Target) *ir.Target { t.In = holder; return t }
func nth(n int, t *ir.Target) *ir.Target            { t.Nth = n; return t }

func click(t *ir.Target) ir.Op { return &ir.Act{Verb: ir.Click, Target: t} }
func fill(t *ir.Target, value string) ir.Op {
	return &ir.Act{Verb: ir.Fill, Target: t, Value: ir.Literal(value)}
}
func act(verb ir.Verb, t *ir.Target, value string) ir.Op {
	return &ir.Act{Verb: verb, Target: t, Value: ir.Literal(value)}
}
func see(words string) ir.Op         { return &ir.See{Look: ir.SeeTarget, Target: named(words)} }
func dontSee(words string) ir.Op     { return &ir.See{Look: ir.SeeTarget, Target: named(words), Not: true} }
func title(words string) ir.Op       { return &ir.See{Look: ir.SeeTitle, Want: ir.Literal(words)} }
func addressIs(words string) ir.Op   { return &ir.See{Look: ir.SeeAddress, Want: ir.Literal(words)} }
func expectTrue(source string) ir.Op { return &ir.Expect{Check: ir.CheckTrue, Expr: source} }

// passes runs ops that must all pass.
func (b *bench) passes(ops ...ir.Op) {
	b.t.Helper()
	if err := b.run(ops...); err != nil {
		b.t.Fatalf("%v\n%s", err, strings.Join(lines(err), "\n"))
	}
}

// fails runs ops of which the last must fail with these words, in its message or the lines below it.
func (b *bench) fails(words string, ops ...ir.Op) *session.Failure {
	b.t.Helper()
	v := b.visit(ops...)
	defer v.close()
	return v.fails(words, 0, len(ops))
}

// fails runs the steps from one to another; the last must fail. It gets little time.
func (v *visit) fails(words string, from, to int) *session.Failure {
	v.t.Helper()
	for i := from; i < to-1; i++ {
		if err := v.step(i); err != nil {
			v.t.Fatalf("step %d: %v\n%s", i+1, err, strings.Join(lines(err), "\n"))
		}
	}
	whole := v.env.StepTimeout
	v.env.StepTimeout = ir.Duration(v.little)
	defer func() { v.env.StepTimeout = whole }()
	err := v.step(to - 1)
	failure, ok := err.(*session.Failure)
	if ok && failure.Code == "browser/timeout" && !strings.Contains(failure.Message, words) { // of a machine with too much to do
		v.env.StepTimeout = whole
		err = v.step(to - 1)
		failure, ok = err.(*session.Failure)
	}
	if !ok {
		v.t.Fatalf("got %v, expected a failure: %s", err, words)
	}
	text := failure.Message + "\n" + strings.Join(append(failure.Lines, failure.Help...), "\n")
	if !strings.Contains(text, words) {
		v.t.Fatalf("got %s\nexpected %s", text, words)
	}
	return failure
}

// example is one case of a test whose cases share a session, for speed: each begins by opening its page.
type example struct {
	name  string
	words string // of the failure of the last op; "" when all pass
	ops   []ir.Op
}

func (b *bench) each(t *testing.T, list []example) {
	var ops []ir.Op
	for _, e := range list {
		ops = append(ops, e.ops...)
	}
	v := b.visit(ops...)
	defer v.close()
	from := 0
	for _, e := range list {
		to := from + len(e.ops)
		t.Run(e.name, func(t *testing.T) {
			b := *b
			b.t = t
			one := *v
			one.bench = &b
			if e.words != "" {
				b.told(t, one.fails(e.words, from, to))
				return
			}
			for i := from; i < to; i++ {
				if err := one.step(i); err != nil {
					t.Fatalf("op %d: %v\n%s", i-from+1, err, strings.Join(lines(err), "\n"))
				}
			}
		})
		from = to
	}
}

func lines(err error) []string {
	if f, ok := err.(*session.Failure); ok {
		return append(f.Lines, f.Help...)
	}
	return nil
}

func leftovers(t *testing.T) []string {
	left, err := filepath.Glob(filepath.Join(os.TempDir(), profilePrefix+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func TestASmallVisit(t *testing.T) {
	b := newBench(t, map[string]any{
		"/":   `<title>Shop</title><h1>Welcome</h1><form action=/in method=post><label>Name <input name=name></label><button>Sign in</button></form>`,
		"/in": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/me?x=1", http.StatusSeeOther) },
		"/me": `<title>Me</title><p>Hello, <b>ann</b></p>`,
	})
	began := time.Now()
	b.passes(open("/"), see("Welcome"), fill(named("Name"), "ann"), click(named("button:Sign in")), see("Hello, ann"), title("Me"), addressIs("/me?x=1"), addressIs(b.url+"/me?x=1"),
		dontSee("Sign in"), expectTrue(`page.title == "Me" && status == 200 && page.count("b") == 1 && page.text("p") == "Hello, ann"`))
	t.Logf("visit with the browser's start: %s", time.Since(began))
	began = time.Now()
	b.passes(open("/"), see("Welcome"), fill(named("Name"), "ann"), click(named("button:Sign in")), see("Hello, ann"))
	t.Logf("second visit: %s", time.Since(began))
	var names []string
	for _, s := range b.samples {
		names = append(names, fmt.Sprintf("%s %d", s.Name, s.Code))
	}
	if got, want := strings.Join(names, ", "), "GET / 200, POST /in 200, GET / 200, POST /in 200"; got != want {
		t.Errorf("samples %s, expected %s", got, want)
	}
}
