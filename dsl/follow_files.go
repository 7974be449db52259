package dsl

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/feed"
	"github.com/cucumber-value/hoops/dsl/gherkin"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// maxFollowed bounds how many ways into definitions are followed for the files of one feature: calls that build names
// from names can multiply without end.
const maxFollowed = 100_000

// follower finds the files that scenarios name through what they give to definitions.
type follower struct {
	*compiler
	found   func(neededFile)
	unknown func(diag.Diagnostic)
	seen    map[string]bool
}

// followFiles adds the files of a feature that its arguments and examples name.
func (c *compiler) followFiles(u *unit, feature *ir.Feature) {
	f := &follower{compiler: c, seen: map[string]bool{},
		found:   func(n neededFile) { u.files = append(u.files, n) },
		unknown: func(d diag.Diagnostic) { u.unknown = append(u.unknown, d) },
	}
	var cells map[diag.Pos]world
	for i := range feature.Scenarios {
		s := &feature.Scenarios[i]
		n := c.namingOf(s.Steps, c.scenarioNames(), func(d int) *naming { return c.naming[d] })
		switch {
		case n == nil:
		case len(s.Rows) == 0 && s.Outline: // it runs with the rows of a data file, if at all
		case len(s.Rows) == 0:
			f.follow(n, c.scenarioNames(), world{}, -1)
		default:
			if cells == nil {
				cells = exampleCells(u.doc)
			}
			for j, row := range s.Rows {
				f.follow(n, c.scenarioNames(), cells[row.Pos], j)
			}
		}
	}
}

// dataFiles adds the files that an outline names through the rows of a data file.
func (c *compiler) dataFiles(stage *ir.Stage, table *feed.Table, s *ir.Scenario) {
	if !c.followable() {
		return
	}
	n := c.namingOf(s.Steps, c.scenarioNames(), func(d int) *naming { return c.naming[d] })
	if n == nil || !n.reads["row"] {
		return
	}
	at := diag.At(stage.Load.Data.Pos, len([]rune(stage.Load.Data.File)))
	f := &follower{compiler: c, seen: map[string]bool{}, found: c.need, unknown: func(diag.Diagnostic) {}} // said of its examples
	told := map[string]bool{}
	for _, row := range table.Rows {
		w, values, key := world{}, map[string]any{}, ""
		for i, column := range table.Columns {
			if i < len(row) && (n.reads["row."+column] || n.reads["row."]) {
				values[column] = cellValue(row[i])
				w["row."+column] = given{value: values[column], at: at}
				key += strconv.Quote(row[i])
			}
		}
		if w["row"] = (given{value: values, at: at}); !told[key] {
			told[key] = true
			f.follow(n, c.scenarioNames(), w, -1)
		}
	}
}

// exampleCells are the rows of a file's examples, by their places: "row", and "row.file" for the place of each cell.
func exampleCells(doc *gherkin.Document) map[diag.Pos]world {
	found := map[diag.Pos]world{}
	for _, s := range doc.Feature.Scenarios {
		for _, e := range s.Examples {
			for _, r := range e.Rows {
				w, values := world{}, map[string]any{}
				for i, head := range e.Header {
					if i < len(r.Cells) {
						values[head.Value] = cellValue(r.Cells[i].Value)
						w["row."+head.Value] = given{value: values[head.Value], at: diag.At(r.Cells[i].Pos, max(1, len([]rune(r.Cells[i].Value))))}
					}
				}
				w["row"] = given{value: values, at: diag.At(r.Pos, 1)}
				found[r.Pos] = w
			}
		}
	}
	return found
}

// follow adds the files that steps name in a world, those of definitions they call among them; row is that of an
// outline (-1 for none, or for any).
func (f *follower) follow(n *naming, names *steps.Names, w world, row int) {
	for _, s := range n.steps {
		for _, file := range s.files {
			if row < 0 || len(file.rows) == 0 || slices.Contains(file.rows, row) {
				f.file(s.step, file, names, w)
			}
		}
		for _, b := range s.calls {
			if row >= 0 && len(b.Rows) > 0 && !slices.Contains(b.Rows, row) {
				continue
			}
			for _, inner := range f.given(s.step, b, names, w) {
				f.call(b.Definition, inner)
			}
		}
	}
}

