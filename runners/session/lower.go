package session

import (
	"context"
	"fmt"
	"regexp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// Script is a scenario lowered for a driver: immutable, shared by every session that executes it.
type Script struct {
	Feature  *ir.Feature
	Scenario *ir.Scenario
	Driver   string
	steps    []rowSteps
	rules    []rule // cross-cutting
}

// rowSteps is one step of a scenario: usually one closure for all rows, or one for some of them when a column
// stands in the step's fixed words.
type rowSteps []struct {
	rows []int
	run  Action
}

// body is a definition lowered for a driver: once per run, however many steps call it.
type body struct {
	definition *ir.Definition
	steps      []lowered
	undo       *body
	needs      []string // names that the body reads and does not keep itself, for undo
}

type lowered struct {
	step *ir.Step
	run  Action
}

type bodyKey struct {
	definition int
	driver     string
}

// Lower turns a scenario into a script for a driver. Steps and rows that do not run there, which a runner finds
// out before (ir.Program.Blocked), are left out and fail as such when they are executed.
func (h *Host) Lower(feature *ir.Feature, scenario *ir.Scenario, driver string) (*Script, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	script := &Script{Feature: feature, Scenario: scenario, Driver: driver}
	l := &Lowering{host: h, driver: driver}
	var err error
	if script.rules, err = l.rules(scenario); err != nil {
		return nil, err
	}
	for i := range scenario.Steps {
		step := &scenario.Steps[i]
		var alternatives rowSteps
		for j := range step.Bindings {
			if b := &step.Bindings[j]; b.Driver == driver && !h.blocked(step, b) {
				run, err := l.binding(step, b)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", step.Pos, err)
				}
				alternatives = append(alternatives, struct {
					rows []int
					run  Action
				}{b.Rows, run})
			}
		}
		script.steps = append(script.steps, alternatives)
	}
	return script, nil
}

// blocked reports whether a binding leads to a step that does not run on its driver.
func (h *Host) blocked(step *ir.Step, b *ir.Binding) bool {
	row := -1
	if len(b.Rows) > 0 {
		row = b.Rows[0]
	}
	o, _ := h.Program.Blocked([]ir.Step{*step}, b.Driver, row, nil)
	return o != nil
}

func (l *Lowering) binding(step *ir.Step, b *ir.Binding) (Action, error) {
	if b.Definition > 0 {
		return l.call(step, b)
	}
	l.step = step
	return l.op(b.Op)
}

// op lowers what the session itself executes, and leaves the rest to the first driver that accepts it.
func (l *Lowering) op(op ir.Op) (Action, error) {
	switch op := op.(type) {
	case *ir.Expect:
		return l.expect(op)
	case *ir.Keep:
		return l.keep(op)
	case *ir.Wait:
		return l.wait(op)
	case *ir.Within:
		return l.within(op)
	case *ir.Pause:
		return func(ctx context.Context, f *Frame) error {
			if f.session.host.Pause == nil {
				return nil
			}
			return f.session.host.Pause(ctx, f.session)
		}, nil
	case *ir.Call:
		return l.goFunc(op)
	case *ir.Use:
		switch {
		case op.Actor != nil:
			return l.actor(op)
		case op.Redirects != "":
			return func(_ context.Context, f *Frame) error { f.redirects = op.Redirects; return nil }, nil
		}
		return l.headers(op)
	}
	for _, d := range l.host.drivers {
		if !d.Accepts(op) {
			continue
		}
		run, err := d.Lower(op, l)
		if err == nil && len(l.host.Program.CrossCutting) > 0 {
			switch op.Kind() {
			case ir.KindRequest:
				run = crossCut(run, false)
			case ir.KindOpen, ir.KindAct:
				run = crossCut(run, true)
			}
		}
		return run, err
	}
	return nil, fmt.Errorf("no driver of this run executes %q", op.Kind())
}

func (l *Lowering) keep(op *ir.Keep) (Action, error) {
	program, err := expr.Compile(op.Expr, l.spelt(op.Pos))
	if program, err = l.compiled(program, op.Expr, err); err != nil {
		return nil, err
	}
	name, secret := op.Name, op.Secret
	return func(_ context.Context, f *Frame) error {
		v, err := program.Eval(f)
		if err != nil {
			u := unevaluated(program.Written(), err).(*Failure)
			u.Code, u.Lines = "keep/"+u.Code[len("value/"):], f.session.describe()
			return u
		}
		return f.session.Keep(name, v, secret)
	}, nil
}

