package steps

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// unitsInCells finds a column whose cells read as 5s, 5% or 5MB and are compared, as what they are, with a duration or a
// number: a cell is text unless it says so itself.
func (b *binder) unitsInCells(condition phrase) {
	for i, part := range condition.values {
		column := slices.IndexFunc(b.context.Columns, func(c string) bool { return part.Expr == rowExpression(c) })
		at := strings.IndexRune(condition.text, rune(firstPlaceholder+i))
		if column < 0 || at < 0 || part.Origin != ir.OfRow || len(b.context.Rows) == 0 || b.context.Names.IsParameter("row") {
			continue
		}
		cell := b.context.Rows[0][column].Text
		unit := expr.UnitOf(cell)
		if unit == "" || slices.ContainsFunc(b.context.Rows, func(row []Cell) bool { return expr.UnitOf(row[column].Text) != unit }) {
			continue
		}
		text := strconv.Quote(cell)
		with := func(source string) *expr.Error {
			changed := condition
			changed.values = slices.Clone(condition.values)
			changed.values[i].Expr = source
			_, wrong := b.context.Names.Condition(changed.expression())
			return wrong
		}
		if with(part.Expr) != nil || with(text) == nil || with(unit+"("+text+")") != nil {
			continue
		}
		d := diag.Errorf(diag.At(condition.pos(at), utf8.RuneCountInString(condition.written[i])), "expr/invalid", "%s is text here: %q is no %s by itself",
			condition.written[i], cell, strings.Replace(unit, "percent", "percentage", 1)).WithHelp(`write %s("%s")`, unit, condition.written[i])
		if !slices.ContainsFunc(b.wrong, func(known diag.Diagnostic) bool { return known.Range == d.Range }) { // for another driver
			b.fail(d)
		}
	}
}
