package owners_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/reporters/owners"
)

// without skips a test loudly where something is not installed; in CI that is a failure.
func without(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s: in CI this is tested", what)
	}
	t.Skipf("NOT TESTED HERE: %s", what)
}

// tab opens a page in a headless Chromium.
func tab(t testing.TB, html string) context.Context {
	t.Helper()
	found := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			found = path
			break
		}
	}
	if found == "" {
		without(t, "no Chromium: the owner's report is not looked at in a browser")
	}
	file := filepath.Join(t.TempDir(), "owners.html")
	must(t, os.WriteFile(file, []byte(html), 0o644))
	ctx, end := context.WithTimeout(context.Background(), 5*time.Minute) // a machine may be busy
	t.Cleanup(end)
	ctx, end = chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(found), chromedp.NoSandbox, chromedp.DisableGPU)...)
	t.Cleanup(end)
	ctx, end = chromedp.NewContext(ctx)
	t.Cleanup(end)
	must(t, chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate("file://"+file)))
	return ctx
}

func evaluate[T any](t testing.TB, ctx context.Context, script string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	must(t, err)
	return value
}

// axe-core finds nothing to complain of, whatever the width and the colours.
func TestThePageIsAccessible(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join("..", "..", ".cache", "axe", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		without(t, "no axe-core: make axe installs it from npm")
	}
	for _, r := range []struct {
		name   string
		report owners.Report
		widths []int64
	}{{"shop", shop(t).report(owners.Filter{}), []int64{390, 1440}}, {"hostile", hostile(t).report(owners.Filter{}), []int64{390}}, {"empty", owners.Report{}, []int64{390}}} {
		ctx := tab(t, written(t, "html", r.report))
		for _, width := range r.widths {
			for _, scheme := range []string{"light", "dark"} {
				must(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)))
				_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
				must(t, err)
				evaluate[int](t, ctx, string(axe)+";0")
				evaluate[int](t, ctx, `document.querySelectorAll("details").forEach(d => d.open = true); 0`)
				text := evaluate[string](t, ctx, `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(v =>
					({rule: v.id, help: v.help, at: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " " + n.failureSummary)}))))`)
				var violations []map[string]any
				must(t, json.Unmarshal([]byte(text), &violations))
				for _, v := range violations {
					t.Errorf("%s, %d px, %s: %v: %v\n%v", r.name, width, scheme, v["rule"], v["help"], v["at"])
				}
				if wide := evaluate[int64](t, ctx, `document.documentElement.scrollWidth`); wide > width {
					t.Errorf("%s: %d px wide in a window of %d", r.name, wide, width)
				}
			}
		}
	}
}

// A name is never code, and the policy of the page would not run it if it were: nothing that data brings runs, and
// what is injected later does not run either.
func TestNothingInTheDataRuns(t *testing.T) {
	ctx := tab(t, written(t, "html", hostile(t).report(owners.Filter{})))
	if evaluate[bool](t, ctx, `"pwned" in window`) {
		t.Error("data ran as a script")
	}
	if n := evaluate[int](t, ctx, `document.querySelectorAll("img,iframe,object,embed,b b,base,article script").length`); n != 0 {
		t.Errorf("data made %d elements", n)
	}
	if n := evaluate[int](t, ctx, `document.querySelectorAll("article").length`); n != len(hostileNames) {
		t.Errorf("%d features are shown, of %d", n, len(hostileNames))
	}
	for what, script := range map[string]string{
		"inline handlers or styles":   `[...document.querySelectorAll("*")].flatMap(e => [...e.attributes]).filter(a => /^on|^style$/.test(a.name)).length`,
		"links that are none of ours": `[...document.querySelectorAll("[href],[src]")].map(e => e.getAttribute("href") ?? e.getAttribute("src")).filter(h => !/^(#[a-z0-9-]+$|data:image|https?:)/.test(h)).length`,
		"anchors that lead nowhere":   `[...document.querySelectorAll("a[href^='#']")].filter(a => !document.getElementById(a.hash.slice(1))).length`,
	} {
		if n := evaluate[int](t, ctx, script); n != 0 {
			t.Errorf("data made %d %s", n, what)
		}
	}
	ran := evaluate[bool](t, ctx, `(() => {
		const s = document.createElement("div");
		s.innerHTML = '<img src=x onerror="window.pwned = 1"><svg onload="window.pwned = 2"></svg>';
		document.body.append(s);
		const inline = document.createElement("script");
		inline.textContent = "window.pwned = 3";
		document.body.append(inline);
		return new Promise(done => setTimeout(() => done("pwned" in window), 300));
	})()`)
	if ran {
		t.Error("the policy let an injected script run")
	}
}

