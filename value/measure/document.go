package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// Documents reads the JSON and CSV documents of measures, each once: over HTTP, or from a file of the project.
// Credentials, certificates and proxies come in through Client and Header; neither is ever part of a message.
type Documents struct {
	// Address of a measure's document, evaluated: a URL, or a path in Dir.
	Address func(ir.Measure, Window) (string, error)
	Dir     string
	Client  *http.Client               // nil is the default client
	Header  func(*url.URL) http.Header // sent with a request; nil is none
	Version string                     // of hoops, for the User-Agent
	Timeout time.Duration              // 0 is 10 s
	MaxBody int64                      // bytes; 0 is 10 MB

	read once[[]byte]
}

// document is the bytes, and the address as it may be shown.
func (d *Documents) document(ctx context.Context, m ir.Measure, w Window, kind string) (body []byte, shown string, f *Failure) {
	address, err := d.Address(m, w)
	if err != nil {
		return nil, "", failed(SourceFailed, "the url of %s cannot be made: %s", m.Name, err)
	}
	if strings.Contains(address, "://") {
		shown = plainURL(address)
		body, f = d.read.do(kind+"\xff"+address, func() ([]byte, *Failure) { return d.fetch(ctx, address, shown, kind) })
		return body, shown, f
	}
	shown = filepath.ToSlash(filepath.Clean(address))
	body, f = d.read.do(address, func() ([]byte, *Failure) { return d.open(address, shown) })
	return body, shown, f
}

func (d *Documents) limit() int64 {
	if d.MaxBody > 0 {
		return d.MaxBody
	}
	return 10e6
}

func (d *Documents) open(path, shown string) ([]byte, *Failure) {
	if !filepath.IsLocal(path) {
		return nil, failed(SourceFailed, "%s is outside of the project's folder", shown)
	}
	file, err := os.OpenInRoot(d.Dir, path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, failed(SourceFailed, "there is no file %s", shown).help("url: of the measure is a path from the folder of hoops.yaml")
	case err != nil:
		return nil, failed(SourceFailed, "%s cannot be opened", shown)
	}
	defer file.Close()
	body, err := io.ReadAll(io.LimitReader(file, d.limit()+1))
	if err != nil {
		return nil, failed(SourceFailed, "%s cannot be read", shown)
	}
	return d.whole(body, shown)
}

func (d *Documents) fetch(ctx context.Context, address, shown, kind string) ([]byte, *Failure) {
	timeout := d.Timeout
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || req.URL.Host == "" || req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return nil, failed(SourceFailed, "the address of the document is no URL").help("url: of the measure is http://…, https://… or a file")
	}
	if d.Header != nil {
		for name, values := range d.Header(req.URL) {
			req.Header[name] = values
		}
	}
	req.Header.Set("Accept", kind)
	req.Header.Set("User-Agent", "hoops/"+d.Version+" (synthetic)")
	client := http.Client{}
	if d.Client != nil {
		client = *d.Client
	}
	client.CheckRedirect = sameSite(req.URL, client.CheckRedirect)
	res, err := client.Do(req)
	if err != nil {
		return nil, failed(SourceFailed, "%s %s", shown, refusal(err, timeout))
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		f := failed(SourceFailed, "%s answered %d %s", shown, res.StatusCode, http.StatusText(res.StatusCode))
		if res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden {
			f.help("it wants credentials")
		}
		return nil, f
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, d.limit()+1))
	if err != nil {
		return nil, failed(SourceFailed, "%s %s", shown, refusal(err, timeout))
	}
	return d.whole(body, shown)
}

// whole refuses what is not all of a document, or a page that stands in its place.
func (d *Documents) whole(body []byte, shown string) ([]byte, *Failure) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	switch {
	case int64(len(body)) > d.limit():
		return nil, failed(SourceFailed, "%s has more than %d bytes", shown, d.limit())
	case len(bytes.TrimSpace(body)) == 0:
		return nil, failed(NoData, "%s is empty", shown)
	case bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")):
		return nil, failed(SourceFailed, "%s is a web page, not a document of data", shown).help("is there a login page before it?")
	}
	return body, nil
}

// sameSite follows redirects on one site only: credentials go nowhere else, and a login page elsewhere is no data.
func sameSite(site *url.URL, next func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		if req.URL.Host != site.Host || req.URL.Scheme != site.Scheme || len(via) > 5 {
			return http.ErrUseLastResponse
		}
		if next != nil {
			return next(req, via)
		}
		return nil
	}
}

func (d *Documents) fail(f *Failure, kind, shown, query string) (Observation, error) {
	f.Source, f.Query = kind, query
	if shown != "" {
		f.Source = fmt.Sprintf("%s %s", kind, shown)
	}
	return Observation{}, f
}
