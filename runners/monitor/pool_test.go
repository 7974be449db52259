package monitor_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/monitor"
	"github.com/cucumber-value/hoops/runners/session"
)

// pages is the fake driver under the browser's name, with the vitals of what it opens.
type pages struct {
	*fake
	measured *runners.Vitals
}

func (pages) Name() string          { return "browser" }
func (pages) Accepts(op ir.Op) bool { return op.Kind() == ir.KindOpen }

func (d pages) Lower(op ir.Op, _ *session.Lowering) (session.Action, error) {
	name := op.(*ir.Open).Name
	return func(ctx context.Context, f *session.Frame) error {
		err := d.respond(ctx, name, 1)
		f.Session().Sampled(session.Sample{Name: name, Code: 200})
		if left := f.Session().Loaded(name); d.measured != nil {
			left(*d.measured)
		}
		return err
	}, nil
}

// inBrowser makes the steps of scenarios that are tagged so open pages.
func inBrowser(p *ir.Program) *ir.Program {
	for _, s := range p.Features[0].Scenarios {
		for i := range s.Steps {
			if len(s.Tags) > 0 && s.Tags[0].Name == "@driver:browser" {
				s.Steps[i].Bindings[0] = ir.Binding{Driver: "browser", Op: &ir.Open{Name: s.Steps[i].Text}}
			}
		}
	}
	return p
}

// Probes in a browser are slow and few at once; those over http begin on time whatever they do.
func TestBrowserProbesHoldNobodyUp(t *testing.T) {
	text := "Feature: A"
	for _, name := range []string{"one", "two", "three", "four", "five"} {
		text += "\n@driver:browser\nScenario: " + name + "\nGiven page " + name
	}
	text += "\nScenario: quick\nGiven quick"
	for most, want := range map[int]int32{0: 2, 1: 1, 3: 3} {
		synctest.Test(t, func(t *testing.T) {
			p := plan(inBrowser(feature("a.feature", text)))
			p.Workers = 1
			var busy, seen atomic.Int32
			browser := pages{fake: &fake{respond: func(context.Context, string, int) error {
				seen.Store(max(seen.Load(), busy.Add(1)))
				time.Sleep(8 * time.Second)
				busy.Add(-1)
				return nil
			}}}
			http := &fake{}
			k := &tape{}
			r := monitor.Runner{For: 2 * time.Minute, Every: time.Minute, Browsers: most, Drivers: func() []session.Driver { return []session.Driver{http, browser} }}
			stream := runners.NewStream(p.Secrets.Mask, k)
			outcome, err := runners.Run(t.Context(), &r, p, stream)
			stream.Close()
			if err != nil || outcome != runners.GatePassed {
				t.Fatalf("%s, %v", outcome, err)
			}
			same(t, "requests over http", http.calls, "0s quick", "1m0s quick")
			if seen.Load() != want {
				t.Errorf("%d browsers at once, expected %d", seen.Load(), want)
			}
			if n := len(k.of(runners.ScenarioFinished)); n != 12 {
				t.Errorf("%d of 12 ended", n)
			}
		})
	}
}

// What a browser measured of a page is told when it is left.
func TestVitalsOfAProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan(inBrowser(feature("a.feature", "Feature: A\n@driver:browser\nScenario: one\nGiven page one")))
		browser := pages{&fake{respond: func(context.Context, string, int) error { return nil }}, &runners.Vitals{LCP: time.Second}}
		k := &tape{}
		r := monitor.Runner{Drivers: func() []session.Driver { return []session.Driver{browser} }}
		stream := runners.NewStream(p.Secrets.Mask, k)
		_, err := runners.Run(t.Context(), &r, p, stream)
		if stream.Close(); err != nil {
			t.Fatal(err)
		}
		told := false
		for _, e := range k.events {
			told = told || e.Kind == runners.PageLeft && e.Name == "page one" && e.Step == 1 && e.Vitals.LCP == time.Second
		}
		if !told {
			t.Errorf("%+v", k.events)
		}
	})
}

func TestNegativeBrowsers(t *testing.T) {
	got := run(t, t.Context(), monitor.Runner{Browsers: -1}, plan(feature("a.feature", "Feature: A\nScenario: a\nGiven a")), &fake{})
	if got.err == nil || !strings.Contains(got.err.Error(), "-1 checks cannot run in a browser") {
		t.Error(got.err)
	}
}
