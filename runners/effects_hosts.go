package runners

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// Guests are the hosts of an environment's list that a request may not write to: those that are neither this
// machine nor the host of its url or of a service. The environment's writes is about its url and services;
// another host is somebody else's until `writes: allow` is written. Own are the addresses of url and services.
func Guests(env *ir.Environment, own ...string) []string {
	if env == nil || env.Writes == "allow" {
		return nil
	}
	var guests []string
	for _, entry := range env.Hosts {
		host := hostOf("//" + entry)
		if loopback(host) || slices.ContainsFunc(own, func(address string) bool { return hostOf(address) == host }) {
			continue
		}
		guests = append(guests, entry)
	}
	return guests
}

// writesToGuest is the way from a scenario's step to the first request that writes to one of the guests, and whose
// host stands in the program; nil when there is none. What comes from data is looked at when it is sent.
func writesToGuest(plan Plan, steps []ir.Step, driver string, row int, guests []string) (trail []*ir.Step, guest string) {
	search := &ir.Search{Program: plan.Program, Driver: driver,
		Is: func(op ir.Op, marked bool) bool {
			if r, ok := op.(*ir.Request); ok && (marked || r.Effect() == ir.Writes) {
				guest = guestOf(plan, r.Target, guests)
			}
			return guest != ""
		},
		Skip: func(d *ir.Definition) bool { return d.Effect == ir.Reads },
	}
	return search.Way(steps, row), guest
}

// guestOf is the guest that a target names, "" when it names none, or when that is only known at run time.
func guestOf(plan Plan, target ir.Template, guests []string) string {
	text, whole := plan.beginning(target)
	scheme, rest, found := strings.Cut(text, "//")
	if !found || scheme != "" && !strings.HasSuffix(scheme, ":") {
		return ""
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 && !whole {
		return ""
	}
	if end >= 0 {
		rest = rest[:end]
	}
	u, err := url.Parse(scheme + "//" + rest)
	if err != nil {
		return ""
	}
	host, port := hostOf(u.String()), u.Port()
	at := slices.IndexFunc(guests, func(entry string) bool {
		if hostOf("//"+entry) != host {
			return false
		}
		_, asked, err := net.SplitHostPort(entry)
		usual := port == "" || port == "80" || port == "443"
		return err != nil && usual || asked == port || usual && (asked == "80" || asked == "443")
	})
	if at < 0 {
		return ""
	}
	return guests[at]
}

// beginning is a template up to what is only known at run time, and whether that is all of it. Variables of the
// environment whose values are written out are known.
func (p Plan) beginning(t ir.Template) (text string, whole bool) {
	var b strings.Builder
	for _, part := range t {
		if part.Expr == "" {
			b.WriteString(part.Text)
			continue
		}
		value, known := p.written(part.Expr)
		if !known {
			return b.String(), false
		}
		b.WriteString(value)
	}
	return b.String(), true
}

// written is the value of env.name, where it is a text without values.
func (p Plan) written(expression string) (string, bool) {
	name, found := strings.CutPrefix(expression, "env.")
	if !found || p.Env == nil {
		return "", false
	}
	for _, vars := range [][]ir.Var{p.Env.Vars, p.Env.Services, p.Program.Vars} { // those of the environment come first
		for _, v := range vars {
			if v.Name == name {
				return v.Value.Constant()
			}
		}
	}
	return "", false
}
