package cmd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/cmd"
	"github.com/cucumber-value/hoops/examples/shop/shop"
)

// hoops runs the command in this process.
func hoops(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = cmd.Main(args, cmd.Stdio{In: strings.NewReader(""), Out: &out, Err: &errs})
	return code, out.String(), errs.String()
}

// project writes files into a folder of its own.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// witness is software under test that writes down what it was asked, as it came in.
type witness struct {
	mu   sync.Mutex
	seen []string
}

func (w *witness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // what was cut off shows as a difference
	var headers []string
	for name, values := range r.Header {
		headers = append(headers, fmt.Sprintf("%s: %s", name, strings.Join(values, ", ")))
	}
	sort.Strings(headers)
	w.mu.Lock()
	w.seen = append(w.seen, fmt.Sprintf("%s %s %s\n%s\n\n%s", r.Method, r.RequestURI, r.Proto, strings.Join(headers, "\n"), body))
	w.mu.Unlock()
	if r.URL.Path == "/login" {
		http.SetCookie(rw, &http.Cookie{Name: "sid", Value: "s-1"})
		fmt.Fprint(rw, `{"token": "t-12345"}`)
	}
}

// take is what was asked since the last take: each request once, sorted, and how often there was each.
func (w *witness) take() (requests []string, each map[string]int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	each = map[string]int{}
	for _, s := range w.seen {
		if each[s]++; each[s] == 1 {
			requests = append(requests, s)
		}
	}
	w.seen = nil
	sort.Strings(requests)
	return requests, each
}

var reused = map[string]string{
	"a.feature": `Feature: Reuse
  Scenario: Pay for two
    Given "ann & bob" is signed in
    When I POST "/pay?for=two people&by=${token}" with JSON:
      """
      {"token": "${token}", "amount": 12345678901234567890}
      """
    And I POST "/form" with form:
      | name | ann & bob |
    And I GET "/orders/${token}#x" with headers:
      | X-Token | ${token} |
    Then the status is 200
`,
	"s.steps.feature": `@driver:http
Feature: Steps
  Scenario: {user:string} is signed in
    When I POST "/login" with JSON:
      """
      {"user": "${user}"}
      """
    And I keep secret token = body.token
`,
}

// One scenario sends the same requests as a test, under load and as a probe: the server is the witness.
func TestRunnersSendTheSame(t *testing.T) {
	w := &witness{}
	server := httptest.NewServer(w)
	defer server.Close()
	dir := project(t, reused)

	run := func(wantCode int, args ...string) ([]string, map[string]int) {
		t.Helper()
		code, stdout, stderr := hoops(append(args, dir, "--url", server.URL)...)
		if code != wantCode {
			t.Fatalf("hoops %v: exit code %d\n%s%s", args, code, stdout, stderr)
		}
		return w.take()
	}
	test, each := run(0, "test")
	if len(test) != 4 {
		t.Fatalf("a test sent %d requests, expected 4:\n%s", len(test), strings.Join(test, "\n---\n"))
	}
	for r, n := range each {
		if n != 1 {
			t.Errorf("a test sent %d times, expected once:\n%s", n, r)
		}
	}
	probe, _ := run(0, "probe")
	if d := cmp.Diff(test, probe); d != "" {
		t.Errorf("a probe does not send what a test sends (-test +probe):\n%s", d)
	}
	load, each := run(0, "load", "--rate", "10/s", "--duration", "1s")
	if d := cmp.Diff(test, load); d != "" {
		t.Errorf("a load run does not send what a test sends (-test +load):\n%s", d)
	}
	for r, n := range each {
		if n != 10 {
			t.Errorf("10 journeys sent %d times, expected 10:\n%s", n, r)
		}
	}
}

// What fails in CI fails under load and in a probe, with the same words.
func TestRunnersFailTheSame(t *testing.T) {
	server := httptest.NewServer(&witness{})
	defer server.Close()
	dir := project(t, map[string]string{"a.feature": "Feature: F\n  Scenario: S\n    When I POST \"/\"\n    Then the status is 201\n"})
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"test"}, 1},
		{[]string{"probe"}, 2}, // CRITICAL
		{[]string{"probe", "-f", "json"}, 1},
		{[]string{"load", "--rate", "5/s", "--duration", "1s"}, 1},
		{[]string{"load", "--rate", "5/s", "--duration", "1s", "--expect", "p95 < 10s"}, 1},
	} {
		code, stdout, _ := hoops(append(c.args, dir, "--url", server.URL)...)
		if code != c.code || !strings.Contains(stdout, "the status is 200, expected 201") || !strings.Contains(stdout, "a.feature:4") {
			t.Errorf("hoops %v: exit code %d, expected %d and the failing assertion with its place:\n%s", c.args, code, c.code, stdout)
		}
	}
}

// verdict is what the JSON report says of a stage.
type report struct {
	Outcome string
	Stages  []struct{ Name, Outcome string }
}

func (r report) caughtBy() (stages []string) {
	for _, s := range r.Stages {
		if s.Outcome == "failed" {
			stages = append(stages, s.Name)
		}
	}
	return stages
}

