package load

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// painted is the fake browser, which measures the vitals of the nth page that it opens.
type painted struct {
	faces
	vitals func(n int) *runners.Vitals
	opened *int
}

func (p painted) Lower(op ir.Op, _ *session.Lowering) (session.Action, error) {
	name := op.(*ir.Request).Name
	return func(ctx context.Context, f *session.Frame) error {
		began := time.Now()
		code, err := p.serve(ctx, name, "")
		v := p.vitals(*p.opened)
		*p.opened++
		f.Session().Sampled(session.Sample{Name: name, Began: began, Duration: time.Since(began), Code: code})
		if left := f.Session().Loaded(name); v != nil {
			left(*v)
		}
		return err
	}, nil
}

func shifted(by float64) *float64 { return &by }

// browsing is a load of 14 pages by one user.
func browsing(t *testing.T, gate []string, vitals func(n int) *runners.Vitals) *told {
	p := &ir.Program{}
	see := scenarioOf(p, "see", "GET /page")
	see.Tags = []ir.Tag{{Name: "@driver:browser"}}
	see.Steps[0].Bindings[0].Driver = "browser"
	drivers := func() []session.Driver {
		return []session.Driver{painted{faces{&fake{answers(200, 150*time.Millisecond)}}, vitals, new(int)}}
	}
	return loaded(t, t.Context(), &Runner{Drivers: drivers, Profile: profileOf(t, "1/s for 2s"), Browsers: 1, Expect: expects(gate...)}, planOf(p, see))
}

// A gate reads what browsers measured of pages, of all and of one; what was not measured of a page is no sample.
func TestVitalsInAGate(t *testing.T) {
	gate := []string{
		"page.lcp.p75 < 2s && page.lcp.p75 > 1s", "page.cls.p75 < 0.1", "page.cls.max == 0.25", "page.ttfb.p50 < 1s",
		`request("GET /page").page.lcp.max < 1s`, `request("GET /page").page.fcp.count > 1000`,
	}
	synctest.Test(t, func(t *testing.T) {
		got := browsing(t, gate, func(n int) *runners.Vitals {
			v := &runners.Vitals{LCP: time.Duration(n+1) * 100 * time.Millisecond, FCP: time.Millisecond, CLS: shifted(0)}
			switch {
			case n == 0: // the largest shift, and no paint
				v = &runners.Vitals{CLS: shifted(.25)}
			case n == 1:
				v = nil
			case n%2 == 0:
				v.LCP = 0
			}
			return v
		})
		if got.err != nil {
			t.Fatal(got.err)
		}
		count := got.group(OfRequests, "").Count
		if count != 14 || got.group("page.lcp", "").Count != 6 || got.group("page.lcp", "GET /page").Count != 6 || got.group("page.cls", "").Count != 13 || got.group("page.ttfb", "").Count != 0 {
			t.Errorf("%d: %+v", count, got.final.Groups)
		}
		if g := got.group("page.cls", "GET /page"); g.Latency["max"] != .25 || g.Latency["p75"] != 0. || g.Histogram == "" {
			t.Errorf("%+v", g)
		}
		if _, ok := got.group("page.lcp", "").Latency["p75"].(time.Duration); !ok {
			t.Errorf("%+v", got.group("page.lcp", ""))
		}
		inIntervals := int64(0)
		for _, s := range got.intervals {
			for _, g := range s.Groups {
				if g.Of == "page.lcp" && g.Name == "" {
					inIntervals += g.Count
				}
			}
		}
		if inIntervals != 6 {
			t.Errorf("%d in intervals", inIntervals)
		}
		want := []string{"passed 6", "passed 13", "passed 13", "undecided 0", "failed 6", "failed 12", "passed 14"}
		for i, e := range got.final.Expectations {
			if text := fmt.Sprintf("%s %d", e.Outcome, e.Samples); text != want[i] {
				t.Errorf("%s: %s, expected %s: %s", e.Source, text, want[i], e.Got)
			}
		}
		for i, part := range map[int]string{
			3: "page.ttfb.p50 is missing: no navigation was measured that has it",
			4: `request("GET /page").page.lcp.max = 1.4s (6 samples)`,
		} {
			if text := got.final.Expectations[i].Got; !strings.Contains(text, part) {
				t.Errorf("%s\n%s", text, part)
			}
		}
	})
}

