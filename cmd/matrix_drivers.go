package cmd

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// driversOf are the drivers that the project asks for: http is meant where no stage runs on a driver.
func driversOf(p *ir.Program) []string {
	var used []string
	add := func(driver string) {
		if driver != "" && !slices.Contains(used, driver) {
			used = append(used, driver)
		}
	}
	for _, d := range stagedOf(p) {
		add(d)
	}
	for _, s := range p.Stages {
		if s.Load != nil {
			for _, share := range s.Load.Mix {
				add(share.Driver)
			}
		}
	}
	if len(used) == 0 {
		add("http")
	}
	for i := range p.Features {
		for j := range p.Features[i].Scenarios {
			s := &p.Features[i].Scenarios[j]
			for _, r := range rowsOf(s) {
				if pin := pinOf(s, r); pin != nil {
					add(pinnedTo(pin))
				}
			}
		}
	}
	return used
}

// stagedOf are the drivers that stages run on.
func stagedOf(p *ir.Program) []string {
	var staged []string
	for i := range p.Stages {
		switch s := &p.Stages[i]; s.Run {
		case ir.Functional, ir.LoadRunner, ir.Probe:
			staged = append(staged, cmp.Or(s.Driver, "http"))
		}
	}
	return staged
}

// rowsOf are the rows of a scenario, -1 where it has none.
func rowsOf(s *ir.Scenario) []int {
	if !s.Outline {
		return []int{-1}
	}
	rows := make([]int, len(s.Rows))
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// pinOf is the tag that says which driver a scenario, or a row of it, runs on whatever the stage says.
func pinOf(s *ir.Scenario, row int) *ir.Tag {
	tags := s.Tags
	if row >= 0 {
		tags = s.Rows[row].Tags
	}
	for i := len(tags) - 1; i >= 0; i-- {
		if strings.HasPrefix(tags[i].Name, "@driver:") {
			return &tags[i]
		}
	}
	return nil
}

func pinnedTo(tag *ir.Tag) string { return strings.TrimPrefix(tag.Name, "@driver:") }

// better reports whether what runs nowhere was rather meant for one driver than for another: one that a stage has,
// then one that more scenarios are for.
func (m *matrix) better(one, other int, runs []int) bool {
	a, b := slices.Contains(m.staged, m.drivers[one]), slices.Contains(m.staged, m.drivers[other])
	if a != b {
		return a
	}
	return runs[one] > runs[other]
}
