package functional

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

const shapes = `# language: fr
@fr
Fonctionnalité: Formes
  Une ligne: avec Scénario

  Contexte:
    Soit GET /fond

  Scénario: texte et table
    Quand GET /x.*+?(a|b)[c]\E^$
      """json
      {"Scénario": "pas un", "x": "@tag"}
      Scénario: non plus
      """
    Et GET /x.*+?(a|b)[c]\E^$
      | a | b |
      | 1 | 2 |

  Règle: une règle
    Contexte:
      Soit GET /règle

    @un
    Plan du scénario: ajouter <a> à <b>
      Quand GET /<a>/<b>
      Alors expect row.a == "<a>"

      @grand
      Exemples:
        | a | b |
        | 1 | 2 |
        | 3 | 4 |

      Exemples:
        | a  | b |
        | <b> | 5 |
        | x\|y | \n |
        | (*  | [ |

    Scénario: après
      Quand GET /après
`

func TestShapes(t *testing.T) {
	p := program(t, map[string]string{"formes.feature": shapes})
	// The expression says "<a>" literally, which is a column: bind it to what the compiler would make of it.
	for i := range p.Features[0].Scenarios {
		for j := range p.Features[0].Scenarios[i].Steps {
			if s := &p.Features[0].Scenarios[i].Steps[j]; strings.HasPrefix(s.Text, "expect") {
				s.Bindings[0].Op = &ir.Expect{Check: ir.CheckTrue, Expr: `row.a != ""`}
			}
		}
	}
	all := execute(t, plan(p), nil)
	for name, e := range all.finished(t) {
		if e.Status != runners.Passed {
			t.Errorf("%s: %s %s", name, e.Status, e.Message)
		}
	}
	if d := cmp.Diff([]string{"1 passed Soit GET /fond", "1 passed Soit GET /règle", "1 passed Quand GET /3/4", `1 passed Alors expect row.a == "3"`}, all.steps("ajouter 3 à 4")); d != "" {
		t.Error(d)
	}
	// Every single scenario and row by itself: all others are blanked, and nothing else runs.
	for _, one := range everything(p) {
		plan := plan(p)
		plan.Selected = []runners.Selected{one}
		rec := execute(t, plan, nil)
		for name, e := range rec.finished(t) {
			if e.Status != runners.Passed || e.Row != one.RowID() || e.Pos != one.Pos() {
				t.Errorf("%s: %+v", name, e)
			}
		}
	}
}

func TestRowNames(t *testing.T) {
	s := &ir.Scenario{Name: "add <a>", Columns: []string{"a", "b"}}
	for _, cells := range [][]string{{"1", "2"}, {"1", "2"}, {"1", "2"}, {"x\ny", strings.Repeat("é", 80)}, {"<b>", "z"}} {
		s.Rows = append(s.Rows, ir.Row{Cells: cells})
	}
	want := []string{
		"add 1 (1, 2)", "add 1 (1, 2) #2", "add 1 (1, 2) #3",
		"add x y (x y, " + strings.Repeat("é", 55) + "…)", "add <b> (<b>, z)",
	}
	if d := cmp.Diff(want, runners.RowNames(s)); d != "" {
		t.Error(d)
	}
	s.Name = "<a> <b>"
	if got := runners.RowNames(s)[0]; got != "1 2" {
		t.Error(got)
	}
}

func TestUndefinedForOneRow(t *testing.T) {
	p := program(t, map[string]string{"a.feature": "Feature: F\n  Scenario Outline: s <n>\n    When GET /<n>\n    And undefined for row 1\n    Examples:\n      | n |\n      | 0 |\n      | 1 |\n      | 2 |\n"})
	rec := execute(t, plan(p), nil)
	for name, want := range map[string]runners.Status{"s 0": runners.Passed, "s 1": runners.Undefined, "s 2": runners.Passed} {
		if got := rec.finished(t)[name].Status; got != want {
			t.Errorf("%s: %s, expected %s", name, got, want)
		}
	}
}

func TestRefusesWhatDisagrees(t *testing.T) {
	const text = "Feature: F\n  Scenario: a\n    When GET /a\n  Scenario: b\n    When GET /b\n"
	fresh := func() (*ir.Program, runners.Plan) {
		p := program(t, map[string]string{"a.feature": text})
		return p, plan(p)
	}
	for name, c := range map[string]struct {
		spoil func(*ir.Program, *runners.Plan)
		want  string
	}{
		"nothing selected": {func(_ *ir.Program, p *runners.Plan) { p.Selected = nil }, "nothing is selected"},
		"selected twice":   {func(_ *ir.Program, p *runners.Plan) { p.Selected = append(p.Selected, p.Selected[0]) }, "is selected twice"},
		"no text":          {func(p *ir.Program, _ *runners.Plan) { p.Files = nil }, "does not hold the text of a.feature"},
		"not Gherkin":      {func(p *ir.Program, _ *runners.Plan) { p.Files[0].Text = "Scenario: x" }, "cannot be parsed"},
		"a very long line": {func(p *ir.Program, _ *runners.Plan) { p.Files[0].Text += "#" + strings.Repeat("x", 70_000) }, "cannot be parsed"},
		"another step":     {func(p *ir.Program, _ *runners.Plan) { p.Features[0].Scenarios[0].Steps[0].Text = "GET /z" }, `step 1 of "a" is "GET /a" in the text of the feature and "GET /z" in the program`},
		"fewer steps":      {func(p *ir.Program, _ *runners.Plan) { p.Features[0].Scenarios[0].Steps = nil }, `"a" has 1 steps in the text of the feature and 0 in the program`},
		"an unknown one":   {func(p *ir.Program, _ *runners.Plan) { p.Features[0].Scenarios[0].Pos.Line = 1 }, `is in the text of the feature and not in the program`},
		"one that is gone": {func(p *ir.Program, _ *runners.Plan) {
			p.Files[0].Text = "Feature: F\n  Scenario: a\n    When GET /a\n\n\n"
		}, `"b" is in the program and not in the text of the feature`},
		"an outline itself": {func(p *ir.Program, _ *runners.Plan) { p.Features[0].Scenarios[0].Outline = true }, "row 0"},
	} {
		program, plan := fresh()
		c.spoil(program, &plan)
		rec := &recorder{}
		err := runner(func(context.Context, *session.Frame, string, string) (int, error) {
			t.Errorf("%s: something was executed", name)
			return 200, nil
		}).Run(context.Background(), plan, rec.emit)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, expected %q", name, err, c.want)
		}
	}
}
