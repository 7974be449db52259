package steps

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// Names is what the expressions of one body, or of all scenarios, may read. It compiles each expression once.
type Names struct {
	scope    expr.Scope
	params   map[string]bool
	unnamed  []string // types of parameters that only match
	ownAny   bool     // any is a name of theirs
	compiled map[compilation]compiledExpression
}

// compilation is one way to compile one source: a condition is more than any expression.
type compilation struct {
	source    string
	condition bool
}

type compiledExpression struct {
	program *expr.Program
	err     *expr.Error
	origin  ir.Origin // of a program
}

// NewNames makes the names of scenarios: hoops' own, and every name that anything in the project keeps (whether it is
// kept before it is read is another question).
func NewNames(kept []string) *Names {
	n := &Names{scope: expr.StepScope(), compiled: map[compilation]compiledExpression{}}
	n.scope.Values[anyValue] = expr.Any
	for _, k := range kept {
		if _, own := n.scope.Values[k]; !own {
			n.scope.Values[k] = expr.Any
		}
		n.ownAny = n.ownAny || k == anyValue
	}
	return n
}

// In are the names of a body: its parameters, those of an @each table's columns among them, come first.
func (n *Names) In(params []ir.Parameter, columns []string) *Names {
	in := &Names{scope: n.scope, params: map[string]bool{}, ownAny: n.ownAny, compiled: map[compilation]compiledExpression{}}
	in.scope.Own = map[string]expr.Kind{}
	for _, c := range columns {
		in.own(c, expr.Any)
	}
	for _, p := range params {
		if p.Name != "" {
			in.own(p.Name, kindOf(p.Type))
		} else if p.Type != "" {
			in.unnamed = append(in.unnamed, p.Type)
		}
	}
	return in
}

func (n *Names) own(name string, kind expr.Kind) {
	n.scope.Own[name] = kind
	n.params[name] = true
	n.ownAny = n.ownAny || name == anyValue
}

// Declare says which fields param and env have: any other is an error.
func (n *Names) Declare(params, env []string) {
	for name, fields := range map[string][]string{"param": params, "env": env} {
		n.scope.Fields[name] = anyOf(fields)
	}
}

func anyOf(fields []string) map[string]expr.Kind {
	known := map[string]expr.Kind{}
	for _, f := range fields {
		known[f] = expr.Any
	}
	return known
}

// DeclaredScope is that of an expectation of hoops.yaml about a step.
func DeclaredScope(params, env []string) expr.Scope {
	s := expr.StepScope()
	s.Fields["param"], s.Fields["env"] = anyOf(params), anyOf(env)
	return s
}

// undeclared is what to do about a field that Declare does not know.
var undeclared = map[string]string{
	"param has no field": "declare it: `params:` in hoops.yaml; --param sets it",
	"env has no field":   "declare it under `vars` or `services` of an environment in hoops.yaml",
}

func kindOf(typ string) expr.Kind {
	switch typ {
	case "int", "byte", "short", "long", "biginteger", "float", "double", "bigdecimal", "number", "percent":
		return expr.Number
	case "duration":
		return expr.Duration
	case "":
		return expr.Any
	}
	return expr.String
}

// Program compiles an expression.
func (n *Names) Program(source string) (*expr.Program, *expr.Error) {
	c := n.compile(compilation{source, false}, expr.Compile)
	return c.program, c.err
}

// Condition compiles an expression that must be true or false.
func (n *Names) Condition(source string) (*expr.Program, *expr.Error) {
	c := n.compile(compilation{source, true}, expr.CompileCondition)
	return c.program, c.err
}

func (n *Names) compile(c compilation, how func(string, expr.Scope) (*expr.Program, error)) compiledExpression {
	if known, ok := n.compiled[c]; ok {
		return known
	}
	p, err := how(c.source, n.scope)
	e, _ := err.(*expr.Error)
	if e == nil {
		if e = badSelector(p); e != nil {
			p = nil
		}
	}
	if e != nil && e.Line <= 1 && e.Col > 0 {
		runes := []rune(c.source)
		if name := string(runes[min(e.Col-1, len(runes)):min(e.Col-1+e.Len, len(runes))]); slices.Contains(n.unnamed, name) {
			e.Help = []string{fmt.Sprintf("a parameter without a name only matches: write {n:%s} in the pattern, and ${n} here", name)}
		}
	}
	if e != nil {
		for beginning, help := range undeclared {
			if strings.HasPrefix(e.Message, beginning) {
				e.Help = append(e.Help, help)
			}
		}
	}
	made := compiledExpression{program: p, err: e}
	if e == nil {
		made.origin = n.origin(p)
	}
	n.compiled[c] = made
	return made
}

