package history_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/history"
)

// A child is this test binary again: HISTORY_CHILD says what it does to the file in HISTORY_FILE.
func TestMain(m *testing.M) {
	children := map[string]func(path string) error{"write": writeOn, "runs": writeRuns, "read": readOnce, "create": createOnce}
	child := os.Getenv("HISTORY_CHILD")
	if child == "" {
		os.Exit(m.Run())
	}
	if err := children[child](os.Getenv("HISTORY_FILE")); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func childOf(what, path string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), "HISTORY_CHILD="+what, "HISTORY_FILE="+path)
	return c
}

// writeOn writes for ever, and says on stdout what it was told is kept.
func writeOn(path string) error {
	s, err := history.Open(path, history.Options{Project: "shop"})
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		id := fmt.Sprint(os.Getpid(), "-", n)
		w, err := s.BeginRun(history.Run{ID: id})
		if err != nil {
			return err
		}
		fmt.Println("run", id, w.Run().Number)
		for _, stage := range []string{"uat", "load"} {
			st, err := w.BeginStage(history.Stage{Name: stage})
			if err != nil {
				return err
			}
			for i := range 50 {
				if err := st.Scenario(history.Scenario{Scenario: fmt.Sprint(i), Status: "passed"}); err != nil {
					return err
				}
				if i%20 == 19 {
					if err := st.Flush(); err != nil {
						return err
					}
					fmt.Println("rows", id, stage, i+1)
				}
			}
			if err := st.Verdict(verdict("c")); err != nil {
				return err
			}
			if err := st.End("passed", time.Time{}); err != nil {
				return err
			}
			fmt.Println("stage", id, stage)
		}
		if err := s.AddRelease(history.Release{Environment: "e", Version: id}); err != nil {
			return err
		}
		fmt.Println("release", id)
		if err := w.End("passed", time.Time{}); err != nil {
			return err
		}
		fmt.Println("end", id)
	}
}

// A process that is killed at any instant loses nothing that it was told is kept.
func TestKilled(t *testing.T) {
	kills := 100
	if testing.Short() {
		kills = 10
	}
	path := file(t)
	var said []string
	for range kills {
		c := childOf("write", path)
		out, err := c.StdoutPipe()
		must(t, err)
		must(t, c.Start())
		lines := bufio.NewReader(out)
		first, err := lines.ReadString('\n') // it is writing
		must(t, err)
		timer := time.AfterFunc(rand.N(40*time.Millisecond), func() { c.Process.Kill() })
		said = append(said, strings.TrimSpace(first))
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				break // the last line may be cut off
			}
			said = append(said, strings.TrimSpace(line))
		}
		c.Wait()
		timer.Stop()
	}
	if last := said[len(said)-1]; strings.HasPrefix(last, "error:") {
		t.Fatal(last)
	}

	s := open(t, path) // no lock is left
	must(t, s.Check())
	runs := map[string]history.Run{}
	list, err := s.Runs(history.RunFilter{})
	must(t, err)
	numbers := map[int]bool{}
	for _, r := range list {
		runs[r.ID], numbers[r.Number] = r, true
	}
	if len(numbers) != len(list) {
		t.Errorf("%d numbers for %d runs", len(numbers), len(list))
	}
	releases, err := s.Releases("e")
	must(t, err)
	lost := func(line string) bool {
		f := strings.Fields(line)
		switch f[0] {
		case "run":
			return fmt.Sprint(runs[f[1]].Number) != f[2]
		case "rows":
			rows, err := s.Scenarios(f[1], f[2])
			must(t, err)
			return fmt.Sprint(len(rows)) < f[3]
		case "stage":
			stages, err := s.Stages(f[1])
			must(t, err)
			i := slices.IndexFunc(stages, func(st history.Stage) bool { return st.Name == f[2] })
			verdicts, err := s.Verdicts(history.VerdictFilter{Run: f[1]})
			must(t, err)
			return i < 0 || stages[i].Outcome != "passed" || stages[i].Counts["passed"] != 50 || len(verdicts) == 0
		case "release":
			return !slices.ContainsFunc(releases, func(r history.Release) bool { return r.Version == f[1] })
		case "end":
			return runs[f[1]].Outcome != "passed"
		}
		t.Fatalf("%q is not understood", line)
		return true
	}
	for _, line := range said {
		if lost(line) {
			t.Errorf("lost: %s", line)
		}
	}
	t.Logf("%d kills, %d promises, %d runs", kills, len(said), len(list))
}

const runsOfAChild = 30

