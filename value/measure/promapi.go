package measure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/api"
	"github.com/prometheus/common/model"
)

// envelope is every answer of the API.
type envelope struct {
	Status   string          `json:"status"`
	Data     json.RawMessage `json:"data"`
	Type     string          `json:"errorType"`
	Error    string          `json:"error"`
	Warnings []string        `json:"warnings"`
}

// instant is an instant query whose answer is a matrix, because its expression ends in a range. A warning of the
// server means that a part of the data is missing.
func (p *Prometheus) instant(ctx context.Context, query string, at time.Time) (model.Matrix, *Failure) {
	form := url.Values{"query": {query}, "time": {strconv.FormatFloat(float64(at.UnixMilli())/1000, 'f', 3, 64)}}
	e, f := p.ask(ctx, "/api/v1/query", form)
	if f != nil {
		return nil, f
	}
	if len(e.Warnings) > 0 {
		return nil, failed(IncompleteWindow, "%s answered in part only: %s", plainURL(p.URL), clip(strings.Join(e.Warnings, "; ")))
	}
	var data struct {
		Type   string     `json:"resultType"`
		Result []answered `json:"result"`
	}
	err := json.Unmarshal(e.Data, &data)
	if data.Type != "matrix" && data.Type != "" {
		err = fmt.Errorf("it is a %q where samples were asked for", clip(data.Type))
	}
	if err == nil && data.Type == "" {
		err = errors.New("it does not say what it is")
	}
	if err != nil {
		return nil, failed(SourceFailed, "the answer of %s cannot be read: %s", plainURL(p.URL), clip(err.Error()))
	}
	found := make(model.Matrix, len(data.Result))
	for i, r := range data.Result {
		found[i] = &model.SampleStream{Metric: r.Metric, Values: r.Values}
		if text := string(r.Histograms); text != "" && text != "null" && text != "[]" {
			found[i].Histograms = make([]model.SampleHistogramPair, 1)
		}
	}
	return found, nil
}

// answered is one series of an answer. The client's own type reads each sample by itself, and most of the time of a
// thousand claims went there.
type answered struct {
	Metric     model.Metric    `json:"metric"`
	Values     pairs           `json:"values"`
	Histograms json.RawMessage `json:"histograms"`
}

type pairs []model.SamplePair

// UnmarshalJSON reads [[1772445595.123,"17"],…], which is valid JSON when it comes here.
func (p *pairs) UnmarshalJSON(text []byte) error {
	rest := text
	skip := func(c byte) bool {
		for len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\n' || rest[0] == '\t' || rest[0] == '\r') {
			rest = rest[1:]
		}
		if len(rest) == 0 || rest[0] != c {
			return false
		}
		rest = rest[1:]
		return true
	}
	until := func(c byte) string {
		n := bytes.IndexByte(rest, c)
		if n < 0 {
			return ""
		}
		s := rest[:n]
		rest = rest[n+1:]
		return string(s)
	}
	bad := fmt.Errorf("%s are no samples", clip(string(text)))
	if string(text) == "null" {
		return nil
	}
	if !skip('[') {
		return bad
	}
	list := make(pairs, 0, bytes.Count(text, []byte{'['}))
	for !skip(']') {
		if len(list) > 0 && !skip(',') || !skip('[') {
			return bad
		}
		at, err := strconv.ParseFloat(strings.TrimSpace(until(',')), 64)
		if err != nil || !skip('"') {
			return bad
		}
		v, err := strconv.ParseFloat(until('"'), 64)
		if err != nil || !skip(']') {
			return bad
		}
		list = append(list, model.SamplePair{Timestamp: model.Time(math.Round(at * 1000)), Value: model.SampleValue(v)})
	}
	*p = list
	return nil
}

// kind is the type of a metric as its exporter declares it, "" where the server does not know.
func (p *Prometheus) kind(ctx context.Context, name string) string {
	kind, _ := p.texts.do(name, func() (string, *Failure) {
		e, f := p.ask(ctx, "/api/v1/metadata", url.Values{"metric": {name}})
		var known map[string][]struct{ Type string }
		if f != nil || json.Unmarshal(e.Data, &known) != nil || len(known[name]) == 0 {
			return "", nil // not every server that speaks the API has metadata
		}
		return known[name][0].Type, nil
	})
	return kind
}

