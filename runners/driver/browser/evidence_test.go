package browser

import (
	"context"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

func TestATraceOfWhatWasDone(t *testing.T) {
	b := newBench(t, map[string]any{"/": `<title>Shop</title><h1>Basket</h1><label>Name <input></label><button>Pay & go</button>`})
	v := b.visit(open("/"), fill(named("Name"), "my-password"), click(named("button:Pay & go")), see("Thank you"))
	defer v.close()
	v.fails("Thank you", 0, 4)
	for _, a := range v.attached {
		if a.Media != "image/svg+xml" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(b.dir, filepath.FromSlash(a.Name)))
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for _, words := range []string{"1  open /<", `2  fill &#34;Name&#34;`, "Pay &amp; go", "4  failed: see &#34;Thank you&#34;", b.url} {
			if !strings.Contains(text, words) {
				t.Errorf("%q is not in the trace", words)
			}
		}
		if n := strings.Count(text, "data:image/jpeg;base64,/9j/"); n == 0 || n > 4 {
			t.Errorf("%d pictures, expected those of the steps", n)
		}
		if !strings.Contains(text, `viewBox="0 0 500 `) || !strings.Contains(text, "max-width:100%") {
			t.Error("it does not fit a narrow screen")
		}
		if strings.Contains(text, "my-password") {
			t.Error("what was typed is in it")
		}
		for d := xml.NewDecoder(strings.NewReader(text)); ; {
			if _, err := d.Token(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatalf("it is no SVG: %v", err)
			}
		}
	}
	t.Errorf("no trace in %+v", v.attached)
}

func TestWebVitals(t *testing.T) {
	b := newBench(t, map[string]any{
		"/": `<h1>Shop</h1><p>Words that are painted, and are the largest of the page by far, so that they count.</p>
			<script>setTimeout(() => document.body.insertAdjacentHTML('afterbegin', '<div style="height:200px">moved</div>'), 100)</script>`,
	})
	b.passes(open("/"), see("moved"), expectTrue(`page.lcp > 0ms && page.lcp < 5s && page.fcp > 0ms && page.fcp <= page.lcp && page.ttfb > 0ms && page.ttfb < page.fcp && page.cls > 0.01`))
	// A page is told when it is left, with what came after its step had ended: paints, and shifts.
	v := b.visit(open("/"), see("moved"), expectTrue(`page.lcp > 0ms and page.cls > 0`), open("/?again"))
	var left []session.Page
	v.session.OnLeft(func(p session.Page) { left = append(left, p) })
	for i := range 4 {
		if err := v.step(i); err != nil {
			t.Fatal(err)
		}
	}
	if len(left) != 1 || left[0].Name != "GET /" || left[0].Step != 1 || left[0].Vitals.CLS == nil || *left[0].Vitals.CLS <= .01 || left[0].Vitals.LCP <= 0 {
		t.Errorf("after the first: %+v", left)
	}
	v.close()
	if len(left) != 2 || left[1].Step != 4 || left[1].Vitals.LCP <= 0 || left[1].Vitals.FCP <= 0 || left[1].Vitals.TTFB <= 0 {
		t.Errorf("at the end: %+v", left)
	}
}

func TestSlow(t *testing.T) {
	b := newBench(t, map[string]any{"/": `<button>Go</button>`}, func(b *bench) { b.driver.config.Slow = time.Hour })
	var waited []time.Duration
	b.host.Sleep = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
	b.passes(open("/"), see("Go"), click(named("Go")))
	if len(waited) != 2 || waited[0] != time.Hour {
		t.Errorf("waited %v, expected an hour before each step that acts", waited)
	}
}

func TestSaid(t *testing.T) {
	for want, got := range map[string]string{
		`fill "Name"`:            said(ir.Fill, &element{Name: "Name"}, "secret"),
		"press Enter":            said(ir.Press, nil, "Enter"),
		`click the "Pay" button`: said(ir.Click, &element{Name: "Pay", Role: "button"}, ""),
	} {
		if got != want {
			t.Errorf("%s, expected %s", got, want)
		}
	}
}
