package http

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/cucumber-value/hoops/runners/session"
	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/idna"
)

// site is where requests of an environment may go, and what they carry there.
type site struct {
	name    string
	base    *url.URL            // nil without a url
	folder  *url.URL            // base as what relative targets are below
	origins map[string]bool     // of url and services, "https://shop.example:443"
	allowed map[string]bool     // addresses, "shop.example:443"
	headers map[string][]header // of the environment, by origin: auth in a URL belongs to that URL
}

// header is one with its value, checked.
type header struct{ name, value string }

func newSite(h *session.Host) (*site, error) {
	s := &site{name: h.Env.Name, origins: map[string]bool{}, allowed: map[string]bool{}, headers: map[string][]header{}}
	common, err := environmentHeaders(h)
	if err != nil {
		return nil, err
	}
	own := func(key, text string) (*url.URL, error) {
		u, err := url.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, withoutURL(err))
		}
		a, user, err := normalise(u)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		s.origins[a.origin()] = true
		s.allowed[a.String()] = true
		headers := common
		if user != nil {
			headers = append([]header{basic(h, user)}, common...)
		}
		s.headers[a.origin()] = headers
		return u, nil
	}
	for _, service := range h.Env.Services {
		if _, err := own("services."+service.Name, h.EnvText(service.Name)); err != nil {
			return nil, err
		}
	}
	if h.Env.URL != nil {
		if s.base, err = own("url", h.EnvText("url")); err != nil {
			return nil, err
		}
		s.base.RawQuery, s.base.Fragment, s.base.RawFragment, s.base.ForceQuery = "", "", "", false
		s.folder = s.base
		if !strings.HasSuffix(s.base.Path, "/") {
			s.folder = s.base.JoinPath("/")
		}
	}
	for _, entry := range h.Env.Hosts {
		u := &url.URL{Scheme: "https", Host: entry}
		if parsed, err := url.Parse("//" + entry); err == nil {
			u.Host = parsed.Host
		}
		a, _, err := normalise(u)
		if err != nil {
			return nil, fmt.Errorf("hosts: %q: %w", entry, err)
		}
		s.allowed[a.String()] = true
		if u.Port() == "" && !strings.HasSuffix(entry, ":443") {
			s.allowed[address{"http", a.host, 80}.String()] = true
		}
	}
	return s, nil
}

// environmentHeaders are auth, then headers, which win.
func environmentHeaders(h *session.Host) ([]header, error) {
	var all []header
	if a := h.Env.Auth; a != nil {
		user, err := h.Text(a.User)
		if err != nil {
			return nil, fmt.Errorf("auth: %w", err)
		}
		password, err := h.Text(a.Password)
		if err != nil {
			return nil, fmt.Errorf("auth: %w", err)
		}
		bearer, err := h.Text(a.Bearer)
		if err != nil {
			return nil, fmt.Errorf("auth: %w", err)
		}
		if a.Bearer != nil {
			all = append(all, header{"Authorization", "Bearer " + bearer})
		} else {
			all = append(all, basic(h, url.UserPassword(user, password)))
		}
	}
	for _, f := range h.Env.Headers {
		value, err := h.Text(f.Value)
		if err != nil {
			return nil, fmt.Errorf("headers: %s: %w", f.Name, err)
		}
		all = append(all, header{f.Name, value})
	}
	for _, e := range all {
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("headers: %w", err)
		}
		hide(h.Secrets, e.name, e.value)
	}
	return all, nil
}

func (h header) check() error {
	if !httpguts.ValidHeaderFieldName(h.name) {
		return fmt.Errorf("%q cannot be the name of a header", h.name)
	}
	if !httpguts.ValidHeaderFieldValue(h.value) {
		return fmt.Errorf("the value of %s holds a character that no header can hold", h.name)
	}
	return nil
}

// basic is the Authorization of user and password; both the password and the header are masked.
func basic(h *session.Host, user *url.Userinfo) header {
	value := basicAuth(user)
	hide(h.Secrets, "Authorization", value)
	return header{"Authorization", value}
}

func basicAuth(user *url.Userinfo) string {
	password, _ := user.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password))
}

// resolve is the absolute URL that a target means, allowed, with its address. User and password in it become
// the Authorization of this one request.
func (s *site) resolve(target string) (destination, error) {
	u, err := url.Parse(target)
	if err != nil {
		return destination{}, session.Failf("http/url", "the target is no URL: %v", withoutURL(err))
	}
	base := s.folder
	switch {
	case u.IsAbs() || u.Host != "" && base == nil:
		base = &url.URL{}
	case base == nil:
		f := session.Failf("http/url", "the target is relative, and environment %q has no url", s.name)
		f.Help = []string{"give the environment a url, or run with --url"}
		return destination{}, f
	case u.Path == "" && u.Host == "":
		base = s.base
	}
	u = base.ResolveReference(u)
	return s.admit(u)
}

