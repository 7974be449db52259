package cmd

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// matrix is which scenario runs on which driver, and the first obstacle where it does not.
type matrix struct {
	drivers []string
	used    []string // of the drivers: those of stages and of tags; http where no stage runs on one
	staged  []string // those of stages
	idle    []string // drivers that run no scenario
	rows    []matrixRow
}

type matrixRow struct {
	feature  *ir.Feature
	scenario *ir.Scenario
	cells    []matrixCell
}

// matrixCell is one scenario on one driver. What keeps it from running keeps every runner from it; what data
// cannot feed still runs under load with the rows of its own.
type matrixCell struct {
	runs     bool
	pinned   *ir.Tag // to another driver, by this tag
	obstacle *obstacle
	unfed    *obstacle // of load with data, where it runs otherwise
}

func newMatrix(p *ir.Program) *matrix {
	m := &matrix{}
	ir.WalkSteps(p, func(s *ir.Step) {
		for _, b := range s.Bindings {
			if !slices.Contains(m.drivers, b.Driver) {
				m.drivers = append(m.drivers, b.Driver)
			}
		}
		for _, o := range s.Obstacles {
			if !slices.Contains(m.drivers, o.Driver) {
				m.drivers = append(m.drivers, o.Driver)
			}
		}
	})
	m.staged = stagedOf(p)
	for _, d := range driversOf(p) {
		m.used = append(m.used, d)
		if !slices.Contains(m.drivers, d) {
			m.drivers = append(m.drivers, d)
		}
	}
	slices.SortFunc(m.drivers, func(x, y string) int { return strings.Compare(rank(x), rank(y)) })
	clear := map[ir.Called]bool{}
	for i := range p.Features {
		for j := range p.Features[i].Scenarios {
			s := &p.Features[i].Scenarios[j]
			row := matrixRow{feature: &p.Features[i], scenario: s}
			for _, d := range m.drivers {
				row.cells = append(row.cells, cellOf(p, s, d, clear))
			}
			m.rows = append(m.rows, row)
		}
	}
	m.settle()
	return m
}

// settle finds the drivers that run no scenario where another runs one, and leaves out those that nobody asks for.
func (m *matrix) settle() {
	runs := m.counts()
	if !slices.ContainsFunc(runs, func(n int) bool { return n > 0 }) {
		return
	}
	for i := len(runs) - 1; i >= 0; i-- {
		if runs[i] > 0 {
			continue
		}
		driver := m.drivers[i]
		m.idle = append([]string{driver}, m.idle...)
		if slices.Contains(m.used, driver) {
			continue
		}
		m.drivers = slices.Delete(m.drivers, i, i+1)
		for r := range m.rows {
			m.rows[r].cells = slices.Delete(m.rows[r].cells, i, i+1)
		}
	}
}

// counts is how many scenarios each driver runs.
func (m *matrix) counts() []int {
	runs := make([]int, len(m.drivers))
	for _, r := range m.rows {
		for i, c := range r.cells {
			if c.runs {
				runs[i]++
			}
		}
	}
	return runs
}

// rank puts http first and the others in the order of their names.
func rank(driver string) string {
	if driver == "http" {
		return ""
	}
	return driver
}

func cellOf(p *ir.Program, s *ir.Scenario, driver string, clear map[ir.Called]bool) matrixCell {
	var elsewhere *ir.Tag
	here := false
	for _, r := range rowsOf(s) {
		if pin := pinOf(s, r); pin != nil && pinnedTo(pin) != driver {
			elsewhere = pin
			continue
		}
		here = true
		if o := hindered(p, s, r, way{runner: ir.Functional, driver: driver}, clear); o != nil {
			return matrixCell{obstacle: o}
		}
	}
	if !here && elsewhere != nil {
		return matrixCell{pinned: elsewhere}
	}
	return matrixCell{runs: len(s.Steps) > 0, unfed: hindered(p, s, -1, way{runner: ir.LoadRunner, driver: driver, fed: true}, clear)}
}

// widest is the most that a scenario's name may push the columns to the right; longer ones are cut.
const widest = 60

