// Package expr is the expression language of hoops: what stands in ${…}, in `I expect`, and in the gates of
// stages. Its grammar, compiler and machine are expr-lang's; what hoops adds is here: units (300ms, 0.1%, 2MB),
// two name spaces (count is a value, count(…) a function), exact JSON numbers, and the rule that no data never
// passes: a missing value, null, NaN and infinity make every comparison an error, never true or false.
//
// An expression is compiled once and evaluated many times, by many goroutines. Every operator that could meet
// a missing value or a JSON number is lowered to a call of a function of this package before the machine's code
// is made, so the machine is left with jumps and loops only.
//
// The package refuses statements (let, ;), pipes, ??, ?., comments and chained comparisons, and anything
// without a bound: source, nesting, loops in loops, work and memory are limited. It reads no clock, no file, no
// random source: what needs the world is asked from the Env.
package expr

import (
	"errors"
	"fmt"
	"sort"
	"sync"

	"github.com/expr-lang/expr/vm"
)

// Program is a compiled expression. It does not change: any number of goroutines may evaluate it at once.
type Program struct {
	source string
	kind   Kind
	code   *vm.Program
	names  []string // by slot: the values that a frame asks for, at most once each
	reads  []Read
	calls  []Call
	why    *reason
	whole  place // the expression itself, for what has no data as a whole
	traces int   // how many operands an explanation may want to see
	frames sync.Pool
}

// Kind is what is known about a value when an expression is compiled. The zero Kind is Any: nothing is known.
type Kind int

const (
	Any Kind = iota
	Bool
	Number
	Duration
	String
	Time
	List
	Object
)

// String is the kind with its article, as messages use it.
func (k Kind) String() string {
	return [...]string{"a value", "true or false", "a number", "a duration", "text", "a time", "a list", "an object"}[k]
}

// Scope is what an expression may read and call in its place. The functions of the language itself (len, upper,
// any, base64, uuid, random, now, file …) need not be listed.
type Scope struct {
	Values map[string]Kind
	// Own come before Values: the parameters of one body, beside what all bodies read. None is an Object.
	Own map[string]Kind
	// Fields are the known fields of Object values: any other is a compile error. An Object without an entry
	// is open, as JSON is. Those of a field that is an Object itself stand beside it: "lcp" and "lcp.p95".
	Fields map[string]map[string]Kind
	// Funcs are called through Env.Call. A name may be that of a method of a value: "page.text".
	Funcs map[string]Func
	// Hidden are the values that tell who somebody is: explanations show *** for them.
	Hidden map[string]bool
	// Gate is that of a load: its errors and achieved are shares, from 0 to 1.
	Gate bool
	// Written is what the source was made from when that differs: with ${name} and <column> in it. Messages quote it.
	Written string
}

// kind of a value, false for a name that is none.
func (s *Scope) kind(name string) (Kind, bool) {
	if k, own := s.Own[name]; own {
		return k, true
	}
	k, known := s.Values[name]
	return k, known
}

// Func declares a function that the Env carries out.
type Func struct {
	Min, Max int // how many arguments
	Result   Kind
	Fields   map[string]Kind // the fields of an Object result, as Scope.Fields
	// Hides reports whether the result for a first argument tells who somebody is. It is asked with "" about every
	// argument.
	Hides func(arg string) bool
}

// Env is the world of one evaluation. A program asks for each name that it reads at most once per evaluation,
// and only when it gets there. Values are nil, bool, string, numbers of any Go type, json.Number,
// time.Duration, time.Time, []any, map[string]any and Missing; other slices and maps are converted.
type Env interface {
	Value(name string) any
	// Call carries out a function of the scope, or uuid, random, now and file. No argument is ever missing.
	Call(name string, args []any) (any, error)
}

// FieldEnv is an Env that can find a field of a value without making all of it: body.total of a long answer. When
// found is false, because there is no such field or for any other reason, Value is asked and has the last word.
type FieldEnv interface {
	Env
	Field(name string, fields []string) (value any, found bool)
}

// Span is a stretch of one line of a source: Line and Col are 1-based, Col and Len count runes.
type Span struct{ Line, Col, Len int }

// Read is one value that a program reads, at its first use; Field is the field read of it, when it is written
// out: row.user reads the field user of row.
type Read struct {
	Span
	Name, Field string
}

// Call is one call that the Env will have to carry out. When the first argument is written out as text, Literal
// is true, Arg is that text and ArgSpan its place. ArgText is the source of the first argument, whatever it is.
type Call struct {
	Span
	Name    string
	Arg     string
	Literal bool
	ArgSpan Span
	ArgText string
}

// Compile makes a program of one expression. Its error is always an *Error.
func Compile(source string, scope Scope) (*Program, error) {
	return compile(source, scope, false)
}

// CompileCondition is Compile for an expression that must be true or false: what is known to be anything else
// is an error now, and a JSON value that is not becomes one when it is tested.
func CompileCondition(source string, scope Scope) (*Program, error) {
	return compile(source, scope, true)
}

// Source is the expression as it was written.
func (p *Program) Source() string { return p.source }

// Written is the expression in the words of Scope.Written.
func (p *Program) Written() string { return p.whole.text }

// Kind is what is known about the program's value.
func (p *Program) Kind() Kind { return p.kind }

// Names are the values that the program may ask for, sorted.
func (p *Program) Names() []string {
	names := append([]string(nil), p.names...)
	sort.Strings(names)
	return names
}

// Reads are the values and fields that the program reads, each once, in the order of the source. The caller must
// not change them.
func (p *Program) Reads() []Read { return p.reads }

// Calls are the calls that the Env carries out, in the order of the source. The caller must not change them.
func (p *Program) Calls() []Call { return p.calls }

// Eval is the value of the expression: nil for JSON's null, else bool, int64, float64, json.Number, string,
// time.Duration, time.Time, []any or map[string]any; the caller must not change it. A value that is missing,
// NaN or infinite is a *NoData error; any other failure is an *Error.
func (p *Program) Eval(env Env) (any, error) {
	f := p.frame(env)
	defer p.release(f)
	return f.run(p)
}

// Result is the outcome of a condition. The zero Result does not hold.
type Result struct {
	Holds  bool
	NoData bool
	// Explanation says why it does not hold; Span is the part that is to blame.
	Explanation string
	Span
	Err error // why it could not be decided: a *NoData or an *Error
}

// Help is what to do about a condition that could not be decided.
func (r *Result) Help() []string { return HelpOf(r.Err) }

// HelpOf is what to do about an error of an evaluation.
func HelpOf(err error) []string {
	var none *NoData
	var ours *Error
	switch {
	case errors.As(err, &none):
		return none.Help
	case errors.As(err, &ours):
		return ours.Help
	}
	return nil
}

// Test evaluates a condition and explains what does not hold.
func (p *Program) Test(env Env) Result {
	f := p.frame(env)
	defer p.release(f)
	f.tracing = true
	v, err := f.run(p)
	switch e := err.(type) {
	case nil:
	case *NoData:
		return Result{NoData: true, Err: e, Span: e.Span,
			Explanation: fmt.Sprintf("%s has no data: %s %s", p.whole.text, e.What, e.Why)}
	case *Error:
		return Result{Err: e, Span: e.Span, Explanation: e.Message}
	}
	holds, ok := v.(bool)
	if !ok {
		e := notCondition(p.whole, v)
		return Result{Err: e, Span: e.Span, Explanation: e.Message}
	}
	if holds {
		return Result{Holds: true}
	}
	at, text := f.explain(p.why)
	return Result{Explanation: f.withheld(text), Span: at}
}
