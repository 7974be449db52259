package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/cucumber-value/hoops/bench/language/large"
)

// most is the memory that the commands may have resident, in MB.
const most = 300

// check is the real hoops check.
func (b *bench) check() ([]figure, error) { return b.command("hoops check", "check", b.project) }

// build is the real hoops build. What it writes is what firstRequest runs.
func (b *bench) build() ([]figure, error) {
	return b.command("hoops build", "build", b.project, "-o", b.artefact)
}

func (b *bench) command(what string, args ...string) ([]figure, error) {
	memory := figure{what: what + ", most memory resident", goal: most, unit: "MB"}
	cpu := figure{what: what + ", CPU time", unit: "ms"}
	for range b.rounds {
		c := exec.CommandContext(b.ctx, b.hoops, args...)
		var errs bytes.Buffer
		c.Stderr = &errs
		if err := c.Run(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", what, err, errs.String())
		}
		u, ok := c.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok {
			return nil, errors.New("this system does not count what a process uses")
		}
		memory.rounds = append(memory.rounds, float64(u.Maxrss)*1024/1e6) // the kernel counts in KiB
		cpu.rounds = append(cpu.rounds, ms(c.ProcessState.UserTime()+c.ProcessState.SystemTime()))
	}
	return []figure{memory, cpu}, nil
}

// firstRequest is the time from the start of a run of the artefact to the first request that the software sees.
func (b *bench) firstRequest() ([]figure, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	seen := make(chan time.Time, 100)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		seen <- time.Now()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"id": "7", "total": 1000}`)
	})}
	go server.Serve(listener)
	defer server.Close()
	f := figure{what: "an artefact of that size, from start to its first request", goal: 300, unit: "ms"}
	for range b.rounds {
		c := exec.CommandContext(b.ctx, b.hoops, "test", b.artefact, "--name", large.One, "--url", "http://"+listener.Addr().String())
		c.Dir = filepath.Dir(b.artefact) // beside it lies the history
		out := &bytes.Buffer{}
		c.Stdout, c.Stderr = out, out
		began := time.Now()
		if err := c.Run(); err != nil || !strings.Contains(out.String(), "PASSED 1 of 1") {
			return nil, fmt.Errorf("hoops test: %w\n%s", err, out)
		}
		f.rounds = append(f.rounds, ms((<-seen).Sub(began)))
		for len(seen) > 0 {
			<-seen
		}
	}
	return []figure{f}, nil
}
