//go:build linux

package load

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"

	driver "github.com/cucumber-value/hoops/runners/driver/http"
)

// starvedAt is how a test process with few open files knows where the server is.
const starvedAt = "HOOPS_TEST_STARVED_AT"

// starved is what such a process says of its load.
type starved struct {
	Journeys runners.Group
	Outcome  runners.Outcome
	Notices  []string
}

// A machine that has no more open files to give is named, and not the software: what it did is counted all the same.
func TestNoOpenFilesLeft(t *testing.T) {
	if url := os.Getenv(starvedAt); url != "" {
		starve(t, url)
		return
	}
	var seen atomic.Int64
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if seen.Add(1) > 20 { // these wait, and keep their files
			select {
			case <-r.Context().Done():
			case <-over:
			}
		}
	}))
	defer server.Close()
	defer close(over)
	child := exec.Command(os.Args[0], "-test.run=^TestNoOpenFilesLeft$", "-test.v")
	child.Env = append(os.Environ(), starvedAt+"="+server.URL)
	said, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	_, line, _ := strings.Cut(string(said), "STARVED ")
	line, _, _ = strings.Cut(line, "\n")
	var got starved
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	files, named := int64(0), ""
	for _, c := range got.Journeys.Errors {
		if strings.Contains(c.Key, "too many open files") {
			files += c.Count
		}
	}
	for _, n := range got.Notices {
		if strings.Contains(n, "journeys failed for hoops itself: it had no open files left") {
			named = n
		}
	}
	j := got.Journeys
	if j.Count != 200 || j.Count-j.Failed < 20 || files < 80 || got.Outcome != runners.GateFailed {
		t.Errorf("%+v, %d for want of files", got, files)
	}
	if want := fmt.Sprintf("%d journeys failed for hoops itself: it had no open files left (ulimit -n); the software was not asked", files); named != want {
		t.Errorf("%q, expected %q", named, want)
	}
}

// starve puts a load on url with a few more open files than there are already.
func starve(t *testing.T, url string) {
	_, used, err := openFiles()
	if err != nil {
		t.Fatal(err)
	}
	few := uint64(used + spare + 4)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: few, Max: few}); err != nil {
		t.Fatal(err)
	}
	p := &ir.Program{}
	plan := planOf(p, scenarioOf(p, "look", "GET /", "the status is 200"))
	plan.Env.URL, plan.Env.Timeout = ir.Literal(url), ir.Duration(2*time.Second)
	drivers := func() []session.Driver {
		return []session.Driver{driver.New(driver.Config{Version: "test", Fast: true})}
	}
	told := loaded(t, t.Context(), &Runner{Drivers: drivers, Profile: profileOf(t, "400/s for 500ms")}, plan)
	if told.err != nil {
		t.Fatal(told.err)
	}
	out := starved{Journeys: told.group(OfJourneys, ""), Outcome: told.end.Outcome}
	out.Journeys.Histogram = ""
	for _, n := range told.notices {
		out.Notices = append(out.Notices, n.Message)
	}
	line, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\nSTARVED %s\n", line)
}
