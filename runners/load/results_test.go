package load

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	driver "github.com/cucumber-value/hoops/runners/driver/http"
	"github.com/cucumber-value/hoops/runners/session"
)

func httpDrivers() []session.Driver {
	return []session.Driver{driver.New(driver.Config{Version: "test"})}
}

// Over real sockets: every wrong answer is counted, the results file says what we say, and nothing is left
// running.
func TestOverHTTP(t *testing.T) {
	before := runtime.NumGoroutine()
	var n, wrong atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			k := n.Add(1)
			if k%5 == 0 { // p95 lies in the midst of the slow ones, where estimators agree
				time.Sleep(40 * time.Millisecond)
			}
			if k%100 == 0 {
				wrong.Add(1)
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			w.WriteHeader(http.StatusCreated)
		}
		io.WriteString(w, "hello")
	}))
	p := &ir.Program{}
	plan := planOf(p, scenarioOf(p, "buy", "GET /", "the status is 200", "POST /pay", "the status is 201"))
	plan.Env.URL = ir.Literal(srv.URL)
	var file bytes.Buffer
	got := loaded(t, t.Context(), &Runner{Drivers: httpDrivers, Profile: profileOf(t, "300/s for 2s"), Results: &file, Expect: expects("errors < 2%", "p95 < 5s")}, plan)
	srv.Close()
	if got.err != nil || got.end.Outcome != runners.GatePassed {
		t.Fatalf("%v, %q %s", got.err, got.end.Outcome, got.end.Message)
	}
	g := got.group(OfJourneys, "")
	if g.Count != 600 || g.Failed != 6 || wrong.Load() != 6 || got.group(OfRequest, "POST /pay").Codes[500] != 6 {
		t.Errorf("%d wrong answers: %+v", wrong.Load(), g)
	}

	var metrics vegeta.Metrics
	next := map[string]uint64{}
	var last time.Time
	codes := map[int]int64{}
	failed := int64(0)
	var took []time.Duration
	decode := vegeta.DecoderFor(&file)
	for {
		var r vegeta.Result
		if err := decode(&r); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if r.Seq != next[r.Attack] || r.Timestamp.Before(last) {
			t.Fatalf("%s: %d at %s, after %d at %s", r.Attack, r.Seq, r.Timestamp, next[r.Attack], last)
		}
		next[r.Attack]++
		last = r.Timestamp
		codes[int(r.Code)]++
		if r.Error != "" {
			failed++
		}
		metrics.Add(&r)
		took = append(took, r.Latency)
	}
	metrics.Close()
	requests := got.group(OfRequests, "")
	if metrics.Requests != 1200 || requests.Count != 1200 || next["GET /"] != 600 || next["POST /pay"] != 600 {
		t.Errorf("%d requests, %v; %d", metrics.Requests, next, requests.Count)
	}
	if requests.Failed != failed || int64(float64(metrics.Requests)*(1-metrics.Success)+.5) != failed {
		t.Errorf("%d failed, %d in the file, success %g", requests.Failed, failed, metrics.Success)
	}
	for code, n := range codes {
		if requests.Codes[code] != n {
			t.Errorf("%d: %d, %d in the file", code, requests.Codes[code], n)
		}
	}
	slices.Sort(took)
	if ours, exact := got.latency(OfRequests, "", "p95"), took[len(took)*95/100-1]; (ours - exact).Abs() > exact/1000 {
		t.Errorf("p95 %s, exactly %s", ours, exact)
	}
	if metrics.BytesIn.Total == 0 || metrics.Errors[0] != "500 Internal Server Error" {
		t.Errorf("%+v", metrics)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond) // connections end in their own time
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

func TestNoAnswerAtAll(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	p := &ir.Program{}
	plan := planOf(p, scenarioOf(p, "look", "GET /"))
	plan.Env.URL = ir.Literal(srv.URL)
	var file bytes.Buffer
	got := loaded(t, t.Context(), &Runner{Drivers: httpDrivers, Profile: profileOf(t, "100/s for 200ms"), Results: &file}, plan)
	if g := got.group(OfRequests, ""); g.Count != 20 || g.Failed != 20 || got.end.Outcome != runners.GateFailed || len(g.Errors) != 1 {
		t.Errorf("%+v, %s", g, got.end.Message)
	}
	if g := got.group(OfJourneys, ""); len(g.Errors) != 1 || !strings.HasPrefix(g.Errors[0].Key, "f.feature:4 When GET / – ") || g.Errors[0].Count != 20 {
		t.Errorf("%+v", g.Errors)
	}
	var r vegeta.Result
	if err := vegeta.NewDecoder(&file)(&r); err != nil || r.Code != 0 || r.Error == "" {
		t.Errorf("%v %+v", err, r)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

// A results file that cannot be written is an error, and the run is judged all the same.
func TestResultsThatCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		got := loaded(t, t.Context(), &Runner{Drivers: answers(200, 0).drivers, Profile: profileOf(t, "10/s for 1s"), Results: brokenWriter{}}, planOf(p, scenarioOf(p, "look", "GET /")))
		if got.err == nil || got.err.Error() != "the disk is full" || got.end.Outcome != runners.GatePassed || got.group(OfJourneys, "").Count != 10 {
			t.Errorf("%v, %+v", got.err, got.end)
		}
	})
}

