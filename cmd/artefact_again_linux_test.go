package cmd_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"syscall"
	"testing"
)

// An artefact is all that its run needs: beside its project, whose features may be half-written by then, nobody opens
// them, and the run begins as soon as it would elsewhere.
func TestAnArtefactDoesNotCompileItsProjectAgain(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(answer))
	defer server.Close()
	dir := project(t, map[string]string{
		"hoops.yaml":         "project: hello\nenvironments:\n  local: {url: \"" + server.URL + "\"}\nstages:\n  uat: {run: functional, env: local}\n",
		"features/a.feature": "Feature: F\n  Scenario: S\n    When I GET \"/\"\n    Then the status is 200\n",
	})
	t.Chdir(dir)
	if code, _, errs := hoops("build", "-o", "a.hoops"); code != 0 {
		t.Fatal(errs)
	}
	opened := watch(t, filepath.Join(dir, "features"))
	if code, _, _ := hoops("check"); code != 0 || !opened() {
		t.Fatal("a check reads the features, and that was not seen")
	}
	for _, args := range [][]string{{"test", "a.hoops"}, {"load", "a.hoops", "--rate", "5/s", "--duration", "1s"}, {"probe", "a.hoops"}, {"run", "a.hoops"}} {
		if code, out, errs := hoops(args...); code != 0 || opened() {
			t.Errorf("%q: exit code %d, and the features were read, or it failed:\n%s%s", args, code, out, errs)
		}
	}
}

// watch says whether a file of a folder was opened since it was asked last.
func watch(t *testing.T, dir string) func() bool {
	fd, err := syscall.InotifyInit1(syscall.IN_NONBLOCK | syscall.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if _, err := syscall.InotifyAddWatch(fd, dir, syscall.IN_OPEN); err != nil {
		t.Fatal(err)
	}
	return func() bool {
		seen := false
		for {
			n, err := syscall.Read(fd, make([]byte, 64<<10))
			if errors.Is(err, syscall.EINTR) {
				continue
			}
			if n <= 0 {
				return seen
			}
			seen = true
		}
	}
}
