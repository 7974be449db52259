// Command language measures hoops' compiler with a project of 10,000 scenarios, 60,000 steps and 500 definitions on two
// drivers, says for each figure what the goal is, and whether it was reached. With -check it exits 1 when one was missed.
//
//   - Compiling, and compiling again after one of 1,000 features changed, is measured in this process on one core, in
//     processor time: what else the machine does changes it little.
//   - Memory is the most that the real commands hoops check and hoops build had resident, as the kernel counted it.
//   - The first request is looked at from outside: from the start of hoops test with an artefact to the moment in which a
//     server here sees the request. That is time on the wall, and only a quiet machine shows it.
//
// It refuses to know how the command works inside.
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
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/bench/language/large"
)

func main() {
	rounds := flag.Int("rounds", 5, "how often each figure is measured; the median counts")
	check := flag.Bool("check", false, "exit 1 when a goal is missed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	missed, err := run(ctx, max(1, *rounds))
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(3)
	}
	if missed > 0 && *check {
		os.Exit(1)
	}
}

// run measures everything and returns how many goals were missed.
func run(ctx context.Context, rounds int) (missed int, err error) {
	if _, err := os.Stat(filepath.Join("cmd", "hoops")); err != nil {
		return 0, errors.New("run it in the root of the repository: go run ./bench/language")
	}
	dir, err := os.MkdirTemp("", "hoops-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	b := bench{ctx: ctx, rounds: rounds, hoops: filepath.Join(dir, "hoops"), project: filepath.Join(dir, "project"), artefact: filepath.Join(dir, "large.hoops")}
	if err := b.prepare(); err != nil {
		return 0, err
	}
	fmt.Printf("10,000 scenarios, 60,000 steps, 500 definitions on two drivers; %d rounds, %d cores, %s, load average %s\n\n",
		rounds, runtime.NumCPU(), runtime.Version(), loadAverage())
	fmt.Printf("  %-58s %10s  %-10s %s\n", "", "median", "goal", "rounds")
	// The commands come first: to the kernel the memory of a process is at least that of the one which started it, and
	// this one is small until it compiles.
	for _, measure := range []func() ([]figure, error){b.check, b.build, b.firstRequest, b.compile, b.again} {
		figures, err := measure()
		if err != nil {
			return 0, err
		}
		for _, f := range figures {
			if !f.print() {
				missed++
			}
		}
	}
	if missed > 0 {
		fmt.Printf("\n%d of the goals were missed\n", missed)
	}
	return missed, nil
}

// bench is what one call measures, and with what.
type bench struct {
	ctx                      context.Context
	rounds                   int
	hoops, project, artefact string
}

// prepare builds hoops and writes the project.
func (b *bench) prepare() error {
	c := exec.CommandContext(b.ctx, "go", "build", "-o", b.hoops, "./cmd/hoops")
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("hoops could not be built: %w", err)
	}
	files := large.Files()
	files["hoops.yaml"] = "project: large\nenvironments:\n  local: {url: \"http://127.0.0.1:1\"}\n"
	for name, text := range files {
		path := filepath.Join(b.project, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// figure is what was measured in each round, and what the median should be below; goal 0 is none.
type figure struct {
	what   string
	rounds []float64
	goal   float64
	unit   string
}

// print shows a figure, and reports whether its goal was reached.
func (f figure) print() bool {
	slices.Sort(f.rounds)
	median, goal, verdict := f.rounds[len(f.rounds)/2], "", ""
	if f.goal > 0 {
		goal, verdict = fmt.Sprintf("< %.0f %s", f.goal, f.unit), "reached"
		if median >= f.goal {
			verdict = "MISSED"
		}
	}
	line := fmt.Sprintf("  %-58s %7.0f %-2s  %-10s %.0f to %.0f  %s", f.what, median, f.unit, goal, f.rounds[0], f.rounds[len(f.rounds)-1], verdict)
	fmt.Println(strings.TrimRight(line, " "))
	return verdict != "MISSED"
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}
