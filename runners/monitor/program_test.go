package monitor_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/monitor"
	"github.com/cucumber-value/hoops/runners/secret"
	"github.com/cucumber-value/hoops/runners/session"
)

// feature makes what the compiler would make of a feature: scenarios, tags before them, steps with keywords,
// and after "Examples: a b" a row a line. A step is bound to the driver "fake":
//
//	POST x           a request that writes
//	call NAME        the definition whose pattern is NAME
//	in Go            the first step function
//	undefined …      an obstacle
//	anything else    a request that reads
func feature(path, text string, definitions ...ir.Definition) *ir.Program {
	p := &ir.Program{
		Definitions: definitions, Funcs: []ir.Func{{Pattern: "in Go", Effect: ir.Reads}},
		Environments: []ir.Environment{{Name: "test", URL: ir.Literal("http://127.0.0.1")}},
		Features:     []ir.Feature{{ID: strings.TrimSuffix(path, ".feature"), Path: path}},
	}
	for i := range p.Definitions {
		for j := range p.Definitions[i].Body {
			bind(p, &p.Definitions[i].Body[j])
		}
	}
	f := &p.Features[0]
	var tags []ir.Tag
	for n, line := range strings.Split(text, "\n") {
		at := diag.Pos{File: path, Line: n + 1, Col: 1}
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		last := len(f.Scenarios) - 1
		switch {
		case word == "":
		case word == "Feature:":
			f.Name = rest
		case word[0] == '@':
			for _, name := range strings.Fields(line) {
				tags = append(tags, ir.Tag{Name: name})
			}
		case word == "Scenario:":
			f.Scenarios = append(f.Scenarios, ir.Scenario{ID: f.ID + "/" + strings.ToLower(rest), Name: rest, Tags: tags, Pos: at})
			tags = nil
		case word == "Examples:":
			f.Scenarios[last].Outline, f.Scenarios[last].Columns = true, strings.Fields(rest)
		case f.Scenarios[last].Outline:
			row := ir.Row{Cells: strings.Fields(line), Tags: f.Scenarios[last].Tags, Pos: at}
			row.ID = f.Scenarios[last].ID + "/" + strings.Join(row.Cells, "-")
			f.Scenarios[last].Rows = append(f.Scenarios[last].Rows, row)
		default:
			step := ir.Step{Keyword: word, Text: rest, Pos: at}
			bind(p, &step)
			f.Scenarios[last].Steps = append(f.Scenarios[last].Steps, step)
		}
	}
	return p
}

func bind(p *ir.Program, s *ir.Step) {
	verb, rest, _ := strings.Cut(s.Text, " ")
	b := ir.Binding{Driver: "fake"}
	switch {
	case verb == "undefined":
		s.Obstacles = []ir.Obstacle{{Driver: "fake", Status: "undefined", Message: "undefined step for driver fake", Help: []string{"define it"}}}
		return
	case verb == "call":
		b.Definition = 1 + slices.IndexFunc(p.Definitions, func(d ir.Definition) bool { return d.Pattern == rest })
	case verb == "within":
		limit, inner, _ := strings.Cut(rest, " ")
		w := &ir.Within{Limit: ir.Literal(limit), Step: step(inner)}
		bind(p, &w.Step)
		b.Op = w
	case s.Text == "in Go":
		b.Op = &ir.Call{Func: 1}
	case verb == "POST":
		b.Op = &ir.Request{Method: "POST", Target: target(s.Text), Name: s.Text}
	default:
		b.Op = &ir.Request{Method: "GET", Target: target(s.Text), Name: s.Text}
	}
	s.Bindings = []ir.Binding{b}
}

// target is a text in which <column> and ${…} are expressions.
func target(text string) ir.Template {
	var t ir.Template
	for {
		literal, rest, found := strings.Cut(strings.NewReplacer("<", "${row.", ">", "}").Replace(text), "${")
		t = append(t, ir.Part{Text: literal})
		if !found {
			return t
		}
		var e string
		e, text, _ = strings.Cut(rest, "}")
		t = append(t, ir.Part{Expr: e})
	}
}

func step(text string) ir.Step {
	return ir.Step{Keyword: "When", Text: text, Pos: diag.Pos{File: "fake.steps.feature", Line: 3, Col: 5}}
}

