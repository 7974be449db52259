package hoops_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/cmd"
	"github.com/cucumber-value/hoops/dsl"
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/project"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// What the documents show must work. A fenced block whose info string is "gherkin" or "yaml" is a file; a second
// word is its path. The blocks between two headings are one project, and it must compile without a word.
// "gherkin part" and "yaml part" are excerpts, which nobody checks.

// language is the reference that the other checks look into.
const language = "docs/language.md"

func TestEveryExampleInTheDocumentsCompiles(t *testing.T) {
	compiled := 0
	for _, p := range projects(t) {
		t.Run(fmt.Sprintf("%s:%d", p.file, p.line), func(t *testing.T) {
			r := dsl.Compile(p.sources())
			if len(r.Diagnostics) > 0 || r.Program == nil {
				var b strings.Builder
				diag.Renderer{Source: r.Source}.Print(&b, r.Diagnostics)
				t.Errorf("under %q:\n%s", p.heading, &b)
			}
		})
		compiled++
	}
	if compiled < 10 {
		t.Errorf("only %d examples were found: are the fences still as this test expects?", compiled)
	}
}

func TestEveryPhraseHasAnExample(t *testing.T) {
	var texts []string
	for _, p := range projects(t) {
		if p.file != language {
			continue
		}
		if program := dsl.Compile(p.sources()).Program; program != nil {
			ir.WalkSteps(program, func(s *ir.Step) {
				for _, b := range s.Bindings {
					if b.Op != nil { // and no call of a definition with the same words
						texts = append(texts, s.Text)
					}
				}
			})
		}
	}
	shown := map[string]bool{}
	vocabulary := steps.Vocabulary()
	for _, text := range texts {
		for _, phrase := range vocabulary {
			if spoken(phrase.Text).MatchString(text) {
				shown[phrase.Text] = true
				break // of two that match, the earlier counts
			}
		}
	}
	prose := read(t, language)
	for _, phrase := range vocabulary {
		if !shown[phrase.Text] {
			t.Errorf("%s has no example of %q that compiles", language, phrase.Text)
		}
		if !strings.Contains(prose, "`"+phrase.Text+"`") {
			t.Errorf("%s does not list `%s`", language, phrase.Text)
		}
	}
}

// spoken matches the steps that a phrase of the vocabulary is.
func spoken(phrase string) *regexp.Regexp {
	pattern := regexp.QuoteMeta(phrase)
	for shown, matches := range map[string]string{
		`GET/POST/PUT/PATCH/DELETE/HEAD/OPTIONS`: `[A-Z]+`,
		`\{string\}`:                             `("[^"]*"|'[^']*')`,
		`\{int\}`:                                `-?\d+`,
		`\{duration\}`:                           `\d\S*`,
		`2xx`:                                    `[1-5]xx`,
		`<name>`:                                 `\w+`,
		`<target>`:                               `(css |the )?.*["'].*`,
		`<expression>`:                           `.+`,
		`<step>`:                                 `.+`,
	} {
		pattern = strings.ReplaceAll(pattern, shown, matches)
	}
	return regexp.MustCompile("^" + pattern + "$")
}

func TestEveryKeyOfTheProjectFileIsDocumented(t *testing.T) {
	var schema any
	if err := json.Unmarshal(project.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	keysOf(schema, words)
	section := sectionOf(t, language, "hoops.yaml")
	for _, word := range slices.Sorted(maps.Keys(words)) {
		if !strings.Contains(section, "`"+word+"`") {
			t.Errorf("%s: the section about hoops.yaml does not name `%s`", language, word)
		}
	}
	if len(words) < 80 {
		t.Errorf("only %d keys were found in the schema", len(words))
	}
}

// keysOf collects the keys of a JSON Schema and the words that its choices allow.
func keysOf(v any, words map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			keysOf(item, words)
		}
	case map[string]any:
		if properties, ok := v["properties"].(map[string]any); ok {
			for key := range properties {
				words[key] = true
			}
		}
		if choices, ok := v["enum"].([]any); ok {
			for _, choice := range choices {
				words[fmt.Sprint(choice)] = true
			}
		}
		for _, child := range v {
			keysOf(child, words)
		}
	}
}

func TestEveryCommandIsInTheReadme(t *testing.T) {
	help := run(t, "--help")
	_, list, _ := strings.Cut(help, "Available Commands:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	readme := read(t, "README.md")
	commands := map[string]bool{}
	for _, line := range strings.Split(list, "\n") {
		if name := strings.Fields(line)[0]; name != "help" {
			commands[name] = true
			if !strings.Contains(readme, "| `hoops "+name) {
				t.Errorf("README.md has no row for hoops %s", name)
			}
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `hoops (\\w+)").FindAllStringSubmatch(readme, -1) {
		if !commands[row[1]] {
			t.Errorf("README.md has a row for hoops %s, which is no command", row[1])
		}
	}
	for name := range commands {
		for _, flag := range regexp.MustCompile(`(?m)^ +(?:-\w, )?--([\w-]+)`).FindAllStringSubmatch(run(t, name, "--help"), -1) {
			if flag[1] != "help" && !strings.Contains(read(t, language), "`--"+flag[1]) {
				t.Errorf("%s does not name --%s of hoops %s", language, flag[1], name)
			}
		}
	}
}

