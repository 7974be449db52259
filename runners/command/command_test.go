//go:build unix

package command_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/runners/command"
)

// TestMain makes the test program also the software under test, and a hoops that dies.
func TestMain(m *testing.M) {
	switch os.Getenv("COMMAND_TEST") {
	case "serve":
		serve()
	case "die":
		die()
	}
	os.Exit(m.Run())
}

// serve listens at ADDRESS after BEFORE, and answers /healthz with 503 until READY has passed.
func serve() {
	before, _ := time.ParseDuration(os.Getenv("BEFORE"))
	ready, _ := time.ParseDuration(os.Getenv("READY"))
	time.Sleep(before)
	began := time.Now()
	fmt.Println("listening at", os.Getenv("ADDRESS"))
	http.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		if time.Since(began) < ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	fmt.Println(http.ListenAndServe(os.Getenv("ADDRESS"), nil))
	os.Exit(1)
}

// gone waits until a process has ended; one that nobody has collected has.
func gone(pid int) bool {
	for deadline := time.Now().Add(3 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		state, _ := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
		if s := strings.TrimSpace(string(state)); s == "" || s[0] == 'Z' {
			return true
		}
	}
	return false
}

// pids are those that a script has written into files of a folder, as soon as it has written n.
func pids(t *testing.T, dir string, n int) []int {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		var list []int
		files, _ := filepath.Glob(filepath.Join(dir, "*.pid"))
		for _, f := range files {
			b, _ := os.ReadFile(f)
			if pid, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil {
				list = append(list, pid)
			}
		}
		if len(list) == n {
			return list
		}
	}
	t.Fatalf("the script has not written %d process ids", n)
	return nil
}

// noChildren fails when this process has a child left, a zombie included.
func noChildren(t *testing.T) {
	t.Helper()
	if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); !errors.Is(err, syscall.ECHILD) {
		t.Errorf("a child is left: %d, %v", pid, err)
	}
}

const tree = `
sh -c 'echo $$ > a.pid; sleep 1000 & echo $! > b.pid; wait' &
echo $$ > c.pid
echo started
wait`

func TestRun(t *testing.T) {
	t.Setenv("HOOPS_SECRET_TOKEN", "s3cret!")
	t.Setenv("INHERITED", "old")
	dir := t.TempDir()
	for _, c := range []struct {
		title string
		spec  command.Spec
		want  command.Result
	}{
		{"outputs", command.Spec{Script: "echo out; echo err >&2"}, command.Result{Out: "out\n", Err: "err\n"}},
		{"several lines", command.Spec{Script: "a=1\nif [ $a = 1 ]; then\n  echo yes\nfi"}, command.Result{Out: "yes\n"}},
		{"an exit code", command.Spec{Script: "exit 7"}, command.Result{Exit: 7}},
		{"a signal", command.Spec{Script: "kill -9 $$"}, command.Result{Exit: 137}},
		{"no such program", command.Spec{Script: "no-such-program 2>/dev/null"}, command.Result{Exit: 127}},
		{"values", command.Spec{Script: `printf %s "$V"`, Env: []string{"V=$(echo hacked); '\"\n"}}, command.Result{Out: "$(echo hacked); '\"\n"}},
		{"inherited", command.Spec{Script: `echo $INHERITED`}, command.Result{Out: "old\n"}},
		{"overridden", command.Spec{Script: `echo $INHERITED`, Env: []string{"INHERITED=new"}}, command.Result{Out: "new\n"}},
		{"secrets stay", command.Spec{Script: `echo "[$HOOPS_SECRET_TOKEN]"; env | grep -c s3cret`}, command.Result{Out: "[]\n0\n", Exit: 1}},
		{"a secret that is given", command.Spec{Script: `echo "$T"`, Env: []string{"T=s3cret!"}}, command.Result{Out: "s3cret!\n"}},
		{"a folder", command.Spec{Script: "basename $(pwd)", Dir: dir}, command.Result{Out: filepath.Base(dir) + "\n"}},
		{"input", command.Spec{Script: "cat", Stdin: "abc"}, command.Result{Out: "abc"}},
		{"input that nobody reads", command.Spec{Script: "true", Stdin: strings.Repeat("x", 1<<20)}, command.Result{}},
		{"no input", command.Spec{Script: "cat"}, command.Result{}},
		{"long output", command.Spec{Script: "echo 123456789; echo 123", MaxOutput: 6}, command.Result{Out: "123456", Truncated: true}},
		{"long errors", command.Spec{Script: "echo 123456789 >&2", MaxOutput: 6}, command.Result{Err: "123456", Truncated: true}},
		{"output that just fits", command.Spec{Script: "printf 123456", MaxOutput: 6}, command.Result{Out: "123456"}},
	} {
		t.Run(c.title, func(t *testing.T) {
			got, err := command.Run(t.Context(), c.spec)
			if err != nil || got.Duration <= 0 {
				t.Fatalf("%+v, %v", got, err)
			}
			got.Duration = 0
			if got != c.want {
				t.Errorf("\n got %+v\nwant %+v", got, c.want)
			}
		})
	}
	noChildren(t)
}

