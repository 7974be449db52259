package main

import (
	"fmt"
	"runtime"
	"syscall"
	"time"

	"github.com/cucumber-value/hoops/bench/language/large"
	"github.com/cucumber-value/hoops/dsl"
)

// compile makes the program of the whole project.
func (b *bench) compile() ([]figure, error) {
	sources, err := dsl.Open(b.project)
	if err != nil {
		return nil, err
	}
	f := figure{what: "compile, CPU time on one core", goal: 1000, unit: "ms"}
	for range b.rounds {
		took, err := onOneCore(func() error { return compiled(dsl.Compile(sources)) })
		if err != nil {
			return nil, err
		}
		f.rounds = append(f.rounds, ms(took))
	}
	return []figure{f}, nil
}

// again makes it again after one feature changed, with what the compiler remembers.
func (b *bench) again() ([]figure, error) {
	sources, err := dsl.Open(b.project)
	if err != nil {
		return nil, err
	}
	compiler := dsl.NewCompiler()
	if err := compiled(compiler.Compile(sources)); err != nil {
		return nil, err
	}
	f := figure{what: "compile again, one of 1,000 features changed, CPU time", goal: 100, unit: "ms"}
	for n := range b.rounds {
		path, text := large.Changed(n)
		for i := range sources.Features {
			if sources.Features[i].Path == path {
				sources.Features[i].Data = []byte(text)
			}
		}
		took, err := onOneCore(func() error { return compiled(compiler.Compile(sources)) })
		if err != nil {
			return nil, err
		}
		f.rounds = append(f.rounds, ms(took))
	}
	return []figure{f}, nil
}

func compiled(r *dsl.Result) error {
	if r.Program == nil || len(r.Diagnostics) > 0 {
		return fmt.Errorf("the project does not compile: %v", r.Diagnostics)
	}
	return nil
}

// onOneCore is the processor time, user and system, of one call on one core, its share of collecting garbage included.
func onOneCore(call func() error) (time.Duration, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	runtime.GC()
	before, err := used()
	if err != nil {
		return 0, err
	}
	if err := call(); err != nil {
		return 0, err
	}
	after, err := used()
	return after - before, err
}

func used() (time.Duration, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}
