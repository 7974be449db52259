package gherkin_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/gherkin"
)

func TestEveryWayToStoreAFileIsOneText(t *testing.T) {
	const want = "Feature: x\n\n  Scenario: ü\n    Given a\n"
	for name, src := range map[string]string{
		"plain":            want,
		"byte order mark":  "\ufeff" + want,
		"two marks":        "\ufeff\ufeff" + want,
		"Windows":          strings.ReplaceAll(want, "\n", "\r\n"),
		"Windows and mark": "\ufeff" + strings.ReplaceAll(want, "\n", "\r\n"),
		"old Mac":          strings.ReplaceAll(want, "\n", "\r"),
		"no end":           strings.TrimSuffix(want, "\n"),
		"many ends":        want + "\n\r\n\n",
	} {
		if got, list := gherkin.Normalise("x.feature", []byte(src)); got != want || len(list) > 0 {
			t.Errorf("%s: %q, %v", name, got, list)
		}
	}
	if got, list := gherkin.Normalise("x.feature", []byte("\ufeff\r\n")); got != "" || len(list) > 0 {
		t.Errorf("nothing: %q, %v", got, list)
	}
}

func TestWhatIsNoTextIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ src, first string }{
		"NUL":           {"Feature: x\r\n  ü\x00", "x.feature:2:4: error: not a text file: it holds a NUL byte; expected UTF-8 text [gherkin/binary]"},
		"Latin-1":       {"\ufeffFeature: caf\xe9\n", "x.feature:1:13: error: byte 0xe9 is not UTF-8; expected UTF-8 text [gherkin/not-utf8]"},
		"cut rune":      {"a\rb\r\xe2\x82", "x.feature:3:1: error: byte 0xe2 is not UTF-8; expected UTF-8 text [gherkin/not-utf8]"},
		"surrogate":     {"\xed\xa0\x80", "x.feature:1:1: error: byte 0xed is not UTF-8; expected UTF-8 text [gherkin/not-utf8]"},
		"UTF-16 little": {"\xff\xfeF\x00", "x.feature:1:1: error: the file is UTF-16; expected UTF-8 [gherkin/not-utf8]"},
		"UTF-16 big":    {"\xfe\xff\x00F", "x.feature:1:1: error: the file is UTF-16; expected UTF-8 [gherkin/not-utf8]"},
		"UTF-32":        {"\xff\xfe\x00\x00", "x.feature:1:1: error: the file is UTF-32; expected UTF-8 [gherkin/not-utf8]"},
	} {
		text, list := gherkin.Normalise("x.feature", []byte(c.src))
		if text != "" || len(list) != 1 || list[0].FirstLine() != c.first || len(list[0].Help) == 0 {
			t.Errorf("%s: %q\n got %v\nwant %s", name, text, list.Err(), c.first)
		}
	}
	if text, list := gherkin.Normalise("x.feature", []byte("Feature: \ufffd\n")); text == "" || len(list) > 0 {
		t.Errorf("a replacement character that stands in the file is text: %q, %v", text, list)
	}
}

func TestLongLines(t *testing.T) {
	long := "      {\"k\": \"" + strings.Repeat("ü", 100<<10) + "\"}"
	src := "Feature: x\n  Scenario: y\n    Given z:\n      \"\"\"\n" + long + "\n      \"\"\"\n"
	doc, text, list := compile("x.feature", []byte(src))
	const first = "x.feature:5:1: error: a line of 204815 bytes; expected at most 61440 [gherkin/long-line]"
	if len(list) != 1 || list[0].FirstLine() != first {
		t.Fatalf("%v", list.Err())
	}
	if text != src || doc.Feature.Scenarios[0].Steps[0].DocString.Content != strings.TrimSpace(long) {
		t.Error("a long line does not parse")
	}
	edge := "Feature: " + strings.Repeat("x", 60<<10-9)
	if _, _, list := compile("x.feature", []byte(edge)); list.HasErrors() {
		t.Errorf("60 KiB are allowed: %.80s", list.Err())
	}
}

func TestCommentsInDescriptionsAreEmptied(t *testing.T) {
	const src = `# language: en
# about the file
Feature: x
  # before
  In order to avoid mistakes
  # inside
  As a tester
  """
  # no doc string here
  """
  # after

  # before the tags
  @a
  # between
  @b
  Scenario: y
    # inside again
    This is
    # and again
    description
    # after
    Given a:
      """
      # data
      """
    # between steps
    Then b
      | # c |
      # in a table
      | d   |
`
	want := src
	for _, inside := range []string{"  # before\n", "  # inside\n", "  # no doc string here\n", "    # inside again\n", "    # and again\n"} {
		want = strings.Replace(want, "\n"+inside, "\n\n", 1)
	}
	doc, text, list := compile("x.feature", []byte(src))
	if text != want || list.HasErrors() {
		t.Fatalf("%v\n%s", list.Err(), text)
	}
	if n := doc.Feature.Narrative; n.Role != `tester """` || doc.Feature.Scenarios[0].From != 14 {
		t.Errorf("%+v", n)
	}
	if got, _ := gherkin.Normalise("x", []byte("# language: de\nFunktionalität: x\n# c\nText\n")); got != "# language: de\nFunktionalität: x\n\nText\n" {
		t.Errorf("German: %q", got)
	}
}

func TestNormaliseTwiceIsNormalise(t *testing.T) {
	lines := rapid.SampledFrom([]string{"", " ", "Feature: x", "  Scenario: y", "# c", "text", "@t", "Given a", `"""`, "```", "| a |", "Examples:", "Rule: r", "\ufeff", "# language: fr"})
	ends := rapid.SampledFrom([]string{"\n", "\r\n", "\r"})
	rapid.Check(t, func(t *rapid.T) {
		var src strings.Builder
		for range rapid.IntRange(0, 30).Draw(t, "lines") {
			src.WriteString(lines.Draw(t, "line") + ends.Draw(t, "end"))
		}
		once, _ := gherkin.Normalise("x", []byte(src.String()))
		twice, list := gherkin.Normalise("x", []byte(once))
		if once != twice || len(list) > 0 {
			t.Fatalf("%q became %q then %q", src.String(), once, twice)
		}
	})
}
