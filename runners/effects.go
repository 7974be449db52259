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
}

// safe is the tag of scenarios that write and may do so anywhere.
const safe = "@safe-in-production"

// Refused are the selected scenarios that write, are not tagged @safe-in-production, and would run where writes
// are refused, in the order of the plan.
func Refused(plan Plan) []Refusal {
	if WritesAllowed(plan.Env, plan.Info.URL) {
		return nil
	}
	var list []Refusal
	for _, s := range plan.Selected {
		driver := plan.DriverOf(s)
		trail := plan.Program.Writes(s.Scenario.Steps, driver, s.Row)
		if trail != nil && !slices.Contains(s.TagNames(), safe) {
			list = append(list, Refusal{s, driver, trail})
		}
	}
	return list
}

// Diagnostic points at the step of the feature that writes first, and at the definitions on the way. It is the
// same for all rows of an outline that are refused for the same step.
func (r Refusal) Diagnostic(plan Plan) diag.Diagnostic {
	d := diag.Errorf(r.Trail[0].Range(), "effects/writes", "%q writes, and environment %s refuses that", r.Scenario.Name, named(plan.Env))
	d.Label = "the first step that writes"
	for _, s := range r.Trail[1:] {
		d = d.WithNote(s.Range(), "by this step: %s", s.Words())
	}
	last := r.Trail[len(r.Trail)-1]
	if b := last.Binding(r.Driver, r.Row); b != nil && b.Definition > 0 {
		definition := &plan.Program.Definitions[b.Definition-1]
		d = d.WithNote(diag.At(definition.Pos, utf8.RuneCountInString(definition.Pattern)), "this definition is tagged @write")
	}
	d = because(d, plan, plan.Env != nil && plan.Env.Writes == "refuse").
		WithHelp("tag the scenario %s if it may run there", safe)
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
	d = because(d, plan, false).WithHelp("say `load: allow` in environment %s if it may be put under load", named(plan.Env))
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

// LoadAllowed reports whether an environment may be put under load.
func LoadAllowed(env *ir.Environment, address string) bool {
	return env != nil && (env.Load == "allow" || ours(env, address))
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
