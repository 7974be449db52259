package browser

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/dsl/ir"
)

func TestWhatIsNeverDone(t *testing.T) {
	b := newBench(t, map[string]any{
		"/": report + `<h1>Basket</h1><button disabled onclick="out('clicked')">Pay</button><button onclick="out('one')">Remove</button><button onclick="out('two')">Remove</button>
			<div style="position:relative"><button onclick="out('clicked')">Under</button><div id=over style="position:absolute;inset:0;background:#fff">Cookies?</div></div>
			<button style="visibility:hidden">Ghost</button>
			<label>Code <input maxlength=3></label><label>Number <input type=number></label><label>Colour <select><option>Red<option disabled>Grey</select></label>
			<label><input type=checkbox onclick="return false">Stubborn</label>
			<div style="animation:m .2s linear infinite alternate;position:absolute"><style>@keyframes m{to{transform:translateX(300px)}}</style><button>Runner</button></div>
			<table><tr><td>Tea<td><button>Delete</button><tr><td>Cake<td><button>Delete</button></table>
			<label>Fixed <input readonly></label><label>Day <input type=date></label><label>Empty <select></select></label>
			<button style="position:fixed;left:200vw">Skip</button><section aria-label=Twin><i>x</i></section><section aria-label=Twin><i>y</i></section>`,
	})
	var list []example
	for name, c := range map[string]struct {
		words string
		op    ir.Op
	}{
		"disabled":        {`the "Pay" button is disabled`, click(named("Pay"))},
		"two of them":     {`"Remove" is not the only one: 2 are in sight`, click(named("Remove"))},
		"third of two":    {`there is no 3rd "Remove" button: 2 are in sight`, click(nth(3, named("button:Remove")))},
		"covered":         {`the "Under" button is covered by "Cookies?" (div#over)`, click(named("Under"))},
		"hidden":          {`"Ghost" is on the page but cannot be seen`, click(named("Ghost"))},
		"misspelt":        {`did you mean the "Pay" button?`, click(named("button:Pya"))},
		"rows":            {`in sight: the "Delete" button in the "Cake" row`, click(named("Delete"))},
		"no such row":     {`there is no "Milk" row on the page to look for "Delete" in`, click(in(named("button:Delete"), named("row:Milk")))},
		"too long":        {`takes 3 characters at most`, fill(named("Code"), "1234")},
		"no number":       {`does not take the value: its type is number`, fill(named("Number"), "many")},
		"no option":       {`its options: Red · Grey`, act(ir.Choose, named("Colour"), "Green")},
		"disabled option": {`is disabled`, act(ir.Choose, named("Colour"), "Grey")},
		"stubborn box":    {`was clicked and did not become ticked`, act(ir.Tick, named("Stubborn"), "")},
		"moving for ever": {`the "Runner" button does not stand still`, click(named("Runner"))},
		"bad selector":    {`"#[" is no CSS selector`, click(named("css:#["))},
		"not seen":        {`there is no "Thank you" on the page`, see("Thank you")},
		"still seen":      {`"Basket" is still in sight after 250ms`, dontSee("Basket")},
		"title":           {`the page title is "", expected "Shop"`, title("Shop")},
		"address":         {`the page address is "/", expected "/orders"`, addressIs("/orders")},
		"expression":      {`page.title == "Shop" is false: page.title = ""`, expectTrue(`page.title == "Shop"`)},
		"no data":         {`no data`, expectTrue(`page.text("h6") != "x"`)},
		"read-only":       {`the "Fixed" textbox is read-only`, fill(named("Fixed"), "x")},
		"no date":         {`its type is date`, fill(named("Day"), "28.2.2026")},
		"no options":      {`it has no options at all`, act(ir.Choose, named("Empty"), "Green")},
		"outside":         {`the "Skip" button cannot be scrolled into sight`, click(named("Skip"))},
		"two regions":     {`the "Twin" region is not the only one to look for "x" in: 2 are in sight`, click(in(named("x"), named("region:Twin")))},
		"box as text":     {`is a box to tick: write yes or no, not "maybe"`, &ir.Act{Verb: ir.FillForm, Fields: []ir.Field{{Name: "Stubborn", Value: ir.Literal("maybe")}}}},
		"no text":         {`is nothing that can be filled`, fill(named("css:h1"), "x")},
		"file":            {`the program has no file "cat.jpg"`, act(ir.Upload, named("css:input[type=number]"), "cat.jpg")},
	} {
		list = append(list, example{name: name, words: c.words, ops: []ir.Op{open("/"), c.op}})
	}
	list = append(list, example{name: "nothing was clicked", ops: []ir.Op{dontSee("clicked"), dontSee("one"), dontSee("two")}})
	b.golden(t, "testdata/pages.golden", func() { b.each(t, list) })
}

