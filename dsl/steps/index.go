package steps

// index finds the patterns that may match a text by its first bytes: a trie over the fixed beginnings of
// patterns. Every candidate is tried afterwards, so ambiguity is still found.
type index[T any] struct {
	children map[byte]*index[T]
	here     []T
}

func (x *index[T]) add(literal string, item T) {
	for i := range len(literal) {
		if x.children == nil {
			x.children = map[byte]*index[T]{}
		}
		next := x.children[literal[i]]
		if next == nil {
			next = &index[T]{}
			x.children[literal[i]] = next
		}
		x = next
	}
	x.here = append(x.here, item)
}

// each visits the items whose beginning text has.
func (x *index[T]) each(text string, visit func(T)) {
	for i := 0; ; i++ {
		for _, item := range x.here {
			visit(item)
		}
		if i == len(text) || x.children[text[i]] == nil {
			return
		}
		x = x.children[text[i]]
	}
}
