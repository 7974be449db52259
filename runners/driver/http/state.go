package http

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/runners/secret"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
	"golang.org/x/net/publicsuffix"
)

// state is what one actor has: cookies. Those of the environment's url and services lie in one jar, those of
// further hosts in one for each port, for a jar itself knows no ports.
type state struct {
	driver  *Driver
	secrets *secret.Scope
	jars    map[string]*jar
	news    []session.Cookie // for the other drivers of this actor
	hidden  string           // the credentials that were masked last: mostly one token for all requests
	trail   trail

	transport transport // the driver's, or one of its own
}

var (
	_ session.State        = (*state)(nil)
	_ session.CookieKeeper = (*state)(nil)
)

// News are the cookies that were received since the last call.
func (s *state) News(context.Context) ([]session.Cookie, error) {
	news := s.news
	s.news = nil
	return news, nil
}

// Take stores cookies that another driver received.
func (s *state) Take(_ context.Context, news []session.Cookie) error {
	for _, n := range news {
		from := *n.From
		a, _, err := site.Normalise(&from)
		if err != nil {
			continue // of an address that no request goes to
		}
		s.hideCookie(n.Cookie)
		s.jar(a).set(&from, n.Cookie)
	}
	return nil
}

// Adopt copies the cookies of another state of this driver.
func (s *state) Adopt(from session.State) {
	other, ok := from.(*state)
	if !ok || other == s {
		return
	}
	for realm, j := range other.jars {
		own := s.realm(realm)
		for _, c := range j.received {
			own.set(c.from, c.cookie)
			s.news = append(s.news, session.Cookie{From: c.from, Cookie: c.cookie})
		}
	}
}

// Close lets go of the state's secrets. Connections stay for the next session, unless they are its own.
func (s *state) Close() {
	if s.driver.config.OwnConnections {
		s.transport.close()
	}
	s.secrets.Release()
	s.hidden = ""
}

// jar is the one for an address, made when it is first needed.
func (s *state) jar(a site.Address) *jar { return s.realm(s.realmOf(a)) }

func (s *state) realmOf(a site.Address) string {
	if s.driver.site.Own(a) {
		return ""
	}
	return strconv.Itoa(a.Port)
}

// cookies are those that a request carries, without any work where none was ever received.
func (s *state) cookies(to site.Destination) []*http.Cookie {
	if len(s.jars) == 0 {
		return nil
	}
	if j := s.jars[s.realmOf(to.Address)]; j != nil {
		return j.of(to.URL)
	}
	return nil
}

func (s *state) realm(name string) *jar {
	j := s.jars[name]
	if j == nil {
		cookies, _ := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}) // it never fails
		j = &jar{cookies: cookies}
		if s.jars == nil {
			s.jars = map[string]*jar{}
		}
		s.jars[name] = j
	}
	return j
}

// outgoing are the headers of a message with this actor's cookies, and whether there are any that the message
// does not have itself. A cookie that the step sends itself wins.
func (s *state) outgoing(m *message) (_ http.Header, cookies bool) {
	header := m.header
	var own []*http.Cookie
	for _, line := range header["Cookie"] {
		cookies, _ := http.ParseCookie(line) // what is no cookie is sent as it is
		own = append(own, cookies...)
	}
	r := http.Request{}
	for _, c := range s.cookies(m.to) {
		if slices.ContainsFunc(own, func(o *http.Cookie) bool { return o.Name == c.Name }) {
			continue
		}
		if r.Header == nil {
			r.Header = header.Clone()
		}
		r.AddCookie(c)
	}
	if r.Header != nil {
		header, cookies = r.Header, true
	}
	for _, c := range own {
		s.hideCookie(c)
	}
	for _, name := range site.Credentials {
		for _, value := range header[name] {
			if value != s.hidden {
				site.Hide(s.secrets, name, value)
				s.hidden = value
			}
		}
	}
	return header, cookies
}

// incoming keeps the cookies that a response sets.
func (s *state) incoming(from site.Destination, received fields) {
	for _, line := range received.values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			continue // as every browser does
		}
		s.hideCookie(c)
		s.jar(from.Address).set(from.URL, c)
		s.news = append(s.news, session.Cookie{From: from.URL, Cookie: c})
	}
}

// A cookie of so many characters is more likely a key to a session than a word like "dark".
const shortestKey = 16

func (s *state) hideCookie(c *http.Cookie) {
	if len(c.Value) >= shortestKey {
		s.secrets.Add(c.Value)
	}
}

// jar is a cookiejar that remembers what it was given, so that another can be filled from it.
type jar struct {
	cookies  *cookiejar.Jar
	received []received
}

type received struct {
	from   *url.URL
	cookie *http.Cookie
}

// of are the cookies that a request to u carries.
func (j *jar) of(u *url.URL) []*http.Cookie { return j.cookies.Cookies(u) }

func (j *jar) set(from *url.URL, c *http.Cookie) {
	j.cookies.SetCookies(from, []*http.Cookie{c})
	j.received = slices.DeleteFunc(j.received, func(r received) bool {
		return r.cookie.Name == c.Name && r.cookie.Domain == c.Domain && r.from.Host == from.Host && pathOf(r) == pathOf(received{from, c})
	})
	kept := *c
	if kept.MaxAge > 0 { // it ages from now on, not from when it is copied
		kept.Expires, kept.MaxAge = time.Now().Add(time.Duration(kept.MaxAge)*time.Second), 0
	}
	j.received = append(j.received, received{from, &kept})
}

// pathOf is where a cookie is valid: RFC 6265, 5.1.4.
func pathOf(r received) string {
	if strings.HasPrefix(r.cookie.Path, "/") {
		return r.cookie.Path
	}
	return path.Dir("/" + strings.TrimPrefix(r.from.Path, "/"))
}
