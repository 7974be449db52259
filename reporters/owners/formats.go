package owners

import (
	"fmt"
	"io"
	"strings"
)

// Formats that Write knows.
var formats = []struct {
	name  string
	write func(io.Writer, Report, bool) error
}{
	{"text", Text},
	{"markdown", func(w io.Writer, r Report, _ bool) error { return Markdown(w, r) }},
	{"json", func(w io.Writer, r Report, _ bool) error { return JSON(w, r) }},
	{"junit", func(w io.Writer, r Report, _ bool) error { return JUnit(w, r) }},
	{"html", func(w io.Writer, r Report, _ bool) error { return HTML(w, r) }},
}

// Formats are the names that Write knows.
func Formats() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// Write writes the report in a format; colour is for a terminal.
func Write(w io.Writer, format string, r Report, colour bool) error {
	for _, f := range formats {
		if f.name == format {
			return f.write(w, r, colour)
		}
	}
	return fmt.Errorf("unknown format %q: one of %s", format, strings.Join(Formats(), ", "))
}
