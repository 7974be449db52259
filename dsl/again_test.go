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
		"    Given something undefined\n", "    When I GET \"/${file('x.json')}\"\n", "    When I open \"/\"\n", "    Given within 3s I POST \"/\"\n", "broken\n", "  Value: fewer errors\n",
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
