package clause

import (
	"go/ast"
	goparser "go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// shifted turns every letter into the one 13 places on, outside of braces and of metric names: a language in which no
// English word is left. Doing it twice gives the text back.
func shifted(s string) string {
	depth := 0
	return strings.Map(func(r rune) rune {
		switch {
		case r == '{':
			depth++
		case r == '}':
			depth--
		case depth > 0:
		case r >= 'a' && r <= 'z':
			return 'a' + (r-'a'+13)%26
		case r >= 'A' && r <= 'Z':
			return 'A' + (r-'A'+13)%26
		}
		return r
	}, s)
}

// toyWords is english.words with each word shifted, as the file of a second language.
func toyWords() string {
	var out []string
	section := ""
	for _, line := range strings.Split(englishWords, "\n") {
		key, text, ok := strings.Cut(line, ": ")
		switch {
		case strings.HasPrefix(line, "["):
			section = line
		case ok && !strings.HasPrefix(line, "#"):
			switch section { // their keys are words of the language
			case "[gerunds]", "[irregular]", "[senses]", "[suggest-verbs]", "[suggest-they]", "[plurals]":
				key = shifted(key)
			}
			line = key + ": " + shifted(text)
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func toyShop() []ir.Measure {
	out := append([]ir.Measure(nil), shop...)
	for i := range out {
		m := &out[i]
		m.Name = shifted(m.Name)
		m.Says = append([]string(nil), m.Says...)
		for j := range m.Says {
			m.Says[j] = shifted(m.Says[j])
		}
		for _, metric := range []*string{&m.Per, &m.Of} { // what is counted has a word, the metric's endings have none
			words := strings.Split(*metric, "_")
			for j, w := range words {
				if w != "total" {
					words[j] = shifted(w)
				}
			}
			*metric = strings.Join(words, "_")
		}
	}
	return out
}

// TestAnotherLanguageIsAFile reads the whole table in the toy language. Each claim must be the English one: a word of
// English that stood in the code would be read as nothing there.
func TestAnotherLanguageIsAFile(t *testing.T) {
	toy, err := readLanguage(toyWords())
	if err != nil {
		t.Fatal(err)
	}
	measures := toyShop()
	read := 0
	for _, line := range tableOf(t, "testdata/readings.txt") {
		if !isClause(line) {
			continue
		}
		text := lead(line)
		english, _ := Parse(text, diag.Pos{Line: 1, Col: 1}, "", shop)
		if strings.Contains(text, "k mistakes") || strings.ContainsAny(text, "{}") {
			continue
		}
		got, _ := parse(toy, []Piece{{shifted(text), diag.Pos{Line: 1, Col: 1}}}, "", measures)
		if (got.Unbound == "") != (english.Unbound == "") || len(got.Claims) != len(english.Claims) {
			t.Errorf("%q: %q has %d claims (%s), expected %d (%s)", text, shifted(text), len(got.Claims), got.Unbound, len(english.Claims), english.Unbound)
			continue
		}
		for i, want := range english.Claims {
			read++
			k := got.Claims[i]
			k.Text, k.Reading, k.Measure = shifted(k.Text), shifted(k.Reading), shifted(k.Measure)
			if n, noun, counted := strings.Cut(k.Per, " "); counted {
				k.Per = n + " " + shifted(noun)
			}
			if v, ok := strings.CutPrefix(k.Baseline, "release "); ok {
				k.Baseline = "release " + shifted(v)
			}
			for _, c := range []*ir.Claim{&k, &want} {
				if strings.Contains(c.Baseline, "release ") && c.Baseline != "previous release" || strings.Contains(c.Unit, "B") {
					c.Baseline, c.Reading = "", "" // versions and B are no words
				}
			}
			if d := cmp.Diff(want, k); d != "" {
				t.Errorf("%q:\n%s", text, d)
			}
		}
		for i, want := range english.Rewrites {
			if shifted(got.Rewrites[i]) != want && !strings.Contains(want, "MB") {
				t.Errorf("%q suggests %q, expected %q", text, shifted(got.Rewrites[i]), want)
			}
		}
	}
	if read < 150 {
		t.Errorf("%d claims were read", read)
	}
}

func TestALanguageFileIsComplete(t *testing.T) {
	for name, wrong := range map[string]string{
		`"at most" means both "x" and "<="`: strings.Replace(englishWords, "[comparators]\n", "[comparators]\nx: at most\n", 1),
		"no words in [hedges]":              strings.Replace(englishWords, "[hedges]", "[nothing]", 1),
		"is no \"key: phrase":               englishWords + "\nno colon\n",
		"is said twice":                     englishWords + "\n[say]\ncount: x\n",
	} {
		if _, err := readLanguage(wrong); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("expected %s, got %v", name, err)
		}
	}
}

// TestEachTemplateIsUsed holds the keys of [say] and [suggest] to the code, both ways.
func TestEachTemplateIsUsed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	literals := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := goparser.ParseFile(gotoken.NewFileSet(), name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil {
					literals[s] = true
				}
			case *ast.CallExpr: // say("count", …) names a template that must be there
				f, ok := n.Fun.(*ast.SelectorExpr)
				if !ok || len(n.Args) == 0 || f.Sel.Name != "say" && f.Sel.Name != "suggest" {
					return true
				}
				if lit, ok := n.Args[0].(*ast.BasicLit); ok {
					key, _ := strconv.Unquote(lit.Value)
					if english().printed[f.Sel.Name+" "+key] == "" {
						t.Errorf("%s says %q, which english.words does not know", name, key)
					}
				}
			}
			return true
		})
	}
	for key := range english().printed {
		_, name, _ := strings.Cut(key, " ")
		used := literals[name]
		for _, meaning := range english().tables["baselines"] {
			used = used || name == meaning || name == "than "+meaning
		}
		for i := range name { // keys are put together of parts: "fewer" and "-by"
			used = used || i > 0 && literals[name[:i]] && (literals[name[i:]] || name[i-1] == ' ')
		}
		if kind, _, _ := strings.Cut(name, " "); !used && kind != "span" && kind != "per" && !literals[strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz")] && !fraction.MatchString(name) {
			t.Errorf("nothing prints %q", key)
		}
	}
}

var fraction = regexp.MustCompile(`^(\d/\d|[<>=]+|average-\w+|than release)$`)
