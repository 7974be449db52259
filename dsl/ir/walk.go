package ir

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// WalkSteps visits every step of scenarios and bodies, and the steps inside ops.
func WalkSteps(p *Program, visit func(*Step)) {
	for i := range p.Features {
		for j := range p.Features[i].Scenarios {
			for k := range p.Features[i].Scenarios[j].Steps {
				WalkStep(&p.Features[i].Scenarios[j].Steps[k], visit)
			}
		}
	}
	for i := range p.Definitions {
		for j := range p.Definitions[i].Body {
			WalkStep(&p.Definitions[i].Body[j], visit)
		}
	}
}

// WalkStep visits a step and the steps inside its ops.
func WalkStep(s *Step, visit func(*Step)) {
	visit(s)
	for i := range s.Bindings {
		if w, ok := s.Bindings[i].Op.(*Within); ok {
			WalkStep(&w.Step, visit)
		}
	}
}

// FileDigest is the digest of a file's bytes.
func FileDigest(data []byte) string { return digestOf(data) }

// Environment by its name, nil when there is none.
func (p *Program) Environment(name string) *Environment {
	for i := range p.Environments {
		if p.Environments[i].Name == name {
			return &p.Environments[i]
		}
	}
	return nil
}

// Source is the text of an embedded file, "" when it is not at hand. It is a diag.Source.
func (p *Program) Source(file string) string {
	for i := range p.Files {
		if p.Files[i].Path == file {
			return p.Files[i].Text
		}
	}
	return ""
}

// Binding of a step for a driver and a row (-1 for none), nil when the step does not run on it.
func (s *Step) Binding(driver string, row int) *Binding {
	for i := range s.Bindings {
		b := &s.Bindings[i]
		if b.Driver == driver && (len(b.Rows) == 0 || slices.Contains(b.Rows, row)) {
			return b
		}
	}
	return nil
}

// perRow is why the rows of an outline cannot be bound as one; nil when they are.
func (s *Step) perRow(driver string) *Obstacle {
	column, alone := "", false
	for i := range s.Bindings {
		if b := &s.Bindings[i]; b.Driver == driver && len(b.Rows) > 0 {
			column, alone = b.Column, true
		}
	}
	if !alone {
		return nil
	}
	o := &Obstacle{Driver: driver, Status: "undefined", Column: column, Message: "each row binds this step by itself"}
	if column != "" {
		o.Message = fmt.Sprintf("the column %q decides what this step is, so each row binds it by itself", column)
		o.Help = []string{"to be fed by data, the column must stand where a definition takes a value"}
	}
	return o
}

// Range is the place of the step's text.
func (s *Step) Range() diag.Range { return diag.At(s.Pos, utf8.RuneCountInString(s.Text)) }

// Words are the step as people read it, with its keyword.
func (s *Step) Words() string { return Worded(s.Keyword, s.Text) }

// Worded joins a keyword, which may be missing, and a text.
func Worded(keyword, text string) string {
	if keyword == "" {
		return text
	}
	return keyword + " " + text
}

// Diagnostic shows the obstacle under the step of the feature that it keeps from running; trail is that of
// Blocked. The steps of definitions on the way are notes, innermost first as in every failure.
func (o *Obstacle) Diagnostic(trail []*Step) diag.Diagnostic {
	d := diag.Errorf(trail[0].Range(), "steps/"+o.Status, "%s", o.Message)
	d.Help = o.Help
	for _, s := range slices.Backward(trail[1:]) {
		d = d.WithNote(s.Range(), "%s", s.Words())
	}
	return d
}

// Blocked is the first step that keeps a scenario or one of its rows (-1 for one without, or for all rows as one,
// which is how data feeds an outline) from running on a driver, at any depth, with the obstacle and the steps that
// lead to it, outermost first; nil when it runs. clear are the calls that are known to run: it grows, serves as long
// as the program stays as it is, and nil begins without any.
func (p *Program) Blocked(steps []Step, driver string, row int, clear map[Called]bool) (*Obstacle, []*Step) {
	if clear == nil {
		clear = map[Called]bool{}
	}
	for i := range steps {
		s := &steps[i]
		b := s.Binding(driver, row)
		if b == nil {
			return s.obstacle(driver, row), []*Step{s}
		}
		o, trail := (*Obstacle)(nil), []*Step(nil)
		switch call, w := (Called{b.Definition, driver}), withinOf(b); {
		case b.Definition > 0 && !clear[call]:
			if o, trail = p.Blocked(p.Definitions[b.Definition-1].Body, driver, -1, clear); o == nil {
				clear[call] = true
			}
		case w != nil:
			o, trail = p.Blocked([]Step{w.Step}, driver, -1, clear)
		}
		if o != nil {
			return o, append([]*Step{s}, trail...)
		}
	}
	return nil, nil
}

func withinOf(b *Binding) *Within {
	w, _ := b.Op.(*Within)
	return w
}

