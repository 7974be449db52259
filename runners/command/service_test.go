//go:build unix

package command_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/runners/command"
)

// die is a hoops that starts a service and is killed.
func die() {
	_, err := command.Start(context.Background(), service(os.Getenv("ADDRESS"), treeAnd(`exec "$TEST_PROGRAM"`), os.Getenv("DIR")))
	fmt.Println("started:", err)
	os.Stdin.Read(make([]byte, 1)) // until killed
}

// treeAnd starts a child and a grandchild beside a script.
func treeAnd(script string) string { return strings.TrimSuffix(tree, "wait") + script }

func service(address, script, dir string) command.ServiceSpec {
	program, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return command.ServiceSpec{
		Script: script,
		Dir:    dir,
		Env:    []string{"TEST_PROGRAM=" + program, "COMMAND_TEST=serve", "ADDRESS=" + address},
		Ready:  command.HTTPReady("http://" + address + "/healthz"),
		Within: 20 * time.Second,
	}
}

// free is an address where nothing listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func refused(t *testing.T, address string) {
	t.Helper()
	if c, err := net.Dial("tcp", address); err == nil {
		c.Close()
		t.Errorf("%s still answers", address)
	}
}

// buffer can be written while it is read.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestServiceStartsAndStops(t *testing.T) {
	address, dir, log := free(t), t.TempDir(), new(buffer)
	t.Setenv("HOOPS_SECRET_TOKEN", "s3cret!")
	spec := service(address, treeAnd(`echo "secret: [$HOOPS_SECRET_TOKEN]"; "$TEST_PROGRAM"`), dir)
	spec.Env = append(spec.Env, "BEFORE=150ms", "READY=150ms")
	spec.Log = log
	s, err := command.Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get("http://" + address + "/healthz")
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("not ready: %v, %v", response, err)
	}
	response.Body.Close()
	if err := s.Err(); err != nil {
		t.Errorf("while it runs: %v", err)
	}
	select {
	case <-s.Done():
		t.Error("done while it runs")
	default:
	}
	all := pids(t, dir, 3)
	began := time.Now()
	var stops sync.WaitGroup
	for range 3 {
		stops.Go(s.Stop)
	}
	stops.Wait()
	s.Stop()
	if took := time.Since(began); took > command.DefaultStopGrace/2 {
		t.Errorf("stopping took %s", took)
	}
	<-s.Done()
	if err := s.Err(); err != nil {
		t.Errorf("after Stop: %v", err)
	}
	for _, pid := range all {
		if !gone(pid) {
			t.Errorf("process %d is left", pid)
		}
	}
	refused(t, address)
	noChildren(t)
	if want := "listening at " + address; !strings.Contains(log.String(), want) || !strings.Contains(s.Tail(), want) {
		t.Errorf("log %q, tail %q", log, s.Tail())
	}
	if !strings.Contains(log.String(), "secret: []") {
		t.Errorf("the secret is inherited: %q", log)
	}
}

func TestServiceOutlivesTheContextOfItsStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := command.Start(ctx, service(free(t), `exec "$TEST_PROGRAM"`, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	cancel()
	select {
	case <-s.Done():
		t.Error(s.Err())
	case <-time.After(200 * time.Millisecond):
	}
}

func TestServiceFailsToStart(t *testing.T) {
	for _, c := range []struct {
		title, script string
		within        time.Duration
		reason        error
		want          []string // of the error
	}{
		{"exits", "echo one; echo two >&2; exit 7", time.Minute, command.ErrExited,
			[]string{"ended by itself after ", " with exit code 7; ", "\nits output ends with:\n  one\n  two"}},
		{"exits well", "true", time.Minute, command.ErrExited, []string{"with exit code 0; its start command must stay in the foreground"}},
		{"no such program", "no-such-program", time.Minute, command.ErrExited, []string{"exit code 127", "not found"}},
		{"leaves the software behind", `"$TEST_PROGRAM" & exit 0`, time.Minute, command.ErrExited, []string{"must stay in the foreground"}},
		{"does not listen", "echo waiting; exec sleep 1000", 300 * time.Millisecond, command.ErrNotReady,
			[]string{"was not ready within 300ms: http://", "/healthz: ", "refused", "\n  waiting"}},
		{"is not healthy", `READY=1h exec "$TEST_PROGRAM"`, 700 * time.Millisecond, command.ErrNotReady,
			[]string{"answered 503 Service Unavailable, expected 2xx"}},
		{"says much", "i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo line $i; done; exit 1", time.Minute, command.ErrExited,
			[]string{"with:\n  line 81\n  line 82\n", "\n  line 100"}},
	} {
		t.Run(c.title, func(t *testing.T) {
			address := free(t)
			spec := service(address, c.script, "")
			spec.Within, spec.Grace = c.within, time.Second
			s, err := command.Start(t.Context(), spec)
			if err == nil {
				s.Stop()
				t.Fatal("started")
			}
			var f *command.Failure
			if !errors.Is(err, c.reason) || !errors.As(err, &f) {
				t.Errorf("reason of %v", err)
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("no %q in %v", w, err)
				}
			}
			refused(t, address)
			noChildren(t)
		})
	}
}

