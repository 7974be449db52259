package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/secret"
)

// request is what the fake driver was asked to send.
type request struct {
	method, target, body string
	headers              map[string]string
	cookies              map[string]string
	follow               bool
	actor                string
}

func (r request) String() string { return strings.TrimSpace(r.method + " " + r.target + " " + r.body) }

// reply is what the software says.
type reply struct {
	status  int
	text    string
	cookies map[string]string
	after   time.Duration // Retry-After
	took    time.Duration
	err     error
}

// fake is a driver of requests and scripts that are answered by a function. It logs what was sent.
type fake struct {
	respond func(ctx context.Context, r request) reply

	mu     sync.Mutex
	sent   []request
	states int
	open   int
	closed bool
}

func (*fake) Name() string { return "fake" }
func (*fake) Accepts(op ir.Op) bool {
	return op.Kind() == ir.KindRequest || op.Kind() == ir.KindRun
}
func (*fake) Start(*Host) error { return nil }
func (d *fake) Close() error    { d.closed = true; return nil }

type jar struct {
	driver  *fake
	cookies map[string]string
}

func (d *fake) NewState(*Session) State {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.states++
	d.open++
	return &jar{d, map[string]string{}}
}
func (j *jar) Adopt(from State) { maps.Copy(j.cookies, from.(*jar).cookies) }
func (j *jar) Close() {
	j.driver.mu.Lock()
	defer j.driver.mu.Unlock()
	j.driver.open--
}

func (d *fake) Lower(op ir.Op, l *Lowering) (Action, error) {
	if run, ok := op.(*ir.Run); ok {
		script, err := l.Text(run.Script)
		if err != nil {
			return nil, err
		}
		return func(_ context.Context, f *Frame) error {
			out, err := script(f)
			f.Session().Commanded(command(out))
			return err
		}, nil
	}
	r := op.(*ir.Request)
	target, err := l.Text(r.Target)
	if err != nil {
		return nil, err
	}
	body := func(*Frame) (string, error) { return "", nil }
	if r.Body != nil {
		if body, err = l.Text(r.Body.Content); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, f *Frame) error {
		s := f.Session()
		req := request{method: r.Method, headers: map[string]string{}, cookies: map[string]string{}, follow: f.FollowRedirects(), actor: s.actor}
		var err error
		if req.target, err = target(f); err != nil {
			return err
		}
		if req.body, err = body(f); err != nil {
			return err
		}
		for _, h := range s.Headers() {
			req.headers[h.Name] = h.Value
		}
		mine := s.State(d).(*jar)
		maps.Copy(req.cookies, mine.cookies)
		if r.Effect() == ir.Writes {
			s.Wrote()
		}
		d.mu.Lock()
		d.sent = append(d.sent, req)
		d.mu.Unlock()
		rep := reply{status: 200}
		if d.respond != nil {
			rep = d.respond(ctx, req)
		}
		maps.Copy(mine.cookies, rep.cookies)
		s.Sampled(Sample{Name: r.Name, Code: rep.status, Duration: rep.took})
		if rep.err != nil {
			return &Failure{Code: "http/no-answer", Message: rep.err.Error(), Cause: rep.err}
		}
		s.Answered(answer{rep})
		return nil
	}, nil
}

func (d *fake) log() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []string
	for _, r := range d.sent {
		list = append(list, r.String())
	}
	return list
}

type answer struct{ reply }

func (a answer) RetryAfter() time.Duration { return a.after }
func (a answer) Describe() string          { return fmt.Sprintf("%d\n%s", a.status, a.text) }
func (a answer) Value(name string) any {
	switch name {
	case "status":
		return int64(a.status)
	case "duration":
		return a.took
	case "text":
		return a.text
	case "body":
		v, err := decodeJSON([]byte(a.text))
		if err != nil {
			return expr.Missing{What: "body", Why: "the answer is not JSON"}
		}
		return v
	}
	return expr.Missing{What: name}
}
func (a answer) Call(name string, args []any) (any, bool, error) {
	if name != "cookie" {
		return nil, false, nil
	}
	if v, ok := a.cookies[expr.Text(args[0])]; ok {
		return v, true, nil
	}
	return expr.Missing{What: fmt.Sprintf("cookie(%q)", args[0])}, true, nil
}

// command is a script that says itself and ends with 0, or with 3 when it says fail.
type command string

func (c command) Describe() string                    { return "out: " + string(c) }
func (command) Call(string, []any) (any, bool, error) { return nil, false, nil }
func (c command) Value(name string) any {
	switch name {
	case "exit":
		if strings.Contains(string(c), "fail") {
			return int64(3)
		}
		return int64(0)
	case "out":
		return string(c)
	}
	return expr.Missing{What: name}
}

// clock is advanced by sleeping only.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a program with one scenario and what executes it.
type world struct {
	*Host
	t      testing.TB
	driver *fake
	clock  *clock
	script *Script
	mu     sync.Mutex
	seen   []Sample
}

