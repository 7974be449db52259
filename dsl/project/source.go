package project

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Limits of one file. The YAML library recurses and is quadratic in places, so what is far beyond a project
// description is refused before it sees it.
const (
	maxBytes  = 128 << 10
	maxLine   = 10_000
	maxDepth  = 32     // of brackets, and of "- - -", "? ?", "& !" on one line
	maxIndent = 200    // columns
	maxValues = 20_000 // read through aliases: a bomb of aliases ends here
)

// source is one YAML file: its text as read, and the way from the library's tokens to ranges inside it.
type source struct {
	path    string
	text    string
	lines   []string
	mark    int // 1 if the file begins with a byte order mark, which is a column of its first line
	anchors map[*ast.AliasNode]ast.Node
	spent   int // values read through aliases
}

// open parses text; the node is nil if nothing can be read from it.
func open(path, text string) (s *source, root ast.Node, list diag.List) {
	s = &source{path: path, text: text, anchors: map[*ast.AliasNode]ast.Node{}}
	body, marked := strings.CutPrefix(text, "\ufeff")
	if marked {
		s.mark = 1
	}
	s.lines = strings.Split(text, "\n")
	for i, l := range s.lines {
		s.lines[i] = strings.TrimSuffix(l, "\r")
	}
	if d := s.unreadable(body); d != nil {
		return s, nil, diag.List{*d}
	}
	defer func() {
		if e := recover(); e != nil {
			root = nil
			list = diag.List{diag.Errorf(s.span(1, 1, 1), codeYAML, "this file is not YAML that can be read").
				WithHelp("write it with plain mappings, lists and texts")}
		}
	}()
	// The library miscounts lines that end in CR LF inside texts of several lines.
	tokens := lexer.Tokenize(strings.ReplaceAll(body, "\r\n", "\n"))
	if d := s.tooDeep(tokens); d != nil {
		return s, nil, diag.List{*d}
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return s, nil, diag.List{s.syntax(err)}
	}
	root, d := s.document(file)
	if d != nil {
		return s, nil, diag.List{*d}
	}
	s.resolve(root, map[string]ast.Node{})
	return s, root, nil
}

// unreadable finds what may not be in a YAML file at all.
func (s *source) unreadable(body string) *diag.Diagnostic {
	fail := func(offset int, format string, args ...any) *diag.Diagnostic {
		before := body[:offset]
		line := 1 + strings.Count(before, "\n")
		col := 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
		d := diag.Errorf(s.span(line, col, 1), codeYAML, format, args...)
		return &d
	}
	if len(body) > maxBytes {
		d := fail(0, "the file has %d bytes, and at most %d are read", len(body), maxBytes)
		*d = d.WithHelp("split it with include")
		return d
	}
	for i, l := range s.lines {
		if len(l) > maxLine {
			d := diag.Errorf(s.span(i+1, 1, 1), codeYAML, "the line has %d bytes, and at most %d are read", len(l), maxLine).
				WithHelp("write it on several lines")
			return &d
		}
	}
	for i, c := range body {
		switch {
		case c == utf8.RuneError && !strings.HasPrefix(body[i:], "\ufffd"):
			d := fail(i, "byte 0x%02x is not UTF-8", body[i])
			*d = d.WithHelp("save the file as UTF-8")
			return d
		case c == '\r' && !strings.HasPrefix(body[i:], "\r\n"):
			d := fail(i, "a carriage return without a line feed")
			*d = d.WithHelp("end lines with a line feed, or with both")
			return d
		case c < ' ' && c != '\t' && c != '\n' && c != '\r', c == 0x7f:
			return fail(i, "control character U+%04X", c)
		}
	}
	return nil
}

// tooDeep refuses nesting that would exhaust the stack of a recursive parser.
func (s *source) tooDeep(tokens token.Tokens) *diag.Diagnostic {
	flow, line, onLine := 0, 0, 0
	for _, tk := range tokens {
		first := tk.Position.Line != line
		if first {
			line, onLine = tk.Position.Line, 0
		}
		switch tk.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow = max(0, flow-1)
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType, token.MappingValueType:
			if flow == 0 {
				onLine++
			}
		}
		if flow > maxDepth || onLine > maxDepth || flow == 0 && first && tk.Position.Column > maxIndent {
			d := diag.Errorf(s.span(tk.Position.Line, tk.Position.Column, 1), codeYAML, "nested too deeply")
			return &d
		}
	}
	return nil
}

// document is the one document of the file.
func (s *source) document(file *ast.File) (ast.Node, *diag.Diagnostic) {
	var root ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if _, ok := doc.Body.(*ast.DirectiveNode); ok {
			continue
		}
		if root != nil {
			at := s.start(doc.Body)
			if doc.Start != nil {
				at = s.spanOf(doc.Start, 3)
			}
			d := diag.Errorf(at, codeYAML, "a second document begins here, and a file has one").
				WithHelp("remove the `---`, or move what follows to a file of its own and include it")
			return nil, &d
		}
		root = doc.Body
	}
	if root == nil {
		d := diag.Errorf(diag.At(diag.Pos{File: s.path}, 0), codeYAML, "the file says nothing").
			WithHelp("begin with the project's name:\nproject: shop")
		return nil, &d
	}
	return root, nil
}

// resolve finds the anchor of every alias. An anchor is known only after its own value, so that no alias can
// stand for something that contains it.
func (s *source) resolve(n ast.Node, known map[string]ast.Node) {
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			s.resolve(v, known)
		}
	case *ast.MappingValueNode:
		s.resolve(n.Key, known)
		s.resolve(n.Value, known)
	case *ast.SequenceNode:
		for _, v := range n.Values {
			s.resolve(v, known)
		}
	case *ast.MappingKeyNode:
		s.resolve(n.Value, known)
	case *ast.TagNode:
		s.resolve(n.Value, known)
	case *ast.AnchorNode:
		s.resolve(n.Value, known)
		known[n.Name.GetToken().Value] = n.Value
	case *ast.AliasNode:
		if target, ok := known[n.Value.GetToken().Value]; ok {
			s.anchors[n] = target
		}
	}
}

// syntax says what the library found, in our words where it is a known trap.
func (s *source) syntax(err error) diag.Diagnostic {
	var e *yaml.SyntaxError
	if !errors.As(err, &e) || e.Token == nil {
		return diag.Errorf(s.span(1, 1, 1), codeYAML, "%s", firstLine(err.Error()))
	}
	return s.trap(e.Message, e.Token)
}

func firstLine(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return text
}

// describe says what a node is, to people.
func describe(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.NullNode:
		return "nothing"
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode:
		return fmt.Sprintf("%q", n.GetToken().Value)
	case *ast.InfinityNode, *ast.NanNode:
		return "a number that is none"
	}
	return "a text"
}
