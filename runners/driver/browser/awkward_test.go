package browser

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

// The awkward pages: what real pages do to whoever drives them. Each conversation is a session of its own, four of
// them at once in one browser, as in a run with -j 4. Nothing here depends on how fast the machine is: what passes has
// a minute for it, and what fails has a clock that moves with the pauses between two looks and with nothing else.
//
//	go test ./runners/driver/browser -run AwkwardPages -count 50 -parallel 4

// conversation is a session with one page.
type conversation struct {
	page  string
	ops   []ir.Op
	words string // of the failure of the last op; "" when all pass
}

// together runs conversations side by side.
func (b *bench) together(t *testing.T, list []conversation) {
	var says sync.Mutex
	t.Run("together", func(t *testing.T) {
		for _, c := range list {
			t.Run(c.name(), func(t *testing.T) {
				t.Parallel()
				own := *b
				own.t = t
				v := own.visit(append([]ir.Op{open(c.page)}, c.ops...)...)
				defer v.close()
				err := v.all()
				if c.words == "" {
					if err != nil {
						t.Fatalf("%v\n%s", err, strings.Join(lines(err), "\n"))
					}
					return
				}
				f, ok := err.(*session.Failure)
				if !ok || !strings.Contains(f.Message+"\n"+strings.Join(lines(f), "\n"), c.words) {
					t.Fatalf("%v\n%s\nexpected %s", err, strings.Join(lines(err), "\n"), c.words)
				}
				says.Lock()
				defer says.Unlock()
				own.told(t, f)
			})
		}
	})
}

func (c conversation) name() string {
	name := c.page[1:]
	if c.words != "" {
		name += " " + c.words[:min(len(c.words), 30)]
	}
	return name
}

// A page of one script: what it shows after a click lies in #out.
const report = `<p id=out></p><script>const out = t => document.querySelector('#out').textContent += t + ' '</script>`

func rows(n int) string {
	var b strings.Builder
	b.WriteString("<table>")
	for i := range n {
		fmt.Fprintf(&b, "<tr><td>Item %d<td><button onclick=\"document.querySelector('#out').textContent='%d'\">Delete</button>", i, i)
	}
	return b.String() + "</table>"
}

// awkward are the pages, by path.
func awkward() map[string]any {
	frame := `<p id=out></p><button onclick="out.textContent='clicked'">Inside</button>`
	return map[string]any{
		"/late": report + `<script>setTimeout(() => document.body.insertAdjacentHTML('beforeend', '<button onclick="out(\'clicked\')">Late</button>'), 300)</script>`,
		"/moving": `<style>#m { position: absolute; left: 0; top: 100px; animation: move .6s linear forwards } @keyframes move { to { left: 600px } }</style>` + report +
			`<button id=m onclick="out('clicked')">Moving</button>`,
		// The keyframes come first: in one of some hundred loads Chromium starts no animation whose keyframes come behind it.
		"/swinging": `<style>@keyframes m{to{transform:translateX(300px)}}</style><div style="animation:m .2s linear infinite alternate;position:absolute"><button>Runner</button></div>`,
		// What only changes its colour stands still, for ever as it goes on.
		"/pulsing": `<style>#p { animation: pulse .2s linear infinite alternate } @keyframes pulse { from { color: red; transform: translateZ(0) } to { color: blue; transform: translateZ(0) } }</style>` + report +
			`<button id=p onclick="out('clicked')">Pulse</button>`,
		"/disabled": report + `<button id=d disabled onclick="out('clicked')">Pay</button><script>setTimeout(() => d.disabled = false, 400)</script>`,
		"/locked": report + `<button disabled onclick="out('clicked')">Pay</button><fieldset disabled><button onclick="out('clicked')">Send</button></fieldset>
			<div aria-disabled=true><button onclick="out('clicked')">Order</button></div>`,
		"/overlay": report + `<button onclick="out('clicked')">Pay</button><div id=o style="position:fixed;inset:0;background:#000a" onclick="out('overlay')">Loading…</div>
			<script>setTimeout(() => o.remove(), 400)</script>`,
		"/covered":  `<button>Pay</button><div id=o style="position:fixed;inset:0;background:#000a">Cookies?</div>`,
		"/spinner":  report + `<div id=s role=status>Loading…</div><script>setTimeout(() => { s.remove(); out('Done') }, 400)</script>`,
		"/endless":  `<style>@keyframes turn { to { transform: rotate(1turn) } }</style><div style="animation: turn 1s linear infinite;width:90px">Loading…</div><script>setInterval(() => fetch('/slow?' + Math.random()), 50)</script><button>Menu</button>`,
		"/twins":    `<button>Remove</button><button>Remove</button><table><tr><td>Tea<td><button>Delete</button><tr><td>Cake<td><button>Delete</button></table>`,
		"/hidden":   report + `<button onclick="h.style.display = ''">Menu</button><button id=h style="display:none" onclick="out('clicked')">Go</button>`,
		"/below":    report + `<div style="height:5000px"></div><button onclick="out('clicked')">Far down</button>`,
		"/sticky":   `<style>header{position:fixed;top:0;left:0;right:0;height:120px;background:#fff;z-index:2}</style><header>Head</header>` + report + `<div style="height:3000px"></div><button onclick="out('clicked')">Under</button><div style="height:3000px"></div><script>scrollTo(0, 3200)</script>`,
		"/rerender": report + `<div id=list></div><script>let n = 0; const i = setInterval(() => { list.innerHTML = '<button onclick="out(\'clicked\')">Again</button>'; if (++n > 20) clearInterval(i) }, 20)</script>`,
		"/restless": `<label>Name <input onfocus="this.replaceWith(this.cloneNode())"></label>`,
		"/readonly": `<label>Name <input id=n readonly></label><script>setTimeout(() => n.readOnly = false, 300)</script>`,
		"/options":  `<label>Colour <select id=c></select></label><script>setTimeout(() => c.innerHTML = '<option>Red<option>Green', 300)</script>`,
		"/words":    `<h1>Shop</h1><script>const words = 'only a script says so'</script><style>.shown-to-nobody { color: red }</style><select><option>First<option>Second</select>`,
		"/fetch":    report + `<button onclick="fetch('/slow').then(r => r.text()).then(out)">Load</button>`,
		"/slow": func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(300 * time.Millisecond)
			fmt.Fprint(w, "loaded")
		},
		"/slowpage": func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(300 * time.Millisecond)
			html(w, "<h1>At last</h1>")
		},
		"/shadow": report + `<div id=open></div><div id=closed></div><script>for (const mode of ['open', 'closed']) { const r = document.getElementById(mode).attachShadow({mode});
			r.innerHTML = '<button>' + mode + ' one</button>'; r.querySelector('button').onclick = () => out(mode + ' clicked') }</script>`,
		"/frames": `<iframe src=/frame style="border:7px solid;margin:11px"></iframe>`, "/frame": frame,
		"/leaving": report + `<iframe id=f src=/frame></iframe><script>setTimeout(() => f.src = '/frame?again', 200)</script>`,
		"/alerts":  report + `<script>alert('at once')</script><button onclick="alert('hi'); out('after')">Alert</button><button onclick="out(confirm('sure?'))">Confirm</button><button onclick="out(prompt('name?', 'bob'))">Prompt</button>`,
		"/windows": `<a href=/tab target=_blank>Tab</a><button onclick="window.open('/tab')">Window</button>`,
		"/tab":     `<title>Tab</title><h1>A new tab</h1><button onclick="window.close()">Close it</button>`,
		"/files":   report + `<label>File <input type=file onchange="this.files[0].text().then(out)"></label>`,
		"/rows":    report + rows(10000),
	}
}

