package hoops_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/cucumber-value/hoops"

// rooms says who may import whom: "a < b" means that b may import a, and whatever a may. Rooms that no chain of
// "<" connects never import each other. Tests may import any room.
const rooms = `
	# floor: everyone may stand on it
	NONE < dsl/diag < dsl/ir, dsl/expr, dsl/pick < FLOOR;
	dsl/expr < dsl/rate < FLOOR;
	dsl/diag < dsl/feed, dsl/schema < FLOOR;

	# compile: text becomes the program
	FLOOR < dsl/gherkin, dsl/steps, dsl/project, value/clause < dsl;

	# run: the program is executed
	FLOOR < runners/secret, runners/command < runners < runners/session;
	runners/session < runners/session/site < runners/driver/http, runners/driver/browser;
	runners/session < runners/driver/shell;
	runners/session < runners/functional, runners/load, runners/monitor, runners/gofunc;
	runners < runners/pipeline;

	# keep: rows are its own
	NONE < history;

	# judge: of a run it sees the summary
	history, FLOOR < value/measure;
	NONE < value/stat;
	value/measure, value/stat, runners < value;

	# show
	FLOOR < reporters/page < reporters/junit;
	reporters/junit, runners, value, history < reporters;
	reporters/junit, history < reporters/owners;

	# wire
	dsl, runners/session, runners/driver/http, runners/driver/browser, runners/driver/shell,
	runners/functional, runners/load, runners/monitor, runners/pipeline, runners/gofunc,
	value, reporters, reporters/owners, history < cmd < cmd/hoops;

	# what is tested with hoops knows nothing of it
	dsl/ir, runners/session, runners/driver/browser < bench/browser;
	dsl, bench/language/large < bench/language;
	NONE < examples/calculator, examples/shop, features, internal/docs, bench;
`

// doors says which rooms may import a library. "tests" are those of every room, "tests of a" those of one. A
// library without a line here may be imported by none.
const doors = `
	github.com/cucumber/gherkin               dsl/gherkin
	github.com/cucumber/messages              dsl/gherkin, runners/functional, tests of dsl/pick
	github.com/cucumber/cucumber-expressions  dsl/steps
	github.com/cucumber/tag-expressions       dsl/pick
	github.com/expr-lang/expr                 dsl/expr
	github.com/goccy/go-yaml                  dsl/project, tests of dsl/steps
	github.com/cucumber/godog                 runners/functional
	github.com/tsenart/vegeta                 runners/load
	github.com/HdrHistogram/hdrhistogram-go   runners/load, value/measure, tests of value
	github.com/valyala/fasthttp               bench
	github.com/mccutchen/go-httpbin           tests of runners/driver/http
	github.com/andybalholm/cascadia           runners/driver/http, dsl/steps
	github.com/antchfx                        runners/driver/http, dsl/steps
	golang.org/x/net                          runners/driver/http, runners/session/site, tests of reporters
	github.com/chromedp                       runners/driver/browser, tests of reporters/owners
	github.com/santhosh-tekuri/jsonschema     dsl/schema
	golang.org/x/text                         dsl/schema
	github.com/prometheus/client_golang       value/measure, runners/monitor, reporters, examples/calculator, examples/shop
	github.com/prometheus/common              value/measure, runners/monitor, reporters
	modernc.org/sqlite                        history, value/measure, examples/shop, tests of value
	github.com/jackc/pgx                      value/measure
	github.com/spf13                          cmd
	golang.org/x/term                         cmd
	github.com/aclements/go-moremath          tests of value/stat
	gonum.org/v1/gonum                        tests of value/stat
	github.com/google/go-cmp                  tests
	github.com/rogpeppe/go-internal           tests
	golang.org/x/tools/txtar                  tests
	pgregory.net/rapid                        tests
`

func TestImportsRunOneWay(t *testing.T) {
	packages := imports(t, ".")
	if len(packages) < 30 {
		t.Errorf("only %d packages were found", len(packages))
	}
	for _, wrong := range judge(t, rooms, doors, packages) {
		t.Error(wrong)
	}
}

// imported is what one package imports, outside and inside of tests; the module's own path is left out of names.
type imported struct{ code, tests []string }

