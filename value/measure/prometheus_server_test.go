package measure

import (
	"cmp"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure/measuretest"
)

// hour is the window of these tests, and begun its start; scrapes are every 15 s, 5 s after the quarter minutes.
var begun = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func hour(n int) Window {
	from := begun.Add(time.Duration(n) * time.Hour)
	return Window{From: from, To: from.Add(time.Hour), Words: "that hour"}
}

func constant(v string) func(time.Time) string { return func(time.Time) string { return v } }

const a, b = `job="calc",instance="a:80"`, `job="calc",instance="b:80"`

// The server's past: 9:00 to 13:00.
func recorded() *past {
	p := &past{}
	start, end := begun.Add(-time.Hour), begun.Add(3*time.Hour)
	minutes := func(at time.Time) int { return int(at.Sub(start).Minutes()) }
	// One mistake a minute on a, which restarts at 10:30:00; b had 7 of them before and makes none.
	p.every("mistakes_total", a, start, end, func(at time.Time) string {
		if at.Before(begun.Add(30 * time.Minute)) {
			return fmt.Sprint(1000 + minutes(at))
		}
		return fmt.Sprint(int(at.Sub(begun.Add(30*time.Minute)).Minutes()) / 2)
	})
	p.every("mistakes_total", b, start, end, constant("7"))
	p.every("up", a, start, end, constant("1"))
	// b cannot be scraped from 12:00 to 12:30.
	p.every("up", b, start, end, constant("1"))
	p.every("sums_total", a, start, end, func(at time.Time) string { return fmt.Sprint(10 * minutes(at)) })
	// New at 11:20 on a process that started at 11:15, and on one that is old.
	p.every("fresh_total", `job="calc",instance="c:80"`, begun.Add(80*time.Minute), end, constant("3"))
	p.every("process_start_time_seconds", `job="calc",instance="c:80"`, begun.Add(75*time.Minute), end, constant(fmt.Sprint(begun.Add(75*time.Minute).Unix())))
	p.every("late_total", a, begun.Add(80*time.Minute), end, constant("3"))
	p.every("process_start_time_seconds", a, start, end, constant(fmt.Sprint(start.Unix())))
	p.every("broken_total", a, start, end, constant("NaN"))
	p.every("gone_total", a, start, begun.Add(-time.Minute), constant("0"))
	// Half of the second hour is missing.
	p.every("gappy_total", `job="gaps",instance="a:80"`, start, end, func(at time.Time) string {
		if at.After(begun.Add(75*time.Minute)) && at.Before(begun.Add(105*time.Minute)) {
			return ""
		}
		return "5"
	})
	// Another version of the software, from 10:30 on, calls it failures_total.
	p.every("renamed_total", a, start, begun.Add(30*time.Minute), func(at time.Time) string { return fmt.Sprint(minutes(at)) })
	// d is scraped until 10:15 and then down.
	p.every("down_total", a, start, end, constant("0"))
	p.every("down_total", `job="calc",instance="d:80"`, start, begun.Add(15*time.Minute), constant("0"))
	p.every("up", `job="calc",instance="d:80"`, start, end, func(at time.Time) string {
		if at.Before(begun.Add(15 * time.Minute)) {
			return "1"
		}
		return "0"
	})
	// An old pod is taken away at 10:15, and a new one is there from 10:10.
	p.every("pods_total", `job="pods",instance="old:80"`, start, begun.Add(15*time.Minute), func(at time.Time) string { return fmt.Sprint(minutes(at)) })
	p.every("up", `job="pods",instance="old:80"`, start, begun.Add(15*time.Minute), constant("1"))
	p.every("pods_total", `job="pods",instance="new:80"`, begun.Add(10*time.Minute), end, func(at time.Time) string { return fmt.Sprint(int(at.Sub(begun.Add(10 * time.Minute)).Minutes())) })
	p.every("up", `job="pods",instance="new:80"`, begun.Add(10*time.Minute), end, constant("1"))
	p.every("process_start_time_seconds", `job="pods",instance="new:80"`, begun.Add(10*time.Minute), end, constant(fmt.Sprint(begun.Add(10*time.Minute).Unix())))
	for _, x := range []struct {
		le  string
		per int
	}{{"0.1", 6}, {"0.3", 9}, {"1.0", 10}, {"+Inf", 10}} {
		p.every("checkout_seconds_bucket", a+`,le="`+x.le+`"`, start, end, func(at time.Time) string { return fmt.Sprint(x.per * minutes(at)) })
	}
	p.every("baskets", a, start, end, func(at time.Time) string { return fmt.Sprint(10 + minutes(at)%2) })
	return p
}