func writeRuns(path string) error {
	s, err := history.Open(path, history.Options{Project: "shop"})
	if err != nil {
		return err
	}
	defer s.Close()
	for i := range runsOfAChild {
		w, err := s.BeginRun(history.Run{ID: fmt.Sprint(os.Getpid(), "-", i)})
		if err != nil {
			return err
		}
		st, err := w.BeginStage(history.Stage{Name: "uat"})
		if err != nil {
			return err
		}
		for n := range 100 {
			if err := st.Scenario(history.Scenario{Scenario: fmt.Sprint(n), Status: "passed"}); err != nil {
				return err
			}
		}
		if err := st.End("passed", time.Time{}); err != nil {
			return err
		}
		if err := w.End("passed", time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// Processes that create a history together, and write into it at once, do not fail and do not share a number.
func TestProcessesAtOnce(t *testing.T) {
	path := file(t)
	const children = 3
	var all sync.WaitGroup
	for range children {
		all.Go(func() {
			if out, err := childOf("runs", path).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	s := open(t, path)
	must(t, s.Check())
	list, err := s.Runs(history.RunFilter{Outcome: "passed"})
	must(t, err)
	if len(list) != children*runsOfAChild {
		t.Errorf("%d runs", len(list))
	}
	for i, r := range list {
		if r.Number != len(list)-i {
			t.Errorf("the numbers have a gap or a double: %d at %d", r.Number, i)
		}
	}
}

func TestGoroutinesAtOnce(t *testing.T) {
	s := open(t, file(t))
	w := begin(t, s, "a")
	st := beginStage(t, w, history.Stage{Name: "uat"})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for n := range 20 {
				must(t, st.Scenario(history.Scenario{Scenario: fmt.Sprint(n), Status: "passed"}))
				must(t, st.Flush())
				_, err := s.Scenarios("a", "uat")
				must(t, err)
			}
		})
	}
	all.Wait()
	if list, err := s.Scenarios("a", "uat"); err != nil || len(list) != 160 {
		t.Error(len(list), err)
	}
}

// A reader does not wait for a writer, and sees only what is kept.
func TestReaderBesideWriter(t *testing.T) {
	path := file(t)
	s := open(t, path)
	st := beginStage(t, begin(t, s, "a"), history.Stage{Name: "uat"})
	must(t, st.Scenario(history.Scenario{Scenario: "s", Status: "passed"}))
	reader := openWith(t, path, history.Options{Project: "shop", ReadOnly: true})
	if list, err := reader.Scenarios("a", ""); err != nil || len(list) != 0 {
		t.Error(len(list), err)
	}
	must(t, st.Flush())
	if list, err := reader.Scenarios("a", ""); err != nil || len(list) != 1 {
		t.Error(len(list), err)
	}
	_, err := reader.BeginRun(history.Run{ID: "b"})
	wants(t, history.ReadOnly, err)
}

func readOnce(path string) error {
	s, err := history.Open(path, history.Options{Project: "shop", ReadOnly: true})
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := s.Runs(history.RunFilter{})
	fmt.Println(len(list), "runs")
	return err
}

func createOnce(path string) error {
	_, err := history.Open(path, history.Options{Project: "shop"})
	return err
}

// A folder that cannot be written can be read, unless the log holds rows that the file does not have yet.
func TestReadOnlyFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "kept")
	path := filepath.Join(folder, "history.db")
	s := open(t, path)
	begin(t, s, "a")
	logged, err := os.ReadFile(path + "-wal")
	must(t, err)
	must(t, s.Close())
	if len(logged) == 0 {
		t.Fatal("there is no log")
	}
	for _, name := range []string{filepath.Dir(filepath.Dir(folder)), filepath.Dir(folder)} {
		must(t, os.Chmod(name, 0o755))
	}
	lock := func(mode os.FileMode) {
		must(t, os.Chmod(path, mode&0o666))
		must(t, os.Chmod(folder, mode))
	}
	lock(0o555)
	t.Cleanup(func() { os.Chmod(folder, 0o755) })
	ask := func(what, want string) {
		t.Helper()
		c := childOf(what, path)
		if !powerless(c) {
			t.Skip("this user may write everywhere")
		}
		var out bytes.Buffer
		c.Stdout, c.Stderr = &out, &out
		c.Run()
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: %q, want %q", what, out.String(), want)
		}
	}
	ask("read", "1 runs")
	ask("create", "cannot be written")
	lock(0o755)
	must(t, os.WriteFile(path+"-wal", logged, 0o444))
	lock(0o555)
	ask("read", "cannot be opened")
	lock(0o755)
	must(t, os.Remove(path+"-wal"))
	old, err := os.ReadFile(version1(t))
	must(t, err)
	must(t, os.WriteFile(path, old, 0o666))
	lock(0o555)
	ask("read", "it has version 1, this hoops reads version 3, and it cannot be brought forward")
}
