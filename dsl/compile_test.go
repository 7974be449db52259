package dsl

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

var update = flag.Bool("update", false, "write the golden files")

// sources is a project of files in memory.
func sources(files map[string]string) *Sources {
	s := &Sources{Read: func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}}
	for name, text := range files {
		switch {
		case name == ProjectFile:
			s.Project = &Source{name, []byte(text)}
		case strings.HasSuffix(name, ".feature"):
			s.Features = append(s.Features, Source{name, []byte(text)})
		}
	}
	slices.SortFunc(s.Features, func(a, b Source) int { return strings.Compare(a.Path, b.Path) })
	return s
}

func rendered(r *Result) string {
	var b strings.Builder
	if err := (diag.Renderer{Source: r.Source}).Print(&b, slices.Concat(r.Diagnostics, r.Advice())); err != nil {
		panic(err)
	}
	return b.String()
}

func printed(p *ir.Program) string {
	var b strings.Builder
	if err := ir.Print(&b, p); err != nil {
		panic(err)
	}
	return b.String()
}

// inside holds that every diagnostic points into its source, or right behind the end of a line.
func inside(t testing.TB, r *Result) {
	t.Helper()
	check := func(d diag.Diagnostic, at diag.Range) {
		t.Helper()
		if at == (diag.Range{}) { // of the project as a whole
			return
		}
		if _, known := r.sources[at.File]; !known {
			t.Errorf("%s: %v lies in no source", d.FirstLine(), at.Pos)
		}
		if at.Line == 0 || r.Source(at.File) == "" { // a whole file, or one that is not text
			return
		}
		line, _ := diag.LineOf(r.Source(at.File), at.Line)
		lines := strings.Count(r.Source(at.File), "\n") + 1
		if n := len([]rune(line)); at.Line > lines || at.Col < 1 || at.Len < 0 || at.Col-1+at.Len > n+1 {
			t.Errorf("%s: %v and %d runes are outside of %q", d.FirstLine(), at.Pos, at.Len, line)
		}
	}
	for _, d := range slices.Concat(r.Diagnostics, r.Advice()) {
		check(d, d.Range)
		for _, n := range d.Notes {
			check(d, n.Range)
		}
		if d.Code == "" || d.Message == "" || d.Severity == diag.Unset {
			t.Errorf("incomplete: %+v", d)
		}
	}
}

// unescape lets a golden file hold what an editor or txtar would change.
var unescape = strings.NewReplacer("<TAB>", "\t", "<NUL>", "\x00", "<FF>", "\xff", "<BOM>", "\ufeff", "<CR>", "\r", "<LONG>", strings.Repeat("x", 1<<20), "<EMPTY>\n", "")

