package steps

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// urlTemplate makes a template of a URL. Values at its very beginning are URL text; every later one is data of
// the part it stands in.
func (p phrase) urlTemplate() ir.Template {
	literal := false
	part := ir.Segment
	places := map[int]ir.Place{}
	for i, r := range p.text {
		switch {
		case isPlaceholder(r) && !literal:
			places[i] = ir.URLText
		case isPlaceholder(r):
			places[i] = part
		case r == '?' && part == ir.Segment:
			literal, part = true, ir.Query
		case r == '#':
			literal, part = true, ir.Fragment
		default:
			literal = true
		}
	}
	return p.template(func(i int) ir.Place { return places[i] })
}

var byteOfError = regexp.MustCompile(`'[^']*'`)

// jsonTemplate makes a template of a JSON text: a value inside quotes is escaped, one outside is JSON of its
// type. Text that is not JSON around its values is a diagnostic where it stops being so.
func (p phrase) jsonTemplate() (ir.Template, *diag.Diagnostic) {
	places := map[int]ir.Place{}
	var probe strings.Builder // the text with something harmless for each value
	var offsets []int
	put := func(s string, offset int) {
		probe.WriteString(s)
		for range len(s) {
			offsets = append(offsets, offset)
		}
	}
	inString, escaped := false, false
	for i, r := range p.text {
		switch {
		case isPlaceholder(r) && inString:
			places[i] = ir.JSONString
			put("x", i)
			continue
		case isPlaceholder(r):
			places[i] = ir.JSONValue
			put("null", i) // which nothing can be joined to, as a number could
			continue
		case escaped:
			escaped = false
		case inString && r == '\\':
			escaped = true
		case r == '"':
			inString = !inString
		}
		put(string(r), i)
	}
	var v any
	if err := json.Unmarshal([]byte(probe.String()), &v); err != nil {
		offset := len(p.text)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) && int(syntax.Offset) <= len(offsets) && syntax.Offset > 0 {
			offset = offsets[syntax.Offset-1]
		}
		message := strings.TrimPrefix(err.Error(), "json: ")
		switch r, _ := utf8.DecodeRuneInString(p.text[offset:]); {
		case isPlaceholder(r):
			message = "a value cannot stand here"
		case r >= utf8.RuneSelf: // the library quotes its first byte
			message = byteOfError.ReplaceAllString(message, fmt.Sprintf("%q", r))
		}
		d := diag.Errorf(diag.At(p.pos(offset), 1), "steps/json", "this is not JSON: %s", message).
			WithHelp("values go inside quotes as text, or bare as JSON of their type")
		return nil, &d
	}
	return p.template(func(i int) ir.Place { return places[i] }), nil
}

// sampleName is the name of a request's samples: its method and target with each value as {its name}.
func sampleName(method string, target ir.Template) string {
	var b strings.Builder
	if method != "" {
		b.WriteString(method + " ")
	}
	for _, p := range target {
		if p.Expr == "" {
			b.WriteString(p.Text)
			continue
		}
		name := p.Expr
		if i := strings.LastIndexByte(name, '.'); i >= 0 && identifier.MatchString(name[i+1:]) {
			name = name[i+1:]
		}
		if !identifier.MatchString(name) {
			name = "value"
		}
		b.WriteString("{" + name + "}")
	}
	return b.String()
}
