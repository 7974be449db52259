package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/command"
)

// environment finds the one that a run is about: by name, or the first; with address its url is that, and hoops
// starts nothing.
func environment(p *ir.Program, name, address string) (*ir.Environment, error) {
	var env ir.Environment
	switch known := p.Environment(name); {
	case known != nil:
		env = *known
	case name != "":
		var names []string
		for _, e := range p.Environments {
			names = append(names, e.Name)
		}
		hint := "environments are declared in hoops.yaml"
		if len(names) > 0 {
			hint = "environments are " + strings.Join(names, ", ")
		}
		if near := diag.Closest(name, names); near != "" {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
		return nil, usage(fmt.Sprintf("unknown environment %q", name), hint)
	case len(p.Environments) > 0:
		env = p.Environments[0]
	case address == "":
		env = ir.Environment{Name: "none", Timeout: ir.DefaultTimeout, StepTimeout: ir.DefaultStepTimeout, MaxBody: ir.DefaultMaxBody}
	default:
		env = ir.Environment{Name: "url", Timeout: ir.DefaultTimeout, StepTimeout: ir.DefaultStepTimeout, MaxBody: ir.DefaultMaxBody}
	}
	if address != "" {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, usage(fmt.Sprintf("--url %q is not an http or https address", address), "write it as http://127.0.0.1:8080")
		}
		if env.HTTP == "2" && u.Scheme == "http" {
			return nil, usage(fmt.Sprintf("--url is %s, and environment %s speaks HTTP/2, which is over TLS", withoutUser(address), env.Name), "give an https address, or take http: 2 out of the environment")
		}
		if u.RawQuery != "" || u.Fragment != "" {
			return nil, usage("--url has a query or a fragment, and what is below it would not have it", "leave it out, and write a query into the steps' addresses")
		}
		env.URL, env.Start = ir.Literal(address), nil
	}
	return &env, nil
}

// services are the environments that this run started. Each is started once and stopped at the end.
type services struct {
	mu      sync.Mutex
	running map[string]*command.Service
}

// runs reports whether hoops started an environment's software, and will stop it.
func (s *services) runs(env string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running[env] != nil
}

func (s *services) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, service := range s.running {
		service.Stop()
	}
	s.running = nil
}

// start starts an environment's software, if hoops is to and has not yet.
func (a *app) start(ctx context.Context, t *target, env *ir.Environment, address string, allowed bool) error {
	if env.Start == nil {
		return nil
	}
	a.services.mu.Lock()
	running := a.services.running[env.Name]
	a.services.mu.Unlock()
	if running != nil {
		return nil
	}
	if !allowed && !t.folder.ours() {
		return usage(fmt.Sprintf("environment %s is started by the command %q, and this artefact did not come from the current folder", env.Name, env.Start.Run),
			"start the software yourself and give --url, or allow the command with --allow shell")
	}
	probe, err := readiness(env.Start.Ready, address)
	if err != nil {
		return usage(fmt.Sprintf("environment %s: %v", env.Name, err), "give the environment a url")
	}
	fmt.Fprintf(a.stdio.Err, "hoops: starting %s: %s\n", env.Name, diag.Printable(a.mask(env.Start.Run)))
	service, err := command.Start(ctx, command.ServiceSpec{
		Script: env.Start.Run, Dir: t.folder.dir, Ready: probe, Within: time.Duration(env.Start.Within),
	})
	if err != nil {
		if ctx.Err() != nil {
			return &failure{exitHarness, "interrupted while " + env.Name + " was starting", ""}
		}
		hint := ""
		var f *command.Failure
		message := err.Error()
		if errors.As(err, &f) {
			message, hint = f.Message, f.Help
			if f.Tail != "" {
				message += "\nits output ends with:\n" + f.Tail
			}
		}
		return &failure{exitHarness, "environment " + env.Name + ": " + message, hint}
	}
	a.services.mu.Lock()
	defer a.services.mu.Unlock()
	if a.services.running == nil {
		a.services.running = map[string]*command.Service{}
	}
	a.services.running[env.Name] = service
	return nil
}

func readiness(ready, address string) (command.Probe, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return command.Probe{}, fmt.Errorf("its url %q has no host, so hoops cannot tell when it is ready", address)
	}
	if ready == "" {
		host := u.Host
		if u.Port() == "" {
			host = net.JoinHostPort(u.Hostname(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
		}
		return command.PortReady(host), nil
	}
	to, err := u.Parse(ready)
	if err != nil {
		return command.Probe{}, fmt.Errorf("ready: %w", err)
	}
	return command.HTTPReady(to.String()), nil
}

// paramHint is the remedy for a parameter that nothing declares.
func paramHint(p *ir.Program, name string) string {
	var names []string
	for _, q := range p.Params {
		names = append(names, q.Name)
	}
	if near := diag.Closest(name, names); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	if len(names) > 0 {
		return "parameters are " + strings.Join(names, ", ") + "; others are declared under params: in hoops.yaml"
	}
	return "parameters are declared under params: in hoops.yaml"
}