func TestRunKeepsLittleOfEndlessOutput(t *testing.T) {
	got, err := command.Run(t.Context(), command.Spec{Script: "yes | head -c 30000000"})
	if err != nil || !got.Truncated || len(got.Out) != command.DefaultMaxOutput {
		t.Errorf("%d bytes, truncated %v, %v", len(got.Out), got.Truncated, err)
	}
}

func TestRunDoesNotStart(t *testing.T) {
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("interrupted"))
	for _, c := range []struct {
		title string
		ctx   context.Context
		spec  command.Spec
		want  string
	}{
		{"no folder", t.Context(), command.Spec{Script: "true", Dir: "no/such"}, `the command was not started: the folder "no/such" to run it in does not exist`},
		{"a long value", t.Context(), command.Spec{Script: "true", Env: []string{"A=1", "BODY=" + strings.Repeat("x", 3<<20)}},
			"the command was not started: the system takes no such long values (the value in BODY has 3145733 bytes); put it into a file"},
		{"an ended context", ended, command.Spec{Script: "touch never"}, "the command was not started: interrupted"},
	} {
		t.Run(c.title, func(t *testing.T) {
			if _, err := command.Run(c.ctx, c.spec); err == nil || err.Error() != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestRunEndsTheWholeTree(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := errors.New("interrupted")
	var all []int
	go func() {
		all = pids(t, dir, 3)
		cancel(interrupted)
	}()
	began := time.Now()
	got, err := command.Run(ctx, command.Spec{Script: tree, Dir: dir})
	if !errors.Is(err, interrupted) || got.Out != "started\n" {
		t.Errorf("%+v, %v", got, err)
	}
	if took := time.Since(began); took > command.DefaultGrace {
		t.Errorf("took %s although all could be asked to end", took)
	}
	for _, pid := range all {
		if !gone(pid) {
			t.Errorf("process %d is left", pid)
		}
	}
	noChildren(t)
}

func TestRunKillsWhatDoesNotEnd(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	var all []int
	go func() {
		all = pids(t, dir, 2)
		cancel()
	}()
	_, err := command.Run(ctx, command.Spec{Grace: 200 * time.Millisecond, Dir: dir, Script: `
trap '' TERM INT HUP
sleep 1000 &
echo $! > a.pid
echo $$ > b.pid
while :; do sleep 1; done`})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for _, pid := range all {
		if !gone(pid) {
			t.Errorf("process %d is left", pid)
		}
	}
	noChildren(t)
}

func TestRunLetsProgramsPutThingsAway(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		pids(t, dir, 1)
		cancel()
	}()
	got, err := command.Run(ctx, command.Spec{Dir: dir, Script: `
trap 'sleep 0.2; echo put away; exit 0' TERM
echo $$ > a.pid
while :; do sleep 0.05; done`})
	if !errors.Is(err, context.Canceled) || !strings.Contains(got.Out, "put away") {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRunDoesNotWaitForTheBackground(t *testing.T) {
	for title, script := range map[string]string{
		"output open":   "sleep 1000 & echo $! > a.pid; echo done; exit 3",
		"output closed": "sleep 1000 >/dev/null 2>&1 & echo $! > a.pid; echo done; exit 3",
	} {
		t.Run(title, func(t *testing.T) {
			dir := t.TempDir()
			began := time.Now()
			got, err := command.Run(t.Context(), command.Spec{Script: script, Dir: dir})
			if took := time.Since(began); err != nil || got.Exit != 3 || got.Out != "done\n" || took > 5*time.Second {
				t.Errorf("%+v, %v after %s", got, err, took)
			}
			if pid := pids(t, dir, 1)[0]; !gone(pid) {
				t.Errorf("process %d is left", pid)
			}
			noChildren(t)
		})
	}
}

func TestRunReadsWhatAPipeStillHolds(t *testing.T) {
	got, err := command.Run(t.Context(), command.Spec{Script: "(sleep 0.2; echo late) & echo early"})
	if err != nil || got.Out != "early\nlate\n" {
		t.Errorf("%+v, %v", got, err)
	}
}
