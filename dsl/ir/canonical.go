package ir

import (
	"crypto/sha256"
	"encoding"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Canonical is the one sequence of bytes that a program has: JSON without white space, object members in the
// order of the Go fields, members with a zero value left out, strings escaped as little as JSON allows. It is
// written here, not by encoding/json, whose bytes may change between Go releases; a golden file holds it.
func Canonical(p *Program) []byte {
	return appendValue(make([]byte, 0, 1<<16), reflect.ValueOf(p).Elem())
}

// Digest identifies a program: every stage prints it, and equal programs have equal digests wherever they were
// compiled.
func Digest(p *Program) string {
	sum := sha256.New()
	inPieces(p, func(piece []byte) { sum.Write(piece) })
	return digestText(sum)
}

func digestText(sum hash.Hash) string { return "sha256:" + hex.EncodeToString(sum.Sum(nil)) }

// inPieces gives the canonical form a piece at a time, since as a whole it is larger than the program.
func inPieces(p *Program, write func(piece []byte)) {
	buffer := append(make([]byte, 0, 1<<16), '{')
	v := reflect.ValueOf(p).Elem()
	comma := false
	for _, m := range plan(v.Type()) {
		f := v.Field(m.index)
		if f.IsZero() || f.Kind() == reflect.Slice && f.Len() == 0 {
			continue
		}
		if comma {
			buffer = append(buffer, ',')
		}
		comma = true
		buffer = append(buffer, m.name...)
		if f.Kind() != reflect.Slice {
			buffer = appendValue(buffer, f)
			continue
		}
		for i := range f.Len() {
			buffer = appendValue(append(buffer, "[,"[min(i, 1)]), f.Index(i))
			write(buffer)
			buffer = buffer[:0]
		}
		buffer = append(buffer, ']')
	}
	write(append(buffer, '}'))
}

func digestOf(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Short is a digest as people compare it: its first twelve digits.
func Short(digest string) string {
	hexa := strings.TrimPrefix(digest, "sha256:")
	return hexa[:min(12, len(hexa))]
}

var (
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	opType        = reflect.TypeFor[Op]()
	plans         sync.Map // reflect.Type → []member; a cache only, every entry is a function of its type
)

type member struct {
	index int
	name  string // quoted, with its colon
}

func plan(t reflect.Type) []member {
	if p, ok := plans.Load(t); ok {
		return p.([]member)
	}
	var members []member
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" {
			panic(fmt.Sprintf("ir: field %s.%s has no json name", t, t.Field(i).Name))
		}
		members = append(members, member{i, strconv.Quote(name) + ":"})
	}
	plans.Store(t, members)
	return members
}

func appendValue(dst []byte, v reflect.Value) []byte {
	switch v.Type() {
	case posType:
		return appendPos(dst, v.Addr().Interface().(*diag.Pos))
	case stepsType:
		return appendList(dst, *v.Addr().Interface().(*[]Step), appendStep)
	case templateType:
		return appendTemplate(dst, v.Addr().Interface().(*Template))
	}
	if v.Type().Implements(textMarshaler) {
		text, err := v.Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil {
			panic("ir: " + err.Error()) // our own types never fail
		}
		return appendString(dst, string(text))
	}
	switch v.Kind() {
	case reflect.String:
		return appendString(dst, v.String())
	case reflect.Int, reflect.Int64:
		return strconv.AppendInt(dst, v.Int(), 10)
	case reflect.Bool:
		return strconv.AppendBool(dst, v.Bool())
	case reflect.Pointer:
		return appendValue(dst, v.Elem())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return append(base64.StdEncoding.AppendEncode(append(dst, '"'), v.Bytes()), '"')
		}
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendValue(dst, v.Index(i))
		}
		return append(dst, ']')
	case reflect.Interface:
		if v.Type() == opType {
			op := v.Interface().(Op)
			from := len(dst) + len(`{`)
			dst = appendString(append(dst, `{"kind":`...), string(op.Kind()))
			return append(appendMembers(dst, v.Elem().Elem(), from), '}')
		}
	case reflect.Struct:
		return append(appendMembers(append(dst, '{'), v, len(dst)+len(`{`)), '}')
	}
	panic(fmt.Sprintf("ir: a %s has no canonical form", v.Type()))
}

// appendMembers writes what has a value of an object whose first byte is at from.
func appendMembers(dst []byte, v reflect.Value, from int) []byte {
	members := plan(v.Type())
	for i := range members {
		dst = appendMember(dst, from, &members[i], v.Field(members[i].index))
	}
	return dst
}

// appendString quotes s; what is not UTF-8 becomes U+FFFD, as a JSON reader would have it.
func appendString(dst []byte, s string) []byte {
	const hexa = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[start:i]...), "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= 0x20 && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexa[c>>4], hexa[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}
