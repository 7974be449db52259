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
	{source: "within {duration} {hoops step}", takes: whatever, build: (*binder).within},
}

func (b *binder) keep(args []phrase, secret bool) ir.Op {
	name, ok := b.text(args[0], "the name")
	if !ok {
		return nil
	}
	at := diag.At(args[0].pos(0), len([]rune(name)))
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

func (b *binder) within(args []phrase) ir.Op {
	if !b.typed(args[0], "duration") {
		return nil
	}
	inner := &binder{library: b.library, line: b.line, context: b.context, driver: b.driver}
	inner.line.Text = strings.TrimSpace(b.line.Text[strings.Index(b.line.Text, " ")+1:])
	inner.line.Text = strings.TrimSpace(inner.line.Text[strings.Index(inner.line.Text, " ")+1:])
	inner.line.Keyword = ""
	inner.line.Pos = args[1].pos(0)
	inner.step = &ir.Step{Text: inner.line.Text, Pos: inner.line.Pos}
	inner.bind(args[1])
	b.wrong = append(b.wrong, inner.wrong...)
	if len(inner.step.Bindings) == 0 {
		b.step.Obstacles = append(b.step.Obstacles, inner.step.Obstacles...)
		return nil
	}
	b.wrong = append(b.wrong, b.context.Names.resolve(inner.step)...)
	return &ir.Within{Limit: args[0].template(everywhere(ir.Plain)), Step: *inner.step, Pos: args[0].pos(0)}
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
