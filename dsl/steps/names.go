package steps

import (
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// Names is what the expressions of one body, or of all scenarios, may read. It compiles each expression once.
type Names struct {
	scope    expr.Scope
	params   map[string]bool
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
}

// NewNames makes the names of a body: hoops' own, every name that anything in the project keeps (whether it is
// kept before it is read is another question), and its parameters, which come first.
func NewNames(kept []string, params []ir.Parameter, columns []string) *Names {
	n := &Names{scope: expr.StepScope(), params: map[string]bool{}, compiled: map[compilation]compiledExpression{}}
	n.scope.Values["any"] = expr.Any
	for _, k := range kept {
		if _, own := n.scope.Values[k]; !own {
			n.scope.Values[k] = expr.Any
		}
	}
	for _, c := range columns {
		n.scope.Values[c] = expr.Any
		n.params[c] = true
	}
	for _, p := range params {
		if p.Name != "" {
			n.scope.Values[p.Name] = kindOf(p.Type)
			delete(n.scope.Fields, p.Name)
			n.params[p.Name] = true
		}
	}
	return n
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
	return n.compile(compilation{source, false}, expr.Compile)
}

// Condition compiles an expression that must be true or false.
func (n *Names) Condition(source string) (*expr.Program, *expr.Error) {
	return n.compile(compilation{source, true}, expr.CompileCondition)
}

func (n *Names) compile(c compilation, how func(string, expr.Scope) (*expr.Program, error)) (*expr.Program, *expr.Error) {
	if known, ok := n.compiled[c]; ok {
		return known.program, known.err
	}
	p, err := how(c.source, n.scope)
	e, _ := err.(*expr.Error)
	n.compiled[c] = compiledExpression{p, e}
	return p, e
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
		case r.Name == "any":
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