func TestAgainstARealPrometheus(t *testing.T) {
	url, cmd, stop := measuretest.Prometheus(t, recorded().String())
	ask := func(m ir.Measure, w Window) (Observation, error) {
		m.Name, m.From = cmp.Or(m.Name, "mistakes"), "prometheus"
		return (&Prometheus{URL: url, Version: "1.2.3"}).Sample(t.Context(), m, w)
	}
	t.Run("counts are whole, per series and across restarts", func(t *testing.T) {
		// a: 1059 at 9:59:50 to 1089 at 10:29:50, then 14 at 10:59:50. The text of increase() would say 43.9.
		o, err := ask(ir.Measure{Count: "mistakes_total", Per: "sums_total"}, hour(0))
		if err != nil {
			t.Fatal(err)
		}
		if o.Events.RatString() != "44" || o.Exposure.RatString() != "600" || o.Coverage < .95 {
			t.Errorf("%s of %s, covered %v %s", o.Events, o.Exposure, o.Coverage, o.Gap)
		}
		if o.Source != "prometheus "+url || o.Query != "mistakes_total per sums_total" {
			t.Error(o.Source, o.Query)
		}
	})
	t.Run("a baseline is asked for like the window", func(t *testing.T) {
		o, err := ask(ir.Measure{Count: `sum by (job) (mistakes_total{instance=~"a.*"})`}, hour(1))
		if err != nil || o.Events.RatString() != "30" {
			t.Error(o.Events, err)
		}
	})
	t.Run("pods come and go", func(t *testing.T) {
		o, err := ask(ir.Measure{Count: "pods_total"}, hour(0))
		// old: 59 at 9:59:50 to 74 at 10:14:50; new: 0 to 49.
		if err != nil || o.Events.RatString() != "64" || o.Coverage < .95 {
			t.Errorf("%v %v covered %v %s", o.Events, err, o.Coverage, o.Gap)
		}
	})
	t.Run("a series of a process that started in the window counts from 0", func(t *testing.T) {
		o, err := ask(ir.Measure{Count: "fresh_total"}, hour(1))
		if err != nil || o.Events.RatString() != "3" || !o.Since.Equal(begun.Add(75*time.Minute)) || len(o.Notes) != 1 {
			t.Errorf("%+v %v", o, err)
		}
		if o.Coverage > .95 { // it started at 11:15, and nobody looked until 11:20
			t.Error(o.Coverage)
		}
	})
	t.Run("what was not watched is said", func(t *testing.T) {
		for _, c := range []struct {
			count, gap string
			w          Window
			low, high  float64
		}{
			{"gappy_total", "scrapes of gappy_total are missing", hour(1), .45, .55},
			{"down_total", "scrapes of down_total are missing", hour(0), .6, .65},
			{"down_total", "d:80 could not be scraped", hour(1), .45, .55},
			{"mistakes_total", "", hour(0), .95, 1},
			{"renamed_total", "scrapes of renamed_total are missing", hour(0), .45, .55},
			// this machine's clock is twenty minutes ahead of the server's, which has nothing of them
			{"pods_total", "scrapes of pods_total are missing", Window{From: begun.Add(140 * time.Minute), To: begun.Add(200 * time.Minute)}, .6, .7},
		} {
			o, err := ask(ir.Measure{Count: c.count}, c.w)
			if err != nil || o.Coverage < c.low || o.Coverage > c.high || c.gap != "" && o.Gap != c.gap {
				t.Errorf("%s: %v, covered %v: %s", c.count, err, o.Coverage, o.Gap)
			}
		}
	})
	t.Run("a mis-named metric never passes, no data never passes, NaN never passes", func(t *testing.T) {
		for _, c := range []struct {
			m      ir.Measure
			reason Reason
			words  string
		}{
			{ir.Measure{Count: "mistake_total"}, NoData, "mistake_total is not on the server"},
			{ir.Measure{Count: "mistakes"}, NoData, "there is mistakes_total"},
			{ir.Measure{Count: `mistakes_total{shop="north"}`}, NoData, "mistakes_total is there with other labels"},
			{ir.Measure{Count: "mistakes_total", Per: "sumz_total"}, NoData, "sumz_total is not on the server"},
			{ir.Measure{Count: "gone_total"}, NoData, "gone_total was there before the window and is gone"},
			{ir.Measure{Count: "broken_total"}, NoData, "broken_total is NaN"},
			{ir.Measure{Value: "broken_total"}, NoData, "broken_total is NaN"},
			{ir.Measure{Value: `mistakes_total{instance="a:80"} / 0`}, NoData, "is +Inf"},
			{ir.Measure{Value: "missing_gauge + 1"}, NoData, "has no value in the window"},
			{ir.Measure{Value: "missing_gauge"}, NoData, "missing_gauge is not on the server"},
			{ir.Measure{Value: "mistakes_total + 1"}, SourceFailed, "has 2 values at once"},
			{ir.Measure{Count: "mistakez_total or vector(0)"}, SourceFailed, "cannot be counted exactly"},
			{ir.Measure{Count: "increase(mistakes_total[1h])"}, SourceFailed, "increase() extrapolates to fractions of events"},
			{ir.Measure{Count: "sum(rate(mistakes_total[5m]))"}, SourceFailed, "rate() extrapolates"},
			{ir.Measure{Quantile: "mistakes_total"}, NoData, "mistakes_total_bucket is not on the server"},
			{ir.Measure{Quantile: `checkout_seconds{le="0.3"}`}, SourceFailed, "has no bucket without a bound"},
			{ir.Measure{Value: "mistakes_total +"}, SourceFailed, "refused the query"},
			{ir.Measure{Count: ""}, SourceFailed, "does not start with a metric's name"},
		} {
			o, err := ask(c.m, hour(0))
			f, ok := err.(*Failure)
			if !ok || f.Reason != c.reason || !strings.Contains(f.Sentence+" "+strings.Join(f.Help, " "), c.words) || o.Events != nil {
				t.Errorf("%+v: %+v, %v", c.m, err, f)
			}
		}
		if _, err := ask(ir.Measure{Count: "late_total"}, hour(1)); err == nil || err.(*Failure).Reason != NoData {
			t.Error("late_total:", err)
		}
		if _, err := ask(ir.Measure{Count: "mistakes_total"}, hour(40)); err == nil || err.(*Failure).Reason != NoData {
			t.Error("a window without data:", err)
		}
		if _, err := ask(ir.Measure{Count: "mistakes_total"}, Window{From: begun, To: begun}); err == nil {
			t.Error("a window without length:", err)
		}
	})
	t.Run("buckets are counted at their bounds", func(t *testing.T) {
		o, err := ask(ir.Measure{Quantile: `checkout_seconds{instance="a:80"}`}, hour(0))
		if err != nil {
			t.Fatal(err)
		}
		n, err := o.Distribution.AtMost(big.NewRat(3, 10))
		if err != nil || n != 540 || o.Distribution.Count() != 600 || o.Events != nil {
			t.Error(n, err, o.Distribution.Count())
		}
		_, err = o.Distribution.AtMost(big.NewRat(1, 4))
		if f, ok := err.(*Failure); !ok || f.Sentence != "250ms is no bound of the histogram's buckets, so it is not known how many were within it" || f.Help[0] != "promise 100ms or 300ms, the nearest bounds, or give the histogram a bucket of 250ms" {
			t.Error(err)
		}
		if low, high, ok := o.Distribution.Quantile(.95); low != .3 || high != 1 || !ok {
			t.Error(low, high, ok)
		}
	})
	t.Run("a gauge is the mean of its raw samples", func(t *testing.T) {
		for _, query := range []string{"baskets", "baskets + 0"} {
			o, err := ask(ir.Measure{Value: query}, hour(0))
			if err != nil || o.Gauge.N < 230 || o.Gauge.Mean < 10.4 || o.Gauge.Mean > 10.6 || o.Gauge.Variance < .24 || o.Gauge.Variance > .26 || o.Gauge.Max != 11 {
				t.Errorf("%s: %+v %v", query, o.Gauge, err)
			}
		}
	})
	t.Run("slow", func(t *testing.T) {
		measuretest.Halt(t, cmd)
		_, err := (&Prometheus{URL: url, Timeout: 200 * time.Millisecond}).Sample(t.Context(), ir.Measure{Count: "mistakes_total"}, hour(0))
		if f, ok := err.(*Failure); !ok || f.Reason != SourceFailed || f.Sentence != url+" did not answer within 200ms" {
			t.Error(err)
		}
	})
	t.Run("stopped", func(t *testing.T) {
		stop()
		_, err := ask(ir.Measure{Count: "mistakes_total"}, hour(0))
		if f, ok := err.(*Failure); !ok || f.Reason != SourceFailed || f.Sentence != url+" refused the connection" {
			t.Error(err)
		}
	})
}

