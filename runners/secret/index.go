package secret

import (
	"slices"
	"strings"
)

// index finds patterns in bytes. Unlike an automaton it is changed in place, because under load tokens come
// and go all the time: patterns stand in buckets by their first four bytes, sorted, and a filter of one bit
// for each hash of four bytes says for almost every position that no bucket can be there.
type index struct {
	buckets map[uint32][]pattern
	filter  []uint64
	stale   int // buckets that are gone while their bits are set
}

const filterBits = 20

func slot(word uint32) (at int, bit uint64) {
	h := word * 2654435761 >> (32 - filterBits)
	return int(h >> 6), 1 << (h & 63)
}

func word(text string) uint32 {
	return uint32(text[0])<<24 | uint32(text[1])<<16 | uint32(text[2])<<8 | uint32(text[3])
}

func (x *index) add(p pattern) {
	if x.buckets == nil {
		x.buckets = map[uint32][]pattern{}
		x.filter = make([]uint64, 1<<filterBits/64)
	}
	w := word(p.text)
	bucket := x.buckets[w]
	at, known := slices.BinarySearchFunc(bucket, p, byText)
	if known {
		bucket[at].refs++
		bucket[at].before = bucket[at].before || p.before
		bucket[at].after = bucket[at].after || p.after
		return
	}
	p.refs = 1
	x.buckets[w] = slices.Insert(bucket, at, p)
	i, bit := slot(w)
	x.filter[i] |= bit
}

func (x *index) remove(p pattern) {
	w := word(p.text)
	bucket := x.buckets[w]
	at, known := slices.BinarySearchFunc(bucket, p, byText)
	if !known {
		return
	}
	if bucket[at].refs--; bucket[at].refs > 0 {
		return
	}
	if len(bucket) > 1 {
		x.buckets[w] = slices.Delete(bucket, at, at+1)
		return
	}
	delete(x.buckets, w)
	if x.stale++; x.stale > len(x.buckets)+1024 {
		clear(x.filter)
		for w := range x.buckets {
			i, bit := slot(w)
			x.filter[i] |= bit
		}
		x.stale = 0
	}
}

func byText(a, b pattern) int { return strings.Compare(a.text, b.text) }

// each calls found for the longest pattern at every position where there is one, overlapping ones too.
func (x *index) each(b []byte, found func(from, to int)) {
	if len(x.buckets) == 0 || len(b) < shortest {
		return
	}
	w := uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])
	for i := 3; i < len(b); i++ {
		w = w<<8 | uint32(b[i])
		if at, bit := slot(w); x.filter[at]&bit == 0 {
			continue
		}
		from := i - 3
		p, ok := longest(x.buckets[w], b[from:])
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

// longest is the longest pattern of a sorted bucket with which b begins. Patterns with which b begins are not
// above it; the greatest of those is it, or tells how far b can match at all.
func longest(bucket []pattern, b []byte) (pattern, bool) {
	for len(bucket) > 0 {
		low, high := 0, len(bucket)
		for low < high {
			if mid := (low + high) / 2; bucket[mid].text <= string(b) {
				low = mid + 1
			} else {
				high = mid
			}
		}
		bucket = bucket[:low]
		if low == 0 {
			break
		}
		p := bucket[low-1]
		n := 0
		for n < len(p.text) && n < len(b) && p.text[n] == b[n] {
			n++
		}
		if n == len(p.text) {
			return p, true
		}
		b = b[:n]
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