// imports reads the import lines of every Go file, whatever system it is for.
func imports(t *testing.T, root string) map[string]imported {
	packages := map[string]imported{}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if base := entry.Name(); name != root && (base[0] == '.' || base[0] == '_' || base == "testdata" || base == "vendor") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir := path.Dir(filepath.ToSlash(name))
		p := packages[dir]
		for _, spec := range file.Imports {
			what, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if strings.HasSuffix(name, "_test.go") {
				p.tests = append(p.tests, what)
			} else {
				p.code = append(p.code, what)
			}
		}
		packages[dir] = p
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// judge is what packages import against the two texts.
func judge(t testing.TB, rooms, doors string, packages map[string]imported) []string {
	t.Helper()
	may, err := order(rooms)
	if err != nil {
		t.Fatal(err)
	}
	open := entrances(doors)
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		room := within(name, slices.Collect(maps.Keys(may)))
		if room == "" && name != "." {
			wrong = append(wrong, fmt.Sprintf("%s has no place in the policy", name))
			continue
		}
		for _, what := range packages[name].code {
			if ours, ok := strings.CutPrefix(what, module+"/"); ok {
				to := within(ours, slices.Collect(maps.Keys(may)))
				if to != room && !may[room][to] {
					wrong = append(wrong, fmt.Sprintf("%s must not import %s", name, ours))
				}
			} else if library := within(what, slices.Collect(maps.Keys(open))); isLibrary(what) && !slices.Contains(open[library], room) {
				wrong = append(wrong, fmt.Sprintf("%s must not import %s: its doors are %q", name, what, open[library]))
			}
		}
		for _, what := range packages[name].tests {
			library := within(what, slices.Collect(maps.Keys(open)))
			if isLibrary(what) && !slices.ContainsFunc(open[library], func(door string) bool {
				return door == "tests" || door == room || door == "tests of "+room
			}) {
				wrong = append(wrong, fmt.Sprintf("the tests of %s must not import %s: its doors are %q", name, what, open[library]))
			}
		}
	}
	return wrong
}

func isLibrary(what string) bool {
	first, _, _ := strings.Cut(what, "/")
	return strings.Contains(first, ".") && !strings.HasPrefix(what, module)
}

// within is the longest of the names that a path is or lies below, "" if there is none.
func within(name string, names []string) (longest string) {
	for _, n := range names {
		if (name == n || strings.HasPrefix(name, n+"/")) && len(n) > len(longest) {
			longest = n
		}
	}
	return longest
}

// order reads rooms: for each room, those that it may import.
func order(text string) (map[string]map[string]bool, error) {
	may := map[string]map[string]bool{}
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		lines = append(lines, line)
	}
	for _, rule := range strings.Split(strings.Join(lines, " "), ";") {
		var before []string
		for i, group := range strings.Split(rule, "<") {
			var names []string
			for _, name := range strings.Split(group, ",") {
				if name = strings.TrimSpace(name); name != "" {
					names = append(names, name)
				}
			}
			if len(names) == 0 && i > 0 {
				return nil, fmt.Errorf("nothing stands beside < in %q", rule)
			}
			for _, name := range names {
				if may[name] == nil {
					may[name] = map[string]bool{}
				}
				for _, b := range before {
					may[name][b] = true
				}
			}
			before = names
		}
	}
	for grown := true; grown; {
		grown = false
		for name, below := range may {
			for b := range below {
				for c := range may[b] {
					if !below[c] {
						below[c], grown = true, true
					}
				}
			}
			if below[name] {
				return nil, fmt.Errorf("%s stands below itself", name)
			}
		}
	}
	return may, nil
}

// entrances reads doors: for each library, who may import it.
func entrances(text string) map[string][]string {
	open := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		library, who, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, w := range strings.Split(who, ",") {
			open[library] = append(open[library], strings.TrimSpace(w))
		}
	}
	return open
}

