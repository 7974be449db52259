package steps

import (
	"regexp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

var phrasesOfShell = []entry{
	{driver: "shell", source: "I run:", takes: doc, build: func(b *binder, _ []phrase) ir.Op {
		p, ok := b.doc()
		if !ok {
			return nil
		}
		return b.script(p)
	}},
	{driver: "shell", source: "I run {string}", build: func(b *binder, args []phrase) ir.Op { return b.script(args[0]) }},
	{driver: "shell", source: "the exit code is {int}", build: func(b *binder, args []phrase) ir.Op {
		return b.expect(ir.CheckExit, args[0])
	}},
	{driver: "shell", source: "the output contains {string}", build: func(b *binder, args []phrase) ir.Op {
		if args[0].text == "" {
			b.fail(diag.Errorf(diag.At(b.line.Pos, len([]rune(b.line.Text))), "steps/argument", "every output contains nothing: this can never fail"))
			return nil
		}
		return b.expect(ir.CheckContains, args[0])
	}},
	{driver: "shell", source: "the output matches {string}", build: func(b *binder, args []phrase) ir.Op {
		if s, fixed := args[0].plain(); fixed {
			if _, err := regexp.Compile(s); err != nil {
				b.fail(diag.Errorf(diag.At(args[0].pos(0), len([]rune(s))), "steps/argument", "%q is not a regular expression: %v", s, err))
				return nil
			}
		}
		return b.expect(ir.CheckMatches, args[0])
	}},
}

func (b *binder) script(p phrase) ir.Op {
	t, wrong := p.shellTemplate()
	if wrong != nil {
		b.fail(*wrong)
		return nil
	}
	return &ir.Run{Script: t, Pos: p.pos(0)}
}
