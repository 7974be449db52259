package secret

import (
	"bytes"
	"html"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// view is a text with one kind of escapes undone, and where each of its bytes comes from.
type view struct {
	data  []byte
	at    []uint32 // by byte of data: where it, or the escape that stands for it, begins in the text; empty: there
	end   int      // of the text, when at is not empty
	lines bool     // may be searched for header lines
}

// span is the part of the text from which a part of the view comes.
func (v *view) span(from, to int) span {
	if len(v.at) == 0 {
		return span{from, to}
	}
	s := span{int(v.at[from]), v.end}
	if to < len(v.at) {
		s.to = int(v.at[to])
	}
	return s
}

// escape is one way of escaping characters. Read appends what the escape at the beginning of b stands for, and
// tells its width, 0 when there is none.
type escape struct {
	needs byte // the view differs only where the text has this
	also  byte // another byte with which an escape begins, or the same
	lines bool
	read  func(dst, b []byte) ([]byte, int)
}

// An encoded header line in a URL is left alone: it would be masked to the end of whatever follows the URL.
var escapes = [...]escape{
	{needs: '\\', also: '\\', read: readBackslash, lines: true},
	{needs: '%', also: '%', read: readPercent},
	{needs: '+', also: '%', read: readForm},
	{needs: '&', also: '&', read: readEntity, lines: true},
}

// unescape makes next the view of v without the escapes, and tells whether it differs.
func (v *view) unescape(next *view, e *escape) bool {
	if bytes.IndexByte(v.data, e.needs) < 0 {
		return false
	}
	next.data, next.at, next.lines = next.data[:0], next.at[:0], v.lines && e.lines
	next.end = v.end
	if len(v.at) == 0 {
		next.end = len(v.data)
	}
	changed := false
	for i := 0; i < len(v.data); {
		n := e.next(v.data[i:])
		next.data = append(next.data, v.data[i:i+n]...)
		next.at = v.places(next.at, i, i+n)
		if i += n; i == len(v.data) {
			break
		}
		var width int
		if next.data, width = e.read(next.data, v.data[i:]); width == 0 {
			next.data, width = append(next.data, v.data[i]), 1
		} else {
			changed = true
		}
		for len(next.at) < len(next.data) {
			next.at = v.places(next.at, i, i+1)
		}
		i += width
	}
	return changed
}

// next is how far the next byte is with which an escape can begin.
func (e *escape) next(b []byte) int {
	n := bytes.IndexByte(b, e.needs)
	if n < 0 {
		n = len(b)
	}
	if e.also != e.needs {
		if m := bytes.IndexByte(b[:n], e.also); m >= 0 {
			return m
		}
	}
	return n
}

// places appends where the bytes of the view come from.
func (v *view) places(dst []uint32, from, to int) []uint32 {
	if len(v.at) > 0 {
		return append(dst, v.at[from:to]...)
	}
	for i := from; i < to; i++ {
		dst = append(dst, uint32(i))
	}
	return dst
}

func readPercent(dst, b []byte) ([]byte, int) {
	if n, ok := hex(b, 1, 2); ok {
		return append(dst, byte(n)), 3
	}
	return dst, 0
}

func readForm(dst, b []byte) ([]byte, int) {
	if b[0] == '+' {
		return append(dst, ' '), 1
	}
	return readPercent(dst, b)
}

// readBackslash knows the escapes of JSON, and those that Go and JavaScript have beside them.
func readBackslash(dst, b []byte) ([]byte, int) {
	if len(b) < 2 {
		return dst, 0
	}
	const names, stands = `"\/'bfnrtav`, "\"\\/'\b\f\n\r\t\a\v"
	switch b[1] {
	case 'u':
		n, ok := hex(b, 2, 4)
		if !ok {
			return dst, 0
		}
		if !utf16.IsSurrogate(rune(n)) {
			return utf8.AppendRune(dst, rune(n)), 6
		}
		if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
			if low, ok := hex(b, 8, 4); ok {
				if r := utf16.DecodeRune(rune(n), rune(low)); r != utf8.RuneError {
					return utf8.AppendRune(dst, r), 12
				}
			}
		}
		return utf8.AppendRune(dst, utf8.RuneError), 6
	case 'U':
		if n, ok := hex(b, 2, 8); ok {
			return utf8.AppendRune(dst, rune(n)), 10
		}
	case 'x':
		if n, ok := hex(b, 2, 2); ok {
			return append(dst, byte(n)), 4
		}
	}
	for i := range len(names) {
		if names[i] == b[1] {
			return append(dst, stands[i]), 2
		}
	}
	return dst, 0
}

func readEntity(dst, b []byte) ([]byte, int) {
	const longest = 34 // of HTML's names, with & and ;
	n := bytes.IndexByte(b[:min(len(b), longest)], ';')
	if n < 2 {
		return dst, 0
	}
	name, width := b[1:n], n+1
	if name[0] == '#' {
		digits, base := name[1:], 10
		if len(digits) > 1 && digits[0]|0x20 == 'x' {
			digits, base = digits[1:], 16
		}
		// ParseUint makes its error from a copy, so this allocates for what is no number only.
		r, err := strconv.ParseUint(string(digits), base, 21)
		if err != nil {
			return dst, 0
		}
		return utf8.AppendRune(dst, rune(r)), width
	}
	switch string(name) {
	case "amp":
		return append(dst, '&'), width
	case "lt":
		return append(dst, '<'), width
	case "gt":
		return append(dst, '>'), width
	case "quot":
		return append(dst, '"'), width
	case "apos":
		return append(dst, '\''), width
	}
	for _, c := range name {
		if !isWord(c) {
			return dst, 0
		}
	}
	whole := string(b[:width])
	if plain := html.UnescapeString(whole); plain != whole {
		return append(dst, plain...), width
	}
	return dst, 0
}

// hex reads n digits at b[i:].
func hex(b []byte, i, n int) (value uint32, ok bool) {
	if len(b) < i+n {
		return 0, false
	}
	for _, c := range b[i : i+n] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		value = value<<4 | uint32(c)
	}
	return value, true
}
