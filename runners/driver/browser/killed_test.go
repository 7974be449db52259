//go:build linux

package browser

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The variable that makes a process of this test the one that is killed.
const victim = "HOOPS_TEST_VICTIM"

// A process that is killed leaves no browser behind, and its folder goes when the next one starts.
func TestKilled(t *testing.T) {
	if os.Getenv(victim) != "" {
		b := newBench(t, map[string]any{"/": "<h1>Shop</h1>"})
		v := b.visit(open("/"), see("Shop"))
		if err := v.all(); err != nil {
			t.Fatal(err)
		}
		fmt.Println("folder", b.driver.browsers.current.dir.path)
		select {} // until it is killed
	}
	needBrowser(t)
	temp := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestKilled$", "-test.timeout=60s")
	child.Env = append(os.Environ(), victim+"=1", "TMPDIR="+temp)
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer child.Process.Kill()
	folder := ""
	for lines := bufio.NewScanner(out); folder == "" && lines.Scan(); {
		folder, _ = strings.CutPrefix(lines.Text(), "folder ")
		if !strings.HasPrefix(lines.Text(), "folder ") {
			folder = ""
		}
	}
	if folder == "" || len(using(t, folder)) == 0 {
		t.Fatalf("no browser was started in %q", folder)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	for until := time.Now().Add(20 * time.Second); len(using(t, folder)) > 0; {
		if time.Now().After(until) {
			t.Fatalf("still alive: %q", using(t, folder))
		}
		time.Sleep(10 * time.Millisecond)
	}
	sweep(temp)
	if left, _ := filepath.Glob(filepath.Join(temp, profilePrefix+"*")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

// using are the processes whose command line names a folder, zombies not among them.
func using(t *testing.T, folder string) []string {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, name := range lines {
		if text, err := os.ReadFile(name); err == nil && strings.Contains(string(text), folder) {
			list = append(list, strings.ReplaceAll(string(text), "\x00", " "))
		}
	}
	return list
}
