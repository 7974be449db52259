package browser

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

// A secret that a cut would take apart is masked before it.
func TestSecretsAreMaskedBeforeAnythingIsCut(t *testing.T) {
	const secret = "TopSecretValueNumber9876"
	long := func(n int) string { return strings.Repeat("x", n) + secret }
	b := newBench(t, map[string]any{"/": `<title>` + long(97) + `</title><h1>` + long(97) + `</h1><p>` + long(197) + `</p><table><tr><td>` + long(37) + `</td><td><button>Buy</button></td></tr>
		<tr><td>Tea</td><td><button>Buy</button></td></tr></table><button>` + long(57) + `</button><button>` + strings.Repeat("y", 5000) + `</button>
		<p style="text-transform:uppercase">` + secret + `</p><script>console.log("` + long(292) + `"); alert("` + long(290) + `"); document.title = "` + long(97) + `"</script>`})
	if err := b.host.Secrets.Add(secret); err != nil {
		t.Fatal(err)
	}
	v := b.visit(open("/"), click(named("Buy")))
	defer v.close()
	f := v.fails("Buy", 0, 2)
	text := f.Message + strings.Join(f.Lines, "\n") + strings.Join(f.Help, "\n")
	if !strings.Contains(text, `in the "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx***" row`) {
		t.Error(text)
	}
	for _, a := range v.attached {
		if a.Media == "text/plain" {
			page, err := os.ReadFile(filepath.Join(b.dir, filepath.FromSlash(a.Name)))
			if err != nil {
				t.Fatal(err)
			}
			text += string(page)
		}
	}
	if !strings.Contains(text, `heading "x`) || !strings.Contains(text, "alert") || !strings.Contains(text, strings.Repeat("y", 100)+"…\"") || strings.Contains(text, strings.Repeat("y", 101)) {
		t.Error("what is cut is not there, or not cut\n" + text)
	}
	if strings.Contains(strings.ToLower(text), "to") && strings.Contains(strings.ToLower(text), "xto") || strings.Contains(text, "TOPS") {
		t.Error("the beginning of a secret is there\n" + text)
	}
}

func TestMarksOfPageJS(t *testing.T) {
	b := newBench(t, nil)
	for marked, want := range map[string]string{
		"a":                          "a",
		"a \x023 bcdef\x03 g":        "a bcd… g",
		"\x0210 b\x03\x021 cd\x03":   "bc…",
		"\x02no number\x03, no end":  "no number\x03, no end",
		"\x025 never ends, \"quoted": "5 never ends, \"quoted",
	} {
		if got := b.driver.unmarkedText(marked); got != want {
			t.Errorf("%q: got %q, expected %q", marked, got, want)
		}
	}
}

// An act that found nothing to act on has sent nothing, and there is nothing to undo.
func TestOnlyWhatWasSentIsUndone(t *testing.T) {
	var removed atomic.Int32
	step := func(op ir.Op) ir.Step {
		return ir.Step{Text: "step", Bindings: []ir.Binding{{Driver: "browser", Op: op}}}
	}
	b := newBench(t, map[string]any{
		"/":        `<button onclick="fetch('/added', {method: 'POST'})">Add</button><button onclick="fetch('/removed', {method: 'POST'})">Remove</button>`,
		"/added":   func(http.ResponseWriter, *http.Request) {},
		"/removed": func(http.ResponseWriter, *http.Request) { removed.Add(1) },
	}, func(b *bench) {
		b.definitions = []ir.Definition{
			{Pattern: "add", Undo: 3, Body: []ir.Step{step(click(named("Ad")))}},
			{Pattern: "press add", Undo: 3, Body: []ir.Step{step(click(&ir.Target{Role: "button", Name: ir.Literal("Add")})), step(see("Thank you"))}},
			{Pattern: "remove", Body: []ir.Step{step(click(&ir.Target{Role: "button", Name: ir.Literal("Remove")}))}},
		}
		b.definitions[0].Body[0].Bindings[0].Op = click(&ir.Target{Role: "button", Name: ir.Literal("Ad")})
	})
	for definition, want := range map[int]int32{1: 0, 2: 1} {
		removed.Store(0)
		scenario := &ir.Scenario{ID: "pages/a visit", Steps: []ir.Step{step(open("/")), {Text: "x", Bindings: []ir.Binding{{Driver: "browser", Definition: definition}}}}}
		script, err := b.host.Lower(&ir.Feature{}, scenario, "browser")
		if err != nil {
			t.Fatal(err)
		}
		v := &visit{bench: b, session: b.host.Open(script, -1, 1, func(session.Sample) {})}
		v.fails("", 0, 2)
		v.close()
		if got := removed.Load(); got != want {
			t.Errorf("definition %d: undone %d times, expected %d", definition, got, want)
		}
	}
}

