package dsl

import (
	"regexp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// readers finds what each definition reads of what it is given. What compensates a definition is given the same. A doc
// string or a table that the definition it is given to does not read is refused, and so is a step without one that its
// definition reads: here those of definitions, those of scenarios where they are looked at.
func (c *compiler) readers() {
	c.reads = map[int]*handed{}
	for _, d := range c.library.Definitions {
		c.reads[d.Index()] = handedTo(d)
	}
	for _, d := range c.library.Definitions {
		if undo := c.reads[d.Undo]; undo != nil {
			c.reads[d.Index()].add(undo)
		}
	}
	for _, d := range c.library.Definitions {
		for i := range d.Body {
			ir.WalkStep(&d.Body[i], c.handsOver)
		}
	}
}

// handed is what a body reads by name: table, rows and doc of its caller, and columns.
type handed struct {
	names    map[string]bool
	at       map[string]*ir.Step // the first step that reads it, or calls with it
	optional map[string]bool     // what it compares with nil: it may as well not be there
}

// orNot is a body that asks whether it was given something.
var orNot = regexp.MustCompile(`\b(table|rows|doc)\s*[!=]=\s*nil\b|\bnil\s*[!=]=\s*(table|rows|doc)\b`)

func handedTo(d *steps.Definition) *handed {
	h := &handed{names: map[string]bool{}, at: map[string]*ir.Step{}, optional: map[string]bool{}}
	for i := range d.Body {
		for _, source := range ir.Expressions(&d.Body[i]) {
			p, wrong := d.Names.Program(source)
			if wrong != nil {
				continue
			}
			for _, n := range p.Names() {
				h.names[n] = true
				if h.at[n] == nil {
					h.at[n] = &d.Body[i]
				}
			}
			for _, m := range orNot.FindAllStringSubmatch(source, -1) {
				h.optional[m[1]+m[2]] = true
			}
		}
	}
	return h
}

func (h *handed) add(more *handed) {
	for n := range more.names {
		if !h.names[n] {
			h.names[n], h.at[n], h.optional[n] = true, more.at[n], more.optional[n]
		}
	}
}

// needs is the first of some names that the body cannot do without, "" for none.
func (h *handed) needs(names ...string) string {
	for _, n := range names {
		if h.names[n] && !h.optional[n] {
			return n
		}
	}
	return ""
}

// handsOver checks what one step gives to the definitions that it calls.
func (c *compiler) handsOver(s *ir.Step) {
	for i := range s.Bindings {
		b := &s.Bindings[i]
		if b.Definition == 0 {
			continue
		}
		d, read := c.library.Definitions[b.Definition-1], c.reads[b.Definition]
		unread := func(what, how string) {
			c.add(diag.Errorf(s.Range(), "steps/unread", "nothing reads this %s", what).
				WithNote(diag.At(d.Pos, 1), "the definition %s", d.Pattern).WithHelp("%s", how))
		}
		lacks := func(what, name, how string) {
			c.add(diag.Errorf(s.Range(), "steps/argument", "this step needs a %s, which its definition reads as %s", what, name).
				WithNote(read.at[name].Range(), "read here, in the definition %s", d.Pattern).WithHelp("%s", how).
				WithHelp("if it may be missing, let the definition ask for it: %s == nil", name))
		}
		if s.Doc != nil && !read.names["doc"] {
			unread("doc string", "remove it, or read it in the definition as ${doc}")
		}
		if s.Table != nil && !d.Each && !read.names["table"] && !read.names["rows"] {
			unread("table", "remove it, or read it in the definition as ${table} or ${rows}, or tag the definition @each")
		}
		if s.Doc == nil && read.needs("doc") != "" {
			lacks("doc string", "doc", "write it below the step, between two lines of \"\"\"")
		}
		if s.Table == nil && !d.Each && read.needs("table", "rows") != "" {
			lacks("table", read.needs("table", "rows"), "write it below the step: | name | value |")
		}
		if d.Each && len(s.Table) > 0 {
			c.missingColumns(s, d, read.names)
		}
		if d.Each && s.Table == nil {
			c.add(diag.Errorf(s.Range(), "steps/argument", "this step needs a table: its definition runs once for each row").
				WithNote(diag.At(d.Pos, 1), "the definition %s", d.Pattern))
		}
	}
}
