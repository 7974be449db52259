package dsl

import (
	"slices"
	"sort"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// link keeps the definitions that scenarios reach, in the order of their places, and renumbers what refers to
// them.
func (c *compiler) link() {
	c.calls = map[int][]int{}
	for _, d := range c.library.Definitions {
		var h holding
		for i := range d.Body {
			ir.WalkStep(&d.Body[i], h.look)
		}
		c.calls[d.Index()] = append(h.calls, d.Undo)
	}
	reached := c.reached()
	order := slices.Clone(c.library.Definitions)
	sort.SliceStable(order, func(i, j int) bool { return order[i].Pos.Less(order[j].Pos) })
	c.number = map[int]int{}
	for _, d := range order {
		if !reached[d.Index()] {
			if !d.IsUndo {
				c.result.Unused = append(c.result.Unused, d.Definition)
			}
			continue
		}
		c.linked = append(c.linked, d)
		c.program.Definitions = append(c.program.Definitions, d.Definition)
		c.number[d.Index()] = len(c.program.Definitions)
	}
	for i := range c.program.Definitions {
		d := &c.program.Definitions[i]
		d.Undo = c.number[d.Undo]
		renumber(d.Body, c.number)
	}
	for i := range c.program.Features {
		for j := range c.program.Features[i].Scenarios {
			renumber(c.program.Features[i].Scenarios[j].Steps, c.number)
		}
	}
}

// reached are the definitions that scenarios reach, by their numbers in the library.
func (c *compiler) reached() map[int]bool {
	reached := map[int]bool{}
	var reach func(list []int)
	reach = func(list []int) {
		for _, d := range list {
			if d > 0 && !reached[d] {
				reached[d] = true
				reach(c.calls[d])
			}
		}
	}
	for _, u := range c.units {
		reach(u.calls)
	}
	return reached
}

func renumber(list []ir.Step, number map[int]int) {
	for i := range list {
		ir.WalkStep(&list[i], func(s *ir.Step) {
			for j := range s.Bindings {
				s.Bindings[j].Definition = number[s.Bindings[j].Definition]
			}
		})
	}
}
