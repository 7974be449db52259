// Package command starts other programs, each in a process group of its own, and ends whole groups: scripts of
// steps (Run), and the software under test (Start).
//
// Scripts are text of the project, never data: values travel in Env. No program inherits the variables that
// hold secrets. The package reads no output for meaning and masks nothing; who shows output masks it. A program
// that leaves its process group (setsid) is out of reach.
package command

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const (
	// DefaultMaxOutput is how many bytes of each output are kept.
	DefaultMaxOutput = 10 << 20

	// DefaultGrace is how long a script may take from being asked to end to being killed.
	DefaultGrace = 2 * time.Second

	// lastWords is how long a program that has ended may keep its output open through others, which write the
	// rest of a pipe, or are background programs and never end.
	lastWords = 500 * time.Millisecond
)

// Spec is a script to run.
type Spec struct {
	Script    string // for sh -c; on Windows for cmd /C
	Dir       string
	Env       []string // "NAME=value", besides the environment of this process
	Stdin     string
	MaxOutput int64         // bytes of each output that are kept; DefaultMaxOutput when 0
	Grace     time.Duration // DefaultGrace when 0
}

// Result is what a script did. The zero Result says nothing: look at the error first.
type Result struct {
	Exit      int // 128 + its number when a signal ended it, as shells say it
	Out, Err  string
	Duration  time.Duration
	Truncated bool // an output was longer than MaxOutput; its beginning was kept
}

// Run runs a script to its end. Programs that it leaves in the background are ended then. The error says that
// it could not be started, or that ctx ended first, with the context's cause: then all of its process group has
// been ended, and the result has the output so far and no meaning beside it. Any exit code is a result.
func Run(ctx context.Context, spec Spec) (Result, error) {
	limit := cmp.Or(spec.MaxOutput, DefaultMaxOutput)
	if err := context.Cause(ctx); err != nil {
		return Result{}, fmt.Errorf("the command was not started: %w", err)
	}
	out, errs := head{left: limit}, head{left: limit}
	cmd := shell(spec.Script)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = spec.Dir, environment(spec.Env), strings.NewReader(spec.Stdin), &out, &errs
	began := time.Now()
	g, err := launch(cmd, nil, cmp.Or(spec.Grace, DefaultGrace))
	if err != nil {
		return Result{}, unstarted(err, spec.Dir, spec.Script, spec.Env)
	}
	var ended error
	select {
	case <-g.exited:
	case <-ctx.Done():
		select {
		case <-g.exited: // both at once: there is a result
		default:
			ended = context.Cause(ctx)
		}
	}
	took := time.Since(began)
	g.end()
	result := Result{
		Exit:      exitCode(cmd.ProcessState),
		Out:       out.kept.String(),
		Err:       errs.kept.String(),
		Duration:  took,
		Truncated: out.cut || errs.cut,
	}
	if ended != nil {
		return result, fmt.Errorf("the command was stopped after %s: %w", took.Round(time.Millisecond), ended)
	}
	return result, nil
}

// head keeps the beginning of what is written to it, and takes the rest without a complaint.
type head struct {
	kept bytes.Buffer
	left int64
	cut  bool
}

func (h *head) Write(b []byte) (int, error) {
	n := min(int64(len(b)), h.left)
	h.kept.Write(b[:n])
	h.left -= n
	h.cut = h.cut || n < int64(len(b))
	return len(b), nil
}

// group is a started program and everything that it starts.
type group struct {
	cmd    *exec.Cmd
	grace  time.Duration
	exited chan struct{} // the program has ended, and its output has been read
}

// launch starts a program as a group; files are further open files for it, from 3.
func launch(cmd *exec.Cmd, files []*os.File, grace time.Duration) (*group, error) {
	cmd.ExtraFiles = files
	cmd.WaitDelay = lastWords
	own(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	g := &group{cmd: cmd, grace: grace, exited: make(chan struct{})}
	go func() {
		// Its error tells of output that stayed open, or of input that nobody read; how it ended is in ProcessState.
		_ = cmd.Wait()
		close(g.exited)
	}()
	return g, nil
}

// over reports whether the program has ended, even if others still have its output open.
func (g *group) over() bool {
	return errors.Is(g.cmd.Process.Signal(syscall.Signal(0)), os.ErrProcessDone)
}

// end asks what is left of the group to end, kills what has not after the grace, and returns when it is gone.
func (g *group) end() {
	deadline := time.Now().Add(g.grace)
	ask(g.cmd.Process)
	for pause := time.Millisecond; !g.gone(); pause = min(2*pause, 50*time.Millisecond) {
		if time.Now().After(deadline) {
			kill(g.cmd.Process)
			break
		}
		time.Sleep(pause)
	}
	<-g.exited
}

func (g *group) gone() bool {
	select {
	case <-g.exited:
		return !alive(g.cmd.Process)
	default:
		return false
	}
}

// environment is that of this process without its secrets, and with more. The last of equal names counts.
func environment(more []string) []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(strings.ToUpper(v), secrets) {
			env = append(env, v)
		}
	}
	return append(env, more...)
}

// secrets is the beginning of the variables that hold secrets; see package secret, which stands beside this one.
const secrets = "HOOPS_SECRET_"

// unstarted explains why a program did not start, without its values.
func unstarted(err error, dir, script string, env []string) error {
	if dir != "" {
		if at, statErr := os.Stat(dir); statErr != nil || !at.IsDir() {
			return fmt.Errorf("the command was not started: the folder %q to run it in does not exist", dir)
		}
	}
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("the command was not started: there is no shell: %w", err)
	}
	if tooLarge(err) {
		name, size := "the script", len(script)
		for _, v := range env {
			if n, _, _ := strings.Cut(v, "="); len(v) > size {
				name, size = "the value in "+n, len(v)
			}
		}
		return fmt.Errorf("the command was not started: the system takes no such long values (%s has %d bytes); put it into a file", name, size)
	}
	return fmt.Errorf("the command was not started: %w", err)
}