func TestTargets(t *testing.T) {
	inner := `<p id=out></p><button onclick="out.textContent='frame'">In the frame</button><label>Deep <input onchange="document.title=this.value"></label>`
	b := newBench(t, map[string]any{
		"/": report + `
			<a href="#l" onclick="out('link')">Home</a> <div role=button tabindex=0 onclick="out('div')">Roll</div>
			<button aria-label="Close" onclick="out('labelled')">×</button> <button onclick="out('img')"><img alt="Search" src="data:,"></button>
			<label for=e>E-mail *</label><input id=e oninput="out('input')" onchange="out('change')">
			<input placeholder="Town" id=town> <div contenteditable role=textbox aria-label=Notes id=notes>old</div>
			<span data-testid=buy onclick="out('testid')">Go on</span> <div onclick="out('text')">Plain words</div>
			<label><input type=checkbox id=agree> I agree</label> <style>.box{position:absolute;opacity:0;width:0;height:0}</style>
			<input type=checkbox class=box id=fancy><label for=fancy>Fancy</label>
			<fieldset><legend>Size</legend><label><input type=radio name=s>Small</label><label><input type=radio name=s id=large>Large</label></fieldset>
			<div role=radiogroup aria-label=Taste><label><input type=radio name=t>Sweet</label><label><input type=radio name=t id=sour>Sour</label></div>
			<label>Kind <select id=kind><optgroup label=G><option value=t>Tea<option value=c>Coffee</optgroup></select></label>
			<div role=combobox tabindex=0 aria-expanded=false aria-label=Fruit onclick="this.setAttribute('aria-expanded','true');fruits.hidden=false">?</div>
			<ul role=listbox id=fruits hidden><li role=option onclick="out('apple')">Apple<li role=option>Pear</ul>
			<label>When <input type=date id=when></label><label>File <input type=file id=file onchange="this.files[0].text().then(out)"></label>
			<table><tr><th>Name<th>Do</tr><tr><td>Tea<td><button onclick="out('tea')">Delete</button></tr><tr><td>Green tea<td><button onclick="out('green')">Delete</button></tr></table>
			<section aria-label=Basket><button onclick="out('basket')">Empty</button></section><section><h2>Wishes</h2><button onclick="out('wishes')">Empty</button></section>
			<ul><li>Cake <button onclick="out('cake')">Take</button><li>Pie <button onclick="out('pie')">Take</button></ul>
			<my-box></my-box><iframe src=/inner title=Inner style="border:7px solid;margin:11px"></iframe>
			<script>customElements.define('my-box', class extends HTMLElement { connectedCallback() { const r = this.attachShadow({mode: 'open'});
				r.innerHTML = '<button>In the shadow</button><p>Shadow words</p><label>Secret <input></label>'; r.querySelector('button').onclick = () => out('shadow'); r.querySelector('input').onchange = e => out('typed ' + e.target.value) } })</script>
			<input id=keys aria-label=Keys onkeydown="out((event.ctrlKey ? 'C-' : '') + event.key)">`,
		"/inner": inner,
	}, func(b *bench) {
		b.files = []ir.File{{Path: "notes/a.txt", Text: "content of a", Size: 12}}
		b.env.StepTimeout = ir.Duration(3 * time.Second)
	})
	text := func(want string) ir.Op { return expectTrue(fmt.Sprintf(`page.text("#out") == %q`, want)) }
	var list []example
	for name, ops := range map[string][]ir.Op{
		"link":                    {click(named("link:Home")), text("link")},
		"div with role":           {click(named("button:Roll")), text("div")},
		"accessible name":         {click(named("Close")), text("labelled")},
		"alternative text":        {click(named("button:Search")), text("img")},
		"label with a star":       {fill(named("E-mail"), "ann"), text("input change")},
		"fill clears":             {fill(named("E-mail"), "ann"), fill(named("E-mail"), "bob"), expectTrue(`page.text("#e") == "bob"`)},
		"placeholder":             {fill(named("Town"), "Ulm"), expectTrue(`page.text("#town") == "Ulm"`)},
		"editable":                {fill(named("Notes"), "new"), expectTrue(`page.text("#notes") == "new"`)},
		"test id":                 {click(named("buy")), text("testid")},
		"text":                    {click(named("Plain words")), text("text")},
		"tick":                    {act(ir.Tick, named("I agree"), ""), act(ir.Tick, named("I agree"), ""), expectTrue(`page.count("#agree:checked") == 1`), act(ir.Untick, named("I agree"), ""), expectTrue(`page.count("#agree:checked") == 0`)},
		"box drawn by its label":  {act(ir.Tick, named("Fancy"), ""), expectTrue(`page.count("#fancy:checked + label") == 1`)},
		"radio":                   {act(ir.Tick, named("Large"), ""), expectTrue(`page.count("#large:checked") == 1`)},
		"radio group":             {act(ir.Choose, named("Taste"), "Sour"), expectTrue(`page.count("#sour:checked") == 1`)},
		"select":                  {act(ir.Choose, named("Kind"), "Coffee"), expectTrue(`page.text("#kind") == "c"`)},
		"list box":                {act(ir.Choose, named("Fruit"), "Apple"), text("apple")},
		"date":                    {fill(named("When"), "2024-02-29"), expectTrue(`page.text("#when") == "2024-02-29"`)},
		"upload":                  {act(ir.Upload, named("File"), "notes/a.txt"), text("content of a")},
		"row by its cell":         {click(in(named("button:Delete"), named("row:Tea"))), text("tea")},
		"row by its words":        {click(in(named("button:Delete"), named("row:Green"))), text("green")},
		"nth":                     {click(nth(2, named("button:Delete"))), text("green")},
		"region":                  {click(in(named("button:Empty"), named("region:Basket"))), text("basket")},
		"region by its heading":   {click(in(named("Empty"), named("region:Wishes"))), text("wishes")},
		"list item":               {click(in(named("Take"), named("listitem:Pie"))), text("pie")},
		"in what holds the words": {click(in(named("Take"), named("Cake"))), text("cake")},
		"shadow":                  {see("Shadow words"), click(named("In the shadow")), text("shadow")},
		"field in the shadow":     {fill(named("Secret"), "x"), text("typed x")},
		"frame":                   {see("In the frame"), click(named("In the frame")), see("frame"), fill(named("Deep"), "t")},
		"css":                     {click(named("css:section[aria-label='Basket'] > button")), text("basket")},
		"css in the shadow":       {expectTrue(`page.count("my-box") == 1`), fill(named("css:p + label > input"), "y"), text("typed y")},
		"keys":                    {click(named("Keys")), act(ir.Press, nil, "a"), act(ir.Press, nil, "Enter"), act(ir.Press, nil, "ArrowDown"), text("a Enter ArrowDown"), expectTrue(`page.text("#keys") == "a"`)},
		"form": {&ir.Act{Verb: ir.FillForm, Fields: []ir.Field{{Name: "E-mail", Value: ir.Literal("ann")}, {Name: "Kind", Value: ir.Literal("Coffee")},
			{Name: "I agree", Value: ir.Literal("yes")}, {Name: "Town", Value: ir.Literal("Ulm")}, {Name: "Taste", Value: ir.Literal("Sour")}}},
			expectTrue(`page.text("#e") == "ann" && page.text("#kind") == "c" && page.count("#agree:checked") == 1 && page.text("#town") == "Ulm" && page.count("#sour:checked") == 1`)},
		"nth of what is seen": {&ir.See{Look: ir.SeeTarget, Target: nth(2, named("button:Delete"))}, &ir.See{Look: ir.SeeTarget, Target: nth(3, named("button:Delete")), Not: true}},
	} {
		list = append(list, example{name: name, ops: append([]ir.Op{open("/")}, ops...)})
	}
	b.each(t, list)
}