// destination is an address that requests may go to.
type destination struct {
	url     *url.URL // normalised: what was checked is what is dialled; without user and password
	address address
	auth    string // Authorization, of user and password in the URL
}

// admit applies the host rule.
func (s *site) admit(u *url.URL) (destination, error) {
	a, user, err := normalise(u)
	if err != nil {
		return destination{}, session.Failf("http/url", "the target is no URL that a request can go to: %v", err)
	}
	if !s.allowed[a.String()] {
		f := session.Failf("http/host", "environment %q does not allow requests to %s: that is neither its url, nor one of its services or hosts", s.name, a)
		f.Help = []string{fmt.Sprintf("if it is meant, add it to the environment in hoops.yaml: hosts: [%s]", a.entry())}
		return destination{}, f
	}
	to := destination{url: u, address: a}
	if user != nil {
		to.auth = basicAuth(user)
	}
	return to, nil
}

// allows reports whether a Host header names an address that requests may go to.
func (s *site) allows(scheme, host string) bool {
	u := &url.URL{Scheme: scheme, Host: host}
	a, user, err := normalise(u)
	return err == nil && user == nil && s.allowed[a.String()]
}

// own reports whether an address belongs to the environment's url or services.
func (s *site) own(a address) bool { return s.origins[a.origin()] }

// address is where a connection goes.
type address struct {
	scheme string
	host   string // lower case, ASCII, an IP in its shortest form
	port   int
}

func (a address) String() string { return net.JoinHostPort(a.host, strconv.Itoa(a.port)) }

// origin tells https from http on one port: what is sent to one is not for the other.
func (a address) origin() string { return a.scheme + "://" + a.String() }

// entry is the address as one writes it in hosts.
func (a address) entry() string {
	text := a.String()
	if a.port == usualPort(a.scheme) {
		text = a.authority()
	}
	if strings.HasPrefix(text, "[") {
		text = strconv.Quote(text)
	}
	return text
}

func (a address) authority() string {
	host := a.host
	if strings.Contains(host, ":") {
		host = "[" + strings.Replace(host, "%", "%25", 1) + "]"
	}
	if a.port == usualPort(a.scheme) {
		return host
	}
	return host + ":" + strconv.Itoa(a.port)
}

func usualPort(scheme string) int {
	if scheme == "https" {
		return 443
	}
	return 80
}

// normalise checks an absolute URL, writes its scheme and host in the one form that is compared and dialled,
// and takes user and password out of it.
func normalise(u *url.URL) (address, *url.Userinfo, error) {
	u.Scheme = strings.ToLower(u.Scheme)
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return address{}, nil, fmt.Errorf("its scheme is %q, expected http or https", u.Scheme)
	case u.Opaque != "" || u.Hostname() == "":
		return address{}, nil, fmt.Errorf("it has no host")
	}
	a := address{scheme: u.Scheme, host: strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), port: usualPort(u.Scheme)}
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return address{}, nil, fmt.Errorf("its port is %s, expected one up to 65535", p)
		}
		a.port = int(n)
	}
	if ip, err := netip.ParseAddr(a.host); err == nil {
		a.host = ip.String()
	} else if strings.IndexFunc(a.host, func(c rune) bool { return c >= 0x80 }) >= 0 {
		if a.host, err = idna.Lookup.ToASCII(a.host); err != nil {
			return address{}, nil, fmt.Errorf("its host is no name: %w", err)
		}
	}
	if a.host == "" || strings.IndexFunc(a.host, notHost) >= 0 {
		return address{}, nil, fmt.Errorf("its host is no name and no address")
	}
	u.Host = a.authority()
	user := u.User
	u.User = nil
	u.RawQuery = escapeQuery(u.RawQuery)
	return a, user, nil
}

func notHost(c rune) bool {
	return !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.ContainsRune("-._:%", c))
}

// escapeQuery encodes what the author wrote and HTTP cannot carry: spaces, letters beyond ASCII, quotes.
func escapeQuery(q string) string {
	bad := func(c byte) bool { return c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 }
	n := 0
	for i := range len(q) {
		if bad(q[i]) {
			n++
		}
	}
	if n == 0 {
		return q
	}
	b := make([]byte, 0, len(q)+2*n)
	for i := range len(q) {
		if bad(q[i]) {
			b = fmt.Appendf(b, "%%%02X", q[i])
			continue
		}
		b = append(b, q[i])
	}
	return string(b)
}

// withoutURL is the reason in an error of url.Parse: the URL itself may hold a password.
func withoutURL(err error) error {
	if e, ok := err.(*url.Error); ok {
		return e.Err
	}
	return err
}
