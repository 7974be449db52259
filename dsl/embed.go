package dsl

import (
	"slices"
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
	need := func(path string, at diag.Range) { c.need(neededFile{path: path, at: at}) }
	c.stepFiles()
	named := [][]neededFile{c.bodyFiles}
	for _, u := range c.units {
		named = append(named, u.files)
	}
	c.schemaIDs = c.idsOf(named...)
	told := map[diag.Range]bool{} // of a body that several features reach
	for _, u := range c.units {
		for _, f := range u.files {
			c.need(f)
		}
		for _, d := range u.unknown {
			if !told[d.Range] {
				told[d.Range] = true
				c.add(d)
			}
		}
	}
	for _, f := range c.bodyFiles {
		c.need(f)
	}
	for _, f := range c.yaml.Files {
		need(f.Text, diag.At(f.Pos, len([]rune(f.Text))))
	}
	for _, s := range c.program.Stages {
		if s.Load != nil && s.Load.Data != nil {
			need(s.Load.Data.File, diag.At(s.Load.Data.Pos, len([]rune(s.Load.Data.File))))
		}
	}
	c.data()
	c.identify()
	sort.Slice(c.program.Files, func(i, j int) bool { return c.program.Files[i].Path < c.program.Files[j].Path })
}

// followable reports whether every call is known.
func (c *compiler) followable() bool { return c.number != nil && !c.list.HasErrors() }

// stepFiles finds the files of every step, of bodies and of each feature once.
func (c *compiler) stepFiles() {
	if c.bodyFiles == nil {
		c.bodyFiles = []neededFile{}
		for i, d := range c.linked {
			c.bodyFiles = append(c.bodyFiles, c.filesIn(c.program.Definitions[i].Body, d.Names)...)
		}
		c.namings()
	}
	for i, u := range c.units {
		if u.files != nil {
			continue
		}
		u.files = []neededFile{}
		if !c.mayNameFiles(u, &c.program.Features[i]) {
			continue
		}
		for j := range c.program.Features[i].Scenarios {
			u.files = append(u.files, c.filesIn(c.program.Features[i].Scenarios[j].Steps, c.scenarioNames())...)
		}
		if c.followable() {
			c.followFiles(u, &c.program.Features[i])
		}
	}
}

// neededFile is a file that a step names, or that the step by calls for with what it was given at another place.
type neededFile struct {
	path   string
	at     diag.Range
	by     *ir.Step
	schema bool // responses are held against it
}

// need embeds a file, once, and a schema with all that it refers to.
func (c *compiler) need(f neededFile) {
	if f.schema {
		c.schema(f)
	}
	if c.files[f.path] {
		return
	}
	c.files[f.path] = true
	if c.in.Read == nil {
		return
	}
	data, err := c.in.Read(f.path)
	if err != nil {
		d := diag.Errorf(f.at, "project/file", "the file %s cannot be read: %v", f.path, plainly(err))
		if f.by != nil {
			d = d.WithNote(f.by.Range(), "it is named by: %s", f.by.Words())
		}
		c.add(d.WithHelp("paths are relative to the project's folder"))
		return
	}
	c.program.Files = append(c.program.Files, file(f.path, data))
}

// filesIn are the files that steps write out.
func (c *compiler) filesIn(list []ir.Step, names *steps.Names) (found []neededFile) {
	for i := range list {
		ir.WalkStep(&list[i], func(s *ir.Step) {
			for _, n := range c.fileNames(s, names) {
				if path, written := n.name.Constant(); written {
					found = append(found, neededFile{path: path, at: n.at, schema: n.schema})
				}
			}
		})
	}
	return found
}

func file(path string, data []byte) ir.File {
	if utf8.Valid(data) {
		return textFile(path, string(data))
	}
	f := ir.File{Path: path, Digest: ir.FileDigest(data), Size: int64(len(data))}
	if len(data) <= ir.MaxEmbedded {
		f.Bytes = data
	}
	return f
}

