package diag

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files")

const feature = "Feature: Tea\n" +
	"  When the customer adds \"Tea\"\n" +
	"\tAnd\tadds\t\"two\" cups\n" +
	"  もし お茶を「二つ」カゴに入れる\n" +
	"  Then the cafe\u0301 is 👍 good\n" +
	"\x1b[31mred\x1b[0m \u202ereversed\n" +
	"Windows line\r\n" +
	"bad \xff byte\n"

func sources(file string) string {
	switch file {
	case "tea.feature":
		return feature
	case "long.feature":
		return strings.Repeat("0123456789", 30) + "\n" + strings.Repeat("é", 200_000)
	case "many.feature":
		return strings.Repeat("\n", 1233) + "last"
	}
	return ""
}

func at(file string, line, col, n int) Range { return At(Pos{file, line, col}, n) }

var rendered = []struct {
	name string
	d    Diagnostic
}{
	{"plain", Errorf(at("tea.feature", 2, 8, 24), "steps/undefined", "undefined step for driver %s", "http")},
	{"label", Errorf(at("tea.feature", 2, 8, 3), "a/b", "wrong").with("not in the catalog")},
	{"warning", Warnf(at("tea.feature", 2, 3, 4), "a/b", "this is odd")},
	{"tabs stay tabs", Errorf(at("tea.feature", 3, 12, 3), "a/b", "two is a word")},
	{"a range that holds tabs", Errorf(at("tea.feature", 3, 2, 8), "a/b", "And and adds")},
	{"wide characters", Errorf(at("tea.feature", 4, 10, 2), "a/b", "二つ")},
	{"wide characters before", Errorf(at("tea.feature", 4, 18, 1), "a/b", "る")},
	{"marks and emoji", Errorf(at("tea.feature", 5, 19, 4), "a/b", "good")},
	{"on a mark alone", Errorf(at("tea.feature", 5, 16, 1), "a/b", "the accent")},
	{"control characters", Errorf(at("tea.feature", 6, 1, 3), "a/b", "\x1b[2J and \u202e and \u0000 and \xff in a message")},
	{"carriage return", Errorf(at("tea.feature", 7, 9, 4), "a/b", "line")},
	{"not UTF-8", Errorf(at("tea.feature", 8, 5, 1), "a/b", "byte")},
	{"end of line", Errorf(at("tea.feature", 1, 13, 1), "a/b", "something is missing here")},
	{"beyond the end of the line", Errorf(at("tea.feature", 1, 99, 5), "a/b", "far out")},
	{"longer than the line", Errorf(at("tea.feature", 1, 10, 999), "a/b", "too long")},
	{"beyond the last line", Errorf(at("tea.feature", 999, 1, 1), "a/b", "no such line")},
	{"a whole file", Errorf(At(Pos{File: "tea.feature"}, 0), "a/b", "the file is empty")},
	{"a whole line", Errorf(at("tea.feature", 2, 0, 0), "a/b", "the line is wrong")},
	{"nowhere", Errorf(Range{}, "project/no-features", "there is no *.feature file").WithHelp("hoops init")},
	{"no code", Errorf(Range{}, "", "it failed")},
	{"no severity", Diagnostic{Message: "forgotten"}},
	{"unknown file", Errorf(at("elsewhere.feature", 3, 4, 1), "a/b", "not at hand")},
	{"a file with an escape", Errorf(at("a\x1b[31m.feature", 3, 4, 1), "a/b", "not at hand").WithNote(at("b\x1b.feature", 1, 1, 1), "there")},
	{"a file called error", Errorf(at("error: .feature", 3, 4, 1), "a/b", "not at hand")},
	{"long line, beginning", Errorf(at("long.feature", 1, 3, 4), "a/b", "2345")},
	{"long line, middle", Errorf(at("long.feature", 1, 151, 10), "a/b", "0123456789")},
	{"long line, end", Errorf(at("long.feature", 1, 300, 1), "a/b", "9")},
	{"long line, a long range", Errorf(at("long.feature", 1, 151, 150), "a/b", "everything from here")},
	{"very long line", Errorf(at("long.feature", 2, 100_000, 3), "a/b", "ééé")},
	{"a line number of four digits", Errorf(at("many.feature", 1234, 1, 4), "a/b", "last").WithHelp("help lines up").WithHelp("two\nlines")},
	{"notes", Errorf(at("tea.feature", 2, 8, 3), "a/b", "defined twice").
		WithNote(at("steps/http.steps.feature", 14, 13, 1), "the other definition").
		WithNote(Range{}, "a note without a place").
		WithNote(At(Pos{File: "hoops.yaml"}, 0), "a whole file").
		WithHelp("remove one of them")},
	{"help of several lines", Errorf(at("tea.feature", 2, 8, 24), "a/b", "undefined").
		WithHelp("define it:\n  Scenario: the customer adds {string}\n    When I GET \"/\"")},
}

