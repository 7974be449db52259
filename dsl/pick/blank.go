package pick

import (
	"slices"
	"strings"
)

// Target is one scenario of a file, with what a program knows of it.
type Target struct {
	Line int   // of its keyword
	To   int   // its last line: of its last step, doc string, table or row
	Rows []int // lines of its example rows, none for a scenario without
}

// Blank is the text of a feature file in which only the kept scenarios and rows are left; keep holds lines of
// scenarios and of rows, and the line of an outline keeps all its rows. What is dropped becomes empty lines, so
// that every other line keeps its number. Backgrounds and rules stay, as do the steps and table headers of an
// outline of which one row is kept.
//
// The targets are all scenarios of the file; one that is not among them stays. Only positions decide, never
// what a line looks like, which is why a doc string may hold anything.
func Blank(text string, targets []Target, keep map[int]bool) string {
	lines := strings.Split(text, "\n")
	for _, t := range targets {
		if keep[t.Line] {
			continue
		}
		if !slices.ContainsFunc(t.Rows, func(row int) bool { return keep[row] }) {
			for n := firstLine(lines, t.Line); n <= t.To; n++ {
				clear(lines, n)
			}
			clear(lines, t.Line) // even when To is not known
			continue
		}
		for _, row := range t.Rows {
			if !keep[row] {
				clear(lines, row)
			}
		}
	}
	return strings.Join(lines, "\n")
}

func clear(lines []string, n int) {
	if n >= 1 && n <= len(lines) {
		lines[n-1] = ""
	}
}

// FirstLine is the first line of the tags above a scenario's keyword at line, or that line when it has none.
func FirstLine(text string, line int) int {
	return firstLine(strings.Split(text, "\n"), line)
}

// firstLine goes up as long as there are tags, comments and empty lines. Nothing else can be taken for them:
// above the tags of a scenario stands a title, a description, a step, a table or the end of a doc string, and
// none of these can begin with "@".
func firstLine(lines []string, line int) int {
	first := line
	for n := min(line, len(lines)+1) - 1; n >= 1; n-- {
		switch l := strings.TrimLeft(lines[n-1], " \t"); {
		case strings.HasPrefix(l, "@"):
			first = n
		case l != "" && !strings.HasPrefix(l, "#"):
			return first
		}
	}
	return first
}