// call follows the body of a definition, once for what it is given.
func (f *follower) call(definition int, w world) {
	n := f.naming[definition-1]
	key := strconv.Itoa(definition)
	for _, name := range n.sorted() {
		g := w[name]
		key += fmt.Sprintf("\x00%q%q", g.unknown, expr.Text(g.value))
	}
	if f.seen[key] || len(f.seen) > maxFollowed {
		return
	}
	if f.seen[key] = true; len(f.seen) > maxFollowed {
		d := &f.program.Definitions[definition-1]
		f.unknown(diag.Warnf(diag.At(d.Pos, len([]rune(d.Pattern))), "project/file-unknown", "the files of this feature are named in more than %d ways: not all are in the program", maxFollowed).
			WithHelp("write the names of the files out"))
		return
	}
	f.follow(n, f.linked[definition-1].Names, w, -1)
}

// given are the worlds of what a step calls: one, or one for each row of its table.
func (f *follower) given(s *ir.Step, b *ir.Binding, names *steps.Names, w world) []world {
	d, reads := &f.program.Definitions[b.Definition-1], f.naming[b.Definition-1].reads
	inner := world{}
	for i, p := range d.Params {
		if reads[p.Name] && i < len(b.Args) {
			g := f.value(b.Args[i], names, w, f.written(b.Args[i], s.Pos, s.Range()))
			g.value = typed(g.value, p.Type)
			inner[p.Name] = g
		}
	}
	if _, own := inner["doc"]; !own && reads["doc"] && s.Doc != nil {
		inner["doc"] = f.value(s.Doc.Content, names, w, s.Range())
	}
	if row, ok := w["row"]; ok { // it can be read at any depth
		if _, own := inner["row"]; !own {
			inner["row"] = row
			for name, g := range w {
				if strings.HasPrefix(name, "row.") {
					inner[name] = g
				}
			}
		}
	}
	if !d.Each || len(s.Table) == 0 {
		return []world{inner}
	}
	var all []world
	for _, cells := range s.Table[1:] {
		one := maps.Clone(inner)
		for i, head := range s.Table[0] {
			column, _ := head.Constant()
			if _, own := inner[column]; !own && reads[column] && i < len(cells) {
				g := f.value(cells[i], names, w, f.belowStep(s, cells[i]))
				if text, ok := g.value.(string); ok {
					g.value = cellValue(text)
				}
				one[column] = g
			}
		}
		all = append(all, one)
	}
	return all
}

// belowStep is where a cell of a step's table stands, the step when it is not found.
func (f *follower) belowStep(s *ir.Step, cell ir.Template) diag.Range {
	for at, i := s.Pos, 0; i <= len(s.Table)*2; i++ { // comments and empty lines may stand between
		at.Line, at.Col = at.Line+1, 1
		if line, ok := diag.LineOf(f.result.sources[at.File], at.Line); !ok || !strings.HasPrefix(strings.TrimSpace(line), "|") {
			continue
		}
		if found := f.written(cell, at, s.Range()); found != s.Range() {
			return found
		}
	}
	return s.Range()
}

// file adds the file that a step names in a world, or says why nobody knows which it is.
func (f *follower) file(s *ir.Step, file fileName, names *steps.Names, w world) {
	g := f.value(file.name, names, w, file.at)
	by := s
	if g.at == file.at || slices.ContainsFunc(file.name, func(p ir.Part) bool { return p.Expr != "" && p.Pos == g.at.Pos }) {
		by = nil // the step says it itself
	}
	if g.unknown != "" {
		d := diag.Warnf(g.at, "project/file-unknown", "which file this names is not known before the run, so it is not in the program: %s", g.unknown)
		if by != nil {
			d = d.WithNote(by.Range(), "it is named by: %s", by.Words())
		}
		f.unknown(d.WithHelp("write its name out, or give it as an argument or in a column of examples").
			WithHelp("a file that another step writes out is in the program for every step"))
		return
	}
	if path := expr.Text(g.value); path != "" {
		f.found(neededFile{path: path, at: g.at, by: by, schema: file.schema})
	}
}
