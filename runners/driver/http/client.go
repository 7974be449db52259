package http

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/runners/session"
)

// Client asks what is no part of the program, such as an environment's metrics, over the certificates and the proxy
// of that environment. A server-name is that of its url and services: another host is verified by its own.
func Client(h *session.Host) (*http.Client, error) {
	config, err := tlsConfig(h)
	if err != nil {
		return nil, fmt.Errorf("environment %s: tls: %w", h.Env.Name, err)
	}
	proxy, err := proxyOf(h)
	if err != nil {
		return nil, fmt.Errorf("environment %s: proxy: %w", h.Env.Name, err)
	}
	named := &http.Transport{
		Proxy:                  func(r *http.Request) (*url.URL, error) { return proxy(r.URL) },
		TLSClientConfig:        config,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		ForceAttemptHTTP2:      true,
	}
	if config.ServerName == "" {
		return &http.Client{Transport: named}, nil
	}
	other := named.Clone()
	other.TLSClientConfig.ServerName = ""
	own := map[string]bool{}
	for _, name := range append([]string{"url"}, serviceNames(h)...) {
		if u, err := url.Parse(h.EnvText(name)); err == nil {
			own[strings.ToLower(u.Hostname())] = true
		}
	}
	return &http.Client{Transport: byHost{own, named, other}}, nil
}

func serviceNames(h *session.Host) (names []string) {
	for _, s := range h.Env.Services {
		names = append(names, s.Name)
	}
	return names
}

// byHost sends to the environment's own hosts one way, and to others another.
type byHost struct {
	own          map[string]bool
	named, other *http.Transport
}

func (b byHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.own[strings.ToLower(r.URL.Hostname())] {
		return b.named.RoundTrip(r)
	}
	return b.other.RoundTrip(r)
}
