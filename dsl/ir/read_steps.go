package ir

import (
	"reflect"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Nearly all of a program is scenarios, tags, steps, bindings, templates and positions. They are read here by their
// types, since reflection takes three times as long. The order and the names of members are still those of the Go fields.

var (
	scenarioPlan = plan(reflect.TypeFor[Scenario]())
	tagPlan      = plan(reflect.TypeFor[Tag]())
	docPlan      = plan(reflect.TypeFor[Doc]())
	stepPlan     = plan(reflect.TypeFor[Step]())
	bindingPlan  = plan(reflect.TypeFor[Binding]())
	partPlan     = plan(reflect.TypeFor[Part]())
)

// arena gives lists their memory in large pieces: most lists have one element or two, and a program has a million.
type arena[T any] struct {
	piece []T
	busy  bool // a list is being read, whose elements are at the end of the piece
}

// pieceOf is how many elements a piece holds.
const pieceOf = 512

func list[T any](r *reader, a *arena[T], to *[]T, read func(*reader, *T) error) error {
	if err := r.expect('['); err != nil {
		return err
	}
	if r.next(']') { // a cell of a table may be empty; a field never is
		return nil
	}
	if a.busy {
		a = &arena[T]{}
	}
	a.busy = true
	defer func() { a.busy = false }()
	for start := len(a.piece); ; {
		if len(a.piece) == cap(a.piece) {
			begun := a.piece[start:]
			a.piece = append(make([]T, 0, max(pieceOf, 2*len(begun))), begun...)
			start = 0
		}
		a.piece = a.piece[:len(a.piece)+1]
		if err := read(r, &a.piece[len(a.piece)-1]); err != nil {
			return err
		}
		if r.next(']') {
			*to = a.piece[start:len(a.piece):len(a.piece)]
			return nil
		}
		if err := r.expect(','); err != nil {
			return err
		}
	}
}

func (r *reader) template(t *Template) error {
	return list(r, &r.parts, (*[]Part)(t), (*reader).part)
}

// nested reads an object's members one level deeper.
func (r *reader) nested(plan []member, read func(*member) (bool, error)) error {
	if r.depth++; r.depth > deepest {
		return errTooDeep
	}
	if err := r.expect('{'); err != nil {
		return err
	}
	err := r.object(plan, true, read)
	r.depth--
	return err
}

func (r *reader) string(to *string) (zero bool, err error) {
	*to, err = r.text()
	return *to == "", err
}

func (r *reader) scenario(s *Scenario) error {
	v := reflect.ValueOf(s).Elem()
	return r.nested(scenarioPlan, func(m *member) (zero bool, err error) {
		switch m.name {
		case `"id":`:
			return r.string(&s.ID)
		case `"name":`:
			return r.string(&s.Name)
		}
		return r.field(v, m)
	})
}

func (r *reader) tag(t *Tag) error {
	return r.nested(tagPlan, func(m *member) (zero bool, err error) {
		if m.name == `"name":` {
			return r.string(&t.Name)
		}
		err = r.pos(&t.Pos)
		return t.Pos.IsZero(), err
	})
}

func (r *reader) doc(d *Doc) error {
	return r.nested(docPlan, func(m *member) (zero bool, err error) {
		if m.name == `"media":` {
			return r.string(&d.Media)
		}
		err = r.template(&d.Content)
		return len(d.Content) == 0, err
	})
}

func (r *reader) step(s *Step) error {
	v := reflect.Value{}
	return r.nested(stepPlan, func(m *member) (zero bool, err error) {
		switch m.name {
		case `"keyword":`:
			return r.string(&s.Keyword)
		case `"text":`:
			return r.string(&s.Text)
		case `"doc":`:
			s.Doc = &Doc{}
			return false, r.doc(s.Doc)
		case `"bindings":`:
			err = list(r, &r.bindings, &s.Bindings, (*reader).binding)
			return len(s.Bindings) == 0, err
		case `"pos":`:
			err = r.pos(&s.Pos)
			return s.Pos.IsZero(), err
		}
		if !v.IsValid() {
			v = reflect.ValueOf(s).Elem()
		}
		return r.field(v, m)
	})
}

func (r *reader) binding(b *Binding) error {
	v := reflect.Value{}
	return r.nested(bindingPlan, func(m *member) (zero bool, err error) {
		switch m.name {
		case `"driver":`:
			return r.string(&b.Driver)
		case `"definition":`:
			n, err := r.number()
			b.Definition = int(n)
			return n == 0, err
		case `"args":`:
			err = r.arguments(&b.Args)
			return len(b.Args) == 0, err
		}
		if !v.IsValid() {
			v = reflect.ValueOf(b).Elem()
		}
		return r.field(v, m)
	})
}

// arguments reads those of a binding. Mostly they are those of the binding before, for another driver: then both share
// one list, as they do where they are compiled.
func (r *reader) arguments(to *[]Template) error {
	if r.args != "" && strings.HasPrefix(r.data[r.at:], r.args) {
		*to = r.made
		r.at += len(r.args)
		return nil
	}
	start := r.at
	err := list(r, &r.templates, to, (*reader).template)
	r.args, r.made = r.data[start:r.at], *to
	return err
}

func (r *reader) part(p *Part) error {
	return r.nested(partPlan, func(m *member) (zero bool, err error) {
		switch m.name {
		case `"text":`:
			return r.string(&p.Text)
		case `"expr":`:
			return r.string(&p.Expr)
		case `"place":`:
			return r.string((*string)(&p.Place))
		case `"origin":`:
			return r.string((*string)(&p.Origin))
		case `"pos":`:
			err = r.pos(&p.Pos)
			return p.Pos.IsZero(), err
		}
		return r.field(reflect.ValueOf(p).Elem(), m)
	})
}

// field reads any other member.
func (r *reader) field(v reflect.Value, m *member) (zero bool, err error) {
	f := v.Field(m.index)
	err = r.value(f)
	return f.IsZero() || f.Kind() == reflect.Slice && f.Len() == 0, err
}

// pos reads a position. Programs have more of them than of anything else, and most are in the file of the last.
func (r *reader) pos(p *diag.Pos) error {
	text, err := r.text()
	if err != nil {
		return err
	}
	if rest, same := strings.CutPrefix(text, r.file); same && r.file != "" {
		if line, col, ok := lineAndColumn(rest); ok {
			p.File, p.Line, p.Col = r.file, line, col
			return nil
		}
	}
	if err := p.UnmarshalText([]byte(text)); err != nil {
		return err
	}
	if known, ok := r.known[p.File]; ok {
		p.File = known
	} else {
		r.known[p.File] = p.File
	}
	r.file = p.File
	return nil
}

// lineAndColumn reads ":12:34".
func lineAndColumn(text string) (line, col int, ok bool) {
	line, rest, ok := colonNumber(text)
	if !ok {
		return 0, 0, false
	}
	col, rest, ok = colonNumber(rest)
	return line, col, ok && rest == ""
}

// colonNumber reads ":12" from the beginning of a text. Nine digits are the most that a position has.
func colonNumber(text string) (n int, rest string, ok bool) {
	if len(text) < 2 || text[0] != ':' {
		return 0, "", false
	}
	i := 1
	for ; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
		n = n*10 + int(text[i]-'0')
		if i > 9 {
			return 0, "", false
		}
	}
	return n, text[i:], i > 1
}
