package browser

import (
	"testing"

	"github.com/cucumber-value/hoops/dsl/ir"
)

func see1(t *ir.Target) ir.Op     { return &ir.See{Look: ir.SeeTarget, Target: t} }
func dontSee1(t *ir.Target) ir.Op { return &ir.See{Look: ir.SeeTarget, Target: t, Not: true} }

// Text is what a person reads: I see and I don't see say the opposite of each other.
func TestTextAsAPersonReadsIt(t *testing.T) {
	b := reachBench(t, map[string]any{
		"/": `<p>Hello<br>World</p><p>Good <span style="display:none">very bad</span>morning</p><dl><dt>Total</dt><dd>5 EUR</dd></dl><p>Donau&shy;dampf</p><p>be&#8203;ta</p>
			<button>Two<br>lines</button><p>Shown <span style="position:absolute;left:-9999px">ghost words</span></p><p>Twice <b style="display:none">Twice</b></p>
			<table><tr><td>Green<br>tea<td><button>Delete</button></table><script>const words = 'Said by a script'</script>`,
	})
	var list []example
	for _, words := range []string{"Hello World", "Good morning", "Total 5 EUR", "Donaudampf", "beta", "Two lines", "Twice", "Shown"} {
		list = append(list, example{name: words, ops: []ir.Op{open("/"), see(words)}},
			example{name: "not " + words, words: `is still in sight`, ops: []ir.Op{open("/"), dontSee(words)}})
	}
	for _, words := range []string{"HelloWorld", "very bad", "ghost words", "Said by a script", "Total5"} {
		list = append(list, example{name: "gone " + words, ops: []ir.Op{open("/"), dontSee(words)}})
	}
	list = append(list, example{name: "row", ops: []ir.Op{open("/"), click(in(named("button:Delete"), named("row:Green tea")))}})
	b.each(t, list)
}

func TestWhatCannotBeSeen(t *testing.T) {
	b := reachBench(t, map[string]any{
		"/": `<h1>Shop</h1><p style="opacity:0">Clear</p><div style="opacity:0"><p>Within</p></div><div style="height:0;overflow:hidden"><p>Clipped</p></div>
			<div style="position:absolute;left:-9999px">Offscreen</div><div style="position:fixed;top:-200px">Above</div><p style="color:transparent">Colourless</p>
			<span style="position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)">Readers</span><span style="position:absolute;clip-path:inset(50%)">Inset</span>
			<div style="width:100px;height:50px;overflow:hidden;position:relative"><i style="position:absolute;left:300px">Slide</i>First</div>`,
		"/seen": `<body style="overflow:hidden"><p style="opacity:.1">Pale</p><div style="height:100px;overflow:auto"><div style="height:900px"></div><p>Scrolled</p></div>
			<div style="overflow:hidden;height:0"><div style="position:fixed;top:9px;left:300px">Fixed</div></div><div style="height:2000px"></div><p>Below</p>
			<h2 style="background:linear-gradient(red,blue);-webkit-background-clip:text;color:transparent">Gradient</h2><p style="color:#000">Black</p><p style="color:rgb(10 10 0)">Brown</p>`,
		"/late": `<div style="height:3000px">Top</div><section style="opacity:0;transition:opacity .1s"><p>Promise</p><button onclick="this.textContent='ordered'">Order</button></section>
			<script>new IntersectionObserver(list => list.forEach(e => { if (e.isIntersecting) e.target.style.opacity = 1 })).observe(document.querySelector('section'))</script>`,
		"/rtl": `<html dir=rtl><body><div style="width:3000px">Wide <span style="position:absolute;right:2500px">Leftmost</span></div>`,
	})
	var list []example
	for _, words := range []string{"Clear", "Within", "Clipped", "Offscreen", "Above", "Colourless", "Readers", "Inset", "Slide"} {
		list = append(list, example{name: words, ops: []ir.Op{open("/"), see("Shop"), dontSee(words)}})
	}
	list = append(list, example{"click", `"Offscreen" is on the page but cannot be seen`, []ir.Op{open("/"), click(named("Offscreen"))}})
	for _, words := range []string{"Pale", "Scrolled", "Fixed", "Below", "Gradient", "Black", "Brown"} {
		list = append(list, example{name: words, ops: []ir.Op{open("/seen"), see(words)}})
	}
	// What appears when somebody scrolls to it.
	list = append(list, example{name: "scrolled to", ops: []ir.Op{open("/late"), dontSee("Promise"), see("Promise")}},
		example{name: "click what is scrolled to", words: "", ops: []ir.Op{open("/late"), click(named("Order")), see("ordered")}})
	list = append(list, example{name: "right to left", ops: []ir.Op{open("/rtl"), see("Leftmost")}})
	b.each(t, list)
}