// No data never passes: pages of which nothing was measured leave their gate undecided.
func TestVitalsThatNobodyMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := browsing(t, []string{"page.cls.p75 < 0.1"}, func(int) *runners.Vitals { return nil })
		if got.end.Outcome != runners.GateUndecided || !strings.Contains(got.end.Message, "page.cls.p75 is missing") {
			t.Errorf("%+v", got.end)
		}
	})
}

// Over http there is no page, whatever a gate asks for.
func TestVitalsWithoutABrowser(t *testing.T) {
	p := &ir.Program{}
	http, browser := scenarioOf(p, "the page", "GET /"), scenarioOf(p, "see", "GET /page")
	browser.Tags = []ir.Tag{{Name: "@driver:browser"}}
	for source, want := range map[string]string{
		"p95 < 1s &&\n  page.lcp.p75 < 1s":               "hoops.yaml:1:5",
		`p95 < 1s && request("GET /").page.cls.max < .1`: "hoops.yaml:1:34",
		`step("é page").p95 < 1s && page.lcp.p75 < 1s`:   "hoops.yaml:1:32",
		`scenario("the page").p95 < 1s`:                  "",
	} {
		found := (&Runner{Expect: expects(source)}).Check(planOf(p, http))
		got := ""
		for _, d := range found {
			if d.Code == "load/page" {
				got = d.Range.Pos.String()
			}
		}
		if got != want {
			t.Errorf("%s: %q, expected %q", source, got, want)
		}
		for _, d := range (&Runner{Expect: expects(source)}).Check(planOf(p, http, browser)) {
			if d.Code == "load/page" {
				t.Errorf("%s with a browser: %s", source, d.Message)
			}
		}
	}
}

// The vitals of the parts of a load add up to those of the whole, and are judged over it.
func TestMergedVitals(t *testing.T) {
	var parts []*runners.Summary
	for i := range 4 {
		s := newShard(false)
		for n := range 25 {
			s.vitals("GET /", &runners.Vitals{LCP: time.Duration(25*i+n+1) * 10 * time.Millisecond, CLS: shifted(float64(25*i+n) / 1000)})
		}
		s.recent.Record(Key{Of: OfJourneys}, Measurement{})
		parts = append(parts, summed(t, s.recent, 1, 1))
	}
	merged, err := Merge(parts)
	if err != nil {
		t.Fatal(err)
	}
	list, outcome, err := Judge(again(t, merged), expects("page.lcp.count == 100", "page.lcp.p75 > 749ms && page.lcp.p75 < 751ms", "page.lcp.max == 1s",
		"page.cls.max == 0.099", "page.cls.mean == 0.0495", "page.cls.p50 > 0.0489 && page.cls.p50 < 0.0491", `request("GET /").page.cls.count == 100`))
	if err != nil || outcome != runners.GatePassed || list[6].Samples != 100 {
		t.Errorf("%v %s %+v", err, outcome, list)
	}
}

// What a gate, a measure and a run call vitals are the same.
func TestNamesOfVitals(t *testing.T) {
	v := runners.Vitals{LCP: 1, FCP: 1, TTFB: 1, CLS: shifted(1)}
	for i, kind := range ir.Vitals() {
		if kind != "page."+expr.Vitals()[i] {
			t.Errorf("%s, %s", kind, expr.Vitals()[i])
		}
		if _, ok := v.Of(kind); !ok {
			t.Errorf("%s is not told", kind)
		}
	}
}

// Pages cannot make a recorder grow for ever.
func TestVitalsAreBounded(t *testing.T) {
	s := newShard(false)
	for n := range 2 * mostKeys {
		s.vitals(fmt.Sprint("GET /", n), &runners.Vitals{LCP: 1, FCP: 1, TTFB: 1, CLS: shifted(1)})
	}
	if len(s.recent.tallies) > mostKeys+8 || s.recent.of(Key{Of: "page.cls"}).count != 2*mostKeys {
		t.Errorf("%d keys", len(s.recent.tallies))
	}
}
