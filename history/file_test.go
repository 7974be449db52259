package history_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/history"
)

// newestVersion is what user_version says in a file of this hoops.
const newestVersion = 3

func execute(t testing.TB, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	must(t, err)
	defer db.Close()
	_, err = db.Exec(statements)
	must(t, err)
}

// version1 makes a file as it was kept at first.
func version1(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/version1.sql")
	must(t, err)
	path := filepath.Join(t.TempDir(), "history.db")
	execute(t, path, string(text))
	return path
}

func TestVersion1IsBroughtForward(t *testing.T) {
	for _, readOnly := range []bool{false, true} {
		path := version1(t)
		s := openWith(t, path, history.Options{Project: "shop", ReadOnly: readOnly})
		must(t, s.Check())
		same(t, []history.Run{{ID: "run-7", Number: 7, Digest: "sha256:1f", Tool: "hoops 0.1.0", Overrides: []string{"--rate 5/s"}, Seed: 1<<64 - 1,
			Start: noon, End: noon.Add(time.Minute), Outcome: "failed"}})(s.Runs(history.RunFilter{}))
		same(t, []history.Stage{{Name: "uat", Runner: "functional", Driver: "http", Environment: "local", URL: "http://127.0.0.1:8080", Selected: 2,
			Start: noon, End: noon.Add(time.Minute), Outcome: "failed", Counts: map[string]int{"passed": 1, "failed": 1}}})(s.Stages("run-7"))
		same(t, []history.Scenario{
			{Feature: "checkout", Scenario: "checkout/pay", Name: "Pay", Status: "passed", Attempts: 1, Start: noon, Duration: 12 * time.Millisecond, Place: "checkout.feature:9:3"},
			{Feature: "checkout", Scenario: "checkout/refund", Row: "r1", Name: "Refund", Status: "failed", Attempts: 2, Duration: 3 * time.Millisecond, Place: "checkout.feature:19:3",
				Cause: "checkout.feature:21 Then – status was 500"},
		})(s.Scenarios("run-7", "uat"))
		same(t, []history.Summarised{{Run: "run-7", Stage: "uat", Environment: "local", Start: noon,
			Summary: history.Summary{To: time.Minute, Final: true, Of: "journeys", Count: 100, Failed: 1, Histogram: "HISTFAAA", Detail: []byte(`{"asked":100}`)}}})(s.Summaries(history.SummaryFilter{}))
		same(t, []history.Digest{{Digest: "sha256:1f", Tool: "hoops 0.1.0", At: noon, Runs: 1}})(s.Digests())
		same(t, []history.Verdict{})(s.Verdicts(history.VerdictFilter{}))
		if !readOnly {
			if n := begin(t, s, "run-8").Run().Number; n != 8 {
				t.Errorf("the next run is %d", n)
			}
			st := beginStage(t, begin(t, s, "run-9"), history.Stage{Name: "value"})
			must(t, st.Verdict(verdict("c")))
			must(t, st.End("undecided", noon))
		}
	}
}

// The tables are the same whether a file was created or brought forward.
func TestMigrationsEndAlike(t *testing.T) {
	tables := func(path string) (list []string) {
		open(t, path).Close()
		db, err := sql.Open("sqlite", path)
		must(t, err)
		defer db.Close()
		rows, err := db.Query(`select m.name || '.' || coalesce(c.name, '') || ' ' || coalesce(c.type, '') || ' ' || coalesce(c."notnull", '') from sqlite_schema m left join pragma_table_info(m.name) c order by 1`)
		must(t, err)
		defer rows.Close()
		for rows.Next() {
			var line string
			must(t, rows.Scan(&line))
			list = append(list, line)
		}
		var version int
		must(t, db.QueryRow(`pragma user_version`).Scan(&version))
		if version != newestVersion {
			t.Errorf("version %d", version)
		}
		return list
	}
	created, migrated := tables(file(t)), tables(version1(t))
	if len(created) < 80 || !slices.Equal(created, migrated) {
		t.Errorf("%d columns are created, %d migrated", len(created), len(migrated))
	}
}

// Several that bring a file forward at once do it once.
func TestMigrationAtOnce(t *testing.T) {
	path := version1(t)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if out, err := childOf("create", path).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	must(t, open(t, path).Check())
}

func reopened(path string, readOnly bool) error {
	s, err := history.Open(path, history.Options{Project: "shop", ReadOnly: readOnly})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Check(); err != nil {
		return err
	}
	runs, err := s.Runs(history.RunFilter{})
	if err != nil {
		return err
	}
	for _, r := range runs {
		if _, err := s.Scenarios(r.ID, ""); err != nil {
			return err
		}
		if _, err := s.Stages(r.ID); err != nil {
			return err
		}
	}
	_, err = s.Verdicts(history.VerdictFilter{Detail: true})
	return err
}

