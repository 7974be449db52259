package expr

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

// maxLoops is how deep any(…), map(…) and the like may stand in each other: three are cubic work.
const maxLoops = 2

// lowering turns expr-lang's syntax tree into one whose operators are ours, and checks it on the way.
type lowering struct {
	*scan
	written []stretch
	scope   Scope
	slots   map[string]int
	names   []string
	reads   []*Read
	calls   []Call
	traces  int
	loops   int
}

// part is a lowered piece of the expression and what is known about it.
type part struct {
	node        ast.Node
	kind        Kind
	fields      map[string]Kind // of an Object; nil: open
	first, last int             // its tokens
	literal     bool
	said        bool // made of literals: its text says its value
	isNil       bool
	value       any   // of a literal
	path        *path // of a value of the Env
	read        *Read // of a name without a field yet
	element     bool  // # in a loop
	why         *reason
	shows       []operand // what an explanation may show of it
	compares    *comparison
	operand     *operand
}

// lower visits every kind of node that expr-lang's parser makes.
func (l *lowering) lower(node ast.Node) (*part, *Error) {
	switch n := node.(type) {
	case *ast.NilNode:
		p := l.token(n)
		p.node, p.literal, p.isNil = n, true, true
		return p, nil
	case *ast.BoolNode:
		return l.constant(n, n.Value, Bool), nil
	case *ast.IntegerNode:
		return l.constant(n, int64(n.Value), Number), nil
	case *ast.FloatNode:
		return l.constant(n, n.Value, Number), nil
	case *ast.StringNode:
		return l.constant(n, n.Value, String), nil
	case *ast.IdentifierNode:
		return l.identifier(n)
	case *ast.PointerNode:
		return l.pointer(n)
	case *ast.MemberNode:
		return l.member(n)
	case *ast.SliceNode:
		return l.slice(n)
	case *ast.UnaryNode:
		return l.unary(n)
	case *ast.BinaryNode:
		return l.binary(n)
	case *ast.ConditionalNode:
		return l.conditional(n)
	case *ast.CallNode:
		return l.call(n)
	case *ast.BuiltinNode:
		if _, ok := loops[n.Name]; ok {
			return l.loop(n)
		}
		return l.function(n, n.Name, n.Arguments)
	case *ast.ArrayNode:
		return l.array(n)
	case *ast.MapNode:
		return l.object(n)
	}
	return nil, l.place(l.token(node)).errorf("this is not part of an expression")
}

// token is a part of the one token that node starts at.
func (l *lowering) token(node ast.Node) *part {
	i := l.at[node.Location().From]
	return &part{node: node, first: i, last: i}
}

func (l *lowering) constant(node ast.Node, v any, k Kind) *part {
	p := l.token(node)
	p.node, p.kind, p.literal, p.value = &ast.ConstantNode{Value: v}, k, true, v
	return p
}

// place is the part as it stands in the source. Brackets that it cuts in two are taken in whole.
func (l *lowering) place(p *part) place {
	for again := true; again; {
		again = false
		for i := p.first; i <= p.last; i++ {
			if m := l.tokens[i].match; m >= 0 && (m < p.first || m > p.last) {
				p.first, p.last, again = min(p.first, m), max(p.last, m), true
			}
		}
	}
	from, to := l.tokens[p.first].from, l.tokens[p.last].to
	return place{text: l.spelt(from, to), at: l.span(from, to), hides: l.hides(p)}
}

// asOperand is p as an operand; it gets a trace when its text does not say its value.
func (l *lowering) asOperand(p *part) *operand {
	if p.operand == nil {
		p.operand = &operand{place: l.place(p), trace: -1, literal: p.literal || p.said}
		if p.literal {
			p.operand.value = p.value
		}
		if !p.operand.literal && l.loops == 0 {
			p.operand.trace = l.traces
			l.traces++
		}
	}
	return p.operand
}

