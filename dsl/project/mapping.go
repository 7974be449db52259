package project

import (
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// block is embedded in each struct that is a mapping: where it stands, and which keys it has.
type block struct {
	Name string
	Key  diag.Range
	Has  map[string]diag.Range
}

func (b *block) self() *block { return b }
func (b *block) set() bool    { return b.Key.Line != 0 }

type mappingStruct interface {
	self() *block
	is() string // what the mapping is, "a stage"
}

// mapping reads v into a struct. What several sources say adds up (include), and nothing may be said twice.
func (r *reader) mapping(p any, v value) {
	b := p.(mappingStruct).self()
	if !b.set() {
		*b = block{Name: v.name, Key: v.key, Has: map[string]diag.Range{}}
	}
	if v.node = r.plain(v.node); v.node == nil {
		return
	}
	if _, empty := v.node.(*ast.NullNode); empty {
		r.wrong(v, v.node, "a mapping of keys to values")
		return
	}
	entries, ok := r.entries(v)
	if !ok {
		return
	}
	s := reflect.ValueOf(p).Elem()
	for _, e := range entries {
		i, known := fieldOf(s.Type(), e.name)
		if !known {
			r.unknown(p.(mappingStruct), s.Type(), e)
			continue
		}
		field := s.Field(i).Addr().Interface()
		before, twice := b.Has[e.name]
		if _, adds := field.(interface{ adds() }); twice && !adds {
			d := r.fail(e.key, codeDuplicate, "%q is defined twice", e.name)
			*d = d.WithNote(before, "first here")
			continue
		}
		if !twice {
			b.Has[e.name] = e.key
		}
		r.into(field, e, s.Type().Field(i).Tag)
	}
	for i := range s.NumField() {
		tag := s.Type().Field(i).Tag
		if key := tag.Get("key"); tag.Get("need") != "" && b.Has[key].Line == 0 {
			r.fail(v.key, codeMissing, "%s needs `%s`", p.(mappingStruct).is(), key)
		}
	}
}

func (r *reader) unknown(m mappingStruct, t reflect.Type, e value) {
	keys := keysOf(t)
	d := r.fail(e.key, codeUnknown, "%s has no key %q", m.is(), e.name)
	if near := diag.Closest(e.name, keys); near != "" {
		help(d, "did you mean %q?", near)
		return
	}
	help(d, "its keys are %s", strings.Join(keys, ", "))
}

func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("key"); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

func fieldOf(t reflect.Type, key string) (int, bool) {
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("key") == key {
			return i, true
		}
	}
	return 0, false
}

// at is where a block's key stands, or the block itself when it is an item.
func (b *block) at(key string) diag.Range {
	if r, ok := b.Has[key]; ok {
		return r
	}
	return b.Key
}
