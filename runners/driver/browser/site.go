package browser

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

// site is where the page may go, and what requests carry there. Its rules are those of the http driver.
type site struct {
	name    string
	base    *url.URL // nil without a url
	folder  *url.URL // base as what relative targets are below
	allowed map[string]bool
	own     map[string][]header // origins of url and services, with the environment's headers
}

type header struct{ name, value string }

func newSite(h *session.Host) (*site, error) {
	s := &site{name: h.Env.Name, allowed: map[string]bool{}, own: map[string][]header{}}
	common, err := environmentHeaders(h)
	if err != nil {
		return nil, err
	}
	add := func(key, text string) (*url.URL, error) {
		u, err := url.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s is no URL", key)
		}
		user := u.User
		address, err := normalise(u)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		s.allowed[address] = true
		headers := common
		if user != nil {
			password, _ := user.Password()
			h.Secrets.Add(password)
			headers = append([]header{basic(h, user.Username(), password)}, common...)
		}
		s.own[origin(u)] = headers
		return u, nil
	}
	for _, service := range h.Env.Services {
		if _, err := add("services."+service.Name, h.EnvText(service.Name)); err != nil {
			return nil, err
		}
	}
	if h.Env.URL != nil {
		if s.base, err = add("url", h.EnvText("url")); err != nil {
			return nil, err
		}
		s.base.RawQuery, s.base.Fragment, s.base.RawFragment, s.base.ForceQuery = "", "", "", false
		s.folder = s.base
		if !strings.HasSuffix(s.base.Path, "/") {
			s.folder = s.base.JoinPath("/")
		}
	}
	for _, entry := range h.Env.Hosts {
		schemes := []string{"https", "http"}
		if u, err := url.Parse("//" + entry); err == nil && u.Port() != "" {
			schemes = schemes[:1]
		}
		for _, scheme := range schemes {
			address, err := normalise(&url.URL{Scheme: scheme, Host: entry})
			if err != nil {
				return nil, fmt.Errorf("hosts: %q: %w", entry, err)
			}
			s.allowed[address] = true
		}
	}
	return s, nil
}

// environmentHeaders are auth, then headers, which win.
func environmentHeaders(h *session.Host) ([]header, error) {
	var all []header
	if a := h.Env.Auth; a != nil {
		var text [3]string
		for i, t := range []ir.Template{a.User, a.Password, a.Bearer} {
			var err error
			if text[i], err = h.Text(t); err != nil {
				return nil, fmt.Errorf("auth: %w", err)
			}
		}
		if a.Bearer != nil {
			h.Secrets.Add(text[2])
			all = append(all, header{"Authorization", "Bearer " + text[2]})
		} else {
			h.Secrets.Add(text[1])
			all = append(all, basic(h, text[0], text[1]))
		}
	}
	for _, f := range h.Env.Headers {
		value, err := h.Text(f.Value)
		if err != nil {
			return nil, fmt.Errorf("headers: %s: %w", f.Name, err)
		}
		if strings.EqualFold(f.Name, "Authorization") || strings.EqualFold(f.Name, "Cookie") {
			h.Secrets.Add(value)
		}
		all = append(all, header{f.Name, value})
	}
	return all, nil
}

func basic(h *session.Host, user, password string) header {
	value := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	h.Secrets.Add(value)
	return header{"Authorization", value}
}

// resolve is the absolute URL that a target means, allowed.
func (s *site) resolve(target string) (string, error) {
	u, err := url.Parse(target)
	if err != nil {
		return "", session.Failf("browser/url", "the address is no URL")
	}
	base := s.folder
	switch {
	case u.IsAbs():
		base = &url.URL{}
	case base == nil:
		f := session.Failf("browser/url", "the address is relative, and environment %q has no url", s.name)
		f.Help = []string{"give the environment a url, or run with --url"}
		return "", f
	case u.Path == "" && u.Host == "":
		base = s.base
	}
	u = base.ResolveReference(u)
	if err := s.admit(u); err != nil {
		return "", err
	}
	return u.String(), nil
}

// admit applies the host rule.
func (s *site) admit(u *url.URL) error {
	address, err := normalise(u)
	if err != nil {
		return session.Failf("browser/url", "the address is none that a page can have: %v", err)
	}
	if !s.allowed[address] {
		f := session.Failf("browser/host", "environment %q does not allow pages of %s", s.name, address)
		f.Help = []string{fmt.Sprintf("if it is meant, add it to the environment in hoops.yaml: hosts: [%q]", u.Host)}
		return f
	}
	return nil
}

// normalise writes an absolute URL in the one form that is compared, without user and password, and returns
// its host and port.
func normalise(u *url.URL) (string, error) {
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("its scheme is %q, expected http or https", u.Scheme)
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.String()
	} else if strings.IndexFunc(host, func(c rune) bool { return c >= 0x80 }) >= 0 {
		if host, err = idna.Lookup.ToASCII(host); err != nil {
			return "", fmt.Errorf("its host is no name: %w", err)
		}
	}
	if host == "" || strings.ContainsAny(host, " /\\?#@") {
		return "", fmt.Errorf("it has no host")
	}
	port := u.Port()
	usual := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	if port == "" {
		port = usual
	}
	address := net.JoinHostPort(host, port)
	u.User = nil
	switch {
	case port != usual:
		u.Host = address
	case strings.Contains(host, ":"):
		u.Host = "[" + host + "]"
	default:
		u.Host = host
	}
	return address, nil
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }
