package reporters

import (
	"fmt"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/runners"
)

// tape records a run by a clock that only it moves.
type tape struct {
	now    time.Time
	events []runners.Event
	stage  string
}

func newTape() *tape { return &tape{now: time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)} }

func (t *tape) emit(e runners.Event) {
	e.Time, e.Run, e.Stage = t.now, "run-7", t.stage
	t.events = append(t.events, e)
}

func (t *tape) begin() {
	t.emit(runners.Event{Kind: runners.RunStarted, Info: &runners.Info{Project: "shop", Digest: digest, Tool: "hoops 0.1.0"}})
}

func (t *tape) end(o runners.Outcome, d time.Duration) {
	t.stage = ""
	t.emit(runners.Event{Kind: runners.RunFinished, Outcome: o, Duration: d})
}

func (t *tape) stageStarted(name string, info runners.Info) {
	t.stage = name
	t.emit(runners.Event{Kind: runners.StageStarted, Name: name, Info: &info})
}

func (t *tape) stageFinished(o runners.Outcome, d time.Duration, c *runners.Counts, message string) {
	t.emit(runners.Event{Kind: runners.StageFinished, Name: t.stage, Outcome: o, Duration: d, Counts: c, Message: message})
}

// play is one execution of a scenario as a list of events, not yet recorded.
type play struct {
	t    *tape
	head runners.Event
}

func (t *tape) scenario(feature, name, row string, line int) *play {
	file := "features/" + feature + ".feature"
	id := feature + "/" + strings.ReplaceAll(strings.ToLower(name), " ", "-")
	p := &play{t, runners.Event{Feature: feature, Scenario: id, Name: name, Pos: diag.Pos{File: file, Line: line, Col: 3}, Attempt: 1, Tags: []string{"@" + feature}}}
	if row != "" {
		p.head.Row = id + "/" + row
	}
	return p.start()
}

func (p *play) start() *play {
	e := p.head
	e.Kind, e.Title = runners.ScenarioStarted, p.title()
	p.t.emit(e)
	return p
}

// title of the feature: only some have one, as in streams of older versions.
func (p *play) title() string {
	return map[string]string{"checkout": "Check out"}[p.head.Feature]
}

func (p *play) step(n int, text string, s runners.Status, d time.Duration, failure *diag.Diagnostic) *play {
	e := p.head
	e.Kind, e.Name, e.Step, e.Status, e.Duration, e.Failure, e.Tags = runners.StepFinished, text, n, s, d, failure, nil
	e.Pos = diag.Pos{File: e.Pos.File, Line: e.Pos.Line + n, Col: 5}
	p.t.now = p.t.now.Add(d)
	p.t.emit(e)
	return p
}

func (p *play) sample(name string, code int, problem string, d time.Duration) *play {
	e := p.head
	e.Kind, e.Name, e.Step, e.Duration, e.Tags = runners.RequestFinished, name, 1, d, nil
	e.Sample = &runners.Sample{Code: code, Error: problem, Got: 12}
	p.t.emit(e)
	return p
}

func (p *play) again() *play {
	p.head.Attempt++
	return p.start()
}

func (p *play) finish(s runners.Status, d time.Duration, failure *diag.Diagnostic) {
	e := p.head
	e.Kind, e.Title, e.Status, e.Duration, e.Failure = runners.ScenarioFinished, p.title(), s, d, failure
	p.t.emit(e)
}

const digest = "sha256:1a2b3c4d5e6f77889900aabbccddeeff1a2b3c4d5e6f77889900aabbccddeeff"

const ms = time.Millisecond

func wrong(file string, line int, message string) *diag.Diagnostic {
	d := diag.Errorf(diag.At(diag.Pos{File: file, Line: line, Col: 10}, 17), "http/expect", "%s", message)
	d.Label = "found 500"
	return &d
}

var source = func(file string) string {
	return strings.Repeat("\n", 11) + "    Then the order is confirmed\n\n    When the customer flies away\n"
}

