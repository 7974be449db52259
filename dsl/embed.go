package dsl

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// embed adds the sources, normalised, and every file that the program names, so that the artefact needs nothing
// beside it.
func (c *compiler) embed() {
	for path, text := range c.result.sources {
		c.program.Files = append(c.program.Files, c.again.file(path, text))
		c.files[path] = true
	}
	need := func(path string, at diag.Range) { c.need(neededFile{path, at}) }
	if c.bodyFiles == nil {
		c.bodyFiles = []neededFile{}
		for i, d := range c.linked {
			c.bodyFiles = append(c.bodyFiles, filesIn(c.program.Definitions[i].Body, d.Names)...)
		}
	}
	for i, u := range c.units {
		if u.files == nil {
			u.files = []neededFile{}
			for j := range c.program.Features[i].Scenarios {
				u.files = append(u.files, filesIn(c.program.Features[i].Scenarios[j].Steps, c.scenarioNames())...)
			}
		}
		for _, f := range u.files {
			c.need(f)
		}
	}
	for _, f := range c.bodyFiles {
		c.need(f)
	}
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

// neededFile is a file that a step names.
type neededFile struct {
	path string
	at   diag.Range
}

// need embeds a file, once.
func (c *compiler) need(f neededFile) {
	if c.files[f.path] {
		return
	}
	c.files[f.path] = true
	if c.in.Read == nil {
		return
	}
	data, err := c.in.Read(f.path)
	if err != nil {
		c.add(diag.Errorf(f.at, "project/file", "the file %s cannot be read: %v", f.path, err).
			WithHelp("paths are relative to the project's folder"))
		return
	}
	c.program.Files = append(c.program.Files, file(f.path, data))
}

// filesIn are the files that steps name.
func filesIn(list []ir.Step, names *steps.Names) (found []neededFile) {
	need := func(path string, at diag.Range) { found = append(found, neededFile{path, at}) }
	for i := range list {
		for _, call := range fileCalls(&list[i], names) {
			need(call, list[i].Range())
		}
		ir.WalkStep(&list[i], func(s *ir.Step) { filesOf(s, need) })
	}
	return found
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

// fileCalls are the files that the expressions of a step read by name.
func fileCalls(s *ir.Step, names *steps.Names) []string {
	var files []string
	for _, source := range ir.Expressions(s) {
		if !strings.Contains(source, "file") {
			continue
		}
		p, wrong := names.Program(source)
		if wrong != nil {
			continue
		}
		for _, call := range p.Calls() {
			if call.Name == "file" && call.Literal {
				files = append(files, call.Arg)
			}
		}
	}
	return files
}

// filesOf are the files that the ops of a step name.
func filesOf(s *ir.Step, need func(path string, at diag.Range)) {
	for _, b := range s.Bindings {
		switch op := b.Op.(type) {
		case *ir.Expect:
			if path, ok := op.Want.Constant(); ok && op.Check == ir.CheckSchema {
				need(path, diag.At(op.Pos, len([]rune(path))))
			}
		case *ir.Act:
			if path, ok := op.Value.Constant(); ok && op.Verb == ir.Upload {
				need(path, diag.At(op.Pos, 1))
			}
		case *ir.Request:
			if op.Body == nil || op.Body.Kind != ir.BodyParts {
				continue
			}
			for _, f := range op.Body.Fields {
				if text, ok := f.Value.Constant(); ok && strings.HasPrefix(text, "@") {
					need(text[1:], diag.At(f.Pos, len([]rune(f.Name))))
				}
			}
		}
	}
}
