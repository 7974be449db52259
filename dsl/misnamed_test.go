package dsl

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file that is not read, or not as it is meant, for its name's sake is said, and no other is.
func TestMisnamedFiles(t *testing.T) {
	const definitions = "@driver:http\nFeature: f\n  Scenario: I take {n:int}\n    When I GET \"/\"\n"
	const feature = "Feature: f\n  Scenario: s\n    When I GET \"/\"\n"
	for name, c := range map[string]struct{ text, says string }{
		"hoops.yml":                {"project: x\n", "hoops.yml: error: hoops.yml is not read: the name is hoops.yaml [project/file-name]"},
		"features/b.FEATURE":       {feature, "features/b.FEATURE: warning: b.FEATURE is not read: the name of a feature file ends with .feature, in small letters [project/file-name]"},
		"http.step.feature":        {definitions, "http.step.feature: warning: http.step.feature holds no step definitions: those stand in files *.steps.feature [project/file-name]"},
		"steps/http.feature":       {definitions, "steps/http.feature: warning: http.feature holds"},
		"http_steps.feature":       {definitions, "http_steps.feature: warning: http_steps.feature holds"},
		"HTTP.Steps.feature":       {definitions, "HTTP.Steps.feature: warning: HTTP.Steps.feature holds"},
		"next-steps.feature":       {feature, ""},
		"steps/of/a/visit.feature": {feature, ""},
		"footsteps.feature":        {definitions, ""},
		"http.steps.feature":       {definitions, ""},
	} {
		dir := t.TempDir()
		for file, text := range map[string]string{"a.feature": feature, name: c.text} {
			path := filepath.Join(dir, filepath.FromSlash(file))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		s, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		r := Compile(s)
		said := ""
		for _, d := range r.Diagnostics {
			if d.Code == "project/file-name" {
				said += d.FirstLine()
			}
		}
		if !strings.HasPrefix(said, c.says) || c.says == "" && said != "" {
			t.Errorf("%s: %q, expected %q", name, said, c.says)
		}
	}
}

// What is compiled again says of names what is said at once.
func TestMisnamedFilesAreSaidAgain(t *testing.T) {
	k := NewCompiler()
	for _, names := range [][]string{nil, {"b.FEATURE"}, {"b.FEATURE"}, nil} {
		in := sources(map[string]string{"a.feature": "Feature: f\n  Scenario: s\n    When I GET \"/\"\n"})
		in.Misnamed = names
		if got, want := rendered(k.Compile(in)), rendered(Compile(in)); got != want {
			t.Errorf("with %q again %q, at once %q", names, got, want)
		}
	}
}
