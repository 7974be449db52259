package ir

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// deepest is how far values may nest in a stored program. A step inside "within" nests by six.
const deepest = 1000

// read makes a program of its canonical form, and of nothing else that JSON allows: what it accepts,
// Canonical would write again. With lenient, fields that a newer minor version added are passed over.
func read(canonical []byte, lenient bool) (*Program, error) {
	if !utf8.Valid(canonical) {
		return nil, errors.New("it is not UTF-8")
	}
	r := &reader{data: canonical, lenient: lenient, files: map[string]string{}}
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
	data    []byte
	at      int
	depth   int
	lenient bool
	files   map[string]string // each file's name once, however many positions are in it
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

var posType = reflect.TypeFor[diag.Pos]()

func (r *reader) value(v reflect.Value) error {
	if r.depth++; r.depth > deepest {
		return errors.New("it nests too deeply")
	}
	defer func() { r.depth-- }()
	if v.Type() == posType {
		return r.pos(v.Addr().Interface().(*diag.Pos))
	}
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		text, err := r.text()
		if err != nil {
			return err
		}
		return t.UnmarshalText(text)
	}
	switch v.Kind() {
	case reflect.String:
		text, err := r.text()
		v.SetString(string(text))
		return err
	case reflect.Int, reflect.Int64:
		n, err := r.number()
		v.SetInt(n)
		return err
	case reflect.Bool:
		v.SetBool(true) // false is left out
		if !bytes.HasPrefix(r.data[r.at:], []byte("true")) {
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
			raw, err := base64.StdEncoding.Strict().DecodeString(string(text))
			v.SetBytes(raw)
			return err
		}
		return r.list(v)
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

func (r *reader) list(v reflect.Value) error {
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
	if !bytes.HasPrefix(r.data[r.at:], []byte(kindIs)) {
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
	plan := plan(v.Type())
	for next := 0; !r.next('}'); first = false {
		if !first {
			if err := r.expect(','); err != nil {
				return err
			}
		}
		i := next
		for i < len(plan) && !bytes.HasPrefix(r.data[r.at:], []byte(plan[i].name)) {
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
		f := v.Field(plan[i].index)
		if err := r.value(f); err != nil {
			return err
		}
		if f.IsZero() || f.Kind() == reflect.Slice && f.Len() == 0 {
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

// text is the content of a string. It is valid until the next call.
func (r *reader) text() ([]byte, error) {
	if err := r.expect('"'); err != nil {
		return nil, err
	}
	start := r.at
	for ; r.at < len(r.data); r.at++ {
		switch c := r.data[r.at]; {
		case c == '"':
			r.at++
			return r.data[start : r.at-1], nil
		case c == '\\':
			return r.escaped(bytes.Clone(r.data[start:r.at]))
		case c < ' ':
			return nil, errors.New("a control character in a text")
		}
	}
	return nil, errors.New("a text without an end")
}

// escaped goes on behind the first escape of a text.
func (r *reader) escaped(text []byte) ([]byte, error) {
	for r.at < len(r.data) {
		c := r.data[r.at]
		r.at++
		switch {
		case c == '"':
			return text, nil
		case c < ' ':
			return nil, errors.New("a control character in a text")
		case c != '\\':
			text = append(text, c)
			continue
		case r.at == len(r.data):
			return nil, errors.New("a text without an end")
		}
		c = r.data[r.at]
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
				return nil, errors.New("a text without an end")
			}
			n, err := strconv.ParseUint(string(r.data[r.at:r.at+4]), 16, 8)
			if err != nil || n >= ' ' {
				return nil, fmt.Errorf("the escape %q", r.data[r.at-2:r.at+4])
			}
			r.at += 4
			text = append(text, byte(n))
		default:
			return nil, fmt.Errorf("the escape \\%c", c)
		}
	}
	return nil, errors.New("a text without an end")
}

func (r *reader) number() (int64, error) {
	start := r.at
	for r.at < len(r.data) && (r.data[r.at] == '-' || r.data[r.at] >= '0' && r.data[r.at] <= '9') {
		r.at++
	}
	return strconv.ParseInt(string(r.data[start:r.at]), 10, 64)
}

// pos reads a position. Programs have more of them than of anything else.
func (r *reader) pos(p *diag.Pos) error {
	text, err := r.text()
	if err != nil {
		return err
	}
	if err := p.UnmarshalText(text); err != nil {
		return err
	}
	if known, ok := r.files[p.File]; ok {
		p.File = known
		return nil
	}
	r.files[p.File] = p.File
	return nil
}
