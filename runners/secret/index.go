package secret

import "slices"

// index finds patterns in bytes. Unlike an automaton it is changed in place, because under load tokens come
// and go all the time, thousands at once that begin alike: a pattern is found by its whole text, for each length
// that patterns with its first four bytes have, and a filter of one bit for each hash of four bytes says for almost
// every position that there is none.
type index struct {
	patterns map[string]pattern
	lengths  map[uint32][]length // by the first four bytes, the longest first
	alike    map[uint32][]string // what lengths counts, in order: to find by its beginning what was cut
	filter   []uint64
	stale    int // entries of lengths that are gone while their bits are set
	// longestEver is how many bytes the longest pattern had.
	longestEver int
}

// length is one that patterns have, and how many.
type length struct{ bytes, patterns int }

const filterBits = 20

func slot(word uint32) (at int, bit uint64) {
	h := word * 2654435761 >> (32 - filterBits)
	return int(h >> 6), 1 << (h & 63)
}

func word(text string) uint32 {
	return uint32(text[0])<<24 | uint32(text[1])<<16 | uint32(text[2])<<8 | uint32(text[3])
}

func (x *index) add(p pattern) {
	if x.patterns == nil {
		x.patterns, x.lengths, x.alike = map[string]pattern{}, map[uint32][]length{}, map[uint32][]string{}
		x.filter = make([]uint64, 1<<filterBits/64)
	}
	if known, ok := x.patterns[p.text]; ok {
		known.refs++
		known.before = known.before || p.before
		known.after = known.after || p.after
		x.patterns[p.text] = known
		return
	}
	p.refs = 1
	x.patterns[p.text] = p
	x.longestEver = max(x.longestEver, len(p.text))
	w := word(p.text)
	place, _ := slices.BinarySearch(x.alike[w], p.text)
	x.alike[w] = slices.Insert(x.alike[w], place, p.text)
	at, known := slices.BinarySearchFunc(x.lengths[w], len(p.text), longer)
	if known {
		x.lengths[w][at].patterns++
		return
	}
	x.lengths[w] = slices.Insert(x.lengths[w], at, length{len(p.text), 1})
	i, bit := slot(w)
	x.filter[i] |= bit
}

func longer(a length, bytes int) int { return bytes - a.bytes }

func (x *index) remove(p pattern) {
	known, ok := x.patterns[p.text]
	if !ok {
		return
	}
	if known.refs--; known.refs > 0 {
		x.patterns[p.text] = known
		return
	}
	delete(x.patterns, p.text)
	w := word(p.text)
	place, _ := slices.BinarySearch(x.alike[w], p.text)
	x.alike[w] = slices.Delete(x.alike[w], place, place+1)
	list := x.lengths[w]
	at, _ := slices.BinarySearchFunc(list, len(p.text), longer)
	if list[at].patterns--; list[at].patterns > 0 {
		return
	}
	if len(list) > 1 {
		x.lengths[w] = slices.Delete(list, at, at+1)
		return
	}
	delete(x.lengths, w)
	delete(x.alike, w)
	if x.stale++; x.stale > len(x.lengths)+1024 {
		clear(x.filter)
		for w := range x.lengths {
			i, bit := slot(w)
			x.filter[i] |= bit
		}
		x.stale = 0
	}
}

// each calls found for the longest pattern at every position where there is one, overlapping ones too.
func (x *index) each(b []byte, found func(from, to int)) {
	if len(x.patterns) == 0 || len(b) < shortest {
		return
	}
	w := uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])
	for i := 3; i < len(b); i++ {
		w = w<<8 | uint32(b[i])
		if at, bit := slot(w); x.filter[at]&bit == 0 {
			continue
		}
		from := i - 3
		p, ok := x.longest(x.lengths[w], b[from:])
		if !ok {
			continue
		}
		to := from + len(p.text)
		if p.after && to < len(b) && isBase64(b[to]) {
			for to++; to < len(b) && b[to] == '='; {
				to++
			}
		}
		if p.before && from > 0 && isBase64(b[from-1]) {
			from--
		}
		found(from, to)
	}
}

// longest is the longest pattern with which b begins.
func (x *index) longest(lengths []length, b []byte) (pattern, bool) {
	for _, l := range lengths {
		if l.bytes <= len(b) {
			if p, ok := x.patterns[string(b[:l.bytes])]; ok {
				return p, true
			}
		}
	}
	return pattern{}, false
}

func isBase64(c byte) bool {
	return isWord(c) || c == '+' || c == '/'
}

// isWord tells characters that names of headers are made of, as far as it matters.
func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}
