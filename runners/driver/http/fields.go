package http

import (
	"net/http"
	"strings"
)

// fields are the header fields of a response: parsed, or as they came, when few of them will be asked for.
type fields struct {
	parsed http.Header
	lines  string // "Name: value\r\n"…, each checked by scanHead; used when parsed is nil
}

// get is the first value of a field, "" without one.
func (f fields) get(name string) string {
	if f.parsed != nil {
		return f.parsed.Get(name)
	}
	for rest := f.lines; rest != ""; {
		var field, value string
		if field, value, rest = cutField(rest); strings.EqualFold(field, name) {
			return value
		}
	}
	return ""
}

// values are those of a field, in their order; nil without one.
func (f fields) values(name string) []string {
	if f.parsed != nil {
		return f.parsed.Values(name)
	}
	var all []string
	for rest := f.lines; rest != ""; {
		var field, value string
		if field, value, rest = cutField(rest); strings.EqualFold(field, name) {
			all = append(all, value)
		}
	}
	return all
}

func cutField(lines string) (name, value, rest string) {
	line, rest, _ := strings.Cut(lines, "\r\n")
	name, value, _ = strings.Cut(line, ":")
	return name, strings.Trim(value, " \t"), rest
}