// A holder that is not the only one says nothing, neither that something is there nor that it is gone.
func TestAHolderThatIsNotTheOnlyOne(t *testing.T) {
	b := reachBench(t, map[string]any{
		"/":       `<table><tr><td>Tea<td><button>Delete</button><tr><td>Tea<td><button>Delete</button></table>`,
		"/nested": report + `<table><tr><td><table><tr><td>Tea<td><button onclick="out('tea')">Delete</button><tr><td>Cake<td><button>Delete</button></table></table>`,
	})
	tea := func() *ir.Target { return in(named("button:Delete"), named("row:Tea")) }
	words := `the "Tea" row is not the only one to look for "Delete" in: 2 are in sight`
	b.each(t, []example{
		{"see", words, []ir.Op{open("/"), see1(tea())}},
		{"not", words, []ir.Op{open("/"), dontSee1(tea())}},
		{"not, further in", `the "Tea" row is not the only one to look for "Delete" in`, []ir.Op{open("/"), dontSee1(in(named("x"), tea()))}},
		{name: "none", ops: []ir.Op{open("/"), dontSee1(in(named("button:Delete"), named("row:Tee")))}},
		{name: "third of two", ops: []ir.Op{open("/"), dontSee1(in(named("button:Delete"), nth(3, named("row:Tea"))))}},
		{name: "in a table that lays out", ops: []ir.Op{open("/nested"), click(tea()), see("tea")}},
	})
}

// A part of a name may be looked for. It is clicked only if nothing else has it and it is most of the name.
func TestAClickOnAPartOfAName(t *testing.T) {
	b := reachBench(t, map[string]any{
		"/":    report + `<button onclick="out('gone')">Repay and delete everything</button><a href="#c" onclick="out('cancelled')">Cancel my account</a><button onclick="out('put')">Add to basket</button><p onclick="out('words')">Some plain words of a text</p>`,
		"/two": report + `<button>Save all</button><a href="#s">Save one</a><button aria-label="Print all pages">⎙</button><button>Print all</button>`,
	})
	b.each(t, []example{
		{"button", `nothing is called "Delete": there is only the "Repay and delete everything" button`, []ir.Op{open("/"), click(named("Delete"))}},
		{"link", `nothing is called "Cancel": there is only the "Cancel my account" link`, []ir.Op{open("/"), click(named("Cancel"))}},
		{name: "nothing was clicked", ops: []ir.Op{dontSee("gone"), dontSee("cancelled"), see("delete everything")}},
		{name: "most of it", ops: []ir.Op{open("/"), click(named("Add to bas")), see("put")}},
		{name: "text", ops: []ir.Op{open("/"), click(named("plain")), see("words")}},
		{"two", `"Save" is not the only one: 2 are in sight`, []ir.Op{open("/two"), click(named("Save"))}},
		{"two by name", `"Print al" is not the only one: 2 are in sight`, []ir.Op{open("/two"), click(named("Print al"))}},
		{"another kind", `there is the "Save all" button: write that kind`, []ir.Op{open("/two"), click(named("link:Save all"))}},
	})
}

