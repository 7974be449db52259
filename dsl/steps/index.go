package steps

// index finds the patterns that may match a text by its first bytes: a trie over the fixed beginnings of
// patterns. Every candidate is tried afterwards, so ambiguity is still found.
type index[T any] struct {
	first    []byte // of each child; few enough that looking at each is faster than a map
	children []*index[T]
	here     []T
}

func (x *index[T]) child(b byte) *index[T] {
	for i, c := range x.first {
		if c == b {
			return x.children[i]
		}
	}
	return nil
}

func (x *index[T]) add(literal string, item T) {
	for i := range len(literal) {
		next := x.child(literal[i])
		if next == nil {
			next = &index[T]{}
			x.first, x.children = append(x.first, literal[i]), append(x.children, next)
		}
		x = next
	}
	x.here = append(x.here, item)
}

// each visits the items whose beginning text has.
func (x *index[T]) each(text string, visit func(T)) {
	for i := 0; x != nil; i++ {
		for _, item := range x.here {
			visit(item)
		}
		if i == len(text) {
			return
		}
		x = x.child(text[i])
	}
}