// newWorld makes a host of a scenario. edit may change the plan.
func newWorld(t testing.TB, p *ir.Program, respond func(context.Context, request) reply, edit ...func(*runners.Plan)) *world {
	t.Helper()
	w := &world{t: t, driver: &fake{respond: respond}, clock: &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
	if len(p.Environments) == 0 {
		p.Environments = []ir.Environment{{Name: "test", URL: ir.Literal("http://127.0.0.1")}}
	}
	plan := runners.Plan{
		Program: p, Env: &p.Environments[0], RunID: "run-7", Number: 7, Seed: 42, Now: w.clock.Now,
		Secrets: secret.NewStore(secret.Options{Lookup: func(name string) (string, bool) {
			v, ok := map[string]string{"HOOPS_SECRET_TOKEN": "hunter22"}[name]
			return v, ok
		}}),
	}
	for _, e := range edit {
		e(&plan)
	}
	host, err := NewHost(plan, w.driver)
	if err != nil {
		t.Fatal(err)
	}
	w.Host = host
	host.Sleep = w.clock.sleep
	f := &p.Features[0]
	if w.script, err = host.Lower(f, &f.Scenarios[0], "fake"); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) open(row int) *Session {
	return w.Open(w.script, row, 1, func(s Sample) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen = append(w.seen, s)
	})
}

// play executes all steps until one fails, and closes the session.
func (w *world) play(row int) (*Session, error) {
	w.t.Helper()
	s := w.open(row)
	var err error
	for i := 0; i < s.Steps() && err == nil; i++ {
		err = s.Step(context.Background(), i)
	}
	for _, f := range s.Close(context.Background()) {
		err = errors.Join(err, f)
	}
	return s, err
}

// program of one scenario. Its definitions and steps are bound to the driver "fake".
func program(definitions []ir.Definition, steps ...ir.Step) *ir.Program {
	for i := range steps {
		steps[i].Keyword = "When"
		steps[i].Pos = diag.Pos{File: "a.feature", Line: 3 + i, Col: 10}
	}
	for i := range definitions {
		for j := range definitions[i].Body {
			definitions[i].Body[j].Pos = diag.Pos{File: "a.steps.feature", Line: 10*(i+1) + j, Col: 10}
		}
	}
	return &ir.Program{
		Features:    []ir.Feature{{ID: "a", Path: "a.feature", Scenarios: []ir.Scenario{{ID: "a/s", Name: "s", Steps: steps}}}},
		Definitions: definitions,
	}
}

// do is a step that executes an op.
func do(op ir.Op) ir.Step {
	return ir.Step{Text: string(op.Kind()), Bindings: []ir.Binding{{Driver: "fake", Op: op}}}
}

// call is a step that calls definition n (1-based).
func call(n int, args ...string) ir.Step {
	b := ir.Binding{Driver: "fake", Definition: n}
	for _, a := range args {
		b.Args = append(b.Args, tpl(a, ir.Plain))
	}
	return ir.Step{Text: fmt.Sprintf("call %d", n), Bindings: []ir.Binding{b}}
}

func get(target string) ir.Step { return send("GET", target, "") }

func send(method, target, json string) ir.Step {
	r := &ir.Request{Method: method, Target: tpl(target, ir.Segment), Name: method + " " + target}
	if json != "" {
		r.Body = &ir.Body{Kind: ir.BodyJSON, Content: tpl(json, ir.JSONValue)}
	}
	return do(r)
}

func expect(e string) ir.Step { return do(&ir.Expect{Check: ir.CheckTrue, Expr: e}) }
func keep(name, e string) ir.Step {
	return do(&ir.Keep{Name: name, Expr: e})
}

func params(typed ...string) []ir.Parameter {
	var list []ir.Parameter
	for _, p := range typed {
		name, typ, _ := strings.Cut(p, ":")
		list = append(list, ir.Parameter{Name: name, Type: typ})
	}
	return list
}

var placeholders = regexp.MustCompile(`\$\{([^}]*)\}`)

// tpl is a template whose expressions all stand at one place; those within JSON quotes are at JSONString.
func tpl(text string, place ir.Place) ir.Template {
	var t ir.Template
	for text != "" {
		m := placeholders.FindStringSubmatchIndex(text)
		if m == nil {
			return append(t, ir.Part{Text: text})
		}
		if m[0] > 0 {
			t = append(t, ir.Part{Text: text[:m[0]]})
		}
		at := place
		if place == ir.JSONValue && m[0] > 0 && text[m[0]-1] == '"' {
			at = ir.JSONString
		}
		t = append(t, ir.Part{Expr: text[m[2]:m[3]], Place: at})
		text = text[m[1]:]
	}
	return t
}

func says(status int, text string) func(context.Context, request) reply {
	return func(context.Context, request) reply {
		return reply{status: status, text: text, took: 50 * time.Millisecond}
	}
}

func failureOf(t testing.TB, err error) *Failure {
	t.Helper()
	var f *Failure
	if !errors.As(err, &f) {
		t.Fatalf("expected a failure, got %v", err)
	}
	return f
}

func mustJSON(t testing.TB, s string) any {
	t.Helper()
	v, err := decodeJSON([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
