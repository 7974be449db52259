package http

import (
	"bytes"
	"net/http"
)

// head is the beginning of a response, when it is a usual one.
type head struct {
	status int
	reason string
	from   int   // where its fields begin
	length int64 // of the body
	size   int   // bytes, with the empty line
}

// verdict is what scanHead makes of the bytes that have come.
type verdict int

const (
	unusual verdict = iota // net/http's reader has the last word
	unfinished
	usual
)

var (
	headEnd   = []byte("\r\n\r\n")
	lineEnd   = []byte("\r\n")
	version11 = []byte("HTTP/1.1 ")
)

// scanHead reads the responses that nearly every server gives nearly always: HTTP/1.1, a status from 200 to 599,
// well-formed lines, one Content-Length or no body, nothing encoded. For all else it says unusual, so that what is
// strange or wrong is judged by net/http, whatever the transport.
func scanHead(b []byte, method string) (h head, _ verdict) {
	end := bytes.Index(b, headEnd)
	if end < 0 {
		if n := min(len(b), len(version11)); !bytes.Equal(b[:n], version11[:n]) {
			return h, unusual // what talks something else may never end a head
		}
		for i, c := range b {
			if c == '\n' && (i == 0 || b[i-1] != '\r') {
				return h, unusual
			}
		}
		return h, unfinished
	}
	h.size = end + len(headEnd)
	b = b[:end+len(lineEnd)]
	line := bytes.Index(b, lineEnd)
	if !h.statusLine(b[:line]) {
		return h, unusual
	}
	h.from = line + len(lineEnd)
	b = b[h.from:]
	h.length = -1
	coded := false
	for rest := b; len(rest) > 0; {
		line := bytes.IndexByte(rest, '\r')
		name, value, ok := splitField(rest[:line])
		if !ok || rest[line+1] != '\n' {
			return h, unusual
		}
		rest = rest[line+len(lineEnd):]
		switch len(name) {
		case len("Connection"):
			if is(name, "connection") && !is(value, "keep-alive") {
				return h, unusual
			}
		case len("Content-Length"):
			if is(name, "content-length") {
				n, ok := decimal(value)
				if !ok || h.length >= 0 {
					return h, unusual
				}
				h.length = n
			}
		case len("Content-Encoding"):
			coded = coded || is(name, "content-encoding")
		case len("Transfer-Encoding"):
			if is(name, "transfer-encoding") {
				return h, unusual
			}
		}
	}
	if method == http.MethodHead || h.status == http.StatusNoContent || h.status == http.StatusNotModified {
		h.length = 0
	} else if h.length < 0 || coded && h.length > 0 {
		return h, unusual
	}
	return h, usual
}

func (h *head) statusLine(line []byte) bool {
	if len(line) < len("HTTP/1.1 200") || !bytes.HasPrefix(line, version11) {
		return false
	}
	for _, c := range line[len(version11):len("HTTP/1.1 200")] {
		if c < '0' || c > '9' {
			return false
		}
		h.status = h.status*10 + int(c-'0')
	}
	if h.status < 200 || h.status > 599 {
		return false
	}
	reason := line[len("HTTP/1.1 200"):]
	if len(reason) > 0 {
		if reason[0] != ' ' || bytes.IndexFunc(reason, func(c rune) bool { return c < ' ' || c > '~' }) >= 0 {
			return false
		}
		reason = bytes.TrimSpace(reason)
	}
	if usual := http.StatusText(h.status); string(reason) == usual { // costs no memory
		h.reason = usual
	} else {
		h.reason = string(reason)
	}
	return true
}

// splitField is a line as name and value; false when something in it is not as it should be.
func splitField(line []byte) (name, value []byte, ok bool) {
	colon := bytes.IndexByte(line, ':')
	if colon < 1 {
		return nil, nil, false
	}
	name, value = line[:colon], line[colon+1:]
	for _, c := range name {
		if !inNames[c] {
			return nil, nil, false
		}
	}
	for _, c := range value {
		if c < ' ' && c != '\t' || c == 0x7f {
			return nil, nil, false
		}
	}
	return name, bytes.Trim(value, " \t"), true
}

// inNames are the letters of a field's name: RFC 9110, 5.6.2.
var inNames = func() (in [256]bool) {
	for c := range in {
		in[c] = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c < 0x80 && bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), byte(c)) >= 0
	}
	return in
}()

// is compares in ASCII without regard to case; text is in lower case.
func is(b []byte, text string) bool {
	if len(b) != len(text) {
		return false
	}
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != text[i] {
			return false
		}
	}
	return true
}

// decimal reads up to 18 digits.
func decimal(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
