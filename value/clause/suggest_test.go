package clause_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl"
	"github.com/cucumber-value/hoops/dsl/ir"
)

const environment = "environments:\n  here:\n    url: http://127.0.0.1:1\n    openmetrics: http://127.0.0.1:1/metrics\n"

// clausesOf compiles a feature of some clauses with the measures, as an author would have them.
func clausesOf(t *testing.T, texts []string, measures string) []ir.Clause {
	t.Helper()
	feature := "Feature: x\n"
	for _, text := range texts {
		feature += "  Value: " + text + "\n"
	}
	r := dsl.Compile(&dsl.Sources{
		Project:  &dsl.Source{Path: "hoops.yaml", Data: []byte(measures + environment)},
		Features: []dsl.Source{{Path: "x.feature", Data: []byte(feature + "\n  Scenario: s\n    When I GET \"/\"\n    Then the status is 200\n")}},
	})
	if r.Program == nil || len(r.Program.Features[0].Clauses) != len(texts) {
		t.Fatalf("%q with\n%s: %v", texts, measures, r.Diagnostics)
	}
	return r.Program.Features[0].Clauses
}

// pasted checks that each rewrite is bound once its measure is pasted.
func pasted(t *testing.T, c ir.Clause) {
	t.Helper()
	if len(c.Rewrites) == 0 {
		return
	}
	for i, bound := range clausesOf(t, c.Rewrites, c.Stub) {
		if bound.Unbound != "" || len(bound.Claims) != 1 {
			t.Errorf("%q suggests %q, which is unbound with its own measure: %s\n%s", c.Text, c.Rewrites[i], bound.Unbound, c.Stub)
		}
	}
}

func TestSuggestionsForFirstWords(t *testing.T) {
	var b strings.Builder
	texts := []string{
		"avoid silly mistakes", "reduce support calls", "reduce the number of support calls", "prevent outages of the shop", "cut abandoned carts by a lot",
		"avoid duplicated work", "minimise waste", "increase newsletter sign-ups", "attract new visitors", "grow our customer base", "sell more",
		"improve customer satisfaction", "improve the checkout for returning customers", "optimise delivery times", "speed up the search", "speed up the process at an early stage",
		"pay faster", "be able to find a product quickly", "answer customers as soon as possible", "be happy", "know who ordered", "not lose my work", "make our customers happy",
		"keep my data safe", "share a link with my friends", "pay by card", "see what I ordered, when I am at home", "get rid of typos in product pages",
		"have fewer bugs in production", "be able to", "improve", "...", "99 %", "lose as few customers as possible", "support people that say \"no\": always",
		"take fewer calls", "answer 95% of calls within 2 minutes", "have 99.9% of all bookings confirmed", "take 20% more bookings", "have at least 5 bookings a day",
		"lose fewer than 1 in 100 baskets", "make no typos", "sell 5", "know more about us", "be faster than 2 s", "wait 20% less", "have most customers return",
		"bestellen, wann ich will", "run tasks before and after important events",
	}
	for i, c := range clausesOf(t, texts, "") {
		fmt.Fprintf(&b, "%s\n", texts[i])
		for _, w := range c.Rewrites {
			fmt.Fprintf(&b, "    write: %s\n", w)
		}
		if c.Stub != "" {
			fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(strings.TrimSpace(c.Stub), "\n", "\n    "))
		}
		pasted(t, c)
	}
	compare(t, "testdata/suggestions.golden", b.String())
}

// TestSuggestionsForTheCorpora reads each "In order to" line of the public corpora and pastes what is suggested.
func TestSuggestionsForTheCorpora(t *testing.T) {
	texts, lines := corpora(t)
	useful := 0
	var b strings.Builder
	for i, c := range clausesOf(t, texts, "") {
		text := texts[i]
		if c.Unbound == "" {
			t.Errorf("%q is bound, with no measure", text)
		}
		pasted(t, c)
		if len(c.Rewrites) > 0 {
			useful += lines[text]
			fmt.Fprintf(&b, "%s\n    write: %s\n", text, c.Rewrites[0])
			continue
		}
		fmt.Fprintf(&b, "%s\n    nothing\n", text)
	}
	all := 0
	for _, n := range lines {
		all += n
	}
	head := fmt.Sprintf("%d lines, %d of them different; %d lines (%d%%) have a suggestion that is bound when it is pasted.\n\n", all, len(texts), useful, useful*100/all)
	compare(t, "testdata/corpora.golden", head+b.String())
}

func corpora(t *testing.T) (texts []string, lines map[string]int) {
	t.Helper()
	const root = "../../../shared/conformance/corpora"
	if _, err := os.Stat(root); err != nil {
		t.Skip("SKIPPED: the corpora are not beside this checkout, so no suggestion for them was compared")
	}
	lines = map[string]int{}
	clause := regexp.MustCompile(`(?im)^[^\n]*?\bin order to[ \t]+([^\n]+)`)
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, m := range clause.FindAllStringSubmatch(string(data), -1) {
			if text := strings.TrimSpace(m[1]); text != "" {
				if lines[text] == 0 {
					texts = append(texts, text)
				}
				lines[text]++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(texts)
	return texts, lines
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
}