// The page is whole without its style and script, as under the policy that Jenkins sends with files.
func TestThePageIsReadableUnderAStrictPolicy(t *testing.T) {
	html := strings.Replace(written(t, "html", shop(t).report(owners.Filter{})), "<meta charset",
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'"><meta charset`, 1)
	ctx := tab(t, html)
	text := evaluate[string](t, ctx, `document.body.innerText`)
	for _, want := range []string{"2 of 5 promises kept, 1 missed", "lose fewer than 1% of orders to errors", "54 of about 502 mistakes needed", "fail fewer than 1% of visits"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q cannot be read", want)
		}
	}
	if !evaluate[bool](t, ctx, `getComputedStyle(document.querySelector(".filters")).display === "none"`) {
		t.Error("filters that do nothing are shown")
	}
}

// Filters combine, and stand in the address.
func TestFilters(t *testing.T) {
	ctx := tab(t, written(t, "html", shop(t).report(owners.Filter{})))
	if all := evaluate[int](t, ctx, shown); all != 15 {
		t.Errorf("%d things are shown at first, expected 15", all)
	}
	choose := func(filter, value string) int {
		return evaluate[int](t, ctx, fmt.Sprintf(`(() => { const s = document.querySelector("select[name=%s]"); s.selectedIndex = [...s.options].findIndex(o => o.text === %q);
			s.dispatchEvent(new Event("change", {bubbles: true})); return `+shown+`; })()`, filter, value))
	}
	if n := choose("verdict", "Missed"); n != 3 {
		t.Errorf("missed alone shows %d, expected 3: a row, a feature and a promise", n)
	}
	if n := choose("owner", "accounts"); n != 0 {
		t.Errorf("missed of accounts shows %d", n)
	}
	if n := choose("verdict", "all"); n != 3 {
		t.Errorf("accounts shows %d, expected 3", n)
	}
	if hash := evaluate[string](t, ctx, `location.hash`); hash != "#owner=accounts" {
		t.Errorf("the address has %q", hash)
	}
	n := evaluate[int](t, ctx, `new Promise(done => { addEventListener("hashchange", () => setTimeout(() => done(`+shown+`), 0)); location.hash = "#verdict=Delivered"; })`)
	if n != 6 {
		t.Errorf("an address with delivered shows %d, expected 6", n)
	}
}

const shown = `[...document.querySelectorAll(".overview li, article, .promise")].filter(e => e.checkVisibility()).length`

// Where no script runs, links filter.
func TestFiltersWithoutScript(t *testing.T) {
	ctx := tab(t, "")
	_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	must(t, err)
	file := filepath.Join(t.TempDir(), "owners.html")
	must(t, os.WriteFile(file, []byte(written(t, "html", shop(t).report(owners.Filter{}))), 0o644))
	must(t, chromedp.Do(ctx, chromedp.Navigate("file://"+file)))
	if evaluate[bool](t, ctx, `document.querySelector(".filters").checkVisibility()`) {
		t.Error("filters that do nothing are shown")
	}
	must(t, chromedp.Do(ctx, chromedp.Click(chromedp.CSS(`.links a[href="#f-v-missed"]`))))
	if n := evaluate[int](t, ctx, shown); n != 3 {
		t.Errorf("missed shows %d, expected 3", n)
	}
	must(t, chromedp.Do(ctx, chromedp.Click(chromedp.CSS(`.links a[href="#promises"]`))))
	if n := evaluate[int](t, ctx, shown); n != 15 {
		t.Errorf("all are %d, expected 15", n)
	}
}

// It prints a page for each feature, and one before them.
func TestPrint(t *testing.T) {
	r := shop(t).report(owners.Filter{})
	ctx := tab(t, written(t, "html", r))
	background := true
	printed, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{PrintBackground: &background, PaperWidth: 8.27, PaperHeight: 11.69})
	must(t, err)
	pdf := string(printed.Data)
	if pages := strings.Count(pdf, "/Type /Page\n") + strings.Count(pdf, "/Type /Page "); pages != len(r.Features)+1 {
		t.Errorf("%d pages for %d features", pages, len(r.Features))
	}
}
