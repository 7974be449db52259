// Package main measures hoops against k6, vegeta and wrk, with a target of its own, and says what came of it. The
// generator runs on the first core and the target on the second; they take turns, so that what else the machine does
// meets all of them.
//
//   - What is compared is requests per second of the generator's CPU time, user and system, as the kernel counted
//     it for the whole process, its start included. Requests are counted by the target.
//   - One answer in a hundred is wrong on purpose. A generator that counts fewer did not look.
//   - A round in which the target was nearly busy is marked: there the target was measured.
//
// The package refuses to know how hoops works: it runs the command that people run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// bench is what one call measures, and with what.
type bench struct {
	ctx    context.Context
	root   string // of the repository
	bin    string // where hoops, the target and the peers are built
	rounds int
	length time.Duration // of each measured run
	steady time.Duration // of the run at a rate
	pinned bool
	missed []string // goals
}

// connections that every generator keeps open, as users, workers or journeys in flight.
const connections = 64

func main() {
	short := flag.Bool("short", false, "fewer and shorter rounds, for a look")
	rounds := flag.Int("rounds", 5, "how often the generators take turns")
	length := flag.Duration("for", 6*time.Second, "how long each measured run is")
	steady := flag.Duration("steady", time.Minute, "how long the run at 10,000 journeys/s is")
	only := flag.String("only", "", "one of: bare, journey, memory, rate")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b := &bench{ctx: ctx, rounds: *rounds, length: *length, steady: *steady}
	if *short {
		b.rounds, b.length, b.steady = 3, 3*time.Second, 10*time.Second
	}
	if err := b.run(*only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(3)
	}
	if len(b.missed) > 0 {
		fmt.Printf("\nMissed: %s\n", strings.Join(b.missed, "; "))
		os.Exit(1)
	}
}

func (b *bench) run(only string) error {
	var err error
	if b.root, err = os.Getwd(); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(b.root, "bench", "project", "hoops.yaml")); err != nil {
		return errors.New("run it in the root of the repository: go run ./bench")
	}
	b.bin = filepath.Join(b.root, ".hoops", "bench", "bin")
	if err := os.MkdirAll(b.bin, 0o755); err != nil {
		return err
	}
	if _, err := exec.LookPath("taskset"); err == nil && runtime.NumCPU() > 1 {
		b.pinned = true
	} else {
		fmt.Println("No taskset, or one core only: nothing is pinned, and the figures mean little.")
	}
	if err := b.build("hoops", "./cmd/hoops"); err != nil {
		return err
	}
	if err := b.build("target", "./bench/target"); err != nil {
		return err
	}
	fmt.Printf("%d cores, %s, %s/%s, %d rounds of %s, load average %s\n", runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH, b.rounds, b.length, loadAverage())
	for _, part := range []struct {
		name string
		run  func() error
	}{{"bare", b.bare}, {"journey", b.journey}, {"memory", b.memory}, {"rate", b.rate}} {
		if only != "" && only != part.name {
			continue
		}
		if err := part.run(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// goal notes whether a goal was reached.
func (b *bench) goal(reached bool, format string, args ...any) {
	words := fmt.Sprintf(format, args...)
	if reached {
		fmt.Println("  reached:", words)
		return
	}
	fmt.Println("  MISSED: ", words)
	b.missed = append(b.missed, words)
}

func (b *bench) build(name, path string) error {
	c := exec.CommandContext(b.ctx, "go", "build", "-o", filepath.Join(b.bin, name), path)
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s could not be built: %w", name, err)
	}
	return nil
}

func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}
