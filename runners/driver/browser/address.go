package browser

import (
	"net/url"
	"strconv"
	"strings"
)

// addressLike is as much of an address as the wanted one says: with its scheme and host, and with its fragment.
func addressLike(have, want string) string {
	u, err := url.Parse(have)
	if err != nil {
		return have
	}
	u.User = nil
	if !strings.Contains(want, "#") {
		u.Fragment, u.RawFragment = "", ""
	}
	w, err := url.Parse(want)
	if err == nil && w.IsAbs() {
		if w.Path == "" && u.Path == "/" {
			u.Path = ""
		}
		return u.String()
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" || u.ForceQuery {
		path += "?" + u.RawQuery
	}
	if u.Fragment != "" {
		path += "#" + u.EscapedFragment()
	}
	return path
}

// sameAddress compares addresses as browsers and servers do: scheme and host in any case, letters percent-encoded or
// not, a blank in a query written as + or %20. What encoding tells apart, %2F from / above all, stays apart.
func sameAddress(a, b string) bool {
	if a == b {
		return true
	}
	one, err := url.Parse(a)
	if err != nil {
		return false
	}
	other, err := url.Parse(b)
	return err == nil && plain(one) == plain(other)
}

// address is one in its plain form.
type address struct{ scheme, host, path, query, fragment string }

func plain(u *url.URL) address {
	host := strings.ToLower(u.Host)
	if port := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]; port != "" {
		host = strings.TrimSuffix(host, port)
	}
	query := ""
	if u.RawQuery != "" || u.ForceQuery {
		query = "?" + decoded(strings.ReplaceAll(u.RawQuery, "+", " "))
	}
	return address{u.Scheme, host, u.Opaque + decoded(u.EscapedPath()), query, decoded(u.EscapedFragment())}
}

// delimiters mean something else when they are percent-encoded.
const delimiters = ":/?#[]@!$&'()*+,;=%"

// decoded undoes the percent-encoding of everything but delimiters.
func decoded(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				if strings.IndexByte(delimiters, byte(c)) >= 0 {
					b.WriteString(strings.ToUpper(s[i : i+3]))
				} else {
					b.WriteByte(byte(c))
				}
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
