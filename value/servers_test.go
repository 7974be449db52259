package value

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// exposition writes a server's past: each series scraped once a minute.
type exposition struct {
	order []string
	lines map[string][]string
}

func (x *exposition) every(name, labels string, from, to time.Time, step time.Duration, value func(at time.Time) string) {
	if x.lines == nil {
		x.lines = map[string][]string{}
	}
	if x.lines[name] == nil {
		x.order = append(x.order, name)
	}
	for at := from; !at.After(to); at = at.Add(step) {
		if v := value(at); v != "" {
			x.lines[name] = append(x.lines[name], fmt.Sprintf("%s{%s} %s %d\n", name, labels, v, at.Unix()))
		}
	}
}

func (x *exposition) String() string {
	var b strings.Builder
	for _, name := range x.order {
		for _, line := range x.lines[name] {
			b.WriteString(line)
		}
	}
	return b.String() + "# EOF\n"
}

// prometheusServer is a real server with a past. Where there is none the test says so loudly, and fails under CI.
func prometheusServer(t testing.TB, past *exposition) (url string, stop func()) {
	t.Helper()
	binary, err := exec.LookPath("prometheus")
	tool, err2 := exec.LookPath("promtool")
	if err != nil || err2 != nil {
		text := fmt.Sprintf("NOT TESTED: %s needs prometheus, which is not here: apt-get install prometheus", t.Name())
		fmt.Fprintln(os.Stderr, text)
		if os.Getenv("CI") != "" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
	dir := t.TempDir()
	file, config := filepath.Join(dir, "past.txt"), filepath.Join(dir, "prometheus.yml")
	for name, text := range map[string]string{file: past.String(), config: "scrape_configs: []\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command(tool, "tsdb", "create-blocks-from", "openmetrics", file, filepath.Join(dir, "data")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	var log bytes.Buffer
	cmd := exec.Command(binary, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--storage.tsdb.retention.time=50y", "--web.listen-address="+address)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := false
	stop = func() {
		if over {
			return
		}
		over = true
		_ = cmd.Process.Signal(os.Interrupt)
		timer := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		_ = cmd.Wait()
	}
	t.Cleanup(stop)
	url = "http://" + address
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if res, err := http.Get(url + "/-/ready"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return url, stop
			}
		}
	}
	t.Fatalf("prometheus is not ready\n%s", log.String())
	return "", nil
}
