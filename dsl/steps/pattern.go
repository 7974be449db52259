package steps

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	cucumberexpressions "github.com/cucumber/cucumber-expressions/go/v18"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// Pattern is a Cucumber Expression with named parameters, compiled.
type Pattern struct {
	Source   string
	Params   []ir.Parameter
	groups   []int // of each parameter, in both expressions
	plain    *regexp.Regexp
	tolerant func() *regexp.Regexp // of texts with placeholders; few patterns meet one
	literal  string                // what every text begins with
}

// argument is what a parameter matched: its text without quotes, and the byte of the step that it starts at.
type argument struct {
	text  string
	start int
}

// Compile makes a pattern; what is wrong with it is a diagnostic whose columns are those of the source.
func (t *Types) Compile(source string, at diag.Pos) (*Pattern, *diag.Diagnostic) {
	if p := t.compiled[source]; p != nil {
		return p, nil
	}
	p, wrong := t.compile(source, at, false)
	if wrong == nil {
		t.compiled[source] = p
	}
	return p, wrong
}

// compile makes a pattern; vocabulary says that it may use the vocabulary's own types.
func (t *Types) compile(source string, at diag.Pos, vocabulary bool) (*Pattern, *diag.Diagnostic) {
	fail := func(col, n int, format string, args ...any) *diag.Diagnostic {
		p := at
		p.Col += col
		d := diag.Errorf(diag.At(p, n), "steps/pattern", format, args...)
		return &d
	}
	p := &Pattern{Source: source}
	var rewritten strings.Builder
	var columns []int // of each rune of rewritten, in source
	put := func(s string, col int) {
		for range s {
			columns = append(columns, col)
		}
		rewritten.WriteString(s)
	}
	runes := []rune(source)
	if m := regular.FindStringIndex(escape.ReplaceAllString(source, "  ")); m != nil {
		d := fail(utf8.RuneCountInString(source[:m[0]]), utf8.RuneCountInString(source[m[0]:m[1]]), "a pattern is a Cucumber Expression, and this is of a regular expression").
			WithHelp("write {n:int} for a number, {name:string} for a quoted text, {name:} for anything; an expression of your own is a type, under types: in hoops.yaml")
		return nil, &d
	}
	for i := 0; i < len(runes); i++ {
		switch {
		case runes[i] == '\\' && i+1 < len(runes):
			put(string(runes[i:i+2]), i)
			i++
		case runes[i] == '{':
			end := i + 1
			for end < len(runes) && runes[end] != '}' {
				if runes[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(runes) {
				d := fail(i, 1, "the '{' does not have a matching '}'").WithHelp(`for a literal brace write \{`)
				return nil, &d
			}
			inside := string(runes[i+1 : end])
			name, typ, named := strings.Cut(inside, ":")
			if !named {
				name, typ = "", inside
			}
			if own := vocabulary && strings.HasPrefix(typ, hoopsOwn); !own {
				if d := t.checkParameter(name, typ, named, i, end-i+1, fail); d != nil {
					return nil, d
				}
			}
			for _, other := range p.Params {
				if named && other.Name == name {
					return nil, fail(i, end-i+1, "two parameters are called %q", name)
				}
			}
			if len(p.Params) == mostParameters {
				d := fail(i, end-i+1, "a pattern has at most %d parameters", mostParameters).WithHelp("let a table below the step say the rest")
				return nil, &d
			}
			p.Params = append(p.Params, ir.Parameter{Name: name, Type: typ, Pattern: t.custom[typ]})
			put("{"+prefix+typ+"}", i)
			i = end
		default:
			put(string(runes[i]), i)
		}
	}
	text := rewritten.String()
	expression, err := cucumberexpressions.NewCucumberExpression(text, t.plain)
	if err != nil {
		col, n, message, help := explained(err.Error())
		columns = append(columns, len(runes))
		from, to := columns[min(col, len(columns)-1)], columns[min(col+n, len(columns)-1)]
		d := fail(from, max(1, to-from), "%s", message)
		if help != "" {
			help, _, _ = strings.Cut(help, ". Otherwise rephrase") // and use a regular expression, which no pattern is
			*d = d.WithHelp("%s", help)
		}
		return nil, d
	}
	p.plain = expression.Regexp()
	p.tolerant = sync.OnceValue(func() *regexp.Regexp {
		e, err := cucumberexpressions.NewCucumberExpression(text, t.tolerant)
		if err != nil {
			panic("the same pattern, and not the same: " + err.Error()) // both know the same types
		}
		return e.Regexp()
	})
	group := 1
	for _, param := range p.Params {
		p.groups = append(p.groups, group)
		group += t.groups[param.Type]
	}
	p.literal = fixedBeginning(source)
	return p, nil
}

// mostParameters of a pattern: to match takes time that grows with the text times the parameters.
const mostParameters = 50

// regular is what stands in regular expressions alone: as words of a pattern no step would have it.
var regular = regexp.MustCompile(`\\[dwsDWS][+*]?|\(\.[*+]\??\)|\(\[|\(\?:`)

var escape = regexp.MustCompile(`\\[\\/(){} ]`) // of two bytes

// fixedBeginning is the words of a pattern before the first that holds anything but itself.
func fixedBeginning(source string) string {
	i := strings.IndexAny(source, `{(/\`)
	if i < 0 {
		return source
	}
	return source[:strings.LastIndexByte(source[:i], ' ')+1]
}

var identifier = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)

func (t *Types) checkParameter(name, typ string, named bool, col, n int, fail func(int, int, string, ...any) *diag.Diagnostic) *diag.Diagnostic {
	if named && !expr.IsName(name) {
		d := fail(col, n, "%q is not a name", name).WithHelp("write {name:type}, the name with letters, digits and _, and no word of the language")
		return &d
	}
	if typ == "" || slices.Contains(t.names, typ) {
		return nil
	}
	if i := strings.IndexAny(typ, `{}()\/`); i >= 0 {
		before := utf8.RuneCountInString(typ[:i])
		if named {
			before += utf8.RuneCountInString(name + ":")
		}
		d := fail(col+1+before, 1, `parameter names may not contain '{', '}', '(', ')', '\' or '/'`).
			WithHelp(`for one as it stands write a \ before it; a type of your own stands under types: in hoops.yaml`)
		return &d
	}
	d := fail(col, n, "undefined parameter type '%s'", typ)
	if near := diag.Closest(typ, t.names); near != "" {
		*d = d.WithHelp("did you mean {%s}?", strings.TrimPrefix(name+":"+near, ":"))
	}
	if !named && expr.IsName(typ) {
		*d = d.WithHelp("for a parameter called %s write {%s:string}", typ, typ)
	}
	*d = d.WithHelp("types are %s, and those under types: in hoops.yaml", strings.Join(t.names, ", "))
	return d
}

var problemAt = regexp.MustCompile(`at column (\d+)`)

// explained takes the library's message apart: it is a text with a column, the expression, a caret line, the
// problem and a remedy.
func explained(text string) (col, n int, message, help string) {
	if m := problemAt.FindStringSubmatch(text); m != nil {
		col, _ = strconv.Atoi(m[1])
		col--
	}
	n = 1
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, l := range lines {
		if trimmed := strings.TrimSpace(l); i > 0 && trimmed != "" && strings.Trim(trimmed, "^-") == "" {
			n = utf8.RuneCountInString(trimmed)
			lines = lines[i+1:]
			break
		}
	}
	if len(lines) == 0 {
		return col, n, "the pattern is not a Cucumber Expression", ""
	}
	message = strings.TrimSuffix(strings.TrimSpace(lines[0]), ".")
	help = strings.TrimSpace(strings.Join(lines[1:], " "))
	return col, n, lowerFirst(message), lowerFirst(strings.TrimSuffix(help, "."))
}

func lowerFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return strings.ToLower(string(r)) + s[size:]
}

// match is the arguments of a step's text, in the order of Params; false when it does not match.
func (p *Pattern) match(text string) ([]argument, bool) {
	expression := p.plain
	if placeholderIn(text) >= 0 {
		expression = p.tolerant()
	}
	at := expression.FindStringSubmatchIndex(text)
	if at == nil {
		return nil, false
	}
	args := make([]argument, len(p.Params))
	for i, g := range p.groups {
		start, end := at[2*g], at[2*g+1]
		if p.Params[i].Type == "string" { // one group for each kind of quote, none for a placeholder
			for inner := g + 1; inner <= g+2; inner++ {
				if at[2*inner] >= 0 {
					start, end = at[2*inner], at[2*inner+1]
				}
			}
		}
		if start < 0 { // a parameter of an alternative that was not taken
			start, end = 0, 0
		}
		args[i] = argument{text[start:end], start}
	}
	return args, true
}
