package browser

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// askedFor are the requests that a server has seen.
type askedFor struct {
	mu   sync.Mutex
	list []string
}

func (a *askedFor) note(r *http.Request, more ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list = append(a.list, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+strings.Join(more, " ")))
}

func (a *askedFor) all() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.list)
}

func TestANewTabGoesNowhereElse(t *testing.T) {
	var elsewhere askedFor
	foreign := newBench(t, map[string]any{"/": func(w http.ResponseWriter, r *http.Request) { elsewhere.note(r); html(w, "there") }})
	b := newBench(t, map[string]any{
		"/": fmt.Sprintf(`<a href="%[1]s/a" target=_blank>Link</a><a href="%[1]s/b" target=_blank rel=opener>Kin</a><button onclick="window.open('%[1]s/c')">Window</button>
			<form action="%[1]s/d" method=post target=_blank><button>Send</button></form><a href=/in target=_blank>In</a>`, foreign.url),
		"/in": "<h1>Inside</h1>",
	})
	words := "does not allow requests to " + strings.TrimPrefix(foreign.url, "http://")
	var list []example
	for _, name := range []string{"Link", "Kin", "Window", "Send"} {
		list = append(list, example{name, words, []ir.Op{open("/"), click(named(name))}})
	}
	list = append(list, example{"goes on", "", []ir.Op{open("/"), click(named("In")), see("Inside")}})
	b.little = 20 * time.Second // it fails at once
	b.each(t, list)
	if all := elsewhere.all(); len(all) > 0 {
		t.Errorf("the other host was asked: %q", all)
	}
}

func TestANewTabSendsTheHeadersThatAreDue(t *testing.T) {
	var seen askedFor
	page := func(w http.ResponseWriter, r *http.Request) {
		seen.note(r, r.Header.Get("Authorization"), r.Header.Get("X-Step"))
		html(w, "<h1>Inside</h1>")
	}
	b := newBench(t, map[string]any{
		"/":     `<a href=/link target=_blank>Link</a><button onclick="window.open('/window')">Window</button>`,
		"/link": page, "/window": page,
	}, func(b *bench) { b.env.Auth = &ir.Auth{Bearer: ir.Literal("token-123")} })
	b.passes(&ir.Use{Headers: []ir.Field{{Name: "X-Step", Value: ir.Literal("s")}}}, open("/"), click(named("Link")), see("Inside"), addressIs("/link"))
	b.passes(open("/"), click(named("Window")), see("Inside"), addressIs("/window"))
	if got, want := fmt.Sprint(seen.all()), "[GET /link Bearer token-123 s GET /window Bearer token-123]"; got != want {
		t.Errorf("the tabs sent %s, expected %s", got, want)
	}
}

func TestAWindowAndItsOpenerKnowEachOther(t *testing.T) {
	b := newBench(t, map[string]any{
		"/":    report + `<button onclick="w = window.open('/tab'); setInterval(() => { if (w.closed) document.title = 'alone' }, 20)">Window</button>`,
		"/tab": `<h1>Inside</h1><button onclick="opener.document.querySelector('#out').textContent = 'told'; window.close()">Tell</button>`,
	})
	b.passes(open("/"), click(named("Window")), see("Inside"), click(named("Tell")), see("told"), title("alone"))
}
