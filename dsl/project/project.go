// Package project reads hoops.yaml: YAML to checked values of the program.
//
// One table of Go types (file.go) says what hoops.yaml may hold; it reads the file, suggests keys, and makes
// the JSON Schema, so that the three agree. Everything wrong is a diagnostic with its place; nothing that is
// written is ignored. What belongs to other rooms stays text with its position: templates, expressions, tag
// expressions, rates, value clauses. The package reads no file itself, evaluates nothing, resolves no secret,
// and is the only one that knows the YAML library.
package project

import (
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// Options are what Parse needs from outside.
type Options struct {
	// Read is the text of an included file, by its slash-separated path relative to the project. If it is nil,
	// includes are refused.
	Read func(path string) (string, error)
	// Template makes the ${…} of a text; at is the place of the text's first character. If it is nil, every text
	// is literal. Params and env are the fields of these names that hoops.yaml declares.
	Template func(text string, at diag.Pos, place ir.Place, params, env []string) (ir.Template, diag.List)
}

// Known are the names that ${param.…} and ${env.…} may read: of env those that any environment has.
type Known struct{ Params, Env []string }

// Project is what hoops.yaml says. Defaults that do not depend on where it runs are filled in.
type Project struct {
	Name         string
	Params       []ir.Param
	Vars         []ir.Var
	Types        []Type
	Environments []ir.Environment
	Measures     []ir.Measure
	Baselines    []ir.Baseline
	Zone         string
	CrossCutting []ir.CrossCut
	Stages       []ir.Stage
	History      string
	Releases     *Releases
	Escalation   *Escalation
	Wheres       []Where // every tag expression, for the room that reads them
	Files        []Where // that environments name, written out
	Known        Known
	Sources      []Source
}

// Type is a parameter type of patterns: {name} matches Pattern, a regular expression.
type Type struct {
	Name    string
	Pattern string
	Pos     diag.Pos // of the name
}

// Releases says which metric's label holds the version that is running.
type Releases struct {
	From  string
	Label string
	Value string
	Pos   diag.Pos
}

// Escalation is what is done when a probe fails hard. Nothing is done unless it is live.
type Escalation struct {
	Quiesce ir.Duration
	Live    bool
	Levels  []Level
	Pos     diag.Pos
}

// Level is one remedy, a command or a request; 1 is the widest.
type Level struct {
	Level int
	Name  string
	Run   string
	Post  ir.Template
	Quiet ir.Duration
	Pos   diag.Pos
}

// Where is a text that another room reads, and the place of its first character.
type Where struct {
	Text string
	Pos  diag.Pos
}

// Source is a file that was read.
type Source struct {
	Path string
	Text string
}

// Parse reads hoops.yaml and what it includes. The project is never nil: after errors it holds what could be
// read, for tools that want to go on.
func Parse(path, text string, o Options) (*Project, diag.List) {
	l := loading{options: o, seen: map[string]bool{}}
	l.load(path, text, nil)
	b := builder{options: o, list: l.list, Project: &Project{Sources: l.sources}}
	b.build(&l.file)
	b.list.Sort()
	return b.Project, b.list
}
