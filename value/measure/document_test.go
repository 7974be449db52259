package measure

import (
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/dsl/ir"
)

func documents(dir, address string) *Documents {
	return &Documents{Dir: dir, Address: func(ir.Measure, Window) (string, error) { return address, nil }, Version: "1.2.3", MaxBody: 5000, Timeout: 200 * time.Millisecond}
}

const figures = `{"orders": {"failed": 3, "all": 12345678901234567891, "half": 0.5}, "none": null, "text": "7", "nan": "NaN", "yes": true,
 "rows": [{"n": 1}, {"n": 2}], "seconds": [0.1, 0.3, 0.30000001], "empty": [], "below": -1, "huge": 1e999999}`

func TestNumbersOfJSONAreExact(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "figures.json"), "\xef\xbb\xbf"+figures)
	j := JSON{documents(dir, "figures.json")}
	for path, want := range map[string]string{
		"orders.failed": "3", "body.orders.all": "12345678901234567891", "$.orders.half": "1/2", "rows[1].n": "2", "len(body.rows)": "2", "body.orders.failed + 1": "4", `orders["failed"]`: "3",
	} {
		o, err := j.Sample(t.Context(), ir.Measure{Count: path, Of: "orders.all"}, hour(0))
		if err != nil || o.Events.RatString() != want || o.Exposure.RatString() != "12345678901234567891" || o.Source != "json figures.json" || len(o.Notes) != 1 {
			t.Errorf("%s: %+v %v", path, o, err)
		}
	}
	o, err := j.Sample(t.Context(), ir.Measure{Quantile: "seconds"}, hour(0))
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := o.Distribution.AtMost(big.NewRat(3, 10)); n != 2 {
		t.Error(n)
	}
	for path, c := range map[string]struct {
		reason Reason
		words  string
	}{
		"orders.fialed": {NoData, "missing"}, "none": {NoData, "null"}, "none.x": {NoData, ""}, "text": {SourceFailed, `the text "7"`}, "nan": {SourceFailed, "text"},
		"yes": {SourceFailed, "true"}, "rows": {SourceFailed, "a list"}, "orders": {SourceFailed, "no number"}, "below": {SourceFailed, "below 0"}, "huge": {NoData, "body.huge is infinite in the document"},
		"rows[9].n": {"", ""}, "orders.": {SourceFailed, "no path"}, "": {SourceFailed, "no path"}, "body.orders.failed / 0": {NoData, ""}, "now()": {SourceFailed, ""}, "len(": {SourceFailed, "no path"},
	} {
		o, err := j.Sample(t.Context(), ir.Measure{Count: path}, hour(0))
		f, ok := err.(*Failure)
		if !ok || c.reason != "" && f.Reason != c.reason || !strings.Contains(f.Sentence, c.words) || o.Events != nil {
			t.Errorf("%q: %+v %v", path, o, err)
		}
	}
	if _, err := j.Sample(t.Context(), ir.Measure{Value: "empty"}, hour(0)); err == nil || err.(*Failure).Reason != NoData {
		t.Error(err)
	}
}

const sheet = "time,orders,failed,seconds\n2026-03-02T09:59:59Z,100,50,9\n2026-03-02T10:00:00Z,10,1,0.1\n2026-03-02 10:30:00,20,0.5,0.3\n1772449199,30,0,0.5\n2026-03-02T11:00:00Z,7,7,8\n"

