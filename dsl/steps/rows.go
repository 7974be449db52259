package steps

import (
	"fmt"
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
	for i := range b.context.Rows {
		if b.fits(f, text, i) {
			good = append(good, i)
		} else {
			bad = append(bad, i)
		}
	}
	return good, bad
}

func (b *binder) fits(f found, text phrase, row int) bool {
	params := f.params()
	for j, a := range f.args {
		column, ok := b.columnOf(a.text, text)
		if !ok {
			continue
		}
		typ := params[j].Type
		if typ == "hoops method" || typ == "hoops name" || !b.library.types.Accepts(typ, b.context.Rows[row][column].Text) {
			return false
		}
	}
	return true
}

// blame is the column that decides what a step is in a row: the first that makes the step one of its row alone.
func (b *binder) blame(text phrase, row int) string {
	var present []string
	for _, c := range b.context.Columns {
		if slices.Contains(text.written, "<"+c+">") {
			present = append(present, c)
		}
	}
	for _, c := range present {
		others := slices.DeleteFunc(slices.Clone(b.context.Columns), func(o string) bool { return o == c })
		p, wrong := cut(oneLine(b.filled(text.source(), b.context.Rows[row], []string{c}), b.line.Pos), others)
		if wrong != nil {
			continue
		}
		f := b.library.lookup(b.driver, p.text, b.context.Inside, &b.tried)
		if (len(f.definitions) == 1 || f.entry != nil) && b.fits(f, p, row) {
			return c
		}
	}
	return present[0]
}

// filled is a step's source with the cells of a row in place of some columns. A cell is data: what looks like a
// placeholder in it is text.
func (b *binder) filled(source string, row []Cell, columns []string) string {
	for j, c := range b.context.Columns {
		if slices.Contains(columns, c) {
			source = strings.ReplaceAll(source, "<"+c+">", strings.ReplaceAll(row[j].Text, "${", `\${`))
		}
	}
	return source
}

// columnOf is the number of the column that an argument consists of.
func (b *binder) columnOf(argument string, text phrase) (int, bool) {
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

// perRow matches each row by itself, its cells in place of the columns, as Cucumber does.
func (b *binder) perRow(f found, text phrase, rows []int) {
	source := text.source()
	for _, i := range rows {
		p, wrong := cut(oneLine(b.filled(source, b.context.Rows[i], b.context.Columns), b.line.Pos), nil)
		if wrong != nil {
			b.fail(*wrong)
			continue
		}
		at := text.pos(0)
		p.places = func(int) diag.Pos { return at }
		for k := range p.values {
			p.values[k].Pos = at
		}
		before := len(b.step.Obstacles)
		b.bound(b.library.lookup(b.driver, p.text, b.context.Inside, &b.tried), p, []int{i})
		for j := before; j < len(b.step.Obstacles); j++ {
			o := &b.step.Obstacles[j]
			o.Help = append(b.inRow(f, text, i), o.Help...)
		}
	}
}

// inRow says what a step is in a row, and which cell makes it another than it is in the others.
func (b *binder) inRow(f found, text phrase, row int) []string {
	cells := b.context.Rows[row]
	if len(cells) == 0 {
		return nil
	}
	said := []string{fmt.Sprintf("in the row of line %d it is: %s", cells[0].Pos.Line, b.filled(text.source(), cells, b.context.Columns))}
	if len(f.definitions) != 1 && f.entry == nil {
		return said
	}
	for j, a := range f.args {
		column, ok := b.columnOf(a.text, text)
		if p := f.params()[j]; ok && !strings.HasPrefix(p.Type, hoopsOwn) && !b.library.types.Accepts(p.Type, cells[column].Text) {
			said = append(said, fmt.Sprintf("<%s> is %q there, and {%s} is expected", b.context.Columns[column], cells[column].Text, p.Type))
		}
	}
	return said
}