// IsParameter reports whether name is one of the body's parameters.
func (n *Names) IsParameter(name string) bool { return n.params[name] }

// origin is where the value of a program comes from: of several the latest to become known.
func (n *Names) origin(p *expr.Program) ir.Origin {
	o := ir.OfLiteral
	for _, r := range p.Reads() {
		switch {
		case n.params[r.Name] || r.Name == "table" || r.Name == "rows" || r.Name == "doc":
			o = ir.Later(o, ir.OfParameter)
		case r.Name == "row":
			o = ir.Later(o, ir.OfRow)
		case r.Name == "secret":
			o = ir.Later(o, ir.OfSecret)
		case r.Name == "env" || r.Name == "param" || r.Name == "run":
			o = ir.Later(o, ir.OfEnvironment)
		case r.Name == anyValue:
		default:
			o = ir.Later(o, ir.OfKept)
		}
	}
	for _, c := range p.Calls() {
		switch c.Name {
		case "uuid", "random", "now":
			o = ir.Later(o, ir.OfGenerated)
		case "file":
			o = ir.Later(o, ir.OfEnvironment)
		default:
			o = ir.Later(o, ir.OfKept)
		}
	}
	return o
}

// anyValue is the name of what any present value matches.
const anyValue = "any"

// anyElsewhere finds an `any` where nothing is compared with it, and where no caller hands it over for that: it
// would be sent, or kept, as what it is inside of hoops.
func (n *Names) anyElsewhere(step *ir.Step) diag.List {
	for i, b := range step.Bindings {
		switch op := b.Op.(type) {
		case nil, *ir.Call, *ir.Within: // the step inside is asked by itself
			continue
		case *ir.Expect:
			if op.Check == ir.CheckJSON || op.Check == ir.CheckFields {
				continue
			}
		}
		for _, source := range ir.Expressions(&ir.Step{Bindings: step.Bindings[i : i+1]}) {
			if !strings.Contains(source, anyValue) {
				continue
			}
			if p, e := n.Program(source); e == nil && !n.ownAny && slices.Contains(p.Names(), anyValue) {
				return diag.List{diag.Errorf(step.Range(), "expr/invalid", "${any} stands for no value: nothing can be sent, kept or compared as it").
					WithHelp(`it stands below "the response has JSON:" and "the response has:", for a value that is there, whatever it is`)}
			}
		}
	}
	return nil
}

// diagnosed is what is wrong with an expression that begins at pos, as a diagnostic. An expression of several
// lines is pointed at as a whole.
func diagnosed(e *expr.Error, pos diag.Pos) diag.Diagnostic {
	if e.Line <= 1 && e.Col > 0 {
		pos.Col += e.Col - 1
	}
	d := diag.Errorf(diag.At(pos, max(1, e.Len)), "expr/invalid", "%s", e.Message)
	d.Help = e.Help
	return d
}

// asWritten is an error of an expression that ends a step's line, where it stands in that line.
func asWritten(e *expr.Error, source string, step *ir.Step, pos diag.Pos) *expr.Error {
	written := []rune(step.Text)
	from := pos.Col - step.Pos.Col
	if pos.Line != step.Pos.Line || from < 0 || from > len(written) {
		return e
	}
	moved := *e
	moved.Span = expr.SpanAsWritten(source, strings.TrimRight(string(written[from:]), " \t"), e.Span)
	return &moved
}

// resolve checks every expression of a step and notes where its value comes from.
func (n *Names) resolve(step *ir.Step) diag.List {
	var wrong diag.List
	origin := func(source string, pos diag.Pos) ir.Origin {
		c := n.compile(compilation{source, false}, expr.Compile)
		if c.err != nil {
			wrong = append(wrong, diagnosed(c.err, pos))
			return ir.OfLiteral
		}
		return c.origin
	}
	ir.Templates(step, func(t ir.Template, _ string) {
		for i := range t {
			if t[i].Expr != "" {
				t[i].Origin = origin(t[i].Expr, t[i].Pos)
			}
		}
	})
	for _, b := range step.Bindings {
		switch op := b.Op.(type) {
		case *ir.Expect:
			if op.Check == ir.CheckTrue {
				if _, e := n.Condition(op.Expr); e != nil {
					wrong = append(wrong, diagnosed(asWritten(e, op.Expr, step, op.Pos), op.Pos))
				}
			}
			if op.Check == ir.CheckFields {
				for _, f := range op.Fields {
					origin(f.Name, f.Pos)
				}
			}
		case *ir.Keep:
			if c := n.compile(compilation{op.Expr, false}, expr.Compile); c.err != nil {
				wrong = append(wrong, diagnosed(asWritten(c.err, op.Expr, step, op.Pos), op.Pos))
			}
		}
	}
	return append(wrong, n.anyElsewhere(step)...)
}
