package pick_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/pick"
)

// one is a scenario on lines 10 to 14; row1 and row2 are those of an outline on lines 20 to 30; both in a rule.
var (
	one  = pick.Candidate{Path: "features/a.feature", Name: "Pay for one item", Tags: []string{"@journey", "@ui"}, Feature: 1, Rule: 5, From: 10, To: 14}
	row1 = pick.Candidate{Path: "features/a.feature", Name: "Pay as <user>", Tags: []string{"@slow"}, Feature: 1, Rule: 5, From: 20, To: 30, Row: 28, Rows: []int{28, 30}}
	row2 = pick.Candidate{Path: "features/a.feature", Name: "Pay as <user>", Tags: []string{"@slow", "@wip"}, Feature: 1, Rule: 5, From: 20, To: 30, Row: 30, Rows: []int{28, 30}}
	far  = pick.Candidate{Path: "features/b/c.feature", Name: "ÜBER", Feature: 10, From: 12, To: 12}
)

func TestSelection(t *testing.T) {
	places := func(args ...string) (out []pick.Place) {
		for _, a := range args {
			path, lines, ok := pick.ParseLocation(a)
			if !ok {
				t.Fatal(a)
			}
			if len(lines) == 0 {
				out = append(out, pick.Place{Path: path})
			}
			for _, l := range lines {
				out = append(out, pick.Place{Path: path, Line: l})
			}
		}
		return out
	}
	for name, c := range map[string]struct {
		sel  pick.Selection
		want string
	}{
		"nothing asked":         {pick.Selection{}, "one row1 far (row2)"},
		"a tag":                 {pick.Selection{Tags: []string{"@slow"}}, "row1 (row2)"},
		"@wip named":            {pick.Selection{Tags: []string{"@wip"}}, "row2"},
		"@wip named inside":     {pick.Selection{Tags: []string{"@slow or (not @ui and @wip)"}}, "row1 row2"},
		"@wip refused":          {pick.Selection{Tags: []string{"@slow and not @wip"}}, "row1"},
		"each expression holds": {pick.Selection{Tags: []string{"@slow or @ui", "not @slow"}}, "one"},
		"a part of a name":      {pick.Selection{Names: []string{"PAY"}}, "one row1 (row2)"},
		"one of the names":      {pick.Selection{Names: []string{"one item", "über"}}, "one far"},
		"names are no patterns": {pick.Selection{Names: []string{"Pay.*"}}, ""},
		"tag and name":          {pick.Selection{Tags: []string{"@slow"}, Names: []string{"one"}}, ""},
		"first line":            {pick.Selection{Places: places("features/a.feature:10")}, "one"},
		"last line":             {pick.Selection{Places: places("./features/a.feature:14")}, "one"},
		"after it":              {pick.Selection{Places: places("features/a.feature:15")}, ""},
		"before it":             {pick.Selection{Places: places("features/a.feature:9")}, ""},
		"a step of an outline":  {pick.Selection{Places: places("features/a.feature:22")}, "row1 (row2)"},
		"a row":                 {pick.Selection{Places: places("features/a.feature:28")}, "row1"},
		"two lines":             {pick.Selection{Places: places("features/a.feature:28:12")}, "one row1"},
		"the feature":           {pick.Selection{Places: places("features/a.feature:1")}, "one row1 (row2)"},
		"the rule":              {pick.Selection{Places: places("features/a.feature:5")}, "one row1 (row2)"},
		"without a rule":        {pick.Selection{Places: places("features/b/c.feature")}, "far"},
		"a file":                {pick.Selection{Places: places(`features\b\c.feature:12`, "features/a.feature:10")}, "one far"},
		"a folder":              {pick.Selection{Places: places("features/b/")}, "far"},
		"the whole project":     {pick.Selection{Places: places(".")}, "one row1 far (row2)"},
		"a part of a path":      {pick.Selection{Places: places("features/b/c")}, ""},
		"another file":          {pick.Selection{Places: places("features/x.feature:10")}, ""},
		"place and tag":         {pick.Selection{Places: places("features/a.feature:22"), Tags: []string{"@wip"}}, "row2"},
	} {
		sel, err := pick.Compile(c.sel)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got, left []string
		for i, cand := range []pick.Candidate{one, row1, row2, far} {
			n := []string{"one", "row1", "row2", "far"}[i]
			if sel.Match(cand) {
				got = append(got, n)
			}
			if sel.LeftOut(cand) {
				left = append(left, "("+n+")")
			}
		}
		if s := strings.Join(append(got, left...), " "); s != c.want {
			t.Errorf("%s picks %q, want %q", name, s, c.want)
		}
	}
	if _, err := pick.Compile(pick.Selection{Tags: []string{"@a", "~@b"}}); err == nil || err.Expr != "~@b" {
		t.Errorf("%v", err)
	}
}

