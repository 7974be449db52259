package browser

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// within is a step that is repeated, on this driver.
func within(limit string, op ir.Op) ir.Op {
	return &ir.Within{Limit: ir.Literal(limit), Step: ir.Step{Text: "it", Bindings: []ir.Binding{{Driver: "browser", Op: op}}}}
}

// A page that does not answer is left when the time of a within is up; what is looked for and not there is told.
func TestWithinEndsInTime(t *testing.T) {
	b := newBench(t, map[string]any{
		"/":     `<h1>Shop</h1><script>setTimeout(() => document.querySelector('h1').textContent = 'Open', 100)</script>`,
		"/slow": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	})
	b.little = 5 * time.Second // the time of the within counts
	b.fails("not within 500ms (1 try): the last try: it had not ended, and was cut off", open("/"), within("500ms", open("/slow")))
	if s := b.samples[len(b.samples)-1]; s.Name != "GET /" && s.Err == "" {
		t.Errorf("%+v", s)
	}
	f := b.fails("not within 1s (", open("/"), within("1s", see("Closed")))
	if !strings.Contains(f.Message, "Closed") || f.Code == "session/within" {
		t.Errorf("%s %s", f.Code, f.Message)
	}
	b.passes(open("/"), within("5s", see("Open")))
}
