package browser

import (
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// What the page's script cannot see, and the browser knows.
func TestBeyondThePagesScript(t *testing.T) {
	b := newBench(t, map[string]any{
		"/": report + `<h1>Shop</h1><style>.sale::before { content: "Sale" } .gone { display: none }</style>
			<div id=host></div><div><template shadowrootmode=closed><p>Declared words, and more of them</p><table><tr><td>Tea<td><button>Delete</button></table></template></div>
			<my-button id=m></my-button><my-button class=gone id=g></my-button><p class=sale onclick="out('sale')"></p>
			<video controls src="data:," width=400 height=120 onplay="out('played')"></video><details ontoggle="out('toggled')"><p>Inside</p></details>
			<input id=v value="held by a field"><select><option>First<option>Second</select><iframe title="Title of a frame" srcdoc="x"></iframe>
			<div id=late></div><script>
			const root = host.attachShadow({mode: 'closed'});
			root.innerHTML = '<button>Closed</button><button disabled>Locked</button><label>Secret <input></label><p>Only here</p>';
			root.querySelector('button').onclick = () => out('closed');
			root.querySelector('input').onchange = e => out('typed ' + e.target.value);
			globalThis.hide = () => root.querySelector('p').remove();
			customElements.define('my-button', class extends HTMLElement {
				constructor() { super(); this.i = this.attachInternals(); this.i.role = 'button'; this.tabIndex = 0; this.onclick = () => out('internal') }
				connectedCallback() { this.textContent = '…'; this.i.ariaLabel = this.id === 'g' ? 'Nobody' : 'Internal' } });
			globalThis.lock = on => m.i.ariaDisabled = String(on);
			globalThis.appear = () => late.attachShadow({mode: 'closed'}).innerHTML = '<button onclick="out(\'late\')">Late</button>';
			</script><button onclick="hide()">Hide</button><button onclick="lock(true)">Lock</button><button onclick="lock(true); setTimeout(() => lock(false), 300)">Lock a while</button><button onclick="setTimeout(appear, 300)">Appear</button>`,
	}, func(b *bench) { b.little = time.Second })
	var list []example
	add := func(name string, ops ...ir.Op) {
		list = append(list, example{name: name, ops: append([]ir.Op{open("/")}, ops...)})
	}
	add("closed root", see("Closed"), click(named("Closed")), see("closed"))
	add("first thing that is done", click(named("button:Closed")), see("closed"))
	add("field in a closed root", fill(named("Secret"), "x"), see("typed x"))
	add("declared root", see("Declared words"), click(in(named("button:Delete"), named("row:Tea"))))
	add("internals", see("button:Internal"), click(named("button:Internal")), see("internal"))
	add("internals by name", click(named("Internal")), see("internal"))
	add("drawn by a style sheet", see("Sale"), click(named("Sale")), see("sale"))
	add("drawn by the browser", see("Details"), click(named("Details")), see("toggled"), see("Inside"), see("play"))
	add("late in a closed root", click(named("Appear")), click(named("Late")), see("late"))
	add("gone from a closed root", see("Only here"), click(named("Hide")), dontSee("Only here"))
	add("disabled for the browser alone", click(named("Lock a while")), click(named("Internal")), see("internal"))
	add("seen by nobody", dontSee("Nobody"), dontSee("held by a field"), dontSee("Second"), dontSee("Title of a frame"), see("Closed"))
	add("css stays outside", expectTrue(`page.count("label") == 0`), &ir.See{Look: ir.SeeTarget, Target: named("css:label"), Not: true})
	for name, c := range map[string]struct {
		words string
		op    ir.Op
	}{
		"still there":         {`"Only here" is still in sight after`, dontSee("Only here")},
		"drawn text is there": {`"Sale" is still in sight after`, dontSee("Sale")},
		"role is there":       {`the "Internal" button is still in sight after`, &ir.See{Look: ir.SeeTarget, Target: named("button:Internal"), Not: true}},
		"locked":              {`the "Locked" button is disabled`, click(named("Locked"))},
	} {
		list = append(list, example{name: name, words: c.words, ops: []ir.Op{open("/"), c.op}})
	}
	list = append(list, example{name: "locked for the browser alone", words: `the "Internal" button is disabled`, ops: []ir.Op{open("/"), click(named("button:Lock")), click(named("Internal"))}})
	b.each(t, list)
}
