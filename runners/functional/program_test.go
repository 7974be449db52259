package functional

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cucumber/godog"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/secret"
	"github.com/cucumber-value/hoops/runners/session"
)

// program makes what the compiler would make of feature texts by path. Steps are bound to the driver "fake":
//
//	GET /path, POST /path       requests; <columns> and ${…} in them are expressions
//	the status is N             an expectation
//	expect EXPR, keep NAME = EXPR, wait DURATION
//	call NAME ARG               the first definition whose pattern is NAME
//	undefined…, ambiguous…      obstacles
//	undefined for row N         an obstacle for row N (0-based), GET / for the others
func program(t testing.TB, files map[string]string, definitions ...ir.Definition) *ir.Program {
	t.Helper()
	p := &ir.Program{Definitions: definitions, Environments: []ir.Environment{{Name: "test", URL: ir.Literal("http://127.0.0.1")}}}
	var paths []string
	for path := range files {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		p.Files = append(p.Files, ir.File{Path: path, Text: files[path]})
	}
	for i := range p.Definitions {
		for j := range p.Definitions[i].Body {
			bind(p, &p.Definitions[i].Body[j], 0)
		}
	}
	parsed, err := godog.TestSuite{Options: &godog.Options{FS: texts(files), Paths: paths}}.RetrieveFeatures()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range parsed {
		p.Features = append(p.Features, feature(p, f.GherkinDocument))
	}
	return p
}

func feature(p *ir.Program, doc *messages.GherkinDocument) ir.Feature {
	f := ir.Feature{ID: strings.TrimSuffix(doc.Uri, ".feature"), Path: doc.Uri, Name: doc.Feature.Name}
	at := func(l *messages.Location) diag.Pos {
		return diag.Pos{File: doc.Uri, Line: int(l.Line), Col: int(l.Column)}
	}
	steps := func(list []*messages.Step, background bool, rows int) []ir.Step {
		var out []ir.Step
		for _, s := range list {
			step := ir.Step{Keyword: strings.TrimSpace(s.Keyword), Text: s.Text, Background: background, Pos: at(s.Location)}
			bind(p, &step, rows)
			out = append(out, step)
		}
		return out
	}
	tags := func(lists ...[]*messages.Tag) []ir.Tag {
		var out []ir.Tag
		for _, list := range lists {
			for _, tag := range list {
				out = append(out, ir.Tag{Name: tag.Name, Pos: at(tag.Location)})
			}
		}
		return out
	}
	scenario := func(s *messages.Scenario, rule *messages.Rule, backgrounds ...*messages.Background) {
		out := ir.Scenario{ID: f.ID + "/" + strings.ToLower(s.Name), Name: s.Name, Outline: len(s.Examples) > 0, Pos: at(s.Location)}
		inherited := [][]*messages.Tag{doc.Feature.Tags}
		if rule != nil {
			inherited = append(inherited, rule.Tags)
		}
		inherited = append(inherited, s.Tags)
		out.Tags = tags(inherited...)
		last := s.Location.Line
		for _, e := range s.Examples {
			for _, c := range e.TableHeader.Cells {
				if len(out.Columns) < len(e.TableHeader.Cells) {
					out.Columns = append(out.Columns, c.Value)
				}
			}
			for _, r := range e.TableBody {
				row := ir.Row{Pos: at(r.Location), Tags: tags(append(slices.Clone(inherited), e.Tags)...)}
				for _, c := range r.Cells {
					row.Cells = append(row.Cells, c.Value)
				}
				row.ID = out.ID + "/" + strings.Join(row.Cells, "-")
				out.Rows = append(out.Rows, row)
				last = r.Location.Line
			}
		}
		for _, b := range backgrounds {
			if b != nil {
				out.Steps = append(out.Steps, steps(b.Steps, true, len(out.Rows))...)
			}
		}
		out.Steps = append(out.Steps, steps(s.Steps, false, len(out.Rows))...)
		for _, st := range s.Steps {
			last = max(last, st.Location.Line)
			if st.DocString != nil {
				last = max(last, st.DocString.Location.Line+int64(strings.Count(st.DocString.Content, "\n"))+2)
			}
			if st.DataTable != nil {
				last = max(last, st.DataTable.Rows[len(st.DataTable.Rows)-1].Location.Line)
			}
		}
		out.To = int(last)
		f.Scenarios = append(f.Scenarios, out)
	}
	var background *messages.Background
	for _, c := range doc.Feature.Children {
		switch {
		case c.Background != nil:
			background = c.Background
		case c.Scenario != nil:
			scenario(c.Scenario, nil, background)
		case c.Rule != nil:
			var inner *messages.Background
			for _, rc := range c.Rule.Children {
				if rc.Background != nil {
					inner = rc.Background
				} else {
					scenario(rc.Scenario, c.Rule, background, inner)
				}
			}
		}
	}
	return f
}

