package measure

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Scraper reads an application's own metrics endpoint. Credentials, certificates and proxies come in through
// Client and Header; neither is ever part of a message.
type Scraper struct {
	URL     string
	Client  *http.Client     // nil is the default client
	Header  http.Header      // sent with every scrape
	Version string           // of hoops, for the User-Agent
	Timeout time.Duration    // 0 is 10 s
	MaxBody int64            // bytes; 0 is 10 MB
	Now     func() time.Time // nil is time.Now
}

// Snapshot is one look at an endpoint: plain data, so that history can keep it.
type Snapshot struct {
	At      time.Time         `json:"at"`
	Source  string            `json:"source"` // the URL without credentials and query
	Series  []Series          `json:"series"`
	Types   map[string]string `json:"types,omitempty"`   // by family
	Started float64           `json:"started,omitempty"` // process_start_time_seconds; 0 is unknown
	Final   bool              `json:"final,omitempty"`   // the software was stopped right after it
}

// The text format is asked for as well, because few endpoints speak OpenMetrics.
const accept = "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.6,*/*;q=0.1"

// Scrape looks once. Its errors are *Failure.
func (s Scraper) Scrape(ctx context.Context) (*Snapshot, error) {
	shown := plainURL(s.URL)
	snap, sentence, help := s.scrape(ctx, shown)
	if sentence == "" {
		return snap, nil
	}
	return nil, &Failure{Reason: SourceFailed, Sentence: sentence, Help: help, Source: "openmetrics " + shown}
}

func (s Scraper) scrape(ctx context.Context, shown string) (snap *Snapshot, sentence string, help []string) {
	now, timeout, limit, client := s.Now, s.Timeout, s.MaxBody, s.Client
	if now == nil {
		now = time.Now
	}
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	if limit == 0 {
		limit = 10e6
	}
	if client == nil {
		client = http.DefaultClient
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil || req.URL.Host == "" {
		return nil, "the address of the metrics is no URL", []string{"set openmetrics: in the environment, such as http://127.0.0.1:8080/metrics"}
	}
	for name, values := range s.Header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("User-Agent", "hoops/"+s.Version+" (synthetic)")
	started := now()
	res, err := client.Do(req)
	if err != nil {
		return nil, shown + " " + refusal(err, timeout), []string{"is the software running, and does it export metrics there?"}
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		h := []string{"openmetrics: in the environment names the page with the metrics, often /metrics"}
		if res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden {
			h = []string{"the endpoint wants credentials: give the environment auth: or headers:"}
		}
		return nil, fmt.Sprintf("%s answered %d %s", shown, res.StatusCode, http.StatusText(res.StatusCode)), h
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	switch {
	case err != nil:
		return nil, shown + " " + refusal(err, timeout), nil
	case int64(len(body)) > limit:
		return nil, fmt.Sprintf("%s answered with more than %d bytes", shown, limit), nil
	}
	media, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if media == "text/html" || strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 100)])), "<") {
		return nil, shown + " answered with a web page, not with metrics", []string{"openmetrics: in the environment names the page with the metrics, often /metrics"}
	}
	if media != "" && media != "text/plain" && media != "application/openmetrics-text" && media != "application/octet-stream" {
		return nil, fmt.Sprintf("%s answered with %s, not with metrics", shown, clip(media)), []string{"the Prometheus text format and OpenMetrics are understood"}
	}
	series, types, err := readExposition(body, media == "application/openmetrics-text")
	if err != nil {
		return nil, fmt.Sprintf("the metrics of %s cannot be read: %v", shown, err), nil
	}
	snap = &Snapshot{At: started, Source: shown, Series: series, Types: types}
	starts := 0
	for _, x := range series {
		// Later than the year 5000 is milliseconds, or nonsense.
		if x.Name == "process_start_time_seconds" && x.Value > 0 && x.Value < 1e11 {
			starts++
			snap.Started = x.Value
		}
	}
	if starts > 1 { // an aggregating exporter: none of them speaks for the counters
		snap.Started = 0
	}
	return snap, "", nil
}

// refusal says what happened in words that an owner can pass on, without the error's own address, which may
// hold credentials.
func refusal(err error, timeout time.Duration) string {
	var dns *net.DNSError
	var network net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout():
		return fmt.Sprintf("did not answer within %s", timeout)
	case errors.Is(err, context.Canceled):
		return "was not waited for"
	case errors.As(err, &dns):
		return "has a host that is not known"
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return "has a certificate that is not trusted here (" + untrusted.Err.Error() + "); tls: of the environment names its ca"
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return "refused the connection"
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "closed the connection before the end of its answer"
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return "did not answer: " + err.Error()
}

func plainURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "the metrics endpoint"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
