package hoops_test

import (
	"path/filepath"
	"regexp"
	"testing"
)

// goldens are the files that hold what the language is.
var goldens = []string{
	"dsl/testdata/*/*.txtar", "dsl/steps/testdata/patterns.txt", "dsl/steps/testdata/bind/*.txtar",
	"dsl/project/testdata/good/*.txtar", "dsl/project/testdata/bad/*.txtar", "dsl/gherkin/testdata/diagnostics/*.feature",
}

// Each rule of the language names the golden files that hold it: they exist, and none holds what no rule says.
func TestEveryRuleNamesItsGoldenFile(t *testing.T) {
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("`((?:dsl|cmd)/[^` ]*testdata/[^` ]+)`").FindAllStringSubmatch(read(t, language), -1) {
		files, err := filepath.Glob(m[1])
		if err != nil || len(files) == 0 {
			t.Errorf("%s names %s, and there is no such file", language, m[1])
		}
		for _, f := range files {
			named[f] = true
		}
	}
	held := 0
	for _, pattern := range goldens {
		files, _ := filepath.Glob(pattern)
		for _, f := range files {
			held++
			if !named[f] {
				t.Errorf("no rule of %s names %s", language, f)
			}
		}
	}
	if held < 80 {
		t.Errorf("only %d golden files were found", held)
	}
}
