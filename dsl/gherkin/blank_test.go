package gherkin_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gk "github.com/cucumber/gherkin/go/v26"
	"github.com/cucumber/messages/go/v21"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/gherkin"
	"github.com/cucumber-value/hoops/dsl/pick"
)

// tricky has whatever could be taken for something else when scenarios are emptied.
const tricky = `@feature
Feature: tricky
  Scenario like text, and a
  # comment in it

  Background:
    Given b

  # above
  @one
  # between
  @two

  Scenario: first
    Given a doc string:
      """
      @tag
      Scenario: not one
        | 4 |
      # no comment
      """
    # trailing

  Scenario Outline: rows
    A description
    Given <a>
      | table |

    @x
    Examples: with a description
      of two lines
      | a |
      # comment
      | 1 |

      | 2 |

    @y
    Examples:
      | a |
      | 3 |
    Examples: header only
      | a |

  @rule
  Rule: with a background
    Text of the rule

    Background:
      Given c

    Scenario: without steps
      Only text
    Example: in a rule
      * d
        ` + "```" + `
        Rule: not one

        ` + "```" + `

  Rule: empty

  Rule: last
    @last
    Scenario: no end
      Then e
        | x |`

// pickles is what the functional runner's own parser makes of a text: each with the line it is known by.
func pickles(t rapid.TB, text string) []string {
	ids := &messages.Incrementing{}
	doc, err := gk.ParseGherkinDocument(strings.NewReader(text), ids.NewId)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	line := map[string]int64{}
	note := func(s *messages.Scenario) {
		if s == nil {
			return
		}
		line[s.Id] = s.Location.Line
		for _, e := range s.Examples {
			for _, r := range e.TableBody {
				line[r.Id] = r.Location.Line
			}
		}
	}
	if doc.Feature == nil {
		return nil
	}
	for _, c := range doc.Feature.Children {
		note(c.Scenario)
		if c.Rule != nil {
			for _, c := range c.Rule.Children {
				note(c.Scenario)
			}
		}
	}
	var out []string
	for _, p := range gk.Pickles(*doc, "x", ids.NewId) {
		s := fmt.Sprintf("%d %s", line[p.AstNodeIds[len(p.AstNodeIds)-1]], p.Name)
		for _, tag := range p.Tags {
			s += " " + tag.Name
		}
		for _, step := range p.Steps {
			s += "\n  " + step.Text
			if a := step.Argument; a != nil && a.DocString != nil {
				s += fmt.Sprintf(" %q", a.DocString.Content)
			} else if a != nil && a.DataTable != nil {
				s += fmt.Sprint(" ", len(a.DataTable.Rows))
			}
		}
		out = append(out, s)
	}
	return out
}

func lineOf(pickle string) (line int) {
	fmt.Sscanf(pickle, "%d", &line)
	return line
}

func targets(f *gherkin.Feature) []pick.Target {
	var all []pick.Target
	for _, s := range f.Scenarios {
		target := pick.Target{Line: s.Pos.Line, To: s.To}
		for _, e := range s.Examples {
			for _, r := range e.Rows {
				target.Rows = append(target.Rows, r.Pos.Line)
			}
		}
		all = append(all, target)
	}
	return all
}

func TestBlankLeavesExactlyWhatIsKept(t *testing.T) {
	texts := map[string]string{"tricky": tricky}
	for _, pattern := range []string{"gherkin-v26.2.0/good/*.feature", "corpora/*/features/*.feature"} {
		files, _ := filepath.Glob(filepath.Join(shared, pattern))
		if len(files) == 0 {
			t.Logf("SKIPPED: no conformance data %s beside the repository", pattern)
		}
		for i, f := range files {
			if strings.HasPrefix(pattern, "corpora") && i%8 > 0 {
				continue // they are much alike, and each is checked a hundred times
			}
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			texts[filepath.Base(f)] = string(src)
		}
	}
	checked := 0
	for name, src := range texts {
		doc, text, list := compile(name, []byte(src))
		if list.HasErrors() || doc.Feature == nil {
			continue
		}
		checked++
		all, scenarios := pickles(t, text), targets(doc.Feature)
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			keep := map[int]bool{}
			var want []string
			for _, p := range all {
				if rapid.Bool().Draw(t, p) {
					keep[lineOf(p)] = true
					want = append(want, p)
				}
			}
			blanked := pick.Blank(text, scenarios, keep)
			if strings.Count(blanked, "\n") != strings.Count(text, "\n") {
				t.Fatal("the lines moved")
			}
			if diff := cmp.Diff(want, pickles(t, blanked)); diff != "" {
				t.Fatalf("kept %v (-want +got):\n%s\n%s", keep, diff, blanked)
			}
		}))
	}
	if checked == 0 {
		t.Error("nothing was checked")
	}
}

func TestBlankKeepsAnOutlineByItsLine(t *testing.T) {
	doc, text, _ := compile("x", []byte(tricky))
	outline := doc.Feature.Scenarios[1]
	got := pickles(t, pick.Blank(text, targets(doc.Feature), map[int]bool{outline.Pos.Line: true}))
	if len(got) != 3 {
		t.Errorf("%q", got)
	}
	for i, s := range doc.Feature.Scenarios {
		if first := pick.FirstLine(text, s.Pos.Line); first != s.From {
			t.Errorf("scenario %d begins at line %d, want %d", i, first, s.From)
		}
	}
}
