package steps

import (
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// given checks that what belongs below the line is there, and nothing else.
func (b *binder) given(e *entry) bool {
	at := diag.At(b.line.Pos, len([]rune(b.line.Text)))
	good := true
	fail := func(d diag.Diagnostic) { b.fail(d); good = false }
	if e.takes == doc && b.line.Doc == nil {
		fail(diag.Errorf(at, "steps/argument", "this step needs a doc string").
			WithHelp("write it below, between two lines of \"\"\""))
	}
	if e.takes == pairs && b.line.Table == nil {
		fail(diag.Errorf(at, "steps/argument", "this step needs a table of two columns").
			WithHelp("write it below: | name | value |"))
	}
	if e.takes == whatever {
		return true // its own step reads them
	}
	if e.takes != doc && b.line.Doc != nil {
		fail(unread(b.line.Doc.Pos, 3, "doc string"))
	}
	if e.takes != pairs && b.line.Table != nil {
		fail(unread(b.line.Table.Pos, 1, "table"))
	}
	return good
}

func unread(at diag.Pos, n int, what string) diag.Diagnostic {
	return diag.Errorf(diag.At(at, n), "steps/unread", "nothing reads this %s", what).
		WithHelp("remove it, or use a step that takes one")
}

// fields reads a table of two columns as names and values. A name is fixed; place is where the values land, and instead
// what to do who wants a value for a name.
func (b *binder) fields(place ir.Place, instead string) ([]ir.Field, bool) {
	var fields []ir.Field
	for _, row := range b.line.Table.Rows {
		if len(row) != 2 {
			columns := "columns"
			if len(row) == 1 {
				columns = "column"
			}
			b.fail(diag.Errorf(diag.At(b.line.Table.Pos, 1), "steps/argument", "this table has %d %s, expected 2: name and value", len(row), columns))
			return nil, false
		}
		name, ok := b.cell(row[0])
		if !ok {
			return nil, false
		}
		text, fixed := name.plain()
		if !fixed || strings.TrimSpace(text) == "" {
			d := diag.Errorf(diag.At(row[0].Pos, max(1, len([]rune(row[0].Text)))), "steps/argument", "a name must be written out, found %q", row[0].Text)
			if !fixed {
				d = d.WithHelp("%s", instead)
			}
			b.fail(d)
			return nil, false
		}
		value, ok := b.cell(row[1])
		if !ok {
			return nil, false
		}
		fields = append(fields, ir.Field{Name: text, Value: value.template(everywhere(place)), Pos: row[0].Pos})
	}
	return fields, true
}

// text is an argument that must be written out.
func (b *binder) text(p phrase, what string) (string, bool) {
	s, fixed := p.plain()
	if !fixed {
		b.fail(diag.Errorf(diag.At(p.pos(0), max(1, len([]rune(s)))), "steps/argument", "%s must be written out, and cannot be a value", what))
	}
	return s, fixed
}

// handOver puts the line's doc string and table into the step, for the definition that it calls.
func (b *binder) handOver() {
	if b.line.Doc != nil && b.step.Doc == nil {
		b.step.Doc = &ir.Doc{Media: b.line.Doc.Media} // it is there, whatever is wrong with it
		if p, ok := b.doc(); ok {
			b.content(p, mediaType(b.line.Doc.Media), &b.step.Doc.Content)
		}
	}
	if b.line.Table == nil || b.step.Table != nil {
		return
	}
	for _, row := range b.line.Table.Rows {
		var cells []ir.Template
		for _, cell := range row {
			p, ok := b.cell(cell)
			if !ok {
				return
			}
			cells = append(cells, p.template(everywhere(ir.Plain)))
		}
		b.step.Table = append(b.step.Table, cells)
	}
}

func (b *binder) doc() (phrase, bool) {
	return b.cut(source{b.line.Doc.Content, b.line.Doc.At})
}

func (b *binder) cell(c Cell) (phrase, bool) { return b.cut(oneLine(c.Text, c.Pos)) }

func (b *binder) cut(s source) (phrase, bool) {
	p, wrong := cut(s, b.context.Columns)
	if wrong != nil {
		b.fail(*wrong)
	}
	return p, wrong == nil
}
