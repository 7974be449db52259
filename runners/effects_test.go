package runners_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

func TestWhereWritesAndLoadAreAllowed(t *testing.T) {
	started := &ir.Start{Run: "./server"}
	for _, c := range []struct {
		title        string
		env          *ir.Environment
		url          string
		writes, load bool
	}{
		{"no environment", nil, "http://127.0.0.1", false, false},
		{"localhost", &ir.Environment{}, "http://localhost:8080", true, true},
		{"LOCALHOST.", &ir.Environment{}, "http://LOCALHOST.:8080/", true, true},
		{"127.0.0.1", &ir.Environment{}, "http://127.0.0.1:8080", true, true},
		{"127/8", &ir.Environment{}, "https://127.200.3.4", true, true},
		{"::1", &ir.Environment{}, "http://[::1]:80", true, true},
		{"mapped", &ir.Environment{}, "http://[::ffff:127.0.0.1]", true, true},
		{"elsewhere", &ir.Environment{}, "https://shop.example", false, false},
		{"the private network", &ir.Environment{}, "http://10.0.0.1", false, false},
		{"every address", &ir.Environment{}, "http://0.0.0.0:8080", false, false},
		{"a name that begins alike", &ir.Environment{}, "http://localhost.shop.example", false, false},
		{"an address that begins alike", &ir.Environment{}, "http://127.0.0.1.shop.example", false, false},
		{"a user called localhost", &ir.Environment{}, "http://localhost:80@shop.example", false, false},
		{"no url: only shell steps, allowed by hand", &ir.Environment{}, "", true, true},
		{"a url that says nothing", &ir.Environment{URL: ir.Literal(" ")}, "", false, false},
		{"a service elsewhere", &ir.Environment{Services: []ir.Var{{Name: "auth", Value: ir.Literal("https://auth.example")}}}, "http://127.0.0.1", false, false},
		{"a service here", &ir.Environment{Services: []ir.Var{{Name: "auth", Value: ir.Literal("http://127.0.0.1:9")}}}, "http://127.0.0.1", true, true},
		{"no scheme", &ir.Environment{}, "localhost:8080", false, false},
		{"no url at all", &ir.Environment{}, "http://%zz", false, false},
		{"started by hoops", &ir.Environment{Start: started}, "http://shop.test", true, true},
		{"started, and refuses", &ir.Environment{Start: started, Writes: "refuse"}, "http://127.0.0.1", false, false},
		{"loopback, and refuses", &ir.Environment{Writes: "refuse"}, "http://127.0.0.1", false, false},
		{"loopback, refuses writes and allows load", &ir.Environment{Writes: "refuse", Load: "allow"}, "http://127.0.0.1", false, true},
		{"writes allowed", &ir.Environment{Writes: "allow"}, "https://shop.example", true, false},
		{"load allowed", &ir.Environment{Load: "allow"}, "https://shop.example", false, true},
		{"both allowed", &ir.Environment{Writes: "allow", Load: "allow"}, "https://shop.example", true, true},
		{"an unknown word", &ir.Environment{Writes: "Allow", Load: "yes"}, "https://shop.example", false, false},
	} {
		t.Run(c.title, func(t *testing.T) {
			if got := runners.WritesAllowed(c.env, c.url); got != c.writes {
				t.Errorf("writes allowed: %v, want %v", got, c.writes)
			}
			if got := runners.LoadAllowed(c.env, c.url); got != c.load {
				t.Errorf("load allowed: %v, want %v", got, c.load)
			}
			p := runners.Plan{Program: &ir.Program{}, Env: c.env, Info: runners.Info{URL: c.url}}
			if d := runners.LoadRefusal(p); (d == nil) != c.load {
				t.Errorf("load is refused by %v", d)
			}
		})
	}
}