// functional is one stage with every status in it.
func functional() *tape {
	t := newTape()
	t.begin()
	t.stageStarted("test", runners.Info{Project: "shop", Digest: digest, Runner: "functional", Driver: "http", Environment: "staging",
		URL: "https://staging.shop.example", Selected: 8, Overrides: []string{"--env staging"}, Seed: 7})
	t.emit(runners.Event{Kind: runners.Noticed, Message: "started go run ./server"})
	t.scenario("checkout", "Sign in", "", 3).step(1, "Given the customer signs in", runners.Passed, 12*ms, nil).
		sample("POST /login", 200, "", 11*ms).finish(runners.Passed, 12*ms, nil)
	failure := wrong("features/checkout.feature", 12, "the status is 500, expected 201")
	t.scenario("checkout", "Pay for one item", "", 9).
		step(1, `Given the customer is signed in as "ann"`, runners.Passed, 20*ms, nil).
		step(2, "When the customer pays", runners.Passed, 300*ms, nil).
		sample("POST /orders/{id}", 500, "", 290*ms).sample("POST /orders/{id}", 0, "connection refused", 2*ms).sample("POST /orders/{id}", 201, "", 40*ms).
		step(3, "Then the order is confirmed", runners.Failed, 92*ms, failure).
		step(4, "And the basket is empty", runners.Skipped, 0, nil).
		step(5, "And the shop is happy", runners.Skipped, 0, nil).
		step(0, "undo: cancel the order", runners.Failed, 5*ms, wrong("steps/http.steps.feature", 12, "the order is gone")).
		finish(runners.Failed, 412*ms, failure)
	t.scenario("checkout", "Pay for many", "2, tea", 20).step(1, "When 2 tea are paid", runners.Passed, 10*ms, nil).finish(runners.Passed, 10*ms, nil)
	first := wrong("features/checkout.feature", 12, "the status is 503, expected 201")
	t.scenario("checkout", "Pay for many", "3, milk", 21).step(1, "When 3 milk are paid", runners.Failed, 10*ms, first).
		again().step(1, "When 3 milk are paid", runners.Passed, 8*ms, nil).finish(runners.Flaky, 8*ms, nil)
	missing := diag.Errorf(diag.At(diag.Pos{File: "features/flight.feature", Line: 14, Col: 10}, 23), "steps/undefined", "undefined step for driver http").
		WithHelp("define it:\n  Scenario: the customer flies away")
	t.scenario("flight", "Fly", "", 13).step(1, "When the customer flies away", runners.Undefined, 0, &missing).finish(runners.Undefined, 0, &missing)
	t.scenario("flight", "Land", "", 17).finish(runners.Skipped, 0, nil)
	t.scenario("flight", "Taxi", "", 19).step(1, "When it rolls", runners.Pending, 0, nil).finish(runners.Pending, 1, nil)
	t.scenario("flight", "Park", "", 23).step(1, "When it parks", runners.Passed, 1300*ms, nil).finish(runners.Passed, 1300*ms, nil)
	t.stageFinished(runners.GateFailed, 1900*ms, &runners.Counts{Passed: 3, Failed: 1, Flaky: 1, Skipped: 1, Pending: 1, Undefined: 1}, "")
	t.end(runners.GateFailed, 2100*ms)
	return t
}

