package dsl

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// What a Compiler makes of a project is what Compile makes of it, whatever it compiled before.
func TestAgain(t *testing.T) {
	projects := good(t)
	paths := slices.Sorted(maps.Keys(projects))
	lines := []string{
		"  Scenario: another\n    When I GET \"/\"\n", "@x\n", "# remark\n", "    And I keep token = body.token\n", "    And I keep secret key = body.key\n",
		"    When I GET \"/${token}\"\n", "    Given the users:\n      | name | colour |\n      | Ann  | red    |\n", "    And each user:\n      | name | height |\n      | a | 7 |\n",
		"    Given something undefined\n", "    When I GET \"/${file('x.json')}\"\n", "    When I open \"/\"\n", "    Given within 3s I POST \"/\"\n", "    And each user:\n      | name | name |\n      | a | 7 |\n", "    And each user:\n      | status | env |\n      | a | 7 |\n", "    Given within 3s I expect status == 200\n", "broken\n", "  Value: fewer errors\n",
		"  Scenario: dup\n    When I GET \"/\"\n", "    Given I sign in\n", "    Given it works\n",
	}
	rapid.Check(t, func(rt *rapid.T) {
		files := maps.Clone(projects[rapid.SampledFrom(paths).Draw(rt, "project")])
		k := NewCompiler()
		for range rapid.IntRange(2, 6).Draw(rt, "versions") {
			want, got := Compile(sources(files)), k.Compile(sources(files))
			if diff := cmp.Diff(rendered(want), rendered(got)); diff != "" {
				rt.Fatalf("-at once +again:\n%s", diff)
			}
			switch {
			case (want.Program == nil) != (got.Program == nil):
				rt.Fatalf("one of them has no program: %s", rendered(want))
			case want.Program != nil && ir.Digest(want.Program) != ir.Digest(got.Program):
				rt.Fatal(cmp.Diff(printed(want.Program), printed(got.Program)))
			}
			names := slices.Sorted(maps.Keys(files))
			name := rapid.SampledFrom(names).Draw(rt, "file")
			text := strings.SplitAfter(files[name], "\n")
			at := rapid.IntRange(0, len(text)-1).Draw(rt, "line")
			switch rapid.IntRange(0, 3).Draw(rt, "edit") {
			case 0:
				text = slices.Delete(text, at, at+1)
			case 1:
				text = slices.Insert(text, at, rapid.SampledFrom(lines).Draw(rt, "new"))
			case 2:
				text = append(text, rapid.SampledFrom(lines).Draw(rt, "new"))
			default:
				files["more/"+fmt.Sprint(at)+".feature"] = "Feature: more\n" + rapid.SampledFrom(lines).Draw(rt, "new")
			}
			if files[name] = strings.Join(text, ""); files[name] == "" {
				delete(files, name)
			}
		}
	})
}

// A change of one feature compiles that feature alone.
func TestAgainIsLittleWork(t *testing.T) {
	files := map[string]string{
		"a.feature":       "Feature: a\n  Scenario: s\n    Given I look\n",
		"b.feature":       "Feature: b\n  Scenario: s\n    Given I look\n",
		"h.steps.feature": "@driver:http\nFeature: h\n  Scenario: I look\n    When I GET \"/\"\n",
	}
	k := NewCompiler()
	k.Compile(sources(files))
	first := k.last
	files["b.feature"] += "\n  Scenario: another\n    Given I look\n"
	if k.Compile(sources(files)); k.last.units[0] != first.units[0] || k.last.units[1] == first.units[1] || k.last.library != first.library {
		t.Error("everything was compiled again, or nothing")
	}
	files["h.steps.feature"] += "    And the status is 200\n"
	if second := k.last; k.Compile(sources(files)) == nil || k.last.library == second.library || k.last.units[0].doc != second.units[0].doc {
		t.Error("the definitions were not compiled again, or a feature was parsed again")
	}
}

// A changed argument changes the files, and those of the features that did not change stay.
func TestAgainFiles(t *testing.T) {
	files := map[string]string{
		"a.feature":       "Feature: a\n  Scenario: s\n    Given the picture \"one\"\n",
		"b.feature":       "Feature: b\n  Scenario Outline: s\n    Given the picture \"<name>\"\n    Examples:\n      | name |\n      | two |\n",
		"h.steps.feature": "@driver:http\nFeature: h\n  Scenario: the picture {name:string}\n    When I POST \"/\" with parts:\n      | photo | @images/${name}.png |\n",
		"images/one.png":  "1", "images/two.png": "2", "images/three.png": "3", "images/four.png": "4",
	}
	k := NewCompiler()
	for _, edit := range []struct{ file, old, new, want string }{
		{"a.feature", "", "", "images/one.png images/two.png"},
		{"a.feature", "one", "three", "images/three.png images/two.png"},
		{"b.feature", "| two", "| four", "images/four.png images/three.png"},
		{"h.steps.feature", "@images/${name}.png", "@images/one.png", "images/one.png"},
	} {
		files[edit.file] = strings.Replace(files[edit.file], edit.old, edit.new, 1)
		r := k.Compile(sources(files))
		if r.Program == nil {
			t.Fatal(rendered(r))
		}
		var got []string
		for _, f := range r.Program.Files {
			if strings.HasPrefix(f.Path, "images/") {
				got = append(got, f.Path)
			}
		}
		if strings.Join(got, " ") != edit.want {
			t.Errorf("with %s: %v, expected %s", edit.new, got, edit.want)
		}
	}
	files["a.feature"] = strings.Replace(files["a.feature"], "three", "missing", 1)
	files["h.steps.feature"] = strings.Replace(files["h.steps.feature"], "@images/one.png", "@images/${name}.png", 1)
	if r := k.Compile(sources(files)); r.Program != nil || !strings.Contains(rendered(r), "a.feature:3:24: error: the file images/missing.png") {
		t.Errorf("the missing file is not told where it was named:\n%s", rendered(r))
	}
}
