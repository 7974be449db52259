package expr

import "github.com/expr-lang/expr/ast"

func (l *lowering) array(n *ast.ArrayNode) (*part, *Error) {
	p := l.token(n)
	p.last, p.kind = l.tokens[p.first].match, List
	p.said = true
	list := &ast.ArrayNode{}
	for _, x := range n.Nodes {
		e, bad := l.present(x)
		if bad != nil {
			return nil, bad
		}
		_, literal := e.(*ast.ConstantNode)
		p.said = p.said && literal
		list.Nodes = append(list.Nodes, e)
	}
	p.node = list
	return p, nil
}

func (l *lowering) object(n *ast.MapNode) (*part, *Error) {
	p := l.token(n)
	p.last, p.kind = l.tokens[p.first].match, Object
	object := &ast.MapNode{}
	for _, x := range n.Pairs {
		pair := x.(*ast.PairNode)
		key, ok := pair.Key.(*ast.StringNode)
		at := l.place(l.token(pair.Key))
		if !ok || l.tokens[l.at[pair.Key.Location().From]].kind == number {
			return nil, at.errorf("the name of a field is written out: %s is not a name", at.text).withHelp("put it in quotes")
		}
		v, bad := l.present(pair.Value)
		if bad != nil {
			return nil, bad
		}
		object.Pairs = append(object.Pairs, &ast.PairNode{Key: &ast.ConstantNode{Value: key.Value}, Value: v})
	}
	p.node = object
	return p, nil
}

// present lowers what goes into a list or an object: nothing that is missing may hide there.
func (l *lowering) present(n ast.Node) (ast.Node, *Error) {
	p, bad := l.lower(n)
	if bad != nil {
		return nil, bad
	}
	if p.literal {
		return p.node, nil
	}
	at := l.place(p)
	return call("$present", &at, p.node), nil
}
