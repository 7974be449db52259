// Package dsl compiles a project, its feature files, step definitions and hoops.yaml, into one ir.Program.
//
// It is a pipeline with one direction: gherkin and project parse, steps binds, value/clause reads the clauses,
// and the passes here name, order and check the whole. It opens no socket, runs no command and knows no runner;
// it meets them at the program.
package dsl

import (
	"errors"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/gherkin"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/project"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// Result of a compilation. With errors among the diagnostics there is no program.
type Result struct {
	Program     *ir.Program
	Diagnostics diag.List
	Drivers     []string          // that scenarios were bound for
	Unused      []ir.Definition   // that no scenario reaches
	sources     map[string]string // normalised, by path
	advice      *advice
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
	c.project()
	features, definitions := c.parse()
	c.define(definitions)
	c.keptNames(features, definitions)
	c.eachColumns(features, definitions)
	c.bodies()
	c.features(features)
	c.readers()
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
		c.readOnly(c.program.Definitions[i].Body)
	}
	c.openSecrets()
}

// finish checks hoops.yaml against the program, and makes the result.
func (c *compiler) finish() *Result {
	c.stages()
	c.embed()
	c.data()
	c.list.Sort()
	c.result.Diagnostics, c.result.Drivers = c.list, c.drivers
	if !c.list.HasErrors() {
		c.result.Program = c.program
		c.result.advice = &advice{c.program, c.library.Definitions, c.linked, c.scenarioNames(), c.result.Unused, nil}
	}
	return c.result
}

type compiler struct {
	in      *Sources
	result  *Result
	list    diag.List
	program *ir.Program
	yaml    *project.Project
	library *steps.Library
	drivers []string
	linked  []*steps.Definition            // what program.Definitions were made of, in their order
	kept    []string                       // every name that is kept, sorted
	names   *steps.Names                   // of scenarios
	reads   map[int]map[string]bool        // what the body of each definition reads, by its number in the library
	each    map[*steps.Definition][]string // columns of the tables that @each definitions are given
	files   map[string]bool
	again   *Compiler            // nil when nothing is compiled again
	partial bool                 // a file has nothing to compile
	units   []*unit              // of program.Features
	number  map[int]int          // of definitions in the program, by their number in the library
	calls   map[int][]int        // of the bodies of definitions, by numbers in the library
	lasting diag.List            // what was said before any feature was looked at
	lint    map[string]diag.List // what was said of a feature's file when it was parsed

	definitions []saying     // of the files of definitions
	declared    []string     // drivers of definitions and stages
	secretNames []string     // names that are kept as secrets
	bodySecrets diag.List    // secrets in addresses of bodies
	bodyFiles   []neededFile // of bodies
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
				return yamlText(data), err
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

// yamlText is a YAML file without byte order mark and with Unix line ends, so that its digest does not depend on
// who checked it out.
func yamlText(data []byte) string {
	return strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
}

// parse reads every feature file, and tells features from definitions.
func (c *compiler) parse() (features, definitions []*gherkin.Document) {
	for _, s := range c.in.Features {
		doc, wrong := c.document(s)
		switch {
		case doc == nil:
			c.list = append(c.list, wrong...)
			c.partial = true
		case strings.HasSuffix(s.Path, stepsSuffix):
			c.list = append(c.list, wrong...)
			definitions = append(definitions, doc)
		default:
			c.lint[s.Path] = wrong // said when the feature is compiled
			features = append(features, doc)
		}
	}
	if len(c.in.Features) == 0 {
		c.add(diag.Errorf(diag.Range{}, "project/no-features", "there is no *.feature file").
			WithHelp("hoops init writes a working project to begin with"))
	}
	return features, definitions
}

// document is a source, parsed, and what is wrong with it; nil when there is nothing in it to compile.
func (c *compiler) document(s Source) (*gherkin.Document, diag.List) {
	if p := c.again.parsed(s); p != nil {
		c.result.sources[s.Path] = p.text
		return p.doc, p.wrong
	}
	text, wrong := gherkin.Normalise(s.Path, s.Data)
	c.result.sources[s.Path] = text
	if wrong.HasErrors() {
		return nil, wrong
	}
	doc, more := gherkin.Parse(s.Path, text)
	wrong = append(wrong, more...)
	if doc.Feature == nil || wrong.HasErrors() {
		return nil, wrong
	}
	c.again.keep(s, &parsed{s.Data, text, doc, wrong})
	return doc, wrong
}

// keptNames collects every name that a step keeps, so that a body can be compiled before it is known who calls it.
func (c *compiler) keptNames(features, definitions []*gherkin.Document) {
	c.drivers = slices.Clone(c.declared)
	names, secrets := map[string]bool{}, map[string]bool{}
	for _, d := range features {
		c.saying(d).into(c, names, secrets)
	}
	for _, d := range definitions {
		s := c.saying(d)
		s.into(c, names, secrets)
		c.definitions = append(c.definitions, s)
	}
	c.kept, c.secretNames = slices.Sorted(maps.Keys(names)), slices.Sorted(maps.Keys(secrets))
}

// saying is what the steps of a file say by their words alone: names that they keep, which of these are secrets, and
// the drivers that have one of the steps in their own vocabulary.
type saying struct{ kept, secrets, drivers []string }

func (s saying) into(c *compiler, names, secrets map[string]bool) {
	for _, n := range s.kept {
		names[n] = true
	}
	for _, n := range s.secrets {
		secrets[n] = true
	}
	for _, own := range s.drivers {
		if !slices.Contains(c.drivers, own) {
			c.drivers = append(c.drivers, own)
		}
	}
}

func (c *compiler) saying(d *gherkin.Document) saying {
	var out saying
	eachStep(d.Feature, func(s *gherkin.Step) {
		text := s.Text
		if rest, ok := strings.CutPrefix(text, "within "); ok {
			_, text, _ = strings.Cut(rest, " ")
		}
		if name := steps.KeptName(text); name != "" {
			out.kept = append(out.kept, name)
			if strings.HasPrefix(text, "I keep secret ") {
				out.secrets = append(out.secrets, name)
			}
		}
		if own := c.library.OwnDriver(text); own != "" && !slices.Contains(out.drivers, own) {
			out.drivers = append(out.drivers, own)
		}
	})
	return out
}

func eachStep(f *gherkin.Feature, visit func(*gherkin.Step)) {
	for _, b := range backgrounds(f) {
		for _, s := range b.Steps {
			visit(s)
		}
	}
	for _, sc := range f.Scenarios {
		for _, s := range sc.Steps {
			visit(s)
		}
	}
}

func backgrounds(f *gherkin.Feature) []*gherkin.Background {
	var list []*gherkin.Background
	if f.Background != nil {
		list = append(list, f.Background)
	}
	for _, r := range f.Rules {
		if r.Background != nil {
			list = append(list, r.Background)
		}
	}
	return list
}

// link keeps the definitions that scenarios reach, in the order of their places, and renumbers what refers to
// them.
func (c *compiler) link() {
	c.calls = map[int][]int{}
	for _, d := range c.library.Definitions {
		c.calls[d.Index()] = append(called(d.Body), d.Undo)
	}
	reached := c.reached()
	order := slices.Clone(c.library.Definitions)
	sort.SliceStable(order, func(i, j int) bool { return order[i].Pos.Less(order[j].Pos) })
	c.number = map[int]int{}
	for _, d := range order {
		if !reached[d.Index()] {
			if !d.IsUndo {
				c.result.Unused = append(c.result.Unused, d.Definition)
			}
			continue
		}
		c.linked = append(c.linked, d)
		c.program.Definitions = append(c.program.Definitions, d.Definition)
		c.number[d.Index()] = len(c.program.Definitions)
	}
	for i := range c.program.Definitions {
		d := &c.program.Definitions[i]
		d.Undo = c.number[d.Undo]
		renumber(d.Body, c.number)
	}
	for i := range c.program.Features {
		for j := range c.program.Features[i].Scenarios {
			renumber(c.program.Features[i].Scenarios[j].Steps, c.number)
		}
	}
}

// reached are the definitions that scenarios reach, by their numbers in the library.
func (c *compiler) reached() map[int]bool {
	reached := map[int]bool{}
	var reach func(list []int)
	reach = func(list []int) {
		for _, d := range list {
			if d > 0 && !reached[d] {
				reached[d] = true
				reach(c.calls[d])
			}
		}
	}
	for _, u := range c.units {
		reach(u.calls)
	}
	return reached
}

// called are the definitions that steps call themselves, by their numbers.
func called(list []ir.Step) []int {
	var numbers []int
	for i := range list {
		ir.WalkStep(&list[i], func(s *ir.Step) {
			for j := range s.Bindings {
				if d := s.Bindings[j].Definition; d > 0 && !slices.Contains(numbers, d) {
					numbers = append(numbers, d)
				}
			}
		})
	}
	return numbers
}

func renumber(list []ir.Step, number map[int]int) {
	for i := range list {
		ir.WalkStep(&list[i], func(s *ir.Step) {
			for j := range s.Bindings {
				s.Bindings[j].Definition = number[s.Bindings[j].Definition]
			}
		})
	}
}

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

// readOnly refuses to repeat a step that writes.
func (c *compiler) readOnly(list []ir.Step) {
	check := func(s *ir.Step) {
		for _, b := range s.Bindings {
			w, ok := b.Op.(*ir.Within)
			if !ok {
				continue
			}
			if trail := c.program.Writes([]ir.Step{w.Step}, b.Driver, -1); trail != nil {
				last := trail[len(trail)-1]
				c.add(diag.Errorf(w.Step.Range(), "steps/within", "within repeats its step, and this one writes: %s", last.Text).
					WithHelp("repeat a step that only reads, or tag its definition @read if it changes nothing"))
			}
		}
	}
	for i := range list {
		ir.WalkStep(&list[i], check)
	}
}
