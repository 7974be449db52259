package ir

import (
	"encoding"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// deepest is how far values may nest in a stored program. A step inside "within" nests by six.
const deepest = 1000

var errTooDeep = errors.New("it nests too deeply")

// read makes a program of its canonical form, and of nothing else that JSON allows: what it accepts,
// Canonical would write again. With lenient, fields that a newer minor version added are passed over.
func read(canonical []byte, lenient bool) (*Program, error) {
	if !utf8.Valid(canonical) {
		return nil, errors.New("it is not UTF-8")
	}
	// One text for all, and not copied: those of the program that have no escapes are parts of it.
	r := &reader{data: unsafe.String(unsafe.SliceData(canonical), len(canonical)), lenient: lenient, known: map[string]string{}}
	p := &Program{}
	if err := r.value(reflect.ValueOf(p).Elem()); err != nil {
		return nil, fmt.Errorf("byte %d: %w", r.at, err)
	}
	if r.at < len(r.data) {
		return nil, fmt.Errorf("byte %d: the program has ended", r.at)
	}
	return p, nil
}

type reader struct {
	data    string
	at      int
	depth   int
	lenient bool
	file    string            // of the last position
	known   map[string]string // each file's name once, however many positions are in it
	scratch []byte
	args    string     // of the last binding, as they are written,
	made    []Template // and read

	scenarios arena[Scenario]
	tags      arena[Tag]
	steps     arena[Step]
	bindings  arena[Binding]
	templates arena[Template]
	parts     arena[Part]
}

func (r *reader) next(c byte) bool {
	if r.at < len(r.data) && r.data[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *reader) expect(c byte) error {
	if !r.next(c) {
		return fmt.Errorf("expected %q", c)
	}
	return nil
}

// What there is most of is read without reflection, in read_steps.go.
var (
	posType       = reflect.TypeFor[diag.Pos]()
	scenariosType = reflect.TypeFor[[]Scenario]()
	tagsType      = reflect.TypeFor[[]Tag]()
	stepsType     = reflect.TypeFor[[]Step]()
	templateType  = reflect.TypeFor[Template]()
)

func (r *reader) value(v reflect.Value) error {
	if r.depth++; r.depth > deepest {
		return errTooDeep
	}
	err := r.deeper(v)
	r.depth--
	return err
}

func (r *reader) deeper(v reflect.Value) error {
	switch v.Type() {
	case posType:
		return r.pos(v.Addr().Interface().(*diag.Pos))
	case scenariosType:
		return list(r, &r.scenarios, v.Addr().Interface().(*[]Scenario), (*reader).scenario)
	case tagsType:
		return list(r, &r.tags, v.Addr().Interface().(*[]Tag), (*reader).tag)
	case stepsType:
		return list(r, &r.steps, v.Addr().Interface().(*[]Step), (*reader).step)
	case templateType:
		return r.template(v.Addr().Interface().(*Template))
	}
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		text, err := r.text()
		if err != nil {
			return err
		}
		return t.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.String:
		text, err := r.text()
		v.SetString(text)
		return err
	case reflect.Int, reflect.Int64:
		n, err := r.number()
		v.SetInt(n)
		return err
	case reflect.Bool:
		v.SetBool(true) // false is left out
		if !strings.HasPrefix(r.data[r.at:], "true") {
			return errors.New("expected true")
		}
		r.at += len("true")
		return nil
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return r.value(v.Elem())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			text, err := r.text()
			if err != nil {
				return err
			}
			raw, err := base64.StdEncoding.Strict().DecodeString(text)
			v.SetBytes(raw)
			return err
		}
		return r.slice(v)
	case reflect.Interface:
		return r.op(v)
	case reflect.Struct:
		if err := r.expect('{'); err != nil {
			return err
		}
		return r.members(v, true)
	}
	panic(fmt.Sprintf("ir: a %s has no canonical form", v.Type()))
}

func (r *reader) slice(v reflect.Value) error {
	if err := r.expect('['); err != nil {
		return err
	}
	if r.next(']') { // a cell of a table may be empty; a field never is
		return nil
	}
	for n := 0; ; n++ {
		v.Grow(1)
		v.SetLen(n + 1)
		if err := r.value(v.Index(n)); err != nil {
			return err
		}
		if r.next(']') {
			return nil
		}
		if err := r.expect(','); err != nil {
			return err
		}
	}
}

