package load

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/rate"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/secret"
	"github.com/cucumber-value/hoops/runners/session"
)

// scenarioOf makes a scenario "f/name" of steps that run on the driver "http":
//
//	GET /path, POST /path     requests; <columns> in them are expressions
//	the status is N           an expectation
//	wait DURATION, expect EXPR
//	within DURATION STEP
//	anything else             calls the definition of that pattern
func scenarioOf(p *ir.Program, name string, steps ...string) ir.Scenario {
	s := ir.Scenario{ID: "f/" + name, Name: name, Pos: diag.Pos{File: "f.feature", Line: 3, Col: 3}}
	for i, text := range steps {
		s.Steps = append(s.Steps, stepOf(p, text, diag.Pos{File: "f.feature", Line: 4 + i, Col: 10}))
		s.Steps[i].Keyword = "When"
	}
	return s
}

func definitionOf(p *ir.Program, pattern string, steps ...string) *ir.Definition {
	d := ir.Definition{Pattern: pattern, Pos: diag.Pos{File: "f.steps.feature", Line: 1, Col: 1}}
	for i, text := range steps {
		d.Body = append(d.Body, stepOf(p, text, diag.Pos{File: "f.steps.feature", Line: 2 + i, Col: 5}))
	}
	p.Definitions = append(p.Definitions, d)
	return &p.Definitions[len(p.Definitions)-1]
}

var (
	request = regexp.MustCompile(`^(GET|POST) (.+)$`)
	column  = regexp.MustCompile(`<(\w+)>`)
)

func stepOf(p *ir.Program, text string, pos diag.Pos) ir.Step {
	s := ir.Step{Text: text, Pos: pos}
	var op ir.Op
	word, rest, _ := strings.Cut(text, " ")
	switch m := request.FindStringSubmatch(text); {
	case m != nil:
		var target ir.Template
		last := 0
		for _, at := range column.FindAllStringSubmatchIndex(m[2], -1) {
			target = append(target, ir.Part{Text: m[2][last:at[0]]}, ir.Part{Expr: "row." + m[2][at[2]:at[3]], Place: ir.Segment})
			last = at[1]
		}
		if last < len(m[2]) {
			target = append(target, ir.Part{Text: m[2][last:]})
		}
		op = &ir.Request{Method: m[1], Target: target, Name: m[1] + " " + column.ReplaceAllString(m[2], "{$1}")}
	case strings.HasPrefix(text, "the status is "):
		op = &ir.Expect{Check: ir.CheckStatus, Want: ir.Literal(strings.TrimPrefix(text, "the status is "))}
	case word == "expect":
		op = &ir.Expect{Check: ir.CheckTrue, Expr: rest}
	case word == "wait":
		op = &ir.Wait{For: ir.Literal(rest)}
	case word == "within":
		limit, inner, _ := strings.Cut(rest, " ")
		op = &ir.Within{Limit: ir.Literal(limit), Step: stepOf(p, inner, pos)}
	default:
		for i := range p.Definitions {
			if p.Definitions[i].Pattern == text {
				s.Bindings = []ir.Binding{{Driver: "http", Definition: i + 1}}
				return s
			}
		}
		s.Obstacles = []ir.Obstacle{{Driver: "http", Status: "undefined", Message: "undefined step for driver http"}}
		return s
	}
	s.Bindings = []ir.Binding{{Driver: "http", Op: op}}
	return s
}

// planOf selects every scenario and row.
func planOf(p *ir.Program, scenarios ...ir.Scenario) runners.Plan {
	p.Features = []ir.Feature{{ID: "f", Path: "f.feature", Scenarios: scenarios}}
	plan := runners.Plan{
		Program: p, RunID: "r", Stage: "load", Driver: "http", Env: &ir.Environment{Name: "test", URL: ir.Literal("http://127.0.0.1")},
		Secrets: secret.NewStore(secret.Options{}), Workers: 1, Seed: 7, Now: time.Now,
	}
	f := &p.Features[0]
	for i := range f.Scenarios {
		s := &f.Scenarios[i]
		if !s.Outline {
			plan.Selected = append(plan.Selected, runners.Selected{Feature: f, Scenario: s, Row: -1})
		}
		for row := range s.Rows {
			plan.Selected = append(plan.Selected, runners.Selected{Feature: f, Scenario: s, Row: row})
		}
	}
	return plan
}

// server is what the fake driver sends requests to.
type server func(ctx context.Context, name, target string) (code int, err error)

// fake is a driver without a network: the time that its server takes is that of the test's clock.
type fake struct{ serve server }

