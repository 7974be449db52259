package cmd_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Jobs that people have, written in the language: testdata/jobs has a project for each, and here each meets a
// server that takes nothing which the real thing would refuse.

// job is a project of testdata/jobs with the server that it is about.
type job struct {
	t    *testing.T
	name string
	url  string
	args []string // of every command
	warn string   // the code of the one warning that it gives
}

func newJob(t *testing.T, name string, h http.Handler) *job {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return &job{t: t, name: name, url: server.URL}
}

// run expects an exit code, and returns what was printed.
func (j *job) run(code int, args ...string) string {
	j.t.Helper()
	all := append(append([]string{args[0], "testdata/jobs/" + j.name, "--url", j.url}, args[1:]...), j.args...)
	got, stdout, stderr := hoops(all...)
	if got != code {
		j.t.Errorf("hoops %s: exit code %d, expected %d\n%s%s", strings.Join(all, " "), got, code, stdout, stderr)
	}
	if warnings := strings.Count(stderr, "warning"); warnings > 0 && (j.warn == "" || warnings != strings.Count(stderr, "["+j.warn+"]")) {
		j.t.Errorf("hoops %s warns:\n%s", strings.Join(all, " "), stderr)
	}
	return stdout
}

// everywhere runs what passes as a test, as a probe and as a load.
func (j *job) everywhere(args ...string) {
	j.t.Helper()
	j.run(0, append([]string{"test"}, args...)...)
	j.run(0, append([]string{"probe"}, args...)...)
	j.run(0, append([]string{"load", "--rate", "5/s", "--duration", "1s"}, args...)...)
}

// What differs in every run.
var (
	takes  = regexp.MustCompile(`(within )?<?\b\d+(\.\d+)?(ns|µs|ms|s|m\d+(\.\d+)?s)\b`)
	tries  = regexp.MustCompile(`\(\d tries\)`)
	ports  = regexp.MustCompile(`127\.0\.0\.1:\d+`)
	header = regexp.MustCompile(`(?m)^run .*\n|^\s*seed .*\n`)
)

// shows compares what people read with testdata/jobs/NAME/WHAT.golden.
func (j *job) shows(what, text string) {
	j.t.Helper()
	text = tries.ReplaceAllString(text, "(4 tries)")
	text = header.ReplaceAllString(ports.ReplaceAllString(takes.ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasPrefix(s, "within ") {
			return s // what was written
		}
		return "0s"
	}), "shop"), "")
	file := filepath.Join("testdata/jobs", j.name, what+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			j.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		j.t.Fatal(err)
	}
	if d := cmp.Diff(string(want), text); d != "" {
		j.t.Errorf("%s (-want +got):\n%s", file, d)
	}
}
