package expr

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSource and maxBrackets bound what is compiled at all: expr-lang's parser recurses, and an overflow of
// Go's stack cannot be caught.
const (
	maxSource   = 4096
	maxBrackets = 32
)

type tokenKind int

const (
	word tokenKind = iota
	number
	text
	opener
	closer
	sign
)

// token is a stretch of the source in runes; match is the index of a bracket's partner.
type token struct {
	kind     tokenKind
	from, to int
	text     string
	match    int
}

// constant is a literal that expr-lang cannot write: one with a unit, or an integer beyond 64 bits.
type constant struct {
	value any
	kind  Kind
}

// scan is a source cut into tokens. Rewritten is the source with every constant replaced by a name of the same
// width, so that each position in it is the position in the source and no map between the two is needed. The
// names start with $, which no name in a source may.
type scan struct {
	runes     []rune
	tokens    []token
	at        map[int]int // token by its first rune
	constants map[string]constant
	rewritten []rune
}

// words are the words of the language that cannot be names of values.
var words = map[string]bool{
	"true": true, "false": true, "nil": true, "not": true, "and": true, "or": true, "in": true, "contains": true,
	"startsWith": true, "endsWith": true, "matches": true, "let": true, "if": true, "else": true,
}

// IsName reports whether s can be the name of a value: letters, digits and _, not starting with a digit, and
// no word of the language.
func IsName(s string) bool {
	for i, c := range s {
		if !wordRune(c) || i == 0 && unicode.IsDigit(c) {
			return false
		}
	}
	return s != "" && !words[s]
}

func wordRune(c rune) bool { return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) }

func newScan(source string) (*scan, *Error) {
	s := &scan{at: map[int]int{}, constants: map[string]constant{}}
	switch {
	case len(source) > maxSource:
		return s, &Error{Span: Span{1, 1, 0},
			Message: fmt.Sprintf("the expression is too long: %d bytes, and at most %d are allowed", len(source), maxSource)}
	case !utf8.ValidString(source):
		return s, &Error{Span: Span{1, 1, 0}, Message: "the expression is not valid UTF-8"}
	case strings.TrimSpace(source) == "":
		return s, &Error{Span: Span{1, 1, 0}, Message: "an expression is expected here"}
	}
	s.runes = []rune(source)
	s.rewritten = append([]rune(nil), s.runes...)
	var open []int
	for i := 0; i < len(s.runes); {
		c := s.runes[i]
		if unicode.IsSpace(c) {
			i++
			continue
		}
		t := token{from: i, to: i + 1, match: -1}
		var bad *Error
		switch {
		case c == '\'' || c == '"' || c == '`':
			t.kind = text
			t.to, bad = s.quoted(i)
		case unicode.IsDigit(c) || c == '.' && isDigit(s.peek(i+1)):
			t.kind = number
			t.to, bad = s.number(i)
		case wordRune(c):
			t.kind = word
			for t.to < len(s.runes) && wordRune(s.runes[t.to]) {
				t.to++
			}
		case strings.ContainsRune("([{", c):
			t.kind = opener
			open = append(open, len(s.tokens))
			if len(open) > maxBrackets {
				bad = s.errorf(i, i+1, "too many brackets within brackets: at most %d", maxBrackets)
			}
		case strings.ContainsRune(")]}", c):
			t.kind = closer
			if len(open) == 0 {
				bad = s.errorf(i, i+1, "`%c` closes nothing", c)
				break
			}
			t.match = open[len(open)-1]
			open = open[:len(open)-1]
			o := &s.tokens[t.match]
			if o.text+string(c) != "()" && o.text+string(c) != "[]" && o.text+string(c) != "{}" {
				bad = s.errorf(i, i+1, "`%c` does not close `%s`", c, o.text)
			}
			o.match = len(s.tokens)
		default:
			t.kind = sign
			t.to, bad = s.operator(i)
		}
		if bad == nil {
			t.text = string(s.runes[t.from:t.to])
			bad = s.refuse(t)
		}
		if bad != nil {
			return s, bad
		}
		s.at[t.from] = len(s.tokens)
		s.tokens = append(s.tokens, t)
		i = t.to
	}
	if len(open) > 0 {
		t := s.tokens[open[len(open)-1]]
		return s, s.errorf(t.from, t.to, "`%s` is never closed", t.text)
	}
	return s, nil
}

