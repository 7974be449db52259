// Package feed reads the tables that take the place of example rows: CSV with a line of column names, and NDJSON,
// one object a line.
//
// It is a floor package, so that a compiler can check what a runner will hand out. It opens no file, guesses no
// separator, and refuses what would reach a journey as something else than was meant: a line that is too short, a
// column without a name, a value that is no scalar.
package feed

import (
	"path"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Table is a data file that was read. Cells are text, as those of an Examples table are.
type Table struct {
	Columns []string
	Rows    [][]string
	Lines   []int // 1-based, where each row begins
}

const (
	codeSyntax  = "load/data"
	codeColumns = "load/columns"
)

// Read reads a file: NDJSON when its name ends in .ndjson or .jsonl, CSV otherwise. What is wrong with it is said
// at its place in the file.
func Read(name, text string) (*Table, *diag.Diagnostic) {
	read := readCSV
	switch strings.ToLower(path.Ext(name)) {
	case ".ndjson", ".jsonl":
		read = readNDJSON
	}
	t, wrong := read(name, strings.TrimPrefix(text, "\ufeff"))
	if wrong != nil {
		return nil, wrong
	}
	if wrong := t.columns(name); wrong != nil {
		return nil, wrong
	}
	if len(t.Rows) == 0 || len(t.Columns) == 0 {
		what := "rows"
		if len(t.Rows) > 0 {
			what = "columns"
		}
		d := diag.Errorf(at(name, 1, 1, 1), codeSyntax, "the data file has no %s", what)
		return nil, &d
	}
	return t, nil
}

// Missing is the first of the columns that the table lacks, "" when it has them all.
func (t *Table) Missing(columns []string) string {
	for _, c := range columns {
		if !slices.Contains(t.Columns, c) {
			return c
		}
	}
	return ""
}

// columns refuses names that no step could mean.
func (t *Table) columns(name string) *diag.Diagnostic {
	for i, c := range t.Columns {
		var d diag.Diagnostic
		switch {
		case c == "":
			d = diag.Errorf(at(name, 1, 1, 1), codeColumns, "column %d has no name", i+1).WithHelp("the first line names the columns")
		case slices.Contains(t.Columns[:i], c):
			d = diag.Errorf(at(name, 1, 1, 1), codeColumns, "two columns are called %q", c)
		default:
			continue
		}
		return &d
	}
	return nil
}

func at(name string, line, col, length int) diag.Range {
	return diag.At(diag.Pos{File: name, Line: max(1, line), Col: max(1, col)}, max(1, length))
}
