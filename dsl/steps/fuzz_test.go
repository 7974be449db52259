package steps

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// FuzzPattern holds, for any pattern and any step: what is wrong is said inside of what was written; arguments lie
// in the step, in the order of the parameters, and are of their types; the index finds what the pattern matches;
// and the stub that is shown for an undefined step matches that step.
func FuzzPattern(f *testing.F) {
	for _, c := range patterns {
		f.Add(c.pattern, c.pattern)
		for _, text := range c.texts {
			f.Add(c.pattern, text)
		}
	}
	f.Add("the {product:string} costs {price:number}", `the "${row.a}" costs ${price} and <b>`)
	f.Add("within {d:duration} x", `within 1h I GET "/${urlencode("}")}"`)
	f.Add("a {x:percent}", `\${x} $ ${ ${} 10%`)
	types := custom(f)
	vocabulary := NewLibrary(types)
	f.Fuzz(func(t *testing.T, source, text string) {
		// What no parsed feature holds: a name or a step is one line of text, without space around it.
		if !oneLineOfText(source) || !oneLineOfText(text) {
			return
		}
		at := diag.Pos{File: "a.steps.feature", Line: 3, Col: 13}
		p, wrong := types.Compile(source, at)
		if wrong != nil {
			within(t, *wrong, at, source)
		} else {
			matches(t, types, p, text)
		}
		l := vocabulary.withoutDefinitions()
		d := &Definition{Definition: ir.Definition{Pattern: source, Driver: "http", Pos: at}}
		defined := wrong == nil && source != "" // an expression may be empty, a definition may not
		if list := l.Define(d); (list == nil) != defined {
			t.Fatalf("%q compiles: %v, is defined: %v", source, wrong, list)
		}
		if defined {
			_, same := p.match(text)
			if found := l.lookup("http", text, nil, &tried{}); same != (len(found.definitions) == 1) {
				t.Fatalf("%q matches %q: %v, and is found: %v", source, text, same, found.definitions)
			}
		}
		line := diag.Pos{File: "a.feature", Line: 7, Col: 11}
		names := NewNames([]string{"token"})
		steps, list := l.Bind([]Line{{Text: text, Pos: line}}, Context{Drivers: []string{"http"}, Names: names})
		for _, d := range list {
			within(t, d, line, text)
		}
		for _, o := range steps[0].Obstacles {
			if o.Status != "undefined" {
				t.Fatalf("%q: one definition, and %q is %s", source, text, o.Status)
			}
			stubMatches(t, types, o, text)
		}
	})
}

// withoutDefinitions shares the vocabulary, which takes long to compile.
func (l *Library) withoutDefinitions() *Library {
	return &Library{
		types: l.types, vocabulary: l.vocabulary, entries: l.entries,
		byDriver: map[string]*index[*Definition]{}, known: map[definitionKey]*Definition{}, near: map[string]*candidates{},
	}
}

func oneLineOfText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsAny(s, "\n\r\x00") && strings.TrimSpace(s) == s
}

// within holds that a diagnostic points into a text that begins at a place, or right behind its end.
func within(t *testing.T, d diag.Diagnostic, at diag.Pos, text string) {
	t.Helper()
	if d.Message == "" || d.Code == "" || d.Severity == diag.Unset {
		t.Fatalf("incomplete: %+v", d)
	}
	r := d.Range
	if r.File != at.File || r.Line != at.Line || r.Col < at.Col || r.Len < 1 || r.Col+r.Len > at.Col+utf8.RuneCountInString(text)+1 {
		t.Fatalf("%s: %v and %d runes lie outside of %q", d.FirstLine(), r.Pos, r.Len, text)
	}
}

func matches(t *testing.T, types *Types, p *Pattern, text string) {
	t.Helper()
	args, ok := p.match(text)
	if !ok {
		return
	}
	if len(args) != len(p.Params) || !strings.HasPrefix(text, p.literal) {
		t.Fatalf("%q matches %q: %v, beginning %q", p.Source, text, args, p.literal)
	}
	end := 0
	for i, a := range args {
		if a.start < end || text[a.start:a.start+len(a.text)] != a.text {
			t.Fatalf("%q in %q: %q stands at %d, and the last ended at %d", p.Source, text, a.text, a.start, end)
		}
		end = a.start + len(a.text)
		placeholder := strings.IndexFunc(a.text, isPlaceholder) >= 0
		// A duration that is too long to count is said when the step is bound.
		if typ := p.Params[i].Type; !placeholder && typ != "duration" && !types.Accepts(typ, a.text) {
			t.Fatalf("%q: %q is no %s", p.Source, a.text, typ)
		}
	}
}

// stubMatches holds that a step has help, and that the definition shown for it, pasted, is one, and matches it.
func stubMatches(t *testing.T, types *Types, o ir.Obstacle, text string) {
	t.Helper()
	if strings.TrimSpace(text) == "" {
		return
	}
	if len(o.Help) == 0 {
		t.Fatalf("%q has no help", text)
	}
	_, pasted, shown := strings.Cut(o.Help[len(o.Help)-1], "Scenario: ")
	if !shown {
		return // a phrase with a mistake, and what is wrong with it
	}
	pattern, _, _ := strings.Cut(pasted, "\n")
	p, wrong := types.Compile(pattern, diag.Pos{})
	if wrong != nil {
		t.Fatalf("the stub of %q is no pattern: %q: %s", text, pattern, wrong.Message)
	}
	// The stub of "within 1h I log in" is that of "I log in".
	for of := text; ; {
		if whole, bad := cut(oneLine(of, diag.Pos{}), nil); bad == nil {
			if _, ok := p.match(whole.text); ok {
				return
			}
		}
		_, rest, more := strings.Cut(of, " ")
		if !more || !strings.HasPrefix(text, "within ") {
			t.Fatalf("the stub %q does not match %q", pattern, text)
		}
		of = rest
	}
}
