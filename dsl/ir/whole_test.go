package ir

import "github.com/cucumber-value/hoops/dsl/diag"

// whole is a program in which every kind of op stands, and every field of every type has a value somewhere.
func whole() *Program {
	line := 0
	at := func(file string) diag.Pos {
		line++
		return diag.Pos{File: file, Line: line, Col: line%7 + 1}
	}
	here := func() diag.Pos { return at("features/tea.feature") }
	body := func() diag.Pos { return at("steps/http.steps.feature") }
	yaml := func() diag.Pos { return at("hoops.yaml") }
	value := func(expr string, place Place, origin Origin) Template {
		return Template{{Text: "a "}, {Expr: expr, Place: place, Origin: origin, Pos: body()}}
	}
	field := func(name string, v Template) []Field { return []Field{{Name: name, Value: v, Pos: body()}} }
	op := func(driver string, op Op) Step {
		return Step{Keyword: "And", Text: "it does " + string(op.Kind()), Pos: body(), Bindings: []Binding{{Driver: driver, Op: op}}}
	}
	target := func(name string) *Target { return &Target{Role: "button", Name: Literal(name)} }
	return &Program{
		Project: "shop",
		Features: []Feature{{
			ID: "features/tea", Path: "features/tea.feature", Name: "Tea \"and\" more", Language: "en-pirate", Role: "shop owner", Want: "sales",
			Clauses: []Clause{{
				ID: "features/tea#1", Text: "lose fewer than 1% of orders", Unbound: "nothing measures orders", Rewrites: []string{"lose 0 orders"},
				Stub: "orders:\n  count: orders_total", Pos: here(),
				Claims: []Claim{{
					Text: "fewer than 1% of orders", Reading: "the share of lost orders is below 1 %", Measure: "lost orders", Mode: Inferred,
					Statistic: StatShare, Compare: "<", Target: "0.01", Upper: "0.02", Unit: "%", Threshold: "300ms", Per: "1000 sums",
					Premise: "0.05", Baseline: "last release", Window: "7d", Days: "9 of 10 days", Guardrail: true, Pos: here(), Len: 23,
				}},
			}},
			Tags: []Tag{{"@owner:tea", here()}},
			Pos:  here(),
			Scenarios: []Scenario{{
				ID: "features/tea/buy", Name: "Buy <what>", Rule: "Tea is sold", Tags: []Tag{{"@journey", here()}}, Columns: []string{"what"},
				Rows:    []Row{{ID: "features/tea/buy/tea", Cells: []string{"Tea"}, Tags: []Tag{{"@slow", here()}}, From: 6, Pos: here()}},
				Outline: true, Pos: here(), RuleLine: 3, From: 4, To: 30,
				Steps: []Step{{
					Keyword: "Given", Text: "the customer adds \"<what>\"", Background: true, Pos: here(),
					Doc:   &Doc{Media: "json", Content: value("row.what", Plain, OfRow)},
					Table: [][]Template{{Literal("name"), nil}, {value("env.user", Plain, OfEnvironment), Literal("\x1b")}},
					Bindings: []Binding{
						{Driver: "http", Definition: 1, Args: []Template{value("row.what", Plain, OfRow), Literal("2"), Literal("red")}, Rows: []int{0}, Column: "what"},
					},
					Obstacles: []Obstacle{{Driver: "browser", Status: "undefined", Message: "undefined step for driver browser", Help: []string{"define it"}, Rows: []int{0, 1}, Column: "what"}},
				}},
			}},
		}},
		Definitions: []Definition{
			{
				Pattern: "the customer adds {product:string} {int} {colour}", Driver: "http", Effect: Reads, Each: true, Once: true, MaxAge: Duration(600e9), Undo: 2, Pos: body(),
				Params: []Parameter{{"product", "string", ""}, {"", "int", ""}, {"", "colour", "red|green"}},
				Body: []Step{
					op("http", &Request{Method: "POST", Target: value("next", URLText, OfKept), Headers: field("Accept", value("secret.key", Header, OfSecret)), Name: "POST {next}", Pos: body(),
						Body: &Body{Kind: BodyForm, Media: "application/x-www-form-urlencoded", Content: value("uuid()", JSONString, OfGenerated), Fields: field("a b", Literal("c"))}}),
					op("http", &Expect{Check: CheckFields, Expr: "body.total > 1", Want: value("product", JSONValue, OfParameter), Fields: field("body.id", Literal("1")), Pos: body()}),
					op("http", &Keep{Name: "token", Expr: "body.token", Secret: true, Pos: body()}),
					op("http", &Use{Headers: field("X-Trace", Literal("1")), Redirects: KeepRedirects, Actor: Literal("bob"), Pos: body()}),
					op("http", &Wait{For: Literal("2s"), Pos: body()}),
					op("http", &Within{Limit: Literal("30s"), Step: op("http", &Expect{Check: CheckStatus, Want: Literal("200"), Pos: body()}), Pos: body()}),
					op("http", &Call{Func: 1, Args: []Template{value("x", Query, OfKept)}, Pos: body()}),
					op("http", &Pause{Pos: body()}),
					op("browser", &Open{Target: value("product", Segment, OfParameter), Name: "/{product}", Pos: body()}),
					op("browser", &Act{Verb: Choose, Target: &Target{Role: "button", Name: Literal("Delete"), Nth: 2, In: target("Tea")}, Value: value("product", Plain, OfParameter), Fields: field("Name", Literal("Ann")), Pos: body()}),
					op("browser", &See{Look: SeeTarget, Target: &Target{CSS: value("product", Selector, OfParameter)}, Want: Literal("Basket"), Not: true, Pos: body()}),
					op("shell", &Run{Script: Template{{Text: "echo "}, {Expr: "product", Place: ShellQuoted, Origin: OfParameter, Pos: body()}}, Pos: body()}),
				},
			},
			{Pattern: "the customer adds {product:string} {int} {colour}", Driver: "http", Params: []Parameter{{"product", "string", ""}, {"", "int", ""}, {"", "colour", "red|green"}}, Pos: body()},
		},
		Funcs:  []Func{{Pattern: "the clock says {text:string}", Params: []Parameter{{"text", "string", ""}}, Driver: "http", Effect: Writes}},
		Params: []Param{{"rate", "50/s", yaml()}},
		Vars:   []Var{{"user", Literal("ann"), yaml()}},
		Environments: []Environment{{
			Name: "local", URL: Literal("http://127.0.0.1:8080"), Services: []Var{{"auth", Literal("http://127.0.0.1:8081"), yaml()}},
			Vars: []Var{{"user", Literal("bob"), yaml()}}, Hosts: []string{"cdn.example"}, Headers: field("X-Env", Literal("local")),
			Auth:    &Auth{User: Literal("ann"), Password: value("secret.password", Plain, OfSecret), Bearer: Literal("b")},
			Timeout: Duration(5e9), StepTimeout: Duration(6e9), MaxBody: 1000,
			TLS:   &TLS{CA: Literal("ca.pem"), Cert: Literal("cert.pem"), Key: Literal("key.pem"), ServerName: "shop", Insecure: true},
			Proxy: Literal("http://proxy"), HTTP: "2", Where: "@api", Writes: "allow", Load: "allow",
			Start:       &Start{Run: "go run ./server", Ready: "/healthz", Within: Duration(30e9), Pos: yaml()},
			OpenMetrics: Literal("http://127.0.0.1/metrics"), Prometheus: Literal("http://prometheus"), Browser: "ws://127.0.0.1", Pos: yaml(),
		}},
		Measures: []Measure{{
			Name: "lost orders", Says: []string{"orders are lost", "{quantity} lost"}, Count: "lost_total", Per: "orders_total", Of: "all_total", Value: "orders",
			Quantile: "latency", Step: "the customer pays", From: "prometheus", Better: "lower", Owner: "payments", MDE: "20%", Unit: "ms", At: "p95", Margin: "2%",
			DSN: Literal("file:x.db"), URL: Literal("http://x/y.json"), Control: "control", Split: "variant", Weights: &Weights{Control: "40%", Split: "60%"}, Synthetic: "exclude", Pos: yaml(),
		}},
		Zone:         "Europe/London",
		Baselines:    []Baseline{{"the spring campaign", "March 2026", yaml()}},
		CrossCutting: []CrossCut{{Where: "@api", Expect: []Expression{{"duration < 1s", yaml()}}, Pos: yaml()}},
		Stages: []Stage{{
			Name: "load", Run: LoadRunner, Driver: "browser", Env: "local", Where: "@journey",
			Load: &Load{Rate: Literal("10/s"), Users: 3, Duration: Duration(60e9), Mix: []Share{{"@browse", 3, "browser", yaml()}},
				Data: &Data{File: "users.csv", Use: "unique", AtEnd: "stop", Pos: yaml()}, MaxInFlight: 7, Browsers: 2, Drain: Duration(1e9), Connections: PerJourney},
			Expect: []Expression{{"errors < 0.1%", yaml()}}, StopWhen: &Expression{"errors > 50%", yaml()}, For: Duration(300e9), Every: Duration(30e9), Browsers: 3,
			Ask: Literal("Release?"), Release: Literal("1.2"), Continue: true, Pos: yaml(),
		}},
		Releases: &Releases{From: "prometheus", Label: "version", Value: "build_info", Pos: yaml()},
		History:  "hoops.db",
		Files: []File{
			{Path: "features/tea.feature", Digest: FileDigest([]byte("Feature: Tea\n")), Size: 13, Text: "Feature: Tea\n"},
			{Path: "tea.jpg", Digest: FileDigest([]byte{0xff, 0}), Size: 2, Bytes: []byte{0xff, 0}},
			{Path: "tea.json", Digest: FileDigest([]byte("{}")), Size: 2, Text: "{}", ID: "https://example.com/tea.json"},
		},
	}
}
