package runners

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// longestLabel is how many runes of its cells a row's name shows.
const longestLabel = 60

// RowNames are what people call the rows of an outline: its name with the cells in the place of the columns, and
// the cells again when the name does not hold them all. Each is unique within the outline.
func RowNames(s *ir.Scenario) []string {
	told := true
	for _, column := range s.Columns {
		told = told && strings.Contains(s.Name, "<"+column+">")
	}
	names := make([]string, len(s.Rows))
	taken := make(map[string]bool, len(s.Rows))
	same := map[string]int{}
	for i, row := range s.Rows {
		name := Filled(s.Name, s.Columns, row.Cells)
		if !told {
			label := []rune(strings.Join(row.Cells, ", "))
			if len(label) > longestLabel {
				label = append(label[:longestLabel], '…')
			}
			name += " (" + string(label) + ")"
		}
		name = OneLine(name)
		names[i] = name
		for taken[names[i]] {
			same[name]++
			names[i] = fmt.Sprintf("%s #%d", name, same[name]+1)
		}
		taken[names[i]] = true
	}
	return names
}

// Filled puts the cells in the place of the columns, each once: a cell that looks like a column stays as it is.
func Filled(text string, columns, cells []string) string {
	if !strings.Contains(text, "<") {
		return text
	}
	pairs := make([]string, 0, 2*len(columns))
	for i, column := range columns {
		pairs = append(pairs, "<"+column+">", cells[i])
	}
	return strings.NewReplacer(pairs...).Replace(text) // in the order of the text, the first column where two would fit
}

// OneLine keeps a name from breaking reports whose entries are lines.
func OneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, s)
}
