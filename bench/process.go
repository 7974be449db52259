package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// counts are what the target has seen, as bench/target says it.
type counts struct {
	Requests, Wrong, Logins, Orders, Visits, Repeated, Strange, Open int64
	CPU, Seconds                                                     float64
}

// target is a running one, on the second core.
type target struct {
	url     string
	process *exec.Cmd
}

func (b *bench) target(args ...string) (*target, error) {
	c := b.pin(1, filepath.Join(b.bin, "target"), args...)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	url, err := bufio.NewReader(out).ReadString('\n')
	t := &target{url: strings.TrimSpace(url), process: c}
	if err != nil {
		t.stop()
		return nil, fmt.Errorf("the target did not start: %w", err)
	}
	return t, nil
}

func (t *target) stop() {
	t.process.Process.Kill()
	t.process.Wait()
}

func (t *target) get(path string) (c counts, err error) {
	r, err := http.Get(t.url + path)
	if err != nil {
		return c, err
	}
	defer r.Body.Close()
	if path == "/reset" {
		return c, nil
	}
	return c, json.NewDecoder(r.Body).Decode(&c)
}

// pin makes a command that runs on one core.
func (b *bench) pin(core int, name string, args ...string) *exec.Cmd {
	if b.pinned {
		args = append([]string{"-c", strconv.Itoa(core), name}, args...)
		name = "taskset"
	}
	c := exec.CommandContext(b.ctx, name, args...)
	c.Dir = b.root
	c.Env = append(os.Environ(), "K6_NO_USAGE_REPORT=true")
	return c
}

// run is one measured run of a generator.
type run struct {
	counts  counts        // of the target
	cpu     time.Duration // of the generator
	out     []byte
	counted int64 // wrong answers that the generator noticed
}

func (r *run) perCPU() float64    { return float64(r.counts.Requests) / r.cpu.Seconds() }
func (r *run) perSecond() float64 { return float64(r.counts.Requests) / r.counts.Seconds }
func (r *run) busy() float64      { return r.counts.CPU / r.counts.Seconds }

// measure runs a generator to its end. Exit code 1 is that of one that noticed wrong answers.
func (b *bench) measure(t *target, c *exec.Cmd) (*run, error) {
	var out, errs bytes.Buffer
	if c.Stdout == nil {
		c.Stdout = &out
	}
	c.Stderr = &errs
	if _, err := t.get("/reset"); err != nil {
		return nil, err
	}
	err := c.Run()
	if c.ProcessState == nil || err != nil && c.ProcessState.ExitCode() != 1 {
		return nil, fmt.Errorf("%s: %w\n%s%s", strings.Join(c.Args, " "), err, errs.String(), out.String())
	}
	r := &run{cpu: c.ProcessState.UserTime() + c.ProcessState.SystemTime(), out: out.Bytes()}
	r.counts, err = t.get("/stats")
	return r, err
}
