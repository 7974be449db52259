package expr

import (
	"fmt"

	"github.com/expr-lang/expr/ast"
)

func (l *lowering) call(n *ast.CallNode) (*part, *Error) {
	switch callee := n.Callee.(type) {
	case *ast.IdentifierNode:
		return l.function(n, callee.Value, n.Arguments)
	case *ast.MemberNode:
		// The one form of method there is: a function of the scope with a dot in its name, page.text("…").
		property, ok := callee.Property.(*ast.StringNode)
		base, named := callee.Node.(*ast.IdentifierNode)
		if ok && named {
			if _, known := l.scope.Funcs[base.Value+"."+property.Value]; known {
				p, bad := l.function(n, base.Value+"."+property.Value, n.Arguments)
				if p != nil {
					p.first = l.token(base).first
				}
				return p, bad
			}
		}
		at := l.place(l.token(n))
		e := at.errorf("unknown function %q", "."+at.text)
		if l.isFunction(at.text) && methodsElsewhere[at.text] == "" {
			return nil, e.withHelp("write %s(…) with the value inside", at.text)
		}
		var names []string
		if named {
			for name := range l.scope.Funcs {
				if len(name) > len(base.Value) && name[:len(base.Value)+1] == base.Value+"." {
					names = append(names, name)
				}
			}
			return nil, closest(e, base.Value+"."+at.text, names)
		}
		if help := methodsElsewhere[at.text]; help != "" {
			return nil, e.withHelp("%s", help)
		}
		return nil, e
	}
	return nil, l.place(l.token(n)).errorf("only a name can be called")
}

// function lowers a call of a function of the scope or of the language.
func (l *lowering) function(n ast.Node, name string, args []ast.Node) (*part, *Error) {
	p := l.token(n)
	at := l.place(p)
	p.last = l.tokens[p.first+1].match
	fn := functions[name]
	asked := fn != nil && fn.do == nil
	if f, ok := l.scope.Funcs[name]; ok {
		fn = &function{min: f.Min, max: f.Max, result: f.Result}
		p.fields = f.Fields
		asked = true
	}
	if fn == nil {
		return nil, l.unknownFunction(at, name)
	}
	if len(args) < fn.min || fn.max >= 0 && len(args) > fn.max {
		return nil, at.errorf("%s(…) takes %s, not %d", name, arity(fn.min, fn.max), len(args))
	}
	p.kind = fn.result
	a := &application{name: name, fn: fn, identifies: l.scope.Funcs[name].Hides}
	operator := "$apply"
	lowered := []any{a}
	mark := len(l.calls)
	if asked {
		operator = "$ask"
		l.calls = append(l.calls, Call{Span: at.at, Name: name})
	}
	for i, arg := range args {
		x, bad := l.lower(arg)
		if bad != nil {
			return nil, bad
		}
		where := l.place(x)
		if x.isNil {
			return nil, where.errorf("nil is not a value: %s(…) cannot take it", name)
		}
		if fn.params != nil {
			if want := fn.params[min(i, len(fn.params)-1)]; !takes(want, x.kind) {
				return nil, fn.unfit(where.errorf("%s(…) needs %s: %s is %s", name, want, where.text, x.kind), name)
			}
		}
		if i == 0 && asked {
			l.calls[mark].ArgText = where.text
		}
		if text, ok := x.value.(string); ok && i == 0 && asked {
			c := &l.calls[mark]
			c.Arg, c.Literal, c.ArgSpan = text, true, where.at
		}
		a.args = append(a.args, where)
		lowered = append(lowered, x.node)
	}
	a.place = l.place(p)
	p.node = call(operator, lowered...)
	return p, nil
}

// unfit adds to the error of an argument what was probably meant.
func (fn *function) unfit(e *Error, name string) *Error {
	if name == "size" && fn.do != nil {
		return e.withHelp("size(\"2MB\") is a size; for how many elements there are write len(…)")
	}
	return e
}

func (l *lowering) unknownFunction(at place, name string) *Error {
	e := at.errorf("unknown function %q", name)
	if _, value := l.scope.kind(name); value {
		return e.withHelp("%s is a value: leave out the brackets", name)
	}
	names := []string{}
	for f := range functions {
		names = append(names, f)
	}
	for f := range loops {
		names = append(names, f)
	}
	for f := range l.scope.Funcs {
		names = append(names, f)
	}
	return closest(e, name, names)
}

