package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// TextFunc renders a template in a frame, each value encoded for its place.
type TextFunc func(*Frame) (string, error)

// ValueFunc evaluates a template in a frame; a template that is one expression keeps its value's type.
type ValueFunc func(*Frame) (any, error)

// Lowering turns the data of one run into closures. It is what drivers see of the host while they lower.
type Lowering struct {
	host   *Host
	driver string
	step   *ir.Step // that the op being lowered stands in
}

// Host is the run's.
func (l *Lowering) Host() *Host { return l.host }

// Expression compiles the source of an expression.
func (l *Lowering) Expression(source string) (*expr.Program, error) {
	p, err := expr.Compile(source, l.host.scope)
	return l.compiled(p, source, err)
}

// Condition compiles an expression that must be true or false.
func (l *Lowering) Condition(source string) (*expr.Program, error) {
	p, err := expr.CompileCondition(source, l.host.scope)
	return l.compiled(p, source, err)
}

// spelt is the scope of an expression at a place of the step: messages quote it as it was written there.
func (l *Lowering) spelt(at diag.Pos) expr.Scope {
	scope := l.host.scope
	if l.step == nil || at.File != l.step.Pos.File || at.Line != l.step.Pos.Line {
		return scope
	}
	text := []rune(l.step.Text)
	if from := at.Col - l.step.Pos.Col; from >= 0 && from < len(text) {
		scope.Written = string(text[from:])
	}
	return scope
}

func (l *Lowering) compiled(p *expr.Program, source string, err error) (*expr.Program, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	for _, r := range p.Reads() {
		if r.Name == "secret" {
			l.host.resolve(r.Field)
		}
	}
	return p, nil
}

// Text lowers a template to its text. One without expressions is a constant.
func (l *Lowering) Text(t ir.Template) (TextFunc, error) {
	if text, ok := t.Constant(); ok {
		return func(*Frame) (string, error) { return text, nil }, nil
	}
	type piece struct {
		text    string
		program *expr.Program
		place   ir.Place
		at      diag.Pos
	}
	pieces := make([]piece, len(t))
	for i, part := range t {
		pieces[i] = piece{text: part.Text, place: part.Place, at: part.Pos}
		if part.Expr == "" {
			continue
		}
		program, err := l.Expression(part.Expr)
		if err != nil {
			return nil, err
		}
		pieces[i].program = program
	}
	return func(f *Frame) (string, error) {
		var b strings.Builder
		for i := range pieces {
			p := &pieces[i]
			if p.program == nil {
				b.WriteString(p.text)
				continue
			}
			v, err := p.program.Eval(f)
			if err != nil {
				failure := unevaluated("${"+p.program.Source()+"}", err).(*Failure)
				failure.at = p.at
				return "", failure
			}
			place := p.place
			if place == ir.Markup && f.handsMarkup() {
				place = ir.Plain
			}
			if err := encode(&b, place, v); err != nil {
				return "", &Failure{Code: "value/encode", Message: fmt.Sprintf("${%s}: %v", p.program.Source(), err)}
			}
		}
		return b.String(), nil
	}, nil
}

// Value lowers a template to a value of a parameter type ("" leaves it as it is).
func (l *Lowering) Value(t ir.Template, typ string) (ValueFunc, error) {
	whole := t.Whole()
	if whole == nil {
		text, err := l.Text(t)
		if err != nil {
			return nil, err
		}
		if _, constant := t.Constant(); constant {
			s, _ := text(nil)
			v, err := Convert(s, typ)
			return func(*Frame) (any, error) { return v, err }, nil
		}
		return func(f *Frame) (any, error) {
			s, err := text(f)
			if err != nil {
				return nil, err
			}
			return Convert(s, typ)
		}, nil
	}
	program, err := l.Expression(whole.Expr)
	if err != nil {
		return nil, err
	}
	return func(f *Frame) (any, error) {
		v, err := program.Eval(f)
		if err != nil {
			return nil, unevaluated("${"+program.Source()+"}", err)
		}
		return Convert(v, typ)
	}, nil
}

// Duration lowers a template that must be a duration.
func (l *Lowering) Duration(t ir.Template) (func(*Frame) (time.Duration, error), error) {
	value, err := l.Value(t, "duration")
	if err != nil {
		return nil, err
	}
	return func(f *Frame) (time.Duration, error) {
		v, err := value(f)
		if err != nil {
			return 0, err
		}
		return v.(time.Duration), nil
	}, nil
}

func unevaluated(words string, err error) error {
	var none *expr.NoData
	code, message := "value/expression", fmt.Sprintf("%s cannot be evaluated: %v", words, err)
	if errors.As(err, &none) {
		if name, ok := strings.CutPrefix(none.What, "secret."); ok {
			return withoutSecret(name, strings.TrimPrefix(none.Why, "is missing: "), err)
		}
		what := none.What
		if what == words || "${"+what+"}" == words {
			what = "it"
		}
		code, message = "value/no-data", fmt.Sprintf("%s has no data: %s %s", words, what, none.Why)
	}
	return &Failure{Code: code, Message: message, Help: expr.HelpOf(err), Cause: err}
}

