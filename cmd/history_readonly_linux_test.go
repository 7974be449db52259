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
