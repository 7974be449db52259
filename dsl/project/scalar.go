package project

import (
	"errors"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// scalar is a value of one word or text, as written: `1.1` and `007` are texts too, so that YAML's own reading
// of numbers loses nothing.
type scalar struct {
	At    diag.Range // as written, quotes included
	Pos   diag.Pos   // of the first character of Value
	Value string
}

func (s scalar) set() bool { return s.At.Line != 0 }

// part is the stretch of some bytes of Value. It is the whole scalar where the file writes the value in another way: with
// escapes, or on several lines.
func (s scalar) part(from, to int) diag.Range {
	written := s.At.Len
	if s.Pos != s.At.Pos {
		written -= 2 // quotes
	}
	if s.Pos.Line != s.At.Line || written != utf8.RuneCountInString(s.Value) {
		return s.At
	}
	at := s.Pos
	at.Col += utf8.RuneCountInString(s.Value[:from])
	return diag.At(at, utf8.RuneCountInString(s.Value[from:to]))
}

func isScalar(n ast.Node) bool {
	switch n.(type) {
	case *ast.StringNode, *ast.LiteralNode, *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return true
	}
	return false
}

// take reads the words of v; false after a diagnostic.
func (s *scalar) take(r *reader, v value, wants string) bool {
	if !s.takeAny(r, v, wants) {
		return false
	}
	if s.Value == "" {
		r.fail(s.At, codeValue, "%s is empty", v.name)
	}
	return s.Value != ""
}

// takeAny is take for what may be empty.
func (s *scalar) takeAny(r *reader, v value, wants string) bool {
	n := r.plain(v.node)
	if n == nil {
		return false
	}
	if !isScalar(n) {
		d := r.wrong(v, n, wants)
		if _, ok := n.(ast.MapNode); ok {
			help(d, "quote it, if it is one text: a colon and a space, or a brace, make a mapping")
		}
		return false
	}
	s.At, s.Value = r.start(n), n.GetToken().Value
	if n, ok := n.(*ast.LiteralNode); ok {
		s.At, s.Value = r.spanOf(n.Start, len(n.Start.Value)), n.Value.Value
	}
	s.Pos = r.content(n, s.At)
	return true
}

// takeText takes a text that may be empty if its tag says so.
func (s *scalar) takeText(r *reader, v value, tag reflect.StructTag) bool {
	if tag.Get("empty") != "" {
		return s.takeAny(r, v, "a text")
	}
	return s.take(r, v, "a text")
}

// text is taken literally. `${…}` in it would not be evaluated, so it is refused, except where the text is
// in a language of its own (raw).
type text struct{ scalar }

func (t *text) read(r *reader, v value, tag reflect.StructTag) {
	if !t.takeText(r, v, tag) {
		return
	}
	if at := anyPlaceholder.FindStringIndex(t.Value); at != nil && tag.Get("raw") == "" {
		r.fail(t.part(at[0], at[1]), codeValue, "`${…}` is not evaluated in %s", v.name)
	}
}

var anyPlaceholder = regexp.MustCompile(`\$\{[^}]*\}?`)

// param is a text, or nothing where --param must say.
type param struct{ text }

func (p *param) read(r *reader, v value, tag reflect.StructTag) {
	v.node = r.plain(v.node)
	if _, nothing := v.node.(*ast.NullNode); !nothing {
		p.text.read(r, v, tag)
	}
}

// template may hold `${…}`; place says where its value lands.
type template struct {
	scalar
	place ir.Place
}

func (t *template) read(r *reader, v value, tag reflect.StructTag) {
	t.place = ir.Place(tag.Get("place"))
	t.takeText(r, v, tag)
}

// expression is in the expression language, which another room reads; here only the ways are caught in which
// YAML cuts one short.
type expression struct{ scalar }

func (e *expression) read(r *reader, v value, _ reflect.StructTag) {
	if !e.take(r, v, "an expression") {
		return
	}
	plain := e.At.Pos == e.Pos
	trimmed := strings.TrimLeft(e.Value, " \t\n")
	if !strings.Contains(e.Value[:len(e.Value)-len(trimmed)], "\n") {
		e.Pos.Col += len(e.Value) - len(trimmed)
	}
	e.Value = strings.TrimRight(trimmed, " \t\n")
	if e.Value == "" {
		r.fail(e.At, codeValue, "%s is empty", v.name)
	}
	if !plain || balanced(e.Value) {
		return
	}
	rest := strings.TrimPrefix(r.after(e.At.Pos), e.Value)
	switch {
	case strings.HasPrefix(strings.TrimLeft(rest, " "), ","), strings.HasPrefix(rest, "]"), strings.HasPrefix(rest, "}"):
		d := r.fail(e.At, codeYAML, "the expression is cut at this comma or bracket")
		help(d, "quote it: inside `[…]` and `{…}` they end a value")
	case strings.HasPrefix(strings.TrimLeft(rest, " "), "#"):
		d := r.fail(e.At, codeYAML, "the expression is cut at ` #`, which begins a comment")
		help(d, "quote it: %s", quoted(e.Value+rest))
	}
}

// balanced reports whether quotes and brackets of an expression are closed.
func balanced(s string) bool {
	depth, quote := 0, rune(0)
	for _, c := range s {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case strings.ContainsRune("([{", c):
			depth++
		case strings.ContainsRune(")]}", c):
			depth--
		}
	}
	return depth == 0 && quote == 0
}