// refuse names what expr-lang would take and hoops does not.
func (s *scan) refuse(t token) *Error {
	field := len(s.tokens) > 0 && s.tokens[len(s.tokens)-1].text == "."
	switch {
	case t.kind == word && !field && t.text == "let":
		return s.errorf(t.from, t.to, "`let` is not part of an expression").withHelp("keep the value in a step of its own: I keep name = …")
	case t.kind == word && !field && (t.text == "if" || t.text == "else"):
		return s.errorf(t.from, t.to, "`%s` is not part of an expression", t.text).withHelp("write condition ? this : that")
	case t.kind == text && t.from > 0 && len(s.tokens) > 0:
		if p := s.tokens[len(s.tokens)-1]; p.to == t.from && (p.text == "b" || p.text == "B") {
			return s.errorf(p.from, t.to, "bytes are not part of an expression").withHelp("leave out the %s before the quote", p.text)
		}
	}
	return nil
}

func (s *scan) operator(i int) (int, *Error) {
	two := string(s.runes[i:min(i+2, len(s.runes))])
	switch two {
	case "//", "/*":
		return 0, s.errorf(i, i+2, "a comment is not part of an expression")
	case "??":
		return 0, s.errorf(i, i+2, "`??` is not part of an expression: a missing value has no silent default").
			withHelp("write x == nil ? default : x")
	case "?.":
		if !isDigit(s.peek(i + 2)) { // a ?.5 : 1
			return 0, s.errorf(i, i+2, "`?.` is not needed: a field of a missing value is missing").withHelp("write `.`")
		}
		return i + 1, nil
	case "::":
		return 0, s.errorf(i, i+2, "`::` is not part of an expression").withHelp("leave it out: a name before ( is always the function")
	case "==", "!=", "<=", ">=", "&&", "||", "**", "..":
		return i + 2, nil
	}
	switch c := s.runes[i]; c {
	case '|':
		return 0, s.errorf(i, i+1, "`|` is not part of an expression").withHelp("write `||` for or; instead of a pipe write f(x)")
	case '&':
		return 0, s.errorf(i, i+1, "`&` is not part of an expression").withHelp("write `&&` for and")
	case ';':
		return 0, s.errorf(i, i+1, "`;` is not part of an expression: there is one expression, and no statements")
	case '=':
		return 0, s.errorf(i, i+1, "`=` does not compare").withHelp("write `==`")
	case '$':
		if rest, _, _ := strings.Cut(string(s.runes[i+1:]), " "); strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "[") {
			return 0, s.errorf(i, i+1, "`$` is not part of an expression, and JSONPath is not spoken").withHelp("what JSON has is in body: write body%s", rest)
		}
		return 0, s.errorf(i, i+1, "`$` is not part of an expression").withHelp("write the name alone: the text around it has the ${…}")
	default:
		if !strings.ContainsRune("<>!+-*/%^?:,.#", c) {
			e := s.errorf(i, i+1, "`%c` is not part of an expression", c)
			if help := meant(string(c)); help != "" && !unicode.IsLetter(c) {
				e.withHelp("%s", help)
			}
			return 0, e
		}
		return i + 1, nil
	}
}

// quoted is the end of the string that starts at i. In backquotes a doubled one is itself.
func (s *scan) quoted(i int) (int, *Error) {
	quote := s.runes[i]
	for j := i + 1; j < len(s.runes); j++ {
		switch c := s.runes[j]; {
		case c == '\\' && quote != '`':
			j++
		case c == '\n' && quote != '`':
			return 0, s.errorf(i, j, "text is not closed: %c is missing", quote)
		case c == quote && quote == '`' && s.peek(j+1) == '`':
			j++
		case c == quote:
			return j + 1, nil
		}
	}
	return 0, s.errorf(i, len(s.runes), "text is not closed: %c is missing", quote)
}