func TestWhatIsNotAHistory(t *testing.T) {
	for _, c := range []struct {
		title string
		why   history.Reason
		make  func(path string)
	}{
		{"newer", history.Newer, func(path string) {
			open(t, path).Close()
			execute(t, path, fmt.Sprintf(`pragma user_version = %d`, newestVersion+1))
		}},
		{"text", history.Damaged, func(path string) {
			must(t, os.WriteFile(path, bytes.Repeat([]byte("this is a letter\n"), 100), 0o666))
		}},
		{"another database", history.Foreign, func(path string) { execute(t, path, `create table letters (text)`) }},
		{"another database with a version", history.Foreign, func(path string) { execute(t, path, `create table letters (text); pragma user_version = 1`) }},
		{"a folder", history.Foreign, func(path string) { must(t, os.Mkdir(path, 0o777)) }},
		{"a log without a file", history.Damaged, func(path string) { must(t, os.WriteFile(path+"-wal", []byte("log"), 0o666)) }},
		{"a log and an empty file", history.Damaged, func(path string) {
			must(t, os.WriteFile(path, nil, 0o666))
			must(t, os.WriteFile(path+"-wal", []byte("log"), 0o666))
		}},
	} {
		t.Run(c.title, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.db")
			c.make(path)
			before := contents(t, filepath.Dir(path))
			for _, readOnly := range []bool{false, true} {
				if e := wants(t, c.why, reopened(path, readOnly)); len(e.Help) == 0 {
					t.Errorf("%s has no help", e)
				}
			}
			if after := contents(t, filepath.Dir(path)); after != before {
				t.Errorf("the files were changed:\n%.300q\n%.300q", before, after)
			}
		})
	}
}

// contents are all files of a folder with their bytes, but for what SQLite keeps beside a file that is open.
func contents(t testing.TB, folder string) string {
	t.Helper()
	var all strings.Builder
	must(t, fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(folder, name))
		if len(text) > 0 && !strings.HasSuffix(name, "-shm") {
			fmt.Fprintf(&all, "%s: %q\n", name, text)
		}
		return err
	}))
	return all.String()
}

func TestNothingToRead(t *testing.T) {
	path := file(t)
	if err := reopened(path, true); !errors.Is(wants(t, history.Missing, err), fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a reader made the folder")
	}
	must(t, os.MkdirAll(filepath.Dir(path), 0o777))
	must(t, os.WriteFile(path, nil, 0o666))
	wants(t, history.Missing, reopened(path, true))
	must(t, reopened(path, false)) // a crash in the first millisecond leaves an empty file
}

// A file that was cut off or written over never panics, is never deleted and, cut off, never read: when bytes in the
// middle of a text differ nobody can tell.
func TestDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s := open(t, path)
	for i := range 3 {
		w := begin(t, s, fmt.Sprint("run-", i))
		st := beginStage(t, w, history.Stage{Name: "uat"})
		for n := range 300 {
			must(t, st.Scenario(history.Scenario{Scenario: fmt.Sprint("checkout/", n), Name: "Pay for one item", Status: "passed"}))
			must(t, st.Verdict(verdict(fmt.Sprint("c", n))))
		}
		must(t, st.End("passed", noon))
		must(t, w.End("passed", noon))
	}
	must(t, s.Close())
	whole, err := os.ReadFile(path)
	must(t, err)
	for _, size := range []int{1, 17, 99, 511, 512, 4095, 4096, len(whole) - 4096, len(whole) - 512, len(whole) - 1} {
		must(t, os.WriteFile(path, whole[:size], 0o666))
		for _, readOnly := range []bool{true, false} {
			wants(t, history.Damaged, reopened(path, readOnly))
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		bad := slices.Clone(whole)
		cut := rapid.Bool().Draw(r, "cut")
		at := rapid.IntRange(1, len(bad)-1).Draw(r, "at")
		if cut {
			bad = bad[:at]
		} else {
			for i := at; i < min(len(bad), at+rapid.SampledFrom([]int{1, 16, 4096, 50000}).Draw(r, "bytes")); i++ {
				bad[i] ^= rapid.Byte().Draw(r, "byte") | 1
			}
		}
		folder, err := os.MkdirTemp(filepath.Dir(path), "")
		must(t, err)
		defer os.RemoveAll(folder)
		name := filepath.Join(folder, "history.db")
		must(t, os.WriteFile(name, bad, 0o666))
		for _, readOnly := range []bool{true, false} {
			err := reopened(name, readOnly)
			if err == nil && cut {
				r.Fatalf("a file that was cut at %d of %d was not refused", at, len(whole))
			}
			if err == nil {
				continue
			}
			var e *history.Error
			if !errors.As(err, &e) {
				r.Fatalf("%T: %v", err, err)
			}
			// Newer and Older: the bytes may be those of the version.
			if !slices.Contains([]history.Reason{history.Damaged, history.Foreign, history.Newer, history.Older, history.Failed, history.ReadOnly}, e.Reason) {
				r.Fatalf("%s: %v", e.Reason, err)
			}
			if cut && e.Reason != history.Damaged {
				r.Fatalf("cut at %d of %d: %s: %v", at, len(whole), e.Reason, err)
			}
		}
		left, err := os.ReadFile(name)
		must(t, err)
		if cut && !bytes.Equal(left, bad) {
			r.Fatal("the damaged file was changed")
		}
	})
}

func TestPaths(t *testing.T) {
	for _, name := range []string{"with space", "ünï✓", "what?", "#1", "100%", "50%20", "a?vfs=none&mode=ro", "a;b", "quote'\"", "file:x", "new\nline", ":memory:"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, name, name+".db")
			begin(t, open(t, path), "a")
			if _, err := os.Stat(path); err != nil {
				t.Fatal(err)
			}
			reader := openWith(t, path, history.Options{Project: "shop", ReadOnly: true})
			if list, err := reader.Runs(history.RunFilter{}); err != nil || len(list) != 1 {
				t.Error(len(list), err)
			}
		})
	}
	t.Chdir(t.TempDir())
	begin(t, open(t, ".hoops/history.db"), "a")
	begin(t, open(t, ":memory:"), "a")
	for _, path := range []string{".hoops/history.db", ":memory:"} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	wants(t, history.Foreign, reopened(".", false))
	must(t, os.WriteFile("plain", nil, 0o666))
	wants(t, history.Failed, reopened("plain/history.db", false))
}
