package cmd_test

import (
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Software that hoops starts and stops by itself is known to its end: two runs under one release are one window
// without a gap, and hoops value judges both when nothing runs any more.
func TestValueOfSoftwareThatHoopsStarts(t *testing.T) {
	s := &story{t: t, dir: t.TempDir(), port: freePort(t)}
	metrics := httptest.NewServer(http.HandlerFunc(s.metrics))
	defer metrics.Close()
	if err := os.CopyFS(s.dir, os.DirFS("../examples/calculator")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "hoops.yaml"), fmt.Appendf(nil, `project: calculator
environments:
  ci:
    url: http://127.0.0.1:%s
    start: {run: "exec %s --port %[1]s", ready: /healthz, within: 20s}
    openmetrics: %[3]s/metrics
measures:
  silly mistakes: {count: calculator_mistakes_total, per: calculator_sums_total, from: openmetrics, better: lower}
stages:
  uat: {run: functional, release: "1.0"}
  value: {run: value}
  after: {run: functional}
`, s.port, filepath.Join(binaries, "calculator"), metrics.URL), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s.past += time.Hour // in which nothing runs
		s.born = s.past
		if code, out, _ := s.said("run", s.dir); code != 0 || !strings.Contains(out, "DELIVERED  make 0 silly mistakes") {
			t.Errorf("exit code %d:\n%s", code, out)
		}
	}
	code, out, _ := s.said("value", s.dir)
	// Each run adds two numbers in each of its two functional stages, the second behind the judge.
	if want := "since release 1.0"; code != 0 || !strings.Contains(out, "DELIVERED  make 0 silly mistakes") || !strings.Contains(out, want) {
		t.Errorf("exit code %d, expected %q:\n%s", code, want, out)
	}
	if !strings.Contains(out, "the endpoint was not read now: it is judged by the last look that was kept") || strings.Contains(out, "of it watched") {
		t.Error(out)
	}
}

// The metrics are asked over the certificates of the environment: without its ca they are not.
func TestMetricsOverTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/metrics":
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, "# TYPE mistakes_total counter\nmistakes_total 0\n# TYPE sums_total counter\nsums_total 6\n")
		case "/refunds.json":
			fmt.Fprint(w, `{"refunds": 0, "orders": 10}`)
		case "/complaints.csv":
			fmt.Fprint(w, "time,n\n2020-01-01T00:00:00Z,0\n")
		default:
			fmt.Fprint(w, `{"status":"error","errorType":"bad_data","error":"nobody counts here"}`)
		}
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of those who do not trust it
	server.StartTLS()
	defer server.Close()
	s := &story{t: t, dir: t.TempDir()}
	files := map[string]string{
		"ca.pem":             string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})),
		"bad.pem":            "this is no certificate",
		"features/a.feature": "Feature: A\n  In order to make 0 mistakes and have 0 refunds and have at most 5 complaints and have 0 losses\n",
		"hoops.yaml": `project: shop
environments:
  trusted: {url: "` + server.URL + `", openmetrics: "${env.url}/metrics", prometheus: "${env.url}", tls: {ca: ca.pem}}
  careless: {url: "` + server.URL + `", openmetrics: "${env.url}/metrics", prometheus: "${env.url}", tls: {insecure: true}}
  strange: {url: "` + server.URL + `", openmetrics: "${env.url}/metrics", prometheus: "${env.url}"}
  broken: {url: "` + server.URL + `", openmetrics: "${env.url}/metrics", prometheus: "${env.url}", tls: {ca: bad.pem}}
measures:
  mistakes: {count: mistakes_total, per: sums_total, from: openmetrics, better: lower}
  refunds: {from: json, url: "${env.url}/refunds.json", count: refunds, per: orders, better: lower}
  complaints: {from: csv, url: "${env.url}/complaints.csv", count: n, better: lower}
  losses: {from: prometheus, count: losses_total, per: sums_total, better: lower}
`,
	}
	if err := os.Mkdir(filepath.Join(s.dir, "features"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for env, want := range map[string][]string{
		"trusted":  {"0 mistakes in 6 sums", "0 refunds in 10 orders", "0 complaints", "refused the query: nobody counts here"},
		"careless": {"0 mistakes in 6 sums", "0 refunds in 10 orders", "0 complaints", "refused the query: nobody counts here"},
		"strange":  {"has a certificate that is not trusted here", "/refunds.json has a cert", "/complaints.csv has a cert", "tls: of the environment names its ca"},
		"broken":   {"environment broken: tls: ca: "},
	} {
		_, out, stderr := s.said("value", s.dir, "--env", env, "--since", "36500d", "--no-history")
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: expected %q:\n%s%s", env, w, out, stderr)
			}
		}
		if env == "broken" && (strings.Contains(out, "DELIVERED") || strings.Count(out, "environment broken: tls: ca: ") < 4) {
			t.Error(out)
		}
	}
}