// pipeline is four stages, one of them of promises.
func pipeline() *tape {
	t := newTape()
	t.begin()
	t.stageStarted("uat", runners.Info{Runner: "functional", Driver: "http", Environment: "local", URL: "http://127.0.0.1:8080", Selected: 2})
	t.scenario("addition", "Add two numbers", "", 5).step(1, "Then the result is 120", runners.Passed, 4*ms, nil).finish(runners.Passed, 4*ms, nil)
	t.scenario("addition", "Add nothing", "", 9).step(1, "Then the result is 0", runners.Passed, 3*ms, nil).finish(runners.Passed, 3*ms, nil)
	t.stageFinished(runners.GatePassed, 800*ms, &runners.Counts{Passed: 2}, "")
	t.now = t.now.Add(time.Second)
	t.stageStarted("load", runners.Info{Runner: "load", Driver: "http", Environment: "staging", URL: "https://staging.example", Overrides: []string{"--rate 10/s"}})
	t.load(598, 2)
	t.stageFinished(runners.GateFailed, time.Minute, &runners.Counts{Failed: 1}, "p95 < 30ms is false: p95 = 40.123ms (598 samples)")
	t.stageStarted("value", runners.Info{Runner: "value", Environment: "production"})
	for _, v := range []runners.Verdict{
		{Clause: "addition#1", Words: "make 0 silly mistakes", Verdict: "delivered", Sentence: "0 silly mistakes in 60 sums, and 0 were promised"},
		{Clause: "checkout#1", Words: "lose fewer than 1% of orders to errors", Verdict: "missed", Sentence: "2.1% of 4,000 orders, and fewer than 1% were promised", WouldChange: "fewer than 40 lost orders in the next 4,000"},
		{Clause: "checkout#2", Words: "sell 10% more tea", Verdict: "undecided", Reason: "too_early", WouldChange: "448 more events, by 14 March"},
		{Clause: "flight#1", Words: "fly", Verdict: "unbound", Sentence: "no measure is called flights", Help: []string{"write for example: fly 0 times", "and a measure in hoops.yaml:\nmeasures:\n  flights:\n    count: flights_total\n"}},
	} {
		t.emit(runners.Event{Kind: runners.Judged, Verdict: &v})
	}
	t.stageFinished(runners.GateFailed, 120*ms, nil, "")
	t.end(runners.GateFailed, 62*time.Second)
	return t
}

// stopped is a pipeline that a gate nobody could decide has stopped, and hoops has told of it in several lines.
func stopped() *tape {
	t := newTape()
	t.begin()
	t.stageStarted("uat", runners.Info{Runner: "functional", Driver: "http", Environment: "local", Selected: 1})
	t.scenario("addition", "Add two numbers", "", 5).step(1, "Then the result is 120", runners.Passed, 4*ms, nil).finish(runners.Passed, 4*ms, nil)
	t.stageFinished(runners.GatePassed, 800*ms, &runners.Counts{Passed: 1}, "")
	t.stageStarted("ask", runners.Info{Runner: "approval"})
	t.stageFinished(runners.GateUndecided, ms, nil, "nobody could be asked:\nstdin is no terminal")
	for _, name := range []string{"load", "probe"} {
		t.stage = name
		t.emit(runners.Event{Kind: runners.StageSkipped, Name: name, Message: "ask is undecided"})
	}
	t.stage = ""
	t.emit(runners.Event{Kind: runners.Noticed, Message: "the software ended by itself with exit code 127\nits output ends with:\nsh: 1: shop: not found\n"})
	t.end(runners.GateUndecided, 2*time.Second)
	return t
}

