package gherkin

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// sameCells reports a row that has more or fewer cells than the first of its table.
func (b *builder) sameCells(row, first Row) bool {
	got, want := len(row.Cells), len(first.Cells)
	if got == want {
		return true
	}
	d := diag.Errorf(b.rest(row.Pos), "gherkin/cell-count", "a row of %s in a table of %s", count(got, "cell"), count(want, "column")).
		WithNote(b.rest(first.Pos), "the first row")
	switch {
	case b.remainder(row.Pos.Line) != "":
		d = d.WithHelp(`end the row with "|"`)
	case got > want:
		d = d.WithHelp(`write \| for a bar inside a cell`)
	default:
		d = d.WithHelp(`give it a cell for each column; an empty one is "|  |"`)
	}
	b.problems = append(b.problems, d)
	return false
}

// unclosed warns of text after the last "|", which belongs to no cell and is lost.
func (b *builder) unclosed(row Row) {
	lost := b.remainder(row.Pos.Line)
	if lost == "" {
		return
	}
	at := row.Pos
	at.Col += utf8.RuneCountInString(strings.TrimRight(b.trimmed(at.Line), " \t")) - utf8.RuneCountInString(lost)
	b.problems = append(b.problems, diag.Warnf(diag.At(at, utf8.RuneCountInString(lost)), "gherkin/unclosed-row",
		`text after the last "|" of a row belongs to no cell; expected "|" at the end`).WithHelp(`end the row with "|"`))
}

// remainder is what stands after the last bar of a row, "" for nothing or a comment.
func (b *builder) remainder(line int) string {
	text := b.trimmed(line)
	end := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '|':
			end = i + 1
		}
	}
	rest := strings.Trim(text[end:], " \t")
	if strings.HasPrefix(rest, "#") {
		return ""
	}
	return rest
}

func (b *builder) trimmed(line int) string { return strings.TrimLeft(b.line(line), " \t") }

func (b *builder) indent(line int) int { return len(b.line(line)) - len(b.trimmed(line)) }

// rest is the range from p to the end of its line, without white space there.
func (b *builder) rest(p diag.Pos) diag.Range {
	line := []rune(strings.TrimRight(b.line(p.Line), " \t"))
	return diag.At(p, max(0, len(line)-p.Col+1))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