func (d Diagnostic) with(label string) Diagnostic { d.Label = label; return d }

func TestRender(t *testing.T) {
	var b strings.Builder
	for _, colour := range []bool{false, true} {
		r := Renderer{Source: sources, Colour: colour}
		for i, c := range rendered {
			if colour && i > 2 {
				break
			}
			b.WriteString("=== " + c.name + "\n" + strings.ReplaceAll(r.Sprint(c.d), "\x1b", "<ESC>"))
		}
	}
	got := b.String()
	const golden = "testdata/rendered.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Whatever the range and the text, rendering neither panics nor lets a control character through.
func TestRenderIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.Rune(), 100, 400, -1)).Draw(t, "text")
		n := rapid.IntRange(-1000, 1000)
		d := Diagnostic{
			Severity: Severity(rapid.IntRange(-2, 9).Draw(t, "severity")),
			Range:    at(rapid.String().Draw(t, "file"), n.Draw(t, "line"), n.Draw(t, "col"), n.Draw(t, "len")),
			Message:  rapid.String().Draw(t, "message"), Label: rapid.String().Draw(t, "label"),
			Notes: []Note{{at("b", n.Draw(t, "note line"), n.Draw(t, "note col"), 1), rapid.String().Draw(t, "note")}},
			Help:  []string{rapid.String().Draw(t, "help")},
		}
		if rapid.Bool().Draw(t, "first line") {
			d.Range.Line = 1
		}
		out := Renderer{Source: func(string) string { return text }}.Sprint(d)
		for _, line := range strings.Split(out, "\n") {
			for _, c := range line {
				if c != '\t' && unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) {
					t.Fatalf("%U in %q", c, line)
				}
			}
			if utf8.RuneCountInString(line) > 5_000 {
				t.Fatalf("a line of %d runes", utf8.RuneCountInString(line))
			}
		}
		_ = List{d}.Err()
	})
}

func TestLineOf(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
		ok   bool
	}{
		{"", 1, "", false}, {"a", 1, "a", true}, {"a\n", 1, "a", true}, {"a\n", 2, "", true}, {"a\n", 3, "", false},
		{"a\r\nb", 1, "a", true}, {"a\r\nb", 2, "b", true}, {"\n\nx", 3, "x", true},
	} {
		if got, ok := LineOf(c.text, c.n); got != c.want || ok != c.ok {
			t.Errorf("LineOf(%q, %d) = %q, %v", c.text, c.n, got, ok)
		}
	}
}

func TestPosText(t *testing.T) {
	for _, c := range []struct {
		text string
		want Pos
	}{
		{"", Pos{}}, {"a", Pos{"a", 0, 0}}, {"a:1", Pos{"a", 1, 0}}, {"a:1:2", Pos{"a", 1, 2}},
		{"c:/a:1:2", Pos{"c:/a", 1, 2}}, {"a:b", Pos{"a:b", 0, 0}}, {"a:-1", Pos{"a:-1", 0, 0}}, {"a:+1", Pos{"a:+1", 0, 0}},
		{"a:99999999999999999999", Pos{"a:99999999999999999999", 0, 0}}, {":3:4", Pos{"", 3, 4}},
	} {
		var p Pos
		if err := p.UnmarshalText([]byte(c.text)); err != nil || p != c.want || p.String() != c.text {
			t.Errorf("%q: %#v, %v, as text %q", c.text, p, err, p)
		}
	}
}

