package dsl

import (
	"slices"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// recursion refuses definitions that call themselves, at any depth, and shows the circle.
func (c *compiler) recursion() {
	const entered, left = 1, 2
	state := map[int]int{}
	var path []*steps.Definition
	var enter func(d *steps.Definition)
	enter = func(d *steps.Definition) {
		switch state[d.Index()] {
		case left:
			return
		case entered:
			from := slices.Index(path, d)
			e := diag.Errorf(diag.At(d.Pos, len([]rune(d.Pattern))), "steps/recursion", "this definition calls itself")
			circle := append(slices.Clone(path[from:]), d)
			for i, p := range circle[:len(circle)-1] {
				e = e.WithNote(diag.At(p.Pos, 1), "%s → %s", p.Pattern, circle[i+1].Pattern)
			}
			c.add(e.WithHelp("a behaviour ends: split what repeats into a definition of its own, or use @each"))
			return
		}
		state[d.Index()] = entered
		path = append(path, d)
		for i := range d.Body {
			ir.WalkStep(&d.Body[i], func(s *ir.Step) {
				for _, b := range s.Bindings {
					if b.Definition > 0 {
						enter(c.library.Definitions[b.Definition-1])
					}
				}
			})
		}
		path = path[:len(path)-1]
		state[d.Index()] = left
	}
	for _, d := range c.library.Definitions {
		enter(d)
	}
}
