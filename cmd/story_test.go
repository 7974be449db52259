package cmd_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/cmd"
)

// story is a calculator in production, by a clock that goes on by hours while the test goes on by moments.
type story struct {
	t    *testing.T
	dir  string
	port string
	past time.Duration // by which the clock is ahead
	born time.Duration // by which it was when the calculator was started
}

// metrics are those of the calculator, with the time of its start by the clock of the story.
func (s *story) metrics(w http.ResponseWriter, _ *http.Request) {
	answer, err := http.Get("http://127.0.0.1:" + s.port + "/metrics")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Error(err)
	}
	w.Header().Set("Content-Type", answer.Header.Get("Content-Type"))
	w.Write(started.ReplaceAllFunc(text, func(line []byte) []byte {
		at, err := strconv.ParseFloat(string(started.FindSubmatch(line)[1]), 64)
		if err != nil {
			s.t.Error(err)
		}
		return []byte("\nprocess_start_time_seconds " + strconv.FormatFloat(at+s.born.Seconds(), 'f', 2, 64))
	}))
}

var started = regexp.MustCompile(`\nprocess_start_time_seconds (\S+)`)

func (s *story) hoops(args ...string) (code int, out string) {
	s.t.Helper()
	code, out, said := s.said(args...)
	if said != "" {
		s.t.Errorf("hoops %s: %s", strings.Join(args, " "), said)
	}
	return code, out
}

func (s *story) said(args ...string) (code int, out, stderr string) {
	var stdout, said bytes.Buffer
	now := func() time.Time { return time.Now().Add(s.past) }
	code = cmd.MainAt(now, args, cmd.Stdio{In: strings.NewReader(""), Out: &stdout, Err: &said})
	return code, stdout.String(), said.String()
}

// deploy starts a calculator that makes so many mistakes, and returns when it answers.
func (s *story) deploy(mistakes string) (stop func()) {
	s.t.Helper()
	c := exec.Command(filepath.Join(binaries, "calculator"), "--port", s.port, "--mistakes", mistakes)
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.born = s.past
	ended := false
	stop = func() {
		if !ended {
			ended = true
			c.Process.Kill()
			c.Wait()
		}
	}
	s.t.Cleanup(stop)
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		if connection, err := net.Dial("tcp", "127.0.0.1:"+s.port); err == nil {
			connection.Close()
			return stop
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.t.Fatal("the calculator does not answer")
	return nil
}

// sums are asked for by people.
func (s *story) sums(n int) {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	people := &http.Client{Jar: jar}
	post := func(path, body string) {
		answer, err := people.Post("http://127.0.0.1:"+s.port+path, "application/json", strings.NewReader(body))
		if err != nil {
			s.t.Fatal(err)
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
	for range n {
		post("/numbers", `{"number": 2}`)
		post("/numbers", `{"number": 3}`)
		post("/add", "")
	}
}

// verdict is what hoops value says of the promise, without times.
func (s *story) verdict(want int) string {
	s.t.Helper()
	code, out := s.hoops("value", s.dir)
	if code != want {
		s.t.Errorf("hoops value: exit code %d, expected %d:\n%s", code, want, out)
	}
	for _, c := range changing {
		out = c.what.ReplaceAllString(out, c.by)
	}
	for line := range strings.Lines(out) {
		if strings.Contains(line, "make fewer silly mistakes") {
			return strings.TrimSpace(line)
		}
	}
	return out
}

// The story that hoops was written for: release 1 makes silly mistakes, release 2 makes fewer. With too few sums
// nobody can know that yet; with enough of them it is delivered, and a later release that slips is missed.
func TestStoryOfTheCalculator(t *testing.T) {
	s := &story{t: t, dir: t.TempDir(), port: freePort(t)}
	metrics := httptest.NewServer(http.HandlerFunc(s.metrics))
	defer metrics.Close()
	if err := os.CopyFS(s.dir, os.DirFS("../examples/calculator")); err != nil {
		t.Fatal(err)
	}
	rewrite(t, filepath.Join(s.dir, "features/addition.feature"), "make 0 silly mistakes", "make fewer silly mistakes")
	if err := os.WriteFile(filepath.Join(s.dir, "hoops.yaml"), []byte(`project: calculator
environments:
  production: {url: "http://127.0.0.1:`+s.port+`", openmetrics: "`+metrics.URL+`/metrics"}
measures:
  silly mistakes: {count: calculator_mistakes_total, per: calculator_sums_total, from: openmetrics, better: lower}
`), 0o644); err != nil {
		t.Fatal(err)
	}
	var told []string
	release := func(version, mistakes string, stop func()) func() {
		if stop != nil {
			stop()
			s.past += time.Minute // a process says when it started to the second only
		}
		stop = s.deploy(mistakes)
		if code, out := s.hoops("release", version, s.dir); code != 0 || !strings.Contains(out, "so the window of "+version+" begins here") {
			t.Errorf("exit code %d: %s", code, out)
		}
		return stop
	}
	later := func(sums int, by time.Duration) {
		s.sums(sums)
		s.past += by
	}

	stop := release("1", "1-in-4", nil)
	later(400, 4*time.Hour)
	told = append(told, s.verdict(4))

	stop = release("2", "1-in-40", stop)
	later(12, 30*time.Minute)
	told = append(told, s.verdict(4))
	later(388, 210*time.Minute)
	told = append(told, s.verdict(0))
	told = append(told, s.verdict(0)) // asked again, it says the same

	stop = release("3", "1-in-4", stop)
	later(400, 4*time.Hour)
	told = append(told, s.verdict(1))
	stop()

	golden := filepath.Join("testdata", "story.golden")
	got := strings.Join(told, "\n") + "\n"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
	if code, out := s.hoops("history", s.dir); code != 0 || strings.Count(out, "value on production") != 5 {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func rewrite(t *testing.T, name, old, by string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil || !bytes.Contains(text, []byte(old)) {
		t.Fatalf("%s has no %q: %v", name, old, err)
	}
	if err := os.WriteFile(name, bytes.Replace(text, []byte(old), []byte(by), 1), 0o644); err != nil {
		t.Fatal(err)
	}
}
