package browser

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/runners/session"
)

var update = flag.Bool("update", false, "write the golden files")

// told keeps what a failure says, if that is golden. Each has to say more than what is wrong: what was there
// instead, or what to do.
func (b *bench) told(t *testing.T, f *session.Failure) {
	if b.says == nil {
		return
	}
	b.says[t.Name()] = toldAs(t, f)
}

// toldAs is a failure as a golden file has it.
func toldAs(t *testing.T, f *session.Failure) string {
	text := f.Code + ": " + f.Message + "\n"
	said := len(f.Help)
	for _, line := range f.Lines {
		if ofThePage.MatchString(line) {
			continue
		}
		said++
		text += "  " + line + "\n"
	}
	if strings.HasPrefix(f.Code, "browser/") && !strings.Contains(f.Message, ", expected ") && said == 0 {
		t.Errorf("%s: nobody is told what to do", f.Message)
	}
	for _, help := range f.Help {
		text += "  help: " + help + "\n"
	}
	return port.ReplaceAllString(text, "$1:PORT")
}

// ofThePage are lines that depend on what else the session has done; TestEvidence holds them.
var ofThePage = regexp.MustCompile(`^(page|no page:|no screenshot:|request|console|dialog|download|evidence) `)

var port = regexp.MustCompile(`(127\.0\.0\.1|localhost):\d{2,}`)

// golden compares the failures of a run with a file: people read them, so that a change of one is looked at.
func (b *bench) golden(t *testing.T, name string, run func()) {
	t.Helper()
	b.says = map[string]string{}
	run()
	if flag.Lookup("test.run").Value.String() != "" && strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		return // not all of them
	}
	var got strings.Builder
	for _, key := range slices.Sorted(maps.Keys(b.says)) {
		got.WriteString(strings.TrimPrefix(key[strings.Index(key, "/")+1:], "together/") + "\n" + b.says[key] + "\n")
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil || got.String() != string(want) {
		t.Errorf("%s differs: run the tests with -update and read the change (%v)\n%s", name, err, got.String())
	}
}