var words = regexp.MustCompile(`^(GET|POST|the status is|expect|keep|wait|call|pause|undefined for row|undefined|ambiguous)\b ?(.*)$`)

func bind(p *ir.Program, s *ir.Step, rows int) {
	m := words.FindStringSubmatch(s.Text)
	if m == nil {
		m = []string{"", "GET", "/" + s.Text}
	}
	verb, rest := m[1], m[2]
	op := func(o ir.Op) { s.Bindings = append(s.Bindings, ir.Binding{Driver: "fake", Op: o}) }
	switch verb {
	case "GET", "POST":
		op(&ir.Request{Method: verb, Target: template(rest), Name: verb + " " + rest})
	case "the status is":
		op(&ir.Expect{Check: ir.CheckStatus, Want: template(rest)})
	case "expect":
		op(&ir.Expect{Check: ir.CheckTrue, Expr: rest})
	case "keep":
		name, e, _ := strings.Cut(rest, " = ")
		op(&ir.Keep{Name: name, Expr: e})
	case "wait":
		op(&ir.Wait{For: ir.Literal(rest)})
	case "pause":
		op(&ir.Pause{})
	case "call":
		name, arg, _ := strings.Cut(rest, " ")
		d := 1 + slices.IndexFunc(p.Definitions, func(d ir.Definition) bool { return d.Pattern == name })
		b := ir.Binding{Driver: "fake", Definition: d}
		if arg != "" {
			b.Args = []ir.Template{template(arg)}
		}
		s.Bindings = append(s.Bindings, b)
	case "undefined for row":
		n, _ := strconv.Atoi(rest)
		var others []int
		for i := range rows {
			if i != n {
				others = append(others, i)
			}
		}
		s.Bindings = []ir.Binding{{Driver: "fake", Op: &ir.Request{Method: "GET", Target: ir.Literal("/"), Name: "GET /"}, Rows: others}}
		s.Obstacles = []ir.Obstacle{{Driver: "fake", Status: "undefined", Message: "undefined step for driver fake", Rows: []int{n}}}
	case "undefined", "ambiguous":
		s.Obstacles = []ir.Obstacle{{Driver: "fake", Status: verb, Message: verb + " step for driver fake", Help: []string{"define it"}}}
	}
}

var placeholders = regexp.MustCompile(`<(\w+)>|\$\{([^}]*)\}`)

func template(text string) ir.Template {
	var t ir.Template
	for text != "" {
		m := placeholders.FindStringSubmatchIndex(text)
		if m == nil {
			return append(t, ir.Part{Text: text})
		}
		if m[0] > 0 {
			t = append(t, ir.Part{Text: text[:m[0]]})
		}
		source := "row." + text[max(m[2], 0):max(m[3], 0)]
		if m[2] < 0 {
			source = text[m[4]:m[5]]
		}
		t = append(t, ir.Part{Expr: source, Place: ir.Segment})
		text = text[m[1]:]
	}
	return t
}

// step of a definition's body.
func step(text string) ir.Step {
	return ir.Step{Text: text, Pos: diag.Pos{File: "steps/fake.steps.feature", Line: 3, Col: 5}}
}

// fake is a driver whose requests are answered by a function.
type fake struct {
	respond func(ctx context.Context, f *session.Frame, method, target string) (code int, err error)
	closed  atomic.Int32
}

