package steps

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// undefined is the obstacle of a step that nothing matches: the closest definition, and one to paste.
func (l *Library) undefined(driver string, line Line, text phrase, rows []int) ir.Obstacle {
	o := ir.Obstacle{Driver: driver, Status: "undefined", Message: "undefined step for driver " + driver, Rows: rows}
	if near := l.closest(driver, line.Text); near != "" {
		o.Help = append(o.Help, "closest: "+near)
	}
	o.Help = append(o.Help, "define it in a *.steps.feature file:\n"+Stub(line.Text))
	return o
}

var (
	quoted  = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`)
	numbers = regexp.MustCompile(`-?\d+(?:\.\d+)?`)
	special = regexp.MustCompile(`[\\/(){}]`)
	holes   = regexp.MustCompile(`\$\{[^}]*\}|<[^<>\s][^<>]*>`)
)

// Stub is a definition to paste that matches a step's text.
func Stub(text string) string {
	var b strings.Builder
	rest := text
	for rest != "" {
		at := firstOf(rest, quoted, holes, numbers)
		if at == nil {
			b.WriteString(special.ReplaceAllString(rest, `\$0`))
			break
		}
		b.WriteString(special.ReplaceAllString(rest[:at[0]], `\$0`))
		hit := rest[at[0]:at[1]]
		switch {
		case hit[0] == '"' || hit[0] == '\'':
			b.WriteString("{string}")
		case hit[0] == '$' || hit[0] == '<':
			b.WriteString("{word}")
		case strings.Contains(hit, "."):
			b.WriteString("{number}")
		default:
			b.WriteString("{int}")
		}
		rest = rest[at[1]:]
	}
	return fmt.Sprintf("  Scenario: %s\n    When I GET \"/\"", b.String())
}

// firstOf is the earliest match of any of the expressions; of those at one place the first expression's.
func firstOf(text string, list ...*regexp.Regexp) []int {
	var best []int
	for _, r := range list {
		if at := r.FindStringIndex(text); at != nil && (best == nil || at[0] < best[0]) {
			best = at
		}
	}
	return best
}

// closest is the definition or phrase whose words are nearest to the text's, values left out.
func (l *Library) closest(driver, text string) string {
	words := bare(text)
	where := map[string]string{}
	var candidates []string
	add := func(pattern, label string) {
		c := bare(pattern)
		if _, known := where[c]; !known && c != "" {
			where[c] = label
			candidates = append(candidates, c)
		}
	}
	for _, d := range l.Definitions {
		if (d.Driver == driver || d.Driver == "") && !d.IsUndo {
			add(d.Pattern, fmt.Sprintf("%s (%s:%d)", d.Pattern, d.Pos.File, d.Pos.Line))
		}
	}
	for _, e := range l.entries {
		if e.driver == "" || e.driver == "http" || e.driver == driver {
			add(e.source, e.shown()+" (vocabulary)")
		}
	}
	return where[diag.Closest(words, candidates)]
}

var parameters = regexp.MustCompile(`\{[^}]*\}`)

// bare is a text or pattern without values and parameters.
func bare(text string) string {
	for _, r := range []*regexp.Regexp{parameters, quoted, holes, numbers} {
		text = r.ReplaceAllString(text, "")
	}
	return strings.Join(strings.Fields(text), " ")
}
