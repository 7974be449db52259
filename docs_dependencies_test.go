package hoops_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestEveryDependencyHasItsReason(t *testing.T) {
	var modules []string
	for _, m := range regexp.MustCompile(`(?m)^\s*(?:require )?([\w.-]+\.[\w/.-]+) v\S+`).FindAllStringSubmatch(read(t, "go.mod"), -1) {
		modules = append(modules, m[1])
	}
	direct := map[string]bool{"honnef.co/go/tools": true} // the tool
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") {
			if err == nil && entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), ".") {
				return filepath.SkipDir
			}
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range file.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			for _, m := range modules {
				if path == m || strings.HasPrefix(path, m+"/") {
					direct[m] = true
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	text := read(t, "docs/dependencies.md")
	named := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| ((?:[\w./-]+\.[\w./-]+(?:, )?)+) \|`).FindAllStringSubmatch(text, -1) {
		for _, m := range strings.Split(row[1], ", ") {
			named[m] = true
			if !direct[m] {
				t.Errorf("docs/dependencies.md names %s, which nothing imports", m)
			}
		}
	}
	for m := range direct {
		if !named[m] {
			t.Errorf("docs/dependencies.md does not say what %s is for", m)
		}
	}
}