// load is a minute of ten journeys a second, some dropped and one in two hundred failed.
func (t *tape) load(started, dropped int64) {
	late := &diag.Diagnostic{Severity: diag.Error, Message: "the status is 500, expected 201", Code: "http/expect", Range: diag.At(diag.Pos{File: "features/checkout.feature", Line: 12, Col: 10}, 17)}
	for i := range int64(2) {
		t.emit(runners.Event{Kind: runners.Noticed, Feature: "checkout", Scenario: "checkout/pay", Name: "Pay", Status: runners.Failed, Failure: late,
			Pos: diag.Pos{File: "features/checkout.feature", Line: 9, Col: 3}, Message: fmt.Sprintf("journey %d failed: the status is 500, expected 201", i+1)})
	}
	const every = 5 * time.Second
	for i := range 12 {
		t.now = t.now.Add(every)
		at := time.Duration(i) * every
		t.emit(runners.Event{Kind: runners.Summarised, Summary: &runners.Summary{From: at, To: at + every, Asked: 50, Started: 50, InFlight: 4,
			Groups: []runners.Group{{Of: "journeys", Count: 49, Failed: int64(i % 2)}}}})
	}
	latency := func(p50, p95, p99, most time.Duration) map[string]any {
		return map[string]any{"mean": p50, "p50": p50, "p90": p50, "p95": p95, "p99": p99, "max": most}
	}
	slow, quick := latency(12345*time.Microsecond, 40123*time.Microsecond, 88*ms, 2100*ms), latency(254*time.Microsecond, 592*time.Microsecond, 1590*time.Microsecond, 23170404)
	cause := func(n int64) []runners.Cause {
		return []runners.Cause{{Key: "features/checkout.feature:10 When the customer waits – no answer", Count: 1}, {Key: "features/checkout.feature:12 Then the order is confirmed – the status is 500, expected 201", Count: n - 1}}
	}
	t.emit(runners.Event{Kind: runners.Summarised, Summary: &runners.Summary{To: time.Minute + 40*ms, Final: true, Model: "open", Load: "10/s for 1m", Arrivals: time.Minute, Asked: started + dropped, Started: started, Dropped: dropped,
		Expectations: []runners.Expectation{
			{Source: "p95 < 30ms", Outcome: runners.GateFailed, Got: "p95 < 30ms is false: p95 = 40.123ms (598 samples)", Samples: 598},
			{Source: `step("the customer waits").p99 < 1s`, Outcome: runners.GateUndecided, Got: `step("the customer waits").p99 < 1s has no data: step("the customer waits").p99 is missing: no run of it was measured`},
			{Source: "journeys.p95 < 300ms && errors < 1%", Outcome: runners.GatePassed, Samples: 12004},
			{Source: "requests.p99 < 1s", Outcome: runners.GatePassed, Samples: 1},
			{Source: `scenario("Pay").count > 1 && requests.rate > 1`, Outcome: runners.GatePassed, Samples: 7},
		},
		Groups: []runners.Group{
			{Of: "journeys", Count: started, Failed: 3, Dropped: dropped, Latency: slow, Errors: cause(3)},
			{Of: "scenario", Name: "Pay", Scenario: "checkout/pay", Count: started, Failed: 3, Latency: slow, Errors: cause(3)},
			{Of: "step", Name: "the customer pays 2", Count: started, Latency: quick},
			{Of: "step", Name: "the customer pays {n:int}", Count: started, Latency: quick},
			{Of: "requests", Count: 12004, Failed: 2, Latency: quick, Codes: map[int]int64{201: 12002, 500: 2}},
			{Of: "request", Name: "POST /orders", Count: 12004, Failed: 2, Latency: quick, Codes: map[int]int64{201: 12002, 500: 2}, Errors: []runners.Cause{{Key: "500 Internal Server Error", Count: 2}}},
			{Of: "lateness", Count: started, Latency: quick},
		}}})
}

// passedLoad is a load run on its own, all of whose expectations hold.
func passedLoad() *tape {
	t := newTape()
	t.begin()
	t.stageStarted("load", runners.Info{Runner: "load", Driver: "http", Overrides: []string{"--rate 200/s"}, Selected: 1})
	t.emit(runners.Event{Kind: runners.Summarised, Summary: &runners.Summary{To: 3200 * ms, Final: true, Model: "open", Load: "200/s for 3s", Arrivals: 3 * time.Second, Asked: 600, Started: 600,
		Expectations: []runners.Expectation{{Source: "errors == 0", Implied: true, Outcome: runners.GatePassed, Samples: 600}},
		Groups:       []runners.Group{{Of: "journeys", Count: 600, Latency: map[string]any{"p95": 1812345 * time.Nanosecond}}}}})
	t.stageFinished(runners.GatePassed, 3200*ms, &runners.Counts{Passed: 1}, "")
	t.end(runners.GatePassed, 3200*ms)
	return t
}