// TestARealPrometheusThatScrapes: types are known only of what is scraped now, and so is that a target is down.
func TestARealPrometheusThatScrapes(t *testing.T) {
	var n atomic.Int64
	start := time.Now()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		if n.Load() < 8 { // then it is away, and the server writes a stale marker
			fmt.Fprint(w, "# TYPE brief_total counter\nbrief_total 3\n")
		}
		fmt.Fprintf(w, "# TYPE sums_total counter\nsums_total %d\n# TYPE depth gauge\ndepth 3\nprocess_start_time_seconds %d\n", n.Add(1), start.Unix())
	}))
	defer app.Close()
	dead := fmt.Sprintf("127.0.0.1:%d", measuretest.FreePort(t))
	url, _, _ := measuretest.Prometheus(t, "", strings.TrimPrefix(app.URL, "http://"), dead)
	measuretest.Eventually(t, "scraped", func() bool { return n.Load() > 15 })
	w := Window{From: start.Truncate(time.Second), To: time.Now()}
	p := &Prometheus{URL: url}
	o, err := p.Sample(t.Context(), ir.Measure{Count: "sums_total"}, w)
	if err != nil {
		t.Fatal(err)
	}
	if !o.Events.IsInt() || o.Events.Cmp(big.NewRat(10, 1)) < 0 || o.Coverage > .6 || o.Gap != dead+" could not be scraped" {
		t.Errorf("%+v", o)
	}
	o, err = p.Sample(t.Context(), ir.Measure{Count: "brief_total"}, w)
	if err != nil || o.Events.RatString() != "3" || o.Coverage > .6 {
		t.Errorf("%+v %v", o, err)
	}
	_, err = p.Sample(t.Context(), ir.Measure{Count: "depth"}, w)
	if f, ok := err.(*Failure); !ok || f.Sentence != "depth is a gauge, which can fall, and a count needs a counter" {
		t.Error(err)
	}
}