// unreadable adds how to write it, where the message does not say so itself.
func unreadable(d *diag.Diagnostic, err error, written string) {
	var known interface{ Help() string }
	if errors.As(err, &known) && strings.HasPrefix(known.Help(), "did you mean ") {
		help(d, "%s", known.Help())
		return
	}
	if !strings.Contains(d.Message, ": write ") {
		help(d, "write it as %s", written)
	}
}

// The units are those of the expression language.

// duration is more than nothing, with a unit.
type duration struct {
	scalar
	D ir.Duration
}

func (d *duration) read(r *reader, v value, _ reflect.StructTag) {
	if !d.take(r, v, "a duration, such as 30s") {
		return
	}
	parsed, err := expr.ParseDuration(d.Value)
	switch {
	case err != nil:
		unreadable(r.fail(d.At, codeValue, "%s", err), err, "300ms, 30s, 1m30s or 2h")
	case parsed <= 0:
		r.fail(d.At, codeValue, "%s must be more than nothing", v.name)
	}
	d.D = ir.Duration(parsed)
}

// size is a number of bytes.
type size struct {
	scalar
	Bytes int64
}

func (s *size) read(r *reader, v value, _ reflect.StructTag) {
	if !s.take(r, v, "a size, such as 10MB") {
		return
	}
	bytes, err := expr.ParseSize(s.Value)
	switch {
	case err != nil:
		unreadable(r.fail(s.At, codeValue, "%s", err), err, "512kB, 10MB or 1GiB")
	case bytes <= 0:
		r.fail(s.At, codeValue, "%s must be more than nothing", v.name)
	}
	s.Bytes = bytes
}

// whole is a whole number above 0.
type whole struct {
	scalar
	N int
}

func (w *whole) read(r *reader, v value, _ reflect.StructTag) {
	if !w.take(r, v, "a whole number") {
		return
	}
	n, err := strconv.Atoi(w.Value)
	if err != nil || n <= 0 || n > math.MaxInt32 {
		r.fail(w.At, codeValue, "%s wants a whole number above 0, and this is %q", v.name, w.Value)
		return
	}
	w.N = n
}

// percent is a share of a hundred, kept as written.
type percent struct{ scalar }

func (p *percent) read(r *reader, v value, _ reflect.StructTag) {
	if !p.take(r, v, "a percentage, such as 20%") {
		return
	}
	share, err := expr.ParsePercent(p.Value)
	switch {
	case err != nil:
		unreadable(r.fail(p.At, codeValue, "%s", err), err, "20%")
	case share <= 0:
		r.fail(p.At, codeValue, "%s must be more than nothing", v.name)
	}
}

// choice is one of the words in the tag.
type choice struct{ scalar }

func (c *choice) read(r *reader, v value, tag reflect.StructTag) {
	words := strings.Split(tag.Get("choice"), "|")
	if !c.take(r, v, oneOf(words)) {
		return
	}
	for _, w := range words {
		if c.Value == w {
			return
		}
	}
	d := r.fail(c.At, codeValue, "%s is %s, and this is %q", v.name, oneOf(words), c.Value)
	near := diag.Closest(c.Value, words)
	if permits, known := permission[strings.ToLower(c.Value)]; known && words[0] == "allow" {
		near = permits
	}
	if len(near) > 2 && slices.Contains(words, near) {
		help(d, "did you mean %q?", near)
	}
}

// permission is what people mean where allow and refuse are the words.
var permission = map[string]string{"yes": "allow", "true": "allow", "on": "allow", "no": "refuse", "false": "refuse", "off": "refuse"}

func oneOf(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// boolean is true or false, and not yes or no: YAML 1.1 read those as booleans, 1.2 reads them as texts.
type boolean struct {
	scalar
	On bool
}

func (f *boolean) read(r *reader, v value, _ reflect.StructTag) {
	if !f.take(r, v, "true or false") {
		return
	}
	switch f.Value {
	case "true":
		f.On = true
	case "false":
	default:
		d := r.fail(f.At, codeValue, "%s is true or false, and this is %q", v.name, f.Value)
		switch strings.ToLower(f.Value) {
		case "yes", "on", "y", "true":
			help(d, "write true")
		case "no", "off", "n", "false":
			help(d, "write false")
		}
	}
}
