package http

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
	"golang.org/x/net/http/httpproxy"
)

// transport sends one message and reads the whole response. It follows no redirect, keeps no cookie, and sends
// what writes at most once.
type transport interface {
	send(ctx context.Context, m *message, header http.Header, maxBody int64) (*response, error)
	// proxied reports whether a proxy stands between.
	proxied(*url.URL) bool
	close()
}

// response is what came back, decompressed.
type response struct {
	status int
	reason string // "Not Found", as the server says it
	header http.Header
	body   []byte
}

// incomplete is the error of a response that broke off.
type incomplete struct {
	status int
	got    int64
	want   int64 // -1 when it was not announced
	cause  error
}

func (e *incomplete) Error() string {
	if e.want > 0 {
		return fmt.Sprintf("the response broke off after %d of %d bytes", e.got, e.want)
	}
	return fmt.Sprintf("the response broke off after %d bytes", e.got)
}

func (e *incomplete) Unwrap() error { return e.cause }

var (
	errTooLarge    = errors.New("the response is too large")
	errCompression = errors.New("the response is not what its Content-Encoding says")
	errNotTLS      = errors.New("HTTP/2 needs https")
)

// netTransport is the one of net/http.
type netTransport struct {
	shared *http.Transport
	// fresh makes a connection for each request. TRACE writes for hoops, but net/http repeats it when a kept
	// connection turns out to be closed.
	fresh *http.Transport
	http2 bool
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

func (t *netTransport) close() {
	t.shared.CloseIdleConnections()
	t.fresh.CloseIdleConnections()
}

func (t *netTransport) proxied(u *url.URL) bool {
	p, err := t.shared.Proxy(&http.Request{URL: u})
	return p != nil || err != nil
}

func (t *netTransport) send(ctx context.Context, m *message, header http.Header, maxBody int64) (*response, error) {
	if t.http2 && m.to.address.scheme != "https" {
		return nil, errNotTLS
	}
	over := t.shared
	r := (&http.Request{
		Method: m.method, URL: m.to.url, Host: m.host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if len(m.body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(m.body)) // no GetBody, so it is not sent again
		r.ContentLength = int64(len(m.body))
	} else if writes(m.method) {
		if t.http2 {
			r.Body = io.NopCloser(strings.NewReader("")) // a request without a body would be sent again after GOAWAY
		}
		if m.method == http.MethodTrace {
			over = t.fresh
		}
		r.Header = once(header)
	}
	resp, err := over.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	reason := strings.TrimSpace(strings.TrimPrefix(resp.Status, fmt.Sprint(resp.StatusCode)))
	got := &response{status: resp.StatusCode, reason: reason, header: resp.Header}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return got, nil // what follows is no HTTP
	}
	got.body, err = read(resp, maxBody)
	if err != nil && !errors.Is(err, errTooLarge) && !errors.Is(err, errCompression) {
		err = &incomplete{resp.StatusCode, int64(len(got.body)), resp.ContentLength, err}
	}
	return got, err
}

// once hides the headers that tell net/http a request may be repeated: it looks them up by their usual
// spelling, servers by any.
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

// read is the body up to a limit, counted after decompression: a small response must not fill the memory.
func read(resp *http.Response, limit int64) ([]byte, error) {
	var from io.Reader = resp.Body
	// net/http decompresses what it asked for itself; a step that sends Accept-Encoding means the same.
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		compressed := bufio.NewReader(resp.Body)
		if _, err := compressed.Peek(1); err == io.EOF {
			return nil, nil // of HEAD, above all
		}
		z, err := gzip.NewReader(compressed)
		if err == gzip.ErrHeader {
			return nil, fmt.Errorf("%w: %v", errCompression, err)
		}
		if err != nil {
			return nil, err
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
		return nil, errTooLarge
	case errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader):
		err = fmt.Errorf("%w: %v", errCompression, err)
	}
	return b.Bytes(), err
}

// proxyOf is the environment's proxy, else that of HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
func proxyOf(h *session.Host) (func(*url.URL) (*url.URL, error), error) {
	if h.Env.Proxy == nil {
		return httpproxy.FromEnvironment().ProxyFunc(), nil
	}
	text, err := h.Text(h.Env.Proxy)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, withoutURL(err)
	}
	if u.Host == "" {
		return nil, errors.New("it is no URL with a host")
	}
	if u.User != nil {
		basic(h, u.User) // masked
	}
	return func(*url.URL) (*url.URL, error) { return u, nil }, nil
}

func tlsConfig(h *session.Host) (*tls.Config, error) {
	c := &tls.Config{}
	t := h.Env.TLS
	if t == nil {
		return c, nil
	}
	c.ServerName, c.InsecureSkipVerify = t.ServerName, t.Insecure
	if t.CA != nil {
		pem, err := tlsFile(h, t.CA)
		if err != nil {
			return nil, fmt.Errorf("ca: %w", err)
		}
		if c.RootCAs, err = x509.SystemCertPool(); err != nil {
			c.RootCAs = x509.NewCertPool()
		}
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("ca: the file holds no certificate in PEM form")
		}
	}
	if t.Cert != nil || t.Key != nil {
		cert, err := tlsFile(h, t.Cert)
		if err != nil {
			return nil, fmt.Errorf("cert: %w", err)
		}
		key, err := tlsFile(h, t.Key)
		if err != nil {
			return nil, fmt.Errorf("key: %w", err)
		}
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("cert and key: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// tlsFile is a file of the project, or one that lies beside it: keys are in no artefact.
func tlsFile(h *session.Host, t ir.Template) ([]byte, error) {
	path, err := h.Text(t)
	if err != nil {
		return nil, err
	}
	if data, err := h.File(path); err == nil {
		return data, nil
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(h.Dir, filepath.FromSlash(path))
	}
	return os.ReadFile(path)
}
