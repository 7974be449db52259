package dsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/pick"
	"github.com/cucumber-value/hoops/dsl/project"
)

// mix refuses shares that are of no scenario of the project: nothing could ever start such a load. Whether the
// stage selects what they are of is asked by hoops check.
func (c *compiler) mix(s *ir.Stage) {
	if s.Load == nil || c.list.HasErrors() { // else a scenario may be missing here for what was said already
		return
	}
	for _, share := range s.Load.Mix {
		if share.Of == "" || c.anybody(share.Of) {
			continue
		}
		at := diag.At(share.Pos, len([]rune(share.Of)))
		d := diag.Errorf(project.Written(c.line(share.Pos), share.Pos, at), "load/mix", "the mix names %q, and no scenario is it", share.Of).
			WithHelp("a share is of a scenario's name, an id, or a tag expression")
		if near := diag.Closest(share.Of, c.mixable()); near != "" {
			d.Help = append([]string{fmt.Sprintf("did you mean %q?", near)}, d.Help...)
		}
		c.add(d)
	}
}

// anybody reports whether a share is of any scenario or row.
func (c *compiler) anybody(of string) bool {
	tags, wrong := pick.ParseTags(of)
	matches := func(list []ir.Tag) bool {
		var names []string
		for _, t := range list {
			names = append(names, t.Name)
		}
		return wrong == nil && strings.Contains(of, "@") && tags.Match(names)
	}
	for _, f := range c.program.Features {
		for _, s := range f.Scenarios {
			if of == s.Name || of == s.ID || matches(s.Tags) || slices.ContainsFunc(s.Rows, func(r ir.Row) bool { return matches(r.Tags) }) {
				return true
			}
		}
	}
	return false
}

// mixable are the names and tags that a share could be of.
func (c *compiler) mixable() []string {
	var all []string
	for _, f := range c.program.Features {
		for _, s := range f.Scenarios {
			all = append(all, s.Name)
			for _, t := range s.Tags {
				all = append(all, t.Name)
			}
		}
	}
	return all
}
