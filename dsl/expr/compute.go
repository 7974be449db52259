package expr

import (
	"fmt"
	"math"
	"time"
)

// computation is one place of + - * / % ** .. or of a sign.
type computation struct {
	place
	op          string
	left, right operand
}

// compute is the one operator behind + - * / % ** ^ and .. on values that are known at run time only.
func (f *frame) compute(c *computation, l, r any) (any, error) {
	if err := f.charge(c.place, 1); err != nil {
		return nil, err
	}
	l, r = value(l), value(r)
	if err := c.left.noData(l); err != nil {
		// NaN and infinity pass through arithmetic as they do everywhere: the comparison refuses them.
		if _, number := asNumber(l); !number {
			return nil, err
		}
	}
	if err := c.right.noData(r); err != nil {
		if _, number := asNumber(r); !number {
			return nil, err
		}
	}
	if _, ok := result(c.op, kindOf(l), kindOf(r)); !ok {
		return nil, c.mismatch(kindOf(l), kindOf(r)).withHelp("here %s", (&comparison{left: c.left, right: c.right}).values(l, r))
	}
	switch l := l.(type) {
	case string:
		both := l + r.(string)
		return both, f.grow(c.place, len(both))
	case time.Duration:
		if t, ok := r.(time.Time); ok {
			return t.Add(l), nil
		}
		return c.duration(l, r)
	case time.Time:
		if t, ok := r.(time.Time); ok {
			return l.Sub(t), nil
		}
		if c.op == "-" {
			return l.Add(-r.(time.Duration)), nil
		}
		return l.Add(r.(time.Duration)), nil
	}
	if d, ok := r.(time.Duration); ok {
		return c.duration(d, l) // number * duration
	}
	a, _ := asNumber(l)
	b, _ := asNumber(r)
	if c.op == ".." {
		return f.span(c, a, b)
	}
	n, ok := arithmetic(c.op, a, b)
	if !ok {
		return nil, c.errorf("%s is too large a number: it has more than %d digits", c.text, maxDigits)
	}
	return n.value(), nil
}

// duration computes d op r; what overflows is an error, since a wrapped duration would compare the wrong way.
func (c *computation) duration(d time.Duration, r any) (any, error) {
	if r, ok := r.(time.Duration); ok {
		switch c.op {
		case "+", "-":
			n, ok := small(c.op, int64(d), int64(r))
			if !ok {
				return nil, c.errorf("%s is too long a time", c.text)
			}
			return time.Duration(n.i), nil
		case "%":
			if r == 0 {
				return math.NaN(), nil
			}
			return d % r, nil
		}
		return float64(d) / float64(r), nil
	}
	n, _ := asNumber(r)
	if c.op == "*" && !n.float && n.big == nil {
		if m, ok := small("*", int64(d), n.i); ok {
			return time.Duration(m.i), nil
		}
	}
	x := floats(c.op, float64(d), n.toFloat()).f
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return x, nil
	case math.Abs(x) > math.MaxInt64:
		return nil, c.errorf("%s is too long a time", c.text)
	}
	return time.Duration(math.Round(x)), nil
}

func (f *frame) span(c *computation, a, b num) (any, error) {
	if a.float || b.float || a.big != nil || b.big != nil {
		return nil, c.errorf("%s needs whole numbers on both sides", c.text)
	}
	if b.i < a.i {
		return []any{}, nil
	}
	size := b.i - a.i + 1
	if size <= 0 || size > maxElements {
		return nil, c.errorf("%s is too long a list: at most %d elements", c.text, maxElements)
	}
	if err := f.grow(c.place, int(size)*24); err != nil {
		return nil, err
	}
	list := make([]any, size)
	for i := range list {
		list[i] = a.i + int64(i)
	}
	return list, nil
}

// result is the kind of `l op r`, false when the operator does not take them. Any is taken: the values decide.
func result(op string, l, r Kind) (Kind, bool) {
	if l == Any && r == Any {
		return Any, true
	}
	if l == Any || r == Any {
		// One side is known: the operator must take it beside something.
		for k := Bool; k <= Object; k++ {
			a, b := l, r
			if a == Any {
				a = k
			} else {
				b = k
			}
			if _, ok := result(op, a, b); ok {
				return Any, true
			}
		}
		return Any, false
	}
	type sides struct {
		op   string
		l, r Kind
	}
	switch (sides{op, l, r}) {
	case sides{"+", String, String}:
		return String, true
	case sides{"+", Duration, Duration}, sides{"-", Duration, Duration}, sides{"%", Duration, Duration},
		sides{"*", Duration, Number}, sides{"*", Number, Duration}, sides{"/", Duration, Number}, sides{"-", Time, Time}:
		return Duration, true
	case sides{"/", Duration, Duration}:
		return Number, true
	case sides{"+", Time, Duration}, sides{"+", Duration, Time}, sides{"-", Time, Duration}:
		return Time, true
	}
	if l == Number && r == Number {
		if op == ".." {
			return List, true
		}
		return Number, true
	}
	return Any, false
}

func (c *computation) mismatch(l, r Kind) *Error {
	e := c.errorf("`%s` does not take %s and %s", c.op, l, r)
	switch {
	case c.op == "+" && (l == String || r == String):
		e.withHelp("turn the other side into text: string(x)")
	case (c.op == "+" || c.op == "-") && (l == Duration || r == Duration) && (l == Number || r == Number):
		e.Message = fmt.Sprintf("a duration needs a unit: `%s` does not take %s and %s", c.op, l, r)
	case l == List || r == List:
		e.withHelp("to join lists write concat(a, b)")
	}
	return e
}
