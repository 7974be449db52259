package secret

import "bytes"

var credentials = [...][]byte{
	[]byte("authorization"), []byte("proxy-authorization"), []byte("cookie"), []byte("set-cookie"),
}

// headers finds the values of headers that carry credentials: `Cookie: a=b` to the end of the line,
// `"Cookie": "a=b"` and `"Cookie": ["a=b"]` as in JSON, `Cookie:[a=b]` as Go prints them.
func headers(b []byte, found func(from, to int)) {
	for colon := 0; ; colon++ {
		next := bytes.IndexByte(b[colon:], ':')
		if next < 0 {
			return
		}
		colon += next
		quoted, is := isCredential(b[:colon])
		if !is {
			continue
		}
		from, to := headerValue(b, colon+1, quoted)
		if from < to {
			found(from, to)
		}
		colon = max(colon, to-1) // what it masks is not searched again, so that a hostile text costs no more
	}
}

// isCredential tells whether b ends in the name of such a header, and whether in quotes.
func isCredential(b []byte) (quoted, is bool) {
	b = bytes.TrimRight(b, " \t")
	if n := len(b); n > 0 && isQuote(b[n-1]) {
		quoted, b = true, b[:n-1]
	}
	if n := len(b); n == 0 || b[n-1]|0x20 != 'n' && b[n-1]|0x20 != 'e' {
		return quoted, false
	}
	for _, name := range credentials {
		start := len(b) - len(name)
		if start >= 0 && bytes.EqualFold(b[start:], name) && (start == 0 || !isWord(b[start-1])) {
			return quoted, true
		}
	}
	return quoted, false
}

// headerValue is where the value that begins at b[i] stands, without the quotes and brackets around it. What
// does not end as it should goes to the end of the line, in JSON to the end of all.
func headerValue(b []byte, i int, quoted bool) (from, to int) {
	if !quoted {
		if i < len(b) && b[i] == '[' {
			if to := listEnd(b, i+1); to >= 0 {
				return i + 1, to
			}
		}
		from, to := skip(b, i, " \t"), len(b)
		if n := bytes.IndexAny(b[from:], "\r\n"); n >= 0 {
			to = from + n
		}
		if n := bytes.Index(b[from:to], []byte(`\r\n`)); n >= 0 { // a printed dump of a message
			to = from + n
		}
		return from, from + len(bytes.TrimRight(b[from:to], " \t"))
	}
	from = skip(b, i, " \t\r\n")
	switch {
	case from == len(b):
		return from, from
	case isQuote(b[from]):
		return from + 1, quoteEnd(b, from)
	case b[from] == '[' || b[from] == '{':
		to = bracketEnd(b, from)
		from = skip(b, from+1, " \t\r\n")
		if to < from {
			return from, from
		}
		to = from + len(bytes.TrimRight(b[from:to], " \t\r\n"))
		if from+1 < to && isQuote(b[from]) && isQuote(b[to-1]) {
			from, to = from+1, to-1
		}
		return from, to
	}
	to = len(b)
	if n := bytes.IndexAny(b[from:], ",}] \t\r\n"); n >= 0 {
		to = from + n
	}
	return from, to
}

// listEnd is where a list as Go prints it ends: a ] can be part of a cookie, but not before a separator.
func listEnd(b []byte, i int) int {
	for ; i < len(b) && b[i] != '\n'; i++ {
		if b[i] == ']' && (i+1 == len(b) || bytes.IndexByte([]byte(" ]}),\"\r\n"), b[i+1]) >= 0) {
			return i
		}
	}
	return -1
}

// quoteEnd is where the string that begins at b[i] ends: its closing quote.
func quoteEnd(b []byte, i int) int {
	for quote := b[i]; ; i++ {
		if i+1 >= len(b) {
			return len(b)
		}
		switch b[i+1] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
}

// bracketEnd is where the bracket at b[i] is closed.
func bracketEnd(b []byte, i int) int {
	for open := 0; i < len(b); i++ {
		switch c := b[i]; {
		case isQuote(c):
			i = quoteEnd(b, i)
		case c == '[' || c == '{':
			open++
		case c == ']' || c == '}':
			if open--; open == 0 {
				return i
			}
		}
	}
	return len(b)
}

func skip(b []byte, i int, these string) int {
	for i < len(b) && bytes.IndexByte([]byte(these), b[i]) >= 0 {
		i++
	}
	return i
}

func isQuote(c byte) bool { return c == '"' || c == '\'' }
