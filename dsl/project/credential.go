package project

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// CodeCredential is the warning of a credential that is written out. Such a text is in every artefact, and in the
// hands of everybody who may read the sources.
const CodeCredential = "project/credential"

// Credential is that warning. Nothing of its line is shown but the range: the credential stands beside it.
func Credential(at diag.Range, what, remedy string) diag.Diagnostic {
	d := diag.Warnf(at, CodeCredential, "%s is written out here, for everybody who reads this file or an artefact of it", what).
		WithHelp("%s", remedy)
	d.Hidden = true
	return d
}

// Local reports whether all that an environment sends credentials to is this machine: those open nothing elsewhere.
func Local(e *ir.Environment) bool {
	for _, s := range e.Services {
		if !local(s.Value) {
			return false
		}
	}
	return e.URL == nil || local(e.URL)
}

func local(address ir.Template) bool {
	text, fixed := address.Constant()
	u, err := url.Parse(text)
	if !fixed || err != nil {
		return false
	}
	host := strings.ToLower(u.Hostname())
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// credentials warns of those that an environment holds as texts.
func (b *builder) credentials(f *environment, e *ir.Environment) {
	if Local(e) {
		return
	}
	warn := func(at diag.Range, what, remedy string) { b.list = append(b.list, Credential(at, what, remedy)) }
	written := func(t template) bool { return t.Value != "" && !strings.Contains(t.Value, "${") }
	if written(f.Auth.Password) {
		warn(f.Auth.at("password"), "a password", `write "${secret.password}", and put it into the variable HOOPS_SECRET_PASSWORD`)
	}
	if written(f.Auth.Bearer) {
		warn(f.Auth.at("bearer"), "a token", `write "${secret.token}", and put it into the variable HOOPS_SECRET_TOKEN`)
	}
	for _, h := range f.Headers.Entries {
		if remedy := HeaderCredential(h.Name, h.Value.Value); remedy != "" {
			warn(h.At, "a credential", remedy)
		}
	}
	for key, address := range map[string]template{"url": f.URL, "proxy": f.Proxy, "openmetrics": f.OpenMetrics, "prometheus": f.Prometheus} {
		if u, err := url.Parse(address.Value); err == nil && written(address) {
			if _, given := u.User.Password(); given {
				warn(f.at(key), "a password", `write "${secret.password}" in its place, and put it into the variable HOOPS_SECRET_PASSWORD`)
			}
		}
	}
}

// HeaderCredential is what to do about a header whose value is a credential that is written out; "" where it is none.
func HeaderCredential(name, value string) string {
	if strings.Contains(value, "${") {
		return ""
	}
	value = strings.TrimSpace(value)
	switch strings.ToLower(name) {
	case "authorization", "proxy-authorization":
		scheme, rest, _ := strings.Cut(value, " ")
		switch {
		case strings.TrimSpace(rest) == "":
			return ""
		case strings.EqualFold(scheme, "basic"):
			return "write Basic ${base64('name:' + secret.password)}, and put the password into the variable HOOPS_SECRET_PASSWORD; or say auth: {user: …, password: …} in the environment"
		}
		return "write " + scheme + " ${secret.token}, and put it into the variable HOOPS_SECRET_TOKEN"
	case "x-api-key", "api-key", "x-auth-token", "x-access-token":
		if value == "" {
			return ""
		}
		return "write ${secret.token}, and put it into the variable HOOPS_SECRET_TOKEN"
	}
	return ""
}