// number is the end of the number or literal with units at i; what expr-lang cannot read becomes a constant.
func (s *scan) number(i int) (int, *Error) {
	j := i
	for j < len(s.runes) {
		c := s.runes[j]
		exponent := (c == '+' || c == '-') && isDigit(s.peek(j+1)) && (s.runes[j-1] == 'e' || s.runes[j-1] == 'E') &&
			IsDecimal(string(s.runes[i:j-1]))
		if !wordRune(c) && !exponent && (c != '.' || s.peek(j+1) == '.') {
			break
		}
		j++
	}
	lexeme := string(s.runes[i:j])
	if s.peek(j) == '%' && IsDecimal(lexeme) && !s.operandAt(j+1) {
		j++
		lexeme += "%"
	}
	c, err := literal(lexeme)
	if err != nil {
		bad := s.errorf(i, j, "%v", err)
		var unit *unitError
		if errors.As(err, &unit) {
			bad.withHelp("%s", unit.Help())
		}
		return 0, bad
	}
	if c.value != nil {
		// A letter of a block that holds more of them than a source can hold literals.
		name := []rune{'$', rune(0x4e00 + len(s.constants))}
		for len(name) < j-i {
			name = append(name, '_')
		}
		s.constants[string(name)] = c
		copy(s.rewritten[i:], name)
	}
	return j, nil
}

// operandAt reports whether an operand stands at i, after spaces: then a % before it is a modulo.
func (s *scan) operandAt(i int) bool {
	for unicode.IsSpace(s.peek(i)) {
		i++
	}
	c := s.peek(i)
	if wordRune(c) {
		j := i
		for wordRune(s.peek(j)) {
			j++
		}
		w := string(s.runes[i:j])
		return !words[w] || w == "true" || w == "false" || w == "nil"
	}
	return c != 0 && strings.ContainsRune("'\"`([{#", c) || c == '.' && isDigit(s.peek(i+1))
}

// peek is the rune at i, 0 beyond the end.
func (s *scan) peek(i int) rune {
	if i < len(s.runes) {
		return s.runes[i]
	}
	return 0
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

// literal reads a number; its value is nil when expr-lang reads the same.
func literal(lexeme string) (constant, error) {
	plain := strings.ReplaceAll(lexeme, "_", "")
	if IsDecimal(plain) && !strings.Contains(plain, ".") {
		if _, err := strconv.ParseInt(plain, 10, 64); err != nil {
			if plain = strings.TrimLeft(plain, "0"); len(plain) > maxDigits {
				return constant{}, fmt.Errorf("the number is too large: at most %d digits", maxDigits)
			}
			return constant{json.Number(plain), Number}, nil
		}
		return constant{}, nil
	}
	if len(plain) > 1 && plain[0] == '0' && strings.ContainsRune("xXoObB", rune(plain[1])) && len(plain) > 2 {
		if _, err := strconv.ParseInt(plain, 0, 64); err == nil {
			return constant{}, nil
		} else if errors.Is(err, strconv.ErrRange) {
			return constant{}, fmt.Errorf("%s does not fit 64 bits", lexeme)
		}
	}
	if _, err := strconv.ParseFloat(plain, 64); err == nil {
		return constant{}, nil
	} else if errors.Is(err, strconv.ErrRange) {
		return constant{}, fmt.Errorf("%s is too large a number", lexeme)
	}
	if strings.HasSuffix(lexeme, "%") {
		v, err := ParsePercent(lexeme)
		return constant{v, Number}, err
	}
	if _, unit, rest := cutUnit(lexeme); rest == "" && sizes[unit] != 0 {
		v, err := ParseSize(lexeme)
		return constant{v, Number}, err
	}
	v, err := ParseDuration(lexeme)
	return constant{v, Duration}, err
}

// span is the position of the runes from–to, cut at the end of their line.
func (s *scan) span(from, to int) Span {
	line, start := 1, 0
	for i := 0; i < from && i < len(s.runes); i++ {
		if s.runes[i] == '\n' {
			line, start = line+1, i+1
		}
	}
	end := from
	for end < to && end < len(s.runes) && s.runes[end] != '\n' {
		end++
	}
	return Span{Line: line, Col: from - start + 1, Len: end - from}
}

func (s *scan) errorf(from, to int, format string, args ...any) *Error {
	return &Error{Span: s.span(from, to), Message: fmt.Sprintf(format, args...)}
}