// TestGolden reads testdata/{good,bad}/*.txtar: a project, and the program or the diagnostics that come of it as
// people see them. Good projects may have warnings, which stand before the program.
func TestGolden(t *testing.T) {
	paths, _ := filepath.Glob("testdata/*/*.txtar")
	if len(paths) == 0 {
		t.Fatal("no golden files")
	}
	for _, path := range paths {
		kind := filepath.Base(filepath.Dir(path))
		t.Run(kind+"/"+strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			result := map[string]string{"good": "ir.txt", "bad": "diag.txt"}[kind]
			files, want := map[string]string{}, ""
			for _, f := range archive.Files {
				if f.Name == result {
					want = string(f.Data)
					continue
				}
				files[f.Name] = unescape.Replace(string(f.Data))
			}
			r := Compile(sources(files))
			inside(t, r)
			got := rendered(r)
			if good := kind == "good"; good != (r.Program != nil) || good == r.Diagnostics.HasErrors() {
				t.Errorf("in %s:\n%s", path, got)
			}
			if r.Program != nil {
				got += printed(r.Program)
				decodes(t, r.Program)
			}
			if *update {
				archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == result })
				archive.Files = append(archive.Files, txtar.File{Name: result, Data: []byte(got)})
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

// decodes holds that a compiled program is one that Decode accepts.
func decodes(t testing.TB, p *ir.Program) {
	t.Helper()
	back, digest, _, err := ir.Decode(ir.Encode(p, "test", false))
	if err != nil || digest != ir.Digest(back) {
		t.Errorf("the artefact is refused: %v", err)
	}
}

func good(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	paths, _ := filepath.Glob("testdata/good/*.txtar")
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, f := range archive.Files {
			if f.Name != "ir.txt" {
				files[f.Name] = unescape.Replace(string(f.Data))
			}
		}
		all[path] = files
	}
	return all
}

// How a checkout ends its lines, and marks of editors, change no digest.
func TestLineEndsDoNotMatter(t *testing.T) {
	for path, files := range good(t) {
		want := Compile(sources(files))
		other := map[string]string{}
		for name, text := range files {
			if name == ProjectFile || strings.HasSuffix(name, ".feature") || strings.HasSuffix(name, ".yaml") {
				text = strings.ReplaceAll(strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff"), "\n", "\r\n")
				text = "\ufeff" + text
			}
			other[name] = text
		}
		got := Compile(sources(other))
		if got.Program == nil || ir.Digest(got.Program) != ir.Digest(want.Program) {
			t.Errorf("%s: with CR LF and a byte order mark:\n%s", path, rendered(got))
			if got.Program != nil {
				t.Error(cmp.Diff(printed(want.Program), printed(got.Program)))
			}
		}
	}
}

// Where a project lies is not in its artefact.
func TestCopiesAreEqual(t *testing.T) {
	for path, files := range good(t) {
		var artefacts [][]byte
		for range 2 {
			dir := t.TempDir()
			for name, text := range files {
				write(t, dir, name, text)
			}
			s, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			r := Compile(s)
			if r.Program == nil {
				t.Fatalf("%s:\n%s", path, rendered(r))
			}
			a := ir.Encode(r.Program, "v1", true)
			if strings.Contains(string(ir.Encode(r.Program, "v1", false)), dir) {
				t.Errorf("%s: the folder's name is in the artefact", path)
			}
			artefacts = append(artefacts, a)
		}
		if !bytes.Equal(artefacts[0], artefacts[1]) {
			t.Errorf("%s: two copies differ", path)
		}
	}
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestOpen(t *testing.T) {
	outside := t.TempDir()
	write(t, outside, "secret.feature", "Feature: secret\n")
	dir := t.TempDir()
	for _, name := range []string{
		"hoops.yaml", "a.feature", "features/b.feature", "steps/c.steps.feature", "notes.txt", "features/x.FEATURE",
		".hidden/d.feature", "node_modules/e.feature", "vendor/f.feature", "other/hoops.yaml", "other/g.feature", "deep/vendor/h.feature",
	} {
		write(t, dir, name, "Feature: x\n")
	}
	paths := func(only ...string) string {
		s, err := Open(dir, only...)
		if err != nil {
			return "error"
		}
		var list []string
		for _, f := range s.Features {
			list = append(list, f.Path)
		}
		return strings.Join(list, " ")
	}
	for _, c := range []struct {
		only []string
		want string
	}{
		{nil, "a.feature features/b.feature steps/c.steps.feature"},
		{[]string{"a.feature"}, "a.feature steps/c.steps.feature"},
		{[]string{"./features/b.feature", "features/b.feature"}, "features/b.feature steps/c.steps.feature"},
		{[]string{"steps/c.steps.feature"}, "steps/c.steps.feature"},
		{[]string{"missing.feature"}, "error"},
		{[]string{"../" + filepath.Base(outside) + "/secret.feature"}, "error"},
		{[]string{"features"}, "error"},
	} {
		if got := paths(c.only...); got != c.want {
			t.Errorf("Open(%q): %s, expected %s", c.only, got, c.want)
		}
	}
	if got := FindProject(filepath.Join(dir, "features", "b.feature")); got != dir {
		t.Errorf("FindProject: %q", got)
	}
	if got := FindProject(filepath.Join(dir, "other")); got != filepath.Join(dir, "other") {
		t.Errorf("FindProject: %q", got)
	}
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../x", "/etc/passwd", "a/../../x", `..\x`, "features", "", "."} {
		if _, err := s.Read(name); err == nil {
			t.Errorf("%q was read", name)
		}
	}
	if data, err := s.Read("features/../notes.txt"); err != nil || len(data) == 0 {
		t.Error(err)
	}
	if err := os.Symlink(filepath.Join(outside, "secret.feature"), filepath.Join(dir, "link.feature")); err != nil {
		t.Skip("no links here:", err)
	}
	if _, err := Open(dir); err == nil {
		t.Error("a link led outside of the project")
	}
	if _, err := s.Read("link.feature"); err == nil {
		t.Error("a link led outside of the project")
	}
}

func TestDrivers(t *testing.T) {
	r := Compile(sources(map[string]string{
		"a.feature":               "Feature: a\n  Scenario: a\n    Given x\n",
		"http.steps.feature":      "@driver:http\nFeature: h\n  Scenario: x\n    When I GET \"/\"\n",
		"b.steps.feature":         "@driver:browser\nFeature: b\n  Scenario: x\n    When I GET \"/\"\n",
		"unused.steps.feature":    "Feature: n\n  Scenario: never\n    When I GET \"/\"\n",
		"elsewhere.steps.feature": "Feature: e\n",
	}))
	if got := fmt.Sprint(r.Drivers); got != "[http browser]" {
		t.Errorf("drivers %s\n%s", got, rendered(r))
	}
	if len(r.Unused) != 1 || r.Unused[0].Pattern != "never" {
		t.Errorf("unused: %v", r.Unused)
	}
}