// effects is a program whose scenarios are named by what they do.
func effects() (*ir.Program, []runners.Selected) {
	at := func(file string, line int) diag.Pos { return diag.Pos{File: file, Line: line, Col: 5} }
	request := func(method string) ir.Op { return &ir.Request{Method: method, Name: method + " /"} }
	inBody := func(text string, line int, op ir.Op) ir.Step {
		return ir.Step{Keyword: "When", Text: text, Bindings: []ir.Binding{{Driver: "http", Op: op}}, Pos: at("steps/a.steps.feature", line)}
	}
	p := &ir.Program{
		Definitions: []ir.Definition{
			{Pattern: "pays", Body: []ir.Step{inBody("I GET /", 3, request("GET")), inBody("I POST /orders", 4, request("POST"))}, Pos: at("steps/a.steps.feature", 2)},
			{Pattern: "searches", Effect: ir.Reads, Body: []ir.Step{inBody("I POST /search", 8, request("POST"))}, Pos: at("steps/a.steps.feature", 7)},
			{Pattern: "clears", Effect: ir.Writes, Body: []ir.Step{inBody("I GET /clear", 12, request("GET"))}, Pos: at("steps/a.steps.feature", 11)},
		},
		Funcs: []ir.Func{{Pattern: "reads in Go", Effect: ir.Reads}, {Pattern: "in Go"}},
	}
	f := ir.Feature{ID: "a", Path: "a.feature"}
	line := 1
	add := func(name string, tags []string, bindings ...ir.Binding) {
		line += 3
		s := ir.Scenario{ID: "a/" + name, Name: name, Pos: at("a.feature", line)}
		for _, tag := range tags {
			s.Tags = append(s.Tags, ir.Tag{Name: tag})
		}
		s.Steps = []ir.Step{
			{Keyword: "Given", Text: "GET", Bindings: []ir.Binding{{Driver: "http", Op: request("GET")}, {Driver: "shell", Op: &ir.Expect{}}}, Pos: at("a.feature", line+1)},
			{Keyword: "When", Text: name, Bindings: bindings, Pos: at("a.feature", line+2)},
		}
		f.Scenarios = append(f.Scenarios, s)
	}
	http := func(op ir.Op) ir.Binding { return ir.Binding{Driver: "http", Op: op} }
	call := func(n int) ir.Binding { return ir.Binding{Driver: "http", Definition: n} }
	add("reads", nil, http(request("OPTIONS")))
	add("posts", nil, http(request("POST")))
	add("posts safely", []string{"@safe-in-production"}, http(request("POST")))
	add("posts almost safely", []string{"@safe"}, http(request("POST")))
	add("pays", nil, call(1))
	add("searches", nil, call(2))
	add("clears", nil, call(3))
	add("waits and pays", nil, http(&ir.Within{Step: ir.Step{Text: "pays", Bindings: []ir.Binding{call(1)}, Pos: at("a.feature", 99)}}))
	add("reads in Go", nil, http(&ir.Call{Func: 1}))
	add("in Go", nil, http(&ir.Call{Func: 2}))
	add("shell", []string{"@driver:shell"}, http(request("GET")), ir.Binding{Driver: "shell", Op: &ir.Run{}})
	add("http again", []string{"@driver:shell", "@driver:http"}, http(request("GET")), ir.Binding{Driver: "shell", Op: &ir.Run{}})
	add("rows", nil, ir.Binding{Driver: "http", Op: request("GET"), Rows: []int{0}}, ir.Binding{Driver: "http", Op: request("DELETE"), Rows: []int{1, 2, 3}})
	rows := &f.Scenarios[len(f.Scenarios)-1]
	rows.Outline, rows.Rows = true, []ir.Row{{ID: "1"}, {ID: "2"}, {ID: "3", Tags: []ir.Tag{{Name: "@safe-in-production"}}}, {ID: "4"}}
	p.Features = []ir.Feature{f}
	var all []runners.Selected
	for i := range f.Scenarios {
		s := &p.Features[0].Scenarios[i]
		if !s.Outline {
			all = append(all, runners.Selected{Feature: &p.Features[0], Scenario: s, Row: -1})
		}
		for row := range s.Rows {
			all = append(all, runners.Selected{Feature: &p.Features[0], Scenario: s, Row: row})
		}
	}
	return p, all
}

