package dsl

import (
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/gherkin"
)

// nearly are files of a folder that somebody may have meant as its hoops.yaml.
func nearly(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var found []string
	for _, e := range entries {
		if lower := strings.ToLower(e.Name()); e.Name() != ProjectFile && (lower == ProjectFile || lower == "hoops.yml") && !e.IsDir() {
			found = append(found, e.Name())
		}
	}
	return found
}

// misnamed says which files are not read, or not as they are meant, for their names' sake.
func (c *compiler) misnamed() {
	at := func(name string) diag.Range { return diag.At(diag.Pos{File: name}, 0) }
	for _, name := range c.in.Misnamed {
		d := diag.Warnf(at(name), "project/file-name", "%s is not read: the name of a feature file ends with .feature, in small letters", path.Base(name))
		if !strings.EqualFold(path.Ext(name), ".feature") {
			d = diag.Errorf(at(name), "project/file-name", "%s is not read: the name is %s", name, ProjectFile)
		}
		c.add(d.WithHelp("rename it"))
	}
}

// meantAsSteps warns of definitions in a file that is not named as theirs are.
func meantAsSteps(name string, f *gherkin.Feature) diag.List {
	if strings.HasSuffix(name, stepsSuffix) || !stepsName.MatchString(strings.ToLower(name)) {
		return nil
	}
	driven := slices.ContainsFunc(f.Tags, func(t gherkin.Tag) bool { return strings.HasPrefix(t.Name, "@driver:") })
	parameters := slices.ContainsFunc(f.Scenarios, func(s *gherkin.Scenario) bool { return parameterName.MatchString(s.Name) })
	if !driven && !parameters {
		return nil
	}
	return diag.List{diag.Warnf(diag.At(diag.Pos{File: name}, 0), "project/file-name", "%s holds no step definitions: those stand in files *%s", path.Base(name), stepsSuffix).
		WithHelp("if its scenarios are meant as definitions, let its name end with %s", stepsSuffix)}
}

// stepsName are paths in small letters that sound like those of files of step definitions.
var stepsName = regexp.MustCompile(`(?:^|[/._-])steps?[._-]?(?:def(?:inition)?s?)?(?:/[^/]*)?\.feature$`)

var parameterName = regexp.MustCompile(`\{\w*:?\w+\}`)
