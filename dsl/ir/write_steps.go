package ir

import (
	"reflect"
	"strconv"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// What there is most of is written by its type, as it is read in read_steps.go. The order and the names of members are
// still those of the Go fields.

func appendStep(dst []byte, s *Step) []byte {
	dst = append(dst, '{')
	from, v := len(dst), reflect.ValueOf(s).Elem()
	for i := range stepPlan {
		m := &stepPlan[i]
		switch m.name {
		case `"keyword":`:
			dst = textMember(dst, from, m, s.Keyword)
		case `"text":`:
			dst = textMember(dst, from, m, s.Text)
		case `"bindings":`:
			dst = listMember(dst, from, m, s.Bindings, appendBinding)
		case `"pos":`:
			dst = posMember(dst, from, m, &s.Pos)
		default:
			dst = appendMember(dst, from, m, v.Field(m.index))
		}
	}
	return append(dst, '}')
}

func appendBinding(dst []byte, b *Binding) []byte {
	dst = append(dst, '{')
	from, v := len(dst), reflect.ValueOf(b).Elem()
	for i := range bindingPlan {
		m := &bindingPlan[i]
		switch m.name {
		case `"driver":`:
			dst = textMember(dst, from, m, b.Driver)
		case `"definition":`:
			if b.Definition != 0 {
				dst = strconv.AppendInt(begin(dst, from, m), int64(b.Definition), 10)
			}
		case `"args":`:
			dst = listMember(dst, from, m, b.Args, appendTemplate)
		default:
			dst = appendMember(dst, from, m, v.Field(m.index))
		}
	}
	return append(dst, '}')
}

func appendTemplate(dst []byte, t *Template) []byte { return appendList(dst, *t, appendPart) }

func appendPart(dst []byte, p *Part) []byte {
	dst = append(dst, '{')
	from, v := len(dst), reflect.Value{}
	for i := range partPlan {
		m := &partPlan[i]
		switch m.name {
		case `"text":`:
			dst = textMember(dst, from, m, p.Text)
		case `"expr":`:
			dst = textMember(dst, from, m, p.Expr)
		case `"place":`:
			dst = textMember(dst, from, m, string(p.Place))
		case `"origin":`:
			dst = textMember(dst, from, m, string(p.Origin))
		case `"pos":`:
			dst = posMember(dst, from, m, &p.Pos)
		default:
			if !v.IsValid() {
				v = reflect.ValueOf(p).Elem()
			}
			dst = appendMember(dst, from, m, v.Field(m.index))
		}
	}
	return append(dst, '}')
}

func appendList[T any](dst []byte, list []T, element func([]byte, *T) []byte) []byte {
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = element(dst, &list[i])
	}
	return append(dst, ']')
}

// appendPos writes a position as diag.Pos.String does.
func appendPos(dst []byte, p *diag.Pos) []byte {
	dst = appendString(dst, p.File)
	if p.Line == 0 {
		return dst
	}
	dst = strconv.AppendInt(append(dst[:len(dst)-1], ':'), int64(p.Line), 10)
	if p.Col != 0 {
		dst = strconv.AppendInt(append(dst, ':'), int64(p.Col), 10)
	}
	return append(dst, '"')
}

// begin writes a member's name, behind a comma where from, the object's first byte, has been passed.
func begin(dst []byte, from int, m *member) []byte {
	if len(dst) > from {
		dst = append(dst, ',')
	}
	return append(dst, m.name...)
}

func textMember(dst []byte, from int, m *member, text string) []byte {
	if text == "" {
		return dst
	}
	return appendString(begin(dst, from, m), text)
}

func posMember(dst []byte, from int, m *member, p *diag.Pos) []byte {
	if p.IsZero() {
		return dst
	}
	return appendPos(begin(dst, from, m), p)
}

func listMember[T any](dst []byte, from int, m *member, list []T, element func([]byte, *T) []byte) []byte {
	if len(list) == 0 {
		return dst
	}
	return appendList(begin(dst, from, m), list, element)
}

// appendMember writes any other member; those with a zero value are left out.
func appendMember(dst []byte, from int, m *member, f reflect.Value) []byte {
	if f.IsZero() || f.Kind() == reflect.Slice && f.Len() == 0 {
		return dst
	}
	return appendValue(begin(dst, from, m), f)
}