// closedLoad is a load run of a closed model, two seconds of it told while it ran.
func closedLoad() *tape {
	t := newTape()
	t.begin()
	t.stageStarted("load", runners.Info{Runner: "load", Driver: "http", Overrides: []string{"--rate max"}, Selected: 1})
	quick := map[string]any{"mean": 2 * ms, "p50": 2 * ms, "p90": 3 * ms, "p95": 4 * ms, "p99": 5 * ms, "max": 6 * ms}
	parts := func(n int64) []runners.Group {
		return []runners.Group{
			{Of: "journeys", Count: n, Latency: quick, Sum: time.Duration(n) * 2 * ms},
			{Of: "scenario", Name: "Browse", Scenario: "shop/browse", Count: n, Latency: quick, Sum: time.Duration(n) * 2 * ms},
			{Of: "requests", Count: n, Latency: quick, Sum: time.Duration(n) * 2 * ms, Codes: map[int]int64{200: n}},
			{Of: "request", Name: "GET /products", Count: n, Latency: quick, Sum: time.Duration(n) * 2 * ms, Codes: map[int]int64{200: n}},
		}
	}
	for i := range 2 {
		t.now = t.now.Add(time.Second)
		at := time.Duration(i) * time.Second
		t.emit(runners.Event{Kind: runners.Summarised, Summary: &runners.Summary{From: at, To: at + time.Second, Model: "closed", Load: "rate max with 64 workers", Asked: 32000, Started: 32000, InFlight: 64, Groups: parts(32000)}})
	}
	t.emit(runners.Event{Kind: runners.Summarised, Summary: &runners.Summary{To: 2001 * ms, Final: true, Model: "closed", Load: "rate max with 64 workers", Arrivals: 2 * time.Second, Asked: 64000, Started: 64000,
		Expectations: []runners.Expectation{{Source: "errors == 0", Implied: true, Outcome: runners.GatePassed, Samples: 64000}}, Groups: parts(64000)}})
	t.stageFinished(runners.GatePassed, 2001*ms, &runners.Counts{Passed: 1}, "")
	t.end(runners.GatePassed, 2001*ms)
	return t
}

// rounds are a probe of two scenarios, three times, one of which recovers, and a stage before it.
func rounds() *tape {
	t := newTape()
	t.begin()
	t.stageStarted("uat", runners.Info{Runner: "functional", Selected: 1})
	t.scenario("checkout", "Pay", "", 5).finish(runners.Passed, ms, nil)
	t.stageFinished(runners.GatePassed, ms, &runners.Counts{Passed: 1}, "")
	t.stageStarted("probe", runners.Info{Runner: "probe", Driver: "http", Selected: 2})
	for i := range 3 {
		t.now = t.now.Add(time.Minute)
		t.scenario("checkout", "Pay", "", 5).finish(runners.Passed, ms, nil)
		status, failure := runners.Passed, (*diag.Diagnostic)(nil)
		if i == 1 {
			status, failure = runners.Failed, wrong("features/search.feature", 6, "the status is 500, expected 200")
		}
		t.scenario("search", "Find", "", 5).step(1, "Then it is found", status, 2*ms, failure).finish(status, 2*ms, failure)
	}
	t.stageFinished(runners.GatePassed, 3*time.Minute, &runners.Counts{Passed: 5, Failed: 1}, "1 failed and passed when run next")
	t.end(runners.GatePassed, 3*time.Minute)
	return t
}

// only is the tape with those stages, in that order.
func (t *tape) only(stages ...string) *tape {
	out := newTape()
	out.events = append(out.events, t.events[0])
	for _, name := range stages {
		for _, e := range t.events {
			if e.Stage == name {
				out.events = append(out.events, e)
			}
		}
	}
	out.events = append(out.events, t.events[len(t.events)-1])
	return out
}

// turns are features that run at once: each is printed together, but for what fails and what waits too long.
func turns() *tape {
	t := newTape()
	t.begin()
	t.stageStarted("test", runners.Info{})
	passed := func(p *play) { p.finish(runners.Passed, ms, nil) }
	basket1, basket2 := t.scenario("basket", "Basket 1", "", 1), t.scenario("basket", "Basket 2", "", 2)
	passed(basket1)
	checkout1 := t.scenario("checkout", "Checkout 1", "", 1)
	passed(checkout1) // waits
	search := t.scenario("search", "Search 1", "", 1)
	passed(search) // waits
	passed(basket2)
	checkout2 := t.scenario("checkout", "Checkout 2", "", 2)
	long := t.scenario("orders", "Orders 1", "", 1)
	passed(checkout2)
	failing := t.scenario("search", "Search 2", "", 2)
	passed(t.scenario("sign-in", "Sign in 1", "", 1)) // has the turn after nothing else runs
	bad := wrong("features/search.feature", 12, "the status is 500, expected 201")
	again := t.scenario("sign-in", "Sign in 2", "", 2)
	failing.finish(runners.Failed, ms, bad) // at once
	passed(again)
	passed(t.scenario("orders", "Orders 2", "", 2)) // has the turn while orders 1 runs
	passed(t.scenario("basket", "Basket 3", "", 3)) // waits for it
	t.now = t.now.Add(11 * time.Second)
	passed(t.scenario("basket", "Basket 4", "", 4)) // but no longer
	passed(t.scenario("orders", "Orders 3", "", 3))
	t.scenario("search", "Search 3", "", 3).finish(runners.Passed, ms, nil)
	passed(long)
	t.stageFinished(runners.GateFailed, 12*time.Second, nil, "")
	t.end(runners.GateFailed, 12*time.Second)
	return t
}

