// Package features_test runs the features of this folder, which describe hoops, with hoops itself.
package features_test

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/cucumber-value/hoops/cmd"
)

// TestMain is the command where it is called hoops. Were that built beside the test, Go would not know that a result is
// of an older one.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "hoops" {
		os.Exit(cmd.Main(os.Args[1:], cmd.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	}
	os.Exit(m.Run())
}

func TestHoopsTestsItself(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the steps are written for a POSIX shell")
	}
	noteFiles(t, ".", "../examples/calculator/server")
	bin := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(bin, "hoops")); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "calculator"), "../examples/calculator/server").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
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

// noteFiles reads what only other processes read, so that Go keeps a result no longer than it is true.
func noteFiles(t *testing.T, folders ...string) {
	t.Helper()
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() {
				_, err = os.ReadFile(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
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
