package dsl

import (
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// holding is what steps hold. Passes that look for one thing leave out features that hold none of it, which most do:
// their steps only call definitions.
type holding struct {
	calls []int // definitions that they call themselves, by their numbers in the library
	ops   bool  // one of them does something itself
}

func (h *holding) look(s *ir.Step) {
	for i := range s.Bindings {
		b := &s.Bindings[i]
		h.ops = h.ops || b.Op != nil
		if b.Definition > 0 && !slices.Contains(h.calls, b.Definition) {
			h.calls = append(h.calls, b.Definition)
		}
	}
}

// look notes what the steps of a scenario hold, and checks what they hand over.
func (c *compiler) look(u *unit, list []ir.Step) {
	for i := range list {
		ir.WalkStep(&list[i], u.holding.look)
		ir.WalkStep(&list[i], c.handsOver)
	}
}

// mayNameFiles reports whether a step of a feature may name a file, or call for one with what it hands over. Arguments
// and doc strings do so with the function file, whose name stands in the source unless a row brings a part of it.
func (c *compiler) mayNameFiles(u *unit, f *ir.Feature) bool {
	switch {
	case u.ops, strings.Contains(c.result.sources[f.Path], "file"), slices.ContainsFunc(f.Scenarios, func(s ir.Scenario) bool { return s.Outline }):
		return true
	}
	return c.followable() && slices.ContainsFunc(u.calls, func(d int) bool { return c.naming[c.number[d]-1] != nil })
}
