package secret

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

const mask = "***"

// depth is how many escapes within escapes are undone: percent-encoding in JSON is common, a third is not.
const depth = 2

// look is the working memory of one Mask: what the text looks like unescaped, and what was found in it. Looks
// are reused, so that a text without secrets costs no allocation.
type look struct {
	views [depth + 1]view
	spans []span // of the text
}

// span is what to mask: bytes from and up to, but without, to.
type span struct{ from, to int }

var looks = sync.Pool{New: func() any { return new(look) }}

// free gives the look back, unless a huge text has made it huge.
func (l *look) free() {
	l.spans = l.spans[:0]
	if cap(l.views[0].data) <= 1<<20 {
		looks.Put(l)
	}
}

func (l *look) through(text string, x *index) {
	v := &l.views[0]
	v.data = append(v.data[:0], text...)
	v.at, v.lines = v.at[:0], true
	l.at(0, x)
}

func (l *look) at(n int, x *index) {
	v := &l.views[n]
	found := func(from, to int) { l.spans = append(l.spans, v.span(from, to)) }
	x.each(v.data, found)
	x.cut(v.data, found)
	if v.lines {
		headers(v.data, found)
	}
	if n == depth {
		return
	}
	for i := range escapes {
		if v.unescape(&l.views[n+1], &escapes[i]) {
			l.at(n+1, x)
		}
	}
}

// masked replaces what was found, what overlaps or touches as one.
func (l *look) masked(text string) string {
	if len(l.spans) == 0 {
		return text
	}
	slices.SortFunc(l.spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var b strings.Builder
	b.Grow(len(text))
	done := 0
	for i := 0; i < len(l.spans); {
		s := l.spans[i]
		for i++; i < len(l.spans) && l.spans[i].from <= s.to; i++ {
			s.to = max(s.to, l.spans[i].to)
		}
		b.WriteString(text[done:s.from])
		b.WriteString(mask)
		done = s.to
	}
	b.WriteString(text[done:])
	return b.String()
}
