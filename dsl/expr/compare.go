package expr

import (
	"encoding/json"
	"math"
	"reflect"
	"regexp"
	"strings"
	"time"
)

// Equal is the equality of the language for whole values: numbers by their value however they are written
// (7, 7.0 and json.Number("7") are equal, integers exactly), lists in order, objects by field. A missing value
// and NaN equal nothing.
func Equal(a, b any) bool {
	same, err := new(frame).equal(place{}, value(a), value(b))
	return err == nil && same
}

// comparison is one place where two values are compared.
type comparison struct {
	place
	op          string
	left, right operand
	pattern     *regexp.Regexp // of `matches`, when it is written out
}

// operand is one side of a comparison: its place, and where its value is kept for an explanation.
type operand struct {
	place
	trace   int // -1: its text says all
	literal bool
	value   any      // of a literal
	element *decider // of the list of all(…), none(…), one(…)
}

// compare is the one operator behind == != < <= > >= in contains startsWith endsWith matches.
func (f *frame) compare(c *comparison, l, r any) (bool, error) {
	if err := f.charge(c.place, 1); err != nil {
		return false, err
	}
	l, r = value(l), value(r)
	f.keep(c.left.trace, l)
	f.keep(c.right.trace, r)
	if err := c.left.noData(l); err != nil {
		return false, err
	}
	if err := c.right.noData(r); err != nil {
		return false, err
	}
	switch c.op {
	case "==", "!=":
		if clash(l, r) {
			return false, c.mismatch(l, r)
		}
		same, err := f.equal(c.place, l, r)
		return same == (c.op == "=="), err
	case "in":
		return f.in(c, l, r)
	case "contains", "startsWith", "endsWith", "matches":
		return f.search(c, l, r)
	}
	sign, ok := compareValues(l, r)
	if !ok {
		return false, c.mismatch(l, r)
	}
	switch c.op {
	case "<":
		return sign < 0, nil
	case "<=":
		return sign <= 0, nil
	case ">":
		return sign > 0, nil
	}
	return sign >= 0, nil
}

// clash reports a duration beside a number: never equal, and always a mistake.
func clash(l, r any) bool {
	a, b := kindOf(l), kindOf(r)
	return a == Duration && b == Number || a == Number && b == Duration
}

func (c *comparison) mismatch(l, r any) *Error {
	a, b := kindOf(l), kindOf(r)
	if a == b {
		return c.errorf("`%s` does not order %s: %s", c.op, plural(a), c.values(l, r))
	}
	e := c.errorf("cannot compare %s with %s: %s", a, b, c.values(l, r))
	if clash(l, r) {
		return e.withHelp("give the number a unit: x * 1ms")
	}
	if help := c.unitHelp(l, r); help != "" {
		return e.withHelp("%s", help)
	}
	if a == Number && b == String || a == String && b == Number {
		return e.withHelp("turn the text into a number: float(x) or int(x)")
	}
	return e
}

// values is "body.total = 7.5" for each side that its text does not say already.
func (c *comparison) values(l, r any) string {
	var parts []string
	if !c.left.literal {
		parts = append(parts, c.left.text+" = "+c.left.show(l))
	}
	if !c.right.literal && (c.left.literal || c.right.text != c.left.text) {
		parts = append(parts, c.right.text+" = "+c.right.show(r))
	}
	return strings.Join(parts, ", ")
}

// compareValues orders two values of one kind that has an order.
func compareValues(l, r any) (int, bool) {
	if a, ok := asNumber(l); ok {
		b, ok := asNumber(r)
		return compareNumbers(a, b), ok
	}
	switch a := l.(type) {
	case string:
		b, ok := r.(string)
		return strings.Compare(a, b), ok
	case time.Duration:
		b, ok := r.(time.Duration)
		return order(int64(a), int64(b)), ok
	case time.Time:
		b, ok := r.(time.Time)
		return a.Compare(b), ok
	}
	return 0, false
}

