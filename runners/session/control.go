package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

func (l *Lowering) wait(op *ir.Wait) (Action, error) {
	duration, err := l.Duration(op.For)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, f *Frame) error {
		d, err := duration(f)
		if err != nil {
			return err
		}
		defer f.session.setApart(f.session.host.Now())
		return f.session.host.Sleep(ctx, d)
	}, nil
}

func (l *Lowering) actor(op *ir.Use) (Action, error) {
	name, err := l.Text(op.Actor)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, f *Frame) error {
		text, err := name(f)
		if err != nil {
			return err
		}
		f.session.actor = text
		f.session.answer, f.session.page = nil, nil // they were said to somebody else
		return nil
	}, nil
}

// each runs a body once for each row of its caller's table, the columns being parameters.
func each(ctx context.Context, f *Frame, run Action) error {
	objects, ok := f.table.objects().([]any)
	if !ok {
		return Failf("session/each", "an @each definition needs a table, and this step has none")
	}
	if len(objects) == 0 {
		return Failf("session/each", "the table has no rows below its header: this step would do nothing, and pass")
	}
	for i, o := range objects {
		inner := *f
		inner.columns = o.(map[string]any)
		if err := run(ctx, &inner); err != nil {
			var failure *Failure
			if errors.As(err, &failure) {
				numbered := *failure
				numbered.Message = fmt.Sprintf("row %d of %d: %s", i+1, len(objects), failure.Message)
				return &numbered
			}
			return err
		}
	}
	return nil
}

// undoTime is what each compensation has, outside of every latency.
const undoTime = 10 * time.Second

// compensation is the undo of a step that wrote, with everything as it stood right after that step.
type compensation struct {
	body    *body
	called  caller
	at      *ir.Step // of the scenario
	words   string   // of the step, with its values
	frame   Frame
	kept    map[string]any
	actor   string
	headers []Header
	answer  Answer
	command Answer
	needs   []string
}

// undoable runs a body whose definition has an undo. As soon as it sent its first write the undo is due, be the
// step passed or failed.
func undoable(ctx context.Context, f *Frame, b *body, called caller) error {
	s := f.session
	before := s.writes
	defer func() { // also when the step panics
		if s.writes > before {
			s.undos = append(s.undos, compensation{
				body: b.undo, called: called, at: s.scenarioStep(called.step), words: f.begun(called), frame: *f, kept: maps.Clone(s.kept), actor: s.actor, headers: slices.Clone(s.headers),
				answer: s.answer, command: s.command, needs: b.needs,
			})
		}
	}()
	return b.run(ctx, f)
}

func (s *Session) undo(ctx context.Context) []*Failure {
	var left []*Failure
	s.undoing = true
	for _, c := range slices.Backward(s.undos) {
		if err := s.compensate(ctx, c); err != nil {
			failure, ok := err.(*Failure)
			if !ok {
				failure = &Failure{Message: err.Error(), Cause: err}
			}
			left = append(left, c.undone(failure))
		}
	}
	s.undos, s.undoing = nil, false
	return left
}

func (s *Session) compensate(ctx context.Context, c compensation) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("hoops failed in this step: %v", r)
		}
	}()
	s.kept, s.actor, s.headers, s.step = c.kept, c.actor, c.headers, 0
	s.answer, s.command = c.answer, c.command
	frame := c.frame
	frame.params, frame.args = c.body.definition.Params, c.frame.args
	for _, name := range c.needs {
		if _, missing := frame.Value(name).(expr.Missing); missing {
			return Failf("session/undo", "it needs %s, which was never kept", name)
		}
	}
	// The session may be over because it was interrupted: what it wrote is undone all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	return c.body.run(ctx, &frame)
}

// reads are the names that a body needs from outside: neither parameters, nor kept by itself before, nor
// hoops' own.
func (h *Host) reads(d *ir.Definition) []string {
	known := map[string]bool{"any": true}
	for name := range expr.StepScope().Values {
		known[name] = true
	}
	for _, p := range d.Params {
		known[p.Name] = true
	}
	var names []string
	for i := range d.Body {
		for _, source := range ir.Expressions(&d.Body[i]) {
			p, err := expr.Compile(source, h.scope)
			if err != nil {
				continue // said when the body was lowered
			}
			for _, name := range p.Names() {
				if !known[name] && !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		for _, b := range d.Body[i].Bindings {
			if k, ok := b.Op.(*ir.Keep); ok {
				known[k.Name] = true
			}
		}
	}
	return names
}
