package http

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// appendRequest writes a message as net/http would, byte for byte: Host and User-Agent first, then the length, then
// the other fields by name, and the encoding that is accepted when the message says nothing about it.
func appendRequest(b []byte, m *message, header http.Header) []byte {
	b = append(append(append(b, m.method...), ' '), m.uri...)
	b = append(b, " HTTP/1.1\r\n"...)
	host := m.host
	if host == "" {
		host = m.to.URL.Host
	}
	b = appendField(b, "Host", wireHost(host))
	if agent := header["User-Agent"]; len(agent) > 0 && agent[0] != "" {
		b = appendField(b, "User-Agent", agent[0])
	}
	if len(m.body) > 0 || m.method == http.MethodPost || m.method == http.MethodPut || m.method == http.MethodPatch {
		b = append(b, "Content-Length: "...)
		b = append(strconv.AppendInt(b, int64(len(m.body)), 10), "\r\n"...)
	}
	var space [16]string // on the stack
	names := space[:0]
	for name := range header {
		if name != "User-Agent" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range header[name] {
			b = appendField(b, name, value)
		}
	}
	if asksForGzip(m.method, header) {
		b = appendField(b, "Accept-Encoding", "gzip")
	}
	b = append(b, "\r\n"...)
	return append(b, m.body...)
}

// asksForGzip reports whether the transport asks for a compressed response on its own account.
func asksForGzip(method string, header http.Header) bool {
	empty := func(values []string) bool { return len(values) == 0 || values[0] == "" }
	return method != http.MethodHead && empty(header["Accept-Encoding"]) && empty(header["Range"])
}

func appendField(b []byte, name, value string) []byte {
	b = append(append(b, name...), ": "...)
	return append(append(b, strings.Trim(value, " \t\r\n")...), "\r\n"...)
}

// wireHost is a host as its header says it. What is not ASCII, and zones, are left to net/http.
func wireHost(host string) string {
	if !httpguts.ValidHostHeader(host) {
		return ""
	}
	return host
}
