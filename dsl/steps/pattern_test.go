package steps

import (
	"bytes"
	"flag"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/diag"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: -want +got:\n%s", path, diff)
	}
}

func custom(t testing.TB) *Types {
	types, wrong := NewTypes([]Type{{Name: "colour", Pattern: "red|green|blue"}, {Name: "iso-date", Pattern: `(\d+)-(\d+)-(\d+)`}, {Name: "sku", Pattern: `[A-Z]{2}\d`}})
	if wrong != nil {
		t.Fatal(wrong)
	}
	return types
}

// Each pattern with texts that it may match.
var patterns = []struct {
	pattern string
	texts   []string
}{
	{`^I have (\d+) cakes$`, nil},
	{"/^I have (.*)$/", nil},
	{`the "([^"]*)" has`, nil},
	{`\\d and \(.*)`, []string{`\d and (.*)`}},
	{"it [^]costs 5$", []string{"it [^]costs 5$"}},
	{"I press add", []string{"I press add", "I press  add", "i press add", "I press add now", " I press add"}},
	{"I have {int} cucumber(s)", []string{"I have 1 cucumber", "I have 7 cucumbers", "I have -7 cucumbers", "I have 1.5 cucumbers", "I have many cucumbers", "I have 99999999999999999999 cucumbers"}},
	{"I have {count:int} cucumber(s) in my belly/stomach", []string{"I have 1 cucumber in my belly", "I have 2 cucumbers in my stomach", "I have 2 cucumbers in my foot"}},
	{"{a:int}{b:int}", []string{"12", "1-2", "1"}},
	{"the {item:string} costs {price:number}", []string{`the "Tea" costs 2`, `the 'Tea' costs 2.5`, `the "" costs .5`, `the "Tea costs 2`, `the Tea costs 2`, `the "a" and "b" costs 2`, `the "Tea" costs -1e3`, `the "Tea" costs 2,5`}},
	{"say {text:string}", []string{`say "a \"b\" c"`, `say 'it\'s'`, `say "it's"`, `say 'a "b"'`, `say "\\"`, `say "\d+"`, `say "a\"`, `say "你好"`, `say ""`}},
	{"{first:string} and {second:string}", []string{`"a" and 'b'`, `"" and ""`, `'"' and "'"`, `"a" and "b" and "c"`}},
	{"go {where:word}", []string{"go home", "go to/from", "go two words", "go ünïcode", "go "}},
	{"{anything:}", []string{"anything at all", "", `"quoted"`}},
	{"{}", []string{"x y"}},
	{"a {} b {}", []string{"a 1 b 2", "a  b ", "a 1 b 2 b 3"}},
	{"wait {time:duration}", []string{"wait 10s", "wait 1m30s", "wait 300ms", "wait 1.5h", "wait 7d", "wait 10", "wait -1s", "wait 10 s"}},
	{"at least {share:percent}", []string{"at least 99.9%", "at least 5 %", "at least 5", "at least %"}},
	{"{f:float} {d:double} {b:byte} {s:short} {l:long} {g:biginteger} {e:bigdecimal}", []string{"1.5 -2.5e3 1 2 3 4 5.5", "1 2 3 4 5 6 7", "1.5 2 3.5 4 5 6 7"}},
	{"paint it {c:colour}", []string{"paint it red", "paint it redder", "paint it black"}},
	{"on {day:iso-date} for {name:string}", []string{`on 2026-01-02 for "Ann"`, `on 2026-01 for "Ann"`}},
	{"buy {id:sku}", []string{"buy AB1", "buy ab1", "buy AB12"}},
	{"rats/mice", []string{"rats", "mice", "rats/mice"}},
	{"a/b c/d/e", []string{"a c", "b e", "a b"}},
	{"{int} rat(s)/mouse/mice", []string{"3 rats", "1 mouse", "2 mice", "2 mouses"}},
	{`12\/2020`, []string{"12/2020", "12", "2020"}},
	{`\{not a parameter\}`, []string{"{not a parameter}", "not a parameter"}},
	{`\(not optional\) {x:int}`, []string{"(not optional) 3", " 3"}},
	{`a\\b`, []string{`a\b`, `a\\b`}},
	{"why?", []string{"why?", "wh"}},
	{"cost is $5.00 (net) [x] ^a|b* +", []string{"cost is $5.00 net [x] ^a|b* +", "cost is $5.00  [x] ^a|b* +", "cost is $5x00 net [x] ^a|b* +"}},
	{"Привет, Мир(ы)!", []string{"Привет, Мир!", "Привет, Миры!"}},
	{"価格は{price:int}円", []string{"価格は100円", "価格は円"}},
	{"{größe:int} Grad", []string{"20 Grad"}},
	{"a {int}/{string}", nil},
	{"", []string{"", " ", "x", "\U000F0000"}},
	{"the {n:int} of {what:string}", []string{"the 1 of \U000F0000", "the \U000F0000 of \"a\"", "the 1\U000F0000 of 'b'", "the \U000F0000 of \U000F0001"}}, // placeholders
	// What is no pattern.
	{"I have {int", nil},
	{"I have {in} cucumbers", nil},
	{"I have {count:in} cucumbers", nil},
	{"I have {count} cucumbers", nil},
	{"I have {2nd:int} cucumbers", nil},
	{"I have {a b:int} cucumbers", nil},
	{"I have {:int} cucumbers", nil},
	{"I have {not:int} cucumbers", nil},
	{"{a:int} and {a:string}", nil},
	{strings.Repeat("{} ", mostParameters) + "{}", nil},
	{"{a:b:int}", nil},
	{"{hoops step}", nil},
	{"{x:hoops step}", nil},
	{"three () mice", nil},
	{"three (brown mice", nil},
	{"three brown) mice", []string{"three brown) mice"}},
	{"three (a(b)) mice", nil},
	{"({int}) mice", nil},
	{"three ({name:string}) mice", nil},
	{"a//b", nil},
	{"/b", nil},
	{"{name:string} x/ y", nil},
	{"a (b)/c", nil},
	{"three( brown/black) mice", nil},
	{`trailing \`, nil},
	{`a \x b`, nil},
	{"}", []string{"}"}},
	{"{{int}}", nil},
	{"日本語の{in}です", nil},
	{"日本語 {name:string} a//b", nil},
}

func TestPatterns(t *testing.T) {
	types := custom(t)
	if len(patterns) < 60 {
		t.Errorf("%d patterns", len(patterns))
	}
	var b strings.Builder
	for _, c := range patterns {
		fmt.Fprintf(&b, "%s\n", c.pattern)
		p, wrong := types.Compile(c.pattern, diag.Pos{File: "x", Line: 1, Col: 1})
		if wrong != nil {
			r := diag.Renderer{Source: func(string) string { return c.pattern }}
			b.WriteString("    " + strings.ReplaceAll(strings.TrimSpace(r.Sprint(*wrong)), "\n", "\n    ") + "\n")
			if end := wrong.Range.Col - 1 + wrong.Range.Len; wrong.Range.Col < 1 || end > len([]rune(c.pattern))+1 {
				t.Errorf("%q: the range %v is outside", c.pattern, wrong.Range)
			}
			continue
		}
		for _, text := range c.texts {
			args, ok := p.match(text)
			if !ok {
				fmt.Fprintf(&b, "    %q: no\n", text)
				continue
			}
			var shown []string
			for i, a := range args {
				shown = append(shown, fmt.Sprintf("%s=%q", p.Params[i].Name, a.text))
				if text[a.start:a.start+len(a.text)] != a.text {
					t.Errorf("%q: %q stands at %d", text, a.text, a.start)
				}
			}
			fmt.Fprintf(&b, "    %q: yes %s\n", text, strings.Join(shown, " "))
		}
	}
	golden(t, "testdata/patterns.txt", b.String())
}

// A text that a pattern matches begins with what the index looks for.
func TestFixedBeginning(t *testing.T) {
	types := custom(t)
	for _, c := range patterns {
		p, wrong := types.Compile(c.pattern, diag.Pos{})
		if wrong != nil {
			continue
		}
		for _, text := range c.texts {
			if _, ok := p.match(text); ok && !strings.HasPrefix(text, p.literal) {
				t.Errorf("%q matches %q, and does not begin with %q", c.pattern, text, p.literal)
			}
		}
	}
	for pattern, want := range map[string]string{"a b c": "a b c", "a b{int}": "a ", "a b/c": "a ", "a b(c)/d": "a ", `a b\/c`: "a ", "{int} a": "", "a (b)": "a "} {
		if got := fixedBeginning(pattern); got != want {
			t.Errorf("%q: %q, expected %q", pattern, got, want)
		}
	}
}

func TestTypes(t *testing.T) {
	at := diag.Pos{File: "hoops.yaml", Line: 2, Col: 3}
	for _, c := range []struct{ name, pattern, says string }{
		{"int", "x", "exists already"}, {"string", "x", "exists already"}, {"", "x", "exists already"}, {"hoops step", "x", "exists already"},
		{"bad", "(", "cannot be used"}, {"unbalanced", "a)|(b", "cannot be used"}, {"look", "(?=a)", "cannot be used"}, {"a(b", "x", "cannot be used"},
		{"flag", "(?i)x", "cannot be used"},
	} {
		types, wrong := NewTypes([]Type{{c.name, c.pattern, at}})
		if len(wrong) != 1 || !strings.Contains(wrong[0].Message, c.says) || wrong[0].Range.Pos != at || types == nil {
			t.Errorf("%s: %s: %v", c.name, c.pattern, wrong)
		}
	}
	types := custom(t)
	for _, c := range []struct {
		typ, value string
		want       bool
	}{
		{"int", "5", true}, {"int", "5.0", false}, {"int", "", false}, {"int", "5 ", false}, {"word", "a b", false}, {"string", "any thing", true},
		{"", "x y", true}, {"duration", "1m", true}, {"duration", "5", false}, {"colour", "red", true}, {"colour", "redd", false}, {"number", "1e3", true},
		{"percent", "5 %", true}, {"percent", "5", false},
	} {
		if got := types.Accepts(c.typ, c.value); got != c.want {
			t.Errorf("%s accepts %q: %v", c.typ, c.value, got)
		}
	}
}

func TestConformance(t *testing.T) {
	const dir = "../../../shared/conformance/cucumber-expressions/cucumber-expression"
	files, _ := filepath.Glob(dir + "/*/*.yaml")
	if len(files) == 0 {
		t.Skipf("SKIPPED: the conformance data is not at %s", dir)
	}
	types, _ := NewTypes(nil)
	ran, passed := 0, 0
	for _, file := range files {
		kind, name := filepath.Base(filepath.Dir(file)), strings.TrimSuffix(filepath.Base(file), ".yaml")
		if kind != "matching" && kind != "transformation" {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Expression    string
			Text          *string
			ExpectedArgs  []any  `yaml:"expected_args"`
			ExpectedRegex string `yaml:"expected_regex"`
			Exception     string
		}
		if err := yaml.Unmarshal(bytes.TrimPrefix(data, []byte("---\n")), &c); err != nil {
			t.Fatal(file, err)
		}
		ran++
		if wrong := conforms(types, c.Expression, c.Text, c.ExpectedArgs, c.ExpectedRegex, c.Exception); wrong != "" {
			t.Errorf("%s: %s", name, wrong)
			continue
		}
		passed++
	}
	t.Logf("cucumber-expressions, matching and transformation: %d of %d conform", passed, ran)
}

func conforms(types *Types, expression string, text *string, args []any, regex, exception string) string {
	p, d := types.Compile(expression, diag.Pos{Line: 1, Col: 1})
	if exception != "" {
		want := strings.Split(exception, "\n")
		switch {
		case d == nil:
			return "it compiles"
		case !strings.Contains(exception, fmt.Sprintf("at column %d:", d.Range.Col)):
			return fmt.Sprintf("column %d", d.Range.Col)
		case !strings.EqualFold(strings.TrimSuffix(want[4], "."), d.Message):
			return d.Message
		}
		return ""
	}
	if d != nil {
		return d.Message
	}
	if regex != "" {
		if got := p.plain.String(); got != regex {
			return got
		}
		return ""
	}
	found, ok := p.match(*text)
	if !ok {
		if args == nil {
			return ""
		}
		return "no match"
	}
	if args == nil || len(args) != len(found) {
		return fmt.Sprint("matches: ", found)
	}
	for i, a := range found {
		got := phrase{text: a.text, places: func(int) diag.Pos { return diag.Pos{} }}
		if p.Params[i].Type == "string" {
			got = got.unescaped()
		}
		if !sameValue(args[i], got.text) {
			return fmt.Sprintf("argument %d is %q", i, got.text)
		}
	}
	return ""
}

func sameValue(want any, got string) bool {
	text := fmt.Sprint(want)
	if f, ok := want.(float64); ok {
		text = strconv.FormatFloat(f, 'g', -1, 64)
	}
	if text == got {
		return true
	}
	if _, isText := want.(string); isText {
		return false
	}
	a, okA := new(big.Rat).SetString(text)
	b, okB := new(big.Rat).SetString(strings.TrimPrefix(got, "+"))
	return okA && okB && a.Cmp(b) == 0
}

// Any source either compiles or says why inside itself, and any text can be matched.
func TestPatternsAreSafe(t *testing.T) {
	types := custom(t)
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"a", " ", "/", "(", ")", "{", "}", "{int}", "{x:string}", "{y:word}", `\`, "é", "字", "1", `"`, "{}", ":", "int", "$", "."})
		source := strings.Join(rapid.SliceOf(piece).Draw(t, "source"), "")
		text := strings.Join(rapid.SliceOf(piece).Draw(t, "text"), "")
		p, d := types.Compile(source, diag.Pos{Line: 1, Col: 1})
		if d != nil {
			if end := d.Range.Col - 1 + d.Range.Len; d.Range.Col < 1 || end > len([]rune(source))+1 {
				t.Fatalf("%q: %s at %d, %d runes", source, d.Message, d.Range.Col, d.Range.Len)
			}
			return
		}
		if args, ok := p.match(text); ok {
			if len(args) != len(p.Params) || !strings.HasPrefix(text, p.literal) {
				t.Fatalf("%q: %v", source, args)
			}
		}
	})
}
