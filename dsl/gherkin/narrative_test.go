package gherkin_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/gherkin"
)

func TestNarrative(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"the three lines": {
			"  In order to lose fewer than 1% of orders to errors\n  As a shop owner\n  I want a signed-in customer to pay\n",
			"in order to 2:15 lose fewer than 1% of orders to errors|as a 3:8 shop owner|i want 4:10 a signed-in customer to pay",
		},
		"any order, any role": {
			"As an admin\n\nWe need order\nIn order to make 0 mistakes,\n",
			"as a 2:7 admin|i want 4:9 order|in order to 5:13 make 0 mistakes",
		},
		"over several lines": {
			"  In order to lose\n    fewer\n\tthan ü orders\n\n  more prose\n  So that 0 ü are lost\n",
			"in order to 2:15 lose fewer than ü orders|so that 7:11 0 ü are lost",
		},
		"a hypothesis in one line": {
			"We believe ü will result in fewer mistakes. We will know when mistakes < 1%\n",
			"we believe 2:12 ü|will result in 2:29 fewer mistakes.|we will know when 2:63 mistakes < 1%",
		},
		"a hypothesis in three lines": {
			"We believe that this\nwill result in fewer\nmistakes and we will know we have succeeded when\n  0 are made\n",
			"we believe 2:12 that this|will result in 3:16 fewer mistakes and|we will know when 5:3 0 are made",
		},
		"a story in one line": {
			"As a clerk I want to pay so that 0 orders wait\n",
			"as a 2:6 clerk|i want 2:19 to pay|so that 2:34 0 orders wait",
		},
		"more claims": {
			"In order to x\nValue: make 0 mistakes\nValue:   over 9 orders a day\n  prose\nvalue: lower case\n",
			"in order to 2:13 x|value 3:8 make 0 mistakes|value 4:10 over 9 orders a day|value 6:8 lower case",
		},
		"lower case goes on, after a comma it begins": {
			"In order to keep refunds\nas a share of orders under 2%,\nas a clerk,\nI want to see them\n",
			"in order to 2:13 keep refunds as a share of orders under 2%|as a 4:6 clerk|i want 5:8 to see them",
		},
		"a role is no reason": {"As about as a\nI wanted\nSo thatched\nIn order too\n", ""},
		"a lost step ends it": {"In order to x\nGiven a step\nAnd another\n", "in order to 2:13 x"},
		"a lost title too":    {"In order to x\nScenari: y\n", "in order to 2:13 x"},
		"nothing after it":    {"In order to\nSo that\n", "in order to 2:12 |so that 3:8 "},
	} {
		doc, _, list := compile("x.feature", []byte("Feature: x\n"+c.src))
		if list.HasErrors() {
			t.Errorf("%s: %v", name, list.Err())
			continue
		}
		var got []string
		for _, c := range doc.Feature.Narrative.Clauses {
			got = append(got, fmt.Sprintf("%s %d:%d %s", c.Kind, c.Pos.Line, c.Pos.Col, c.Text))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "|")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A caret under a word of a clause must stand under that word.
func TestEveryWordOfAClauseKnowsItsPlace(t *testing.T) {
	doc, text, _ := compile("x.feature", []byte(strings.ReplaceAll(`Feature: x
  In order to lose üäö fewer
     than 1% of
  orders,   and sleep
  As a clerk I want
    wörds here so that
    some are there
  As a clerk I want x
       y so that z
     w
`, "\n", "\r\n")))
	words := 0
	for _, c := range doc.Feature.Narrative.Clauses {
		for i := range c.Text {
			if c.Text[i] == ' ' || i > 0 && c.Text[i-1] != ' ' {
				continue
			}
			words++
			word, _, _ := strings.Cut(c.Text[i:], " ")
			at := c.At(i)
			line, _ := diag.LineOf(text, at.Line)
			if rest := string([]rune(line)[at.Col-1:]); !strings.HasPrefix(rest, word) {
				t.Errorf("%q of %q is said to be at %s, where %q stands", word, c.Text, at, rest)
			}
		}
		line, _ := diag.LineOf(text, c.KeywordAt.Pos.Line)
		if rest := string([]rune(line)[c.KeywordAt.Pos.Col-1:]); !strings.HasPrefix(rest, c.Keyword) {
			t.Errorf("keyword %q is said to be at %s", c.Keyword, c.KeywordAt.Pos)
		}
	}
	if words != 20 {
		t.Errorf("%d words", words)
	}
}

func TestRoleAndWant(t *testing.T) {
	doc, _, _ := compile("x.feature", []byte("Feature: x\n  As a shop owner,\n  I want to sleep\n  As a second\n"))
	if n := doc.Feature.Narrative; n.Role != "shop owner" || n.Want != "to sleep" {
		t.Errorf("%+v", n)
	}
}

func TestPlacesInAFile(t *testing.T) {
	const src = `@f
Feature: ü name
  Background: b
    Given x

  @r
  Rule:  two words
    Background:
      Given y

    @s @t
    # comment
    @u
    Scenario Outline: three
      * step <a>
        """  json
          {"a": 1,
      less
           "ü": \"\"\" 2}

        """
      When  table
        | a\|b | ü\n | c |
        |      | \\  |   |

      @e @s
      Examples: many
        | a |
        | 1 |
        # comment
        | 2 |

      Examples: none

  Rule: last
    Scenario:
      Then z
`
	doc, text, list := compile("x.feature", []byte(src))
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	under := func(p diag.Pos) string {
		line, _ := diag.LineOf(text, p.Line)
		return string([]rune(line)[p.Col-1:])
	}
	f := doc.Feature
	s := f.Scenarios[0]
	d, table := s.Steps[0].DocString, s.Steps[1].Table
	for _, c := range []struct {
		p    diag.Pos
		want string
	}{
		{f.Pos, "Feature: ü name"}, {f.NamePos, "ü name"}, {f.Tags[0].Pos, "@f"}, {f.Background.NamePos, "b"},
		{f.Rules[0].NamePos, "two words"}, {s.NamePos, "three"}, {s.Tags[2].Pos, "@u"}, {s.Tags[1].Pos, "@t"},
		{s.Steps[0].Pos, "* step <a>"}, {s.Steps[0].TextPos, "step <a>"}, {s.Steps[1].TextPos, "table"},
		{d.Pos, `"""  json`}, {d.Line(0), `  {"a": 1,`}, {d.Line(1), "less"}, {d.At(strings.Index(d.Content, "ü")), `ü": \"\"\" 2}`}, {d.At(2), `{"a": 1,`},
		{table.Rows[0].Cells[1].Pos, `ü\n | c |`}, {table.Rows[1].Cells[1].Pos, `\\  |   |`}, {s.Examples[0].NamePos, "many"},
		{s.Examples[0].HeaderPos, "| a |"}, {s.Examples[0].Rows[1].Cells[0].Pos, "2 |"}, {f.Scenarios[1].NamePos, ""},
	} {
		if got := under(c.p); got != c.want {
			t.Errorf("%s is %q, want %q", c.p, got, c.want)
		}
	}
	if d.MediaType != "json" || d.Content != "  {\"a\": 1,\nless\n   \"ü\": \"\"\" 2}\n" || d.EndLine != 21 {
		t.Errorf("%+v", d)
	}
	if s.From != 11 || s.To != 33 || f.Scenarios[1].From != 36 || f.Scenarios[1].To != 37 || !s.Outline() || s.Rule != f.Rules[0] {
		t.Errorf("%d to %d, %d to %d", s.From, s.To, f.Scenarios[1].From, f.Scenarios[1].To)
	}
	var tags []string
	for _, tag := range f.Effective(s, s.Examples[0]) {
		tags = append(tags, tag.Name)
	}
	if got := strings.Join(tags, " "); got != "@f @r @s @t @u @e" {
		t.Errorf("effective tags %s", got)
	}
	if v := table.Rows[0].Cells; v[0].Value != "a|b" || v[1].Value != "ü\n" || utf8.RuneCountInString(table.Rows[1].Cells[1].Value) != 1 {
		t.Errorf("%+v", v)
	}
}

func TestTextAsItStandsParses(t *testing.T) {
	doc, list := gherkin.Parse("x", "Feature: x\r\n  b\r\na")
	if d := doc.Feature.Description; len(list) > 0 || len(d) != 2 || d[0].Text != "b" || d[1].Text != "a" {
		t.Errorf("%+v, %v", d, list)
	}
}
