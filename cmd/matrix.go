package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// matrix is which scenario runs on which driver, and the first obstacle where it does not.
type matrix struct {
	drivers []string
	rows    []matrixRow
}

type matrixRow struct {
	scenario *ir.Scenario
	cells    []matrixCell
}

type matrixCell struct {
	runs     bool
	obstacle *ir.Obstacle
	trail    []*ir.Step
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
	slices.SortFunc(m.drivers, func(x, y string) int { return strings.Compare(rank(x), rank(y)) })
	for i := range p.Features {
		for j := range p.Features[i].Scenarios {
			s := &p.Features[i].Scenarios[j]
			row := matrixRow{scenario: s}
			for _, d := range m.drivers {
				row.cells = append(row.cells, cellOf(p, s, d))
			}
			m.rows = append(m.rows, row)
		}
	}
	return m
}

// rank puts http first and the others in the order of their names.
func rank(driver string) string {
	if driver == "http" {
		return ""
	}
	return driver
}

func cellOf(p *ir.Program, s *ir.Scenario, driver string) matrixCell {
	rows := []int{-1}
	if s.Outline {
		rows = nil
		for i := range s.Rows {
			rows = append(rows, i)
		}
	}
	for _, r := range rows {
		if o, trail := p.Blocked(s.Steps, driver, r); o != nil {
			return matrixCell{obstacle: o, trail: trail}
		}
	}
	return matrixCell{runs: len(s.Steps) > 0}
}

func (m *matrix) print(b *strings.Builder) {
	if len(m.drivers) == 0 {
		return
	}
	wide := len("scenario")
	for _, r := range m.rows {
		wide = min(60, max(wide, len([]rune(r.scenario.ID))))
	}
	fmt.Fprintf(b, "%-*s", wide, "scenario")
	for _, d := range m.drivers {
		fmt.Fprintf(b, "  %-8s", d)
	}
	b.WriteString("\n")
	for _, r := range m.rows {
		fmt.Fprintf(b, "%-*s", wide, diag.Printable(r.scenario.ID))
		note := ""
		for _, c := range r.cells {
			mark := "no"
			if c.runs {
				mark = "yes"
			} else if c.obstacle != nil && note == "" && len(m.drivers) > 1 {
				last := c.trail[len(c.trail)-1]
				note = fmt.Sprintf("%s: %s: %s", c.obstacle.Driver, c.obstacle.Status, last.Text)
			}
			fmt.Fprintf(b, "  %-8s", mark)
		}
		if note != "" {
			b.WriteString("  " + diag.Printable(note))
		}
		line := strings.TrimRight(b.String(), " ")
		b.Reset()
		b.WriteString(line + "\n")
	}
	b.WriteString("\n")
}

// nowhere is a diagnostic for each scenario that runs on no driver: its first obstacle on the first driver.
func (m *matrix) nowhere() diag.List {
	var list diag.List
	for _, r := range m.rows {
		runs := len(r.scenario.Steps) == 0
		for _, c := range r.cells {
			runs = runs || c.runs
		}
		if runs || len(r.cells) == 0 {
			continue
		}
		for _, c := range r.cells {
			if c.obstacle != nil {
				list = append(list, obstacleDiagnostic(c))
				break
			}
		}
	}
	list.Sort()
	return list
}

func obstacleDiagnostic(c matrixCell) diag.Diagnostic {
	first := c.trail[0]
	d := diag.Errorf(diag.At(first.Pos, len([]rune(first.Text))), "steps/"+c.obstacle.Status, "%s", c.obstacle.Message)
	for _, s := range c.trail[1:] {
		d = d.WithNote(diag.At(s.Pos, 1), "%s", s.Text)
	}
	d.Help = c.obstacle.Help
	return d
}

// clausesText prints what is promised: bound clauses as they were read, unbound ones with what could be written.
func clausesText(b *strings.Builder, p *ir.Program) {
	for _, f := range p.Features {
		for _, c := range f.Clauses {
			fmt.Fprintf(b, "%s: %s\n", c.Pos, diag.Printable(c.Text))
			for _, claim := range c.Claims {
				fmt.Fprintf(b, "  read as: %s (%s)\n", diag.Printable(claim.Reading), claim.Measure)
			}
			if c.Unbound == "" {
				continue
			}
			fmt.Fprintf(b, "  unbound: %s\n", diag.Printable(c.Unbound))
			for _, r := range c.Rewrites {
				fmt.Fprintf(b, "  could be: %s\n", diag.Printable(r))
			}
			if c.Stub != "" {
				fmt.Fprintf(b, "  with a measure in hoops.yaml:\n    %s\n", strings.ReplaceAll(strings.TrimRight(c.Stub, "\n"), "\n", "\n    "))
			}
		}
	}
}

// safeText lists what may write where nothing else may.
func safeText(b *strings.Builder, p *ir.Program) {
	for _, f := range p.Features {
		for _, s := range f.Scenarios {
			for _, t := range s.Tags {
				if t.Name == "@safe-in-production" {
					fmt.Fprintf(b, "safe in production: %s (%s)\n", s.ID, s.Pos)
				}
			}
		}
	}
}
