// Package steps gives steps their meaning: patterns (Cucumber Expressions with named parameters), the
// vocabulary, step definitions, and the binding of a step's text to a definition or an op on each driver.
//
// It is the only door to cucumber-expressions. It parses no Gherkin, sees no scenario as a whole, and executes
// nothing: what it makes is dsl/ir.
package steps

import (
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// Line is one step as a person wrote it.
type Line struct {
	Keyword    string
	Text       string
	Pos        diag.Pos // of Text
	Background bool
	Doc        *Doc
	Table      *Table
}

// Doc is a doc string. At is the place of a byte of its content.
type Doc struct {
	Media   string
	Content string
	Pos     diag.Pos
	At      func(offset int) diag.Pos
}

// Table is a data table.
type Table struct {
	Rows [][]Cell
	Pos  diag.Pos
}

// Cell is one cell of a table.
type Cell struct {
	Text string
	Pos  diag.Pos
}

// Context is where a line stands.
type Context struct {
	Drivers []string    // to bind it for
	Columns []string    // of an outline
	Rows    [][]Cell    // of an outline
	Inside  *Definition // whose body it stands in; nil in a scenario
	Names   *Names      // what its expressions may read
}

// Definition is a step definition: its ir, and what is only of interest while compiling.
type Definition struct {
	ir.Definition
	IsUndo  bool
	Lines   []Line
	Names   *Names
	pattern *Pattern
	index   int           // 1-based, in the library
	alone   []*Definition // itself, for steps that match no other
}

// definitionKey is what two definitions may not have in common.
type definitionKey struct {
	pattern, driver string
	undo            bool
}

func (d *Definition) key() definitionKey { return definitionKey{d.Pattern, d.Driver, d.IsUndo} }

func (d *Definition) wholePattern() diag.Range { return diag.At(d.Pos, len([]rune(d.Pattern))) }

// Index is the definition's place in the library, 1-based: what bindings refer to until the program is made.
func (d *Definition) Index() int { return d.index }