func TestTailOfALongLine(t *testing.T) {
	spec := service(free(t), "head -c 100000 /dev/zero | tr '\\0' x; exit 1", "")
	_, err := command.Start(t.Context(), spec)
	var f *command.Failure
	if !errors.As(err, &f) || f.Tail != strings.Repeat("x", 4096) {
		t.Error(err)
	}
}

func TestServiceRefusesATakenAddress(t *testing.T) {
	// What answers there is not even healthy; it is in the way all the same.
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	dir := t.TempDir()
	address := strings.TrimPrefix(other.URL, "http://")
	_, err := command.Start(t.Context(), service(address, "touch started", dir))
	want := "something already answers at " + other.URL + "/healthz, and the software under test was not started; " +
		"stop it, or remove start from the environment to test what is there"
	if !errors.Is(err, command.ErrTaken) || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Error("it was started")
	}
}

// Somebody takes the address between the look and the start.
func TestServiceIsNotReadyByAnother(t *testing.T) {
	address := free(t)
	spec := service(address, "echo taking over; sleep 0.5; echo address already in use; exit 1", "")
	go func() {
		time.Sleep(100 * time.Millisecond)
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { l.Close() })
		go func() { // accepts, and says nothing until the script has ended
			c, err := l.Accept()
			if err == nil {
				time.Sleep(time.Second)
				fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				c.Close()
			}
		}()
	}()
	s, err := command.Start(t.Context(), spec)
	if !errors.Is(err, command.ErrExited) {
		s.Stop()
		t.Errorf("%v", err)
	}
}

func TestServiceStartIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := errors.New("interrupted")
	var all []int
	go func() {
		all = pids(t, dir, 3)
		cancel(interrupted)
	}()
	_, err := command.Start(ctx, service(free(t), treeAnd("exec sleep 1000"), dir))
	if !errors.Is(err, interrupted) {
		t.Error(err)
	}
	for _, pid := range all {
		if !gone(pid) {
			t.Errorf("process %d is left", pid)
		}
	}
	noChildren(t)
	if _, err := command.Start(ctx, service(free(t), "touch never", dir)); !errors.Is(err, interrupted) {
		t.Error(err)
	}
}

func TestServiceThatDiesIsNoticed(t *testing.T) {
	dir := t.TempDir()
	s, err := command.Start(t.Context(), service(free(t), treeAnd(`"$TEST_PROGRAM" & echo $! > d.pid; sleep 0.1; cat go.fifo; echo out of memory; exit 9`), fifo(t, dir)))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	all := pids(t, dir, 4)
	if err := os.WriteFile(dir+"/go.fifo", nil, 0); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("not noticed")
	}
	if err := s.Err(); !errors.Is(err, command.ErrExited) || !strings.Contains(err.Error(), "exit code 9") || !strings.HasSuffix(err.Error(), "\n  out of memory") {
		t.Error(err)
	}
	for _, pid := range all {
		if !gone(pid) {
			t.Errorf("process %d is left", pid)
		}
	}
	s.Stop()
	if s.Err() == nil {
		t.Error("forgotten by Stop")
	}
	noChildren(t)
}

func fifo(t *testing.T, dir string) string {
	t.Helper()
	if out, err := exec.Command("mkfifo", dir+"/go.fifo").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

func TestStopKillsWhatDoesNotEnd(t *testing.T) {
	dir := t.TempDir()
	spec := service(free(t), `trap "" TERM; echo $$ > a.pid; "$TEST_PROGRAM" & echo $! > b.pid; while :; do sleep 1; done`, dir)
	spec.Grace = 200 * time.Millisecond
	s, err := command.Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	all := pids(t, dir, 2)
	s.Stop()
	for _, pid := range all {
		if !gone(pid) {
			t.Errorf("process %d is left", pid)
		}
	}
	noChildren(t)
}

type brokenLog struct{}

func (brokenLog) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestABrokenLogDoesNotDisturb(t *testing.T) {
	address := free(t)
	spec := service(address, `echo before; echo more; sleep 0.1; echo after; exec "$TEST_PROGRAM"`, "")
	spec.Log = brokenLog{}
	s, err := command.Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	s.Stop()
	if !strings.Contains(s.Tail(), "after\nlistening") {
		t.Errorf("tail %q", s.Tail())
	}
}

// Even a hoops that is killed leaves nothing running.
func TestServiceEndsWithThisProcess(t *testing.T) {
	address, dir := free(t), t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	hoops := exec.Command(program)
	hoops.Env = append(os.Environ(), "COMMAND_TEST=die", "ADDRESS="+address, "DIR="+dir)
	stdin, err := hoops.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := hoops.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := hoops.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 100)
	n, _ := stdout.Read(said)
	if got := string(said[:n]); got != "started: <nil>\n" {
		t.Errorf("it said %q", got)
	}
	all := pids(t, dir, 3)
	_ = hoops.Process.Kill()
	_ = hoops.Wait()
	for _, pid := range all {
		if !gone(pid) {
			t.Errorf("process %d is left", pid)
		}
	}
	refused(t, address)
}
