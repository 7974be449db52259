package steps

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// undefined is the obstacle of a step that nothing matches: the closest definition, and one to paste.
func (b *binder) undefined(text phrase, rows []int) ir.Obstacle {
	o := ir.Obstacle{Driver: b.driver, Status: "undefined", Message: "undefined step for driver " + b.driver, Rows: rows, Column: b.column}
	if strings.TrimSpace(text.text) == "" {
		o.Help = append(o.Help, "write the step's words behind its keyword")
		return o
	}
	if own := b.library.OwnDriver(text.text); own != "" {
		o.Help = append(o.Help, fmt.Sprintf("it is a phrase of the driver %s", own))
	} else if near := b.library.closest(b.driver, text.text); near != "" {
		o.Help = append(o.Help, "closest: "+near)
	}
	if strings.Count(strings.ReplaceAll(text.text, `\"`, ""), `"`)%2 == 1 {
		o.Help = append(o.Help, `a " is missing: there is an odd number of them`)
	}
	o.Help = append(o.Help, "define it in a *.steps.feature file:\n"+stub(text, b.columnType))
	return o
}

// columnType is the first type that the cells of a column all have.
func (b *binder) columnType(v ir.Part) string {
	for j, c := range b.context.Columns {
		if v.Origin != ir.OfRow || v.Expr != rowExpression(c) {
			continue
		}
		for _, typ := range []string{"int", "number", "word"} {
			if !slices.ContainsFunc(b.context.Rows, func(row []Cell) bool { return !b.library.types.Accepts(typ, row[j].Text) }) {
				return typ
			}
		}
		return ""
	}
	return "word"
}

// values are the texts in a step that a definition takes as parameters.
var values = []struct {
	text *regexp.Regexp
	typ  string
}{
	{regexp.MustCompile(`^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')`), "string"},
	{regexp.MustCompile(`^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+`), "duration"},
	{regexp.MustCompile(`^-?\d+(?:\.\d+)?%`), "percent"},
	{regexp.MustCompile(`^-?\d+\.\d+`), "number"},
	{regexp.MustCompile(`^-?\d+`), "int"},
}

// each cuts a text into what is a value, with the name of its type, and what is not. Quotes and digits inside a
// word are none.
func each(text string, visit func(piece, typ string)) {
	before, literal := ' ', 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		typ := ""
		switch {
		case isPlaceholder(r):
			typ = "placeholder"
		case !wordly(before):
			for _, v := range values {
				at := v.text.FindStringIndex(text[i:])
				if at == nil {
					continue
				}
				after, _ := utf8.DecodeRuneInString(text[i+at[1]:])
				if v.typ == "string" || v.typ == "percent" || !wordly(after) {
					typ, size = v.typ, at[1]
					break
				}
			}
		}
		if typ != "" {
			if literal < i {
				visit(text[literal:i], "")
			}
			visit(text[i:i+size], typ)
			literal = i + size
		}
		i += size
		before, _ = utf8.DecodeLastRuneInString(text[:i])
	}
	if literal < len(text) {
		visit(text[literal:], "")
	}
}

func wordly(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_'
}

var special = regexp.MustCompile(`[\\/(){}]`)

// stub is a definition to paste that matches a step's text.
func stub(p phrase, placeholder func(ir.Part) string) string {
	var b strings.Builder
	each(p.text, func(piece, typ string) {
		switch typ {
		case "":
			b.WriteString(special.ReplaceAllString(piece, `\$0`))
			return
		case "placeholder":
			r, _ := utf8.DecodeRuneInString(piece)
			typ = placeholder(p.values[r-firstPlaceholder])
		}
		b.WriteString("{" + typ + "}")
	})
	return fmt.Sprintf("  Scenario: %s\n    When I GET \"/\"", b.String())
}

var parameters = regexp.MustCompile(`\{[^}]*\}`)

// bare is a text without its values.
func bare(text string) string {
	var b strings.Builder
	each(text, func(piece, typ string) {
		if typ == "" {
			b.WriteString(piece)
		}
	})
	return strings.Join(strings.Fields(b.String()), " ")
}
