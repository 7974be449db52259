package dsl

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// given is a value that a step is given, with the place that says it; unknown is why there is none before the run.
type given struct {
	value   any
	unknown string
	at      diag.Range
}

// world is what the names of files are made of: expressions are evaluated in it.
type world map[string]given

func (w world) Value(name string) any {
	if g, ok := w[name]; ok && g.unknown == "" {
		return g.value
	}
	return expr.Missing{What: name, Why: "it is not known before the run"}
}

func (w world) Call(name string, _ []any) (any, error) {
	return nil, fmt.Errorf("%s(…) is not known before the run", name)
}

// value is that of a template in a world. Its place is the one where its first expression was given, or at.
func (f *follower) value(t ir.Template, names *steps.Names, w world, at diag.Range) given {
	var text strings.Builder
	placed := given{at: at}
	first := true
	for i := range t {
		part := &t[i]
		if part.Expr == "" {
			text.WriteString(part.Text)
			continue
		}
		g := f.part(part, names, w)
		if g.at == (diag.Range{}) {
			g.at = at
		}
		if g.unknown != "" {
			return g
		}
		if first {
			placed.at, first = g.at, false
		}
		if len(t) == 1 {
			return g
		}
		text.WriteString(expr.Text(g.value))
	}
	placed.value = text.String()
	return placed
}

// part is the value of one expression.
func (f *follower) part(part *ir.Part, names *steps.Names, w world) given {
	here := diag.At(part.Pos, len([]rune(part.Expr)))
	p, wrong := names.Program(part.Expr)
	if wrong != nil {
		return given{unknown: wrong.Message, at: here}
	}
	if calls := p.Calls(); len(calls) > 0 {
		return given{unknown: calls[0].Name + "(…) is asked while it runs", at: here}
	}
	var at diag.Range
	for _, r := range p.Reads() {
		g, ok := w[r.Name]
		if r.Name == "row" && !names.IsParameter("row") && r.Field != "" {
			g, ok = w["row."+r.Field]
		}
		switch {
		case !ok:
			return given{unknown: laterBecause(r.Name, r.Field), at: here}
		case g.unknown != "":
			return g
		case at == diag.Range{}:
			at = g.at
		}
	}
	value, err := p.Eval(w)
	if err != nil {
		var none *expr.NoData
		if errors.As(err, &none) {
			return given{unknown: none.Error(), at: here}
		}
		return given{unknown: err.Error(), at: here}
	}
	return given{value: value, at: at}
}

// laterBecause says why a name has no value before the run.
func laterBecause(name, field string) string {
	whole := name
	if field != "" {
		whole += "." + field
	}
	switch name {
	case "env":
		return whole + " is the environment's"
	case "secret":
		return whole + " is a secret"
	case "param", "run":
		return whole + " is set by who runs it"
	case "table", "rows", "doc":
		return whole + " is a whole table or doc string"
	case "row":
		return whole + " is no column of examples"
	}
	return whole + " is kept or answered while it runs"
}

// typed is an argument as the parameter's type makes it.
func typed(v any, typ string) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	switch typ {
	case "int", "byte", "short", "long", "biginteger", "float", "double", "number", "bigdecimal":
		if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
			return n
		}
		if n, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil {
			return n
		}
	case "duration":
		if d, err := expr.ParseDuration(text); err == nil {
			return d
		}
	}
	return v
}

// cellValue is a cell as expressions read it: a number with its digits, else text.
func cellValue(text string) any {
	if text != "" && strings.ContainsRune("-0123456789", rune(text[0])) && json.Valid([]byte(text)) {
		return json.Number(text)
	}
	return text
}