// withoutSecret is the failure of what reads a secret that cannot be had; why is that of secret.Store.Resolve.
func withoutSecret(name, why string, err error) *Failure {
	f := &Failure{Code: "value/no-data", Cause: err}
	reason, remedy, _ := strings.Cut(why, "; ")
	f.Message = fmt.Sprintf("the secret %s cannot be had: %s", name, reason)
	if reason == "not set" {
		f.Message = fmt.Sprintf("the secret %s is not set", name)
	}
	if remedy != "" {
		f.Help = []string{remedy}
	}
	return f
}

// Convert makes a value of a parameter type from what a placeholder gave, exactly or not at all.
func Convert(v any, typ string) (any, error) {
	text, isText := v.(string)
	var err error
	switch typ {
	case "int", "byte", "short", "long", "biginteger":
		if n, ok := v.(json.Number); ok {
			text, isText = n.String(), true
		}
		if !isText {
			if n, err := integer(v); err == nil {
				return n, nil
			}
			break
		}
		if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
			return n, nil
		}
		if s := strings.TrimPrefix(strings.TrimSpace(text), "-"); s != "" && strings.Trim(s, "0123456789") == "" {
			return json.Number(strings.TrimSpace(text)), nil // larger than 64 bits: kept digit for digit
		}
	case "float", "double", "number", "bigdecimal":
		if !isText {
			switch v.(type) {
			case int, int64, float64, json.Number:
				return v, nil
			}
			break
		}
		if n, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil && n-n == 0 {
			if i, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
				return i, nil
			}
			return n, nil
		}
	case "duration":
		if d, ok := v.(time.Duration); ok {
			return d, nil
		}
		if isText {
			var d time.Duration
			if d, err = expr.ParseDuration(text); err == nil {
				return d, nil
			}
		}
	case "percent":
		if !isText {
			return v, nil
		}
		var p float64
		if p, err = expr.ParsePercent(text); err == nil {
			return p, nil
		}
	case "string":
		return expr.Text(v), nil
	case "word":
		if s := expr.Text(v); s != "" && !strings.ContainsAny(s, " \t\n\f\r") {
			return s, nil
		}
	default:
		return v, nil
	}
	f := Failf("value/type", "%q is not %s", expr.Text(v), article(typ))
	if err != nil {
		f.Lines = []string{err.Error()}
	}
	return nil, f
}

func article(typ string) string {
	if strings.ContainsRune("aeiou", rune(typ[0])) {
		return "an " + typ
	}
	return "a " + typ
}

// encode writes a value so that it stays data where it lands.
func encode(b *strings.Builder, place ir.Place, v any) error {
	switch place {
	case ir.JSONValue:
		return appendJSON(b, v)
	case ir.JSONString:
		var quoted strings.Builder
		if err := appendJSON(&quoted, expr.Text(v)); err != nil {
			return err
		}
		b.WriteString(quoted.String()[1 : quoted.Len()-1])
	case ir.Segment:
		segment := expr.Text(v)
		if segment == "." || segment == ".." {
			return fmt.Errorf("%q as a path segment would climb out of its place", segment) // servers resolve %2E%2E too
		}
		b.WriteString(url.PathEscape(segment))
	case ir.Query, ir.Form:
		b.WriteString(url.QueryEscape(expr.Text(v)))
	case ir.Fragment:
		b.WriteString(url.PathEscape(expr.Text(v)))
	case ir.Header:
		s := expr.Text(v)
		if i := strings.IndexAny(s, "\r\n\x00"); i >= 0 {
			return fmt.Errorf("a header cannot hold the character %q", s[i])
		}
		b.WriteString(s)
	case ir.PageString, ir.PageValue:
		within := ir.JSONString
		if place == ir.PageValue {
			within = ir.JSONValue
		}
		var text strings.Builder
		if err := encode(&text, within, v); err != nil {
			return err
		}
		b.WriteString(strings.ReplaceAll(text.String(), "<", `\u003c`)) // it stands in texts alone
	case ir.XML, ir.XMLQuoted, ir.CDATA, ir.Markup:
		return encodeXML(b, place, expr.Text(v))
	case ir.Selector:
		b.WriteString(cssString(expr.Text(v)))
	case ir.Shell, ir.ShellQuoted:
		return errors.New("a value in a script travels as an environment variable") // the shell driver never asks
	default:
		b.WriteString(expr.Text(v))
	}
	return nil
}

// appendJSON writes v without escaping HTML: the bytes are the author's body, not a page.
func appendJSON(b *strings.Builder, v any) error {
	switch v := v.(type) {
	case time.Duration, time.Time:
		return appendJSON(b, expr.Text(v))
	case json.Number:
		b.WriteString(v.String())
		return nil
	}
	var line strings.Builder
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.WriteString(strings.TrimSuffix(line.String(), "\n"))
	return nil
}

// cssString escapes s so that it means itself inside a quoted CSS string and as a name outside of one.
func cssString(s string) string {
	var b strings.Builder
	for i, c := range s {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c >= 0x80, i > 0 && (c == '-' || c >= '0' && c <= '9'):
			b.WriteRune(c)
		default:
			fmt.Fprintf(&b, "\\%x ", c)
		}
	}
	return b.String()
}
