// Package features_test runs the features of this folder, which describe hoops, with hoops itself.
package features_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	_ "github.com/cucumber-value/hoops/cmd" // so that a result is kept only while the command is as it was
)

func TestHoopsTestsItself(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the steps are written for a POSIX shell")
	}
	bin := t.TempDir()
	for name, source := range map[string]string{"hoops": "../cmd/hoops", "calculator": "../examples/calculator/server"} {
		if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, name), source).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("TMPDIR", t.TempDir())
	args := []string{"test", ".", "--driver", "shell", "--allow", "shell"}
	for i, port := range freePorts(t, 4) {
		args = append(args, "--param", fmt.Sprintf("%s=%d", []string{"kept", "broken", "unknown", "repeated"}[i], port))
	}
	out, err := exec.Command("hoops", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
	left, err := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// freePorts are ones at which nothing listens.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}