// obstacle is why a step, which has no binding there, does not run on a driver and in a row, -1 for all as one.
func (s *Step) obstacle(driver string, row int) *Obstacle {
	if row < 0 {
		if o := s.perRow(driver); o != nil {
			return o
		}
	}
	for i := range s.Obstacles {
		o := &s.Obstacles[i]
		if o.Driver == driver && (row < 0 || len(o.Rows) == 0 || slices.Contains(o.Rows, row)) {
			return o
		}
	}
	return &Obstacle{Driver: driver, Status: "undefined", Message: "undefined step for driver " + driver}
}

// Writes is the first step that may change something when a scenario runs on a driver, with the steps that
// lead to it, outermost first; nil when it only reads. With row -1 it is that of any row. A definition's @read or
// @write overrides its body.
func (p *Program) Writes(steps []Step, driver string, row int) []*Step {
	return p.writes(steps, driver, row, map[Called]bool{})
}

// writes leaves out the calls that are known to read, and finds more of them.
func (p *Program) writes(steps []Step, driver string, row int, reads map[Called]bool) []*Step {
	for i := range steps {
		s := &steps[i]
		for j := range s.Bindings {
			b := &s.Bindings[j]
			if b.Driver != driver || row >= 0 && len(b.Rows) > 0 && !slices.Contains(b.Rows, row) {
				continue
			}
			if inner, writes := p.bindingWrites(b, reads); writes {
				return append([]*Step{s}, inner...)
			}
		}
	}
	return nil
}

func (p *Program) bindingWrites(b *Binding, reads map[Called]bool) (inner []*Step, writes bool) {
	switch op := b.Op.(type) {
	case nil:
		call := Called{b.Definition, b.Driver}
		d := &p.Definitions[b.Definition-1]
		if d.Effect == Reads || reads[call] {
			return nil, false
		}
		inner = p.writes(d.Body, b.Driver, -1, reads)
		writes = d.Effect == Writes || inner != nil
		reads[call] = !writes
		return inner, writes
	case *Within:
		inner = p.writes([]Step{op.Step}, b.Driver, -1, reads)
		return inner, inner != nil
	case *Call:
		return nil, p.Funcs[op.Func-1].Effect != Reads
	}
	return nil, b.Op.Effect() == Writes
}

// Expressions are the sources of all expressions in a step, the bindings of every driver included.
func Expressions(s *Step) []string {
	var list []string
	template := func(t Template) {
		for _, p := range t {
			if p.Expr != "" {
				list = append(list, p.Expr)
			}
		}
	}
	Templates(s, func(t Template, _ string) { template(t) })
	for _, b := range s.Bindings {
		switch op := b.Op.(type) {
		case *Expect:
			if op.Expr != "" {
				list = append(list, op.Expr)
			}
			if op.Check == CheckFields {
				for _, f := range op.Fields {
					list = append(list, f.Name)
				}
			}
		case *Keep:
			list = append(list, op.Expr)
		case *Within:
			list = append(list, Expressions(&op.Step)...)
		}
	}
	return list
}

// Templates visits every template of a step with what it is called there, not those of steps inside its ops.
func Templates(s *Step, visit func(t Template, what string)) {
	TemplatesBelow(s, visit)
	for i := range s.Bindings {
		s.Bindings[i].Templates(visit)
	}
}

// TemplatesBelow visits those that a step has on every driver: its doc string's and its table's.
func TemplatesBelow(s *Step, visit func(t Template, what string)) {
	if s.Doc != nil {
		visit(s.Doc.Content, "doc string")
	}
	for _, row := range s.Table {
		for _, cell := range row {
			visit(cell, "cell")
		}
	}
}

// Templates visits those of one driver: arguments of the definition, or what the op has.
func (b *Binding) Templates(visit func(t Template, what string)) {
	for _, a := range b.Args {
		visit(a, "argument")
	}
	if b.Op != nil {
		opTemplates(b.Op, visit)
	}
}

func opTemplates(op Op, visit func(t Template, what string)) {
	fields := func(list []Field, what string) {
		for _, f := range list {
			visit(f.Value, what)
		}
	}
	switch op := op.(type) {
	case *Request:
		visit(op.Target, "target")
		fields(op.Headers, "header")
		if op.Body != nil {
			visit(op.Body.Content, "body")
			fields(op.Body.Fields, "field")
		}
	case *Expect:
		visit(op.Want, "expected value")
		fields(op.Fields, "expected value")
	case *Use:
		fields(op.Headers, "header")
		visit(op.Actor, "actor")
	case *Wait:
		visit(op.For, "duration")
	case *Within:
		visit(op.Limit, "duration")
	case *Call:
		for _, a := range op.Args {
			visit(a, "argument")
		}
	case *Open:
		visit(op.Target, "address")
	case *Act:
		targetTemplates(op.Target, visit)
		visit(op.Value, "value")
		fields(op.Fields, "field")
	case *See:
		targetTemplates(op.Target, visit)
		visit(op.Want, "expected value")
	case *Run:
		visit(op.Script, "script")
	}
}

func targetTemplates(t *Target, visit func(t Template, what string)) {
	for ; t != nil; t = t.In {
		visit(t.Name, "target")
		visit(t.CSS, "target")
	}
}