// Without a page nothing is acted on, and nobody waits for it.
func TestNothingToActOn(t *testing.T) {
	b := newBench(t, map[string]any{"/": "<h1>Shop</h1>"})
	form := &ir.Act{Verb: ir.FillForm, Fields: []ir.Field{{Name: "A", Value: ir.Literal("b")}}}
	for _, op := range []ir.Op{click(named("Pay")), form, act(ir.Press, nil, "Enter"), &ir.Act{Verb: ir.Screenshot}} {
		f := b.fails("no page has been opened yet", op)
		if f.Code != "browser/no-page" || !strings.Contains(f.Help[0], "open one first") {
			t.Errorf("%s: %s %q", f.Code, f.Message, f.Help)
		}
	}
	v := b.visit(open("/"), &ir.Use{Actor: ir.Literal("bob")}, see("Shop"))
	defer v.close()
	if f := v.fails("no page has been opened yet", 0, 3); strings.Contains(strings.Join(f.Lines, "\n"), "page http") {
		t.Errorf("another one's page is shown: %q", f.Lines)
	}
}

// A tab that opens after the step that asked for it is followed by whatever comes next.
func TestATabThatOpensLate(t *testing.T) {
	late := `<title>Shop</title><h1>Shop</h1><button onclick="setTimeout(() => window.open('/tab'), 300)">Late</button><label>Name <input></label>`
	b := newBench(t, map[string]any{"/": late, "/tab": `<title>Tab</title><h1>A new tab</h1><button onclick="this.textContent='Sold'">Buy</button>`})
	b.passes(open("/"), click(named("Late")), see("A new tab"), dontSee("Shop"))
	b.passes(open("/"), click(named("Late")), title("Tab"), addressIs("/tab"))
	b.passes(open("/"), click(named("Late")), click(named("Buy")), see("Sold"))
	b.passes(open("/"), click(named("Late")), expectTrue(`page.text("h1") == "A new tab"`))
	v := b.visit(open("/"), click(named("Late")), dontSee("Nobody"), expectTrue(`page.title == "Tab"`), fill(named("Name"), "x"))
	defer v.close()
	v.fails(`"Name"`, 0, 5)
}

func TestSameAddress(t *testing.T) {
	for _, same := range [][2]string{
		{"/s%C3%B8k", "/søk"}, {"/a%20b?q=%e2%82%ac", "/a b?q=€"}, {"/?q=a+b", "/?q=a%20b"}, {"HTTP://Shop.Example:80/x", "http://shop.example/x"}, {"/%7Eann", "/~ann"}, {"/a%2fb", "/a%2Fb"}, {"/#s%C3%B8k", "/#søk"},
	} {
		if !sameAddress(same[0], same[1]) {
			t.Errorf("%s is not %s", same[0], same[1])
		}
	}
	for _, other := range [][2]string{
		{"/a%2Fb", "/a/b"}, {"/?q=a%26b", "/?q=a&b"}, {"/?q=a%2Bb", "/?q=a+b"}, {"/A", "/a"}, {"/a%3Fb", "/a?b"}, {"/x?", "/x"}, {"http://shop.example:81/x", "http://shop.example/x"}, {"/%zz", "/%Zz"}, {"/a+b", "/a b"}, {"/100%25", "/100%2525"},
	} {
		if sameAddress(other[0], other[1]) {
			t.Errorf("%s is %s", other[0], other[1])
		}
	}
}

func TestAddressesOfPages(t *testing.T) {
	b := newBench(t, map[string]any{"/søk": "<h1>Søk</h1>"})
	b.passes(open("/søk?q=ø"), addressIs("/søk?q=ø"), addressIs("/s%C3%B8k?q=%c3%b8"), addressIs(strings.Replace(b.url, "http", "HTTP", 1)+"/søk?q=ø"))
	b.fails(`expected "/sok?q=ø"`, open("/søk?q=ø"), addressIs("/sok?q=ø"))
}