// equal compares deeply; null equals null inside a list or an object, where it is data.
func (f *frame) equal(at place, l, r any) (bool, error) {
	if err := f.charge(at, 1); err != nil {
		return false, err
	}
	l, r = value(l), value(r)
	if why := unfit(l) + unfit(r); why != "" {
		return false, &NoData{Span: at.at, What: at.text, Why: "compares a number that " + why}
	}
	if a, ok := asNumber(l); ok {
		b, ok := asNumber(r)
		return ok && compareNumbers(a, b) == 0, nil
	}
	switch a := l.(type) {
	case nil:
		return r == nil, nil
	case bool:
		b, ok := r.(bool)
		return ok && a == b, nil
	case []any:
		b, ok := r.([]any)
		if !ok || len(a) != len(b) {
			return false, nil
		}
		for i := range a {
			if same, err := f.equal(at, a[i], b[i]); !same || err != nil {
				return false, err
			}
		}
		return true, nil
	case map[string]any:
		b, ok := r.(map[string]any)
		if !ok || len(a) != len(b) {
			return false, nil
		}
		for k, x := range a {
			y, there := b[k]
			if !there {
				return false, nil
			}
			if same, err := f.equal(at, x, y); !same || err != nil {
				return false, err
			}
		}
		return true, nil
	}
	sign, ok := compareValues(l, r)
	return ok && sign == 0, nil
}

func (f *frame) in(c *comparison, l, r any) (bool, error) {
	switch all := r.(type) {
	case []any:
		for _, x := range all {
			x = value(x)
			if clash(l, x) {
				return false, c.mismatch(l, x)
			}
			if same, err := f.equal(c.place, l, x); same || err != nil {
				return same, err
			}
		}
		return false, nil
	case map[string]any:
		if k, ok := l.(string); ok {
			_, there := all[k]
			return there, nil
		}
		return false, c.errorf("`in` looks for a field of an object by its name: %s", c.values(l, r))
	case string:
		return false, c.errorf("`in` looks into a list or an object: %s", c.values(l, r)).
			withHelp("write %s contains %s", c.right.text, c.left.text)
	}
	return false, c.errorf("`in` looks into a list or an object: %s", c.values(l, r))
}

func (f *frame) search(c *comparison, l, r any) (bool, error) {
	s, ok := l.(string)
	part, ok2 := r.(string)
	if !ok || !ok2 {
		e := c.errorf("`%s` needs text on both sides: %s", c.op, c.values(l, r))
		if _, list := l.([]any); list && c.op == "contains" {
			e.withHelp("write %s in %s", c.right.text, c.left.text)
		}
		return false, e
	}
	switch c.op {
	case "startsWith":
		return strings.HasPrefix(s, part), nil
	case "endsWith":
		return strings.HasSuffix(s, part), nil
	case "contains":
		return strings.Contains(s, part), f.charge(c.place, len(s)/128)
	}
	re := c.pattern
	if re == nil {
		var err error
		if re, err = compilePattern(part); err != nil {
			return false, c.right.errorf("%v", err)
		}
		if err := f.charge(c.place, 100*len(part)); err != nil {
			return false, err
		}
	}
	if err := f.charge(c.place, len(s)/4); err != nil {
		return false, err
	}
	return re.MatchString(s), nil
}

// value brings what an Env may give into the few forms that the operators know.
func value(v any) any {
	switch x := v.(type) {
	case nil, bool, string, int64, float64, json.Number, time.Duration, time.Time, []any, map[string]any, Missing:
		return v
	case int:
		return int64(x)
	case *Missing:
		return *x
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Bool:
		return r.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if u := r.Uint(); u > math.MaxInt64 {
			return json.Number(Text(u))
		}
		return int64(r.Uint())
	case reflect.Float32, reflect.Float64:
		return r.Float()
	case reflect.String:
		return r.String()
	case reflect.Slice, reflect.Array:
		if b, ok := v.([]byte); ok {
			return string(b)
		}
		list := make([]any, r.Len())
		for i := range list {
			list[i] = value(r.Index(i).Interface())
		}
		return list
	case reflect.Map:
		if r.Type().Key().Kind() == reflect.String {
			object := make(map[string]any, r.Len())
			for it := r.MapRange(); it.Next(); {
				object[it.Key().String()] = value(it.Value().Interface())
			}
			return object
		}
	case reflect.Pointer, reflect.Interface:
		if r.IsNil() {
			return nil
		}
	}
	return Missing{Why: "it cannot be read: " + r.Type().String()}
}

func kindOf(v any) Kind {
	switch v.(type) {
	case bool:
		return Bool
	case int64, int, float64, json.Number:
		return Number
	case time.Duration:
		return Duration
	case string:
		return String
	case time.Time:
		return Time
	case []any:
		return List
	case map[string]any:
		return Object
	}
	return Any
}

func plural(k Kind) string {
	return [...]string{"values", "true and false", "numbers", "durations", "texts", "times", "lists", "objects"}[k]
}