// The policy itself is tested: what it forbids is found, and no line of it is for nothing.
func TestTheImportPolicyForbids(t *testing.T) {
	ours := func(names ...string) imported {
		for i, n := range names {
			names[i] = module + "/" + n
		}
		return imported{code: names}
	}
	for _, c := range []struct {
		name string
		of   string
		what imported
		want string // "" when it is allowed
	}{
		{"the floor", "dsl/ir", ours("dsl/diag"), ""},
		{"everyone stands on it", "runners/load", ours("dsl/diag", "dsl/ir", "dsl/expr", "dsl/pick", "dsl/rate"), ""},
		{"the floor stands on nothing", "dsl/diag", ours("dsl/ir"), "dsl/diag must not import dsl/ir"},
		{"nor on its neighbours", "dsl/expr", ours("dsl/ir"), "dsl/expr must not import dsl/ir"},
		{"compile imports the floor", "dsl/steps", ours("dsl/ir", "dsl/expr"), ""},
		{"but no neighbour", "dsl/steps", ours("dsl/gherkin"), "dsl/steps must not import dsl/gherkin"},
		{"compile never imports run", "dsl", ours("runners"), "dsl must not import runners"},
		{"run never imports compile", "runners/session", ours("dsl"), "runners/session must not import dsl"},
		{"nor its parts", "runners/functional", ours("dsl/steps"), "runners/functional must not import dsl/steps"},
		{"a driver imports the session", "runners/driver/http", ours("runners/session", "runners", "runners/secret"), ""},
		{"and no other driver", "runners/driver/shell", ours("runners/driver/http"), "runners/driver/shell must not import runners/driver/http"},
		{"a runner imports no driver", "runners/load", ours("runners/driver/http"), "runners/load must not import runners/driver/http"},
		{"the session imports no runner", "runners/session", ours("runners/load"), "runners/session must not import runners/load"},
		{"the pipeline imports no session", "runners/pipeline", ours("runners/session"), "runners/pipeline must not import runners/session"},
		{"judge imports run for the summary", "value", ours("runners", "value/measure"), ""},
		{"and compile never", "value", ours("value/clause"), "value must not import value/clause"},
		{"nor the session", "value", ours("runners/session"), "value must not import runners/session"},
		{"statistics import nothing of ours", "value/stat", ours("dsl/ir"), "value/stat must not import dsl/ir"},
		{"history imports nothing of ours", "history", ours("dsl/diag"), "history must not import dsl/diag"},
		{"reporters import no runner", "reporters", ours("runners/load"), "reporters must not import runners/load"},
		{"reporters do not compile", "reporters", ours("dsl"), "reporters must not import dsl"},
		{"cmd imports everything", "cmd", ours("dsl", "runners/load", "runners/driver/http", "reporters", "value", "dsl/project", "value/measure"), ""},
		{"nobody imports cmd", "reporters", ours("cmd"), "reporters must not import cmd"},
		{"an example imports itself", "examples/shop/server", ours("examples/shop/shop"), ""},
		{"and not hoops", "examples/shop/server", ours("dsl"), "examples/shop/server must not import dsl"},
		{"a new room needs a line", "runners/util", imported{}, ""},
		{"a new room needs a line", "scheduler", imported{}, "scheduler has no place in the policy"},
		{"a name is whole", "dslx", imported{}, "dslx has no place in the policy"},
		{"the standard library", "dsl/diag", imported{code: []string{"net/http"}}, ""},
		{"a door", "runners/functional", imported{code: []string{"github.com/cucumber/godog/formatters"}}, ""},
		{"another's door", "runners/load", imported{code: []string{"github.com/cucumber/godog"}}, "runners/load must not import github.com/cucumber/godog"},
		{"a library without a door", "cmd", imported{code: []string{"example.com/left-pad"}}, "cmd must not import example.com/left-pad"},
		{"a library with a similar name", "dsl/expr", imported{code: []string{"github.com/expr-lang/expression"}}, "dsl/expr must not import github.com/expr-lang/expression"},
		{"tests compare", "dsl/ir", imported{tests: []string{"github.com/google/go-cmp/cmp/cmpopts", module + "/cmd"}}, ""},
		{"only tests compare", "dsl/ir", imported{code: []string{"github.com/google/go-cmp/cmp"}}, "dsl/ir must not import github.com/google/go-cmp/cmp"},
		{"tests use their own doors", "dsl/steps", imported{tests: []string{"github.com/goccy/go-yaml"}}, ""},
		{"which are not for code", "dsl/steps", imported{code: []string{"github.com/goccy/go-yaml"}}, "dsl/steps must not import github.com/goccy/go-yaml"},
		{"and no others", "dsl/ir", imported{tests: []string{"github.com/goccy/go-yaml"}}, "the tests of dsl/ir must not import github.com/goccy/go-yaml"},
	} {
		got := judge(t, rooms, doors, map[string]imported{c.of: c.what})
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], c.want)) {
			t.Errorf("%s: got %q, expected %q", c.name, got, c.want)
		}
	}
	for _, bad := range []string{"a < b; b < a;", "a < ;", "a < b < c < a;"} {
		if _, err := order(bad); err == nil {
			t.Errorf("%q is an order", bad)
		}
	}
}

// Without any one of its rules, what the module imports today is refused: no rule is for nothing, save those of
// rooms and libraries that are not there yet.
func TestEveryImportRuleCounts(t *testing.T) {
	packages := imports(t, ".")
	used := func(library string) bool {
		for _, p := range packages {
			if slices.ContainsFunc(slices.Concat(p.code, p.tests), func(what string) bool { return within(what, []string{library}) != "" }) {
				return true
			}
		}
		return false
	}
	for _, line := range strings.Split(strings.TrimSpace(doors), "\n") {
		library := strings.Fields(line)[0]
		if used(library) && len(judge(t, rooms, strings.Replace(doors, line, "", 1), packages)) == 0 {
			t.Errorf("the door of %s can be removed, and nothing is found", library)
		}
	}
	for _, rule := range strings.Split(rooms, ";") {
		said := regexp.MustCompile(`#.*`).ReplaceAllString(rule, "")
		names := strings.FieldsFunc(said, func(r rune) bool { return strings.ContainsRune(" ,<\n\t", r) })
		last := names[max(0, len(names)-1):]
		if len(last) == 0 || packages[last[0]].code == nil || names[0] == "NONE" {
			continue
		}
		if len(judge(t, strings.Replace(rooms, rule+";", "", 1), doors, packages)) == 0 {
			t.Errorf("the rule %q can be removed, and nothing is found", strings.TrimSpace(rule))
		}
	}
}
