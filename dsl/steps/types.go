package steps

import (
	"regexp"
	"strings"

	cucumberexpressions "github.com/cucumber/cucumber-expressions/go/v18"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
)

// Type is a parameter type of hoops.yaml: its name, and the regular expression that its values match.
type Type struct {
	Name    string
	Pattern string
	Pos     diag.Pos
}

// placeholder characters stand for ${…} and <column> while a step is matched: the n-th is firstPlaceholder+n.
const (
	firstPlaceholder = 0xF0000
	lastPlaceholder  = 0xFFFFD
	anyPlaceholder   = `[\x{F0000}-\x{FFFFD}]`
)

// builtin are the types of Cucumber Expressions, of hoops, and those that only the vocabulary uses. A
// placeholder may stand for a whole parameter of any of them; inside a quoted one it is a character like
// others. That int is written twice is Cucumber's way.
var builtin = []struct{ name, pattern string }{
	{"int", `-?\d+`},
	{"byte", `-?\d+`},
	{"short", `-?\d+`},
	{"long", `-?\d+`},
	{"biginteger", `-?\d+`},
	{"float", `[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?`},
	{"double", `[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?`},
	{"bigdecimal", `[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?`},
	{"number", `[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?`},
	{"percent", `[-+]?\d*\.?\d+ ?%`},
	{"duration", `(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+`},
	{"word", `[^\s]+`},
	{"string", `"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'`},
	{"", `.*`},
	{"hoops method", `GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS`},
	{"hoops class", `[1-5]xx`},
	{"hoops name", `[\pL_][\pL\pN_]*`},
	{"hoops expression", `.+`},
	{"hoops step", `.+`},
	{"hoops target", targetPattern},
}

// Types compiles patterns. It holds what hoops.yaml adds to the built-in types.
type Types struct {
	plain    *cucumberexpressions.ParameterTypeRegistry // of texts without placeholders: Cucumber's own expressions
	tolerant *cucumberexpressions.ParameterTypeRegistry // a placeholder may stand for a whole parameter
	names    []string                                   // as users may write them
	regexps  map[string]*regexp.Regexp
	custom   map[string]string   // types of hoops.yaml: their regular expressions
	groups   map[string]int      // capturing groups of a parameter of the type, its own included
	compiled map[string]*Pattern // definitions for several drivers have the same
}

// prefix keeps our types apart from those that the library declares itself.
const prefix = "hoops."

// hoopsOwn begins the names of types that only the vocabulary uses.
const hoopsOwn = "hoops "

// NewTypes registers the types; one that cannot be is a diagnostic at its place.
func NewTypes(custom []Type) (*Types, diag.List) {
	t := &Types{plain: cucumberexpressions.NewParameterTypeRegistry(), tolerant: cucumberexpressions.NewParameterTypeRegistry(), regexps: map[string]*regexp.Regexp{}, custom: map[string]string{}, groups: map[string]int{}, compiled: map[string]*Pattern{}}
	for _, b := range builtin {
		if err := t.register(b.name, b.pattern); err != nil {
			panic(err)
		}
	}
	var found diag.List
	for _, c := range custom {
		at := diag.At(c.Pos, len([]rune(c.Name)))
		if t.regexps[c.Name] != nil {
			found = append(found, diag.Errorf(at, "steps/type", "the type %q exists already", c.Name))
			continue
		}
		if err := t.register(c.Name, c.Pattern); err != nil {
			found = append(found, diag.Errorf(at, "steps/type", "the type %q cannot be used: %v", c.Name, err).
				WithHelp(`write its values as a regular expression: %s: red|green|blue`, c.Name))
			continue
		}
		t.custom[c.Name] = c.Pattern
	}
	return t, found
}

func (t *Types) register(name, pattern string) error {
	part, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	whole, err := regexp.Compile(`^(?:` + pattern + `)$`)
	if err != nil {
		return err
	}
	plain := []*regexp.Regexp{part}
	if name == "int" {
		plain = append(plain, regexp.MustCompile(`\d+`))
	}
	if err := define(t.plain, name, plain); err != nil {
		return err
	}
	if err := define(t.tolerant, name, append(plain, regexp.MustCompile(anyPlaceholder))); err != nil {
		return err
	}
	t.regexps[name] = whole
	t.groups[name] = 1 + part.NumSubexp()
	if name != "" && !strings.HasPrefix(name, hoopsOwn) {
		t.names = append(t.names, name)
	}
	return nil
}

func define(types *cucumberexpressions.ParameterTypeRegistry, name string, patterns []*regexp.Regexp) error {
	typ, err := cucumberexpressions.NewParameterType(prefix+name, patterns, name, nil, false, false, false)
	if err != nil {
		return err
	}
	return types.DefineParameterType(typ)
}

// Accepts reports whether a value is one of the type, as a whole.
func (t *Types) Accepts(typ, value string) bool {
	r := t.regexps[typ]
	if r == nil || typ == "string" || typ == "hoops expression" || typ == "hoops step" || typ == "hoops target" {
		return true // any text can be such a value
	}
	if typ == "duration" {
		_, err := expr.ParseDuration(value)
		return err == nil
	}
	return r.MatchString(value)
}
