package expr

import (
	"strings"
	"unicode/utf8"
)

// Piece is a stretch of a template: literal Text, or the Source of an expression, which is never empty.
type Piece struct {
	Text   string
	Source string
	// Offset is the byte in the template where Source starts, or where the Text was written; Line and Col are
	// the same place, 1-based, in runes.
	Offset, Line, Col int
}

// At is the place in the template of a position in the piece's expression.
func (p Piece) At(at Span) Span {
	if at.Line <= 1 {
		at.Col += p.Col - 1
	}
	at.Line += p.Line - 1
	return at
}

// Split cuts a template into its literal text and its ${expressions}. \${ is a literal ${; any other backslash
// is itself. A placeholder ends at its matching brace outside strings. The error is always an *Error, its line
// and column counted in the template.
func Split(template string) ([]Piece, error) {
	pieces := make([]Piece, 0, 2*strings.Count(template, "${")+1)
	c := cursor{rest: template, line: 1, col: 1}
	escaped := false
	start := c // of the literal text that is not in a piece yet
	flush := func() {
		if c.offset == start.offset {
			return
		}
		text := template[start.offset:c.offset]
		if escaped {
			text, escaped = strings.ReplaceAll(text, `\${`, "${"), false
		}
		pieces = append(pieces, Piece{Text: text, Offset: start.offset, Line: start.line, Col: start.col})
	}
	for c.rest != "" {
		switch {
		case strings.HasPrefix(c.rest, `\${`):
			escaped = true
			c.skip(3)
		case strings.HasPrefix(c.rest, "${"):
			flush()
			open := c
			c.skip(2)
			n, ok := placeholderEnd(c.rest)
			source := c.rest[:n]
			at := Span{Line: open.line, Col: open.col, Len: 2}
			switch {
			case !ok:
				e := &Error{Span: at, Message: "the placeholder is never closed: } is missing"}
				return nil, e.withHelp(`for a literal ${ write \${`)
			case strings.TrimSpace(source) == "":
				e := &Error{Span: at, Message: "the placeholder is empty"}
				return nil, e.withHelp("write an expression: ${name}").withHelp(`for a literal ${ write \${`)
			}
			pieces = append(pieces, Piece{Source: source, Offset: c.offset, Line: c.line, Col: c.col})
			c.skip(n + 1)
			start = c
		default:
			// Up to the next byte that may start something; at least one byte, so that the loop ends.
			n := strings.IndexAny(c.rest[1:], `\$`) + 1
			if n == 0 {
				n = len(c.rest)
			}
			c.skip(n)
		}
	}
	flush()
	return pieces, nil
}

// placeholderEnd is the byte of the brace that closes the expression which s starts with.
func placeholderEnd(s string) (int, bool) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth < 0 {
				return i, true
			}
		case '\'', '"', '`':
			quote := s[i]
			for i++; i < len(s) && s[i] != quote; i++ {
				if s[i] == '\\' && quote != '`' {
					i++
				}
			}
		}
	}
	return len(s), false
}

// cursor walks a template and knows where it is.
type cursor struct {
	rest              string
	offset, line, col int
}

func (c *cursor) skip(n int) {
	passed := c.rest[:n]
	c.rest = c.rest[n:]
	c.offset += n
	if i := strings.LastIndexByte(passed, '\n'); i >= 0 {
		c.line += strings.Count(passed, "\n")
		c.col = 1
		passed = passed[i+1:]
	}
	c.col += utf8.RuneCountInString(passed)
}
