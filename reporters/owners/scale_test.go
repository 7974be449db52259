package owners_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/reporters/owners"
)

// large is a history of many features that many releases were judged by.
func large(t testing.TB, features, releases int) *book {
	b := newBook(t, filepath.Join(t.TempDir(), "history.db"), "large")
	names := make([]string, features)
	for i := range names {
		names[i] = fmt.Sprintf("area-%d-feature-%d", i%20, i)
	}
	for r := range releases {
		var list []said
		for i, name := range names {
			v := share(i%13, 400+r, []string{"delivered", "missed", "undecided", "delivered"}[(i+r)%4], b.now)
			v.Feature, v.Name, v.Tags = name, fmt.Sprintf("Feature %d of area %d", i, i%20), []string{fmt.Sprintf("@owner:team-%d", i%25), fmt.Sprintf("@area-%d", i%20), "@journey"}
			v.Clause, v.Owner = name+"#1", fmt.Sprintf("team-%d", i%25)
			v.Claim = v.Clause + "/1"
			list = append(list, v)
		}
		b.run("production", fmt.Sprintf("2.%d", r), fmt.Sprintf("sha256:%064x", r), []gate{{"uat", "functional", "http", "passed", names, nil}, {"load", "load", "http", "passed", nil, nil}}, list...)
	}
	return b
}

// The page of 500 features and 100 releases is less than 3 MB.
func TestALargePageIsSmall(t *testing.T) {
	r := large(t, 500, 25).report(owners.Filter{}) // of more releases than a trend has, none is on the page
	html := written(t, "html", r)
	if len(html) > 3_000_000 {
		t.Errorf("%d bytes", len(html))
	}
	if n := strings.Count(html, "<article"); n != 500 {
		t.Errorf("%d features", n)
	}
	if !strings.Contains(html, "And 15 releases before these.") {
		t.Error("the releases that are not shown are not counted")
	}
}

// A page of 500 features opens and filters without a stutter: no filter takes the browser longer than it takes an eye
// to notice. The bound is a hundred times what was measured, so that only a fault in the rules exceeds it.
func TestALargePageFilters(t *testing.T) {
	ctx := tab(t, written(t, "html", large(t, 500, 2).report(owners.Filter{})))
	took := evaluate[float64](t, ctx, `(() => { const s = document.querySelector("select[name=owner]"); let worst = 0;
		for (let i = 0; i < s.options.length; i++) {
			const began = performance.now();
			s.selectedIndex = i; s.dispatchEvent(new Event("change", {bubbles: true})); document.body.offsetHeight;
			worst = Math.max(worst, performance.now() - began);
		}
		return worst; })()`)
	t.Logf("the slowest filter took %.0f ms", took)
	if shown := evaluate[int](t, ctx, `[...document.querySelectorAll("article")].filter(e => e.checkVisibility()).length`); shown != 20 {
		t.Errorf("%d features of an owner are shown, of 20", shown)
	}
}

// From history to page: less than a second for 500 features and 100 releases.
func BenchmarkOwners(b *testing.B) {
	h := large(b, 500, 100)
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		s, err := history.Open(h.path, history.Options{Project: "large", ReadOnly: true})
		must(b, err)
		r, err := owners.From(owners.Options{Tool: "hoops", Now: time.Now()}, owners.Source{Name: "history.db", Project: "large", Store: s})
		must(b, err)
		var page bytes.Buffer
		must(b, owners.HTML(&page, r))
		must(b, s.Close())
		size = page.Len()
	}
	b.ReportMetric(float64(size)/1e6, "MB")
}
