package site

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/cucumber-value/hoops/runners/session"
)

// Header is one with its value, checked.
type Header struct{ Name, Value string }

// environmentHeaders are auth, then headers, which win.
func environmentHeaders(h *session.Host) ([]Header, error) {
	var all []Header
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
			all = append(all, Header{"Authorization", "Bearer " + bearer})
		} else {
			all = append(all, Basic(h, url.UserPassword(user, password)))
		}
	}
	for _, f := range h.Env.Headers {
		value, err := h.Text(f.Value)
		if err != nil {
			return nil, fmt.Errorf("headers: %s: %w", f.Name, err)
		}
		all = append(all, Header{f.Name, value})
	}
	for _, e := range all {
		if err := e.Check(); err != nil {
			return nil, fmt.Errorf("headers: %w", err)
		}
		Hide(h.Secrets, e.Name, e.Value)
	}
	return all, nil
}

// Check is why a header cannot be sent.
func (h Header) Check() error {
	if !httpguts.ValidHeaderFieldName(h.Name) {
		return fmt.Errorf("%q cannot be the name of a header", h.Name)
	}
	if !httpguts.ValidHeaderFieldValue(h.Value) {
		return fmt.Errorf("the value of %s holds a character that no header can hold", h.Name)
	}
	return nil
}

// Basic is the Authorization of user and password; both the password and the header are masked.
func Basic(h *session.Host, user *url.Userinfo) Header {
	value := basicAuth(user)
	Hide(h.Secrets, "Authorization", value)
	return Header{"Authorization", value}
}

func basicAuth(user *url.Userinfo) string {
	password, _ := user.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password))
}

// Credentials are the headers that say who is asking.
var Credentials = [...]string{"Authorization", "Proxy-Authorization"}

// Hide masks what a header of credentials holds: the token behind the scheme, else its value, a decoded password.
// One that is too short to be masked by value is masked by the header's name.
func Hide(secrets interface{ Add(string) error }, name, value string) {
	if !slices.ContainsFunc(Credentials[:], func(c string) bool { return strings.EqualFold(c, name) }) {
		return
	}
	scheme, token, _ := strings.Cut(value, " ")
	if token = strings.TrimSpace(token); token == "" || secrets.Add(token) != nil {
		secrets.Add(value)
		return
	}
	if strings.EqualFold(scheme, "Basic") {
		if decoded, err := base64.StdEncoding.DecodeString(token); err == nil {
			if _, password, ok := strings.Cut(string(decoded), ":"); ok {
				secrets.Add(password)
			}
		}
	}
}
