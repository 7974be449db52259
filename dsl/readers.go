package dsl

import (
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// readers refuses a doc string or a table that the definition it is given to does not read.
func (c *compiler) readers() {
	reads := map[int]map[string]bool{}
	for _, d := range c.library.Definitions {
		names := map[string]bool{}
		for i := range d.Body {
			for _, source := range ir.Expressions(&d.Body[i]) {
				if p, wrong := d.Names.Program(source); wrong == nil {
					for _, n := range p.Names() {
						names[n] = true
					}
				}
			}
		}
		reads[d.Index()] = names
	}
	c.reads = reads
	for _, d := range c.library.Definitions {
		c.readIn(d.Body)
	}
	for _, f := range c.program.Features {
		c.readBy(f)
	}
}

func (c *compiler) readBy(f ir.Feature) {
	for i := range f.Scenarios {
		c.readIn(f.Scenarios[i].Steps)
	}
}

func (c *compiler) readIn(list []ir.Step) {
	check := func(s *ir.Step) {
		for _, b := range s.Bindings {
			if b.Definition == 0 {
				continue
			}
			d, names := c.library.Definitions[b.Definition-1], c.reads[b.Definition]
			unread := func(what, how string) {
				c.add(diag.Errorf(s.Range(), "steps/unread", "nothing reads this %s", what).
					WithNote(diag.At(d.Pos, 1), "the definition %s", d.Pattern).WithHelp("%s", how))
			}
			if s.Doc != nil && !names["doc"] {
				unread("doc string", "remove it, or read it in the definition as ${doc}")
			}
			if s.Table != nil && !d.Each && !names["table"] && !names["rows"] {
				unread("table", "remove it, or read it in the definition as ${table} or ${rows}, or tag the definition @each")
			}
			if d.Each && len(s.Table) > 0 {
				c.missingColumns(s, d, names)
			}
			if d.Each && s.Table == nil {
				c.add(diag.Errorf(s.Range(), "steps/argument", "this step needs a table: its definition runs once for each row").
					WithNote(diag.At(d.Pos, 1), "the definition %s", d.Pattern))
			}
		}
	}
	for i := range list {
		ir.WalkStep(&list[i], check)
	}
}