func arity(least, most int) string {
	s := "s"
	switch {
	case most < 0:
		return fmt.Sprintf("at least %d argument%s", least, s[:min(1, least-1)])
	case least != most:
		return fmt.Sprintf("%d to %d arguments", least, most)
	case most == 0:
		return "no argument"
	case most == 1:
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", most)
}

// loop lowers any, all, filter, map and the like: expr-lang's machine walks the list.
func (l *lowering) loop(n *ast.BuiltinNode) (*part, *Error) {
	p := l.token(n)
	name := l.place(p)
	p.last = l.tokens[p.first+1].match
	kind := loops[n.Name]
	p.kind = kind.result
	if n.Name == "count" && len(n.Arguments) == 1 {
		return nil, name.errorf("count(…) needs a condition: count(xs, .price > 10)").withHelp("for the length of a list write len(xs)")
	}
	list, bad := l.lower(n.Arguments[0])
	if bad != nil {
		return nil, bad
	}
	o := l.asOperand(list)
	if !takes(List, list.kind) || list.isNil {
		return nil, o.errorf("%s(…) goes through a list: %s is %s", n.Name, o.text, list.kind)
	}
	elements := call("$list", o, list.node)
	if n.Name == "all" {
		elements = call("$some", o, list.node)
	}
	walk := &ast.BuiltinNode{Name: n.Name, Arguments: []ast.Node{elements}}
	p.shows = []operand{*o}
	if l.loops++; l.loops > maxLoops {
		return nil, name.errorf("too many loops within loops: at most %d", maxLoops)
	}
	body, bad := l.body(n, kind.condition, &p.shows[0])
	if l.loops--; bad != nil {
		return nil, bad
	}
	at := l.place(p)
	finish := &application{place: at, name: n.Name, args: []place{o.place, at}}
	switch n.Name {
	case "sum":
		finish.fn = total
		if body == nil {
			p.node = call("$apply", finish, call("$list", o, list.node))
			return p, nil
		}
		walk.Name = "map"
		walk.Arguments = append(walk.Arguments, body)
		p.node = call("$apply", finish, walk)
		return p, nil
	case "sortBy":
		// Gather [element, key] for each, then order: expr-lang would compare JSON's numbers as what they are not.
		finish.fn = sortedBy
		walk.Name = "map"
		walk.Arguments = append(walk.Arguments, &ast.PredicateNode{
			Node: &ast.ArrayNode{Nodes: []ast.Node{&ast.PointerNode{}, body.(*ast.PredicateNode).Node}}})
		var how ast.Node = &ast.ConstantNode{Value: "asc"}
		if len(n.Arguments) == 3 {
			x, bad := l.lower(n.Arguments[2])
			if bad != nil {
				return nil, bad
			}
			finish.args[1] = l.place(x)
			if !takes(String, x.kind) || x.isNil {
				return nil, finish.args[1].errorf("sortBy(…) orders by \"asc\" or \"desc\"")
			}
			how = x.node
		}
		p.node = call("$apply", finish, walk, how)
		return p, nil
	}
	walk.Arguments = append(walk.Arguments, body)
	p.node = walk
	switch n.Name {
	case "find", "findLast", "findIndex", "findLastIndex":
		p.node = call("$found", &at, walk)
	}
	return p, nil
}

// body is the predicate of a loop through a list; nil when there is none.
func (l *lowering) body(n *ast.BuiltinNode, condition bool, list *operand) (ast.Node, *Error) {
	if len(n.Arguments) < 2 {
		return nil, nil
	}
	predicate, ok := n.Arguments[1].(*ast.PredicateNode)
	if !ok {
		return nil, l.place(l.token(n)).errorf("%s(…) needs a condition on the elements", n.Name)
	}
	if !condition {
		node, bad := l.present(predicate.Node)
		return &ast.PredicateNode{Node: node}, bad
	}
	if decides(n.Name) && l.loops == 1 { // of a loop in a loop there would be one for each element
		x, bad := l.lower(predicate.Node)
		if bad == nil {
			bad = l.condition(x)
		}
		if bad != nil {
			return nil, bad
		}
		list.element = &decider{operand: operand{place: l.place(x), trace: -1}, loop: n.Name, trace: l.traces}
		l.traces++
		return &ast.PredicateNode{Node: call("$decide", list.element, x.node, &ast.PointerNode{Name: "index"}, &ast.PointerNode{})}, nil
	}
	x, bad := l.truth(predicate.Node)
	if bad != nil {
		return nil, bad
	}
	return &ast.PredicateNode{Node: x.node}, nil
}
