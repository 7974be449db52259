package feed

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// readCSV reads commas, or tabs in a file called .tsv. Cells keep their spaces; names of columns do not.
func readCSV(name, text string) (*Table, *diag.Diagnostic) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1 // counted here, where it can be said which line it is
	if strings.HasSuffix(strings.ToLower(name), ".tsv") {
		r.Comma = '\t'
	}
	t := &Table{}
	for {
		record, err := r.Read()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return nil, wrongCSV(name, text, err)
		}
		line, _ := r.FieldPos(0)
		if t.Columns == nil {
			for _, c := range record {
				t.Columns = append(t.Columns, strings.TrimSpace(c))
			}
			continue
		}
		if len(record) != len(t.Columns) {
			d := diag.Errorf(at(name, line, 1, utf8.RuneCountInString(lineOf(text, line))), codeSyntax, "this line has %s, the first one names %s", cells(len(record)), cells(len(t.Columns)))
			if len(t.Columns) == 1 && strings.Contains(t.Columns[0], ";") {
				d = d.WithHelp("cells are separated by commas, not semicolons")
			} else {
				d = d.WithHelp("a cell that holds a comma stands in double quotes")
			}
			return nil, &d
		}
		t.Rows, t.Lines = append(t.Rows, record), append(t.Lines, line)
	}
}

func wrongCSV(name, text string, err error) *diag.Diagnostic {
	line, col, message := 1, 1, err.Error()
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		line, message = wrong.Line, wrong.Err.Error()
		if whole := lineOf(text, line); wrong.Column > 0 { // of the library, in bytes
			col = 1 + utf8.RuneCountInString(whole[:min(wrong.Column-1, len(whole))])
		}
	}
	d := diag.Errorf(at(name, line, col, 1), codeSyntax, "the data file is no CSV: %s", message).
		WithHelp("a cell with a quote in it stands in double quotes, and the quote is doubled")
	return &d
}

func lineOf(text string, line int) string {
	for range line - 1 {
		_, text, _ = strings.Cut(text, "\n")
	}
	text, _, _ = strings.Cut(text, "\n")
	return strings.TrimSuffix(text, "\r")
}
