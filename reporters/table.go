package reporters

import (
	"cmp"
	"io"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Table writes rows below their heads, in columns as wide as what a terminal shows of them. A row may have one cell
// more than there are heads: a remark.
func Table(w io.Writer, head []string, rows [][]string) error {
	_, err := io.WriteString(w, strings.Join(aligned(append([][]string{head}, rows...)), "\n")+"\n")
	return err
}

// aligned are rows as lines, in as many columns as the first row has.
func aligned(rows [][]string) []string {
	wide := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, c := range row[:min(len(row), len(wide))] {
			wide[i] = max(wide[i], Columns(c))
		}
	}
	var lines []string
	for _, row := range rows {
		text := ""
		for i, c := range row {
			text += c
			if i < len(wide) {
				text += strings.Repeat(" ", wide[i]-Columns(c)+2)
			}
		}
		lines = append(lines, strings.TrimRight(text, " "))
	}
	return lines
}

// Cell is data as one harmless cell of at most n characters, "-" when there is none.
func Cell(s string, n int) string {
	return cmp.Or(diag.Cut(diag.Printable(strings.Join(strings.Fields(diag.Cut(s, 4*n)), " ")), n), "-")
}
