package secret

import (
	"bytes"
	"slices"
)

// ellipsis is what stands where a text was cut.
var ellipsis = []byte("…")

// cut finds secrets of which only the beginning is there, because the text was cut inside them before anybody
// masked it.
func (x *index) cut(b []byte, found func(from, to int)) {
	if len(x.patterns) == 0 {
		return
	}
	for last := 0; ; { // no byte is looked at for two cuts, so that a hostile text costs no more
		next := bytes.Index(b[last:], ellipsis)
		if next < 0 {
			return
		}
		end := last + next
		if from, ok := x.begun(b, max(last, end-x.longestEver), end); ok {
			found(from, end)
		}
		last = end + len(ellipsis)
	}
}

// begun is where, at first or later, the longest beginning of a pattern stands that ends at b[end], or in front of
// an escape that was cut in two there.
func (x *index) begun(b []byte, first, end int) (int, bool) {
	const widest = len(`\ud83d\udd`) // of what is left of an escape
	torn := end
	if i := bytes.LastIndexAny(b[max(0, end-widest):end], `\%&`); i >= 0 {
		torn = max(0, end-widest) + i
	}
	for from := first; from+shortest <= end; from++ {
		w := uint32(b[from])<<24 | uint32(b[from+1])<<16 | uint32(b[from+2])<<8 | uint32(b[from+3])
		if at, bit := slot(w); x.filter[at]&bit == 0 {
			continue
		}
		p, ok := x.beginning(w, b[from:end])
		if !ok && from+shortest <= torn {
			p, ok = x.beginning(w, b[from:torn])
		}
		if ok && p.before && from > 0 && isBase64(b[from-1]) {
			from--
		}
		if ok {
			return from, true
		}
	}
	return 0, false
}

// beginning is a pattern that begins with b, whose own first bytes are w.
func (x *index) beginning(w uint32, b []byte) (pattern, bool) {
	alike := x.alike[w]
	at, _ := slices.BinarySearchFunc(alike, b, func(text string, b []byte) int { // no string is made of b here
		switch {
		case text == string(b):
			return 0
		case text < string(b):
			return -1
		}
		return 1
	})
	if at == len(alike) || len(alike[at]) < len(b) || alike[at][:len(b)] != string(b) {
		return pattern{}, false
	}
	return x.patterns[alike[at]], true
}
