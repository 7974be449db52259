package pick

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	tagexpressions "github.com/cucumber/tag-expressions/go/v6"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// longest bounds a tag expression, in bytes: its evaluation is recursive.
const longest = 4 << 10

// Tags is a Cucumber tag expression: "@journey and not (@slow or @wip)".
type Tags struct {
	expr  tagexpressions.Evaluatable
	names []string
}

// Match reports whether the expression holds for a scenario with these tags.
func (t *Tags) Match(tags []string) bool { return t.expr.Evaluate(tags) }

// Names is the tags that the expression names, each once, in order.
func (t *Tags) Names() []string { return t.names }

// Error says what is wrong with a tag expression and where in it: Len runes from the 1-based column Col.
type Error struct {
	Expr    string
	Col     int
	Len     int
	Message string
	Help    []string
}

func (e *Error) Error() string {
	return fmt.Sprintf("tag expression %q, column %d: %s", e.Expr, e.Col, e.Message)
}

// Diagnostic is the error where the expression begins at a place, for one that stands in hoops.yaml.
func (e *Error) Diagnostic(at diag.Pos) diag.Diagnostic {
	if at.Col > 0 {
		at.Col += e.Col - 1
	}
	d := diag.Errorf(diag.At(at, e.Len), "pick/tag-expression", "%s", e.Message)
	d.Help = e.Help
	return d
}

// ParseTags reads a tag expression. The library finds few mistakes and panics on some, so they are found here:
// a forgotten operand, a name without "@" that could never match, and the syntaxes of older Cucumbers.
func ParseTags(expr string) (*Tags, *Error) {
	if len(expr) > longest {
		return nil, &Error{Expr: expr[:64] + "…", Col: 1, Message: fmt.Sprintf("a tag expression of %d bytes; expected at most %d", len(expr), longest)}
	}
	words, err := tokenise(expr)
	if err == nil {
		err = check(expr, words)
	}
	if err != nil {
		if better, ok := modern(expr); ok {
			err.Help = []string{"write: " + better}
		}
		return nil, err
	}
	tree, failure := parse(expr)
	if failure != nil {
		return nil, &Error{Expr: expr, Col: 1, Len: len([]rune(expr)), Message: failure.Error()}
	}
	t := &Tags{expr: tree}
	for _, w := range words {
		if !w.reserved() && !slices.Contains(t.names, w.text) {
			t.names = append(t.names, w.text)
		}
	}
	return t, nil
}

func parse(expr string) (tree tagexpressions.Evaluatable, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("no tag expression (%v)", p)
		}
	}()
	return tagexpressions.Parse(expr)
}

type word struct {
	text string // unescaped
	col  int    // 1-based, in runes
	len  int
}

func (w word) reserved() bool {
	return slices.Contains([]string{"and", "or", "not", "(", ")"}, w.text)
}

// tokenise splits as the library does: at white space and brackets, a backslash escaping either.
func tokenise(expr string) ([]word, *Error) {
	var words []word
	var text strings.Builder
	start, escaped := 0, 0 // columns, 0 is none
	end := func(col int) {
		if start > 0 {
			words = append(words, word{text.String(), start, col - start})
			text.Reset()
			start = 0
		}
	}
	col := 0
	for _, c := range expr {
		col++
		switch {
		case escaped > 0:
			if c != '(' && c != ')' && c != '\\' && !unicode.IsSpace(c) {
				return nil, &Error{Expr: expr, Col: escaped, Len: 2, Message: `a backslash before an ordinary character; expected \(, \), \\ or a backslash and a space`}
			}
			text.WriteRune(c)
			escaped = 0
		case c == '(' || c == ')' || unicode.IsSpace(c):
			end(col)
			if !unicode.IsSpace(c) {
				words = append(words, word{string(c), col, 1})
			}
		default:
			if start == 0 {
				start = col
			}
			if c == '\\' {
				escaped = col
			} else {
				text.WriteRune(c)
			}
		}
	}
	if escaped > 0 {
		return nil, &Error{Expr: expr, Col: escaped, Len: 1, Message: "a backslash at the end escapes nothing"}
	}
	end(col + 1)
	return words, nil
}

