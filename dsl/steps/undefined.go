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
	wrong, certain := b.hint(text)
	o.Help = append(o.Help, wrong...)
	if certain {
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
	o.Help = append(o.Help, "define it in a *.steps.feature file:\n"+b.stub(text))
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

// mostStubbed is how many parameters a stub has: the last one stands for all that follows.
const mostStubbed = mostParameters / 2

var special = regexp.MustCompile(`[\\/(){}]`)

// stub is a definition to paste that matches a step's text and reads what stands below it. Its last line fails until
// somebody has written what the step does.
func (b *binder) stub(p phrase) string {
	var pattern strings.Builder
	parameters := 0
	each(p.text, func(piece, typ string) {
		if parameters == mostStubbed {
			return
		}
		if typ != "" {
			parameters++
		}
		if parameters == mostStubbed {
			pattern.WriteString("{}")
			return
		}
		switch typ {
		case "":
			pattern.WriteString(special.ReplaceAllString(piece, `\$0`))
			return
		case "placeholder":
			r, _ := utf8.DecodeRuneInString(piece)
			typ = b.columnType(p.values[r-firstPlaceholder])
		}
		pattern.WriteString("{" + typ + "}")
	})
	first := `When I GET "/"`
	switch b.driver {
	case "browser":
		first = `When I open "/"`
	case "shell":
		first = `# When I run "…"` // which writes, so that no within could repeat it
	}
	return fmt.Sprintf("  Scenario: %s\n    %s\n    Then I expect \"TODO\" == \"done%s\"", pattern.String(), first, b.handedOver())
}

// handedOver are the placeholders that read what stands below a line: a table by its header row, where it has one.
func (b *binder) handedOver() string {
	given := ""
	if t := b.line.Table; t != nil {
		given = " with ${rows}"
		if len(t.Rows) > 1 {
			given = " with ${table}"
		}
	}
	if b.line.Doc != nil {
		given += " with ${doc}"
	}
	return given
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