// proxy answers in the place of a Prometheus.
func proxy(t *testing.T, f http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return s
}

func TestAWrongPrometheusNeverPasses(t *testing.T) {
	other := proxy(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("X-Token") != "" {
			t.Error("credentials went to another host")
		}
		io.WriteString(w, `{"status":"success","data":{"resultType":"matrix","result":[]}}`)
	})
	for name, c := range map[string]struct {
		status int
		body   string
		reason Reason
		words  string
	}{
		"HTML":             {200, "<!doctype html><title>Log in</title>", SourceFailed, "answered with a web page, not with the Prometheus API"},
		"502":              {502, "<html>bad gateway</html>", SourceFailed, "answered 502 Bad Gateway"},
		"404":              {404, "404 page not found", SourceFailed, "answered 404 Not Found"},
		"401":              {401, "", SourceFailed, "answered 401 Unauthorized"},
		"error":            {400, `{"status":"error","errorType":"bad_data","error":"parse error"}`, SourceFailed, "refused the query: parse error"},
		"error with 200":   {200, `{"status":"error","error":"overloaded"}`, SourceFailed, "refused the query: overloaded"},
		"partial":          {200, `{"status":"success","warnings":["store north is down"],"data":{"resultType":"matrix","result":[]}}`, IncompleteWindow, "answered in part only: store north is down"},
		"cut off":          {200, `{"status":"success","data":{"resultType":"matrix","resu`, SourceFailed, "something that is not the Prometheus API"},
		"other JSON":       {200, `{"hello":1}`, SourceFailed, "something that is not the Prometheus API"},
		"null":             {200, `null`, SourceFailed, "something that is not the Prometheus API"},
		"empty":            {200, ``, SourceFailed, "something that is not the Prometheus API"},
		"scalar":           {200, `{"status":"success","data":{"resultType":"scalar","result":[1,"0"]}}`, SourceFailed, "cannot be read"},
		"no result":        {200, `{"status":"success","data":{}}`, SourceFailed, "cannot be read"},
		"nothing":          {200, `{"status":"success","data":{"resultType":"matrix","result":[]}}`, NoData, "is not on the server"},
		"native histogram": {200, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"mistakes_total"},"histograms":[[1772445605,{"count":"1","sum":"1","buckets":[]}]]}]}}`, SourceFailed, "native histogram"},
		"elsewhere":        {302, "", SourceFailed, "answered 302 Found"},
		"too much":         {200, strings.Repeat("x", 3000), SourceFailed, "more than 2000 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			s := proxy(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer "+password || r.Header.Get("User-Agent") != "hoops/1.2.3 (synthetic)" {
					t.Error(r.Header)
				}
				if c.status == 302 {
					w.Header().Set("Location", other.URL)
				}
				w.WriteHeader(c.status)
				io.WriteString(w, c.body)
			})
			p := &Prometheus{URL: strings.Replace(s.URL, "http://", "http://user:"+password+"@", 1), Header: http.Header{"Authorization": {"Bearer " + password}, "X-Token": {password}}, Version: "1.2.3", MaxBody: 2000}
			_, err := p.Sample(t.Context(), ir.Measure{Count: "mistakes_total"}, hour(0))
			f, ok := err.(*Failure)
			if !ok || f.Reason != c.reason || !strings.Contains(f.Sentence, c.words) || strings.Contains(fmt.Sprint(f), password) {
				t.Errorf("%+v", err)
			}
		})
	}
}

func TestOneQueryForManyClaims(t *testing.T) {
	var n atomic.Int64
	s := proxy(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/query" {
			n.Add(1)
		}
		io.WriteString(w, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"x_total"},"values":[[1772445595,"1"],[1772447000,"2"],[1772449195,"3"]]}]}}`)
	})
	var requests []Request
	for range 20 {
		requests = append(requests, Request{ir.Measure{Name: "x", Count: "x_total", From: "prometheus"}, hour(0)})
	}
	requests = append(requests, Request{ir.Measure{Name: "y", From: "sql"}, hour(0)})
	answers := Ask(t.Context(), requests, map[string]Source{"prometheus": &Prometheus{URL: s.URL}}, 4)
	for i, a := range answers[:20] {
		if a.Failure != nil || a.Observation.Events.RatString() != "2" {
			t.Errorf("%d: %+v %v", i, a.Observation, a.Failure)
		}
	}
	if f := answers[20].Failure; f == nil || f.Sentence != "y comes from sql, which this run has no way to ask" {
		t.Error(f)
	}
	if n.Load() != 1 {
		t.Errorf("%d queries", n.Load())
	}
}
