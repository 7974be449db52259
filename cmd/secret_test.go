package cmd_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/cucumber-value/hoops/cmd"
	"github.com/cucumber-value/hoops/reporters"
)

// What must be seen nowhere, and what each of them is.
var canaries = map[string]string{
	"bearer":   "canary-bearer-71c2",
	"password": "canary/password ä+9b",
	"key":      "canary&key=5f\"e1",
	"session":  "canary-session-c04d",
	"cookie":   "canary-cookie-aa10",
	"file":     "canary-file-3e77",
	"shell":    "canary'shell-8d21",
}

// leaks finds a canary as it is and as it travels: percent-encoded or within JSON.
func leaks(text string) string {
	for what, c := range canaries {
		quoted := fmt.Sprintf("%q", c)
		for _, form := range []string{c, url.QueryEscape(c), url.PathEscape(c), quoted[1 : len(quoted)-1]} {
			if strings.Contains(text, form) {
				return what
			}
		}
	}
	return ""
}

// echo answers 500 and says everything that it was told; it remembers which canaries reached it.
type echo struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/login" {
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: canaries["cookie"]})
		fmt.Fprintf(w, `{"session": %q}`, canaries["session"])
		return
	}
	body, _ := io.ReadAll(r.Body)
	var all strings.Builder
	fmt.Fprintf(&all, "%s %s\n", r.Method, r.URL)
	r.Header.Write(&all)
	all.Write(body)
	user, password, _ := r.BasicAuth()
	e.mu.Lock()
	for what, c := range canaries {
		if strings.Contains(all.String()+user+password+r.URL.Query().Get("key"), c) {
			e.seen[what] = true
		}
	}
	e.mu.Unlock()
	w.Header().Set("X-Echo", r.Header.Get("Authorization"))
	w.WriteHeader(http.StatusInternalServerError)
	io.WriteString(w, all.String()+password)
}

const secretProject = `project: leaks
environments:
  bearer:
    url: "URL"
    auth: {bearer: "${secret.bearer}"}
    openmetrics: "URL/metrics?key=${secret.key}"
  basic:
    url: "URL"
    auth: {user: ann, password: "${secret.password}"}
  talkative:
    url: http://127.0.0.1:9
    start: {run: "cat SECRETFILE; exit 1", within: 5s}
measures:
  mistakes: {count: mistakes_total, per: sums_total, from: openmetrics, better: lower}
stages:
  uat: {run: functional, env: bearer}
  value: {run: value, env: bearer}
`

const secretFeature = `Feature: Leaks
  In order to make 0 mistakes

  Scenario: Over HTTP
    When I POST "/login"
    Then I keep secret session = body.session
    When I POST "/orders?key=${secret.key}" with JSON:
      """
      {"session": "${session}", "key": "${secret.key}"}
      """
    Then the status is 200

  Scenario: An expectation about it
    When I POST "/login"
    Then I keep secret session = body.session
    And I expect body.session == secret.key

  Scenario: A schema of words
    When I GET "/${secret.key}/${secret.file}"
    Then the response has JSON:
      """
      {"key": "${secret.key}"}
      """

  @driver:shell
  Scenario: In a shell
    When I run:
      """
      echo ${secret.shell}; echo ${secret.shell} >&2; exit 3
      """
    Then the exit code is 0
`

