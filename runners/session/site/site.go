// Package site says where the requests of an environment may go, whoever sends them, and what they carry there.
//
// They go to its url, services and hosts, and nowhere else: an address is checked in the one form that is dialled
// then, and at every redirect again. A host without a port means ports 80 and 443. The environment's headers and
// auth go to url and services only. A value in an address stays in its part of it, and may neither make its path
// segment vanish nor climb out of it.
//
// It refuses to open a connection.
package site

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// Site is where requests of an environment may go, and what they carry there.
type Site struct {
	Name    string              // of the environment
	Base    *url.URL            // nil without a url
	folder  *url.URL            // base as what relative targets are below
	origins map[string]Address  // of url and services, by "https://shop.example:443"
	allowed map[string]Address  // by "shop.example:443"
	headers map[string][]Header // of the environment, by origin: auth in a URL belongs to that URL
	guests  map[string]bool     // of allowed: what may not be written to
}

// New reads the rules of an environment.
func New(h *session.Host) (*Site, error) {
	s := &Site{Name: h.Env.Name, origins: map[string]Address{}, allowed: map[string]Address{}, headers: map[string][]Header{}, guests: map[string]bool{}}
	common, err := environmentHeaders(h)
	if err != nil {
		return nil, err
	}
	own := func(key, text string) (*url.URL, error) {
		u, err := url.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, WithoutURL(err))
		}
		a, user, err := Normalise(u)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		s.origins[a.Origin()] = a
		s.allowed[a.String()] = a
		headers := common
		if user != nil {
			headers = append([]Header{Basic(h, user)}, common...)
		}
		s.headers[a.Origin()] = headers
		return u, nil
	}
	for _, service := range h.Env.Services {
		if _, err := own("services."+service.Name, h.EnvText(service.Name)); err != nil {
			return nil, err
		}
	}
	if h.Env.URL != nil {
		if s.Base, err = own("url", h.EnvText("url")); err != nil {
			return nil, err
		}
		s.Base.RawQuery, s.Base.Fragment, s.Base.RawFragment, s.Base.ForceQuery = "", "", "", false
		s.folder = s.Base
		if !strings.HasSuffix(s.Base.Path, "/") {
			s.folder = s.Base.JoinPath("/")
		}
	}
	addresses := []string{h.EnvText("url")}
	for _, service := range h.Env.Services {
		addresses = append(addresses, h.EnvText(service.Name))
	}
	guests := runners.Guests(h.Env, addresses...)
	for _, entry := range h.Env.Hosts {
		guest := slices.Contains(guests, entry)
		u := &url.URL{Scheme: "https", Host: entry}
		if parsed, err := url.Parse("//" + entry); err == nil {
			u.Host = parsed.Host
		}
		a, _, err := Normalise(u)
		if err != nil {
			return nil, fmt.Errorf("hosts: %q: %w", entry, err)
		}
		s.allowed[a.String()] = a
		if guest {
			s.guests[a.String()] = true
		}
		if u.Port() == "" && !strings.HasSuffix(entry, ":443") {
			plain := Address{"http", a.Host, 80}
			s.allowed[plain.String()] = plain
			if guest {
				s.guests[plain.String()] = true
			}
		}
	}
	return s, nil
}

// Resolve is the absolute URL that a target means, allowed, with its address. User and password in it become
// the Authorization of this one request.
func (s *Site) Resolve(target string) (Destination, error) {
	u, err := url.Parse(target)
	if err != nil {
		return Destination{}, session.Failf("session/url", "the target is no URL: %v", WithoutURL(err))
	}
	base := s.folder
	switch {
	case u.IsAbs() || u.Host != "" && base == nil:
		base = &url.URL{}
	case base == nil:
		f := session.Failf("session/url", "the target is relative, and environment %q has no url", s.Name)
		f.Help = []string{"give the environment a url, or run with --url"}
		return Destination{}, f
	case u.Path == "" && u.Host == "":
		base = s.Base
	}
	u = base.ResolveReference(u)
	return s.Admit(u)
}

// Destination is an address that requests may go to.
type Destination struct {
	URL     *url.URL // normalised: what was checked is what is dialled; without user and password
	Address Address
	Auth    string // Authorization, of user and password in the URL
}

// Admit applies the host rule.
func (s *Site) Admit(u *url.URL) (Destination, error) {
	a, user, err := Normalise(u)
	if err != nil {
		return Destination{}, session.Failf("session/url", "the target is no URL that a request can go to: %v", err)
	}
	if _, allowed := s.allowed[a.String()]; !allowed {
		f := session.Failf("session/host", "environment %q does not allow requests to %s: that is neither its url, nor one of its services or hosts", s.Name, a)
		f.Help = []string{fmt.Sprintf("if it is meant, add it to the environment in hoops.yaml: hosts: [%s]", a.Entry())}
		return Destination{}, f
	}
	to := Destination{URL: u, Address: a}
	if user != nil {
		to.Auth = basicAuth(user)
	}
	return to, nil
}

// MayWrite refuses what writes to a host that is only one of the environment's hosts: neither this machine, nor its
// url or a service. Nobody has said that such a host may be changed.
func (s *Site) MayWrite(f *session.Frame, a Address) error {
	if len(s.guests) == 0 || !s.guests[a.String()] || f.Harmless() {
		return nil
	}
	failure := session.Failf("effects/writes", "this writes to %s, and environment %q refuses that: it is one of its hosts, and neither this machine nor its url or a service", a, s.Name)
	failure.Help = []string{fmt.Sprintf("say `writes: allow` in environment %s, or tag the scenario @safe-in-production if it may write there", s.Name),
		"or tag the definition @read if what it sends changes nothing, as a login does"}
	return failure
}

// Allows reports whether a Host header names an address that requests may go to.
func (s *Site) Allows(scheme, host string) bool {
	u := &url.URL{Scheme: scheme, Host: host}
	a, user, err := Normalise(u)
	_, allowed := s.allowed[a.String()]
	return err == nil && user == nil && allowed
}

// Headers are those of the environment that go to an address.
func (s *Site) Headers(a Address) []Header { return s.headers[a.Origin()] }

// Addresses are all that requests may go to.
func (s *Site) Addresses() []Address {
	var list []Address
	for _, text := range slices.Sorted(maps.Keys(s.allowed)) {
		list = append(list, s.allowed[text])
	}
	return list
}

// Owned are the addresses of url and services.
func (s *Site) Owned() []Address {
	var list []Address
	for _, origin := range slices.Sorted(maps.Keys(s.origins)) {
		list = append(list, s.origins[origin])
	}
	return list
}

// Own reports whether an address belongs to the environment's url or services.
func (s *Site) Own(a Address) bool {
	_, own := s.origins[a.Origin()]
	return own
}

// WithoutURL is the reason in an error of url.Parse: the URL itself may hold a password.
func WithoutURL(err error) error {
	if e, ok := err.(*url.Error); ok {
		return e.Err
	}
	return err
}
