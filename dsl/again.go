package dsl

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/gherkin"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/project"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// Compiler compiles one project again and again, and remembers what has not changed: files are parsed when their
// bytes change, and where nothing but features changed, only those are bound again. Its results are those of Compile.
// It is not for several goroutines.
type Compiler struct {
	files   map[string]*parsed     // by path
	schemas map[string]*readSchema // good ones, by path
	last    *compiler              // nil when the last project was wrong
}

// NewCompiler remembers nothing yet.
func NewCompiler() *Compiler {
	return &Compiler{files: map[string]*parsed{}, schemas: map[string]*readSchema{}}
}

// Compile makes the program of a project.
func (k *Compiler) Compile(in *Sources) *Result {
	if r := k.changed(in); r != nil {
		return r
	}
	return compile(in, k)
}

// parsed is a file as it was read last.
type parsed struct {
	data  []byte
	text  string
	doc   *gherkin.Document
	wrong diag.List
}

// shared is what was found out about hoops.yaml, the definitions and all features together. Where only features changed
// it is taken over, and sameWorld holds that it is still true.
type shared struct {
	yaml     *project.Project
	library  *steps.Library
	drivers  []string
	linked   []*steps.Definition                       // what program.Definitions were made of, in their order
	kept     []string                                  // every name that is kept, sorted
	names    *steps.Names                              // of scenarios
	reads    map[int]*handed                           // what the body of each definition reads, by its number in the library
	each     map[*steps.Definition][]string            // columns of the tables that @each definitions are given
	columnAt map[*steps.Definition]map[string]diag.Pos // where the first such table names each
	number   map[int]int                               // of definitions in the program, by their number in the library
	calls    map[int][]int                             // of the bodies of definitions, by numbers in the library
	lasting  diag.List                                 // what was said before any feature was looked at

	definitions []saying     // of the files of definitions
	declared    []string     // drivers of definitions and stages
	secretNames []string     // names that are kept as secrets
	bodySecrets diag.List    // secrets in addresses of bodies
	bodyFiles   []neededFile // of bodies
	naming      []*naming    // of program.Definitions: nil for one that names no file by what it is given
}

// unit is a feature of the program, and what was found out about it.
type unit struct {
	saying
	holding
	doc      *gherkin.Document
	taken    []taking  // ids
	said     diag.List // while it was parsed and bound
	twice    []keptTwice
	followed bool
	secrets  diag.List
	files    []neededFile
	unknown  diag.List // names of files that nobody knows yet
}

// keptTwice is a warning of two definitions of one scenario that keep one name.
type keptTwice struct {
	pair [2]keep
	said diag.Diagnostic
}

func (u *unit) told(pair [2]keep) bool {
	return slices.ContainsFunc(u.twice, func(t keptTwice) bool { return t.pair == pair })
}

func (k *Compiler) parsed(s Source) *parsed {
	if k == nil || k.files[s.Path] == nil || !bytes.Equal(k.files[s.Path].data, s.Data) {
		return nil
	}
	return k.files[s.Path]
}

func (k *Compiler) keep(s Source, p *parsed) {
	if k != nil {
		k.files[s.Path] = p
	}
}

// file is a source as the program holds it.
func (k *Compiler) file(path, text string) ir.File {
	if k != nil && k.last != nil {
		if i, found := slices.BinarySearchFunc(k.last.program.Files, path, func(f ir.File, p string) int { return strings.Compare(f.Path, p) }); found {
			if f := k.last.program.Files[i]; f.Text == text && f.Size == int64(len(text)) {
				return f
			}
		}
	}
	return textFile(path, text)
}

// remember keeps a compilation to go on from, and forgets files that are gone.
func (k *Compiler) remember(c *compiler) {
	if k == nil {
		for _, u := range c.units {
			u.doc = nil
		}
		return
	}
	k.last = nil
	if c.result.Program != nil && !c.partial {
		k.last = c
	}
	maps.DeleteFunc(k.files, func(path string, _ *parsed) bool { _, there := c.result.sources[path]; return !there })
}

// changed compiles a project of which nothing but features changed since the last time, with nothing that other
// features depend on; nil where that is not so, or something is wrong with it.
func (k *Compiler) changed(in *Sources) *Result {
	if k.last == nil || !k.sameProject(in) {
		return nil
	}
	c := *k.last
	c.in, c.list, c.program, c.files, c.schemas = in, slices.Clone(c.lasting), k.skeleton(), map[string]bool{}, nil
	c.result = &Result{Unused: c.result.Unused, sources: maps.Clone(c.result.sources)}
	c.units, c.lint = nil, map[string]diag.List{}
	units := map[string]*unit{}
	features := map[string]*ir.Feature{}
	for i, u := range k.last.units {
		units[u.doc.Path], features[u.doc.Path] = u, &k.last.program.Features[i]
	}
	there := map[string]bool{}
	ids := newIDs()
	for _, s := range in.Features {
		there[s.Path] = true
		if strings.HasSuffix(s.Path, stepsSuffix) {
			continue
		}
		old, same := units[s.Path], k.parsed(s) != nil
		if same && old != nil {
			for _, t := range old.taken {
				if ids.take(t.asked, t.tagged, t.pos, t.what, t.remedy) != t.given {
					return nil
				}
			}
			c.list = append(c.list, old.said...)
			c.units, c.program.Features = append(c.units, old), append(c.program.Features, *features[s.Path])
			continue
		}
		doc, wrong := c.document(s)
		if doc == nil || !k.sameTables(old, doc) {
			return nil
		}
		c.lint[s.Path] = wrong
		c.feature(ids, doc)
	}
	for path, u := range units {
		if !there[path] {
			if !k.sameTables(u, nil) {
				return nil
			}
			delete(c.result.sources, path)
		}
	}
	c.list = append(c.list, ids.problems...)
	if c.list.HasErrors() || !c.sameWorld(k.last) {
		return nil
	}
	for i, u := range c.units {
		if !u.followed {
			for j := range c.program.Features[i].Scenarios {
				renumber(c.program.Features[i].Scenarios[j].Steps, c.number)
			}
		}
	}
	c.flow()
	c.openSecrets()
	if c.list.HasErrors() {
		return nil
	}
	result := c.finish()
	if result.Program == nil {
		return nil
	}
	k.remember(&c)
	return result
}

// skeleton is the last program without its features and files.
func (k *Compiler) skeleton() *ir.Program {
	p := *k.last.program
	p.Files = nil
	p.Features = make([]ir.Feature, 0, len(p.Features)+1)
	return &p
}

// sameProject reports whether hoops.yaml, what it includes, and every file of definitions are as they were.
func (k *Compiler) sameProject(in *Sources) bool {
	last := k.last
	if (in.Project == nil) != (last.in.Project == nil) {
		return false
	}
	if in.Project != nil && (in.Project.Path != last.in.Project.Path || !bytes.Equal(in.Project.Data, last.in.Project.Data)) {
		return false
	}
	for _, s := range last.yaml.Sources {
		if in.Project != nil && s.Path == in.Project.Path {
			continue
		}
		if in.Read == nil {
			return false
		}
		if data, err := in.Read(s.Path); err != nil || yamlText(data) != s.Text {
			return false
		}
	}
	if !slices.Equal(in.Misnamed, last.in.Misnamed) {
		return false
	}
	definitions := 0
	for _, s := range in.Features {
		if strings.HasSuffix(s.Path, stepsSuffix) {
			definitions++
			if k.parsed(s) == nil {
				return false
			}
		}
	}
	return definitions == len(last.definitions)
}

// sameTables reports whether a feature gives @each definitions the columns that its last version gave them, and no
// other than they have.
func (k *Compiler) sameTables(old *unit, doc *gherkin.Document) bool {
	given := map[*steps.Definition][]string{}
	if doc != nil {
		for d, columns := range k.last.eachIn(doc) {
			given[d] = texts(columns)
		}
	}
	for d, columns := range given {
		for _, column := range columns {
			if !slices.Contains(k.last.each[d], column) {
				return false
			}
		}
	}
	if old == nil {
		return true
	}
	for d, columns := range k.last.eachIn(old.doc) {
		for _, column := range columns {
			if !slices.Contains(given[d], column.Text) {
				return false
			}
		}
		if _, still := given[d]; !still {
			return false
		}
	}
	return true
}

// sameWorld reports whether what features share is what it was: names that are kept, drivers, and definitions that
// are reached.
func (c *compiler) sameWorld(last *compiler) bool {
	c.drivers = slices.Clone(c.declared)
	names, secrets := map[string]bool{}, map[string]bool{}
	for _, u := range c.units {
		u.into(c, names, secrets)
	}
	for _, s := range c.definitions {
		s.into(c, names, secrets)
	}
	if !slices.Equal(c.drivers, last.drivers) || !slices.Equal(slices.Sorted(maps.Keys(names)), last.kept) || !slices.Equal(slices.Sorted(maps.Keys(secrets)), last.secretNames) {
		return false
	}
	reached := c.reached()
	if len(reached) != len(c.number) {
		return false
	}
	for d := range reached {
		if c.number[d] == 0 {
			return false
		}
	}
	return true
}
