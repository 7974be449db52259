package reporters

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// vitalWords are what people call the vitals of a page.
var vitalWords = map[string]string{"page.lcp": "largest paint (LCP)", "page.fcp": "first paint (FCP)", ir.LayoutShift: "layout shift (CLS)", "page.ttfb": "first byte (TTFB)"}

// isVital reports whether groups of a kind are of what browsers measured of pages: no requests, and layout shifts no
// times.
func isVital(of string) bool { return strings.HasPrefix(of, "page.") }

// vital of a group at a percentile, as people read it; "" when it has none.
func vital(g runners.Group, name string) string {
	if g.Of != ir.LayoutShift {
		return latency(g, name)
	}
	if shift, ok := g.Latency[name].(float64); ok {
		return strconv.FormatFloat(shift, 'g', 3, 64)
	}
	return ""
}

// pages are the navigations of a load in browsers: all of them first, named "", and then each.
func pages(s *runners.Summary) (names []string, of map[string]map[string]runners.Group) {
	of = map[string]map[string]runners.Group{}
	for _, kind := range ir.Vitals() {
		for _, g := range groups(s, kind) {
			if of[g.Name] == nil {
				names = append(names, g.Name)
				of[g.Name] = map[string]runners.Group{}
			}
			of[g.Name][kind] = g
		}
	}
	return names, of
}

// pageSentence is "largest paint (LCP) 1.2s, layout shift (CLS) 0.05, first byte (TTFB) 110ms", at p75, where vitals are
// judged everywhere.
func pageSentence(of map[string]runners.Group) string {
	var parts []string
	for _, kind := range ir.Vitals() {
		if text := vital(of[kind], "p75"); text != "" {
			parts = append(parts, vitalWords[kind]+" "+text)
		}
	}
	return strings.Join(parts, ", ")
}

// pageLines say how pages loaded in browsers: all of them in one line, and, where there are several, each in its own.
func pageLines(s *runners.Summary) []string {
	names, of := pages(s)
	var lines []string
	for _, name := range names {
		most := int64(0)
		for _, g := range of[name] {
			most = max(most, g.Count)
		}
		if len(names) == 2 && name != "" { // all are this one
			continue
		}
		lines = append(lines, fmt.Sprintf("%s, p75 of %s: %s", cmp.Or(prefixed("  ", page.Line(name, 100)), "pages in a browser"), thousands(most), pageSentence(of[name])))
	}
	return lines
}

// pageTable has a row for each navigation.
func pageTable(s *runners.Summary) (t page.Table) {
	names, of := pages(s)
	t.Head = []string{"", "count"}
	for _, kind := range ir.Vitals() {
		t.Head = append(t.Head, vitalWords[kind]+" p75", "p95")
	}
	for _, name := range names {
		most, row := int64(0), []string{}
		for _, kind := range ir.Vitals() {
			g := of[name][kind]
			most = max(most, g.Count)
			row = append(row, vital(g, "p75"), vital(g, "p95"))
		}
		t.Rows = append(t.Rows, append([]string{cmp.Or(page.Line(name, 200), "all pages"), thousands(most)}, row...))
	}
	return t
}

// vitalJSON is what was measured of one vital of one navigation, or of all. Those of layout shifts are numbers, all
// others texts with a unit.
type vitalJSON struct {
	Name  string `json:"name,omitempty"` // of the navigation; all of them without it
	Vital string `json:"vital"`          // page.lcp, page.fcp, page.cls or page.ttfb
	Count int64  `json:"count"`
	Mean  any    `json:"mean"`
	P50   any    `json:"p50"`
	P75   any    `json:"p75"`
	P90   any    `json:"p90"`
	P95   any    `json:"p95"`
	P99   any    `json:"p99"`
	Max   any    `json:"max"`
}

func vitalsJSON(s *runners.Summary) (list []vitalJSON) {
	names, of := pages(s)
	for _, name := range names {
		for _, kind := range ir.Vitals() {
			g, measured := of[name][kind]
			if !measured {
				continue
			}
			at := func(q string) any {
				v := vitalValue(g, q)
				if d, ok := v.(time.Duration); ok {
					return d.String()
				}
				return v
			}
			list = append(list, vitalJSON{name, kind, g.Count, at("mean"), at("p50"), at("p75"), at("p90"), at("p95"), at("p99"), at("max")})
		}
	}
	return list
}

// vitalValue is nil when it was not told.
func vitalValue(g runners.Group, name string) any {
	if g.Of == ir.LayoutShift {
		if shift, ok := g.Latency[name].(float64); ok {
			return shift
		}
		return nil
	}
	if d, ok := span(g.Latency[name]); ok {
		return d
	}
	return nil
}

// page is what an expression reads of the navigations of a name.
func (m measured) page(name string) map[string]any {
	out := map[string]any{}
	for _, vital := range expr.Vitals() {
		fields := map[string]any{}
		for _, field := range []string{"count", "mean", "p50", "p75", "p90", "p95", "p99", "max"} {
			fields[field] = expr.Missing{What: "page." + vital + "." + field, Why: "it was not told"}
		}
		for _, g := range groups(m.s, "page."+vital) {
			if g.Name != name {
				continue
			}
			fields["count"] = g.Count
			for field := range g.Latency {
				if v := vitalValue(g, field); v != nil {
					fields[field] = v
				}
			}
		}
		out[vital] = fields
	}
	return out
}