func TestRecordsOfCSVCountInTheirWindow(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "sheet.csv"), sheet)
	c := CSV{documents(dir, "sheet.csv")}
	o, err := c.Sample(t.Context(), ir.Measure{Count: "failed", Of: "orders"}, hour(0))
	if err != nil || o.Events.RatString() != "3/2" || o.Exposure.RatString() != "60" || o.Source != "csv sheet.csv" {
		t.Errorf("%+v %v", o, err)
	}
	if o, err = c.Sample(t.Context(), ir.Measure{Count: "*"}, hour(1)); err != nil || o.Events.RatString() != "1" {
		t.Errorf("a baseline: %+v %v", o, err)
	}
	if o, err = c.Sample(t.Context(), ir.Measure{Quantile: "seconds", Unit: "ms"}, hour(0)); err != nil || o.Distribution.Count() != 3 {
		t.Fatal(o, err)
	}
	if low, high, ok := o.Distribution.Quantile(.5); low != .0003 || high != low || !ok {
		t.Error(low, high)
	}
	if o, err = c.Sample(t.Context(), ir.Measure{Value: "seconds"}, hour(0)); err != nil || fmt.Sprintf("%.3f %.3f %d", o.Gauge.Mean, o.Gauge.Variance, o.Gauge.N) != "0.300 0.040 3" {
		t.Errorf("%+v %v", o.Gauge, err)
	}
	for _, x := range []struct {
		text, column string
		reason       Reason
		words        string
	}{
		{sheet, "fialed", NoData, `has no column "fialed"`},
		{sheet, "time", SourceFailed, "no number"},
		{"", "n", NoData, "is empty"},
		{"\n\n", "n", NoData, "is empty"},
		{"time,n\n", "n", NoData, "has no record from 2026-03-02T10:00:00Z to 2026-03-02T11:00:00Z, and 0 of other times"},
		{"time,n\n2026-03-01,5\n", "n", NoData, "and 1 of other times"},
		{"time,n\nyesterday,5\n", "n", SourceFailed, `figures.csv:2: time is "yesterday", which is no time`},
		{"time,n\n2026-03-02T10:30:00Z,\n", "n", NoData, "figures.csv:2: n is empty"},
		{"time,n\n2026-03-02T10:30:00Z,NaN\n", "n", NoData, "n is NaN"},
		{"time,n\n2026-03-02T10:30:00Z,-3\n", "n", SourceFailed, "below 0"},
		{"time,n\n2026-03-02T10:30:00Z,1,2\n", "n", SourceFailed, "figures.csv is no CSV: line 2: wrong number of fields"},
		{"time,n,n\n2026-03-02T10:30:00Z,1,2\n", "n", SourceFailed, `the column "n" twice`},
		{"<!doctype html>", "n", SourceFailed, "is a web page"},
		{"time,n\n" + strings.Repeat("2026-03-02T10:30:00Z,1\n", 1000), "n", SourceFailed, "has more than 5000 bytes"},
	} {
		write(t, filepath.Join(dir, "figures.csv"), x.text)
		o, err := CSV{documents(dir, "figures.csv")}.Sample(t.Context(), ir.Measure{Count: x.column}, hour(0))
		f, ok := err.(*Failure)
		if !ok || f.Reason != x.reason || !strings.Contains(f.Sentence, x.words) || o.Events != nil {
			t.Errorf("%.40q: %+v %v", x.text, o, err)
		}
	}
}

func TestADocumentThatIsNotThereNeverPasses(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(filepath.Dir(dir), "outside.json")
	write(t, outside, figures)
	t.Cleanup(func() { os.Remove(outside) })
	if err := os.Symlink(outside, filepath.Join(dir, "link.json")); err != nil {
		t.Fatal(err)
	}
	gets := 0
	s := proxy(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good":
			gets++
			io.WriteString(w, figures)
		case "/slow":
			time.Sleep(400 * time.Millisecond)
		case "/html":
			io.WriteString(w, "<html>log in</html>")
		case "/two":
			io.WriteString(w, `{"orders":{"failed":1}} {"orders":{"failed":0}}`)
		case "/cut":
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, `{"orders":{"failed":0}}`)
		case "/elsewhere":
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	})
	for address, words := range map[string]string{
		"none.json": "there is no file none.json", "../outside.json": "outside of the project's folder", outside: "outside of the project's folder", "link.json": "link.json cannot be opened",
		s.URL + "/none": "answered 404 Not Found", s.URL + "/slow": "did not answer within 200ms", s.URL + "/html": "is a web page", s.URL + "/two": "is more than one JSON value",
		s.URL + "/cut": "closed the connection", s.URL + "/elsewhere": "answered 302 Found", "ftp://x/y": "is no URL", "http://": "is no URL", "http://127.0.0.1:1/": "refused the connection",
	} {
		o, err := JSON{documents(dir, address)}.Sample(t.Context(), ir.Measure{Count: "orders.failed"}, hour(0))
		f, ok := err.(*Failure)
		if !ok || f.Reason != SourceFailed || !strings.Contains(f.Sentence, words) || o.Events != nil {
			t.Errorf("%s: %+v %v", address, o, err)
		}
	}
	d := documents(dir, strings.Replace(s.URL, "://", "://me:"+password+"@", 1)+"/good?key="+password)
	d.Header = func(u *url.URL) http.Header { return http.Header{"X-Host": {u.Host}} }
	for range 3 {
		o, err := JSON{d}.Sample(t.Context(), ir.Measure{Count: "orders.failed"}, hour(0))
		if err != nil || o.Events.RatString() != "3" || strings.Contains(fmt.Sprintf("%+v", o), password) {
			t.Errorf("%+v %v", o, err)
		}
	}
	if gets != 1 {
		t.Errorf("%d requests for one document", gets)
	}
}

