package project

import (
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// The codes of this room.
const (
	codeYAML        = "project/yaml"                // not YAML, or YAML that hoops does not read
	codeUnknown     = "project/unknown-key"         // a key that this mapping does not have
	codeMisplaced   = "project/misplaced-key"       // a key that goes with another one, or with another runner
	codeMissing     = "project/missing-key"         // a key that must be there
	codeDuplicate   = "project/duplicate-key"       // a key, or a name, given twice
	codeType        = "project/wrong-type"          // a list where a text is wanted
	codeValue       = "project/value"               // the right type with a value that cannot be
	codeEnvironment = "project/unknown-environment" // a stage in an environment that is not declared
	codeInclude     = "project/include"             // a file that cannot be included
	codeRate        = "load/rate"                   // a rate that cannot be read, as in --rate
)

// shape is a type of value that hoops.yaml can have. It reads itself from YAML and describes itself as JSON
// Schema; the tag of the struct field that it stands in says what differs from key to key (see file.go). A
// struct of shapes is a mapping, and needs no methods.
type shape interface {
	read(r *reader, v value, tag reflect.StructTag)
	schema(tag reflect.StructTag) schema
}

// value is a YAML node with the key that it belongs to.
type value struct {
	name string     // the key, for messages; of a list's item that of the list
	key  diag.Range // where the key stands; of an item the item itself
	node ast.Node
}

// reader reads one source into the types of file.go, and collects what is wrong.
type reader struct {
	*source
	list *diag.List
}

func (r *reader) fail(at diag.Range, code, format string, args ...any) *diag.Diagnostic {
	*r.list = append(*r.list, diag.Errorf(at, code, format, args...))
	return &(*r.list)[len(*r.list)-1]
}

func help(d *diag.Diagnostic, format string, args ...any) { *d = d.WithHelp(format, args...) }

// plain follows aliases and removes anchors and the tags of YAML's own types; nil after a diagnostic.
func (r *reader) plain(n ast.Node) ast.Node {
	for {
		switch at := n.(type) {
		case *ast.AnchorNode:
			n = at.Value
		case *ast.AliasNode:
			name := at.Value.GetToken().Value
			target, ok := r.anchors[at]
			if !ok {
				d := r.fail(r.start(at), codeYAML, "`*%s` stands for an anchor, and there is no `&%s` above", name, name)
				help(d, "quote it, if it is a text: %s", quoted("*"+name))
				return nil
			}
			if !r.spend(at) {
				return nil
			}
			n = target
		case *ast.TagNode:
			switch at.Start.Value {
			case "!!str", "!!int", "!!float", "!!bool", "!!map", "!!seq":
				n = at.Value
			default:
				d := r.fail(r.start(at), codeYAML, "`%s` is a YAML type that hoops does not read", at.Start.Value)
				help(d, "quote the value, if it begins with `!`")
				return nil
			}
		case nil:
			return nil
		default:
			return n
		}
	}
}

// spend counts what is read through an alias, with all that is below it.
func (r *reader) spend(n ast.Node) bool {
	if r.spent > maxValues {
		return false
	}
	r.spent += weight(r.anchors[n.(*ast.AliasNode)], maxValues)
	if r.spent > maxValues {
		r.fail(r.start(n), codeYAML, "aliases repeat more than %d values", maxValues)
		return false
	}
	return true
}

// weight counts nodes, up to a limit, without following aliases: those are counted when they are read.
func weight(n ast.Node, limit int) int {
	total := 1
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			if total < limit {
				total += weight(v, limit-total)
			}
		}
	case *ast.SequenceNode:
		for _, v := range n.Values {
			if total < limit {
				total += weight(v, limit-total)
			}
		}
	case *ast.MappingValueNode:
		total += weight(n.Value, limit-total)
	case *ast.AnchorNode:
		total += weight(n.Value, limit-total)
	}
	return total
}

// wrong says that a value is not of the type that its key wants.
func (r *reader) wrong(v value, n ast.Node, wants string) *diag.Diagnostic {
	at := r.start(n)
	if n, ok := n.(*ast.NullNode); ok && n.GetToken().Type == token.ImplicitNullType {
		at = v.key
	}
	return r.fail(at, codeType, "%s wants %s, and this is %s", v.name, wants, describe(n))
}

// entries are the keys of a mapping in their order, those of a merge key (`<<`) behind its own. A key that is
// there twice is a diagnostic; false means that v is no mapping.
func (r *reader) entries(v value) ([]value, bool) {
	n := r.plain(v.node)
	if n == nil {
		return nil, false
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		if _, empty := n.(*ast.NullNode); empty {
			return nil, true
		}
		d := r.wrong(v, n, "a mapping of keys to values")
		if text, ok := n.(*ast.StringNode); ok {
			key, _, colon := strings.Cut(text.Value, ":")
			word, rest, spaced := strings.Cut(text.Value, " ")
			switch {
			case strings.HasPrefix(text.Value, "http://") || strings.HasPrefix(text.Value, "https://"):
				help(d, "say what the address is: `%s: {url: %s}`", v.name, text.Value)
			case colon && !strings.ContainsAny(key, " /{$"):
				help(d, "a colon needs a space behind it: `%s: …`", key)
			case spaced && strings.HasPrefix(rest, `"`):
				help(d, "a colon is missing: `%s: %s`", word, rest)
			}
		}
		return nil, false
	}
	var own, merged []value
	first := map[string]value{}
	for it := m.MapRange(); it.Next(); {
		pair := it.KeyValue()
		if _, ok := pair.Key.(*ast.MergeKeyNode); ok {
			merged = append(merged, r.merged(pair)...)
			continue
		}
		e, ok := r.entry(pair)
		if !ok {
			continue
		}
		if before, twice := first[e.name]; twice {
			d := r.fail(e.key, codeDuplicate, "%q is defined twice", e.name)
			*d = d.WithNote(before.key, "first here")
			continue
		}
		first[e.name] = e
		own = append(own, e)
	}
	for _, e := range merged {
		if _, known := first[e.name]; !known {
			first[e.name] = e
			own = append(own, e)
		}
	}
	return own, true
}

func (r *reader) entry(pair *ast.MappingValueNode) (value, bool) {
	var key ast.Node = pair.Key
	if explicit, ok := key.(*ast.MappingKeyNode); ok {
		key = explicit.Value
	}
	key = r.plain(key)
	switch key.(type) {
	case nil:
		return value{}, false
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		if name := key.GetToken().Value; name != "" {
			return value{name, r.start(key), pair.Value}, true
		}
		r.fail(r.start(key), codeType, "a key is a word, and this one is empty")
		return value{}, false
	}
	d := r.fail(r.start(key), codeType, "a key is a word, and this is %s", describe(key))
	if isScalar(key) || key.Type() == ast.NullType && r.start(key).Len > 0 {
		help(d, "quote it, if it is a name: %q", key.GetToken().Value)
	}
	return value{}, false
}

func (r *reader) merged(pair *ast.MappingValueNode) []value {
	v := value{"<<", r.start(pair.Key), pair.Value}
	n := r.plain(pair.Value)
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		if n == nil {
			return nil
		}
		v.node = n
		all, _ := r.entries(v)
		return all
	}
	var all []value
	for _, item := range list.Values {
		entries, _ := r.entries(value{"<<", v.key, item})
		all = append(all, entries...)
	}
	return all
}

// into reads v into p, a pointer to a shape or to a struct of shapes.
func (r *reader) into(p any, v value, tag reflect.StructTag) {
	if p, ok := p.(shape); ok {
		p.read(r, v, tag)
		return
	}
	r.mapping(p, v)
}
