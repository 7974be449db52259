package runners_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

func TestWritesToHostsThatAreNotTheEnvironments(t *testing.T) {
	value := func(expression, rest string) ir.Template { return ir.Template{{Expr: expression}, {Text: rest}} }
	for _, c := range []struct {
		title  string
		env    ir.Environment
		method string
		target ir.Template
		tag    string
		effect ir.Effect
		guest  string
	}{
		{title: "written out", target: ir.Literal("http://shop.example/x"), guest: "shop.example"},
		{title: "without a path", target: ir.Literal("http://SHOP.example."), guest: "shop.example"},
		{title: "without a scheme", target: ir.Literal("//shop.example/x"), guest: "shop.example"},
		{title: "on another usual port", target: ir.Literal("https://shop.example:443/x"), guest: "shop.example"},
		{title: "on a port that is not listed", target: ir.Literal("http://shop.example:8080/x")},
		{title: "on a port that is", target: ir.Literal("http://api.example:8443/x"), guest: "api.example:8443"},
		{title: "with a value behind the host", target: ir.Template{{Text: "http://shop.example/x/"}, {Expr: "id"}}, guest: "shop.example"},
		{title: "with a value in the host", target: ir.Template{{Text: "http://shop"}, {Expr: "tld"}}},
		{title: "by a var", target: value("env.shop", "/x"), guest: "shop.example"},
		{title: "by a var that is known later", target: value("env.later", "/x")},
		{title: "by data", target: value("next", "/x")},
		{title: "to itself", target: ir.Literal("/x")},
		{title: "to a path like an address", target: ir.Literal("/x?to=http://shop.example/")},
		{title: "to this machine", target: ir.Literal("http://127.0.0.2:99/x")},
		{title: "reads", method: "GET", target: ir.Literal("http://shop.example/x")},
		{title: "a GET that is said to write", method: "GET", effect: ir.Writes, target: ir.Literal("http://shop.example/x"), guest: "shop.example"},
		{title: "a POST that is said to read", effect: ir.Reads, target: ir.Literal("http://shop.example/x")},
		{title: "safe", tag: "@safe-in-production", target: ir.Literal("http://shop.example/x")},
		{title: "allowed", env: ir.Environment{Writes: "allow"}, target: ir.Literal("http://shop.example/x")},
		{title: "beside what hoops starts", env: ir.Environment{Start: &ir.Start{Run: "x"}}, target: ir.Literal("http://shop.example/x"), guest: "shop.example"},
	} {
		t.Run(c.title, func(t *testing.T) {
			if c.method == "" {
				c.method = "POST"
			}
			env := c.env
			env.Name, env.Pos = "local", diag.Pos{File: "hoops.yaml", Line: 2, Col: 3}
			env.Hosts = []string{"127.0.0.2:99", "shop.example", "api.example:8443"}
			env.Vars = []ir.Var{{Name: "shop", Value: ir.Literal("http://shop.example")}, {Name: "later", Value: value("param.x", "")}}
			step := ir.Step{Keyword: "When", Text: "sends", Bindings: []ir.Binding{{Driver: "http", Op: &ir.Request{Method: c.method, Target: c.target}}}, Pos: diag.Pos{File: "a.steps.feature", Line: 3, Col: 5}}
			p := &ir.Program{Definitions: []ir.Definition{{Pattern: "goes", Effect: c.effect, Body: []ir.Step{step}, Pos: diag.Pos{File: "a.steps.feature", Line: 2, Col: 3}}}}
			s := &ir.Scenario{Name: "s", Steps: []ir.Step{{Keyword: "When", Text: "goes", Bindings: []ir.Binding{{Driver: "http", Definition: 1}}, Pos: diag.Pos{File: "a.feature", Line: 3, Col: 5}}}}
			if c.tag != "" {
				s.Tags = []ir.Tag{{Name: c.tag}}
			}
			plan := runners.Plan{Program: p, Env: &env, Driver: "http", Selected: []runners.Selected{{Scenario: s, Row: -1}}, Info: runners.Info{URL: "http://127.0.0.1"}}
			if got := refusedGuest(plan); got != c.guest {
				t.Errorf("refused %q, expected %q", got, c.guest)
			}
		})
	}
}

func refusedGuest(plan runners.Plan) string {
	for _, r := range runners.Refused(plan) {
		return r.Guest
	}
	return ""
}

func TestWhyAWriteElsewhereIsRefused(t *testing.T) {
	env := &ir.Environment{Name: "local", Hosts: []string{"shop.example"}, Pos: diag.Pos{File: "hoops.yaml", Line: 2, Col: 3}}
	s := &ir.Scenario{Name: "Pay", Steps: []ir.Step{{Keyword: "When", Text: "pays", Bindings: []ir.Binding{{Driver: "http", Op: &ir.Request{Method: "POST", Target: ir.Literal("http://shop.example/")}}}, Pos: diag.Pos{File: "a.feature", Line: 3, Col: 5}}}}
	plan := runners.Plan{Program: &ir.Program{}, Env: env, Driver: "http", Selected: []runners.Selected{{Scenario: s, Row: -1}}, Info: runners.Info{URL: "http://127.0.0.1"}}
	want := strings.Join([]string{
		`a.feature:3:5: error: "Pay" writes to shop.example, and environment local refuses that [effects/writes]`,
		"   = note: shop.example is one of its hosts: requests may go there, and it is neither this machine nor its url or a service (hoops.yaml:2:3)",
		"   = help: tag the scenario @safe-in-production if it may run there",
		"   = help: or say `writes: allow` in environment local", ""}, "\n")
	if d := cmp.Diff(want, (&diag.Renderer{}).Sprint(runners.Refused(plan)[0].Diagnostic(plan))); d != "" {
		t.Error(d)
	}
}

func TestHostsOfUrlAndServicesAreNoGuests(t *testing.T) {
	env := &ir.Environment{Start: &ir.Start{Run: "x"}, Hosts: []string{"shop.test:9090", "auth.test", "else.test"}}
	if d := cmp.Diff([]string{"else.test"}, runners.Guests(env, "http://shop.test:8080", "https://auth.test/x")); d != "" {
		t.Error(d)
	}
}