// check walks the words with what may come next, as the grammar has it.
func check(expr string, words []word) *Error {
	fail := func(w word, format string, args ...any) *Error {
		return &Error{Expr: expr, Col: w.col, Len: w.len, Message: fmt.Sprintf(format, args...)}
	}
	if len(words) == 0 {
		return &Error{Expr: expr, Col: 1, Message: "the tag expression is empty; expected a tag, as in @journey", Help: []string{"leave it out to select everything"}}
	}
	operand := true // a tag, "not" or "(" is expected
	var open []word
	for i, w := range words {
		switch w.text {
		case "and", "or":
			if operand {
				return fail(w, "%q has nothing to its left; expected a tag", w.text)
			}
			operand = true
		case ")":
			if operand {
				return fail(w, `")" comes too early; expected a tag`)
			}
			if len(open) == 0 {
				return fail(w, `")" closes nothing; expected a "(" before it`)
			}
			open = open[:len(open)-1]
		default:
			if !operand {
				e := fail(w, `%q follows %q without "and" or "or" between`, w.text, words[i-1].text)
				if strings.HasPrefix(w.text, "@") {
					e.Help = []string{fmt.Sprintf("write: %s and %s", words[i-1].text, w.text)}
				}
				return e
			}
			switch {
			case w.text == "not":
			case w.text == "(":
				open = append(open, w)
			default:
				if e := checkTag(expr, w); e != nil {
					return e
				}
				operand = false
			}
		}
	}
	last := words[len(words)-1]
	if operand {
		return fail(last, "%q has nothing to its right; expected a tag", last.text)
	}
	if len(open) > 0 {
		return fail(open[len(open)-1], `"(" is not closed; expected a ")"`)
	}
	return nil
}

func checkTag(expr string, w word) *Error {
	e := &Error{Expr: expr, Col: w.col, Len: w.len}
	switch {
	case strings.HasPrefix(w.text, "~@"), strings.HasPrefix(w.text, "!@"):
		e.Message = fmt.Sprintf("%q is not written so in a tag expression; expected \"not %s\"", w.text, w.text[1:])
	case strings.Contains(w.text, ",@"), strings.Contains(w.text, ",~@"):
		e.Message = `a comma does not join tags; expected "or"`
	case strings.Contains(w.text, "&&"):
		e.Message = `"&&" does not join tags; expected "and"`
	case strings.Contains(w.text, "||"):
		e.Message = `"||" does not join tags; expected "or"`
	case w.text == "@":
		e.Message = `"@" is no tag; expected a name after it`
	case !strings.HasPrefix(w.text, "@"):
		e.Message = fmt.Sprintf("%q is no tag; a tag begins with \"@\"", w.text)
		if !strings.ContainsAny(w.text, "~!&|,") && !operators.MatchString(w.text) {
			e.Help = []string{"did you mean @" + w.text + "?"}
		}
	default:
		return nil
	}
	return e
}

var operators = regexp.MustCompile(`(?i)^(and|or|not)$`)

// older are the ways to write the operators that other tools and older Cucumbers have.
var older = []struct {
	re  *regexp.Regexp
	new string
}{
	{regexp.MustCompile(`&&`), " and "},
	{regexp.MustCompile(`\|\|`), " or "},
	{regexp.MustCompile(`\s*,\s*([~!@])`), " or $1"},
	{regexp.MustCompile(`[~!]\s*([@(])`), "not $1"},
}

// modern rewrites an older syntax; false when that does not make it valid. There a comma bound closer than "&&".
func modern(expr string) (string, bool) {
	out := expr
	if parts := strings.Split(out, "&&"); len(parts) > 1 && !strings.ContainsAny(out, "()") {
		for i, p := range parts {
			if strings.Contains(p, ",") {
				parts[i] = "(" + strings.TrimSpace(p) + ")"
			}
		}
		out = strings.Join(parts, "&&")
	}
	for _, o := range older {
		out = o.re.ReplaceAllString(out, o.new)
	}
	fields := strings.Fields(out)
	for i, f := range fields {
		if operators.MatchString(f) {
			fields[i] = strings.ToLower(f)
		}
	}
	if out = strings.Join(fields, " "); out == expr {
		return "", false
	}
	words, err := tokenise(out)
	return out, err == nil && check(out, words) == nil
}
