package project

import (
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/token"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// trap turns the library's message about a token into a diagnostic with a remedy. The usual traps are values
// that begin with, or contain, a character that YAML keeps for itself.
func (s *source) trap(message string, tk *token.Token) diag.Diagnostic {
	at := s.spanOf(tk, 1)
	rest := s.after(at.Pos)
	line := s.lines[at.Line-1]
	before := line[:len(line)-len(rest)]
	if strings.HasPrefix(message, "could not find end character") {
		at.Len = utf8.RuneCountInString(rest)
		return diag.Errorf(at, codeYAML, "this quote has no end").WithHelp("close it on the same line")
	}
	if indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]; strings.Contains(indent, "\t") {
		at = s.span(at.Line, 1+strings.IndexByte(indent, '\t')-s.markOn(at.Line), 1)
		return diag.Errorf(at, codeYAML, "a tab indents this line").WithHelp("indent with spaces: YAML does not allow tabs")
	}
	first, size := utf8.DecodeRuneInString(rest)
	switch {
	case size == 0:
	case first == '`':
		return s.quoteIt(at, before, rest, "a backtick is reserved in YAML at the beginning of a value")
	case strings.Contains(message, "is a reserved character"), first == '%' && strings.Contains(message, "directive"):
		return s.quoteIt(at, before, rest, "`%c` is reserved in YAML at the beginning of a value", first)
	case first == '{' && strings.HasSuffix(before, "$"):
		at.Col, at.Len = at.Col-1, 2
		return s.quoteIt(at, strings.TrimSuffix(before, "$"), "$"+rest, "`${` inside `{…}` or `[…]` begins a mapping")
	case strings.HasPrefix(message, "invalid header option"), strings.HasPrefix(message, "invalid header"):
		return s.quoteIt(at, before, rest, "`%c` at the beginning of a value begins a text of several lines", first)
	case first == '&' || first == '*' && strings.Contains(message, "undefined"):
		return s.quoteIt(at, before, rest, "`%c` at the beginning of a value names an anchor", first)
	case strings.Contains(message, "pre-defined"):
		return s.behindValue(at, before, rest)
	case strings.HasPrefix(message, "mapping value is not allowed"):
		if value := plainValue(rest); strings.Contains(value, ": ") || strings.HasSuffix(value, ":") {
			at.Len = utf8.RuneCountInString(value)
			return s.quoteIt(at, before, rest, "a colon and a space inside a value begin a mapping")
		}
		return diag.Errorf(at, codeYAML, "a value and keys below it: a key has one or the other").
			WithHelp("remove the value, or move the keys below one of their own")
	case strings.Contains(message, "non-map value is specified"):
		at.Len = utf8.RuneCountInString(plainValue(rest))
		return diag.Errorf(at, codeYAML, "%q is not a key", plainValue(rest)).
			WithHelp("a key ends in a colon and a space: `%s: …`", strings.TrimRight(plainValue(rest), ":"))
	case strings.HasPrefix(message, "value is not allowed in this context"):
		return diag.Errorf(at, codeYAML, "this does not line up with what is above").
			WithHelp("keys of one mapping begin in the same column")
	case strings.Contains(message, "must be specified"):
		return diag.Errorf(at, codeYAML, "%s", strings.Replace(strings.Replace(message, "must be specified", "is expected", 1), "'", "`", -1)).
			WithHelp("inside `{…}` and `[…]` quote a value that has a comma, a bracket or a quote")
	case strings.HasPrefix(message, "block sequence entries"):
		return diag.Errorf(at, codeYAML, "a list cannot begin on the line of its key").
			WithHelp("put each `- ` on a line of its own, or write `[…]`")
	}
	return diag.Errorf(at, codeYAML, "%s", strings.ReplaceAll(message, "'", "`"))
}

func (s *source) markOn(line int) int {
	if line == 1 {
		return s.mark
	}
	return 0
}

// quoteIt shows the value of a line in quotes.
func (s *source) quoteIt(at diag.Range, before, rest, format string, args ...any) diag.Diagnostic {
	d := diag.Errorf(at, codeYAML, format, args...)
	return d.WithHelp("quote it: %s%s", lastKey(before), quoted(flowValue(before, rest)))
}

// behindValue is about what follows a complete value: `"a" == b`, `'it's'`, `*foo bar`.
func (s *source) behindValue(at diag.Range, before, rest string) diag.Diagnostic {
	i := strings.LastIndex(before, ": ")
	if i < 0 {
		return diag.Errorf(at, codeYAML, "a value ended before this")
	}
	value := strings.TrimLeft(before[i+2:], " ") + plainValue(rest)
	switch value[0] {
	case '*', '&', '!':
		at.Col -= utf8.RuneCountInString(before) - utf8.RuneCountInString(before[:len(before)-len(strings.TrimLeft(before[i+2:], " "))])
		at.Len = 1
		return diag.Errorf(at, codeYAML, "`%c` at the beginning of a value names an anchor or a type", value[0]).
			WithHelp("quote it: %s%s", lastKey(before[:i+2]), quoted(value))
	}
	if inner, ok := strings.CutPrefix(value, "'"); ok && strings.Count(value, "'") == 3 && strings.HasSuffix(value, "'") {
		value = strings.TrimSuffix(inner, "'") // an apostrophe: 'it's'
	}
	return diag.Errorf(at, codeYAML, "the quoted value ended before this").
		WithHelp("quote all of it: %s%s", lastKey(before[:i+2]), quoted(value))
}

// lastKey is the `key: ` that stands before a value, for showing the remedy; "" if there is none.
func lastKey(before string) string {
	i := strings.LastIndexAny(before, "{[,")
	key := strings.TrimLeft(before[i+1:], " -")
	if !strings.HasSuffix(strings.TrimRight(key, " "), ":") {
		return ""
	}
	return key
}

// plainValue is a line's value without its comment.
func plainValue(rest string) string {
	value, _, _ := strings.Cut(rest, " #")
	return strings.TrimRight(value, " \t")
}

// flowValue is the value at rest; inside brackets it ends at the comma or bracket that is not its own.
func flowValue(before, rest string) string {
	value := plainValue(rest)
	if strings.Count(before, "{") <= strings.Count(before, "}") && strings.Count(before, "[") <= strings.Count(before, "]") {
		return value
	}
	depth := 0
	for i, c := range value {
		switch c {
		case '{', '[', '(':
			depth++
		case '}', ']', ')':
			depth--
		}
		if depth < 0 || depth == 0 && c == ',' {
			return strings.TrimRight(value[:i], " ")
		}
	}
	return value
}

// quoted is s as a YAML text, in the quotes that need no escapes.
func quoted(s string) string {
	if strings.ContainsAny(s, `"\`) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return `"` + s + `"`
}
