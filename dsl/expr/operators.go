package expr

import (
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser/operator"
)

func (l *lowering) unary(n *ast.UnaryNode) (*part, *Error) {
	if n.Operator == "-" || n.Operator == "+" {
		return l.negate(n)
	}
	x, bad := l.truth(n.Node)
	if bad != nil {
		return nil, bad
	}
	p := l.token(n)
	// In `x not in y` the sign of negation stands inside.
	p.first, p.last = min(p.first, x.first), max(p.last, x.last)
	p.kind = Bool
	p.node = &ast.UnaryNode{Operator: "not", Node: x.node}
	p.why = &reason{place: l.place(p), kids: []*reason{x.reason(l)}}
	p.shows = x.shows
	return p, nil
}

// truth lowers what must be true or false.
func (l *lowering) truth(n ast.Node) (*part, *Error) {
	p, bad := l.lower(n)
	if bad != nil {
		return nil, bad
	}
	if bad := l.condition(p); bad != nil {
		return nil, bad
	}
	checked := *p
	o := &operand{place: l.place(p), trace: -1}
	if l.loops == 0 {
		o.trace = l.traces
		l.traces++
	}
	checked.node = call("$truth", o, p.node)
	checked.operand = nil
	checked.why = p.reason(l)
	checked.why.trace = o.trace
	return &checked, nil
}

// condition is the error of a part that is known to be neither true nor false.
func (l *lowering) condition(p *part) *Error {
	if takes(Bool, p.kind) && !p.isNil {
		return nil
	}
	at := l.place(p)
	what := p.kind.String()
	if p.isNil {
		what = "nil"
	}
	return at.errorf("%q is not a condition: it is %s", at.text, what).withHelp("compare it with something")
}

func (l *lowering) binary(n *ast.BinaryNode) (*part, *Error) {
	switch n.Operator {
	case "&&", "and", "||", "or":
		return l.logic(n)
	}
	left, bad := l.lower(n.Left)
	if bad != nil {
		return nil, bad
	}
	right, bad := l.lower(n.Right)
	if bad != nil {
		return nil, bad
	}
	p := &part{first: left.first, last: right.last}
	switch n.Operator {
	case "+", "-", "*", "/", "%", "**", "^", "..":
		return l.compute(n, p, left, right)
	}
	p.kind = Bool
	at := l.place(p)
	if left.isNil || right.isNil {
		return l.compareNil(n, p, left, right)
	}
	c := &comparison{place: at, op: n.Operator, left: *l.asOperand(left), right: *l.asOperand(right)}
	if bad := l.comparable(c, left, right); bad != nil {
		return nil, bad
	}
	if pattern, ok := right.value.(string); ok && n.Operator == "matches" {
		re, err := compilePattern(pattern)
		if err != nil {
			return nil, c.right.errorf("%v", err)
		}
		c.pattern = re
	}
	if l.scope.Gate {
		if bad := shareOutOfRange(c); bad != nil {
			return nil, bad
		}
	}
	p.node, p.compares = call("$compare", c, left.node, right.node), c
	for _, o := range []operand{c.left, c.right} {
		if !o.literal {
			p.shows = append(p.shows, o)
		}
	}
	return p, nil
}

// logic is && and ||. Only they leave an operand out: what is known decides, and no data never does.
func (l *lowering) logic(n *ast.BinaryNode) (*part, *Error) {
	and := n.Operator == "&&" || n.Operator == "and"
	if r, ok := n.Right.(*ast.BinaryNode); ok && and && operator.IsComparison(r.Operator) {
		// expr-lang reads a < b < c as a < b && b < c with one b, which doubles at each level.
		for left := n.Left; ; {
			b, ok := left.(*ast.BinaryNode)
			if !ok {
				break
			}
			if b.Right == r.Left {
				at := l.token(r)
				return nil, l.place(at).errorf("two comparisons in a row").withHelp("write a < b && b < c")
			}
			if !operator.IsBoolean(b.Operator) {
				break
			}
			left = b.Right
		}
	}
	left, bad := l.truth(n.Left)
	if bad != nil {
		return nil, bad
	}
	right, bad := l.truth(n.Right)
	if bad != nil {
		return nil, bad
	}
	p := &part{first: left.first, last: right.last, kind: Bool}
	p.node = &ast.BinaryNode{Operator: n.Operator, Left: left.node, Right: right.node}
	p.why = &reason{place: l.place(p), and: and, kids: []*reason{left.why, right.why}}
	p.shows = append(append([]operand(nil), left.shows...), right.shows...)
	return p, nil
}

