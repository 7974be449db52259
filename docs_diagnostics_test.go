package hoops_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// catalogue is where every diagnostic has its heading.
const catalogue = "docs/diagnostics.md"

func TestEveryDiagnosticHasAHeading(t *testing.T) {
	codes := codesInSource(t)
	if len(codes) < 60 {
		t.Errorf("only %d codes were found in the source", len(codes))
	}
	headings := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^### `([^`]+)`$").FindAllStringSubmatch(read(t, catalogue), -1) {
		if headings[m[1]] {
			t.Errorf("%s: %s has two headings", catalogue, m[1])
		}
		headings[m[1]] = true
		if _, ok := codes[m[1]]; !ok {
			t.Errorf("%s: the heading %s is stale: nothing in the source has this code", catalogue, m[1])
		}
	}
	for code, where := range codes {
		if !headings[code] {
			t.Errorf("%s has no heading for %s (%s)", catalogue, code, where)
		}
	}
}

var (
	code = regexp.MustCompile(`^(gherkin|steps|expr|pick|project|value|expect|keep|http|shell|session|functional|effects|monitor|load|browser|history)/[a-z0-9-]+$`)
	room = regexp.MustCompile(`^(gherkin|steps|expr|pick|project|value|expect|keep|http|shell|session|functional|effects|monitor|load|browser|history)/$`)
)

// joined are the codes that the source puts together: "room/" and what a variable holds.
var joined = map[string][]string{
	"steps/":   {"undefined", "ambiguous"}, // the statuses of an obstacle
	"keep/":    {"no-data", "expression"},  // what was value/…, of a step that keeps
	"http/":    nil,                        // what the driver's reason returns first
	"value/":   nil,                        // which keep/ replaces
	"browser/": {"title", "address"},       // what a look reads; and what unreachable says, see below
}

// codesInSource are the codes of all diagnostics, each with a place that makes it.
func codesInSource(t *testing.T) map[string]string {
	t.Helper()
	codes := map[string]string{}
	files := token.NewFileSet()
	for _, dir := range []string{"dsl", "runners", "value", "cmd", "reporters"} {
		err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			see := func(code string, n ast.Node) { codes[code] = files.Position(n.Pos()).String() }
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ImportSpec:
					return false
				case *ast.FuncDecl:
					switch in := filepath.ToSlash(name); {
					case n.Name.Name == "reason" && strings.Contains(in, "driver/http/"):
						for _, reason := range firstReturned(n) {
							see("http/"+reason, n)
						}
					case n.Name.Name == "unreachable" && strings.Contains(in, "driver/browser/"):
						for _, slug := range firstSaid(n) {
							see("browser/"+slug, n)
						}
					}
				case *ast.BasicLit:
					if n.Kind != token.STRING {
						return true
					}
					text, err := strconv.Unquote(n.Value)
					switch {
					case err != nil:
					case code.MatchString(text):
						see(text, n)
					case room.MatchString(text):
						rest, known := joined[text]
						if !known {
							t.Errorf("%s: a code that begins with %s is put together here: tell this test which there can be", files.Position(n.Pos()), text)
						}
						for _, r := range rest {
							see(text+r, n)
						}
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return codes
}

// firstReturned are the texts that a function returns as its first result.
func firstReturned(f *ast.FuncDecl) []string {
	var list []string
	ast.Inspect(f, func(n ast.Node) bool {
		r, ok := n.(*ast.ReturnStmt)
		if !ok || len(r.Results) == 0 {
			return true
		}
		if lit, ok := r.Results[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil && !slices.Contains(list, text) {
				list = append(list, text)
			}
		}
		return true
	})
	return list
}

// firstSaid are the texts that a function hands to its own say as the first argument.
func firstSaid(f *ast.FuncDecl) []string {
	var list []string
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		by, ok := call.Fun.(*ast.Ident)
		if !ok || by.Name != "say" {
			return true
		}
		if lit, ok := call.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil && !slices.Contains(list, text) {
				list = append(list, text)
			}
		}
		return true
	})
	return list
}
