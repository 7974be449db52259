package http

import (
	"bufio"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What scanHead takes for usual, net/http reads in the same way. The grammar makes heads that are nearly right.
func TestScanHeadReadsAsNetHTTPDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
		var b strings.Builder
		b.WriteString(pick("version", "HTTP/1.1 ", "HTTP/1.1 ", "HTTP/1.1 ", "HTTP/1.0 ", "HTTP/1.1", "http/1.1 ", "HTTP/1.1\t"))
		b.WriteString(pick("status", "200", "200", "404", "204", "304", "100", "599", "600", "20", "2000", "2x0", " 200"))
		b.WriteString(pick("reason", " OK", " OK", " Not Found", "", " ", "  two  ", "\tOK", " \x01", " ü", "OK"))
		b.WriteString(pick("end", "\r\n", "\r\n", "\r\n", "\n", "\r"))
		for range rapid.IntRange(0, 4).Draw(t, "fields") {
			b.WriteString(pick("name", "X-A", "x-a", "Content-Length", "content-length", "Connection", "Content-Type", "Set-Cookie", "Transfer-Encoding", "Content-Encoding", "X A", "", " X", "X\t", "ü"))
			b.WriteString(pick("colon", ":", ": ", ": ", ":\t ", " : ", ""))
			b.WriteString(pick("value", "1", "3", "3", "close", "Close", "keep-alive", "gzip", "chunked", "", "a: b", "ü", "\x00", "+3", "03", "3 ", "99999999999999999999", "a\rb", "close, x"))
			b.WriteString(pick("line", "\r\n", "\r\n", "\r\n", "\n", "\r\n "))
		}
		b.WriteString(pick("last", "\r\n", "\r\n", "\n", ""))
		b.WriteString("abc" + pick("rest", "", "\r\n\r\n"))
		text, method := b.String(), pick("method", "GET", "GET", "HEAD", "POST")
		h, is := scanHead([]byte(text), method)
		if is != usual {
			return
		}
		resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), &http.Request{Method: method})
		if err != nil {
			t.Fatalf("%q is usual, and net/http says %v", text, err)
		}
		length := resp.ContentLength
		if method == "HEAD" || h.status == 204 || h.status == 304 {
			length = 0
		}
		if h.status != resp.StatusCode || h.length != length || resp.Close || strings.TrimSpace(strings.TrimPrefix(resp.Status, "200")) != h.reason && h.status == 200 {
			t.Fatalf("%q: %+v, and net/http reads %+v", text, h, resp)
		}
		if h.length > 3 {
			return
		}
		lines := fields{lines: text[h.from : h.size-2]}
		for _, name := range []string{"X-A", "Content-Length", "Connection", "Set-Cookie", "Content-Type", "Content-Encoding"} {
			want, got := resp.Header.Values(name), lines.values(name)
			if strings.Join(want, "|") != strings.Join(got, "|") || len(want) != len(got) || lines.get(name) != resp.Header.Get(name) {
				t.Fatalf("%q: %s is %q, and net/http reads %q", text, name, got, want)
			}
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, math.MaxInt32))
		if got := text[h.size : h.size+int(h.length)]; err != nil || string(body) != got {
			t.Fatalf("%q: the body is %q, and net/http reads %q, %v", text, got, body, err)
		}
	})
	for _, text := range []string{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nx-a:\r\n\r\nabc", "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 404\r\nConnection: Keep-Alive\r\ncontent-length:0\r\n\r\n"} {
		if _, is := scanHead([]byte(text), "GET"); is != usual {
			t.Errorf("%q is usual, and is left to net/http", text)
		}
	}
}
