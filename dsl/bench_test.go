package dsl

import (
	"io"
	"runtime"
	"slices"
	"testing"

	"github.com/cucumber-value/hoops/bench/language/large"
	"github.com/cucumber-value/hoops/dsl/ir"
)

func BenchmarkCompile(b *testing.B) {
	in := sources(large.Files())
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
	data := ir.Encode(Compile(sources(large.Files())).Program, "bench", false)
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
	p := Compile(sources(large.Files())).Program
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
	in := sources(large.Files())
	k := NewCompiler()
	if r := k.Compile(in); r.Program == nil {
		b.Fatal(rendered(r))
	}
	path, _ := large.Changed(0)
	at := slices.IndexFunc(in.Features, func(s Source) bool { return s.Path == path })
	b.ReportAllocs()
	report := cpu(b, 100)
	defer report()
	for i := 0; b.Loop(); i++ {
		_, text := large.Changed(i)
		in.Features[at].Data = []byte(text)
		if r := k.Compile(in); r.Program == nil {
			b.Fatal(rendered(r))
		}
	}
}
