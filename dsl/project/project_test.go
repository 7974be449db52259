package project

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden reads testdata/{good,bad}/*.txtar: hoops.yaml, files it includes, and what comes of them. What is
// good has no diagnostic and shows its values; what is bad shows its diagnostics as people see them.
func TestGolden(t *testing.T) {
	paths, _ := filepath.Glob("testdata/*/*.txtar")
	if len(paths) == 0 {
		t.Fatal("no golden files")
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files, want := map[string]string{}, ""
			var kept []txtar.File
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = string(f.Data)
					continue
				}
				kept = append(kept, f)
				files[f.Name] = unescape(string(f.Data))
			}
			p, list := parse(files)
			checkRanges(t, p, list)
			good := filepath.Base(filepath.Dir(path)) == "good"
			if good != (len(list) == 0) {
				t.Errorf("%d diagnostics in %s", len(list), path)
			}
			got := ""
			if !good {
				got = render(files, list)
			} else {
				got = printed(p)
			}
			if *update {
				archive.Files = append(kept, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// unescape lets a golden file hold what an editor or txtar would change.
func unescape(s string) string {
	return strings.NewReplacer("<TAB>", "\t", "<NUL>", "\x00", "<FF>", "\xff", "<BOM>", "\ufeff", "<SOH>", "\x01", "<CR>", "\r", "<EMPTY>\n", "").Replace(s)
}

func parse(files map[string]string) (*Project, diag.List) {
	return Parse("hoops.yaml", files["hoops.yaml"], Options{
		Read: func(path string) (string, error) {
			if text, ok := files[path]; ok {
				return text, nil
			}
			return "", fs.ErrNotExist
		},
		Template: placedLiteral,
	})
}

// placedLiteral shows where a template stands and lands: one literal, and one expression at its end.
func placedLiteral(text string, at diag.Pos, place ir.Place, _, _ []string) (ir.Template, diag.List) {
	before, rest, found := strings.Cut(text, "${")
	if !found {
		return ir.Literal(text), nil
	}
	expression, after, _ := strings.Cut(rest, "}")
	at.Col += utf8.RuneCountInString(before) + 2
	made := append(ir.Literal(before), ir.Part{Expr: expression, Place: place, Pos: at})
	return append(made, ir.Literal(after)...), nil
}

func render(files map[string]string, list diag.List) string {
	var b strings.Builder
	r := diag.Renderer{Source: func(file string) string { return files[file] }}
	if err := r.Print(&b, list); err != nil {
		panic(err)
	}
	return b.String()
}

func printed(p *Project) string {
	var b strings.Builder
	program := ir.Program{Project: p.Name, Params: p.Params, Vars: p.Vars, Environments: p.Environments,
		Measures: p.Measures, Baselines: p.Baselines, Zone: p.Zone, CrossCutting: p.CrossCutting, Stages: p.Stages, History: p.History}
	if err := ir.Print(&b, &program); err != nil {
		panic(err)
	}
	for _, t := range p.Types {
		fmt.Fprintf(&b, "type %s %q %s\n", t.Name, t.Pattern, t.Pos)
	}
	if p.Releases != nil {
		fmt.Fprintf(&b, "releases %+v\n", *p.Releases)
	}
	if p.Escalation != nil {
		fmt.Fprintf(&b, "escalation %+v\n", *p.Escalation)
	}
	for _, w := range p.Wheres {
		fmt.Fprintf(&b, "where %s %s\n", w.Text, w.Pos)
	}
	for _, s := range p.Sources {
		fmt.Fprintf(&b, "source %s %d bytes\n", s.Path, len(s.Text))
	}
	return b.String()
}

// checkRanges holds that every range, and every position that other rooms get, is inside its source.
func checkRanges(t *testing.T, p *Project, list diag.List) {
	t.Helper()
	sources := map[string][]string{}
	for _, s := range p.Sources {
		sources[s.Path] = strings.Split(s.Text, "\n")
	}
	check := func(what string, r diag.Range) {
		t.Helper()
		if r.Line == 0 {
			if r.File == "" {
				t.Errorf("%s is nowhere", what)
			}
			return
		}
		lines := sources[r.File]
		if r.Line < 1 || r.Line > len(lines) {
			t.Errorf("%s: line %d of %d", what, r.Line, len(lines))
			return
		}
		line := strings.TrimSuffix(lines[r.Line-1], "\r")
		if n := utf8.RuneCountInString(line); r.Col < 1 || r.Len < 0 || r.Col-1+r.Len > n {
			t.Errorf("%s: column %d, length %d in a line of %d: %q", what, r.Col, r.Len, n, line)
		}
	}
	for _, d := range list {
		check(d.Message, d.Range)
		for _, n := range d.Notes {
			check(n.Text, n.Range)
		}
		if d.Code == "" || d.Severity == diag.Unset || d.Message == "" {
			t.Errorf("incomplete diagnostic %+v", d)
		}
	}
	for _, w := range p.Wheres {
		check("where", diag.At(w.Pos, 0))
	}
	for _, s := range p.Stages {
		check("stage", diag.At(s.Pos, 0))
		for _, e := range s.Expect {
			check("expect", diag.At(e.Pos, 0))
		}
	}
	for _, e := range p.Environments {
		check("environment", diag.At(e.Pos, 0))
	}
	for _, m := range p.Measures {
		check("measure", diag.At(m.Pos, 0))
	}
}