func TestParseLocation(t *testing.T) {
	for arg, want := range map[string]string{
		"a.feature": "a.feature [] true", "a.feature:3": "a.feature [3] true", "a.feature:3:9": "a.feature [3 9] true",
		`features\a.feature:3`: "features/a.feature [3] true", `C:\x.feature:3`: "C:/x.feature [3] true", `C:\x.feature`: "C:/x.feature [] true",
		"./features//a.feature": "features/a.feature [] true", "a:b.feature:3": "a:b.feature [3] true", "features/": "features [] true", "C:": "C: [] true",
		"": " [] false", ":3": " [] false", "a.feature:0": " [] false", "a.feature:": " [] false", "a.feature:x": " [] false",
		"a.feature:3:x": " [] false", "a.feature:-3": " [] false", "a.feature::3": " [] false", "a.feature:99999999999999999999": " [] false",
	} {
		path, lines, ok := pick.ParseLocation(arg)
		if got := fmt.Sprint(path, " ", lines, " ", ok); got != want {
			t.Errorf("%q is %s, want %s", arg, got, want)
		}
	}
}

func TestBadTagExpressions(t *testing.T) {
	for expr, want := range map[string]string{
		"":                    "1+0 the tag expression is empty; expected a tag, as in @journey | leave it out to select everything",
		"  ":                  "1+0 the tag expression is empty; expected a tag, as in @journey | leave it out to select everything",
		"~@slow":              `1+6 "~@slow" is not written so in a tag expression; expected "not @slow" | write: not @slow`,
		"@a and !@b":          `8+3 "!@b" is not written so in a tag expression; expected "not @b" | write: @a and not @b`,
		"@ü && @b":            `4+2 "&&" follows "@ü" without "and" or "or" between | write: @ü and @b`,
		"@a&&~@b":             `1+7 "&&" does not join tags; expected "and" | write: @a and not @b`,
		"@a,@b":               `1+5 a comma does not join tags; expected "or" | write: @a or @b`,
		"@a && @b,~@c":        `4+2 "&&" follows "@a" without "and" or "or" between | write: @a and (@b or not @c)`,
		"@a || @b":            `4+2 "||" follows "@a" without "and" or "or" between | write: @a or @b`,
		"@a AND NOT @b":       `4+3 "AND" follows "@a" without "and" or "or" between | write: @a and not @b`,
		"@a @b":               `4+2 "@b" follows "@a" without "and" or "or" between | write: @a and @b`,
		"@a not @b":           `4+3 "not" follows "@a" without "and" or "or" between`,
		"smoke and not @wip":  `1+5 "smoke" is no tag; a tag begins with "@" | did you mean @smoke?`,
		"@a and":              `4+3 "and" has nothing to its right; expected a tag`,
		"or @a":               `1+2 "or" has nothing to its left; expected a tag`,
		"not":                 `1+3 "not" has nothing to its right; expected a tag`,
		"(@a or @b":           `1+1 "(" is not closed; expected a ")"`,
		"@a)":                 `3+1 ")" closes nothing; expected a "(" before it`,
		"()":                  `2+1 ")" comes too early; expected a tag`,
		"@":                   `1+1 "@" is no tag; expected a name after it`,
		`@a\b`:                `3+2 a backslash before an ordinary character; expected \(, \), \\ or a backslash and a space`,
		`@a\`:                 `3+1 a backslash at the end escapes nothing`,
		"@ü and (@b or c) or": `15+1 "c" is no tag; a tag begins with "@" | did you mean @c?`,
	} {
		_, err := pick.ParseTags(expr)
		if err == nil {
			t.Errorf("%q is taken", expr)
			continue
		}
		got := fmt.Sprintf("%d+%d %s", err.Col, err.Len, err.Message)
		for _, h := range err.Help {
			got += " | " + h
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", expr, diff)
		}
	}
	if _, err := pick.ParseTags(strings.Repeat("(", 5000)); err == nil || len(err.Error()) > 300 {
		t.Errorf("%v", err)
	}
}

func TestTagErrorStandsWhereItsExpressionStands(t *testing.T) {
	_, err := pick.ParseTags("@ui and api")
	d := err.Diagnostic(diag.Pos{File: "hoops.yaml", Line: 1, Col: 9})
	got := diag.Renderer{Source: func(string) string { return `where: "@ui and api"` }}.Sprint(d)
	want := strings.Join([]string{
		`hoops.yaml:1:17: error: "api" is no tag; a tag begins with "@" [pick/tag-expression]`,
		`   |`,
		` 1 | where: "@ui and api"`,
		`   |                 ^^^`,
		`   = help: did you mean @api?`, "",
	}, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTagsNamed(t *testing.T) {
	tags, err := pick.ParseTags(`not @b and (@a or @b) or @c\(1\)`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"@b", "@a", "@c(1)"}, tags.Names()); diff != "" {
		t.Error(diff)
	}
	if !tags.Match([]string{"@a"}) || tags.Match([]string{"@a", "@b"}) || !tags.Match([]string{"@b", "@c(1)"}) {
		t.Error("match")
	}
}

// What is accepted must mean what the words say: built from a tree, evaluated both ways.
func TestTagExpressionsMeanWhatTheySay(t *testing.T) {
	type tree struct {
		text string
		eval func(map[string]bool) bool
	}
	var draw func(t *rapid.T, depth int) tree
	draw = func(t *rapid.T, depth int) tree {
		kind := rapid.IntRange(0, 3).Draw(t, "kind")
		if depth == 0 {
			kind = 0
		}
		if kind == 0 {
			tag := rapid.SampledFrom([]string{"@a", "@b", "@wip"}).Draw(t, "tag")
			return tree{tag, func(m map[string]bool) bool { return m[tag] }}
		}
		x := draw(t, depth-1)
		if kind == 1 {
			return tree{"not (" + x.text + ")", func(m map[string]bool) bool { return !x.eval(m) }}
		}
		y := draw(t, depth-1)
		if kind == 2 {
			return tree{"(" + x.text + " and " + y.text + ")", func(m map[string]bool) bool { return x.eval(m) && y.eval(m) }}
		}
		return tree{"(" + x.text + " or " + y.text + ")", func(m map[string]bool) bool { return x.eval(m) || y.eval(m) }}
	}
	rapid.Check(t, func(t *rapid.T) {
		x := draw(t, 4)
		e, err := pick.ParseTags(x.text)
		if err != nil {
			t.Fatal(err)
		}
		set := map[string]bool{}
		var tags []string
		for _, tag := range []string{"@a", "@b", "@wip"} {
			if rapid.Bool().Draw(t, tag) {
				set[tag] = true
				tags = append(tags, tag)
			}
		}
		if e.Match(tags) != x.eval(set) {
			t.Fatalf("%s of %v", x.text, tags)
		}
	})
}

func FuzzParseTags(f *testing.F) {
	for _, s := range []string{"@a and not (@b or @c)", "@a,@b", "~@a && @b", `@a\ b`, "not not", "((", "a AND\u00a0b", "@a\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		tags, err := pick.ParseTags(expr)
		if err == nil {
			if tags.Match(nil); len(tags.Names()) == 0 {
				t.Errorf("%q names no tag", expr)
			}
			return
		}
		if n := len([]rune(expr)); err.Col < 1 || err.Col-1+err.Len > n || err.Message == "" {
			t.Errorf("%+v lies outside of %d runes", err, n)
		}
		for _, h := range err.Help {
			if better, ok := strings.CutPrefix(h, "write: "); ok {
				if _, err := pick.ParseTags(better); err != nil && !strings.Contains(h, " and @") {
					t.Errorf("%q: the advice %q is no better: %v", expr, better, err)
				}
			}
		}
	})
}

func TestBlank(t *testing.T) {
	const text = "Feature: x\n  @a\n  # c\n  Scenario: 1\n    Given a\n  # after\n  Scenario Outline: 2\n    Given <a>\n    Examples:\n      | a |\n      | 1 |\n      | 2 |\n"
	targets := []pick.Target{{Line: 4, To: 5}, {Line: 7, To: 12, Rows: []int{11, 12}}}
	for name, c := range map[string]struct {
		keep map[int]bool
		want string
	}{
		"all":     {map[int]bool{4: true, 7: true}, text},
		"a row":   {map[int]bool{12: true}, "Feature: x\n\n\n\n\n  # after\n  Scenario Outline: 2\n    Given <a>\n    Examples:\n      | a |\n\n      | 2 |\n"},
		"first":   {map[int]bool{4: true}, "Feature: x\n  @a\n  # c\n  Scenario: 1\n    Given a\n  # after\n\n\n\n\n\n\n"},
		"nothing": {nil, "Feature: x\n\n\n\n\n  # after\n\n\n\n\n\n\n"},
	} {
		if diff := cmp.Diff(c.want, pick.Blank(text, targets, c.keep)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := pick.Blank("x", []pick.Target{{Line: 900, To: 1000, Rows: []int{950}}, {Line: -3, To: 0}}, map[int]bool{2: true}); got != "x" {
		t.Errorf("lines that are not there: %q", got)
	}
}

func TestALineOfOneExamplesPicksItsRows(t *testing.T) {
	blocks := []int{5, 9, 14} // the first line is that of its first tag
	rows := []int{7, 8, 12, 13, 17}
	in := []int{5, 5, 9, 9, 14}
	for line, want := range map[int]string{
		3: "7 8 12 13 17", 4: "7 8 12 13 17", 5: "7 8", 6: "7 8", 7: "7", 8: "8",
		9: "12 13", 10: "12 13", 11: "12 13", 12: "12", 14: "17", 16: "17", 17: "17", 18: "17", 19: "", 1: "7 8 12 13 17",
	} {
		sel, err := pick.Compile(pick.Selection{Places: []pick.Place{{Path: "a.feature", Line: line}}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i, row := range rows {
			if sel.Match(pick.Candidate{Path: "a.feature", Feature: 1, From: 3, To: 18, Row: row, Rows: rows, Block: in[i], Blocks: blocks}) {
				got = append(got, fmt.Sprint(row))
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("line %d picks %q, want %q", line, s, want)
		}
	}
}