// print writes the matrix a feature at a time. Below a scenario that a driver cannot run stands why, unless it
// runs nowhere: then a diagnostic says so.
func (m *matrix) print(b *strings.Builder) {
	if len(m.rows) == 0 {
		return
	}
	wide := 0
	for _, r := range m.rows {
		wide = max(wide, utf8.RuneCountInString(r.scenario.Name))
	}
	wide = min(wide, widest)
	feature := ""
	for _, r := range m.rows {
		if r.feature.Path != feature {
			if feature != "" {
				b.WriteString("\n")
			}
			feature = r.feature.Path
			fmt.Fprintf(b, "%s  %s\n", diag.Printable(r.feature.Name), feature)
		}
		fmt.Fprintf(b, "  %4d  %s", r.scenario.Pos.Line, padded(diag.Printable(r.scenario.Name), wide))
		for i, c := range r.cells {
			mark := "–"
			if c.runs {
				mark = "✓"
			}
			fmt.Fprintf(b, "  %s %s", mark, m.drivers[i])
		}
		switch notes := r.notes(); {
		case len(r.scenario.Steps) == 0:
			b.WriteString("  no steps yet\n")
		case notes != "":
			b.WriteString("  " + notes + "\n")
		default:
			b.WriteString("\n")
		}
		if !r.runs() && !tagged(r.scenario, "@wip") {
			continue
		}
		if i := slices.IndexFunc(r.cells, func(c matrixCell) bool { return c.pinned != nil }); i >= 0 {
			fmt.Fprintf(b, "          pinned to %s (%s)\n", pinnedTo(r.cells[i].pinned), r.cells[i].pinned.Pos)
		}
		for _, c := range r.cells {
			if o := c.obstacle; o != nil && !slices.Contains(m.idle, o.Driver) { // else it is said of all of them at once
				fmt.Fprintf(b, "          %s: %s: %s (%s)\n", o.Driver, diag.Printable(obstacleWords(&o.Obstacle)), diag.Printable(o.last().Text), o.last().Pos)
			}
			if o := c.unfed; o != nil {
				fmt.Fprintf(b, "          %s: no data can feed it: %s: %s (%s)\n", o.Driver, diag.Printable(obstacleWords(&o.Obstacle)), diag.Printable(o.last().Text), o.last().Pos)
			}
		}
	}
	b.WriteString("\n")
	const ways = "a functional test, as load and as a probe"
	switch nowhere := len(m.nowhere()); {
	case !slices.ContainsFunc(m.rows, matrixRow.runs):
	case nowhere == 0:
		b.WriteString("✓ runs as " + ways + "\n\n")
	default: // so that nobody reads that all of these run
		fmt.Fprintf(b, "✓ runs as %s; %d of %s on no driver at all\n\n", ways, nowhere, ran(nowhere, len(m.rows)))
	}
}

// ran is the end of "2 of 5 scenarios run".
func ran(n, all int) string {
	if n == 1 {
		return counted(all, "scenario") + " runs"
	}
	return counted(all, "scenario") + " run"
}

// obstacleWords is what stops a driver, which the line names already.
func obstacleWords(o *ir.Obstacle) string {
	return strings.TrimSuffix(o.Message, " for driver "+o.Driver)
}

func padded(s string, wide int) string {
	if n := utf8.RuneCountInString(s); n <= wide {
		return s + strings.Repeat(" ", wide-n)
	}
	return string([]rune(s)[:wide-1]) + "…"
}

// runs reports whether any driver runs the scenario.
func (r matrixRow) runs() bool {
	return slices.ContainsFunc(r.cells, func(c matrixCell) bool { return c.runs })
}

// notes are the number of an outline's rows, and the tags that change where it runs.
func (r matrixRow) notes() string {
	var notes []string
	if r.scenario.Outline {
		notes = append(notes, counted(len(r.scenario.Rows), "row"))
	}
	for _, t := range r.scenario.Tags {
		if t.Name == "@wip" || t.Name == "@safe-in-production" || strings.HasPrefix(t.Name, "@driver:") {
			notes = append(notes, t.Name)
		}
	}
	return strings.Join(notes, " ")
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// nowhere is a diagnostic for each scenario that runs on no driver and is not @wip: its first obstacle on the
// driver that most of the others are for, because it was most likely meant for that. What runs on http and on
// another driver is for http, which is what runs it unless somebody asks for another.
func (m *matrix) nowhere() diag.List {
	var list diag.List
	runs := make([]int, len(m.drivers))
	for _, r := range m.rows {
		if first := slices.IndexFunc(r.cells, func(c matrixCell) bool { return c.runs }); first >= 0 {
			runs[first]++
		}
	}
	for _, r := range m.rows {
		if r.runs() || tagged(r.scenario, "@wip") {
			continue
		}
		most := -1
		for i, c := range r.cells {
			if c.obstacle != nil && (most < 0 || m.better(i, most, runs)) {
				most = i
			}
		}
		if most >= 0 {
			list = append(list, r.cells[most].obstacle.diagnostic())
		}
	}
	list.Sort()
	return list
}
