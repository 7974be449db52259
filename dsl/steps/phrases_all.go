package steps

import (
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

var phrasesForAll = []entry{
	{source: "I keep secret {hoops name} = {hoops expression}", build: func(b *binder, args []phrase) ir.Op { return b.keep(args, true) }},
	{source: "I keep {hoops name} = {hoops expression}", build: func(b *binder, args []phrase) ir.Op { return b.keep(args, false) }},
	{source: "I expect {hoops expression}", build: func(b *binder, args []phrase) ir.Op {
		b.unitsInCells(args[0])
		return &ir.Expect{Check: ir.CheckTrue, Expr: args[0].expression(), Pos: args[0].pos(0)}
	}},
	{source: "I wait {duration}", build: func(b *binder, args []phrase) ir.Op {
		if !b.typed(args[0], "duration") {
			return nil
		}
		return &ir.Wait{For: args[0].template(everywhere(ir.Plain)), Pos: args[0].pos(0)}
	}},
	{source: "I act as {string}", build: func(b *binder, args []phrase) ir.Op {
		return &ir.Use{Actor: args[0].template(everywhere(ir.Plain)), Pos: args[0].pos(0)}
	}},
	{source: "I pause", build: func(b *binder, _ []phrase) ir.Op { return &ir.Pause{Pos: b.line.Pos} }},
	{source: "within {duration} {hoops step}", takes: whatever},
}

func (b *binder) keep(args []phrase, secret bool) ir.Op {
	name, ok := b.text(args[0], "the name")
	if !ok {
		return nil
	}
	at := diag.At(args[0].pos(0), len([]rune(name)))
	if !expr.IsName(name) {
		b.fail(diag.Errorf(at, "steps/reserved", "%q is a word of the language", name).WithHelp("keep it under another name"))
		return nil
	}
	if expr.Reserved(name) {
		b.fail(diag.Errorf(at, "steps/reserved", "%q is one of hoops' own names", name).WithHelp("keep it under another name"))
		return nil
	}
	if b.context.Names.IsParameter(name) {
		b.fail(diag.Errorf(at, "steps/reserved", "%q is a parameter of this definition", name).WithHelp("keep it under another name"))
		return nil
	}
	return &ir.Keep{Name: name, Expr: args[1].expression(), Secret: secret, Pos: args[1].pos(0)}
}

// KeptName is the name that a step's text keeps a value under, "" when it keeps none.
func KeptName(text string) string {
	rest, ok := strings.CutPrefix(text, "I keep ")
	if !ok {
		return ""
	}
	name, _, ok := strings.Cut(strings.TrimPrefix(rest, "secret "), " = ")
	if !ok || !identifier.MatchString(name) {
		return ""
	}
	return name
}

// within binds the step inside it, and repeats what that is: for the rows of an outline one by one where that
// is bound so.
func (b *binder) within(args []phrase, rows []int) {
	if !b.typed(args[0], "duration") {
		return
	}
	line := *b.line
	line.Text, line.Pos, line.Keyword = args[1].source(), args[1].pos(0), ""
	inner := &binder{library: b.library, line: &line, context: b.context, driver: b.driver, column: b.column}
	inner.step = &ir.Step{Text: line.Text, Pos: line.Pos}
	if rows == nil {
		inner.bind(args[1])
	} else {
		inner.bound(b.library.lookup(b.driver, args[1].text, b.context.Inside, &b.tried), args[1], rows)
	}
	b.wrong = append(b.wrong, inner.wrong...)
	b.wrong = append(b.wrong, b.context.Names.resolve(inner.step)...)
	b.step.Obstacles = append(b.step.Obstacles, inner.step.Obstacles...)
	for _, binding := range inner.step.Bindings {
		of, column := binding.Rows, binding.Column
		binding.Rows, binding.Column = nil, ""
		again := *inner.step
		again.Bindings, again.Obstacles = []ir.Binding{binding}, nil
		b.step.Bindings = append(b.step.Bindings, ir.Binding{Driver: b.driver, Rows: of, Column: column,
			Op: &ir.Within{Limit: args[0].template(everywhere(ir.Plain)), Step: again, Pos: args[0].pos(0)}})
	}
}

// typed checks an argument that is written out against what its type can be.
func (b *binder) typed(p phrase, typ string) bool {
	s, fixed := p.plain()
	if !fixed {
		return true // converted when it becomes known
	}
	var err error
	switch typ {
	case "duration":
		_, err = expr.ParseDuration(s)
	}
	if err != nil {
		b.fail(diag.Errorf(diag.At(p.pos(0), len([]rune(s))), "steps/argument", "%v", err))
	}
	return err == nil
}
