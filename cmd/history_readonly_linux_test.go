package cmd_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/cmd"
)

// In a folder that may only be read a run goes on, says once that it is not recorded, and its exit code is its own;
// where somebody named the file it has to be there.
func TestRunInAFolderThatMayOnlyBeRead(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(answer))
	defer server.Close()
	dir := project(t, map[string]string{
		"hoops.yaml": "project: hello\nenvironments:\n  local: {url: \"" + server.URL + "\"}\n",
		"a.feature":  "Feature: F\n  Scenario: S\n    When I GET \"/\"\n    Then the status is 200\n",
	})
	for _, folder := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(folder, 0o555); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { // else it cannot be removed
		os.Chmod(filepath.Dir(dir), 0o755)
		os.Chmod(dir, 0o755)
	})
	// A user for whom the rights of files count runs this binary, as the command, through /proc: that user may not look
	// into the folder that it lies in.
	run := func(env ...string) (code int, stdout, stderr string) {
		var out, errs bytes.Buffer
		c := exec.Command("/proc/self/exe", "test", dir)
		c.Args[0], c.Dir, c.Stdout, c.Stderr = "hoops", "/", &out, &errs
		c.Env = append(os.Environ(), env...)
		if os.Getuid() == 0 {
			c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		if err := c.Run(); c.ProcessState == nil {
			t.Fatal(err)
		}
		return c.ProcessState.ExitCode(), out.String(), errs.String()
	}
	code, stdout, stderr := run()
	if code != 0 || !strings.Contains(stdout, "PASSED 1 of 1") || strings.Count(stderr, "this run is not recorded") != 1 {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	code, stdout, stderr = run("HOOPS_HISTORY=" + dir + "/here.db")
	if code != 3 || !strings.Contains(stdout, "PASSED 1 of 1") || strings.Count(stderr, "this run is not recorded") != 1 {
		t.Errorf("named: exit code %d\n%s%s", code, stdout, stderr)
	}
	if code, _, stderr = run("HOOPS_HISTORY=off"); code != 0 || stderr != "" {
		t.Errorf("off: exit code %d: %s", code, stderr)
	}
}

// What a name stands for can be read where nothing can be written: a judgement on another machine, of a mounted history.
func TestNamesOnADiskThatMayOnlyBeRead(t *testing.T) {
	dir := project(t, map[string]string{
		"hoops.yaml": `project: shop
environments: {production: {url: "http://127.0.0.1:9"}}
measures: {mistakes: {count: mistakes, per: sums, from: csv, url: numbers.csv, better: lower}}
baselines: {the spring campaign: }
`,
		"numbers.csv": "time,sums,mistakes\n" + time.Now().Add(-2*time.Hour).UTC().Format(time.RFC3339) + ",1000,3\n2026-03-02,9000,900\n",
		"a.feature":   "Feature: F\n  In order to make fewer mistakes than the spring campaign\n\n  Scenario: S\n    When I GET \"/\"\n",
	})
	var said bytes.Buffer
	if code := cmd.Main([]string{"value", "pin", "--as", "the spring campaign", "--from", "2026-03-01", "--to", "2026-04-01", dir}, cmd.Stdio{In: strings.NewReader(""), Out: &said, Err: &said}); code != 0 {
		t.Fatalf("%d %s", code, said.String())
	}
	folders := []string{filepath.Dir(dir), dir, filepath.Join(dir, ".hoops")}
	for _, folder := range folders {
		if err := os.Chmod(folder, 0o555); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		for _, folder := range folders {
			os.Chmod(folder, 0o755)
		}
	})
	for _, c := range []struct {
		flag, want string
		code       int
	}{
		{"--env=production", "DELIVERED  make fewer mistakes than the spring campaign — 3 mistakes in 1,000 sums over the last 24 hours", 0},
		{"--no-history", `NOT YET KNOWN  make fewer mistakes than the spring campaign — no history could be asked what was pinned as "the spring campaign"`, 4},
	} {
		var out bytes.Buffer
		run := exec.Command("/proc/self/exe", "value", c.flag, dir)
		run.Args[0], run.Dir, run.Stdout, run.Stderr = "hoops", "/", &out, &out
		if os.Getuid() == 0 {
			run.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		if run.Run(); run.ProcessState == nil || run.ProcessState.ExitCode() != c.code || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: %v %s", c.flag, run.ProcessState, out.String())
		}
	}
}
