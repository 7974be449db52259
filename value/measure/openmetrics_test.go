package measure

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// page is a metrics endpoint whose body a test changes between two looks.
type page struct {
	*httptest.Server
	body, media string
	status      int
	seen        http.Header
}

func serve(t *testing.T) *page {
	p := &page{status: 200, media: "text/plain; version=0.0.4"}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.seen = r.Header.Clone()
		w.Header().Set("Content-Type", p.media)
		w.WriteHeader(p.status)
		fmt.Fprint(w, p.body)
	}))
	t.Cleanup(p.Close)
	return p
}

var mistakes = ir.Measure{Name: "silly mistakes", Count: "calculator_mistakes_total", Per: "calculator_sums_total", From: "openmetrics"}

func look(t *testing.T, p *page, body string) *Snapshot {
	t.Helper()
	p.body = body
	s, err := Scraper{URL: p.URL + "/metrics", Version: "1.2.3"}.Scrape(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const began = 1700000000.0

func metrics(start float64, mistakes, sums string) string {
	s := fmt.Sprintf("process_start_time_seconds %f\n", start)
	if mistakes != "" {
		s += "# TYPE calculator_mistakes_total counter\ncalculator_mistakes_total " + mistakes + "\n"
	}
	if sums != "" {
		s += "calculator_sums_total " + sums + "\n"
	}
	return s
}

func TestDifferences(t *testing.T) {
	before := Window{From: seconds(began + 100)} // the process is older than the window
	within := Window{From: seconds(began - 5)}
	for _, c := range []struct {
		name       string
		start, end string
		window     Window
		want       string // events/exposure, or the reason
		covered    bool
	}{
		{"a plain rise", metrics(began, "2", "10"), metrics(began, "5", "130"), before, "3/120", true},
		{"nothing happened", metrics(began, "2", "10"), metrics(began, "2", "10"), before, "0/0", true},
		{"a counter fell", metrics(began, "5", "10"), metrics(began, "2", "30"), before, "2/20", false},
		{"a restart counts from 0 although the value rose", metrics(began, "2", "10"), metrics(began+50, "7", "40"), before, "7/40", false},
		{"another process answers", metrics(began, "2", "10"), metrics(began+1, "7", "40"), before, "7/40", false},
		{"absent at both ends", metrics(began, "", "10"), metrics(began, "", "30"), before, "no_data", false},
		{"absent at the start of an older process", metrics(began, "", "10"), metrics(began, "2", "30"), before, "no_data", false},
		{"absent at the start of a process of the window", metrics(began, "", "10"), metrics(began, "2", "30"), within, "2/20", true},
		{"present at the start and gone", metrics(began, "1", "10"), metrics(began, "", "30"), before, "no_data", false},
		{"not a number", metrics(began, "NaN", "10"), metrics(began, "NaN", "30"), before, "no_data", false},
		{"not a number at the start", metrics(began, "NaN", "10"), metrics(began, "3", "30"), before, "no_data", false},
		{"infinite", metrics(began, "1", "10"), metrics(began, "+Inf", "30"), before, "no_data", false},
		{"no exposure", metrics(began, "1", ""), metrics(began, "1", ""), before, "no_data", false},
		{"without a start", "", metrics(began, "5", "130"), before, "5/130", true},
		{"without a start and without the counter", "", metrics(began, "", "130"), before, "no_data", false},
		{"large and whole", metrics(began, "9.007199254740991e+15", "0"), metrics(began, "9.007199254740992e+15", "1"), before, "1/1", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := serve(t)
			o := OpenMetrics{}
			if c.start != "" {
				o.Start = look(t, p, c.start)
				o.Start.At = seconds(began + 10)
			}
			o.End = look(t, p, c.end)
			o.End.At = seconds(began + 110)
			got, err := o.Sample(t.Context(), mistakes, c.window)
			text := ""
			if err != nil {
				var f *Failure
				if !errors.As(err, &f) {
					t.Fatalf("%T", err)
				}
				text = string(f.Reason)
			} else {
				text = got.Events.RatString() + "/" + got.Exposure.RatString()
			}
			if text != c.want || err == nil && (got.Coverage >= .95) != c.covered {
				t.Errorf("got %s, coverage %v, %v; want %s", text, got.Coverage, err, c.want)
			}
			if err == nil && got.Coverage < 1 && got.Gap == "" {
				t.Error("a gap without a reason")
			}
		})
	}
}

func TestCoverageAfterARestartIsTheShareWatched(t *testing.T) {
	p := serve(t)
	o := OpenMetrics{Start: look(t, p, metrics(began, "2", "10")), End: look(t, p, metrics(began+11, "0", "40"))}
	o.Start.At, o.End.At = seconds(began+10), seconds(began+110)
	got, err := o.Sample(t.Context(), mistakes, Window{})
	if err != nil || got.Coverage < .98 || got.Coverage > .991 || got.Gap != "the process restarted" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestSeriesAreSummedEachWithItsOwnResets(t *testing.T) {
	p := serve(t)
	m := ir.Measure{Name: "errors", Count: `http_requests_total{code=~"5..",path!="/health"}`}
	o := OpenMetrics{Start: look(t, p, `http_requests_total{code="500",path="/a"} 5
http_requests_total{code="502",path="/a"} 1
http_requests_total{code="200",path="/a"} 100
`), End: look(t, p, `http_requests_total{code="500",path="/a"} 2
http_requests_total{code="502",path="/a"} 5
http_requests_total{code="500",path="/health"} 50
http_requests_total{code="200",path="/a"} 300
`)}
	got, err := o.Sample(t.Context(), m, Window{})
	if err != nil || got.Events.RatString() != "6" || got.Coverage != 0 || !strings.Contains(got.Notes[0], "assumed") {
		t.Errorf("%+v %v", got, err)
	}
}

func TestSinceTheProcessStartedIsSaid(t *testing.T) {
	p := serve(t)
	got, err := OpenMetrics{End: look(t, p, metrics(began, "1", "2"))}.Sample(t.Context(), mistakes, Window{})
	if err != nil || got.Window.Words != "since the process started at 2023-11-14 22:13:20 UTC" || !got.Since.Equal(seconds(began)) {
		t.Errorf("%+v %v", got, err)
	}
	got, err = OpenMetrics{End: look(t, p, "calculator_mistakes_total 1\ncalculator_sums_total 2\n")}.Sample(t.Context(), mistakes, Window{})
	if err != nil || len(got.Notes) != 1 || !got.Since.IsZero() {
		t.Errorf("%+v %v", got, err)
	}
}

func TestBothFormatsAndHistograms(t *testing.T) {
	text := "# TYPE d histogram\nd_bucket{le=\"1\"} 2\nd_bucket{le=\"+Inf\"} 3\nd_sum 4.5\nd_count 3\n"
	open := "# TYPE d histogram\nd_bucket{le=\"1.0\"} 2 # {trace=\"x\"} 0.7\nd_bucket{le=\"+Inf\"} 3\nd_sum 4.5\nd_count 3\n# EOF\n"
	for media, body := range map[string]string{"text/plain": text, "application/openmetrics-text; version=1.0.0; charset=utf-8": open} {
		for query, want := range map[string]string{`d_bucket{le="1"}`: "2", `d_bucket{le="1.0"}`: "2", "d_count": "3", "d_sum": "9/2", `d_bucket{le="+Inf"}`: "3"} {
			p := serve(t)
			p.media = media
			got, err := OpenMetrics{End: look(t, p, body)}.Sample(t.Context(), ir.Measure{Count: query}, Window{})
			if err != nil || got.Events.RatString() != want {
				t.Errorf("%s %s: %v %v", media, query, got.Events, err)
			}
		}
	}
}

func TestAFailedSourceSaysWhy(t *testing.T) {
	gone := serve(t)
	gone.Close()
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer slow.Close()
	for name, c := range map[string]struct {
		set  func(*page)
		url  string
		want string
	}{
		"a web page":            {set: func(p *page) { p.media, p.body = "text/html", "<html>" }, want: "answered with a web page, not with metrics"},
		"a page called text":    {set: func(p *page) { p.body = "<!doctype html>\n" }, want: "answered with a web page"},
		"json":                  {set: func(p *page) { p.media, p.body = "application/json", "{}" }, want: "answered with application/json"},
		"not found":             {set: func(p *page) { p.status = 404 }, want: "answered 404 Not Found"},
		"unauthorised":          {set: func(p *page) { p.status = 401 }, want: "answered 401 Unauthorized"},
		"cut off":               {set: func(p *page) { p.body = "a_total 12" }, want: "cut off"},
		"openmetrics cut off":   {set: func(p *page) { p.media, p.body = "application/openmetrics-text", "a_total 1\n" }, want: "# EOF"},
		"no number":             {set: func(p *page) { p.body = "a_total twelve\n" }, want: `"twelve" is no number`},
		"a series twice":        {set: func(p *page) { p.body = "a_total 1\na_total 2\n" }, want: "twice"},
		"too much":              {set: func(p *page) { p.body = strings.Repeat("# x\n", 3000) }, want: "more than 10000 bytes"},
		"connection refused":    {url: gone.URL, want: "refused the connection"},
		"no answer":             {url: slow.URL, want: "did not answer within 200ms"},
		"no url":                {url: "127.0.0.1:8080/metrics", want: "no URL"},
		"a secret in the query": {url: strings.Replace(gone.URL, "//", "//user:hush@", 1) + "/m?token=hush", want: "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			url := c.url
			if c.set != nil {
				p := serve(t)
				c.set(p)
				url = p.URL
			}
			_, err := Scraper{URL: url, Timeout: 200 * time.Millisecond, MaxBody: 10000}.Scrape(t.Context())
			var f *Failure
			if !errors.As(err, &f) || f.Reason != SourceFailed || !strings.Contains(f.Sentence, c.want) || strings.Contains(fmt.Sprintf("%+v", *f), "hush") {
				t.Fatalf("%+v", err)
			}
			_, err = OpenMetrics{Failed: err}.Sample(t.Context(), mistakes, Window{})
			if !errors.As(err, &f) || f.Reason != SourceFailed || f.Query == "" {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestTheScrapeIsMarkedAsOurs(t *testing.T) {
	p := serve(t)
	p.body = "a 1\n"
	_, err := Scraper{URL: p.URL, Version: "1.2.3", Header: http.Header{"Authorization": {"Bearer x"}}}.Scrape(context.Background())
	if err != nil || p.seen.Get("User-Agent") != "hoops/1.2.3 (synthetic)" || p.seen.Get("Authorization") != "Bearer x" || !strings.Contains(p.seen.Get("Accept"), "openmetrics") {
		t.Errorf("%v %v", p.seen, err)
	}
}

func TestWhatNeedsAServerIsRefused(t *testing.T) {
	p := serve(t)
	end := look(t, p, "# TYPE g gauge\ng 1\na_total 1\n")
	for query, want := range map[string]string{
		"rate(a_total[5m])": "more than a metric", "sum(a_total)": "more than a metric", "a_total + a_total": "more than a metric", "a_total[5m]": "more than a metric",
		`a_total{x="1"`: "closing", `a_total{x=1}`: "quotes", `a_total{x=~"("}`: "regular expression", `a_total{x="1"} offset 5m`: "more than a metric",
		"": "no count:", "g": "is a gauge", "{x=\"1\"}": "metric's name",
	} {
		_, err := OpenMetrics{End: end}.Sample(t.Context(), ir.Measure{Name: "m", Count: query}, Window{})
		var f *Failure
		if !errors.As(err, &f) || f.Reason != SourceFailed || !strings.Contains(f.Sentence, want) || len(f.Help) == 0 {
			t.Errorf("%s: %+v", query, err)
		}
	}
}

func FuzzExposition(f *testing.F) {
	f.Add("a_total{x=\"1\"} 5\n", false)
	f.Add("# TYPE a counter\na_total 5 1.5 # {t=\"x\"} 1\n# EOF\n", true)
	f.Add("{\"a.b\",x=\"\\\"\"} NaN 17\n", false)
	f.Fuzz(func(t *testing.T, body string, open bool) {
		series, _, _ := readExposition([]byte(body), open)
		for _, s := range series {
			if s.Name == "" || s.Value != s.Value || s.Unusable != "" && s.Value != 0 {
				t.Errorf("%+v", s)
			}
		}
	})
}

func FuzzSelector(f *testing.F) {
	f.Add(`a{b="c",d=~"e.*"}`)
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ParseSelector(text); err == nil && s.Name == "" {
			t.Error("a selector without a name")
		}
	})
}
