package browser

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// reachBench is one for pages whose failures are waited for a second.
func reachBench(t *testing.T, pages map[string]any, set ...func(*bench)) *bench {
	return newBench(t, pages, append([]func(*bench){func(b *bench) { b.little = time.Second }}, set...)...)
}

// A field is filled, chosen from and uploaded to as it is clicked: when nothing covers it.
func TestNothingIsFilledBehindSomething(t *testing.T) {
	fields := `<label>Name <input id=n></label><label>Kind <select><option>A<option>B</select></label><label>Card <input type=file></label>
		<label style="border:1px solid">Photo <input type=file style="display:none"></label>`
	b := reachBench(t, map[string]any{
		"/modal":   fields + `<dialog id=d>Cookies? <button>OK</button><label>Mail <input id=m></label></dialog><script>d.showModal()</script>`,
		"/overlay": fields + `<div style="position:fixed;inset:0;background:#fff">Loading</div>`,
		"/going":   fields + `<div id=o style="position:fixed;inset:0;background:#fff">Loading</div><script>setTimeout(() => o.remove(), 300)</script>`,
		"/partly":  `<div style="position:relative"><input aria-label=Search style="width:300px" id=s><i style="position:absolute;left:100px;top:0;width:100px;height:30px;background:#ddd"></i></div>`,
		"/drawn":   report + `<style>select,.h{opacity:0;position:absolute;left:9px;top:60px;width:200px;height:40px}</style><select aria-label=Size onchange="out(this.value)"><option>S<option>L</select>`,
	}, func(b *bench) { b.files = []ir.File{{Path: "a.txt", Text: "a", Size: 1}} })
	list := []example{}
	for _, page := range []string{"/modal", "/overlay"} {
		list = append(list,
			example{page + " fill", `the "Name" textbox is covered by `, []ir.Op{open(page), fill(named("Name"), "x")}},
			example{page + " form", `the "Name" textbox is covered by `, []ir.Op{open(page), &ir.Act{Verb: ir.FillForm, Fields: []ir.Field{{Name: "Name", Value: ir.Literal("x")}}}}},
			example{page + " choose", `the "Kind" combobox is covered by `, []ir.Op{open(page), act(ir.Choose, named("Kind"), "B")}},
			example{page + " upload", `is covered by `, []ir.Op{open(page), act(ir.Upload, named("Card"), "a.txt")}},
			example{page + " upload by label", `is covered by `, []ir.Op{open(page), act(ir.Upload, named("Photo"), "a.txt")}})
	}
	list = append(list,
		example{name: "in the dialog", ops: []ir.Op{open("/modal"), fill(named("Mail"), "x"), expectTrue(`page.text("#m") == "x" && page.text("#n") == ""`)}},
		example{name: "until it goes", ops: []ir.Op{open("/going"), fill(named("Name"), "x"), act(ir.Choose, named("Kind"), "B"), act(ir.Upload, named("Photo"), "a.txt"), expectTrue(`page.text("#n") == "x"`)}},
		example{name: "covered in part", ops: []ir.Op{open("/partly"), fill(named("Search"), "x"), expectTrue(`page.text("#s") == "x"`)}},
		example{name: "drawn by something else", ops: []ir.Op{open("/drawn"), act(ir.Choose, named("Size"), "L"), see("L")}})
	b.each(t, list)
}

