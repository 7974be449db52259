package steps

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// hasColumns reports whether a column of an outline stands in the phrase.
func (p phrase) hasColumns() bool {
	return slices.ContainsFunc(p.values, func(v ir.Part) bool { return v.Origin == ir.OfRow })
}

// fitting sorts the rows of an outline into those whose cells the types of the parameters accept and the others,
// which are other steps, as in Cucumber. A method or a name is a word of the phrase.
func (b *binder) fitting(f found, text phrase) (good, bad []int) {
	params := f.params()
	for i, row := range b.context.Rows {
		fits := true
		for j, a := range f.args {
			column, ok := b.column(a.text, text)
			switch typ := params[j].Type; {
			case !ok:
			case typ == "hoops method" || typ == "hoops name":
				fits = false
			default:
				fits = fits && b.library.types.Accepts(typ, row[column].Text)
			}
		}
		if fits {
			good = append(good, i)
		} else {
			bad = append(bad, i)
		}
	}
	return good, bad
}

// column is the number of the column that an argument consists of.
func (b *binder) column(argument string, text phrase) (int, bool) {
	r, size := utf8.DecodeRuneInString(argument)
	if size != len(argument) || !isPlaceholder(r) {
		return 0, false
	}
	part := text.values[r-firstPlaceholder]
	i := slices.IndexFunc(b.context.Columns, func(c string) bool { return part.Expr == rowExpression(c) })
	return i, i >= 0 && part.Origin == ir.OfRow
}

func (f *found) params() []ir.Parameter {
	if f.entry != nil {
		return f.entry.pattern.Params
	}
	return f.definitions[0].Params
}

// perRow matches each row by itself, its cells in place of the columns, as Cucumber does. A cell is data: what
// looks like a placeholder in it is text.
func (b *binder) perRow(text phrase, rows []int) {
	source := text.source()
	for _, i := range rows {
		filled := source
		for j, c := range b.context.Columns {
			filled = strings.ReplaceAll(filled, "<"+c+">", strings.ReplaceAll(b.context.Rows[i][j].Text, "${", `\${`))
		}
		p, wrong := cut(oneLine(filled, b.line.Pos), nil)
		if wrong != nil {
			b.fail(*wrong)
			continue
		}
		at := text.pos(0)
		p.pos = func(int) diag.Pos { return at }
		for k := range p.values {
			p.values[k].Pos = at
		}
		b.bound(b.library.lookup(b.driver, p.text, b.context.Inside), p, []int{i})
	}
}
