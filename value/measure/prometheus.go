package measure

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/big"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// Prometheus asks a Prometheus server, or what speaks its HTTP API. It asks for raw samples and takes their
// differences itself: increase() and rate() extrapolate to fractions of events, which no exact test survives.
//
// Credentials, certificates and proxies come in through Client and Header; neither is ever part of a message. One
// Prometheus is one look at the server: what it asked once it does not ask again.
type Prometheus struct {
	URL     string
	Client  *http.Client  // nil is the default client
	Header  http.Header   // sent with every query
	Version string        // of hoops, for the User-Agent
	Timeout time.Duration // of one query; 0 is 30 s
	MaxBody int64         // bytes of one answer; 0 is 100 MB

	matrices once[model.Matrix]
	texts    once[string]
}

var _ Source = (*Prometheus)(nil)

// lookback is how far before the window a series is looked for: as far as Prometheus itself takes a sample for
// the present one.
const lookback = 5 * time.Minute

// Sample asks for what the measure's fields need.
func (p *Prometheus) Sample(ctx context.Context, m ir.Measure, w Window) (Observation, error) {
	obs := Observation{Window: w, Since: w.From, Coverage: 1, Source: "prometheus " + plainURL(p.URL), Query: query(m)}
	var f *Failure
	switch {
	case !w.To.After(w.From):
		f = failed(NoData, "the window has no length, so nothing was observed in it")
	case m.Quantile != "":
		f = p.histogram(ctx, m, &obs)
	case m.Value != "":
		f = p.gauge(ctx, m.Value, &obs)
	default:
		f = p.count(ctx, m, &obs)
	}
	if f != nil {
		f.Source, f.Query = obs.Source, obs.Query
		return Observation{}, f
	}
	return obs, nil
}

func (p *Prometheus) count(ctx context.Context, m ir.Measure, obs *Observation) (f *Failure) {
	var events, exposure []float64
	if obs.Events, events, f = p.rise(ctx, m.Count, obs); f != nil {
		return f
	}
	if whole(m) != "" {
		if obs.Exposure, exposure, f = p.rise(ctx, whole(m), obs); f != nil {
			return f
		}
	}
	obs.Parts = partsOf(events, exposure, whole(m) == "", obs.Window)
	return nil
}

// rise is what the counters of a selector rose by in the window, together.
func (p *Prometheus) rise(ctx context.Context, query string, obs *Observation) (*big.Rat, []float64, *Failure) {
	sel, text, f := countable(query)
	if f != nil {
		return nil, nil, f
	}
	c, f := p.counters(ctx, sel, text, obs)
	if f != nil {
		return nil, nil, f
	}
	sum, n := new(big.Rat), 0
	for i, s := range c {
		sum.Add(sum, s.rise)
		if k := s.parts(obs.Window); i == 0 || k < n {
			n = k
		}
	}
	parts := make([]float64, n)
	for _, s := range c {
		s.spread(parts, obs.Window)
	}
	return sum, parts, nil
}

// summed is the one function that changes nothing: what a selector counts is summed anyway.
var summed = regexp.MustCompile(`^\s*sum\s*(?:(?:by|without)\s*\([^()]*\)\s*)?\((.*)\)\s*$`)

var extrapolates = regexp.MustCompile(`\b(increase|rate|irate|delta|idelta|deriv)\s*\(`)

// countable is the selector of a count. Every other expression is refused: no two values of it tell how often a
// counter in it began again in between, and "or vector(0)" makes a zero out of nothing.
func countable(query string) (Selector, string, *Failure) {
	text := query
	if in := summed.FindStringSubmatch(query); in != nil {
		text = strings.TrimSpace(in[1])
	}
	sel, err := ParseSelector(text)
	if err == nil {
		return sel, text, nil
	}
	f := failed(SourceFailed, "%q cannot be counted exactly: %s", query, err)
	if name := extrapolates.FindStringSubmatch(query); name != nil {
		f.Sentence = fmt.Sprintf("%q cannot be counted exactly: %s() extrapolates to fractions of events", query, name[1])
	}
	return sel, "", f.help("write the counter itself, with its labels if need be, such as orders_total{shop=\"north\"}: hoops takes the difference over the window")
}

// counters are the series of a selector with what each rose by; the coverage of the window is joined into obs.
func (p *Prometheus) counters(ctx context.Context, sel Selector, text string, obs *Observation) ([]counter, *Failure) {
	w := obs.Window
	found, f := p.matrix(ctx, text, w)
	if f != nil {
		return nil, f
	}
	if kind := p.kind(ctx, sel.Name); kind == "gauge" || kind == "info" || kind == "stateset" {
		return nil, failed(SourceFailed, "%s is a %s, which can fall, and a count needs a counter", sel.Name, kind).help("export a counter")
	}
	list, ended, f := countersOf(found, text, w)
	if f != nil {
		return nil, f
	}
	if len(list) == 0 {
		return nil, p.nothing(ctx, sel, text, w, len(found) > 0)
	}
	jobs := jobsOf(found)
	var up, starts model.Matrix
	if jobs != "" {
		if up, f = p.matrix(ctx, "up{"+jobs+"}", w); f != nil {
			return nil, f
		}
		for _, c := range list {
			if !c.based && starts == nil {
				if starts, f = p.matrix(ctx, "process_start_time_seconds{"+jobs+"}", w); f != nil {
					return nil, f
				}
			}
		}
	}
	if f := begin(list, starts, text, w); f != nil {
		return nil, f
	}
	covered(list, ended, up, text, obs)
	return list, nil
}

