package project

import (
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// span is a range inside the text, whatever is asked for: the library's positions are wrong now and then.
func (s *source) span(line, col, length int) diag.Range {
	line = min(max(1, line), len(s.lines))
	if line == 1 {
		col += s.mark
	}
	runes := utf8.RuneCountInString(s.lines[line-1])
	col = min(max(1, col), runes+1)
	return diag.At(diag.Pos{File: s.path, Line: line, Col: col}, min(max(0, length), runes+1-col))
}

func (s *source) spanOf(tk *token.Token, length int) diag.Range {
	return s.span(tk.Position.Line, tk.Position.Column, length)
}

// after is what follows a position on its line, the character there included.
func (s *source) after(p diag.Pos) string {
	rest := s.lines[p.Line-1]
	for range p.Col - 1 {
		_, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
	}
	return rest
}

// start is where a node begins: the first key of a block mapping, a bracket, or a scalar as a whole.
func (s *source) start(n ast.Node) diag.Range {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return s.start(n.Values[0])
		}
	case *ast.MappingValueNode:
		return s.start(n.Key)
	case *ast.SequenceNode, *ast.MergeKeyNode:
	case *ast.AliasNode:
		return s.spanOf(n.GetToken(), 1+utf8.RuneCountInString(n.Value.GetToken().Value))
	case *ast.AnchorNode:
		return s.spanOf(n.GetToken(), 1+utf8.RuneCountInString(n.Name.GetToken().Value))
	case *ast.TagNode:
		return s.spanOf(n.GetToken(), utf8.RuneCountInString(n.GetToken().Value))
	case *ast.MappingKeyNode:
		return s.spanOf(n.GetToken(), 1)
	case *ast.NullNode:
		if n.GetToken().Type == token.ImplicitNullType {
			return s.spanOf(n.GetToken(), 0)
		}
		return s.scalar(n.GetToken())
	default:
		return s.scalar(n.GetToken())
	}
	return s.spanOf(n.GetToken(), 1)
}

// scalar is the stretch of a scalar on its first line, quotes included.
func (s *source) scalar(tk *token.Token) diag.Range {
	begins := firstLine(strings.TrimSpace(tk.Origin))
	quoted := tk.Type == token.DoubleQuoteType || tk.Type == token.SingleQuoteType
	if quoted && begins != "" {
		begins = begins[:1]
	}
	at := s.nearest(s.spanOf(tk, 0), begins)
	rest := s.after(at.Pos)
	written := strings.TrimRight(rest, " \t")
	switch {
	case !quoted && begins != "" && strings.HasPrefix(rest, begins):
		written = begins
	case quoted:
		if end := closingQuote(rest); end > 0 {
			written = rest[:end]
		}
	}
	at.Len = utf8.RuneCountInString(written)
	return at
}

// nearest moves a position to where the text is that should be there: the library counts white space around
// some values twice, or not at all.
func (s *source) nearest(at diag.Range, text string) diag.Range {
	rest := s.after(at.Pos)
	if text == "" || strings.HasPrefix(rest, text) {
		return at
	}
	line := s.lines[at.Line-1]
	before := line[:len(line)-len(rest)]
	if left := strings.TrimRight(before, " \t"); strings.HasSuffix(left, text) {
		at.Col = 1 + utf8.RuneCountInString(strings.TrimSuffix(left, text))
	} else if i := strings.Index(rest, text); i >= 0 {
		at.Col += utf8.RuneCountInString(rest[:i])
	} else if i := strings.LastIndex(line, text); i >= 0 {
		at.Col = 1 + utf8.RuneCountInString(line[:i])
	}
	return at
}

// closingQuote is the length in bytes of the quoted text at the beginning of s, 0 if it ends on a later line.
func closingQuote(s string) int {
	if s == "" {
		return 0
	}
	quote := s[0]
	for i := 1; i < len(s); i++ {
		switch {
		case quote == '"' && s[i] == '\\':
			i++
		case quote == '\'' && strings.HasPrefix(s[i:], "''"):
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return 0
}

// Written moves a range that counts the characters of a value to where the file has them: in quotes some are written as
// two or more. Content is where the value begins.
func Written(line string, content diag.Pos, r diag.Range) diag.Range {
	runes := []rune(line)
	if r.Line != content.Line || content.Col < 2 || content.Col-1 > len(runes) || r.Col < content.Col {
		return r
	}
	at := content.Col - 1
	size := func() int { return 1 }
	switch runes[at-1] {
	case '"':
		size = func() int {
			if runes[at] != '\\' || at+1 >= len(runes) {
				return 1
			}
			return 2 + map[rune]int{'x': 2, 'u': 4, 'U': 8}[runes[at+1]]
		}
	case '\'':
		size = func() int {
			if runes[at] == '\'' && at+1 < len(runes) && runes[at+1] == '\'' {
				return 2
			}
			return 1
		}
	default:
		return r
	}
	column := func(n int) int {
		for ; n > 0 && at < len(runes); n-- {
			at += size()
		}
		return at + n + 1
	}
	from := column(r.Col - content.Col)
	r.Col, r.Len = from, column(r.Len)-from
	return r
}

// content is where the text of a scalar begins: behind its quote, or on the line below a block's "|".
func (s *source) content(n ast.Node, at diag.Range) diag.Pos {
	if n, ok := n.(*ast.LiteralNode); ok {
		for line := n.Start.Position.Line; line < len(s.lines); line++ {
			if text := strings.TrimLeft(s.lines[line], " "); text != "" {
				return s.span(line+1, 1+len(s.lines[line])-len(text), 0).Pos
			}
		}
		return at.Pos
	}
	switch n.GetToken().Type {
	case token.DoubleQuoteType, token.SingleQuoteType:
		at.Col++
	}
	return at.Pos
}
