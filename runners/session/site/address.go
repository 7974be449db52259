package site

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// Address is where a connection goes.
type Address struct {
	Scheme string
	Host   string // lower case, ASCII, an IP in its shortest form
	Port   int
}

func (a Address) String() string { return net.JoinHostPort(a.Host, strconv.Itoa(a.Port)) }

// Origin tells https from http on one port: what is sent to one is not for the other.
func (a Address) Origin() string { return a.Scheme + "://" + a.String() }

// Entry is the address as one writes it in hosts.
func (a Address) Entry() string {
	text := a.String()
	if a.Port == usualPort(a.Scheme) {
		text = a.Authority()
	}
	if strings.HasPrefix(text, "[") {
		text = strconv.Quote(text)
	}
	return text
}

// Authority is the address in a URL.
func (a Address) Authority() string {
	host := a.Host
	if strings.Contains(host, ":") {
		host = "[" + strings.Replace(host, "%", "%25", 1) + "]"
	}
	if a.Port == usualPort(a.Scheme) {
		return host
	}
	return host + ":" + strconv.Itoa(a.Port)
}

func usualPort(scheme string) int {
	if scheme == "https" {
		return 443
	}
	return 80
}

// Normalise checks an absolute URL, writes its scheme and host in the one form that is compared and dialled,
// and takes user and password out of it.
func Normalise(u *url.URL) (Address, *url.Userinfo, error) {
	u.Scheme = strings.ToLower(u.Scheme)
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return Address{}, nil, fmt.Errorf("its scheme is %q, expected http or https", u.Scheme)
	case u.Opaque != "" || u.Hostname() == "":
		return Address{}, nil, fmt.Errorf("it has no host")
	}
	a := Address{Scheme: u.Scheme, Host: strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), Port: usualPort(u.Scheme)}
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return Address{}, nil, fmt.Errorf("its port is %s, expected one up to 65535", p)
		}
		a.Port = int(n)
	}
	if ip, err := netip.ParseAddr(a.Host); err == nil {
		a.Host = ip.String()
	} else if strings.IndexFunc(a.Host, func(c rune) bool { return c >= 0x80 }) >= 0 {
		if a.Host, err = idna.Lookup.ToASCII(a.Host); err != nil {
			return Address{}, nil, fmt.Errorf("its host is no name: %w", err)
		}
	}
	if a.Host == "" || strings.IndexFunc(a.Host, notHost) >= 0 {
		return Address{}, nil, fmt.Errorf("its host is no name and no address")
	}
	u.Host = a.Authority()
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