func TestJSON(t *testing.T) {
	d := Warnf(at("a.feature", 3, 4, 5), "a/b", "message").with("label").WithNote(at("b", 1, 2, 3), "note").WithHelp("help")
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"severity":"warning","code":"a/b","range":{"at":"a.feature:3:4","len":5},"message":"message","label":"label",` +
		`"notes":[{"range":{"at":"b:1:2","len":3},"text":"note"}],"help":["help"]}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	var back Diagnostic
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, back); diff != "" {
		t.Error(diff)
	}
	if err := json.Unmarshal([]byte(`{"severity":"hint"}`), &back); err == nil {
		t.Error("an unknown severity was read")
	}
}

func TestList(t *testing.T) {
	a, b := at("a", 1, 1, 1), at("a", 2, 1, 1)
	l := List{Warnf(b, "c", "w"), Errorf(b, "c", "e"), Errorf(a, "c", "1"), Errorf(b, "c", "e"), Errorf(at("", 0, 0, 0), "c", "0")}
	l.Sort()
	var got []string
	for _, d := range l {
		got = append(got, d.Message)
	}
	if diff := cmp.Diff([]string{"0", "1", "e", "w"}, got); diff != "" {
		t.Error(diff)
	}
	if err := l.Err(); err == nil || err.Error() != "error: 0 [c]\na:1:1: error: 1 [c]\na:2:1: error: e [c]" {
		t.Error(err)
	}
	if (List{Warnf(a, "c", "w")}).Err() != nil || !(List{{}}).HasErrors() {
		t.Error("a warning must not stop a run, and what has no severity must")
	}
}

// A diagnostic that is made from another leaves that one as it is.
func TestWithDoesNotShare(t *testing.T) {
	base := Errorf(Range{}, "c", "m").WithHelp("1").WithNote(Range{}, "1")
	x, y := base.WithHelp("x").WithNote(Range{}, "x"), base.WithHelp("y").WithNote(Range{}, "y")
	if x.Help[1] != "x" || y.Help[1] != "y" || x.Notes[1].Text != "x" || y.Notes[1].Text != "y" || len(base.Help) != 1 {
		t.Error(base, x, y)
	}
}

func TestClosest(t *testing.T) {
	keys := []string{"project", "environments", "measures", "stages", "url", "where", "Zeit"}
	for word, want := range map[string]string{
		"projct": "project", "PROJECT": "project", "enviroments": "environments", "sateges": "stages", "ulr": "url",
		"zeit": "Zeit", "completely else": "", "": "", "x": "",
	} {
		if got := Closest(word, keys); got != want {
			t.Errorf("Closest(%q) = %q, expected %q", word, got, want)
		}
	}
	if got := Closest("ab", []string{"ax", "ay"}); got != "ax" {
		t.Errorf("of equals the first wins, got %q", got)
	}
	if got := Closest("word", nil); got != "" {
		t.Error(got)
	}
}

func TestDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-cé]{0,6}`)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := distance(a, b)
		if d != distance(b, a) || (d == 0) != (a == b) || d > max(len([]rune(a)), len([]rune(b))) {
			t.Fatalf("distance(%q, %q) = %d, the other way %d", a, b, d, distance(b, a))
		}
	})
}

func TestHeadline(t *testing.T) {
	for message, want := range map[string]string{"": "", "one": "one", "one\ntwo": "one", "\ntwo": ""} {
		if got := Errorf(Range{}, "", "%s", message).Headline(); got != want {
			t.Errorf("the headline of %q is %q", message, got)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{{"", 1, ""}, {"tea", 3, "tea"}, {"coffee", 3, "co…"}, {"chaï", 4, "chaï"}, {"شاي بالنعناع", 4, "شاي…"}, {"ab", 1, "…"}} {
		if got := Cut(c.text, c.n); got != c.want {
			t.Errorf("%q cut to %d is %q, expected %q", c.text, c.n, got, c.want)
		}
	}
}