func (*fake) Name() string                            { return "fake" }
func (*fake) Accepts(op ir.Op) bool                   { return op.Kind() == ir.KindRequest }
func (*fake) Start(*session.Host) error               { return nil }
func (*fake) NewState(*session.Session) session.State { return noState{} }
func (d *fake) Close() error                          { d.closed.Add(1); return nil }

type noState struct{}

func (noState) Adopt(session.State) {}
func (noState) Close()              {}

func (d *fake) Lower(op ir.Op, l *session.Lowering) (session.Action, error) {
	request := op.(*ir.Request)
	target, err := l.Text(request.Target)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, f *session.Frame) error {
		path, err := target(f)
		if err != nil {
			return err
		}
		s := f.Session()
		if request.Effect() == ir.Writes {
			s.Wrote()
		}
		code := 200
		if d.respond != nil {
			if code, err = d.respond(ctx, f, request.Method, path); err != nil {
				return err
			}
		}
		s.Sampled(session.Sample{Name: request.Name, Code: code, Duration: time.Millisecond, URL: path})
		s.Answered(answer{code, path})
		return nil
	}, nil
}

type answer struct {
	code int
	path string
}

func (a answer) Value(name string) any {
	switch name {
	case "status":
		return int64(a.code)
	case "text":
		return a.path
	}
	return expr.Missing{What: name}
}
func (answer) Call(string, []any) (any, bool, error) { return nil, false, nil }
func (a answer) Describe() string                    { return fmt.Sprintf("%d %s", a.code, a.path) }

// recorder is the events of a run.
type recorder struct {
	mu     sync.Mutex
	events []runners.Event
}

func (r *recorder) emit(e runners.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// finished are the final events by scenario name; a second one for a name is an error.
func (r *recorder) finished(t testing.TB) map[string]runners.Event {
	t.Helper()
	found := map[string]runners.Event{}
	for _, e := range r.events {
		if e.Kind != runners.ScenarioFinished {
			continue
		}
		if _, twice := found[e.Name]; twice {
			t.Errorf("%s finished twice", e.Name)
		}
		found[e.Name] = e
	}
	return found
}

// steps are "attempt status name" of a scenario's steps.
func (r *recorder) steps(name string) []string {
	var list []string
	scenario := ""
	row := ""
	for _, e := range r.events {
		if e.Kind == runners.ScenarioStarted && e.Name == name {
			scenario, row = e.Scenario, e.Row
		}
	}
	for _, e := range r.events {
		if e.Kind == runners.StepFinished && e.Scenario == scenario && e.Row == row {
			list = append(list, fmt.Sprintf("%d %s %s", e.Attempt, e.Status, e.Name))
		}
	}
	return list
}

func plan(p *ir.Program) runners.Plan {
	return runners.Plan{
		Program: p, RunID: "run-1", Stage: "test", Driver: "fake", Env: &p.Environments[0], Selected: everything(p),
		Secrets: secret.NewStore(secret.Options{}), Workers: 1, Now: time.Now,
	}
}

func everything(p *ir.Program) []runners.Selected {
	var list []runners.Selected
	for i := range p.Features {
		f := &p.Features[i]
		for j := range f.Scenarios {
			s := &f.Scenarios[j]
			if !s.Outline {
				list = append(list, runners.Selected{Feature: f, Scenario: s, Row: -1})
			}
			for row := range s.Rows {
				list = append(list, runners.Selected{Feature: f, Scenario: s, Row: row})
			}
		}
	}
	return list
}

type respond = func(ctx context.Context, f *session.Frame, method, target string) (int, error)

func runner(r respond) *Runner {
	return &Runner{Drivers: func() []session.Driver { return []session.Driver{&fake{respond: r}} }}
}

func execute(t testing.TB, p runners.Plan, r respond) *recorder {
	t.Helper()
	rec := &recorder{}
	if err := runner(r).Run(context.Background(), p, rec.emit); err != nil {
		t.Fatal(err)
	}
	if got := rec.finished(t); len(got) != len(p.Selected) {
		t.Errorf("%d scenarios finished, %d were selected", len(got), len(p.Selected))
	}
	return rec
}