// compareNil is the one comparison that what is missing may stand in.
func (l *lowering) compareNil(n *ast.BinaryNode, p, left, right *part) (*part, *Error) {
	at := l.place(p)
	if n.Operator != "==" && n.Operator != "!=" {
		return nil, at.errorf("nil has no order and no parts: `%s` cannot compare with it", n.Operator).withHelp("use == nil or != nil")
	}
	if left.isNil {
		left = right
	}
	if left.isNil {
		return nil, at.errorf("nil is compared with nil")
	}
	o := l.asOperand(left)
	p.node = call("$nil", o, left.node)
	if n.Operator == "!=" {
		p.node = &ast.UnaryNode{Operator: "not", Node: p.node}
	}
	p.shows = []operand{*o}
	return p, nil
}

// comparable checks what is known of both sides.
func (l *lowering) comparable(c *comparison, left, right *part) *Error {
	a, b := left.kind, right.kind
	switch c.op {
	case "contains", "startsWith", "endsWith", "matches":
		for _, side := range []*part{left, right} {
			if takes(String, side.kind) {
				continue
			}
			at := l.place(side)
			e := at.errorf("`%s` looks at text: %s is %s", c.op, at.text, side.kind)
			if side == left && a == List && c.op == "contains" {
				e.withHelp("write %s in %s", c.right.text, c.left.text)
			}
			return e
		}
		return nil
	case "in":
		if b == List || b == Object || b == Any {
			return nil
		}
		e := c.right.errorf("`in` looks into a list or an object: %s is %s", c.right.text, b)
		if b == String {
			e.withHelp("write %s contains %s", c.right.text, c.left.text)
		}
		return e
	}
	ordered := func(k Kind) bool { return k == Any || k == Number || k == Duration || k == String || k == Time }
	if c.op != "==" && c.op != "!=" {
		for _, side := range []*part{left, right} {
			if !ordered(side.kind) {
				at := l.place(side)
				e := at.errorf("`%s` does not order %s: %s", c.op, plural(side.kind), at.text)
				if side.kind == Object {
					e.withHelp("compare one of its fields: %s.…", at.text)
				}
				return e
			}
		}
	}
	if a == b || a == Any || b == Any {
		return nil
	}
	if a == Duration && b == Number && right.literal {
		return needsUnit(c.right.place, c.left.place)
	}
	if a == Number && b == Duration && left.literal {
		return needsUnit(c.left.place, c.right.place)
	}
	e := c.errorf("cannot compare %s with %s: %s is %s, %s is %s", a, b, c.left.text, a, c.right.text, b)
	if help := c.unitHelp(sample(left), sample(right)); help != "" {
		e.withHelp("%s", help)
	}
	return e
}

// sample is a literal's value, and of a text that is not known one that says a duration: only that is compared with one.
func sample(p *part) any {
	switch {
	case p.literal:
		return p.value
	case p.kind == String:
		return "1s"
	case p.kind == Duration:
		return time.Second
	case p.kind == Number:
		return int64(1)
	}
	return nil
}

// needsUnit is the error of a number beside a duration. It may have a unit, of something else.
func needsUnit(number, beside place) *Error {
	what := ""
	if _, err := ParseSize(number.text); err == nil {
		what = "a size"
	} else if _, err := ParsePercent(number.text); err == nil {
		what = "a percentage"
	}
	if what != "" {
		return number.errorf("%s is %s, and %s is a duration", number.text, what, beside.text).withHelp("write 300ms or 1m30s")
	}
	e := number.errorf("a duration needs a unit")
	if IsDecimal(number.text) {
		return e.withHelp("write %sms or %ss", number.text, number.text)
	}
	return e.withHelp("write 300ms or 1m30s")
}

func (l *lowering) compute(n *ast.BinaryNode, p, left, right *part) (*part, *Error) {
	c := &computation{place: l.place(p), op: n.Operator, left: *l.asOperand(left), right: *l.asOperand(right)}
	for _, side := range []*part{left, right} {
		if side.isNil {
			return nil, l.place(side).errorf("`%s` cannot compute with nil", n.Operator)
		}
	}
	kind, ok := result(n.Operator, left.kind, right.kind)
	if !ok {
		e := c.mismatch(left.kind, right.kind)
		if e.Help == nil {
			e.withHelp("%s is %s, %s is %s", c.left.text, left.kind, c.right.text, right.kind)
		}
		return nil, e
	}
	p.kind = kind
	p.said = c.left.literal && c.right.literal
	p.node = call("$compute", c, left.node, right.node)
	return p, nil
}
