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

// guestSearch looks for requests that write to a guest, and whose host stands in the program. What comes from data is
// looked at when it is sent.
type guestSearch struct {
	plan   Plan
	driver string
	guests []string
	none   map[markedCall]bool // calls that are known to lead to no such request
}

// markedCall is a definition that is called in a body which is tagged @write, or in another.
type markedCall struct {
	definition int
	marked     bool
}

// way is that from the first of the steps that leads to such a request, and the guest; nil when there is none.
func (g *guestSearch) way(steps []ir.Step, row int, marked bool) (trail []*ir.Step, guest string) {
	for i := range steps {
		s := &steps[i]
		for j := range s.Bindings {
			b := &s.Bindings[j]
			if b.Driver != g.driver || row >= 0 && len(b.Rows) > 0 && !slices.Contains(b.Rows, row) {
				continue
			}
			var inner []*ir.Step
			switch op := b.Op.(type) {
			case nil:
				d := &g.plan.Program.Definitions[b.Definition-1]
				call := markedCall{b.Definition, marked || d.Effect == ir.Writes}
				if d.Effect != ir.Reads && !g.none[call] {
					g.none[call] = true // or it is found, and nobody asks any more
					inner, guest = g.way(d.Body, -1, call.marked)
					if guest == "" && d.Undo > 0 {
						inner, guest = g.way(g.plan.Program.Definitions[d.Undo-1].Body, -1, false)
					}
				}
			case *ir.Within:
				inner, guest = g.way([]ir.Step{op.Step}, -1, marked)
			case *ir.Request:
				if marked || op.Effect() == ir.Writes {
					guest = guestOf(g.plan, op.Target, g.guests)
				}
			}
			if guest != "" {
				return append([]*ir.Step{s}, inner...), guest
			}
		}
	}
	return nil, ""
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
