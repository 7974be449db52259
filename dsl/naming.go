package dsl

import (
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// naming is how the steps of a body or of a scenario name files by what they are given: parameters, columns and doc
// strings. Files that they write out themselves are no part of it.
type naming struct {
	steps []namingStep
	reads map[string]bool // what the names are made of: "file" of a parameter, "row" and "row.file" of a column
}

// namingStep is a step that names files, or calls definitions that do.
type namingStep struct {
	step  *ir.Step
	files []fileName
	calls []*ir.Binding
}

// namings finds how each definition names files. Definitions do not call themselves, so callees come first.
func (c *compiler) namings() {
	c.naming = make([]*naming, len(c.linked))
	known := make([]bool, len(c.linked))
	var of func(i int) *naming
	of = func(i int) *naming {
		if !known[i] {
			known[i] = true
			c.naming[i] = c.namingOf(c.program.Definitions[i].Body, c.linked[i].Names, of)
		}
		return c.naming[i]
	}
	for i := range c.linked {
		of(i)
	}
}

// namingOf is how steps name files, nil when they do not.
func (c *compiler) namingOf(list []ir.Step, names *steps.Names, of func(definition int) *naming) *naming {
	n := &naming{reads: map[string]bool{}}
	for i := range list {
		ir.WalkStep(&list[i], func(s *ir.Step) {
			found := namingStep{step: s}
			for _, f := range c.fileNames(s, names) {
				if _, written := f.name.Constant(); !written {
					found.files = append(found.files, f)
					n.read(f.name, names)
				}
			}
			for j := range s.Bindings {
				b := &s.Bindings[j]
				if b.Definition == 0 {
					continue
				}
				callee := of(b.Definition - 1)
				if callee == nil {
					continue
				}
				found.calls = append(found.calls, b)
				for k, p := range c.program.Definitions[b.Definition-1].Params {
					if callee.reads[p.Name] && k < len(b.Args) {
						n.read(b.Args[k], names)
					}
				}
				for name := range callee.reads { // a row can be read at any depth
					if name == "row" || strings.HasPrefix(name, "row.") {
						n.reads[name] = true
					}
				}
				if callee.reads["doc"] && s.Doc != nil {
					n.read(s.Doc.Content, names)
				}
				for _, row := range s.Table {
					for _, cell := range row {
						n.read(cell, names)
					}
				}
			}
			if found.files != nil || found.calls != nil {
				n.steps = append(n.steps, found)
			}
		})
	}
	if n.steps == nil {
		return nil
	}
	return n
}

// read notes what a template reads.
func (n *naming) read(t ir.Template, names *steps.Names) {
	for _, part := range t {
		if part.Expr == "" {
			continue
		}
		p, wrong := names.Program(part.Expr)
		if wrong != nil {
			continue
		}
		for _, r := range p.Reads() {
			n.reads[r.Name] = true
			if r.Name == "row" && !names.IsParameter("row") {
				n.reads["row."+r.Field] = true
			}
		}
	}
}

// sorted are the names that are read, in one order.
func (n *naming) sorted() []string {
	var list []string
	for name := range n.reads {
		if !strings.Contains(name, ".") {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}