func (l *Lowering) headers(op *ir.Use) (Action, error) {
	values := make([]TextFunc, len(op.Headers))
	for i, h := range op.Headers {
		var err error
		if values[i], err = l.Text(h.Value); err != nil {
			return nil, err
		}
	}
	return func(_ context.Context, f *Frame) error {
		for i, h := range op.Headers {
			text, err := values[i](f)
			if err != nil {
				return err
			}
			f.session.setHeader(h.Name, text)
		}
		return nil
	}, nil
}

func (l *Lowering) goFunc(op *ir.Call) (Action, error) {
	if op.Func > len(l.host.Funcs) || l.host.Funcs[op.Func-1] == nil {
		return nil, fmt.Errorf("the step function %q is not part of this program: run it with the hoops that was built with it", l.host.Program.Funcs[op.Func-1].Pattern)
	}
	run := l.host.Funcs[op.Func-1]
	args, err := l.args(op.Args, l.host.Program.Funcs[op.Func-1].Params)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, f *Frame) error {
		values, err := args(f)
		if err != nil {
			return err
		}
		return run(ctx, f.session, values)
	}, nil
}

func (l *Lowering) args(templates []ir.Template, params []ir.Parameter) (func(*Frame) ([]any, error), error) {
	values := make([]ValueFunc, len(templates))
	for i, t := range templates {
		param := ir.Parameter{}
		if i < len(params) {
			param = params[i]
		}
		var err error
		if values[i], err = l.argument(t, param); err != nil {
			return nil, err
		}
	}
	if len(values) == 0 {
		return func(*Frame) ([]any, error) { return nil, nil }, nil
	}
	return func(f *Frame) ([]any, error) {
		args := make([]any, len(values))
		for i, v := range values {
			var err error
			if args[i], err = v(f); err != nil {
				return nil, err
			}
		}
		return args, nil
	}, nil
}

// argument is the value of a parameter. One of a type of hoops.yaml is text that its expression matches as a whole; what
// was written out was matched when the step was compiled.
func (l *Lowering) argument(t ir.Template, param ir.Parameter) (ValueFunc, error) {
	value, err := l.Value(t, param.Type)
	if _, written := t.Constant(); err != nil || written || param.Pattern == "" {
		return value, err
	}
	whole, err := l.host.pattern(param.Pattern)
	if err != nil {
		return nil, fmt.Errorf("the type %q: %w", param.Type, err)
	}
	return func(f *Frame) (any, error) {
		v, err := value(f)
		if err != nil {
			return nil, err
		}
		text := expr.Text(v)
		if !whole.MatchString(text) {
			failure := Failf("value/type", "%q is not %s", text, article(param.Type))
			failure.Lines = []string{fmt.Sprintf("{%s} is %s", param.Type, param.Pattern)}
			return nil, failure
		}
		return text, nil
	}, nil
}

// pattern is a regular expression that matches whole texts, compiled once.
func (h *Host) pattern(source string) (*regexp.Regexp, error) {
	if known := h.patterns[source]; known != nil {
		return known, nil
	}
	whole, err := regexp.Compile("^(?:" + source + ")$")
	if err != nil {
		return nil, err
	}
	if h.patterns == nil {
		h.patterns = map[string]*regexp.Regexp{}
	}
	h.patterns[source] = whole
	return whole, nil
}