func (r *reader) op(v reflect.Value) error {
	const kindIs = `{"kind":`
	if !strings.HasPrefix(r.data[r.at:], kindIs) {
		return errors.New("expected an op")
	}
	r.at += len(kindIs)
	kind, err := r.text()
	if err != nil {
		return err
	}
	op := New(Kind(kind))
	if op == nil {
		return fmt.Errorf("unknown op %q", kind)
	}
	v.Set(reflect.ValueOf(op))
	return r.members(v.Elem().Elem(), false)
}

// members reads what follows the opening brace, each field at most once and in order. first says that no
// member stands before.
func (r *reader) members(v reflect.Value, first bool) error {
	return r.object(plan(v.Type()), first, func(m *member) (bool, error) { return r.field(v, m) })
}

// object reads the members of a plan; read reads one, and says whether it came to nothing.
func (r *reader) object(plan []member, first bool, read func(*member) (zero bool, err error)) error {
	for next := 0; !r.next('}'); first = false {
		if !first {
			if err := r.expect(','); err != nil {
				return err
			}
		}
		i := next
		for i < len(plan) && !strings.HasPrefix(r.data[r.at:], plan[i].name) {
			i++
		}
		if i == len(plan) {
			if !r.lenient {
				return errors.New("unknown field")
			}
			if err := r.skip(); err != nil {
				return err
			}
			continue
		}
		next = i + 1
		r.at += len(plan[i].name)
		zero, err := read(&plan[i])
		if err != nil {
			return err
		}
		if zero {
			return fmt.Errorf("the field %s has its zero value, which is left out", plan[i].name)
		}
	}
	return nil
}

// skip passes over one member of an object.
func (r *reader) skip() error {
	if _, err := r.text(); err != nil {
		return err
	}
	if err := r.expect(':'); err != nil {
		return err
	}
	for open := 0; r.at < len(r.data); {
		switch r.data[r.at] {
		case '"':
			if _, err := r.text(); err != nil {
				return err
			}
			continue
		case '{', '[':
			open++
		case '}', ']':
			if open == 0 {
				return nil
			}
			open--
		case ',':
			if open == 0 {
				return nil
			}
		}
		r.at++
	}
	return errors.New("an object without an end")
}

// text is the content of a string.
func (r *reader) text() (string, error) {
	if err := r.expect('"'); err != nil {
		return "", err
	}
	start := r.at
	c, err := r.special()
	switch {
	case err != nil:
		return "", err
	case c == '\\':
		return r.escaped(start)
	}
	return r.data[start : r.at-1], nil
}

// specials are the bytes of a string that are not themselves: the quote that ends it, the backslash, and those that
// may not stand in it.
var specials = func() (is [256]bool) {
	for c := range ' ' {
		is[c] = true
	}
	is['"'], is['\\'] = true, true
	return is
}()

// special goes behind the next quote or backslash of a string.
func (r *reader) special() (c byte, err error) {
	data, at := r.data, r.at // which the compiler keeps at hand
	for at < len(data) && !specials[data[at]] {
		at++
	}
	r.at = at
	switch {
	case at == len(data):
		return 0, errors.New("a text without an end")
	case data[at] < ' ':
		return 0, errors.New("a control character in a text")
	}
	r.at++
	return data[at], nil
}

// escaped reads a text that begins at start and has an escape here, behind its backslash.
func (r *reader) escaped(start int) (string, error) {
	text := r.scratch[:0]
	for {
		text = append(text, r.data[start:r.at-1]...)
		if r.at == len(r.data) {
			return "", errors.New("a text without an end")
		}
		c := r.data[r.at]
		r.at++
		switch c {
		case '"', '\\':
			text = append(text, c)
		case 'n':
			text = append(text, '\n')
		case 't':
			text = append(text, '\t')
		case 'u':
			if r.at+4 > len(r.data) {
				return "", errors.New("a text without an end")
			}
			n, err := strconv.ParseUint(r.data[r.at:r.at+4], 16, 8)
			if err != nil || n >= ' ' {
				return "", fmt.Errorf("the escape %q", r.data[r.at-2:r.at+4])
			}
			r.at += 4
			text = append(text, byte(n))
		default:
			return "", fmt.Errorf("the escape \\%c", c)
		}
		start = r.at
		next, err := r.special()
		switch {
		case err != nil:
			return "", err
		case next == '"':
			r.scratch = append(text, r.data[start:r.at-1]...)
			return string(r.scratch), nil
		}
	}
}

func (r *reader) number() (int64, error) {
	start := r.at
	for r.at < len(r.data) && (r.data[r.at] == '-' || r.data[r.at] >= '0' && r.data[r.at] <= '9') {
		r.at++
	}
	return strconv.ParseInt(r.data[start:r.at], 10, 64)
}
