package http

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/secret"
	"github.com/cucumber-value/hoops/runners/session"
)

type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// bench runs ops as the steps of a scenario.
type bench struct {
	t       fataler
	driver  *Driver
	host    *session.Host
	script  *session.Script
	s       *session.Session
	steps   int
	samples []session.Sample
	secrets *secret.Store
}

type world struct {
	env   ir.Environment
	vars  map[string]string // what ${env.…} reads: text, whatever it looks like
	files []ir.File
	dir   string
	fast  bool // the direct transport
	own   bool // connections of its own

	definitions []ir.Definition

	program *ir.Program
}

func (w world) host(t fataler) (*session.Host, error) {
	t.Helper()
	if w.program == nil {
		w.program = &ir.Program{}
	}
	return w.hostOf(t, New(Config{Version: "1.2.3", Fast: w.fast, OwnConnections: w.own}))
}

func (w world) hostOf(t fataler, d *Driver) (*session.Host, error) {
	t.Helper()
	plan := runners.Plan{Program: w.program, Env: &w.env, Dir: w.dir, Secrets: secret.NewStore(secret.Options{}), Now: time.Now}
	return session.NewHost(plan, d)
}

func at(url string) world { return world{env: ir.Environment{Name: "local", URL: ir.Literal(url)}} }

func (w world) open(t fataler, ops ...ir.Op) *bench {
	t.Helper()
	var steps []ir.Step
	for _, op := range ops {
		steps = append(steps, stepOf(op))
	}
	return w.steps(t, steps...)
}

func stepOf(op ir.Op) ir.Step {
	return ir.Step{Text: "it is sent", Bindings: []ir.Binding{{Driver: "http", Op: op}}}
}

func (w world) steps(t fataler, steps ...ir.Step) *bench {
	t.Helper()
	scenario := ir.Scenario{ID: "f/s", Name: "s"}
	w.env.Vars = nil
	for name, value := range w.vars {
		w.env.Vars = append(w.env.Vars, ir.Var{Name: name, Value: ir.Literal(value)})
	}
	scenario.Steps = steps
	w.program = &ir.Program{Features: []ir.Feature{{ID: "f", Scenarios: []ir.Scenario{scenario}}}, Definitions: w.definitions, Files: w.files}
	b := &bench{t: t, steps: len(steps), driver: New(Config{Version: "1.2.3", Fast: w.fast, OwnConnections: w.own})}
	var err error
	if b.host, err = w.hostOf(t, b.driver); err != nil {
		t.Fatal(err)
	}
	b.secrets = b.host.Secrets
	feature := &w.program.Features[0]
	if b.script, err = b.host.Lower(feature, &feature.Scenarios[0], "http"); err != nil {
		t.Fatal(err)
	}
	b.again()
	return b
}

// again begins another session.
func (b *bench) again() {
	b.samples = nil
	b.s = b.host.Open(b.script, -1, 1, func(s session.Sample) { b.samples = append(b.samples, s) })
}

// run executes every step until one fails, and lets go of everything.
func (b *bench) run(ctx context.Context) error {
	defer b.host.Close()
	defer b.s.Close(ctx)
	return b.do(ctx)
}

func (b *bench) do(ctx context.Context) error {
	for i := range b.steps {
		if err := b.s.Step(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// kept runs everything and is what the session kept.
func (b *bench) kept() map[string]any {
	b.t.Helper()
	if err := b.run(context.Background()); err != nil {
		var f *session.Failure
		if errors.As(err, &f) {
			b.t.Fatalf("%v\n%s", err, strings.Join(f.Lines, "\n"))
		}
		b.t.Fatal(err)
	}
	return b.s.Kept()
}

// fails runs everything and is the failure, which must have the code.
func (b *bench) fails(code string) *session.Failure {
	b.t.Helper()
	err := b.run(context.Background())
	var f *session.Failure
	if !errors.As(err, &f) || f.Code != code {
		b.t.Fatalf("got %v (%+v), expected a failure %s", err, f, code)
	}
	return f
}

func lit(s string) ir.Part { return ir.Part{Text: s} }

func val(name string, place ir.Place) ir.Part { return ir.Part{Expr: "env." + name, Place: place} }

func send(method, target string, headers ...ir.Field) *ir.Request {
	return &ir.Request{Method: method, Target: ir.Literal(target), Headers: headers, Name: method + " " + target}
}

func get(target string) *ir.Request { return send("GET", target) }

func post(target, text string) *ir.Request {
	r := send("POST", target)
	r.Body = &ir.Body{Kind: ir.BodyText, Content: ir.Literal(text)}
	return r
}

func cell(name, value string) ir.Field { return ir.Field{Name: name, Value: ir.Literal(value)} }

func cellOf(name string, parts ...ir.Part) ir.Field { return ir.Field{Name: name, Value: parts} }

func keep(name, source string) *ir.Keep { return &ir.Keep{Name: name, Expr: source} }

var stay = &ir.Use{Redirects: ir.KeepRedirects}

// seen is a request as a server saw it.
type seen struct {
	*http.Request
	body string
}

// recorder is a server that remembers what it saw.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	seen []seen
}

func record(t *testing.T, handle http.HandlerFunc) *recorder {
	r := &recorder{}
	r.Server = httptest.NewServer(r.handler(handle))
	t.Cleanup(r.Close)
	return r
}

func (r *recorder) handler(handle http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		r.seen = append(r.seen, seen{req, string(body)})
		r.mu.Unlock()
		if handle != nil {
			handle(w, req)
		}
	})
}

func (r *recorder) all() []seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]seen(nil), r.seen...)
}

func (r *recorder) last(t fataler) seen {
	t.Helper()
	all := r.all()
	if len(all) == 0 {
		t.Fatal("the server saw nothing")
	}
	return all[len(all)-1]
}

func (r *recorder) address() string { return r.Listener.Addr().String() }

// raw is a TCP server: conversation gets each connection with its number, from 1.
func raw(t *testing.T, conversation func(n int, c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for n := 1; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Add(1)
			go func() {
				defer wg.Done()
				defer c.Close()
				conversation(n, c)
			}()
		}
	}()
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return l.Addr().String()
}
