package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/driver/browser"
	"github.com/cucumber-value/hoops/runners/secret"
	"github.com/cucumber-value/hoops/runners/session"
)

// hoops is the driver in this process, and the sessions of the functional runner.
type hoops struct {
	host  *session.Host
	visit *session.Script
	many  *session.Script
	dir   string
	film  bool // evidence is gathered, as hoops test does
}

func newHoops(url string) (*hoops, error) {
	dir, err := os.MkdirTemp("", "hoops-bench-")
	if err != nil {
		return nil, err
	}
	h := &hoops{dir: dir}
	plan := runners.Plan{Program: &ir.Program{}, RunID: "bench", Env: &ir.Environment{Name: "bench", URL: ir.Literal(url)},
		Secrets: secret.NewStore(secret.Options{}), Dir: dir, Workers: 1, Now: time.Now}
	if h.host, err = session.NewHost(plan, browser.New(browser.Config{Version: "bench"})); err != nil {
		return nil, err
	}
	target := func(role, name string) *ir.Target { return &ir.Target{Role: role, Name: ir.Literal(name)} }
	fill := func(name, value string) ir.Op {
		return &ir.Act{Verb: ir.Fill, Target: target("", name), Value: ir.Literal(value)}
	}
	see := func(t *ir.Target) ir.Op { return &ir.See{Look: ir.SeeTarget, Target: t} }
	open := func(path string) ir.Op { return &ir.Open{Target: ir.Literal(path), Name: "GET " + path} }
	h.visit, err = h.lower(open("/"), fill("Name", "ann"), fill("Password", "ann-likes-tea"), &ir.Act{Verb: ir.Click, Target: target("button", "Sign in")},
		see(target("", "Signed in as ann")), see(target("heading", "Your basket")))
	if err == nil {
		h.many, err = h.lower(open("/many"), see(target("button", "Only one")))
	}
	return h, err
}

func (h *hoops) lower(ops ...ir.Op) (*session.Script, error) {
	scenario := &ir.Scenario{ID: "bench/visit", Name: "A visit"}
	for i, op := range ops {
		scenario.Steps = append(scenario.Steps, ir.Step{Text: fmt.Sprint("step ", i), Bindings: []ir.Binding{{Driver: "browser", Op: op}}})
	}
	return h.host.Lower(&ir.Feature{}, scenario, "browser")
}

func (h *hoops) name() string { return "hoops" }

func (h *hoops) round(ctx context.Context, scenarios int) (time.Duration, error) {
	began := time.Now()
	for range scenarios {
		s := h.host.Open(h.visit, -1, 1, nil)
		if h.film {
			s.OnAttach(func(runners.Attachment) {})
		}
		for i := range s.Steps() {
			if err := s.Step(ctx, i); err != nil {
				return 0, fmt.Errorf("step %d: %w", i+1, err)
			}
		}
		s.Close(ctx)
	}
	return time.Since(began), nil
}

// locate is how long looks at a page of 2,000 elements take, sorted.
func (h *hoops) locate(ctx context.Context, times int) ([]time.Duration, error) {
	s := h.host.Open(h.many, -1, 1, nil)
	defer s.Close(ctx)
	var took []time.Duration
	for i := range times + 1 {
		began := time.Now()
		if err := s.Step(ctx, min(i, 1)); err != nil {
			return nil, err
		}
		if i > 0 {
			took = append(took, time.Since(began))
		}
	}
	slices.Sort(took)
	return took, nil
}

func (h *hoops) close() {
	h.host.Close()
	os.RemoveAll(h.dir)
}
