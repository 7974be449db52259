package steps

import "strings"

// index finds the patterns that may match a text by its first bytes: a radix tree over the fixed beginnings of
// patterns. Every candidate is tried afterwards, so ambiguity is still found.
type index[T any] struct {
	fixed    string // what leads here from the parent
	first    []byte // of what leads to each child; few enough that looking at each is faster than a map
	children []*index[T]
	here     []T
}

func (x *index[T]) add(beginning string, item T) {
	for beginning != "" {
		i := strings.IndexByte(string(x.first), beginning[0])
		if i < 0 {
			x.first, x.children = append(x.first, beginning[0]), append(x.children, &index[T]{fixed: beginning})
			i = len(x.children) - 1
		}
		child := x.children[i]
		n := common(child.fixed, beginning)
		if n < len(child.fixed) {
			above := &index[T]{fixed: child.fixed[:n], first: []byte{child.fixed[n]}, children: []*index[T]{child}}
			child.fixed = child.fixed[n:]
			x.children[i], child = above, above
		}
		x, beginning = child, beginning[n:]
	}
	x.here = append(x.here, item)
}

// common is how many bytes two texts begin with alike.
func common(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// each visits the items whose beginning text has, shorter ones first.
func (x *index[T]) each(text string, visit func(T)) {
	for strings.HasPrefix(text, x.fixed) {
		for _, item := range x.here {
			visit(item)
		}
		if text = text[len(x.fixed):]; text == "" {
			return
		}
		i := 0
		for i < len(x.first) && x.first[i] != text[0] {
			i++
		}
		if i == len(x.first) {
			return
		}
		x = x.children[i]
	}
}