// severed is a stream that a crash cut off.
func severed() *tape {
	t := newTape()
	t.begin()
	t.stageStarted("test", runners.Info{Runner: "functional", Driver: "http", Selected: 3})
	t.scenario("addition", "Add two numbers", "", 5).step(1, "Then the result is 120", runners.Passed, 4*ms, nil).finish(runners.Passed, 4*ms, nil)
	t.scenario("addition", "Add for ever", "", 9).step(1, "When it begins", runners.Passed, 3*ms, nil)
	return t
}

// hostile is data that wants to be code.
func hostile() *tape {
	t := newTape()
	t.begin()
	nasty := "\x1b[2J\x1b]0;owned\a\u202egnp.exe\r\n]]></failure><script>alert(1)</script> | PASSED=1;;;; @everyone [x](javascript:1) \x00\xff\u2028" + strings.Repeat("界", 10000)
	t.stageStarted("test\x1b[31m", runners.Info{Runner: "functional", Driver: nasty, Environment: nasty, URL: nasty, Selected: 2, Overrides: []string{nasty}, Digest: digest})
	t.emit(runners.Event{Kind: runners.Noticed, Message: nasty})
	d := diag.Errorf(diag.At(diag.Pos{File: "a" + nasty, Line: 12, Col: 10}, 9), "http/"+nasty, "%s", nasty).WithHelp("%s", nasty).WithNote(diag.At(diag.Pos{File: nasty, Line: 1}, 0), "%s", nasty)
	d.Label = nasty
	p := t.scenario("f"+nasty, "n"+nasty, nasty, 3)
	p.step(1, "Given "+nasty, runners.Failed, ms, &d).sample(nasty, 200, nasty, ms).finish(runners.Failed, ms, &d)
	t.scenario("f", "", "", 0).finish("", -ms, nil)
	t.scenario("f", "", "", 0).finish(runners.Status(nasty), 0, nil)
	t.emit(runners.Event{Kind: runners.Judged, Verdict: &runners.Verdict{Clause: nasty, Words: nasty, Verdict: nasty, Sentence: nasty, WouldChange: nasty, Help: []string{nasty}}})
	t.stageFinished(runners.Outcome(nasty), -ms, nil, nasty)
	t.end("", -ms)
	return t
}

// many is n scenarios in f features, one of 100 failing, one a second.
func many(n, features, perDirectory int) *tape {
	t := newTape()
	t.begin()
	t.stageStarted("test", runners.Info{Runner: "functional", Selected: n})
	for i := range n {
		f := i * features / n
		p := t.scenario(fmt.Sprintf("area%d/f%03d", f/perDirectory, f), fmt.Sprintf("Number %d", i), "", i+1)
		if i%100 == 99 {
			bad := wrong(p.head.Pos.File, i+2, "the status is 500, expected 201")
			p.step(1, "Then the order is confirmed", runners.Failed, 100*ms, bad).finish(runners.Failed, 100*ms, bad)
		} else {
			p.step(1, "Then the order is confirmed", runners.Passed, 100*ms, nil).finish(runners.Passed, 100*ms, nil)
		}
	}
	t.stageFinished(runners.GateFailed, time.Duration(n)*100*ms, nil, "")
	t.end(runners.GateFailed, time.Duration(n)*100*ms)
	return t
}