func textFile(path, text string) ir.File {
	f := ir.File{Path: path, Digest: ir.FileDigest([]byte(text)), Size: int64(len(text))}
	if len(text) <= ir.MaxEmbedded {
		f.Text = text
	}
	return f
}

// fileName is a place of a step where the name of a file stands.
type fileName struct {
	name   ir.Template
	at     diag.Range
	rows   []int // of the outline, where the binding that it is from has some only
	schema bool
}

// fileNames are those of a step, without steps inside its ops.
func (c *compiler) fileNames(s *ir.Step, names *steps.Names) (found []fileName) {
	called := func(source string, at diag.Range) {
		if !strings.Contains(source, "file") {
			return
		}
		p, wrong := names.Program(source)
		if wrong != nil {
			return
		}
		for _, call := range p.Calls() {
			switch {
			case call.Name != "file":
			case call.Literal:
				found = append(found, fileName{name: ir.Literal(call.Arg), at: at})
			default:
				found = append(found, fileName{name: ir.Template{{Expr: call.ArgText, Pos: at.Pos}}, at: at})
			}
		}
	}
	ir.Templates(s, func(t ir.Template, _ string) {
		for _, p := range t {
			if p.Expr != "" {
				called(p.Expr, diag.At(p.Pos, len([]rune(p.Expr))))
			}
		}
	})
	for _, source := range conditions(s) { // those of phrases, whose step is their place
		called(source, s.Range())
	}
	for i := range s.Bindings {
		b := &s.Bindings[i]
		named := func(t ir.Template, at diag.Range) { found = append(found, fileName{name: t, at: at, rows: b.Rows}) }
		switch op := b.Op.(type) {
		case *ir.Expect:
			if op.Check == ir.CheckSchema {
				named(op.Want, c.written(op.Want, s.Pos, s.Range()))
				found[len(found)-1].schema = true
			}
		case *ir.Act:
			if op.Verb == ir.Upload {
				named(op.Value, c.written(op.Value, s.Pos, s.Range()))
			}
		case *ir.Request:
			if op.Body == nil || op.Body.Kind != ir.BodyParts {
				continue
			}
			for _, f := range op.Body.Fields {
				if !ir.NamesFile(f.Value) {
					continue
				}
				path := slices.Clone(f.Value)
				if path[0].Text = path[0].Text[1:]; path[0].Text == "" {
					path = path[1:]
				}
				behind := f.Pos
				behind.Col += len([]rune(f.Name))
				named(path, c.written(path, behind, diag.At(f.Pos, len([]rune(f.Name)))))
			}
		}
	}
	return found
}

// conditions are the expressions of a step that stand in no template.
func conditions(s *ir.Step) (list []string) {
	for _, b := range s.Bindings {
		switch op := b.Op.(type) {
		case *ir.Expect:
			if op.Expr != "" {
				list = append(list, op.Expr)
			}
			if op.Check == ir.CheckFields {
				for _, f := range op.Fields {
					list = append(list, f.Name)
				}
			}
		case *ir.Keep:
			list = append(list, op.Expr)
		}
	}
	return list
}

// written is where a template stands in the line of its source, from a place on; elsewhere when it reads otherwise
// there. What stands between quotes comes before what does not.
func (c *compiler) written(t ir.Template, from diag.Pos, elsewhere diag.Range) diag.Range {
	text := t.String()
	line, _ := diag.LineOf(c.result.sources[from.File], from.Line)
	runes := []rune(line)
	begin := min(max(0, from.Col-1), len(runes))
	rest := string(runes[begin:])
	for _, quote := range []string{`"`, "'", ""} {
		if i := strings.Index(rest, quote+text+quote); i >= 0 && text != "" {
			from.Col = begin + utf8.RuneCountInString(rest[:i]+quote) + 1
			return diag.At(from, utf8.RuneCountInString(text))
		}
	}
	return elsewhere
}
