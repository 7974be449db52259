//go:build unix

package measuretest

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// missing says loudly that a test cannot run here; where CI is set that is a failure.
func missing(t testing.TB, what, pack string) {
	t.Helper()
	text := fmt.Sprintf("NOT TESTED: %s needs %s, which is not here: apt-get install %s", t.Name(), what, pack)
	fmt.Fprintln(os.Stderr, text)
	if os.Getenv("CI") != "" {
		t.Fatal(text)
	}
	t.Skip(text)
}

func program(t testing.TB, pack string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
		if found, _ := filepath.Glob(name); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	missing(t, names[0], pack)
	return ""
}

// FreePort is one on this machine that nothing listens at.
func FreePort(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// started runs a server until the test ends, or stop is called.
func started(t testing.TB, cmd *exec.Cmd) (stop func()) {
	t.Helper()
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := false
	stop = func() {
		if over {
			return
		}
		over = true
		_ = cmd.Process.Signal(syscall.SIGCONT)
		_ = cmd.Process.Signal(syscall.SIGINT)
		timer := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	}
	t.Cleanup(stop)
	return stop
}

// Eventually waits until something is so.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("%s: not within 30 s", what)
}

// Prometheus is a real server whose past is the exposition, and which scrapes the targets.
func Prometheus(t testing.TB, past string, targets ...string) (url string, cmd *exec.Cmd, stop func()) {
	t.Helper()
	binary, tool := program(t, "prometheus", "prometheus"), program(t, "prometheus", "promtool")
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if past != "" {
		file := filepath.Join(dir, "past.txt")
		write(t, file, past+"# EOF\n")
		if out, err := exec.Command(tool, "tsdb", "create-blocks-from", "openmetrics", file, data).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	config := "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\nscrape_configs: [{job_name: calculator, static_configs: [{targets: [" + strings.Join(targets, ", ") + "]}]}]\n"
	write(t, filepath.Join(dir, "prometheus.yml"), config)
	address := fmt.Sprintf("127.0.0.1:%d", FreePort(t))
	cmd = exec.Command(binary, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+data,
		"--storage.tsdb.retention.time=50y", "--web.listen-address="+address)
	stop = started(t, cmd)
	url = "http://" + address
	Eventually(t, "prometheus is ready", func() bool {
		res, err := http.Get(url + "/-/ready")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return url, cmd, stop
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Halt stops a server in the middle of what it does, and returns when it stands still.
func Halt(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("%v %v", status, err)
	}
}