func TestTheReadmeIsShortAndTrue(t *testing.T) {
	readme := read(t, "README.md")
	if n := strings.Count(readme, "\n"); n > 120 {
		t.Errorf("README.md has %d lines, at most 120 are read", n)
	}
	shown := regexp.MustCompile(`sha256:[0-9a-f]+`).FindAllString(readme, -1)
	for _, dir := range []string{"examples/calculator", "examples/shop"} {
		sources, err := dsl.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		program := dsl.Compile(sources).Program
		if program == nil {
			t.Fatalf("%s does not compile", dir)
		}
		digest := ir.Digest(program)
		if !slices.ContainsFunc(shown, func(s string) bool { return strings.HasPrefix(digest, s) }) {
			t.Errorf("README.md shows the digests %s, and that of %s is %s: take its transcript anew", shown, dir, digest)
		}
		for _, f := range sources.Features {
			_, feature, _ := strings.Cut(string(f.Data), "\n") // after its tags
			feature, _, _ = strings.Cut(feature, "\n\n  Scenario Outline")
			if f.Path == "features/addition.feature" && !strings.Contains(readme, feature) {
				t.Errorf("the feature in README.md is not that of %s", dir)
			}
		}
	}
}

func TestLinksLead(t *testing.T) {
	for _, name := range documents(t) {
		for _, link := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(read(t, name), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), link[1])); err != nil {
				t.Errorf("%s: the link %s leads nowhere", name, link[1])
			}
		}
	}
}

func run(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := cmd.Main(args, cmd.Stdio{In: strings.NewReader(""), Out: &out, Err: &errs}); code != 0 {
		t.Fatalf("hoops %s: exit %d\n%s", strings.Join(args, " "), code, &errs)
	}
	return out.String()
}

// example is the blocks between two headings of a document: a project.
type example struct {
	file    string
	line    int // of its first block
	heading string
	files   []dsl.Source
}

func (e *example) sources() *dsl.Sources {
	s := &dsl.Sources{Read: func(name string) ([]byte, error) {
		for _, f := range e.files {
			if f.Path == name {
				return f.Data, nil
			}
		}
		return nil, fs.ErrNotExist
	}}
	for _, f := range e.files {
		switch {
		case f.Path == dsl.ProjectFile:
			s.Project = &f
		case strings.HasSuffix(f.Path, ".feature"):
			s.Features = append(s.Features, f)
		}
	}
	return s
}

// projects are the examples of all documents that have a feature or a project file.
func projects(t *testing.T) []*example {
	t.Helper()
	var list []*example
	for _, name := range documents(t) {
		var now *example
		heading, info, block := "", "", []string(nil)
		inside := false
		for i, line := range strings.Split(read(t, name), "\n") {
			fence, isFence := strings.CutPrefix(line, "```")
			switch {
			case isFence && !inside:
				inside, info, block = true, fence, nil
			case isFence:
				inside = false
				f, ok := fileOf(info, block)
				if !ok {
					continue
				}
				if now == nil {
					now = &example{file: name, line: i + 1 - len(block), heading: heading}
					list = append(list, now)
				}
				now.files = append(now.files, f)
			case inside:
				block = append(block, line)
			case strings.HasPrefix(line, "#"):
				now, heading = nil, strings.TrimLeft(line, "# ")
			}
		}
		if inside {
			t.Errorf("%s: a fence is not closed", name)
		}
	}
	return slices.DeleteFunc(list, func(e *example) bool {
		return !slices.ContainsFunc(e.files, func(f dsl.Source) bool { return strings.HasSuffix(f.Path, ".feature") })
	})
}

// fileOf is the file that a fenced block is; false for other blocks and for excerpts.
func fileOf(info string, block []string) (dsl.Source, bool) {
	kind, path, _ := strings.Cut(info, " ")
	switch {
	case path == "part":
		return dsl.Source{}, false
	case kind == "gherkin" && path == "":
		path = "features/example.feature"
	case kind == "yaml" && path == "":
		path = dsl.ProjectFile
	case path == "":
		return dsl.Source{}, false
	}
	return dsl.Source{Path: path, Data: []byte(strings.Join(block, "\n") + "\n")}, true
}

// documents are the files that people read.
func documents(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"}, names...)
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// sectionOf is the text below a heading of the second level.
func sectionOf(t *testing.T, name, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(read(t, name), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("%s has no section %q", name, heading)
	}
	section, _, _ := strings.Cut(rest, "\n## ")
	return section
}
