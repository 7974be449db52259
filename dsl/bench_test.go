package dsl

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// large is a project of 10,000 scenarios with 60,000 steps, of which most have arguments, some tables or doc
// strings; 500 definitions, half of them on each of two drivers and some with alternatives and options.
func large() *Sources {
	files := map[string]string{}
	const half = 250
	for _, driver := range []string{"http", "browser"} {
		var b strings.Builder
		fmt.Fprintf(&b, "@driver:%s\nFeature: %s\n", driver, driver)
		for i := range half {
			fmt.Fprintf(&b, "\n  Scenario: the %s number %d adds {n:int} item(s) of {what:string} to/into basket\n", who(i), i)
			fmt.Fprintf(&b, "    When I POST \"/baskets/%d/${what}?n=${n}\" with JSON:\n      \"\"\"json\n      {\"what\": \"${what}\", \"n\": ${n}, \"doc\": \"${doc}\"}\n      \"\"\"\n", i)
			b.WriteString("    Then the status is 201\n    And I expect body.total > n\n")
			fmt.Fprintf(&b, "    And I keep basket%d = body.id\n", i)
		}
		files[driver+stepsSuffix] = b.String()
	}
	for f := range 1000 {
		var b strings.Builder
		fmt.Fprintf(&b, "@owner:team%d\nFeature: feature %d\n  In order to lose fewer than %d%% of orders\n  As a shop owner\n  I want it to work\n", f%10, f, f%100)
		for s := range 10 {
			fmt.Fprintf(&b, "\n  @journey\n  Scenario: scenario %d of %d\n", s, f)
			for i := range 6 {
				d := (f*7 + s*3 + i) % half
				fmt.Fprintf(&b, "    Given the %s number %d adds %d items of \"Tea %d\" into basket\n      \"\"\"\n      run ${run.id} and %d\n      \"\"\"\n", who(d), d, i, f, s)
			}
		}
		files[fmt.Sprintf("features/f%04d.feature", f)] = b.String()
	}
	return sources(files)
}

func who(i int) string { return []string{"customer", "owner", "clerk", "guest", "visitor"}[i%5] }

func BenchmarkCompile(b *testing.B) {
	in := large()
	b.ReportAllocs()
	var r *Result
	report := cpu(b, 1000)
	for b.Loop() {
		r = Compile(in)
	}
	report()
	if r.Program == nil || len(r.Diagnostics) > 0 {
		b.Fatal(rendered(r))
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/1e6, "live-MB")
	b.ReportMetric(float64(m.Sys)/1e6, "sys-MB")
	steps := 0
	ir.WalkSteps(r.Program, func(*ir.Step) { steps++ })
	b.ReportMetric(float64(steps), "steps")
}

func BenchmarkDecode(b *testing.B) {
	data := ir.Encode(Compile(large()).Program, "bench", false)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	report := cpu(b, 300)
	defer report()
	for b.Loop() {
		if _, _, _, err := ir.Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	p := Compile(large()).Program
	b.ReportAllocs()
	digest := ir.Digest(p)
	for b.Loop() {
		if err := ir.Write(io.Discard, p, digest, "bench", false); err != nil {
			b.Fatal(err)
		}
	}
}

// One of 1,000 features is changed.
func BenchmarkCompileAgain(b *testing.B) {
	in := large()
	k := NewCompiler()
	if r := k.Compile(in); r.Program == nil {
		b.Fatal(rendered(r))
	}
	at := len(in.Features) / 2
	text := string(in.Features[at].Data)
	b.ReportAllocs()
	report := cpu(b, 100)
	defer report()
	for i := 0; b.Loop(); i++ {
		in.Features[at].Data = []byte(strings.Replace(text, "scenario 3 of", fmt.Sprintf("changed %d of", i), 1))
		if r := k.Compile(in); r.Program == nil {
			b.Fatal(rendered(r))
		}
	}
}
