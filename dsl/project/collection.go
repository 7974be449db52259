package project

import (
	"reflect"

	"github.com/goccy/go-yaml/ast"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// named is a mapping from names that the author chooses.
type named[T any] struct {
	Entries []entry[T]
}

type entry[T any] struct {
	Name  string
	At    diag.Range
	Value T
}

func (*named[T]) adds() {}

func (m *named[T]) find(name string) *entry[T] {
	for i := range m.Entries {
		if m.Entries[i].Name == name {
			return &m.Entries[i]
		}
	}
	return nil
}

func (m *named[T]) names() []string {
	var all []string
	for _, e := range m.Entries {
		all = append(all, e.Name)
	}
	return all
}

func (m *named[T]) read(r *reader, v value, tag reflect.StructTag) {
	entries, _ := r.entries(v)
	others := named[T]{m.Entries} // of other files: entries has no name twice
	for _, e := range entries {
		if before := others.find(e.name); before != nil {
			d := r.fail(e.key, codeDuplicate, "%s %q is defined twice", v.name, e.name)
			*d = d.WithNote(before.At, "first here")
			continue
		}
		m.Entries = append(m.Entries, entry[T]{Name: e.name, At: e.key})
		r.into(&m.Entries[len(m.Entries)-1].Value, e, tag)
	}
}

// list is a list of values; a list of texts may be one text.
type list[T any] struct {
	Items []T
}

func (*list[T]) adds() {}

func (l *list[T]) read(r *reader, v value, tag reflect.StructTag) {
	n := r.plain(v.node)
	if n == nil {
		return
	}
	var items []ast.Node
	if s, ok := n.(*ast.SequenceNode); ok {
		items = s.Values
	} else if _, single := any(new(T)).(shape); single && isScalar(n) {
		items = []ast.Node{v.node}
	} else {
		d := r.wrong(v, n, "a list")
		if _, ok := n.(ast.MapNode); ok {
			help(d, "begin each item with `- `, or write `[…]`")
		}
		return
	}
	if len(items) == 0 && tag.Get("need") != "" {
		r.fail(r.start(n), codeValue, "%s is empty", v.name)
	}
	for _, item := range items {
		if item == nil {
			continue
		}
		l.Items = append(l.Items, *new(T))
		r.into(&l.Items[len(l.Items)-1], value{v.name, r.start(item), item}, tag)
	}
}
