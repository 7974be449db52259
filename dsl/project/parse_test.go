package project

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// FuzzParse: whatever the bytes, it ends, without a panic, and every range is inside its source.
func FuzzParse(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*/*.txtar")
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name != "want" {
				f.Add(unescape(string(file.Data)))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		watch := time.AfterFunc(10*time.Second, func() { panic("this never ends") })
		defer watch.Stop()
		p, list := Parse("hoops.yaml", text, Options{Template: placedLiteral})
		checkRanges(t, p, list)
		render(map[string]string{"hoops.yaml": text}, list)
	})
}

// TestPositions: names, values and expressions stand where their positions say, whatever the layout.
func TestPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		space := rapid.SampledFrom([]string{" ", "   "})
		word := rapid.StringMatching(`[a-zé日][a-z é日]{0,6}[a-zé日]`)
		written := func(s string) string {
			return rapid.SampledFrom([]string{"", "'", `"`}).Draw(t, "quote") + s
		}
		closed := func(s string) string {
			if s[0] == '\'' || s[0] == '"' {
				return s + s[:1]
			}
			return s
		}
		var b strings.Builder
		if rapid.Bool().Draw(t, "mark") {
			b.WriteString("\ufeff")
		}
		end := rapid.SampledFrom([]string{"\n", "\r\n", "  \n", " # é\n", "\n\n", "\n# x\n"})
		fmt.Fprintf(&b, "stages:%s", end.Draw(t, "end"))
		n := rapid.IntRange(1, 4).Draw(t, "stages")
		for i := range n {
			name := closed(written(fmt.Sprintf("%s %d", word.Draw(t, "name"), i)))
			expect := closed(written(word.Draw(t, "expect")))
			where := closed(written(word.Draw(t, "where")))
			if rapid.Bool().Draw(t, "flow") {
				fmt.Fprintf(&b, "  %s:%s{run: load, rate: 1/s for 1m,%s where:%s%s , expect: [ a,%s%s ]}%s", name, space.Draw(t, ""),
					space.Draw(t, ""), space.Draw(t, ""), where, space.Draw(t, ""), expect, end.Draw(t, ""))
			} else {
				fmt.Fprintf(&b, "  %s:%s    run: load%s    rate: 1/s for 1m%s    where:%s%s%s    expect:%s    - a%s    -%s%s%s", name,
					end.Draw(t, ""), end.Draw(t, ""), end.Draw(t, ""), space.Draw(t, ""), where, end.Draw(t, ""),
					end.Draw(t, ""), end.Draw(t, ""), space.Draw(t, ""), expect, end.Draw(t, ""))
			}
		}
		p, list := Parse("hoops.yaml", b.String(), Options{})
		if len(list) > 0 {
			t.Fatalf("%v in\n%s", list, b.String())
		}
		stands := func(pos diag.Pos, text string) {
			line, _ := diag.LineOf(b.String(), pos.Line)
			rest := string([]rune(line)[pos.Col-1:])
			if !strings.HasPrefix(strings.TrimLeft(rest, `"'`), text) {
				t.Fatalf("%q is not at %s, where %q is, in\n%s", text, pos, rest, b.String())
			}
		}
		if len(p.Stages) != n || len(p.Wheres) != n {
			t.Fatalf("%d stages of %d", len(p.Stages), n)
		}
		for i, s := range p.Stages {
			stands(s.Pos, s.Name)
			stands(s.Expect[1].Pos, s.Expect[1].Source)
			stands(p.Wheres[i].Pos, s.Where)
		}
	})
}

// TestQuoted: the remedy "quote it" gives back the text.
func TestQuoted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.StringMatching(`[ -~é日]{1,20}`).Draw(t, "text")
		if strings.Contains(want, "${") {
			t.Skip("not a text")
		}
		p, list := Parse("hoops.yaml", "project: "+quoted(want)+"\n", Options{})
		if len(list) > 0 || p.Name != want {
			t.Fatalf("%q became %q: %v", want, p.Name, list)
		}
	})
}

// TestDefaults: whatever has a default has it, so that no reader of the program can forget one.
func TestDefaults(t *testing.T) {
	p, list := Parse("hoops.yaml", "environments: {a: {url: http://x.example, start: {run: x}}}\n"+
		"stages: {a: {run: load, rate: 5/s for 1s, data: {file: a.csv}}}\nmeasures: {m: {count: x}}\nescalation: {levels: [{level: 1, name: x, run: x}]}", Options{})
	if len(list) > 0 {
		t.Fatal(list.Err())
	}
	e, l := p.Environments[0], p.Stages[0].Load
	for what, ok := range map[string]bool{
		"timeout":       e.Timeout == ir.DefaultTimeout,
		"step-timeout":  e.StepTimeout == ir.DefaultStepTimeout,
		"max-body":      e.MaxBody == ir.DefaultMaxBody,
		"within":        e.Start.Within == ir.Duration(30*time.Second),
		"writes":        e.Writes == "" && e.Load == "",
		"max-in-flight": l.MaxInFlight == 10000,
		"drain":         l.Drain == ir.Duration(30*time.Second),
		"use":           l.Data.Use == "in order",
		"from":          p.Measures[0].From == "openmetrics",
		"dry-run":       !p.Escalation.Live,
		"continue":      !p.Stages[0].Continue,
	} {
		if !ok {
			t.Errorf("%s: %+v", what, p)
		}
	}
}

// TestTemplateFindings: what the maker of templates finds is reported, and places are told to it.
func TestTemplateFindings(t *testing.T) {
	text := "environments:\n  a: {url: \"http://x.example\", headers: {X: \"é${y}\"}}\n"
	var got []string
	_, list := Parse("hoops.yaml", text, Options{Template: func(text string, at diag.Pos, place ir.Place, _, _ []string) (ir.Template, diag.List) {
		got = append(got, fmt.Sprint(text, " ", at, " ", place))
		return nil, diag.List{diag.Errorf(diag.At(at, 1), "expr/syntax", "wrong")}
	}})
	if want := "http://x.example hoops.yaml:2:13 url|é${y} hoops.yaml:2:46 header"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", strings.Join(got, "|"), want)
	}
	if len(list) != 2 || list[0].Code != "expr/syntax" {
		t.Errorf("%v", list)
	}
}

func TestNoIncludes(t *testing.T) {
	_, list := Parse("hoops.yaml", "include: a.yaml", Options{})
	if len(list) != 1 || list[0].Code != codeInclude {
		t.Errorf("%v", list)
	}
}

// TestLarge: what is as large as allowed, and unkind to the library, ends in reasonable time.
func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	repeated := func(s string) string { return strings.Repeat(s, maxBytes/len(s)) }
	for name, text := range map[string]string{
		"keys": repeated("abcdefg: b\n"), "items": repeated("- abcdef\n"), "brackets": repeated("[[[[\n"),
		"braces": repeated("{a: \n"), "lists": repeated("- - -\n"), "anchors": repeated("&a a\n"), "text": repeated("x"),
		"values": "vars:\n" + strings.Repeat("  k: [v]\n", maxBytes/10), "flow": "vars: {" + repeated("a: b, \n") + "}",
		"comments": repeated("# x\n"), "documents": repeated("---\n"), "quoted": `project: "` + repeated("x\n") + `"`,
	} {
		before := time.Now()
		_, list := Parse("hoops.yaml", text, Options{})
		if took := time.Since(before); took > 20*time.Second {
			t.Errorf("%s took %s", name, took)
		}
		if !list.HasErrors() {
			t.Errorf("%s passes", name)
		}
	}
}

// TestCodes: every code that the sources name has a golden file, and no other is used.
func TestCodes(t *testing.T) {
	source, err := os.ReadFile("read.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile(`= "([a-z]+/[a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
		named[m[1]] = false
	}
	paths, _ := filepath.Glob("testdata/bad/*.txtar")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`error: .*\[([a-z/-]+)\]`).FindAllStringSubmatch(string(text), -1) {
			if _, ok := named[m[1]]; !ok {
				t.Errorf("%s: code %s is not named in read.go", path, m[1])
			}
			named[m[1]] = true
		}
	}
	for code, used := range named {
		if !used {
			t.Errorf("no golden file shows %s", code)
		}
	}
}