// Secrets get into no cause and no record.
func TestSecretsAreMasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		plan := planOf(p, scenarioOf(p, "look", "GET /"))
		if err := plan.Secrets.Add("hunter2hunter2"); err != nil {
			t.Fatal(err)
		}
		serve := server(func(context.Context, string, string) (int, error) { return 0, errors.New("denied: hunter2hunter2") })
		var file bytes.Buffer
		got := loaded(t, t.Context(), &Runner{Drivers: serve.drivers, Profile: profileOf(t, "1/s for 1s"), Results: &file}, plan)
		if bytes.Contains(file.Bytes(), []byte("hunter2")) || !bytes.Contains(file.Bytes(), []byte("denied: ***")) {
			t.Errorf("%q", file.Bytes())
		}
		if k := got.group(OfJourneys, "").Errors[0].Key; k != "f.feature:4 When GET / – no answer: denied: ***" {
			t.Error(k)
		}
	})
}

// A secret of one journey is masked in what outlives it: after some thousands of others nobody remembers it.
func TestSecretsOfOneJourneyAreMasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		s := scenarioOf(p, "log in", "wait 1ms", "POST /x")
		s.Steps[0].Bindings[0].Op = &ir.Keep{Name: "token", Expr: "uuid()", Secret: true}
		s.Steps[1].Bindings[0].Op.(*ir.Request).Target = ir.Template{{Expr: "token", Place: ir.Segment}}
		token := ""
		serve := server(func(_ context.Context, _, target string) (int, error) {
			if token == "" {
				token = target
				return 0, errors.New("nobody has the token " + target)
			}
			return 200, nil
		})
		var file bytes.Buffer
		got := loaded(t, t.Context(), &Runner{Drivers: serve.drivers, Profile: profileOf(t, "2000/s for 5s"), Results: &file}, planOf(p, s))
		for _, g := range got.final.Groups {
			for _, c := range g.Errors {
				if strings.Contains(c.Key, token) || !strings.Contains(c.Key, "nobody has the token ***") {
					t.Errorf("%s: %s", g.Of, c.Key)
				}
			}
		}
		if token == "" || bytes.Contains(file.Bytes(), []byte(token)) || got.group(OfJourneys, "").Failed != 1 {
			t.Errorf("%q is in the file, or never was", token)
		}
	})
}

// More requests than memory is given are laid aside, and come back in the order of their times, numbered without a
// gap, with no file left.
func TestResultsBeyondMemory(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	var file bytes.Buffer
	r := &run{Runner: &Runner{Results: &file}, shards: []*shard{newShard(true), newShard(true)}, emit: func(runners.Event) {}}
	const count = 5*mostHits + 7
	for i := range count {
		began := time.Unix(0, int64(i*7919%count)*1000) // each once, in no order
		name, cause := []string{"GET /", "POST /pay", "GET /{id}"}[i%3], ""
		if i%100 == 0 {
			cause = "500 Internal Server Error"
		}
		m := Measurement{Failed: cause != "", Cause: cause}
		r.shard(uint64(i%5)).request(name, m, newHit(session.Sample{Name: name, Began: began, Duration: time.Duration(i), Code: 200, Received: int64(i)}, m.Failed))
	}
	if err := r.flush(); err != nil {
		t.Fatal(err)
	}
	left, _ := os.ReadDir(folder)
	if len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	decode := vegeta.DecoderFor(&file)
	next := map[string]uint64{}
	last := time.Time{}
	errs, all := 0, 0
	for {
		var one vegeta.Result
		if err := decode(&one); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if one.Seq != next[one.Attack] || one.Timestamp.Before(last) || uint64(one.Latency) != one.BytesIn {
			t.Fatalf("%+v after %s", one, last)
		}
		next[one.Attack]++
		last = one.Timestamp
		all++
		if one.Error != "" {
			errs++
		}
	}
	if all != count || errs != (count+99)/100 {
		t.Errorf("%d of %d, %d failed", all, count, errs)
	}
}

// A disk that is full loses the rest of the file, says how much, and nothing else.
func TestResultsThatCannotBeLaidAside(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	var file bytes.Buffer
	r := &run{Runner: &Runner{Results: &file}, shards: []*shard{newShard(true)}}
	for i := range mostHits + 1 {
		r.shards[0].request("GET /", Measurement{}, newHit(session.Sample{Began: time.Unix(0, int64(i)), Code: 200}, false))
	}
	if err := r.flush(); err == nil || !strings.HasPrefix(err.Error(), "the results file lacks 32,768 requests: ") {
		t.Error(err)
	}
	if r.whole().of(Key{Of: OfRequests}).count != mostHits+1 {
		t.Error("requests were lost")
	}
}
