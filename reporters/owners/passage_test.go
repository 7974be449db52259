package owners_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/reporters/owners"
)

// What the stages said of an artefact: the run that judged counts first, and what met another release says so.
func TestPassage(t *testing.T) {
	b := newBook(t, filepath.Join(t.TempDir(), "history.db"), "shop")
	here := []string{"checkout", "checkout"}
	digest := "sha256:12"
	b.run("local", "1.1", "sha256:other", []gate{{"browser", "functional", "browser", "passed", here, nil}})
	b.run("local", "1.1", digest, []gate{{"uat", "functional", "http", "passed", here, nil}, {"load", "load", "http", "passed", nil, nil}, {"sign", "approval", "", "passed", nil, nil}})
	b.run("local", "1.2", digest, []gate{{"uat", "functional", "http", "failed", here, []string{"checkout"}}}, share(3, 400, "missed", b.now))
	b.run("staging", "1.2", digest, []gate{{"uat", "functional", "http", "passed", here, nil}, {"watch", "probe", "http", "passed", here, nil}})
	var got []string
	for _, s := range b.report(owners.Filter{}).Features[0].Passage.Stages {
		got = append(got, s.Kind+" "+s.Name+" "+s.Environment+" "+s.Shape()+" "+s.Words())
	}
	if diff := cmp.Diff([]string{
		"functional uat local ✗ failed; of this feature 2 of 3 scenarios passed",
		"browser   · not run with this artefact",
		"load load local ✓ passed; it met another release: 1.1",
		"probe watch staging ✓ passed; of this feature 2 of 2 scenarios passed",
	}, got); diff != "" {
		t.Error(diff)
	}
}

// Each filter chooses, and what is counted is what is shown.
func TestFilter(t *testing.T) {
	b := shop(t)
	for name, c := range map[string]struct {
		only     owners.Filter
		promises int
	}{
		"all":         {owners.Filter{}, 5},
		"owner":       {owners.Filter{Owners: []string{"payments"}}, 3},
		"two owners":  {owners.Filter{Owners: []string{"payments", "accounts"}}, 4},
		"tag":         {owners.Filter{Tags: []string{"@journey"}}, 2},
		"bare tag":    {owners.Filter{Tags: []string{"journey"}}, 2},
		"verdict":     {owners.Filter{Verdicts: []string{"missed"}}, 1},
		"environment": {owners.Filter{Environments: []string{"staging"}}, 1},
		"since":       {owners.Filter{Since: noon.Add(6 * day)}, 1},
		"both":        {owners.Filter{Owners: []string{"payments"}, Verdicts: []string{"delivered"}}, 2},
		"tag, owner":  {owners.Filter{Tags: []string{"journey"}, Owners: []string{"payments"}}, 1},
		"none":        {owners.Filter{Owners: []string{"nobody"}}, 0},
	} {
		r := b.report(c.only)
		if r.Totals.Promises != c.promises {
			t.Errorf("%s: %d promises, expected %d", name, r.Totals.Promises, c.promises)
		}
		if name != "all" && len(r.Silent) > 0 {
			t.Errorf("%s: features that promise nothing have none of what was asked for", name)
		}
	}
}

// Several projects of one file are in one report, each with its own.
func TestSeveralProjects(t *testing.T) {
	b := shop(t)
	other, err := history.Open(b.path, history.Options{Project: "library"})
	must(t, err)
	t.Cleanup(func() { other.Close() })
	book := &book{t: t, store: other, path: b.path, now: noon}
	book.run("production", "9", "sha256:99", nil, share(9, 400, "missed", noon))
	r := b.report(owners.Filter{})
	if r.Totals.Promises != 6 || r.Totals.Missed != 2 || r.Totals.Features != 6 {
		t.Errorf("%+v", r.Totals)
	}
	if a, b := r.Features[0], r.Features[1]; a.Project != "library" || b.Project != "shop" || a.Anchor == b.Anchor {
		t.Errorf("%s #%s, %s #%s", a.Project, a.Anchor, b.Project, b.Anchor)
	}
}

// A clause is missed when one claim is, a guardrail too; delivered when all are; and else it is not known, or a part of
// it cannot be measured.
func TestAClauseIsAsItsClaims(t *testing.T) {
	for _, c := range []struct {
		claims   []string // the last is a guardrail when there are two
		unbound  bool     // a part of it
		want     owners.Verdict
		headline string
	}{
		{[]string{"delivered"}, false, owners.Delivered, "Delivered"},
		{[]string{"delivered", "delivered"}, false, owners.Delivered, "Delivered"},
		{[]string{"delivered", "missed"}, false, owners.Missed, "Missed: what should have stayed as it was did not (sales)"},
		{[]string{"missed", "undecided"}, false, owners.Missed, "Missed"},
		{[]string{"undecided", "missed"}, false, owners.Missed, "Missed: what should have stayed as it was did not (sales)"},
		{[]string{"delivered", "undecided"}, false, owners.Undecided, "Not yet known: no reason was recorded"},
		{[]string{"delivered"}, true, owners.Unbound, "Cannot be measured"},
		{[]string{"missed"}, true, owners.Missed, "Missed"},
		{nil, true, owners.Unbound, "Cannot be measured"},
		{[]string{"unheard-of"}, false, owners.Undecided, "Not yet known: no reason was recorded"},
	} {
		b := newBook(t, filepath.Join(t.TempDir(), "history.db"), "p")
		var list []said
		for i, v := range c.claims {
			one := guarded(v)[1]
			one.Claim, one.Guardrail = "search#1/"+string(rune('1'+i)), i > 0
			list = append(list, one)
		}
		if c.unbound {
			whole := unbound()
			whole.Clause, whole.Feature = "search#1", "search"
			list = append(list, whole)
		}
		b.run("", "1", "sha256:1", nil, list...)
		p := b.report(owners.Filter{}).Features[0].Promises[0]
		if p.Verdict != c.want || p.Headline != c.headline {
			t.Errorf("%v, %v: %s, %q", c.claims, c.unbound, p.Verdict, p.Headline)
		}
	}
}