// nothing says why a selector has no series, with the name that was perhaps meant.
func (p *Prometheus) nothing(ctx context.Context, sel Selector, text string, w Window, before bool) *Failure {
	if before {
		return failed(NoData, "%s was there before the window and is gone", text).help("is the software still running, and still scraped?")
	}
	help := "initialise the counter with 0 when the software starts, or check its name and labels"
	stem := strings.TrimSuffix(sel.Name, "_total")
	near, f := p.matrix(ctx, `{__name__=~"`+stem+`(_total)?"}`, w)
	if f == nil {
		for _, s := range near {
			if name := string(s.Metric[model.MetricNameLabel]); name == sel.Name {
				return failed(NoData, "%s is not on the server", text).help(help + "; " + name + " is there with other labels")
			} else if name != "" {
				help += "; there is " + name
				break
			}
		}
	}
	return failed(NoData, "%s is not on the server", text).help(help)
}

// jobsOf is the matcher of the jobs that series were scraped by, "" where a series does not say.
func jobsOf(found model.Matrix) string {
	names := map[string]bool{}
	for _, s := range found {
		job, instance := s.Metric["job"], s.Metric["instance"]
		if job == "" || instance == "" {
			continue
		}
		names[regexp.QuoteMeta(string(job))] = true
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("job=~%q", strings.Join(sorted(names), "|"))
}

// gauge is the mean of raw samples, of all series of a selector; any other expression is evaluated on a grid.
func (p *Prometheus) gauge(ctx context.Context, query string, obs *Observation) *Failure {
	w := obs.Window
	var found model.Matrix
	var f *Failure
	sel, err := ParseSelector(query)
	if err == nil {
		found, f = p.matrix(ctx, query, w)
	} else {
		step := max(15*time.Second, w.To.Sub(w.From)/1000).Round(time.Second)
		found, f = p.samples(ctx, fmt.Sprintf("(%s)[%s:%s]", query, milliseconds(w.To.Sub(w.From)), milliseconds(step)), w.To)
		obs.Notes = append(obs.Notes, fmt.Sprintf("%s was evaluated every %s", query, step))
		if f == nil && len(found) > 1 {
			return failed(SourceFailed, "%q has %d values at once, and a gauge has one", query, len(found)).help("aggregate it: avg(…), max(…)")
		}
	}
	if f != nil {
		return f
	}
	var values []float64
	var list []counter
	for _, s := range found {
		seen := len(values)
		for _, v := range s.Values {
			if v.Timestamp.Time().Before(w.From) {
				continue
			}
			if math.IsNaN(float64(v.Value)) || math.IsInf(float64(v.Value), 0) {
				return failed(NoData, "%s is %s", query, v.Value)
			}
			values = append(values, float64(v.Value))
		}
		if len(values) > seen {
			list = append(list, counter{labels: s.Metric, times: timesOf(s.Values), life: span{w.From, w.To}})
		}
	}
	if len(values) == 0 {
		if err != nil {
			return failed(NoData, "%s has no value in the window", query).help("check the names and labels in it")
		}
		return p.nothing(ctx, sel, query, w, len(found) > 0)
	}
	var up model.Matrix
	if jobs := jobsOf(found); jobs != "" && err == nil {
		if up, f = p.matrix(ctx, "up{"+jobs+"}", w); f != nil {
			return f
		}
	}
	covered(list, nil, up, query, obs)
	obs.Gauge = gauge(values)
	return nil
}

// matrix are the raw samples of a selector in the window and shortly before it.
func (p *Prometheus) matrix(ctx context.Context, selector string, w Window) (model.Matrix, *Failure) {
	return p.samples(ctx, fmt.Sprintf("%s[%s]", selector, milliseconds(w.To.Sub(w.From)+lookback)), w.To)
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%dms", d.Milliseconds()) }

// samples is a query whose answer is a matrix.
func (p *Prometheus) samples(ctx context.Context, query string, at time.Time) (model.Matrix, *Failure) {
	found, f := p.matrices.do(query+"\xff"+at.String(), func() (model.Matrix, *Failure) { return p.instant(ctx, query, at) })
	if f != nil {
		return nil, f
	}
	for _, s := range found {
		if len(s.Histograms) > 0 {
			return nil, failed(SourceFailed, "%s is a native histogram, which hoops cannot count yet", cmp.Or(string(s.Metric[model.MetricNameLabel]), query)).
				help("keep its classic buckets: always_scrape_classic_histograms in the server's configuration")
		}
	}
	return found, nil
}