type said struct {
	code int
	took time.Duration
}

func (a said) Value(name string) any {
	switch name {
	case "status":
		return int64(a.code)
	case "duration":
		return a.took
	}
	return nil
}
func (a said) Call(string, []any) (any, bool, error) { return nil, false, nil }
func (a said) Describe() string                      { return "an answer" }

type noState struct{}

func (noState) Adopt(session.State) {}
func (noState) Close()              {}

func (*fake) Name() string                            { return "http" }
func (*fake) Accepts(op ir.Op) bool                   { return op.Kind() == ir.KindRequest }
func (*fake) Start(*session.Host) error               { return nil }
func (*fake) NewState(*session.Session) session.State { return noState{} }
func (*fake) Close() error                            { return nil }
func (d *fake) Lower(op ir.Op, l *session.Lowering) (session.Action, error) {
	r := op.(*ir.Request)
	target, err := l.Text(r.Target)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, f *session.Frame) error {
		to, err := target(f)
		if err != nil {
			return err
		}
		if r.Effect() == ir.Writes {
			f.Session().Wrote()
		}
		began := time.Now()
		code, err := d.serve(ctx, r.Name, to)
		sample := session.Sample{Name: r.Name, Began: began, Duration: time.Since(began), Code: code}
		if err != nil {
			sample.Err = err.Error()
			f.Session().Sampled(sample)
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			return session.Failf("fake/answer", "no answer: %v", err)
		}
		f.Session().Sampled(sample)
		f.Session().Answered(said{code, sample.Duration})
		return nil
	}, nil
}

func (s server) drivers() []session.Driver { return []session.Driver{&fake{s}} }

// pause is a server's work.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

func answers(code int, after time.Duration) server {
	return func(ctx context.Context, _, _ string) (int, error) { return code, pause(ctx, after) }
}

func profileOf(t testing.TB, text string) rate.Profile {
	t.Helper()
	p, err := rate.ParseProfile(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func expects(sources ...string) []ir.Expression {
	var list []ir.Expression
	for i, s := range sources {
		list = append(list, ir.Expression{Source: s, Pos: diag.Pos{File: "hoops.yaml", Line: i + 1, Col: 5}})
	}
	return list
}

// told is what a run emitted.
type told struct {
	mu        sync.Mutex
	notices   []runners.Event
	intervals []*runners.Summary
	final     *runners.Summary
	end       *runners.Event
	err       error
}

func (r *told) Emit(e runners.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case e.Kind == runners.Noticed:
		r.notices = append(r.notices, e)
	case e.Kind == runners.Summarised && e.Summary.Final:
		r.final = e.Summary
	case e.Kind == runners.Summarised:
		r.intervals = append(r.intervals, e.Summary)
	case e.Kind == runners.StageFinished:
		r.end = &e
	}
	return nil
}

func (r *told) Close() error { return nil }

func (r *told) group(of, name string) runners.Group {
	for _, g := range r.final.Groups {
		if g.Of == of && g.Name == name {
			return g
		}
	}
	return runners.Group{}
}

func (r *told) latency(of, name, what string) time.Duration {
	d, _ := r.group(of, name).Latency[what].(time.Duration)
	return d
}

func (r *told) noticed(text string) int {
	n := 0
	for _, e := range r.notices {
		if strings.Contains(e.Message, text) {
			n++
		}
	}
	return n
}

// loaded runs a load as a stage.
func loaded(t testing.TB, ctx context.Context, l *Runner, plan runners.Plan) *told {
	t.Helper()
	out := &told{}
	stream := runners.NewStream(plan.Secrets.Mask, out)
	outcome, err := runners.Run(ctx, l, plan, stream)
	out.err = err
	if err := stream.Close(); err != nil {
		t.Error(err)
	}
	if err == nil && (out.end == nil || out.end.Outcome != outcome || out.final == nil) {
		t.Fatalf("%q, but %+v, %+v", outcome, out.end, out.final)
	}
	return out
}

// prepared is a run that has not begun.
func prepared(t testing.TB, l *Runner, plan runners.Plan) *run {
	t.Helper()
	gate, found := l.gate(plan)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	host, err := session.NewHost(plan, l.Drivers()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { host.Close() })
	r := &run{Runner: l, plan: plan, emit: func(runners.Event) {}, gate: gate, host: host, shards: []*shard{newShard(false)}}
	if err := r.limits(); err != nil {
		t.Fatal(err)
	}
	if err := r.prepare(); err != nil {
		t.Fatal(err)
	}
	return r
}
