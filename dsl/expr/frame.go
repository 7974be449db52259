package expr

import (
	"errors"
	"fmt"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/vm"
)

// The budget of one evaluation. A unit of work is one operator, or some dozens of bytes looked at: all of it
// is about a second. Memory counts the bytes of texts and lists that the expression makes.
const (
	maxWork     = 6_000_000
	maxMemory   = 64 << 20
	maxElements = 1_000_000
)

// frame is one evaluation: it belongs to one goroutine, and is reused.
type frame struct {
	machine vm.VM
	env     Env
	values  []any // by slot; unasked until the program gets there
	traces  []any // what explanations want to see, unasked when evaluation did not get there
	tracing bool
	work    int
	memory  int
	// credentials were asked for by a name that was not known before.
	credentials []any
}

type nothing struct{}

// unasked marks a slot without a value; nil and Missing are values.
var unasked any = nothing{}

func (p *Program) frame(env Env) *frame {
	f, ok := p.frames.Get().(*frame)
	if !ok {
		f = &frame{values: make([]any, len(p.names)), traces: make([]any, p.traces)}
		f.machine.MemoryBudget = maxElements
		f.forget()
	}
	f.env = env
	return f
}

func (p *Program) release(f *frame) {
	f.forget()
	p.frames.Put(f)
}

// forget drops every value, so that a pooled frame keeps no answer of a server alive.
func (f *frame) forget() {
	f.env, f.tracing, f.work, f.memory, f.credentials = nil, false, 0, 0, nil
	for i := range f.values {
		f.values[i] = unasked
	}
	for i := range f.traces {
		f.traces[i] = unasked
	}
	clear(f.machine.Stack[:cap(f.machine.Stack)])
}

// run evaluates, and lets nothing out that is no data.
func (f *frame) run(p *Program) (any, error) {
	v, err := f.machine.Run(p.code, f)
	if err != nil {
		err = p.plain(err)
		if e, ours := err.(*Error); ours && len(f.credentials) > 0 {
			withheld := *e
			withheld.Message = f.withheld(e.Message)
			err = &withheld
		}
		return nil, err
	}
	v = value(v)
	if v == nil {
		return nil, nil
	}
	if err := p.whole.noData(v); err != nil {
		return nil, err
	}
	return v, nil
}

// plain is a failure of the machine in our words. What it wraps is ours already.
func (p *Program) plain(err error) error {
	var missing *NoData
	var ours *Error
	switch {
	case errors.As(err, &missing):
		return missing
	case errors.As(err, &ours):
		return ours
	}
	return p.whole.errorf("the expression needs too much memory: at most %d elements", maxElements)
}

func (f *frame) charge(at place, work int) error {
	if f.work += work; f.work > maxWork {
		return at.errorf("the expression is too much work").withHelp("look at less data, or filter it first")
	}
	return nil
}

func (f *frame) grow(at place, bytes int) error {
	if f.memory += bytes; f.memory > maxMemory || bytes < 0 {
		return at.errorf("the expression needs too much memory: at most %d MB", maxMemory>>20)
	}
	return f.charge(at, bytes/64)
}

func (f *frame) keep(trace int, v any) {
	if f.tracing && trace >= 0 {
		f.traces[trace] = v
	}
}

// operators is the table of functions that lowered expressions call. Each takes the frame and a description of
// its place in the source. The names start with $, which no source can write.
var operators = newOperators()

func newOperators() conf.FunctionsTable {
	table := conf.FunctionsTable{}
	add := func(name string, fn func(f *frame, args []any) (any, error)) {
		table[name] = &builtin.Function{Name: name, Func: func(args ...any) (any, error) {
			return fn(args[0].(*frame), args[1:])
		}}
	}
	add("$read", func(f *frame, a []any) (any, error) { return f.read(a[0].(*path)) })
	add("$member", func(f *frame, a []any) (any, error) {
		m := a[0].(*member)
		if err := f.charge(m.place, 1); err != nil {
			return nil, err
		}
		return fetch(a[1], value(a[2]), m)
	})
	add("$compare", func(f *frame, a []any) (any, error) { return f.compare(a[0].(*comparison), a[1], a[2]) })
	add("$nil", func(f *frame, a []any) (any, error) {
		o := a[0].(*operand)
		v := value(a[1])
		f.keep(o.trace, v)
		return o.noData(v) != nil, nil
	})
	add("$compute", func(f *frame, a []any) (any, error) { return f.compute(a[0].(*computation), a[1], a[2]) })
	add("$truth", func(f *frame, a []any) (any, error) { return f.truth(a[0].(*operand), a[1]) })
	add("$list", func(f *frame, a []any) (any, error) { return f.list(a[0].(*operand), a[1]) })
	add("$some", func(f *frame, a []any) (any, error) {
		o := a[0].(*operand)
		list, err := f.list(o, a[1])
		if err == nil && len(list) == 0 {
			return nil, &NoData{Span: o.at, What: o.text, Why: "is an empty list: nothing was compared",
				Help: []string{"if it may be empty: len(" + o.text + ") == 0 || all(…)"}}
		}
		return list, err
	})
	add("$decide", func(f *frame, a []any) (any, error) { return f.decide(a[0].(*decider), a[1], a[2], a[3]) })
	add("$slice", func(f *frame, a []any) (any, error) { return f.slice(a[0].(*place), a[1], a[2], a[3]) })
	add("$present", func(f *frame, a []any) (any, error) {
		p := a[0].(*place)
		v := value(a[1])
		if err := f.charge(*p, 1); err != nil || v == nil {
			return v, err
		}
		return v, p.noData(v)
	})
	add("$found", func(f *frame, a []any) (any, error) {
		if a[1] == nil {
			return Missing{What: a[0].(*place).text, Why: "there is no such element"}, nil
		}
		return value(a[1]), nil
	})
	add("$apply", func(f *frame, a []any) (any, error) { return f.apply(a[0].(*application), a[1:]) })
	add("$ask", func(f *frame, a []any) (any, error) { return f.ask(a[0].(*application), a[1:]) })
	return table
}