func TestRefused(t *testing.T) {
	p, all := effects()
	production := &ir.Environment{Name: "production", Pos: diag.Pos{File: "hoops.yaml", Line: 9, Col: 3}}
	plan := runners.Plan{Program: p, Env: production, Driver: "http", Selected: all, Info: runners.Info{URL: "https://ann:pw@shop.example/"}}
	var got []string
	var list diag.List
	for _, r := range runners.Refused(plan) {
		var trail []string
		for _, s := range r.Trail {
			trail = append(trail, s.Pos.String())
		}
		got = append(got, r.Scenario.Name+r.RowID()+" "+r.Driver+" "+strings.Join(trail, " "))
		list = append(list, r.Diagnostic(plan))
	}
	want := []string{
		"posts http a.feature:9:5",
		"posts almost safely http a.feature:15:5",
		"pays http a.feature:18:5 steps/a.steps.feature:4:5",
		"clears http a.feature:24:5",
		"waits and pays http a.feature:27:5 a.feature:99:5 steps/a.steps.feature:4:5",
		"in Go http a.feature:33:5",
		"shell shell a.feature:36:5",
		"rows2 http a.feature:42:5",
		"rows4 http a.feature:42:5",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	list.Sort()
	if len(list) != 8 {
		t.Errorf("%d diagnostics, want one for the two rows", len(list))
	}
	shown := func(name string) string {
		for _, d := range list {
			if strings.HasPrefix(d.Message, `"`+name+`"`) {
				return (&diag.Renderer{}).Sprint(d)
			}
		}
		return ""
	}
	for name, want := range map[string]string{
		"pays": `a.feature:18:5: error: "pays" writes, and environment production refuses that [effects/writes]
    = note: by this step: When I POST /orders (steps/a.steps.feature:4:5)
    = note: hoops does not start it, and its host shop.example is not this machine (hoops.yaml:9:3)
    = help: tag the scenario @safe-in-production if it may run there
    = help: or tag the definition @read if what it sends changes nothing, as a login does
    = help: or say ` + "`writes: allow`" + ` in environment production
`,
		"clears": `a.feature:24:5: error: "clears" writes, and environment production refuses that [effects/writes]
    = note: this definition is tagged @write (steps/a.steps.feature:11:5)
    = note: hoops does not start it, and its host shop.example is not this machine (hoops.yaml:9:3)
    = help: tag the scenario @safe-in-production if it may run there
    = help: or say ` + "`writes: allow`" + ` in environment production
`,
	} {
		if d := cmp.Diff(want, shown(name)); d != "" {
			t.Error(d)
		}
	}

	for title, env := range map[string]*ir.Environment{
		"started":  {Start: &ir.Start{Run: "x"}},
		"allowed":  {Writes: "allow"},
		"loopback": {},
	} {
		local := plan
		local.Env = env
		if title == "loopback" {
			local.Info.URL = "http://127.0.0.1:1"
		}
		if list := runners.Refused(local); list != nil {
			t.Errorf("%s: %d refused", title, len(list))
		}
	}
}

func TestWhyItIsRefused(t *testing.T) {
	p, all := effects()
	for _, c := range []struct{ env, url, want string }{
		{"refuse", "http://127.0.0.1", "it says `writes: refuse`"},
		{"", "https://ann:pw@shop.example:8443/x", "hoops does not start it, and its host shop.example is not this machine"},
		{"", "", "hoops does not start it, and it has no url that shows whether it is this machine"},
	} {
		plan := runners.Plan{Program: p, Env: &ir.Environment{Writes: c.env, URL: ir.Literal("x")}, Driver: "http", Selected: all[1:2], Info: runners.Info{URL: c.url}}
		d := runners.Refused(plan)[0].Diagnostic(plan)
		if got := d.Notes[len(d.Notes)-1].Text; got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	d := runners.LoadRefusal(runners.Plan{Env: &ir.Environment{Name: "production", Writes: "allow", Pos: diag.Pos{File: "hoops.yaml", Line: 9, Col: 3}}, Info: runners.Info{URL: "https://shop.example"}})
	want := "hoops.yaml:9:3: error: environment production refuses load [effects/load]\n" +
		"   = note: hoops does not start it, and its host shop.example is not this machine (hoops.yaml:9:3)\n" +
		"   = help: say `load: allow` in environment production if it may be put under load\n"
	if diff := cmp.Diff(want, (&diag.Renderer{}).Sprint(*d)); diff != "" {
		t.Error(diff)
	}
	d = runners.LoadRefusal(runners.Plan{Env: &ir.Environment{Name: "tunnel", Writes: "refuse"}, Info: runners.Info{URL: "http://127.0.0.1"}})
	if got := d.Notes[0].Text; got != "it says `writes: refuse`" {
		t.Errorf("load on a tunnel: %q", got)
	}
}
