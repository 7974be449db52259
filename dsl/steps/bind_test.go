package steps

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// project is what a test binds: definitions ("driver: pattern", "undo" before it for a compensation), steps in
// Gherkin's form without keywords, and the table of an outline.
type project struct {
	drivers  []string
	defs     string
	steps    string
	examples string
	kept     []string
}

func (p project) library(t testing.TB) (*Library, diag.List) {
	t.Helper()
	l := NewLibrary(custom(t))
	var list diag.List
	for i, text := range strings.Split(strings.TrimSpace(p.defs), "\n") {
		if text == "" {
			continue
		}
		driver, pattern, _ := strings.Cut(text, ": ")
		d := &Definition{Definition: ir.Definition{Pattern: pattern, Pos: diag.Pos{File: "defs", Line: i + 1, Col: len(driver) + 3}}}
		d.Driver, d.IsUndo = strings.CutSuffix(driver, " undo")
		if d.Driver == "neutral" {
			d.Driver = ""
		}
		list = append(list, l.Define(d)...)
	}
	return l, append(list, l.PairUndos()...)
}

func (p project) bind(t testing.TB) (*ir.Program, diag.List) {
	t.Helper()
	return p.bindLines(t, lines("steps", p.steps))
}

func (p project) bindLines(t testing.TB, lines []Line) (*ir.Program, diag.List) {
	t.Helper()
	l, list := p.library(t)
	c := Context{Drivers: p.drivers, Names: NewNames(p.kept)}
	if p.examples != "" {
		rows := table("examples", strings.Split(strings.TrimSpace(p.examples), "\n"), 0)
		for _, cell := range rows[0] {
			c.Columns = append(c.Columns, cell.Text)
		}
		c.Rows = rows[1:]
	}
	bound, wrong := l.Bind(lines, c)
	list = append(list, wrong...)
	scenario := ir.Scenario{Steps: bound}
	program := &ir.Program{Features: []ir.Feature{{ID: "f", Scenarios: []ir.Scenario{scenario}}}}
	for _, d := range l.Definitions {
		program.Definitions = append(program.Definitions, d.Definition)
	}
	list.Sort()
	return program, list
}

// lines reads steps with their doc strings and tables.
func lines(file, text string) []Line {
	var out []Line
	all := strings.Split(text, "\n")
	for i := 0; i < len(all); i++ {
		trimmed := strings.TrimSpace(all[i])
		at := diag.Pos{File: file, Line: i + 1, Col: 1 + len([]rune(all[i])) - len([]rune(strings.TrimLeft(all[i], " ")))}
		switch media, isDoc := strings.CutPrefix(trimmed, `"""`); {
		case trimmed == "":
		case isDoc:
			first := i + 1
			for i++; strings.TrimSpace(all[i]) != `"""`; i++ {
			}
			content := all[first:i]
			out[len(out)-1].Doc = &Doc{Media: media, Content: strings.Join(content, "\n"), Pos: at, At: func(offset int) diag.Pos {
				before := strings.Split(strings.Join(content, "\n")[:offset], "\n")
				return diag.Pos{File: file, Line: first + len(before), Col: 1 + len([]rune(before[len(before)-1]))}
			}}
		case trimmed[0] == '|':
			end := i
			for end < len(all) && strings.HasPrefix(strings.TrimSpace(all[end]), "|") {
				end++
			}
			out[len(out)-1].Table = &Table{Rows: table(file, all[i:end], i), Pos: at}
			i = end - 1
		default:
			out = append(out, Line{Keyword: "*", Text: trimmed, Pos: at})
		}
	}
	return out
}

func table(file string, rows []string, first int) [][]Cell {
	var out [][]Cell
	for i, row := range rows {
		var cells []Cell
		col := 0
		parts := strings.Split(row, "|")
		for j, part := range parts {
			if j > 0 && j < len(parts)-1 {
				blank := len([]rune(part)) - len([]rune(strings.TrimLeft(part, " ")))
				cells = append(cells, Cell{strings.TrimSpace(part), diag.Pos{File: file, Line: first + i + 1, Col: col + 1 + blank}})
			}
			col += len([]rune(part)) + 1
		}
		out = append(out, cells)
	}
	return out
}