func TestAClickLandsInAFrame(t *testing.T) {
	var far string
	inner := `<div style="height:60px"></div><button style="margin-left:80px" onclick="this.textContent='Paid'">Pay</button>`
	tall := `<button style="display:block;height:2900px;width:200px" onclick="this.textContent='Paid'">Pay</button>`
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/tall" {
			html(w, tall)
			return
		}
		html(w, inner)
	}))
	t.Cleanup(other.Close)
	far = strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	wall := `<div style="position:fixed;inset:0;background:#fff">Cookies?</div>`
	pages := map[string]any{"/inner": inner, "/tall": tall}
	var list []example
	for site, of := range map[string]string{"same": "", "far": far} {
		add := func(name, page, words string) {
			path := "/" + site + "-" + strings.ReplaceAll(name, " ", "-")
			pages[path] = strings.ReplaceAll(page, "SITE", of)
			e := example{name: site + " " + name, words: words, ops: []ir.Op{open(path), click(named("Pay"))}}
			if words == "" {
				e.ops = append(e.ops, see("Paid"))
			}
			list = append(list, e)
		}
		add("padded", `<iframe src="SITE/inner" style="padding:60px;border:5px solid" width=300 height=200></iframe>`, "")
		add("scaled", `<iframe src="SITE/inner" style="transform:scale(.5);transform-origin:0 0;border:0" width=600 height=400></iframe>`, "")
		add("zoomed", `<div style="zoom:2"><iframe src="SITE/inner" width=300 height=200></iframe></div>`, "")
		add("tall", `<iframe src="SITE/tall" width=300 height=3000 style="border:0"></iframe>`, "")
		add("clipped", `<div style="height:100px;width:400px;overflow:hidden"><iframe src="SITE/tall" width=300 height=3000></iframe></div>`, "")
		add("far below", `<div style="height:4000px"></div><iframe src="SITE/inner" width=300 height=200></iframe>`, "")
		add("covered", `<iframe src="SITE/inner" width=300 height=200></iframe>`+wall, `the "Pay" button is covered by "Cookies?" (div)`)
		add("behind a dialog", `<iframe src="SITE/inner" width=300 height=200></iframe><dialog id=d>Cookies?</dialog><script>d.showModal()</script>`, `the "Pay" button is covered by `)
		for name, style := range map[string]string{"without size": "width=0 height=0 style='border:0'", "hidden": "style='visibility:hidden'", "invisible": "style='opacity:0'"} {
			add(name, `<iframe src="SITE/inner" `+style+`></iframe>`, `"Pay" is on the page but cannot be seen`)
			list = append(list, example{name: site + " " + name + " not seen", ops: []ir.Op{open("/" + site + "-" + strings.ReplaceAll(name, " ", "-")), dontSee("Pay")}})
		}
	}
	reachBench(t, pages).each(t, list)
}

// What is clicked is what was named, and not what stands in its middle.
func TestAClickLandsOnTheElementItself(t *testing.T) {
	card := `style="width:300px;height:60px;text-align:center;padding-top:20px"`
	box := `<style>input{position:absolute;opacity:0;width:0;height:0}label{display:inline-block}</style><input type=checkbox id=c>`
	b := reachBench(t, map[string]any{
		"/card": report + `<div role=button tabindex=0 onclick="out('opened')" aria-label="Open card" ` + card + `><button onclick="event.stopPropagation();out('DELETED')">x</button></div>`,
		"/full": report + `<div role=button tabindex=0 onclick="out('opened')" aria-label="Open card" style="width:300px"><button style="width:300px;height:60px" onclick="out('DELETED')">x</button></div>
			<ul><li role=menuitem><a href="#a" onclick="out('profile')">Profile</a></li></ul>`,
		"/link":    box + `<label for=c>Yes <a href="/">terms and conditions of sale</a> ok</label>`,
		"/alllink": box + `<label for=c><a href="/">terms and conditions of sale</a></label>`,
		"/redrawn": `<div id=d></div><script>const draw = on => { d.innerHTML = '<label><input type=checkbox ' + (on ? 'checked' : '') + '>News</label>'; d.querySelector('input').onclick = () => draw(false) }; draw(false)</script>`,
		"/slots": report + `<x-b>Light text</x-b><x-b><span>In a span</span></x-b><x-k>News</x-k><script>
			customElements.define('x-b', class extends HTMLElement { connectedCallback() { this.attachShadow({mode: 'open'}).innerHTML = "<button onclick='out(8)'><slot></slot></button>" } });
			customElements.define('x-k', class extends HTMLElement { connectedCallback() { this.attachShadow({mode: 'open'}).innerHTML = "<label><input type=checkbox onchange='out(this.checked)' style='opacity:0;position:absolute'><slot></slot></label>" } })</script>`,
	})
	b.each(t, []example{
		{name: "nested", ops: []ir.Op{open("/card"), click(named("Open card")), see("opened"), dontSee("DELETED")}},
		{"nested everywhere", `the "Open card" button is covered by the "x" button`, []ir.Op{open("/full"), click(named("Open card"))}},
		{name: "nested of the same name", ops: []ir.Op{open("/full"), click(named("menuitem:Profile")), see("profile")}},
		{name: "link in the label", ops: []ir.Op{open("/link"), act(ir.Tick, named("css:#c"), ""), addressIs("/link"), expectTrue(`page.count("#c:checked + label") == 1`)}},
		{name: "label that is a link", ops: []ir.Op{open("/alllink"), act(ir.Tick, named("css:#c"), ""), addressIs("/alllink"), expectTrue(`page.count("#c:checked + label") == 1`)}},
		{"box that is drawn anew unticked", `was clicked and did not become ticked`, []ir.Op{open("/redrawn"), act(ir.Tick, named("News"), "")}},
		{name: "slotted text", ops: []ir.Op{open("/slots"), click(named("button:Light text")), see("8")}},
		{name: "slotted element", ops: []ir.Op{open("/slots"), click(named("button:In a span")), see("8")}},
		{name: "slotted label", ops: []ir.Op{open("/slots"), act(ir.Tick, named("News"), ""), see("true")}},
	})
}
