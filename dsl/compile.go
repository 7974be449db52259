// Package dsl compiles a project, its feature files, step definitions and hoops.yaml, into one ir.Program.
//
// It is a pipeline with one direction: gherkin and project parse, steps binds, value/clause reads the clauses,
// and the passes here name, order and check the whole. It opens no socket, runs no command and knows no runner;
// it meets them at the program.
package dsl

import (
	"errors"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/project"
	"github.com/cucumber-value/hoops/dsl/schema"
	"github.com/cucumber-value/hoops/dsl/steps"
	"github.com/cucumber-value/hoops/value/clause"
)

// Result of a compilation. With errors among the diagnostics there is no program.
type Result struct {
	Program     *ir.Program
	Diagnostics diag.List
	Drivers     []string          // that scenarios were bound for
	Unused      []ir.Definition   // that no scenario reaches
	sources     map[string]string // normalised, by path
	advice      *advice
	wheres      []project.Where // of hoops.yaml
}

// Source is the normalised text of a file, for rendering diagnostics.
func (r *Result) Source(file string) string { return r.sources[file] }

// stepsSuffix marks a file of step definitions.
const stepsSuffix = ".steps.feature"

// Compile makes the program of a project.
func Compile(in *Sources) *Result { return compile(in, nil) }

// compile makes the program of a project. With a Compiler, files that it knows are not parsed again.
func compile(in *Sources, again *Compiler) *Result {
	c := newCompiler(in)
	c.again = again
	c.misnamed()
	c.project()
	features, definitions := c.parse()
	c.define(definitions)
	c.keptNames(features, definitions)
	c.eachColumns(features, definitions)
	c.bodies()
	c.readers()
	c.features(features)
	c.recursion()
	if !c.list.HasErrors() {
		c.link()
		c.follow()
	}
	result := c.finish()
	again.remember(c)
	return result
}

func newCompiler(in *Sources) *compiler {
	return &compiler{in: in, result: &Result{sources: map[string]string{}}, program: &ir.Program{}, files: map[string]bool{}, lint: map[string]diag.List{}}
}

// follow checks what needs every binding to be known.
func (c *compiler) follow() {
	c.flow()
	for i := range c.program.Definitions {
		c.readOnly(c.program.Definitions[i].Body, c.linked[i].Names)
	}
	c.openSecrets()
}

// finish checks hoops.yaml against the program, and makes the result.
func (c *compiler) finish() *Result {
	c.stages()
	c.embed()
	c.list.Sort()
	c.result.wheres = c.yaml.Wheres
	c.result.Diagnostics, c.result.Drivers = c.list, c.drivers
	if !c.list.HasErrors() {
		c.result.Program = c.program
		c.result.advice = &advice{c.program, c.library, c.linked, c.scenarioNames(), c.result.Unused, c.calls, c.result.Source, nil}
	}
	return c.result
}

type compiler struct {
	in        *Sources
	result    *Result
	list      diag.List
	program   *ir.Program
	files     map[string]bool
	schemas   map[string]bool      // that were read, by path
	schemaIDs schema.IDs           // of those that steps name
	again     *Compiler            // nil when nothing is compiled again
	partial   bool                 // a file has nothing to compile
	units     []*unit              // of program.Features
	lint      map[string]diag.List // what was said of a feature's file when it was parsed
	shared
}

// declare tells names what hoops.yaml declares.
func (c *compiler) declare(n *steps.Names) {
	known := c.yaml.Known
	if c.in.Project == nil {
		known.Env = []string{"url"}
	}
	n.Declare(known.Params, known.Env)
}

func (c *compiler) add(d diag.Diagnostic) { c.list = append(c.list, d) }

func (c *compiler) project() {
	c.yaml = &project.Project{}
	if c.in.Project != nil {
		text := yamlText(c.in.Project.Data)
		var wrong diag.List
		c.yaml, wrong = project.Parse(c.in.Project.Path, text, project.Options{
			Read: func(name string) (string, error) {
				if c.in.Read == nil {
					return "", errors.New("there is no folder to read it from")
				}
				data, err := c.in.Read(name)
				return yamlText(data), plainly(err)
			},
			Template: steps.ProjectTemplate,
		})
		c.list = append(c.list, wrong...)
		for _, s := range c.yaml.Sources {
			c.result.sources[s.Path] = s.Text
		}
		if c.result.sources[c.in.Project.Path] == "" {
			c.result.sources[c.in.Project.Path] = text
		}
	}
	y, p := c.yaml, c.program
	p.Project, p.Params, p.Vars, p.Environments = y.Name, y.Params, y.Vars, y.Environments
	p.Baselines, p.Zone = y.Baselines, y.Zone
	c.list = append(c.list, clause.CheckBaselines(p.Baselines)...)
	p.Measures, p.CrossCutting, p.Stages, p.History = y.Measures, y.CrossCutting, y.Stages, y.History
	if y.Releases != nil {
		p.Releases = &ir.Releases{From: y.Releases.From, Label: y.Releases.Label, Value: y.Releases.Value, Pos: y.Releases.Pos}
	}
	if y.Escalation != nil {
		c.add(diag.Warnf(diag.At(y.Escalation.Pos, len("escalation")), "project/escalation", "escalation is read and checked, and nothing acts on it in this version"))
	}
	var types []steps.Type
	for _, t := range y.Types {
		types = append(types, steps.Type{Name: t.Name, Pattern: t.Pattern, Pos: t.Pos})
	}
	known, wrong := steps.NewTypes(types)
	if !c.list.HasErrors() { // else the file has said so itself
		c.list = append(c.list, wrong...)
	}
	c.library = steps.NewLibrary(known)
}