// shown is the steps as `hoops show` prints them, with the help of obstacles, then the diagnostics.
func (p project) shown(t testing.TB) string {
	program, list := p.bind(t)
	var b strings.Builder
	steps := program.Features[0].Scenarios[0].Steps
	for i := range steps {
		one := &ir.Program{Features: []ir.Feature{{Scenarios: []ir.Scenario{{Steps: steps[i : i+1]}}}}}
		var text strings.Builder
		if err := ir.Print(&text, one); err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(strings.TrimSpace(text.String()), "\n")[3:] {
			b.WriteString(strings.TrimPrefix(strings.Join(strings.Fields(line), " "), "    ") + "\n")
		}
		for _, o := range steps[i].Obstacles {
			for _, h := range o.Help {
				b.WriteString("  " + o.Driver + " help: " + strings.ReplaceAll(h, "\n", "\n    ") + "\n")
			}
		}
	}
	r := diag.Renderer{Source: p.source}
	for _, d := range list {
		b.WriteString(r.Sprint(d))
	}
	return b.String()
}

func (p project) source(file string) string {
	return map[string]string{"defs": strings.TrimSpace(p.defs), "steps": p.steps, "examples": strings.TrimSpace(p.examples)}[file]
}

// TestBind reads testdata/bind/*.txtar: what each step is bound to, and what is said about it.
func TestBind(t *testing.T) {
	files, _ := filepath.Glob("testdata/bind/*.txtar")
	if len(files) == 0 {
		t.Fatal("no golden files")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p := project{drivers: []string{"http"}, kept: []string{"token", "next", "x", "id", "path", "name"}}
			if d := strings.Fields(string(archive.Comment)); len(d) > 0 {
				p.drivers = d
			}
			want := ""
			for _, f := range archive.Files {
				switch f.Name {
				case "definitions":
					p.defs = string(f.Data)
				case "steps":
					p.steps = string(f.Data)
				case "examples":
					p.examples = string(f.Data)
				case "want":
					want = string(f.Data)
				}
			}
			got := p.shown(t)
			if *update {
				archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			_, list := p.bind(t)
			for _, d := range list {
				inside(t, p.source, d)
			}
		})
	}
}

// inside holds that a diagnostic points into its source, or right behind the end of a line.
func inside(t testing.TB, source func(string) string, d diag.Diagnostic) {
	t.Helper()
	line, ok := diag.LineOf(source(d.Range.File), d.Range.Line)
	if n := len([]rune(line)); !ok || d.Range.Col < 1 || d.Range.Len < 1 || d.Range.Col-1+d.Range.Len > n+1 {
		t.Errorf("%s: length %d is outside of %q", d.FirstLine(), d.Range.Len, line)
	}
}

// Every phrase of the vocabulary is bound somewhere in the golden files.
func TestEveryPhrase(t *testing.T) {
	files, _ := filepath.Glob("testdata/bind/*.txtar")
	l := NewLibrary(custom(t))
	missing := map[*entry]bool{}
	for _, e := range l.entries {
		missing[e] = true
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name != "steps" {
				continue
			}
			for _, line := range lines("steps", string(f.Data)) {
				for _, driver := range []string{"http", "browser", "shell"} {
					e, _ := l.entry(driver, line.Text)
					delete(missing, e)
				}
			}
		}
	}
	for e := range missing {
		t.Errorf("no golden file has the phrase %q", e.shown())
	}
}