func TestAwkwardPages(t *testing.T) {
	var b *bench
	pages := awkward()
	// A page that says so crashes, while somebody looks at it.
	pages["/crash"] = `<h1>Shop</h1><script>fetch('/crashing')</script>`
	crashing := make(chan struct{}, 1)
	pages["/crashing"] = func(http.ResponseWriter, *http.Request) { crashing <- struct{}{} }
	b = newBench(t, pages, func(b *bench) {
		b.driver = New(Config{Version: "test", Parallel: 4})
		b.env.StepTimeout = ir.Duration(time.Minute)
		b.files = []ir.File{{Path: "notes/a.txt", Text: "content of a", Size: 12}}
	})
	clicked := see("clicked")
	list := []conversation{
		{page: "/late", ops: []ir.Op{click(named("Late")), clicked}},
		{page: "/moving", ops: []ir.Op{click(named("Moving")), clicked}},
		{page: "/pulsing", ops: []ir.Op{click(named("Pulse")), clicked}},
		{page: "/disabled", ops: []ir.Op{click(named("button:Pay")), clicked}},
		{page: "/overlay", ops: []ir.Op{click(named("Pay")), clicked, dontSee("overlay")}},
		{page: "/spinner", ops: []ir.Op{dontSee("Loading…"), see("Done")}},
		{page: "/endless", ops: []ir.Op{click(named("Menu")), see("Loading…")}},
		{page: "/hidden", ops: []ir.Op{dontSee("Go"), click(named("Menu")), click(named("Go")), clicked}},
		{page: "/below", ops: []ir.Op{click(named("Far down")), clicked}},
		{page: "/sticky", ops: []ir.Op{click(named("Under")), clicked}},
		{page: "/rerender", ops: []ir.Op{click(named("Again")), clicked}},
		{page: "/readonly", ops: []ir.Op{fill(named("Name"), "ann"), expectTrue(`page.text("#n") == "ann"`)}},
		{page: "/options", ops: []ir.Op{act(ir.Choose, named("Colour"), "Green"), expectTrue(`page.text("#c") == "Green"`)}},
		{page: "/words", ops: []ir.Op{dontSee("only a script says so"), dontSee("shown-to-nobody"), dontSee("Second"), see("First")}},
		{page: "/fetch", ops: []ir.Op{click(named("Load")), expectTrue(`page.text("#out") == "loaded"`)}},
		{page: "/slowpage", ops: []ir.Op{see("At last")}},
		{page: "/twins", ops: []ir.Op{click(nth(2, named("Remove"))), click(in(named("Delete"), named("row:Tea")))}},
		{page: "/shadow", ops: []ir.Op{click(named("open one")), see("open clicked"), click(named("closed one")), see("closed clicked"), dontSee("closed two")}},
		{page: "/frames", ops: []ir.Op{click(named("Inside")), clicked, dontSee("Outside")}},
		{page: "/leaving", ops: []ir.Op{click(named("Inside")), see("Inside")}},
		{page: "/alerts", ops: []ir.Op{click(named("Alert")), see("after"), click(named("Confirm")), see("true"), click(named("Prompt")), see("bob")}},
		{page: "/windows", ops: []ir.Op{click(named("Tab")), title("Tab"), see("A new tab")}},
		{page: "/windows", ops: []ir.Op{click(named("Window")), see("A new tab"), click(named("Close it")), see("Tab"), title("")}},
		{page: "/files", ops: []ir.Op{act(ir.Upload, named("File"), "notes/a.txt"), see("content of a")}},
		{page: "/rows", ops: []ir.Op{click(in(named("button:Delete"), named("row:Item 9876"))), expectTrue(`page.text("#out") == "9876"`), see("Item 9999"), dontSee("Item 10000")}},
	}
	t.Run("crash", func(t *testing.T) {
		t.Run("while the others go on", func(t *testing.T) {
			t.Parallel()
			own := *b
			own.t = t
			v := own.visit(open("/crash"), see("Nobody"), open("/late"), see("Late"))
			defer v.close()
			if err := v.step(0); err != nil {
				t.Fatal(err)
			}
			tab := v.session.State(b.driver).(*state).tabs[0]
			go func() {
				<-crashing
				chromedp.Call(tab.ctx, page.Crash, cdp.Empty{}) // its error is that of a page that is gone
			}()
			if err := v.step(1); err == nil || err.Error() != "the page crashed" {
				t.Errorf("%v", err)
			}
			for i := 2; i < 4; i++ { // a page that is opened anew works
				if err := v.step(i); err != nil {
					t.Error(err)
				}
			}
		})
		b.together(t, list)
	})
	if n := len(b.driver.leases); n != 0 || len(b.driver.slots) != 0 {
		t.Errorf("%d leases and %d places are still taken", n, len(b.driver.slots))
	}
}

