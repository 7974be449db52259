package steps

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	cucumberexpressions "github.com/cucumber/cucumber-expressions/go/v18"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// Pattern is a Cucumber Expression with named parameters, compiled.
type Pattern struct {
	Source  string
	Params  []ir.Parameter
	expr    cucumberexpressions.Expression
	regexp  *regexp.Regexp
	literal string // the text's fixed beginning
}

// argument is what a parameter matched: its text without quotes, and where it stands in the step, in bytes.
type argument struct {
	text       string
	start, end int
}

// Compile makes a pattern; what is wrong with it is a diagnostic whose columns are those of the source.
func (t *Types) Compile(source string, at diag.Pos) (*Pattern, *diag.Diagnostic) {
	fail := func(col, n int, format string, args ...any) *diag.Diagnostic {
		p := at
		p.Col += col
		d := diag.Errorf(diag.At(p, n), "steps/pattern", format, args...)
		return &d
	}
	if strings.TrimSpace(source) == "" {
		d := fail(0, 1, "the definition has no pattern").WithHelp("write the step's words after \"Scenario:\"")
		return nil, &d
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
	for i := 0; i < len(runes); i++ {
		switch {
		case runes[i] == '\\' && i+1 < len(runes):
			put(string(runes[i:i+2]), i)
			i++
		case runes[i] == '{':
			end := i + 1
			for end < len(runes) && runes[end] != '}' {
				end++
			}
			if end == len(runes) {
				d := fail(i, 1, "the { is never closed").WithHelp(`for a literal brace write \{`)
				return nil, &d
			}
			inside := string(runes[i+1 : end])
			name, typ, named := strings.Cut(inside, ":")
			if !named {
				name, typ = "", inside
			}
			if d := t.checkParameter(name, typ, named, i, end-i+1, fail); d != nil {
				return nil, d
			}
			for _, other := range p.Params {
				if named && other.Name == name {
					return nil, fail(i, end-i+1, "two parameters are called %q", name)
				}
			}
			p.Params = append(p.Params, ir.Parameter{Name: name, Type: typ})
			put("{"+prefix+typ+"}", i)
			i = end
		default:
			put(string(runes[i]), i)
		}
	}
	expression, err := cucumberexpressions.NewCucumberExpression(rewritten.String(), t.registry)
	if err != nil {
		col, n, message, help := explained(err.Error())
		if col < len(columns) {
			col = columns[col]
		} else {
			col = len(runes)
		}
		d := fail(col, n, "%s", message)
		if help != "" {
			*d = d.WithHelp("%s", help)
		}
		return nil, d
	}
	p.expr, p.regexp = expression, expression.Regexp()
	p.literal, _ = p.regexp.LiteralPrefix()
	// LiteralPrefix is empty behind the "^" that every expression starts with.
	if inner, err := regexp.Compile(strings.TrimPrefix(p.regexp.String(), "^")); err == nil {
		p.literal, _ = inner.LiteralPrefix()
	}
	return p, nil
}

var identifier = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)

func (t *Types) checkParameter(name, typ string, named bool, col, n int, fail func(int, int, string, ...any) *diag.Diagnostic) *diag.Diagnostic {
	if named && !identifier.MatchString(name) {
		d := fail(col, n, "%q is not a name: letters, digits and _ only", name).WithHelp("write {name:type}")
		return &d
	}
	known := typ == ""
	for _, k := range t.names {
		known = known || k == typ
	}
	if known || strings.HasPrefix(typ, "hoops ") && !named {
		return nil
	}
	d := fail(col, n, "unknown parameter type %q", typ)
	if near := diag.Closest(typ, t.names); near != "" {
		*d = d.WithHelp("did you mean {%s}?", strings.TrimPrefix(name+":"+near, ":"))
	}
	if !named && identifier.MatchString(typ) {
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
	if !p.regexp.MatchString(text) {
		return nil, false
	}
	found, err := p.expr.Match(text)
	if err != nil || found == nil {
		return nil, false
	}
	args := make([]argument, len(found))
	for i, a := range found {
		g := a.Group()
		args[i] = argument{start: g.Start(), end: g.End()}
		if g.Value() == nil {
			continue
		}
		args[i].text = *g.Value()
		if p.Params[i].Type != "string" {
			continue
		}
		for _, c := range g.Children() {
			if c.Value() != nil {
				args[i].text, args[i].start = *c.Value(), c.Start()
			}
		}
	}
	return args, true
}