// fake is a driver whose requests are answered by a function, and takes down when they came.
type fake struct {
	respond func(ctx context.Context, text string, nth int) error // nth request with this text, from 1

	mu     sync.Mutex
	began  time.Time
	calls  []string // "2s text"
	count  map[string]int
	env    *ir.Environment
	closed int
}

func (*fake) Name() string                            { return "fake" }
func (*fake) Accepts(op ir.Op) bool                   { return op.Kind() == ir.KindRequest }
func (*fake) NewState(*session.Session) session.State { return noState{} }
func (d *fake) Close() error                          { d.closed++; return nil }
func (d *fake) Start(h *session.Host) error {
	d.began, d.count, d.env = h.Now(), map[string]int{}, h.Env
	return nil
}

type noState struct{}

func (noState) Adopt(session.State) {}
func (noState) Close()              {}

func (d *fake) Lower(op ir.Op, l *session.Lowering) (session.Action, error) {
	request := op.(*ir.Request)
	if strings.HasPrefix(request.Name, "unlowerable") {
		return nil, fmt.Errorf("%s cannot be lowered", request.Name)
	}
	text, err := l.Text(request.Target)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, f *session.Frame) error {
		text, err := text(f)
		if err != nil {
			return err
		}
		s := f.Session()
		if request.Effect() == ir.Writes {
			s.Wrote()
		}
		began := s.Host().Now()
		d.mu.Lock()
		d.calls = append(d.calls, fmt.Sprintf("%s %s", began.Sub(d.began), text))
		d.count[text]++
		n := d.count[text]
		d.mu.Unlock()
		if d.respond != nil {
			err = d.respond(ctx, text, n)
		}
		s.Answered(answer(text))
		s.Sampled(session.Sample{Name: request.Name, Code: 200, Began: began, Duration: s.Host().Now().Sub(began)})
		return err
	}, nil
}

type answer string

func (answer) Value(name string) any                 { return expr.Missing{What: name} }
func (answer) Call(string, []any) (any, bool, error) { return nil, false, nil }
func (a answer) Describe() string                    { return string(a) }

func plan(p *ir.Program) runners.Plan {
	plan := runners.Plan{
		Program: p, RunID: "run-1", Stage: "probe", Driver: "fake", Env: &p.Environments[0],
		Secrets: secret.NewStore(secret.Options{}), Workers: 4, Now: time.Now,
	}
	for i := range p.Features {
		f := &p.Features[i]
		for j := range f.Scenarios {
			s := &f.Scenarios[j]
			if !s.Outline {
				plan.Selected = append(plan.Selected, runners.Selected{Feature: f, Scenario: s, Row: -1})
			}
			for row := range s.Rows {
				plan.Selected = append(plan.Selected, runners.Selected{Feature: f, Scenario: s, Row: row})
			}
		}
	}
	return plan
}

// tape is a sink that keeps what it sees.
type tape struct {
	events []runners.Event
	at     []time.Duration // since the first
}

func (k *tape) Emit(e runners.Event) error {
	k.events = append(k.events, e)
	k.at = append(k.at, e.Time.Sub(k.events[0].Time))
	return nil
}
func (*tape) Close() error { return nil }

func (k *tape) last() runners.Event { return k.events[len(k.events)-1] }

// of is what was told of a kind: "2s 1 failed name: message".
func (k *tape) of(kind runners.Kind) []string {
	var list []string
	for i, e := range k.events {
		if e.Kind == kind {
			s := fmt.Sprintf("%s %d %s %s: %s", k.at[i], e.Attempt, e.Status, e.Name, e.Message)
			list = append(list, strings.TrimSuffix(s, ": "))
		}
	}
	return list
}

func (k *tape) notices() []string {
	var list []string
	for _, e := range k.events {
		if e.Kind == runners.Noticed {
			list = append(list, e.Message)
		}
	}
	return list
}

type result struct {
	*tape
	*fake
	outcome runners.Outcome
	err     error
}

// run is a run by the contract, with one driver. In a synctest bubble it takes no time.
func run(t testing.TB, ctx context.Context, r monitor.Runner, p runners.Plan, d *fake) result {
	t.Helper()
	r.Drivers = func() []session.Driver { return []session.Driver{d} }
	k := &tape{}
	stream := runners.NewStream(p.Secrets.Mask, k)
	outcome, err := runners.Run(ctx, &r, p, stream)
	if err := stream.Close(); err != nil {
		t.Error(err)
	}
	return result{k, d, outcome, err}
}