// Whatever a step says: when nothing matches it, its stub is a pattern that does.
func TestStubBinds(t *testing.T) {
	odd := rapid.SampledFrom([]string{
		"a", "the", "don't", "it's", " ", " ", "/", `\`, "{", "}", "(", ")", "{}", "{int}", "(s)", `"`, "'", `"quoted text"`, `'single'`, `"it's"`, `"a\"b"`,
		"1", "-1", "1.5", "10s", "1m30s", "5%", "2nd", "v2", "1.2.3", "-", ".", "$", "${x}", "${x}", `\${y}`, `"${x} and"`, "<col>", "<b>", "é", "字", "ä́", "👍", "`", "|", "#", ":", "?", "+", "*", "[a]", "^", "\t", "٣",
	})
	rapid.Check(t, func(rt *rapid.T) {
		text := strings.TrimSpace(strings.Join(rapid.SliceOfN(odd, 1, 12).Draw(rt, "text"), rapid.SampledFrom([]string{"", " "}).Draw(rt, "joined")))
		p := project{drivers: []string{"http"}, kept: []string{"x"}, steps: text}
		if rapid.Bool().Draw(rt, "outline") {
			p.examples = "| col | b |\n| 1 | a b |\n| 2 | 3 |"
		}
		line := []Line{{Text: text, Pos: diag.Pos{File: "steps", Line: 1, Col: 1}}}
		program, list := p.bindLines(t, line)
		for _, d := range list {
			inside(t, p.source, d)
		}
		step := program.Features[0].Scenarios[0].Steps[0]
		if text == "" || list.HasErrors() || len(step.Obstacles) == 0 {
			return
		}
		for _, o := range step.Obstacles {
			help := o.Help[len(o.Help)-1]
			_, after, found := strings.Cut(help, "  Scenario: ")
			if !found {
				rt.Fatalf("%q: no stub in %q", text, help)
			}
			pattern, _, _ := strings.Cut(after, "\n")
			p.defs += "http: " + pattern + "\n"
		}
		p.defs = strings.Join(slices.Compact(slices.Sorted(slices.Values(strings.Split(strings.TrimSpace(p.defs), "\n")))), "\n")
		program, list = p.bindLines(t, line)
		step = program.Features[0].Scenarios[0].Steps[0]
		for _, o := range step.Obstacles {
			if o.Status != "ambiguous" { // two rows may have stubs that overlap
				rt.Fatalf("%q: the stubs %q do not bind it: %s", text, p.defs, o.Message)
			}
		}
		for _, d := range list {
			if d.Code != "expr/invalid" { // what it binds may still read an unknown name
				rt.Fatalf("%q: %q: %s", text, p.defs, d.FirstLine())
			}
		}
		if len(step.Bindings) == 0 && len(step.Obstacles) == 0 {
			rt.Fatalf("%q: %q: nothing was bound", text, p.defs)
		}
	})
}

// What a hint says to write instead of a definition is a step that means something.
func TestHintsBind(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/bind/hints.txtar")
	if err != nil {
		t.Fatal(err)
	}
	p := project{drivers: []string{"http"}, kept: []string{"x", "token"}, defs: string(archive.Files[0].Data), steps: string(archive.Files[1].Data)}
	program, _ := p.bind(t)
	l, _ := p.library(t)
	b := &binder{library: l, driver: "http"}
	hints := 0
	for _, s := range program.Features[0].Scenarios[0].Steps {
		said := s.Obstacles[0].Help
		if len(said) > 1 || strings.Contains(said[0], "is no duration") || strings.Contains(said[0], "define it") {
			continue
		}
		hints++
		found := false
		for rest := said[0]; rest != "" && !found; {
			_, rest, _ = strings.Cut(rest, ": ")
			found = b.binds(rest)
		}
		if !found {
			t.Errorf("%s: %q names no step that binds", s.Text, said[0])
		}
	}
	if hints < 15 {
		t.Errorf("only %d hints were found", hints)
	}
}

// Patterns and phrases with placeholders for whole parameters: those of every type may be one.
func TestPlaceholderForEveryType(t *testing.T) {
	types := custom(t)
	for _, typ := range append(slices.Clone(types.names), "") {
		p := project{drivers: []string{"http"}, kept: []string{"x"}, defs: fmt.Sprintf("http: it is {value:%s} now", typ), steps: "it is ${x} now\nit is <c> now", examples: "| c |"}
		program, list := p.bind(t)
		for i, want := range []string{"x", "row.c"} {
			s := program.Features[0].Scenarios[0].Steps[i]
			if len(list) > 0 || len(s.Bindings) != 1 || s.Bindings[0].Args[0].Whole() == nil || s.Bindings[0].Args[0].Whole().Expr != want {
				t.Errorf("{%s}: %s: %+v %v", typ, s.Text, s, list)
			}
		}
	}
}