// Pages of several people are at work at once: each behaves as if somebody sat before it.
func TestEveryPageHasTheFocus(t *testing.T) {
	b := newBench(t, map[string]any{
		"/":    report + `<input aria-label=Name onfocus="out('focused')"><a href=/tab target=_blank>Tab</a>`,
		"/tab": `<h1>Inside</h1>`,
	}, func(b *bench) { b.driver = New(Config{Version: "test", Parallel: 4}) })
	var visits []*visit
	for range 4 {
		v := b.visit(open("/"), fill(named("Name"), "ann"), see("focused"), click(named("Tab")), see("Inside"))
		defer v.close()
		visits = append(visits, v)
	}
	focus := func(i int, of *tab) {
		if has, err := chromedp.Call(of.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.hasFocus() && !document.hidden"}); err != nil || string(has.Result.Value) != "true" {
			t.Errorf("page %d has no focus: %v", i, err)
		}
	}
	for step := range visits[0].ops {
		for i, v := range visits {
			if err := v.step(step); err != nil {
				t.Fatal(err)
			}
			for _, of := range v.session.State(b.driver).(*state).tabs {
				focus(i, of)
			}
		}
	}
}

func TestDialogsTabsAndDownloads(t *testing.T) {
	b := newBench(t, map[string]any{
		"/": report + `<button onclick="alert('hi'); out('after')">Alert</button><button onclick="out(confirm('sure?'))">Confirm</button><button onclick="out(prompt('name?', 'bob'))">Prompt</button>
			<a href=/tab target=_blank>Tab</a><button onclick="window.open('/tab')">Window</button><a href=/file>File</a><a href=/empty>Empty</a><script>addEventListener('beforeunload', e => { if (window.stay) e.preventDefault() })</script>
			<button onclick="window.stay=true">Stay</button><a href="/tab">Leave</a>`,
		"/tab": `<title>Tab</title><h1>A new tab</h1><button onclick="window.close()">Close it</button>`,
		"/file": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Disposition", "attachment; filename=a.csv")
			io.WriteString(w, "a,b")
		},
		"/empty": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
	})
	b.passes(open("/"), click(named("Alert")), see("after"), click(named("Confirm")), see("true"), click(named("Prompt")), see("bob"))
	b.passes(open("/"), click(named("Tab")), title("Tab"), see("A new tab"), addressIs("/tab"))
	b.passes(open("/"), click(named("Window")), see("A new tab"), click(named("Close it")), see("Alert"), title(""))
	b.passes(open("/"), click(named("File")), see("Alert"), addressIs("/"), click(named("Empty")), see("Alert"))
	b.passes(open("/file"), open("/empty"), open("/"))
	b.passes(open("/"), click(named("Stay")), click(named("Leave")), title("Tab"))
	var names []string
	for _, s := range b.samples {
		if s.Code != 200 {
			names = append(names, fmt.Sprintf("%s %d %s", s.Name, s.Code, s.Err))
		}
	}
	if got := strings.Join(names, ","); got != "GET /empty 204 ,GET /empty 204 " {
		t.Errorf("samples %q", got)
	}
}