func TestARunIsMeasuredByItsSteps(t *testing.T) {
	r := Run{Groups: []Group{
		{Of: "requests", Samples: Durations([]time.Duration{time.Second, 2 * time.Second})},
		{Of: "step", Name: "the customer pays", Samples: Durations([]time.Duration{300 * time.Millisecond})},
		{Of: "step", Name: "the customer pays", Samples: Durations([]time.Duration{200 * time.Millisecond, 301 * time.Millisecond})},
		{Of: "request", Name: "POST /basket", Samples: Buckets{count: 5}},
		{Of: "request", Name: "POST /pay", Samples: Buckets{count: 5}}, {Of: "request", Name: "POST /pay", Samples: Buckets{count: 5}},
		{Of: "scenario", Name: "empty", Samples: Samples{}},
	}}
	ask := func(m ir.Measure) (Observation, error) { return r.Sample(t.Context(), m, hour(0)) }
	for step, want := range map[string]int64{"": 2, "the customer pays": 3, " the customer  pays": 3, "POST /basket": 5} {
		o, err := ask(ir.Measure{Quantile: "duration", Step: step})
		if err != nil || o.Distribution.Count() != want || o.Events != nil {
			t.Errorf("%q: %+v %v", step, o, err)
		}
	}
	o, _ := ask(ir.Measure{Quantile: "duration", Step: "the customer pays"})
	if n, err := o.Distribution.AtMost(big.NewRat(3, 10)); n != 2 || err != nil {
		t.Error(n, err)
	}
	for _, c := range []struct {
		m      ir.Measure
		reason Reason
		words  string
	}{
		{ir.Measure{Quantile: "duration", Step: "the customer paid"}, NoData, "no step, request or scenario of this run is called the customer paid"},
		{ir.Measure{Quantile: "duration", Step: "empty"}, NoData, "nothing was measured of empty in this run"},
		{ir.Measure{Quantile: "duration", Step: "POST /pay"}, SourceFailed, "were not merged"},
		{ir.Measure{Quantile: "size"}, SourceFailed, "a run measures durations and the vitals of pages only"},
		{ir.Measure{Count: "errors"}, SourceFailed, "a run measures durations and the vitals of pages only"},
	} {
		_, err := ask(c.m)
		if f, ok := err.(*Failure); !ok || f.Reason != c.reason || !strings.Contains(f.Sentence, c.words) {
			t.Errorf("%+v: %v", c.m, err)
		}
	}
	if _, err := (Run{}).Sample(t.Context(), ir.Measure{Quantile: "duration"}, hour(0)); err == nil || err.(*Failure).Reason != NoData {
		t.Error(err)
	}
}

// TestADistributionAgreesWithItself: as many samples are at most a quantile as its share, and one less is fewer.
func TestADistributionAgreesWithItself(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		all := rapid.SliceOfN(rapid.IntRange(0, 50), 1, 40).Draw(rt, "ms")
		var list []time.Duration
		for _, n := range all {
			list = append(list, time.Duration(n)*time.Millisecond)
		}
		s := Durations(list)
		limit := rapid.IntRange(-1, 51).Draw(rt, "limit")
		want := int64(0)
		for _, n := range all {
			if n <= limit {
				want++
			}
		}
		if got, err := s.AtMost(big.NewRat(int64(limit), 1000)); got != want || err != nil {
			rt.Fatal(got, want, err)
		}
		k := rapid.IntRange(1, len(all)).Draw(rt, "k")
		low, high, ok := s.Quantile(float64(k) / float64(len(all)))
		if v, _ := s[k-1].Float64(); !ok || low != v || high != v {
			rt.Fatal(low, high, v)
		}
	})
	for _, q := range []float64{-1, 2} {
		if _, _, ok := (Samples{big.NewRat(1, 1)}).Quantile(q); ok {
			t.Error(q)
		}
	}
}
