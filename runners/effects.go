package runners

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// Refusal is a selected scenario that may change the software where its environment refuses that.
type Refusal struct {
	Selected
	Driver string
	Trail  []*ir.Step // from the scenario's step to the one that writes
	Guest  string     // the host that it would write to, where only that is refused
}

// safe is the tag of scenarios that write and may do so anywhere.
const safe = "@safe-in-production"

// Refused are the selected scenarios that write, are not tagged @safe-in-production, and would run where writes
// are refused, in the order of the plan.
func Refused(plan Plan) []Refusal {
	allowed := WritesAllowed(plan.Env, plan.Info.URL)
	guests := plan.guests()
	if allowed && len(guests) == 0 {
		return nil
	}
	var list []Refusal
	for _, s := range plan.Selected {
		if s.Safe() {
			continue
		}
		r := Refusal{Selected: s, Driver: plan.DriverOf(s)}
		if allowed {
			r.Trail, r.Guest = writesToGuest(plan, s.Scenario.Steps, r.Driver, s.Row, guests)
		} else {
			r.Trail = plan.Program.Writes(s.Scenario.Steps, r.Driver, s.Row)
		}
		if r.Trail != nil {
			list = append(list, r)
		}
	}
	return list
}

// Safe reports whether somebody has said that the scenario may write anywhere.
func (s Selected) Safe() bool { return slices.Contains(s.TagNames(), safe) }

// guests are the hosts of the environment's list that are not its own.
func (p Plan) guests() []string {
	if p.Env == nil {
		return nil
	}
	own := []string{p.Info.URL}
	for _, s := range p.Env.Services {
		text, _ := s.Value.Constant()
		own = append(own, text)
	}
	return Guests(p.Env, own...)
}

// Words say what is refused, to stand behind the scenario's name.
func (r Refusal) Words(env *ir.Environment) string {
	if r.Guest != "" {
		return "writes to " + r.Guest + ", and environment " + named(env) + " refuses that"
	}
	return "writes, and environment " + named(env) + " refuses that"
}

// Diagnostic points at the step of the feature that writes first, and at the definitions on the way. It is the
// same for all rows of an outline that are refused for the same step.
func (r Refusal) Diagnostic(plan Plan) diag.Diagnostic {
	d := diag.Errorf(r.Trail[0].Range(), "effects/writes", "%q %s", r.Scenario.Name, r.Words(plan.Env))
	d.Label = "the first step that writes"
	for _, s := range r.Trail[1:] {
		d = d.WithNote(s.Range(), "by this step: %s", s.Words())
	}
	last := r.Trail[len(r.Trail)-1]
	if b := last.Binding(r.Driver, r.Row); b != nil && b.Definition > 0 {
		definition := &plan.Program.Definitions[b.Definition-1]
		d = d.WithNote(diag.At(definition.Pos, utf8.RuneCountInString(definition.Pattern)), "this definition is tagged @write")
	}
	if r.Guest != "" {
		d = d.WithNote(diag.Range{Pos: plan.Env.Pos}, "%s is one of its hosts: requests may go there, and it is neither this machine nor its url or a service", r.Guest)
	} else {
		d = because(d, plan, plan.Env != nil && plan.Env.Writes == "refuse")
	}
	d = d.WithHelp("tag the scenario %s if it may run there", safe)
	if len(r.Trail) > 1 {
		d = d.WithHelp("or tag the definition @read if what it sends changes nothing, as a login does")
	}
	return d.
		WithHelp("or say `writes: allow` in environment %s", named(plan.Env))
}

// LoadRefusal says why a plan may not be run as load, nil when it may.
func LoadRefusal(plan Plan) *diag.Diagnostic {
	if LoadAllowed(plan.Env, plan.Info.URL) {
		return nil
	}
	d := diag.Errorf(diag.Range{}, "effects/load", "environment %s refuses load", named(plan.Env))
	if plan.Env != nil {
		d.Range.Pos = plan.Env.Pos
	}
	told := plan.Env != nil && plan.Env.Writes == "refuse" && ours(plan.Env, plan.Info.URL)
	d = because(d, plan, told).WithHelp("say `load: allow` in environment %s if it may be put under load", named(plan.Env))
	return &d
}

// because adds why an environment is not free to be changed.
func because(d diag.Diagnostic, plan Plan, told bool) diag.Diagnostic {
	var at diag.Range
	if plan.Env != nil {
		at.Pos = plan.Env.Pos
	}
	if told {
		return d.WithNote(at, "it says `writes: refuse`")
	}
	if s := elsewhere(plan.Env); s != nil {
		text, _ := s.Value.Constant()
		if host := hostOf(text); host != "" {
			return d.WithNote(diag.Range{Pos: s.Pos}, "hoops does not start it, and the host %s of its service %s is not this machine", host, s.Name)
		}
		return d.WithNote(diag.Range{Pos: s.Pos}, "hoops does not start it, and its service %s does not show whether it is this machine", s.Name)
	}
	if host := hostOf(plan.Info.URL); host != "" {
		return d.WithNote(at, "hoops does not start it, and its host %s is not this machine", host)
	}
	return d.WithNote(at, "hoops does not start it, and it has no url that shows whether it is this machine")
}

// WritesAllowed reports whether scenarios that write may run in an environment whose url is address, with
// everything in it evaluated: where the environment says so, and otherwise where hoops starts it or its host is
// this machine.
func WritesAllowed(env *ir.Environment, address string) bool {
	switch {
	case env == nil:
		return false
	case env.Writes == "":
		return ours(env, address)
	}
	return env.Writes == "allow"
}

// LoadAllowed reports whether an environment may be put under load: where it says so, and otherwise where it is
// this machine's and does not refuse writes. One that refuses them may be a tunnel to somebody else's.
func LoadAllowed(env *ir.Environment, address string) bool {
	return env != nil && (env.Load == "allow" || env.Writes != "refuse" && ours(env, address))
}

// ours reports whether hoops starts the environment, or all of it is on this machine. An environment without a
// url has nothing but shell steps, and those were allowed by hand.
func ours(env *ir.Environment, address string) bool {
	if env.Start != nil {
		return true
	}
	return elsewhere(env) == nil && (address == "" && env.URL == nil || loopback(hostOf(address)))
}

// elsewhere is the first service that is not on this machine, as far as its address shows.
func elsewhere(env *ir.Environment) *ir.Var {
	if env == nil {
		return nil
	}
	for i := range env.Services {
		if text, fixed := env.Services[i].Value.Constant(); !fixed || !loopback(hostOf(text)) {
			return &env.Services[i]
		}
	}
	return nil
}

// hostOf is the host of a URL without its port, "" when there is none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
}

// loopback reports whether a host is this machine by its name alone: nothing is looked up, and a name that
// happens to lead here today is not trusted.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// DriverOf is the driver of a selected scenario: the one that a mix asks for, that of its nearest @driver: tag, or the
// plan's.
func (p Plan) DriverOf(s Selected) string {
	if s.Driver != "" {
		return s.Driver
	}
	driver := p.Driver
	for _, tag := range s.TagNames() { // ordered from the feature's to the row's
		if name, ok := strings.CutPrefix(tag, "@driver:"); ok {
			driver = name
		}
	}
	return driver
}

func named(env *ir.Environment) string {
	if env == nil || env.Name == "" {
		return "(no name)"
	}
	return env.Name
}