// hurried is a clock that moves when somebody sleeps, ten times as far.
type hurried struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hurried) read() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hurried) sleep(ctx context.Context, d time.Duration) error {
	h.mu.Lock()
	h.now = h.now.Add(10 * d)
	h.mu.Unlock()
	return context.Cause(ctx)
}

func TestAwkwardPagesThatFail(t *testing.T) {
	b := newBench(t, awkward(), func(b *bench) {
		b.driver = New(Config{Version: "test", Parallel: 4})
		b.env.StepTimeout = ir.Duration(time.Minute)
	})
	clock := &hurried{now: time.Now()}
	b.host.Now, b.host.Sleep = clock.read, clock.sleep
	b.golden(t, "testdata/awkward.golden", func() {
		b.together(t, []conversation{
			{"/locked", []ir.Op{click(named("Pay"))}, `the "Pay" button is disabled`},
			{"/locked", []ir.Op{click(named("Send"))}, `the "Send" button is disabled`},
			{"/locked", []ir.Op{click(named("Order"))}, `the "Order" button is disabled`},
			{"/twins", []ir.Op{click(named("Remove"))}, `"Remove" is not the only one: 2 are in sight`},
			{"/twins", []ir.Op{click(nth(3, named("button:Remove")))}, `there is no 3rd "Remove" button: 2 are in sight`},
			{"/twins", []ir.Op{click(in(named("button:Edit"), named("row:Tea")))}, `there is no "Edit" button in the "Tea" row`},
			{"/twins", []ir.Op{click(in(named("button:Delete"), named("row:Milk")))}, `there is no "Milk" row on the page to look for "Delete" in`},
			{"/swinging", []ir.Op{click(named("Runner"))}, `the "Runner" button does not stand still`},
			{"/covered", []ir.Op{click(named("Pay"))}, `the "Pay" button is covered by "Cookies?" (div#o)`},
			{"/endless", []ir.Op{dontSee("Loading…")}, `"Loading…" is still in sight after 1m0s`},
			{"/hidden", []ir.Op{click(named("Go"))}, `"Go" is on the page but cannot be seen`},
			{"/restless", []ir.Op{fill(named("Name"), "ann")}, `is being replaced again and again`},
			{"/words", []ir.Op{see("only a script says so")}, `there is no "only a script says so" on the page`},
			{"/words", []ir.Op{title("Shop")}, `the page title is "", expected "Shop"`},
			{"/shadow", []ir.Op{dontSee("closed one")}, `"closed one" is still in sight after 1m0s`},
			{"/shadow", []ir.Op{click(named("button:closed on"))}, `did you mean the "closed one" button?`},
			{"/frames", []ir.Op{see("Outside")}, `there is no "Outside" on the page`},
			{"/rows", []ir.Op{see("Item 10000")}, `there is no "Item 10000" on the page`},
		})
	})
}