// TestSecrets plants secrets wherever hoops handles text, and looks for them wherever hoops writes any.
func TestSecrets(t *testing.T) {
	software := &echo{seen: map[string]bool{}}
	server := httptest.NewServer(software)
	defer server.Close()
	project, reports := t.TempDir(), t.TempDir()
	secretFile := filepath.Join(t.TempDir(), "secret")
	write(t, secretFile, canaries["file"])
	write(t, filepath.Join(project, "hoops.yaml"), strings.NewReplacer("URL", server.URL, "SECRETFILE", secretFile).Replace(secretProject))
	write(t, filepath.Join(project, "leaks.feature"), secretFeature)
	for _, name := range []string{"bearer", "password", "key", "shell"} {
		t.Setenv("HOOPS_SECRET_"+strings.ToUpper(name), canaries[name])
	}
	t.Setenv("HOOPS_SECRET_FILE_FILE", secretFile)

	var formats []string
	for _, f := range reporters.Formats() {
		formats = append(formats, "-f", f+":"+filepath.Join(reports, f))
	}
	for _, run := range []struct {
		code int
		args []string
	}{
		{0, []string{"check"}},
		{0, []string{"show"}},
		{0, []string{"build", "-o", filepath.Join(reports, "leaks.hoops")}},
		{1, []string{"test", "--allow", "shell", "--env", "bearer", "-v"}},
		{1, append([]string{"test", "--allow", "shell", "--env", "bearer"}, formats...)},
		{1, []string{"test", "--allow", "shell", "--env", "basic", "-v"}},
		{1, append([]string{"run", "--allow", "shell"}, formats...)},
		{3, []string{"test", "--allow", "shell", "--env", "talkative"}},
		{4, []string{"value"}},
		{1, []string{"test", "--allow", "shell", "--env", "bearer", "--url", server.URL + "/" + url.PathEscape(canaries["key"])}},
		{2, []string{"test", "--allow", "shell", "--env", "bearer", "--url", server.URL + "/?key=" + url.QueryEscape(canaries["key"])}},
		{2, []string{"test", "--allow", canaries["bearer"]}},
	} {
		t.Run(strings.Join(run.args[:min(5, len(run.args))], " "), func(t *testing.T) {
			args := append([]string{run.args[0], project}, run.args[1:]...)
			var out, err bytes.Buffer
			if code := cmd.Main(args, cmd.Stdio{In: strings.NewReader(""), Out: &out, Err: &err}); code != run.code {
				t.Errorf("exit code %d, expected %d:\n%s%s", code, run.code, out.String(), err.String())
			}
			if what := leaks(out.String() + err.String()); what != "" {
				t.Errorf("%s is seen in:\n%s%s", what, out.String(), err.String())
			}
			if run.code == 1 && len(run.args) == 5 && !strings.Contains(out.String(), "out: ***") {
				t.Errorf("expected the masked output of the script:\n%s", out.String())
			}
			fs.WalkDir(os.DirFS(reports), ".", func(name string, entry fs.DirEntry, err error) error {
				if err != nil || entry.IsDir() {
					return err
				}
				data, err := os.ReadFile(filepath.Join(reports, name))
				if what := leaks(string(data)); what != "" || err != nil {
					t.Errorf("%s is seen in %s: %v\n%s", what, name, err, data)
				}
				return nil
			})
		})
	}
	for _, what := range []string{"bearer", "password", "key", "session", "cookie"} {
		if !software.seen[what] {
			t.Errorf("%s never reached the software: this test tests nothing", what)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// faulty panics with a secret the first time it is written to.
type faulty struct {
	text bytes.Buffer
	once sync.Once
}

func (f *faulty) Write(b []byte) (int, error) {
	f.once.Do(func() { panic("a fault near " + canaries["bearer"]) })
	return f.text.Write(b)
}

// TestPanic is about a fault of hoops: exit code 3, and masked as everything else.
func TestPanic(t *testing.T) {
	server := httptest.NewServer(&echo{seen: map[string]bool{}})
	defer server.Close()
	project := t.TempDir()
	secretFile := filepath.Join(project, "secret")
	write(t, secretFile, canaries["file"])
	write(t, filepath.Join(project, "hoops.yaml"), strings.NewReplacer("URL", server.URL, "SECRETFILE", secretFile).Replace(secretProject))
	write(t, filepath.Join(project, "hello.feature"), "Feature: Hello\n  Scenario: Say hello\n    When I GET \"/\"\n")
	t.Setenv("HOOPS_SECRET_BEARER", canaries["bearer"])
	t.Setenv("HOOPS_SECRET_KEY", canaries["key"])
	for _, env := range []string{"talkative", "bearer"} { // the first fault is in the command, the second in a report
		t.Run(env, func(t *testing.T) {
			var bad faulty
			var good bytes.Buffer
			stdio := cmd.Stdio{In: strings.NewReader(""), Out: &bad, Err: &good}
			if env == "talkative" {
				stdio.Out, stdio.Err = &good, &bad
			}
			code := cmd.Main([]string{"test", project, "--env", env}, stdio)
			said := good.String() + bad.text.String()
			if code != 3 {
				t.Errorf("exit code %d, expected 3:\n%s", code, said)
			}
			if leaks(said) != "" || !strings.Contains(said, "a fault near ***") {
				t.Errorf("expected the fault, masked:\n%s", said)
			}
		})
	}
}