// call lowers a step that calls a definition: arguments are evaluated in the caller's frame, the body runs in
// one of its own.
func (l *Lowering) call(step *ir.Step, b *ir.Binding) (Action, error) {
	target, err := l.body(b.Definition)
	if err != nil {
		return nil, err
	}
	d := target.definition
	args, err := l.args(b.Args, d.Params)
	if err != nil {
		return nil, err
	}
	tableOf, err := l.table(step.Table)
	if err != nil {
		return nil, err
	}
	var doc TextFunc
	if step.Doc != nil {
		if doc, err = l.Text(step.Doc.Content); err != nil {
			return nil, err
		}
	}
	run := target.run
	if target.undo != nil {
		called, err := l.caller(step, b)
		if err != nil {
			return nil, err
		}
		run = func(ctx context.Context, f *Frame) error { return undoable(ctx, f, target, called) }
	}
	if d.Each {
		row := run
		run = func(ctx context.Context, f *Frame) error { return each(ctx, f, row) }
	}
	if d.Once {
		body := run
		once := onceCall{definition: b.Definition, driver: l.driver, maxAge: d.MaxAge}
		run = func(ctx context.Context, f *Frame) error { return once.run(ctx, f, body) }
	}
	return func(ctx context.Context, f *Frame) error {
		values, err := args(f)
		if err != nil {
			return err
		}
		inner := &Frame{session: f.session, params: d.Params, args: values, redirects: f.redirects, writes: f.writes || d.Effect == ir.Writes, reads: f.reads || d.Effect == ir.Reads}
		if tableOf != nil {
			if inner.table, err = tableOf(f); err != nil {
				return err
			}
		}
		if doc != nil {
			text, err := doc(f)
			if err != nil {
				return err
			}
			inner.doc, inner.markup = &text, step.Doc.Markup()
		}
		return run(ctx, inner)
	}, nil
}

// run executes the body's steps in a frame; a failure learns through which of them it came.
func (b *body) run(ctx context.Context, f *Frame) error {
	if len(b.steps) == 0 { // what does nothing has not passed
		return &Failure{Code: "steps/pending", Message: fmt.Sprintf("the step definition %q has no steps yet", b.definition.Pattern), Cause: ErrPending}
	}
	for i := range b.steps {
		if err := f.watched(ctx, b.steps[i].step, b.steps[i].run); err != nil {
			return trailed(err, b.steps[i].step)
		}
	}
	return nil
}

func trailed(err error, step *ir.Step) error {
	failure, ok := err.(*Failure)
	if !ok {
		failure = &Failure{Code: "session/step", Message: err.Error(), Cause: err}
	}
	f := *failure
	f.Trail = append(f.Trail[:len(f.Trail):len(f.Trail)], diag.Note{Range: step.Range(), Text: step.Words()})
	return &f
}

// table evaluates what the caller hands over. A cell that was written out is read as a cell of Examples is, so that
// | 3 | is what | <n> | is with an n of 3, and ${price} bare in JSON is a number.
func (l *Lowering) table(rows [][]ir.Template) (func(*Frame) (*table, error), error) {
	if rows == nil {
		return nil, nil
	}
	cells := make([][]ValueFunc, len(rows))
	for i, r := range rows {
		for _, t := range r {
			v, err := l.Value(t, "")
			if err != nil {
				return nil, err
			}
			if text, written := t.Constant(); written {
				read := cell(text)
				v = func(*Frame) (any, error) { return read, nil }
			}
			cells[i] = append(cells[i], v)
		}
	}
	return func(f *Frame) (*table, error) {
		t := &table{rows: make([][]any, len(cells))}
		for i, r := range cells {
			t.rows[i] = make([]any, len(r))
			for j, cell := range r {
				var err error
				if t.rows[i][j], err = cell(f); err != nil {
					return nil, err
				}
			}
		}
		return t, nil
	}, nil
}

func (l *Lowering) body(definition int) (*body, error) {
	key := bodyKey{definition, l.driver}
	if b := l.host.bodies[key]; b != nil {
		return b, nil
	}
	d := &l.host.Program.Definitions[definition-1]
	b := &body{definition: d}
	l.host.bodies[key] = b
	for i := range d.Body {
		step := &d.Body[i]
		binding := step.Binding(l.driver, -1)
		if binding == nil {
			return nil, fmt.Errorf("%s: %s does not run on %s", step.Pos, step.Text, l.driver)
		}
		run, err := l.binding(step, binding)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", step.Pos, err)
		}
		b.steps = append(b.steps, lowered{step, run})
	}
	if d.Undo > 0 {
		undo, err := l.body(d.Undo)
		if err != nil {
			return nil, err
		}
		b.undo = undo
		b.needs = l.host.reads(undo.definition)
	}
	return b, nil
}
