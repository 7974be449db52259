package dsl

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// Feature files of other projects compile: their steps are undefined, and the stub that is shown for each binds it
// when it is pasted.
func TestCorpora(t *testing.T) {
	const dir = "../../shared/conformance/corpora"
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("SKIPPED: no feature files of other projects at %s", dir)
	}
	files, refused, undefined, bound := 0, 0, 0, 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".feature") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		r := Compile(sources(map[string]string{"a.feature": string(data)}))
		inside(t, r)
		if r.Program == nil {
			refused++
			t.Errorf("%s is refused:\n%s", path, rendered(r))
			return nil
		}
		decodes(t, r.Program)
		stubs := map[string]bool{}
		before := obstacles(r.Program, stubs)
		undefined += before
		pasted := Compile(sources(map[string]string{"a.feature": string(data), "pasted.steps.feature": feature(stubs)}))
		if pasted.Program == nil {
			t.Errorf("%s: with its stubs pasted:\n%s", path, rendered(pasted))
			return nil
		}
		after := obstacles(pasted.Program, nil)
		bound += before - after
		if after > 0 {
			t.Errorf("%s: %d of %d steps are still undefined", path, after, before)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("corpora: %d files, %d refused, %d undefined steps, %d of them bound by their stubs", files, refused, undefined, bound)
	if files == 0 || undefined == 0 {
		t.Error("this is no longer a test")
	}
}

// obstacles counts undefined steps, and collects their stubs.
func obstacles(p *ir.Program, stubs map[string]bool) (undefined int) {
	ir.WalkSteps(p, func(s *ir.Step) {
		for _, o := range s.Obstacles {
			if o.Status != "undefined" || o.Driver != "http" {
				continue
			}
			undefined++
			if _, stub, ok := strings.Cut(o.Help[len(o.Help)-1], "\n"); ok && stubs != nil {
				stubs[stub] = true
			}
		}
	})
	return undefined
}

// feature is a file of step definitions. What is given a doc string or a table reads it.
func feature(stubs map[string]bool) string {
	text := "@driver:http\nFeature: pasted\n"
	for _, s := range slices.Sorted(maps.Keys(stubs)) {
		text += strings.TrimSuffix(s, `"/"`) + `"/?${doc}${len(rows)}"` + "\n\n"
	}
	return text
}

func FuzzCompile(f *testing.F) {
	f.Add("Feature: a\n  Scenario: s\n    When I GET \"/${x}\"\n", "@driver:http\nFeature: h\n  Scenario: a {x:string}\n    When I GET \"/${x}\"\n", "project: x\n")
	for _, kind := range []string{"good", "bad"} {
		paths, _ := filepath.Glob("testdata/" + kind + "/*.txtar")
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			texts := map[string]string{}
			if strings.Contains(string(data), "<LONG>") {
				continue // a seed of 1 MB makes all slow
			}
			for _, part := range strings.Split(string(data), "\n-- ") {
				name, text, _ := strings.Cut(part, " --\n")
				switch {
				case strings.HasSuffix(name, stepsSuffix):
					texts["steps"] = unescape.Replace(text)
				case strings.HasSuffix(name, ".feature"):
					texts["feature"] = unescape.Replace(text)
				case name == ProjectFile:
					texts["yaml"] = text
				}
			}
			f.Add(texts["feature"], texts["steps"], texts["yaml"])
		}
	}
	f.Fuzz(func(t *testing.T, feature, steps, yaml string) {
		r := Compile(sources(map[string]string{"a.feature": feature, "b.steps.feature": steps, ProjectFile: yaml}))
		inside(t, r)
		if (r.Program == nil) != r.Diagnostics.HasErrors() {
			t.Fatal("a program beside errors, or neither")
		}
		rendered(r)
		if r.Program != nil {
			decodes(t, r.Program)
			if again := Compile(sources(map[string]string{"a.feature": feature, "b.steps.feature": steps, ProjectFile: yaml})); ir.Digest(again.Program) != ir.Digest(r.Program) {
				t.Fatal("two compilations differ")
			}
			printed(r.Program)
		}
	})
}
