package steps

import (
	"fmt"
	"slices"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// Bind gives lines their meaning on each driver of the context. What is wrong with one whatever the driver is a
// diagnostic; that it does not run on one of them is an obstacle in the step.
func (l *Library) Bind(lines []Line, c Context) ([]ir.Step, diag.List) {
	if len(lines) == 0 {
		return nil, nil
	}
	steps := make([]ir.Step, len(lines))
	b := &binder{library: l, context: c}
	for i := range lines {
		b.one(&lines[i], &steps[i])
	}
	return steps, b.wrong
}

// binder binds one line after the other, for one driver after the other.
type binder struct {
	library *Library
	line    *Line
	context Context
	driver  string
	step    *ir.Step
	column  string // that decides what the step is, row by row
	wrong   diag.List
	made    []madeArgument
	tried   tried
}

func (b *binder) one(line *Line, step *ir.Step) {
	*step = ir.Step{Keyword: line.Keyword, Text: line.Text, Background: line.Background, Pos: line.Pos}
	text, wrong := cut(oneLine(line.Text, line.Pos), b.context.Columns)
	if wrong != nil {
		b.fail(*wrong)
		return
	}
	b.line, b.step, b.made = line, step, b.made[:0]
	for _, driver := range b.context.Drivers {
		b.driver, b.column = driver, ""
		b.bind(text)
	}
	b.wrong = append(b.wrong, b.context.Names.resolve(step)...)
}

// madeArgument is an argument of the line that a binding for another driver may share.
type madeArgument struct {
	argument
	typ      string
	template ir.Template
}

func (b *binder) fail(d diag.Diagnostic) { b.wrong = append(b.wrong, d) }

func (b *binder) bind(text phrase) {
	f := b.library.lookup(b.driver, text.text, b.context.Inside, &b.tried)
	if len(b.context.Rows) == 0 || !text.hasColumns() {
		b.bound(f, text, nil)
		return
	}
	var good, bad []int
	if len(f.definitions) == 1 || f.entry != nil {
		good, bad = b.fitting(f, text)
	} else {
		for i := range b.context.Rows {
			bad = append(bad, i)
		}
	}
	switch {
	case len(bad) == 0:
		b.bound(f, text, nil)
		return
	case b.column == "":
		b.column = b.blame(text, bad[0])
	}
	if len(good) > 0 {
		b.bound(f, text, good)
	}
	b.perRow(f, text, bad)
}

// bound makes the binding or the obstacle for what was found, for some rows or (nil) all.
func (b *binder) bound(f found, text phrase, rows []int) {
	switch {
	case len(f.definitions) > 1:
		o := ir.Obstacle{Driver: b.driver, Status: "ambiguous", Message: fmt.Sprintf("ambiguous step for driver %s: %d definitions match", b.driver, len(f.definitions)), Rows: rows, Column: b.column}
		for _, d := range f.definitions {
			o.Help = append(o.Help, fmt.Sprintf("matches: %s (%s:%d)", d.Pattern, d.Pos.File, d.Pos.Line))
		}
		b.step.Obstacles = append(b.step.Obstacles, o)
	case len(f.definitions) == 1:
		d := f.definitions[0]
		binding := ir.Binding{Driver: b.driver, Definition: d.index, Rows: rows, Column: b.column}
		if len(f.args) > 0 {
			binding.Args = make([]ir.Template, len(f.args))
		}
		for i, a := range f.args {
			typ := d.Params[i].Type
			if rows == nil {
				if same := slices.IndexFunc(b.made, func(m madeArgument) bool { return m.argument == a && m.typ == typ }); same >= 0 {
					binding.Args[i] = b.made[same].template
					continue
				}
			}
			arg := text.argument(a, typ)
			if typ == "duration" && !b.typed(arg, "duration") {
				return
			}
			binding.Args[i] = arg.template(everywhere(ir.Plain))
			if rows == nil && len(b.context.Drivers) > 1 {
				b.made = append(b.made, madeArgument{a, typ, binding.Args[i]})
			}
		}
		b.handOver()
		if b.step.Bindings == nil {
			b.step.Bindings = make([]ir.Binding, 0, len(b.context.Drivers))
		}
		b.step.Bindings = append(b.step.Bindings, binding)
	case f.entry != nil:
		if !b.given(f.entry) {
			return
		}
		args := make([]phrase, len(f.args))
		for i, a := range f.args {
			args[i] = text.argument(a, f.entry.pattern.Params[i].Type)
		}
		if f.entry.takes == whatever {
			b.within(args, rows)
			return
		}
		if op := f.entry.build(b, args); op != nil {
			b.step.Bindings = append(b.step.Bindings, ir.Binding{Driver: b.driver, Op: op, Rows: rows, Column: b.column})
		}
	default:
		b.step.Obstacles = append(b.step.Obstacles, b.undefined(text, rows))
	}
}