// Every fault of the shop is caught, and the table says by which stage at least.
func TestFaultsOfTheShop(t *testing.T) {
	for fault, stage := range map[string]string{
		"":                  "",
		"slow":              "value",
		"wrong-total":       "uat",
		"lost-order":        "uat",
		"double-charge":     "uat",
		"session-mixup":     "uat",
		"declined-as-paid":  "uat",
		"search-misses":     "uat",
		"errors-under-load": "load",
	} {
		t.Run("fault "+fault, func(t *testing.T) {
			t.Parallel()
			s, err := shop.New(shop.Config{Fault: shop.Fault(fault), SeedUsers: 400})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			server := httptest.NewServer(s)
			defer server.Close()
			file := filepath.Join(t.TempDir(), "run.json")
			args := []string{"run", "../examples/shop", "uat", "value", "--url", server.URL, "-f", "json:" + file}
			if stage == "load" {
				args = []string{"load", "../examples/shop", "--rate", "60/s", "--duration", "3s", "--url", server.URL, "-f", "json:" + file}
			}
			code, stdout, stderr := hoops(args...)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("exit code %d, no report: %v\n%s%s", code, err, stdout, stderr)
			}
			var r report
			if err := json.Unmarshal(text, &r); err != nil {
				t.Fatal(err)
			}
			caught := r.caughtBy()
			switch {
			case stage == "" && (code == 1 || len(caught) > 0):
				t.Errorf("a shop without a fault fails in %v:\n%s", caught, text)
			case stage != "" && (code != 1 || !slices.Contains(caught, stage)):
				t.Errorf("exit code %d, caught by %v, expected by %s\n%s", code, caught, stage, text)
			}
		})
	}
}

// Checkout is refused where writes are, before anything is sent, and the first step that writes is named.
func TestWritesAreRefused(t *testing.T) {
	code, stdout, stderr := hoops("probe", "../examples/shop", "--name", "Pay for one product", "--url", "https://shop.example", "-f", "pretty")
	if code != 2 || !strings.Contains(stderr, "[effects/writes]") || !strings.Contains(stderr, "features/checkout.feature:") || !strings.Contains(stderr, "the first step that writes") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

// vegeta's own command reads the results file and finds what hoops found.
func TestVegetaReadsTheResults(t *testing.T) {
	vegeta := filepath.Join(t.TempDir(), "vegeta")
	if out, err := exec.Command("go", "build", "-o", vegeta, "github.com/tsenart/vegeta/v12").CombinedOutput(); err != nil {
		t.Fatalf("vegeta cannot be built: %v\n%s", err, out)
	}
	n := 0
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n++
		k := n
		mu.Unlock()
		if k%10 == 0 { // p95 lies in the midst of the slow ones, where estimators agree
			time.Sleep(40 * time.Millisecond)
		}
		if k%50 == 0 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer server.Close()
	dir := project(t, map[string]string{"a.feature": "Feature: F\n  Scenario: S\n    When I GET \"/a\"\n    Then the status is 200\n"})
	results, file := filepath.Join(dir, "results.bin"), filepath.Join(dir, "run.json")
	if code, stdout, stderr := hoops("load", dir, "--url", server.URL, "--rate", "200/s", "--duration", "2s", "--results", results, "-f", "json:"+file); code != 1 {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	var theirs struct {
		Requests     int            `json:"requests"`
		Latencies    map[string]int `json:"latencies"` // nanoseconds
		StatusCodes  map[string]int `json:"status_codes"`
		SuccessRatio float64        `json:"success"`
	}
	out, err := exec.Command(vegeta, "report", "-type=json", results).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &theirs); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var ours struct {
		Stages []struct {
			Load struct {
				Requests struct {
					Count, Failed int
					Latency       struct{ P95 string }
				}
			}
		}
	}
	if err := json.Unmarshal(text, &ours); err != nil {
		t.Fatal(err)
	}
	requests := ours.Stages[0].Load.Requests
	if theirs.Requests != 400 || requests.Count != 400 {
		t.Errorf("vegeta counts %d requests, hoops %d, expected 400", theirs.Requests, requests.Count)
	}
	if theirs.StatusCodes["500"] != 8 || requests.Failed != 8 {
		t.Errorf("vegeta counts %d errors, hoops %d, expected 8", theirs.StatusCodes["500"], requests.Failed)
	}
	p95, err := time.ParseDuration(requests.Latency.P95)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if ratio := float64(p95) / float64(theirs.Latencies["95th"]); ratio < 0.98 || ratio > 1.02 {
		t.Errorf("p95 is %s for hoops and %s for vegeta", p95, time.Duration(theirs.Latencies["95th"]))
	}
	plot, err := exec.Command(vegeta, "plot", results).Output()
	if err != nil {
		t.Fatal(err)
	}
	if points := plotted(string(plot)); points != 400 {
		t.Errorf("the plot has %d points, expected 400", points)
	}
}

// plotted counts the points of vegeta's page: its data is a list of rows, one a point.
func plotted(page string) int {
	_, data, ok := strings.Cut(page, "const rowData = ")
	if !ok {
		return -1
	}
	var rows [][]any
	if err := json.NewDecoder(strings.NewReader(data)).Decode(&rows); err != nil {
		return -1
	}
	return len(rows)
}
