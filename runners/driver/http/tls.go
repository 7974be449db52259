package http

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
	"golang.org/x/net/http/httpproxy"
)

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
		return nil, site.WithoutURL(err)
	}
	if u.Host == "" {
		return nil, errors.New("it is no URL with a host")
	}
	if u.User != nil {
		site.Basic(h, u.User) // masked
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