func TestShiftedLetters(t *testing.T) {
	b := newBench(t, map[string]any{"/": `<input aria-label=N autofocus>`})
	b.passes(open("/"), click(named("N")), act(ir.Press, nil, "Shift+a"), act(ir.Press, nil, "B"), act(ir.Press, nil, "c"), expectTrue(`page.text("input") == "ABc"`))
}

// What hides behind its label, and what several buttons choose, is filled in as a form's other fields.
func TestFieldsOfAForm(t *testing.T) {
	b := newBench(t, map[string]any{"/": report + `<style>.own{position:absolute;opacity:0;width:0;height:0}</style>
		<input class=own type=checkbox id=c onchange="out('accepted ' + this.checked)"><label for=c>I accept</label>
		<label for=f>Choose a photo</label><input type=file id=f style="display:none" onchange="out('file ' + this.files[0].name)">
		<fieldset><legend>Size</legend><label><input type=radio name=s onchange="out('L')">Large</label><label><input type=radio name=s onchange="out('S')">Small</label></fieldset>
		<fieldset><legend>Bag</legend><label><input type=radio name=b onchange="out('bag')">Large</label></fieldset>
		<input class=own type=checkbox id=h><label for=h hidden>Note</label><input aria-label=Note onchange="out('note')">`,
	}, func(b *bench) { b.files = append(b.files, ir.File{Path: "data/a.txt", Text: "a", Size: 1}) })
	form := func(pairs ...string) ir.Op {
		op := &ir.Act{Verb: ir.FillForm}
		for i := 0; i < len(pairs); i += 2 {
			op.Fields = append(op.Fields, ir.Field{Name: pairs[i], Value: ir.Literal(pairs[i+1]), Pos: diag.Pos{File: "a.feature", Line: 5 + i/2, Col: 9}})
		}
		return op
	}
	b.passes(open("/"), form("I accept", "yes"), see("accepted true"))
	b.passes(open("/"), form("Choose a photo", "data/a.txt"), see("file a.txt"))
	b.passes(open("/"), form("Size", "Large"), see("L"), form("Small", "yes"), see("S"))
	b.passes(open("/"), act(ir.Choose, named("Size"), "Large"), see("L"), act(ir.Choose, named("Bag"), "Large"), see("bag"))
	b.passes(open("/"), form("Note", "x"), see("note"))
	b.fails("it is unticked by choosing another one", open("/"), form("Small", "yes"), act(ir.Untick, named("Small"), ""))
	f := b.fails("radio button", open("/"), form("Small", "yes"), form("Size", "Small", "Small", "no"))
	step := &ir.Step{Text: "I fill the form:", Pos: diag.Pos{File: "a.feature", Line: 4, Col: 7}}
	if at := f.Diagnostic(step).Range; at.Line != 6 || at.Col != 9 || at.Len != len("Small") {
		t.Errorf("not the row: %+v", at)
	}
	f.Trail = []diag.Note{{Text: "When I sign in", Range: diag.At(step.Pos, 3)}}
	if d := f.Diagnostic(step); d.Range.Line != 4 || d.Notes[len(d.Notes)-2].Range.Line != 6 {
		t.Errorf("in a definition, the step is not pointed at, and the row below it: %+v", d)
	}
}

func TestMoreIsTold(t *testing.T) {
	b := newBench(t, map[string]any{
		"/valid":  `<form action=/><label>Mail <input type=email required></label><button>Send</button></form>`,
		"/frames": `<h1>Outer</h1><iframe src=/valid></iframe>`,
		"/city":   `<label for=c>City</label><input id=c role=combobox aria-expanded=false>`,
		"/login": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", "Basic realm=x")
			w.WriteHeader(http.StatusUnauthorized)
		},
	})
	b.fails(`form not sent, says the browser: the "Mail" textbox: `, open("/valid"), click(named("Send")), see("Thank you"))
	b.fails("type first: I fill \"City\" with a part of it, and then I click the \"Rome\" option", open("/city"), act(ir.Choose, named("City"), "Rome"))
	if f := b.fails("wants a user and password", open("/login")); f.Code != "browser/auth" {
		t.Error(f.Code)
	}
	v := b.visit(open("/frames"), see("Nobody"))
	defer v.close()
	v.fails("Nobody", 0, 2)
	for _, a := range v.attached {
		if a.Media == "text/plain" {
			page, err := os.ReadFile(filepath.Join(b.dir, filepath.FromSlash(a.Name)))
			if err != nil || !strings.Contains(string(page), "  frame "+b.url+"/valid\n    ") {
				t.Errorf("%v\n%s", err, page)
			}
		}
	}
}