// path is a value of the Env and the fields that are written out after it: body.items[0].id.
type path struct {
	place
	slot  int
	name  string
	steps []step
	names []string // of the steps, when each of them is a field
}

type step struct {
	key any
	member
}

// member names a field or element, and what it is taken from.
type member struct {
	place
	base string
}

func (f *frame) read(p *path) (any, error) {
	if err := f.charge(p.place, 1); err != nil {
		return nil, err
	}
	v := f.values[p.slot]
	if v == unasked {
		if e, ok := f.env.(FieldEnv); ok && len(p.names) > 0 {
			if v, found := e.Field(p.name, p.names); found {
				return value(v), nil
			}
		}
		v = value(f.env.Value(p.name))
		if m, ok := v.(Missing); ok && m.What == "" {
			m.What = p.name
			v = m
		}
		f.values[p.slot] = v
	}
	for i := range p.steps {
		s := &p.steps[i]
		var err error
		if v, err = fetch(v, s.key, &s.member); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// fetch is a field of an object, an element of a list or a character of a text; what is not there is Missing,
// and what is taken from something missing is that same thing.
func fetch(base, key any, m *member) (any, error) {
	base = value(base)
	switch base := base.(type) {
	case Missing:
		return base, nil
	case nil:
		return Missing{What: m.text, Why: m.base + " is null"}, nil
	case map[string]any:
		name, ok := key.(string)
		if !ok {
			if err := m.noData(key); err != nil {
				return nil, err
			}
			return nil, m.errorf("a field of an object has a name: %s[%s]", m.base, show(key))
		}
		if v, there := base[name]; there {
			return value(v), nil
		}
		return Missing{What: m.text}, nil
	case []any:
		i, ok := index(key, len(base))
		if !ok {
			return Missing{What: m.text, Why: fmt.Sprintf("%s is a list of %d", m.base, len(base))}, nil
		}
		return value(base[i]), nil
	case string:
		runes := []rune(base)
		if i, ok := index(key, len(runes)); ok {
			return string(runes[i]), nil
		}
		return Missing{What: m.text, Why: m.base + " is text"}, nil
	}
	return Missing{What: m.text, Why: m.base + " is " + kindOf(base).String()}, nil
}

// index is the place of an element; negative ones count from the end.
func index(key any, length int) (int, bool) {
	n, ok := asNumber(key)
	if !ok || n.big != nil || n.float && n.f != float64(int64(n.f)) {
		return 0, false
	}
	i := n.i
	if n.float {
		i = int64(n.f)
	}
	if i < 0 {
		i += int64(length)
	}
	return int(i), i >= 0 && i < int64(length)
}

func (f *frame) truth(o *operand, v any) (bool, error) {
	if err := f.charge(o.place, 1); err != nil {
		return false, err
	}
	v = value(v)
	if err := o.noData(v); err != nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, notCondition(o.place, v)
	}
	f.keep(o.trace, b)
	return b, nil
}

// list is the collection of any, filter, map … The machine gets nothing else to walk.
func (f *frame) list(o *operand, v any) ([]any, error) {
	v = value(v)
	f.keep(o.trace, v)
	if err := o.noData(v); err != nil {
		return nil, err
	}
	l, ok := v.([]any)
	if !ok {
		return nil, o.errorf("%s is not a list: it is %s", o.text, o.show(v))
	}
	return l, f.charge(o.place, 1+len(l))
}

func (f *frame) slice(p *place, v, from, to any) (any, error) {
	v = value(v)
	if _, missing := v.(Missing); missing {
		return v, nil
	}
	if err := p.noData(v); err != nil {
		return nil, err
	}
	var runes []rune
	list, isList := v.([]any)
	length := len(list)
	if s, ok := v.(string); ok {
		runes = []rune(s)
		length = len(runes)
	} else if !isList {
		return nil, p.errorf("%s takes a part of text or of a list, not of %s", p.text, kindOf(v))
	}
	a, b := 0, length
	for _, end := range []struct {
		v  any
		to *int
	}{{from, &a}, {to, &b}} {
		if end.v == nil {
			continue
		}
		n, ok := asNumber(value(end.v))
		if err := p.noData(value(end.v)); err != nil {
			return nil, err
		}
		if !ok || n.float || n.big != nil {
			return nil, p.errorf("%s needs whole numbers: not %s", p.text, p.show(value(end.v)))
		}
		if n.i < 0 {
			n.i += int64(length)
		}
		*end.to = int(max(0, min(n.i, int64(length))))
	}
	a = min(a, b)
	if isList {
		return list[a:b:b], f.charge(*p, 1)
	}
	return string(runes[a:b]), f.grow(*p, b-a)
}
