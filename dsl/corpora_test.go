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
		again := Compile(sources(map[string]string{"a.feature": string(data), "pasted.steps.feature": pasted("http", stubs)}))
		if again.Program == nil {
			t.Errorf("%s: with its stubs pasted:\n%s", path, rendered(again))
			return nil
		}
		for _, d := range slices.Concat(again.Diagnostics, again.Advice()) {
			// The stub of one row of an outline may be of no use beside that of another, which matches them all.
			if d.Range.File == "pasted.steps.feature" && d.Code != "steps/unused" {
				t.Errorf("%s: with its stubs pasted: %s", path, d.FirstLine())
			}
		}
		after := obstacles(again.Program, nil)
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

// pasted is a file of step definitions as they are offered. Where a step has a table or a doc string in one place and
// none in another, two are offered that nobody can paste at once: what the longer one reads may be missing.
func pasted(driver string, stubs map[string]bool) string {
	text, before := "@driver:"+driver+"\nFeature: pasted\n", ""
	for _, s := range slices.Backward(slices.Sorted(maps.Keys(stubs))) {
		pattern, _, _ := strings.Cut(s, "\n")
		if pattern == before {
			continue
		}
		before = pattern
		if alone(stubs, pattern) > 1 {
			s = pattern + "\n    Then I expect \"TODO\" == \"done with ${rows == nil} ${doc == nil}\""
		}
		text += s + "\n\n"
	}
	return text
}

// alone is how many stubs have a pattern.
func alone(stubs map[string]bool, pattern string) (n int) {
	for s := range stubs {
		if strings.HasPrefix(s, pattern+"\n") {
			n++
		}
	}
	return n
}

// What is offered to paste compiles without a word on each driver, reads what stands below its step, and cannot pass.
func TestStubsCompile(t *testing.T) {
	const steps = `Feature: a
  Scenario: s
    Given nothing below
    And a table:
      | name | n |
      | a    | 1 |
    And one row:
      | a |
    And a note:
      """
      x
      """
    And within 5s "it" holds <x> of $4 (about 5%)
`
	for _, driver := range []string{"http", "browser", "shell"} {
		files := map[string]string{"a.feature": "@driver:" + driver + "\n" + steps}
		stubs := map[string]bool{}
		ir.WalkSteps(Compile(sources(files)).Program, func(s *ir.Step) {
			for _, o := range s.Obstacles {
				_, stub, _ := strings.Cut(o.Help[len(o.Help)-1], "\n")
				stubs[stub] = true
			}
		})
		files["b.steps.feature"] = pasted(driver, stubs)
		r := Compile(sources(files))
		if said := rendered(r); r.Program == nil || len(stubs) != 5 || said != "" {
			t.Errorf("%s:\n%s\n%s", driver, files["b.steps.feature"], said)
			continue
		}
		ir.WalkSteps(r.Program, func(s *ir.Step) {
			for _, o := range s.Obstacles {
				t.Errorf("%s: %s: %s", driver, s.Text, o.Message)
			}
		})
		for _, d := range r.Program.Definitions {
			if last, ok := d.Body[len(d.Body)-1].Bindings[0].Op.(*ir.Expect); !ok || !strings.HasPrefix(last.Expr, `"TODO" == "done`) {
				t.Errorf("%s: %s may pass before somebody has written it", driver, d.Pattern)
			}
		}
	}
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
