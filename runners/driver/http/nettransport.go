package http

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/cucumber-value/hoops/runners/session"
)

// netTransport is the one of net/http.
type netTransport struct {
	shared *http.Transport
	// fresh makes a connection for each request. TRACE writes for hoops, but net/http repeats it when a kept
	// connection turns out to be closed.
	fresh *http.Transport
	http2 bool
	sent  atomic.Uint64
}

func newNetTransport(h *session.Host) (*netTransport, error) {
	config, err := tlsConfig(h)
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	proxy, err := proxyOf(h)
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	t := &netTransport{http2: h.Env.HTTP == "2"}
	t.shared = &http.Transport{
		Proxy:                  func(r *http.Request) (*url.URL, error) { return proxy(r.URL) },
		TLSClientConfig:        config,
		MaxIdleConnsPerHost:    1 << 16, // each of many sessions at once comes back to a connection
		IdleConnTimeout:        90 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		Protocols:              new(http.Protocols),
	}
	t.shared.Protocols.SetHTTP1(!t.http2)
	t.shared.Protocols.SetHTTP2(t.http2)
	t.fresh = t.shared.Clone()
	t.fresh.DisableKeepAlives = true
	return t, nil
}

func (t *netTransport) own() transport {
	own := &netTransport{shared: t.shared.Clone(), fresh: t.fresh, http2: t.http2}
	own.shared.TLSClientConfig = t.shared.TLSClientConfig
	return own
}

func (t *netTransport) close() {
	t.shared.CloseIdleConnections()
	t.fresh.CloseIdleConnections()
}

func (t *netTransport) proxied(u *url.URL) bool {
	p, err := t.shared.Proxy(&http.Request{URL: u})
	return p != nil || err != nil
}

func (t *netTransport) send(ctx context.Context, o order) (*response, error) {
	if t.http2 && o.to.Address.Scheme != "https" {
		return nil, errNotTLS
	}
	ctx, cancel := context.WithDeadlineCause(ctx, o.deadline, errTimeout)
	defer cancel()
	got, err := t.exchange(ctx, o)
	if err != nil && context.Cause(ctx) == errTimeout { // whatever it made of the connection
		err = timedOut(err)
	}
	return got, err
}

func (t *netTransport) exchange(ctx context.Context, o order) (*response, error) {
	var watch *stopwatch
	if t.sent.Add(1)%sampledPhases == 1 {
		watch = &stopwatch{}
		ctx = watch.trace(ctx)
	}
	over := t.shared
	r := (&http.Request{
		Method: o.method, URL: o.to.URL, Host: o.host, Header: o.header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	switch {
	case len(o.body) > 0:
		r.Body = io.NopCloser(bytes.NewReader(o.body)) // no GetBody, so it is not sent again
		r.ContentLength = int64(len(o.body))
	case o.writes && (t.http2 || !writes(o.method)):
		// A body that turns out to be empty is not sent, and a request with one is not sent again: neither after
		// GOAWAY, nor a GET that its definition says writes.
		r.Body = io.NopCloser(strings.NewReader(""))
	case o.method == http.MethodTrace:
		over = t.fresh
	}
	resp, err := over.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	got, err := readResponse(resp, o.maxBody)
	if watch != nil {
		got.phases = watch.phases()
	}
	return got, err
}

// once hides the headers that tell net/http a request may be repeated: it looks them up by their usual
// spelling, servers by any. For requests that write and have no body, by which it would know too.
func once(header http.Header) http.Header {
	cloned := false
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if v, ok := header[name]; ok {
			if !cloned {
				header, cloned = header.Clone(), true
			}
			delete(header, name)
			header[strings.ToLower(name)] = v
		}
	}
	return header
}

// readResponse reads the rest of a response whose head is known.
func readResponse(resp *http.Response, maxBody int64) (got *response, err error) {
	reason := strings.TrimSpace(strings.TrimPrefix(resp.Status, strconv.Itoa(resp.StatusCode)))
	got = &response{status: resp.StatusCode, reason: reason, fields: fields{parsed: resp.Header}}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return got, nil // what follows is no HTTP
	}
	got.body, err = read(resp, maxBody)
	if err != nil && !errors.As(err, new(*tooLarge)) && !errors.Is(err, errCompression) {
		err = &incomplete{resp.StatusCode, int64(len(got.body)), resp.ContentLength, err}
	}
	return got, err
}

// read is the body up to a limit, counted after decompression: a small response must not fill the memory.
func read(resp *http.Response, limit int64) (string, error) {
	var from io.Reader = resp.Body
	// net/http decompresses what it asked for itself; a step that sends Accept-Encoding means the same.
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		compressed := bufio.NewReader(resp.Body)
		if _, err := compressed.Peek(1); err == io.EOF {
			return "", nil // of HEAD, above all
		}
		z, err := gzip.NewReader(compressed)
		if err == gzip.ErrHeader {
			return "", fmt.Errorf("%w: %v", errCompression, err)
		}
		if err != nil {
			return "", err
		}
		from = z
	}
	var b bytes.Buffer
	if n := resp.ContentLength; n > 0 && n <= limit {
		b.Grow(int(n) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(from, limit+1))
	switch {
	case n > limit:
		if from != io.Reader(resp.Body) { // its length is that of what was compressed
			return "", &tooLarge{}
		}
		return "", &tooLarge{max(0, resp.ContentLength)}
	case errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader):
		err = fmt.Errorf("%w: %v", errCompression, err)
	}
	return text(b.Bytes()), err
}

// text is b as a string, without a copy: b is never written again.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