// What stands in a field afterwards is what was written, perhaps formatted.
func TestAFieldKeepsWhatIsWritten(t *testing.T) {
	b := reachBench(t, map[string]any{
		"/": `<label>Volume <input type=range min=0 max=100 id=r></label><label>Digits <input oninput="this.value=this.value.replace(/[^0-9]/g,'')"></label>
			<label>Card <input id=card oninput="this.value=this.value.replace(/(\d{4})(?=\d)/g,'$1 ')"></label><label>Upper <input id=u oninput="this.value=this.value.toUpperCase()"></label>
			<label>Sum <input id=s onchange="this.value=this.value+'.00'"></label><label>Count <input oninput="this.value=this.value.replace('-','')"></label>
			<label>Late <input oninput="Promise.resolve().then(() => this.value='no')"></label><label>Paint <input type=color id=c></label>
			<label>Car <input list=l id=i></label><datalist id=l><option>Audi<option>BMW</datalist><label>Who <select id=w><option value=1>Ann<option value=2>Ann<option>Bob</select></label>
			<label>City <input id=y list=cities oninput="cities.innerHTML='<option>'+this.value+'ville'"></label><datalist id=cities></datalist><label>Empty <input oninput="this.value=this.value||'0'"></label>`,
	})
	b.each(t, []example{
		{"beyond its end", `the "Volume" slider did not keep the value: "100" stands there now`, []ir.Op{open("/"), fill(named("Volume"), "500")}},
		{"no number", `"50" stands there now`, []ir.Op{open("/"), fill(named("Volume"), "loud")}},
		{"letters dropped", `the "Digits" textbox did not keep the value: "12" stands there now`, []ir.Op{open("/"), fill(named("Digits"), "12ab")}},
		{"sign dropped", `"5" stands there now`, []ir.Op{open("/"), fill(named("Count"), "-5")}},
		{"a little later", `"no" stands there now`, []ir.Op{open("/"), fill(named("Late"), "yes")}},
		{"no colour", `"#000000" stands there now`, []ir.Op{open("/"), fill(named("Paint"), "notacolour")}},
		{"cleared", `"0" stands there now`, []ir.Op{open("/"), fill(named("Empty"), "")}},
		{name: "formatted", ops: []ir.Op{open("/"), fill(named("Card"), "41111111"), expectTrue(`page.text("#card") == "4111 1111"`), fill(named("Upper"), "ab"), fill(named("Sum"), "5"), expectTrue(`page.text("#s") == "5.00"`), fill(named("Volume"), "50.0")}},
		{"no such option", `its options: Audi · BMW`, []ir.Op{open("/"), act(ir.Choose, named("Car"), "Tractor")}},
		{name: "listed", ops: []ir.Op{open("/"), act(ir.Choose, named("Car"), "BMW"), expectTrue(`page.text("#i") == "BMW"`)}},
		{"equal options", `the "Who" combobox has 2 options that are called so`, []ir.Op{open("/"), act(ir.Choose, named("Who"), "Ann")}},
		{name: "by its value", ops: []ir.Op{open("/"), act(ir.Choose, named("Who"), "2"), expectTrue(`page.text("#w") == "2"`)}},
	})
}

// An option is one of the field that it is chosen from.
func TestAnOptionOfItsOwnList(t *testing.T) {
	b := reachBench(t, map[string]any{
		"/": report + `<label>Native <select><option>One<option>Two</select></label><span id=l>Country</span>
			<div role=combobox tabindex=0 aria-labelledby=l aria-expanded=false aria-controls=lb onclick="lb.hidden=false;this.setAttribute('aria-expanded','true')">pick</div>
			<ul role=listbox id=lb hidden><li role=option onclick="out('one')">One<li role=option onclick="out('two')">Two</ul>
			<div role=listbox aria-label=Size tabindex=0><div role=option onclick="out('size')">Red</div></div><div role=listbox aria-label=Tint tabindex=0><div role=option onclick="out('tint')">Red</div></div>
			<input type=file multiple aria-label=Docs onchange="out(this.files[0].name)">`,
	}, func(b *bench) { b.files = []ir.File{{Path: "a.txt", Text: "a", Size: 1}} })
	b.each(t, []example{
		{name: "beside a native one", ops: []ir.Op{open("/"), act(ir.Choose, named("Country"), "Two"), see("two")}},
		{name: "list box", ops: []ir.Op{open("/"), act(ir.Choose, named("Tint"), "Red"), see("tint")}},
		{"of another list", `there is no "Red" option`, []ir.Op{open("/"), act(ir.Choose, named("Country"), "Red")}},
		{name: "file by its label", ops: []ir.Op{open("/"), act(ir.Upload, named("Docs"), "a.txt"), see("a.txt")}},
		{name: "file as a field", ops: []ir.Op{open("/"), act(ir.Upload, named("field:Docs"), "a.txt"), see("a.txt")}},
	})
}
