package dsl

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// embed adds the sources, normalised, and every file that the program names, so that the artefact needs nothing
// beside it.
func (c *compiler) embed() {
	for path, text := range c.result.sources {
		c.program.Files = append(c.program.Files, file(path, []byte(text)))
		c.files[path] = true
	}
	need := func(path string, at diag.Range) {
		if c.files[path] {
			return
		}
		c.files[path] = true
		if c.in.Read == nil {
			return
		}
		data, err := c.in.Read(path)
		if err != nil {
			c.add(diag.Errorf(at, "project/file", "the file %s cannot be read: %v", path, err).
				WithHelp("paths are relative to the project's folder"))
			return
		}
		c.program.Files = append(c.program.Files, file(path, data))
	}
	ir.WalkSteps(c.program, func(s *ir.Step) {
		for _, source := range ir.Expressions(s) {
			if !strings.Contains(source, "file") {
				continue
			}
			if p, wrong := c.anyNames().Program(source); wrong == nil {
				for _, call := range p.Calls() {
					if call.Name == "file" && call.Literal {
						need(call.Arg, diag.At(s.Pos, len([]rune(s.Text))))
					}
				}
			}
		}
		for _, b := range s.Bindings {
			switch op := b.Op.(type) {
			case *ir.Expect:
				if path, ok := op.Want.Constant(); ok && op.Check == ir.CheckSchema {
					need(path, diag.At(op.Pos, len([]rune(path))))
				}
			case *ir.Request:
				if op.Body != nil && op.Body.Kind == ir.BodyParts {
					for _, f := range op.Body.Fields {
						if text, ok := f.Value.Constant(); ok && strings.HasPrefix(text, "@") {
							need(text[1:], diag.At(f.Pos, len([]rune(f.Name))))
						}
					}
				}
			}
		}
	})
	for _, e := range c.program.Environments {
		if e.TLS == nil {
			continue
		}
		for _, t := range []ir.Template{e.TLS.CA, e.TLS.Cert} { // a private key is never embedded
			if path, ok := t.Constant(); ok && path != "" {
				need(path, diag.At(e.Pos, len([]rune(e.Name))))
			}
		}
	}
	for _, s := range c.program.Stages {
		if s.Load != nil && s.Load.Data != nil {
			need(s.Load.Data.File, diag.At(s.Load.Data.Pos, 1))
		}
	}
	sort.Slice(c.program.Files, func(i, j int) bool { return c.program.Files[i].Path < c.program.Files[j].Path })
}

func file(path string, data []byte) ir.File {
	f := ir.File{Path: path, Digest: ir.FileDigest(data), Size: int64(len(data))}
	switch {
	case len(data) > ir.MaxEmbedded:
	case utf8.Valid(data):
		f.Text = string(data)
	default:
		f.Bytes = data
	}
	return f
}

// anyNames compiles an expression wherever it stands, to look at its calls.
func (c *compiler) anyNames() *anyNames { return &anyNames{c} }

type anyNames struct{ c *compiler }

func (a *anyNames) Program(source string) (*expr.Program, *expr.Error) {
	if p, wrong := a.c.scenarioNames().Program(source); wrong == nil {
		return p, nil
	}
	for _, d := range a.c.library.Definitions {
		if p, wrong := d.Names.Program(source); wrong == nil {
			return p, nil
		}
	}
	return nil, &expr.Error{Message: "it compiles nowhere"}
}