// ask sends a form: a POST for queries, which may be longer than a URL, else a GET.
func (p *Prometheus) ask(ctx context.Context, path string, form url.Values) (envelope, *Failure) {
	shown, timeout := plainURL(p.URL), p.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	address, err := url.Parse(p.URL)
	if err != nil || address.Host == "" {
		return envelope{}, failed(SourceFailed, "the address of the Prometheus server is no URL").help("set prometheus: in the environment, such as http://127.0.0.1:9090")
	}
	client, err := api.NewClient(api.Config{Address: p.URL, Client: p.client(address)})
	if err != nil {
		return envelope{}, failed(SourceFailed, "the address of the Prometheus server is no URL")
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request := func(method string) (*http.Response, []byte, error) {
		u, body := client.URL(path, nil), io.Reader(nil)
		if method == http.MethodPost {
			body = strings.NewReader(form.Encode())
		} else {
			q := u.Query()
			maps.Copy(q, form)
			u.RawQuery = q.Encode()
		}
		req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
		if err != nil {
			return nil, nil, err
		}
		maps.Copy(req.Header, p.Header)
		if method == http.MethodPost {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		req.Header.Set("Accept", "application/json")
		req.Header.Set("User-Agent", "hoops/"+p.Version+" (synthetic)")
		return client.Do(ctx, req)
	}
	method := http.MethodPost
	if path != "/api/v1/query" {
		method = http.MethodGet
	}
	res, body, err := request(method)
	if err == nil && (res.StatusCode == http.StatusMethodNotAllowed || res.StatusCode == http.StatusNotImplemented) {
		res, body, err = request(http.MethodGet)
	}
	if err != nil {
		return envelope{}, failed(SourceFailed, "%s %s", shown, refusal(err, timeout)).help("is the Prometheus server running, and is prometheus: of the environment its address?")
	}
	return p.read(shown, res, body)
}

func (p *Prometheus) read(shown string, res *http.Response, body []byte) (envelope, *Failure) {
	var e envelope
	status := fmt.Sprintf("%d %s", res.StatusCode, http.StatusText(res.StatusCode))
	err := json.Unmarshal(body, &e)
	switch {
	case int64(len(body)) > p.limit():
		return e, failed(SourceFailed, "%s answered with more than %d bytes", shown, p.limit()).help("ask for fewer series, or for a shorter window")
	case err == nil && e.Status == "error":
		return e, failed(SourceFailed, "%s refused the query: %s", shown, clipLong(e.Error))
	case res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden:
		return e, failed(SourceFailed, "%s answered %s", shown, status).help("the server wants credentials: give the environment auth: or headers:")
	case res.StatusCode != http.StatusOK:
		return e, failed(SourceFailed, "%s answered %s", shown, status).help("prometheus: in the environment is the server's address, without /api/v1")
	case strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 100)])), "<"):
		return e, failed(SourceFailed, "%s answered with a web page, not with the Prometheus API", shown).help("prometheus: in the environment is the server's address; is there a login page before it?")
	case err != nil || e.Status != "success" || len(e.Data) == 0:
		return e, failed(SourceFailed, "%s answered with something that is not the Prometheus API", shown).help("prometheus: in the environment is the server's address, without /api/v1")
	}
	return e, nil
}

func (p *Prometheus) limit() int64 {
	if p.MaxBody > 0 {
		return p.MaxBody
	}
	return 100e6
}

// client is the caller's with two bounds: an answer has an end, and credentials go to no other host.
func (p *Prometheus) client(address *url.URL) *http.Client {
	c := http.Client{}
	if p.Client != nil {
		c = *p.Client
	}
	c.Transport = bounded{next: c.Transport, limit: p.limit() + 1}
	c.CheckRedirect = sameSite(address, c.CheckRedirect)
	return &c
}

// bounded cuts answers off, one byte behind what is read.
type bounded struct {
	next  http.RoundTripper
	limit int64
}

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	next := b.next
	if next == nil {
		next = http.DefaultTransport
	}
	res, err := next.RoundTrip(req)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, b.limit), res.Body}
	}
	return res, err
}

func clipLong(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}

func sorted(set map[string]bool) []string {
	return slices.Sorted(maps.Keys(set))
}