func (l *lowering) identifier(n *ast.IdentifierNode) (*part, *Error) {
	p := l.token(n)
	if c, ok := l.constants[n.Value]; ok {
		return l.constant(n, c.value, c.kind), nil
	}
	at := l.place(p)
	kind, ok := l.scope.kind(n.Value)
	if !ok {
		e := at.errorf("unknown name %q", n.Value)
		if l.isFunction(n.Value) {
			return nil, e.withHelp("the function is %s(…)", n.Value)
		}
		if help := meant(n.Value); help != "" {
			e.withHelp("%s", help)
			if ofOtherLanguages[n.Value] != "" {
				return nil, e
			}
		}
		names := slices.Collect(maps.Keys(l.scope.Values))
		return nil, closest(e, n.Value, slices.AppendSeq(names, maps.Keys(l.scope.Own)))
	}
	slot, ok := l.slots[n.Value]
	if !ok {
		slot = len(l.names)
		l.slots[n.Value] = slot
		l.names = append(l.names, n.Value)
	}
	p.kind = kind
	if kind == Object {
		p.fields = l.scope.Fields[n.Value]
	}
	p.path = &path{place: at, slot: slot, name: n.Value}
	p.node = call("$read", p.path)
	p.read = &Read{Span: at.at, Name: n.Value}
	l.reads = append(l.reads, p.read)
	p.shows = []operand{}
	return p, nil
}

func (l *lowering) isFunction(name string) bool {
	_, ours := functions[name]
	_, loop := loops[name]
	_, scoped := l.scope.Funcs[name]
	return ours || loop || scoped
}

// pointer is # in a loop, its #index, or the base of .field.
func (l *lowering) pointer(n *ast.PointerNode) (*part, *Error) {
	p := l.token(n)
	switch n.Name {
	case "":
		p.element = true
	case "index":
		p.last++
		p.kind = Number
	default:
		return nil, l.place(p).errorf("`#%s` is unknown", n.Name).withHelp("# is the element, #index its number")
	}
	return p, nil
}

func (l *lowering) member(n *ast.MemberNode) (*part, *Error) {
	base, bad := l.lower(n.Node)
	if bad != nil {
		return nil, bad
	}
	p := &part{first: base.first}
	name, written := n.Property.(*ast.StringNode)
	property := l.token(n)
	var key *part
	if l.tokens[property.first].text == "[" {
		if key, bad = l.lower(n.Property); bad != nil {
			return nil, bad
		}
		p.last = l.tokens[property.first].match
		if _, text := key.value.(string); !text {
			written = false
		}
	} else {
		p.last = property.last
	}
	m := member{place: l.place(p), base: l.place(base).text}
	if base.element && l.tokens[base.first].text == "." {
		m.base = "the element"
	}
	if bad := l.field(base, key, name, written, l.place(property), p); bad != nil {
		return nil, bad
	}
	if base.read != nil && written {
		// The read is now one of a field; `row.user` and `row` are two reads.
		base.read.Field = name.Value
		base.read.Len = max(base.read.Len, m.at.Len)
	}
	if base.path != nil && (key == nil || key.literal && !key.isNil) {
		steps := append(base.path.steps[:len(base.path.steps):len(base.path.steps)], step{member: m})
		last := &steps[len(steps)-1]
		if key != nil {
			last.key = key.value
		} else {
			last.key = name.Value
		}
		p.path = &path{place: m.place, slot: base.path.slot, name: base.path.name, steps: steps}
		if field, ok := last.key.(string); ok && len(base.path.names) == len(base.path.steps) {
			p.path.names = append(base.path.names[:len(base.path.names):len(base.path.names)], field)
		}
		p.node = call("$read", p.path)
		return p, nil
	}
	if key == nil {
		key = &part{node: &ast.ConstantNode{Value: name.Value}}
	}
	if key.isNil {
		return nil, l.place(key).errorf("nil is not the name of a field")
	}
	p.node = call("$member", &m, base.node, key.node)
	return p, nil
}

// field checks a field or an index against what is known of its base, and notes the kind of the result.
func (l *lowering) field(base, key *part, name *ast.StringNode, written bool, at place, p *part) *Error {
	text := l.place(base).text
	switch base.kind {
	case Any:
		return nil
	case Object:
		if base.fields == nil || !written {
			return nil
		}
		kind, ok := base.fields[name.Value]
		if !ok || strings.Contains(name.Value, ".") {
			var names []string
			for f := range base.fields {
				if !strings.Contains(f, ".") {
					names = append(names, f)
				}
			}
			if key != nil {
				at = l.place(key)
			}
			return closest(at.errorf("%s has no field %q", text, name.Value), name.Value, names)
		}
		if p.kind = kind; kind == Object {
			p.fields = fieldsOf(base.fields, name.Value)
		}
		return nil
	case List, String:
		if key != nil && takes(Number, key.kind) {
			if base.kind == String {
				p.kind = String
			}
			return nil
		}
		e := at.errorf("%s is %s: it has no fields", text, base.kind)
		if name != nil && (name.Value == "length" || name.Value == "size" || name.Value == "count") {
			e.withHelp("write len(%s)", text)
		}
		return e
	}
	return at.errorf("%s is %s: it has no fields", text, base.kind)
}

// fieldsOf are the known fields of a field, nil when none are: then it is open.
func fieldsOf(all map[string]Kind, field string) map[string]Kind {
	var inner map[string]Kind
	for name, kind := range all {
		if rest, ok := strings.CutPrefix(name, field+"."); ok {
			if inner == nil {
				inner = map[string]Kind{}
			}
			inner[rest] = kind
		}
	}
	return inner
}

func (l *lowering) slice(n *ast.SliceNode) (*part, *Error) {
	base, bad := l.lower(n.Node)
	if bad != nil {
		return nil, bad
	}
	p := &part{first: base.first, last: l.tokens[l.at[n.Location().From]].match}
	ends := []ast.Node{&ast.NilNode{}, &ast.NilNode{}}
	for i, end := range []ast.Node{n.From, n.To} {
		if end == nil {
			continue
		}
		e, bad := l.lower(end)
		if bad != nil {
			return nil, bad
		}
		if !takes(Number, e.kind) || e.isNil {
			return nil, l.place(e).errorf("a number is expected here, not %s", e.kind)
		}
		// A bound that is missing must not read as one that was left out.
		at := l.place(e)
		ends[i] = call("$present", &at, e.node)
	}
	if base.kind != Any && base.kind != String && base.kind != List {
		return nil, l.place(base).errorf("only text and lists have parts: %s is %s", l.place(base).text, base.kind)
	}
	p.kind = base.kind
	at := l.place(p)
	p.node = call("$slice", &at, base.node, ends[0], ends[1])
	return p, nil
}

func (l *lowering) conditional(n *ast.ConditionalNode) (*part, *Error) {
	if n.Cond == n.Exp1 { // a ?: b shares its node, which would double at each level
		return nil, l.place(l.token(n.Cond)).errorf("`?:` is not part of an expression").withHelp("write condition ? this : that")
	}
	cond, bad := l.truth(n.Cond)
	if bad != nil {
		return nil, bad
	}
	a, bad := l.lower(n.Exp1)
	if bad != nil {
		return nil, bad
	}
	b, bad := l.lower(n.Exp2)
	if bad != nil {
		return nil, bad
	}
	p := &part{first: cond.first, last: b.last}
	if a.kind == b.kind {
		p.kind, p.fields = a.kind, nil
	}
	p.node = &ast.ConditionalNode{Ternary: true, Cond: cond.node, Exp1: a.node, Exp2: b.node}
	for _, part := range []*part{cond, a, b} {
		p.shows = append(p.shows, part.shows...)
	}
	return p, nil
}

// negate is a sign before a number or a duration.
func (l *lowering) negate(n *ast.UnaryNode) (*part, *Error) {
	x, bad := l.lower(n.Node)
	if bad != nil {
		return nil, bad
	}
	p := l.token(n)
	p.last, p.kind = x.last, x.kind
	if x.kind != Any && x.kind != Number && x.kind != Duration || x.isNil {
		return nil, l.place(p).errorf("`%s` needs a number or a duration, not %s", n.Operator, x.kind)
	}
	if n.Operator == "+" {
		p.node, p.literal, p.value, p.shows = x.node, x.literal, x.value, x.shows
		return p, nil
	}
	if x.literal {
		var v any
		if d, ok := x.value.(time.Duration); ok {
			v = -d
		} else {
			number, _ := asNumber(x.value)
			minus, _ := arithmetic("*", number, num{i: -1})
			v = minus.value()
		}
		p.node, p.literal, p.value = &ast.ConstantNode{Value: v}, true, v
		return p, nil
	}
	minus := &part{node: &ast.ConstantNode{Value: int64(-1)}, first: p.first, last: p.first, literal: true}
	c := &computation{place: l.place(p), op: "*", left: *l.asOperand(x), right: operand{place: l.place(minus), trace: -1, literal: true}}
	p.node = call("$compute", c, x.node, minus.node)
	return p, nil
}
