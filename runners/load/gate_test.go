package load

import (
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

func TestCheckNames(t *testing.T) {
	p := &ir.Program{}
	definitionOf(p, "the customer pays", "POST /pay")
	definitionOf(p, "the customer orders", "the customer pays")
	definitionOf(p, "the customer looks", "the status is 200", "wait 1s")
	plan := planOf(p, scenarioOf(p, "Pay for one item", "GET /", "within 2s the customer orders", "the status is 200", "the customer looks"), scenarioOf(p, "Other", "GET /other"))
	plan.Selected = plan.Selected[:1]
	for source, want := range map[string]string{
		`step("the customer pays").p99 < 1s`:                 "",
		`step("GET /").p99 < 1s`:                             "",
		`step("within 2s the customer orders").p99 < 1s`:     "",
		`step("the status is 200").p99 < 1s`:                 `hoops.yaml:1:10+19: the step "the status is 200" sends no request, and is never measured; name the step that`,
		`step("the customer looks").count > 1`:               `hoops.yaml:1:10+20: the step "the customer looks" sends no request, and is never measured`,
		`request("POST /pay").errors == 0`:                   "",
		`request("GET / (redirect 1)").errors == 0`:          "",
		`scenario("Pay for one item").p99 < 1s`:              "",
		`scenario("f/Pay for one item").p99 < 1s`:            "",
		`step("the customer pay").p99 < 1s`:                  `hoops.yaml:1:10+18: no selected scenario has the step "the customer pay"; did you mean "the customer pays"?`,
		`p95 < 1s && request("GET /other").p99 < 1s`:         `hoops.yaml:1:25+12: no selected scenario has the request "GET /other"; there is GET /, POST /pay`,
		`scenario("Other").p99 < 1s`:                         `hoops.yaml:1:14+7: no scenario "Other" is selected; there is Pay for one item, f/Pay for one item`,
		`step(string(p50)).p99 < 1s`:                         `hoops.yaml:1:5+4: step(…) needs a name that is written out, in quotes`,
		`p95 < 300`:                                          `hoops.yaml:1:11+3: a duration needs a unit`,
		`p96 < 300ms`:                                        `hoops.yaml:1:5+3: unknown name "p96"; did you mean "p90"?`,
		"p95 <\n" + `step("the customer pay").p99`:           `hoops.yaml:1:5+1: no selected scenario has the step`,
		`step("the customer pays").p99 < p95 && errors < 1%`: "",
	} {
		list := (&Runner{Expect: expects(source)}).Check(plan)
		got := ""
		for _, d := range list {
			got += d.Range.Pos.String() + "+" + thousands(int64(d.Range.Len)) + ": " + d.Message
			for _, h := range d.Help {
				got += "; " + h
			}
		}
		if got != want && (want == "" || !strings.HasPrefix(got, want)) {
			t.Errorf("%s\n%s\n%s", source, got, want)
		}
	}
	stop := ir.Expression{Source: "errors", Pos: diag.Pos{File: "hoops.yaml", Line: 9, Col: 1}}
	if list := (&Runner{StopWhen: &stop}).Check(plan); len(list) != 1 {
		t.Errorf("%v", list)
	}
}

func TestReadsErrors(t *testing.T) {
	for source, want := range map[string]bool{
		"errors < 1%":                               true,
		"p95 < 1s && journeys.errors < 1%":          true,
		`step("x").errors == 0`:                     true,
		`p95 < 1s`:                                  false,
		`step("it shows errors").p95 < 1s`:          false,
		"p95 < 1s &&\n" + `step("errors").p95 < 1s`: false,
		`journeys["errors"] < 1%`:                   true,
	} {
		p, err := expr.CompileCondition(source, expr.GateScope())
		if err != nil {
			t.Fatal(source, err)
		}
		if got := readsErrors(p); got != want {
			t.Errorf("%s: %v", source, got)
		}
	}
}

func TestJudge(t *testing.T) {
	all := NewRecorder()
	for i := range 100 {
		m := Measurement{Took: time.Duration(i+1) * time.Millisecond, Failed: i%50 == 0}
		all.Record(Key{Of: OfJourneys}, m)
		all.Record(Key{OfScenario, "f/a"}, m)
		all.Record(Key{Of: OfRequests}, m)
		if i < 10 {
			all.Record(Key{OfStep, "pay"}, m)
		}
	}
	j := &judge{all: all, scenarios: map[string][]string{"a": {"f/a", "g/a"}}, window: 10 * time.Second, asked: 200, started: 150}
	for source, want := range map[string]runners.Expectation{
		"p50 < 60ms":                                {Outcome: runners.GatePassed, Samples: 100},
		"p95 < 50ms":                                {Outcome: runners.GateFailed, Samples: 100, Got: "p95 < 50ms is false: p95 = 94.99ms (100 samples)"},
		"mean < 1ms":                                {Outcome: runners.GateFailed, Samples: 100, Got: "mean < 1ms is false: mean = 50.5ms (100 samples)"},
		"max == 100ms":                              {Outcome: runners.GatePassed, Samples: 100},
		"errors == 2%":                              {Outcome: runners.GatePassed, Samples: 100},
		"achieved > 99%":                            {Outcome: runners.GateFailed, Samples: 200, Got: "achieved > 99% is false: achieved = 0.75 (200 samples)"},
		"journeys.rate == 10":                       {Outcome: runners.GatePassed, Samples: 100},
		`scenario("a").count == 100`:                {Outcome: runners.GatePassed, Samples: 100},
		`p50 < 60ms && step("pay").p99 < 1ms`:       {Outcome: runners.GateFailed, Samples: 10, Got: `step("pay").p99 < 1ms is false: step("pay").p99 = 9.998ms (10 samples)`},
		`step("never").p99 < 1ms`:                   {Outcome: runners.GateUndecided, Got: `step("never").p99 < 1ms has no data: step("never").p99 is missing: no run of it was measured`},
		`not (request("GET /never").errors > 0)`:    {Outcome: runners.GateUndecided, Got: `not (request("GET /never").errors > 0) has no data: request("GET /never").errors is missing: no such request was measured`},
		`step("pay").rate / step("never").rate < 1`: {Outcome: runners.GateUndecided, Got: `step("pay").rate / step("never").rate < 1 has no data: step("never").rate is missing: no run of it was measured`},
	} {
		p, err := expr.CompileCondition(source, expr.GateScope())
		if err != nil {
			t.Fatal(source, err)
		}
		want.Source = source
		if got := j.test(expectation{program: p}); got != want {
			t.Errorf("%s:\n%+v\n%+v", source, got, want)
		}
	}
}

func TestOutcome(t *testing.T) {
	e := func(o runners.Outcome) runners.Expectation { return runners.Expectation{Outcome: o, Got: string(o)} }
	passed, failed, undecided := e(runners.GatePassed), e(runners.GateFailed), e(runners.GateUndecided)
	for _, c := range []struct {
		list []runners.Expectation
		want runners.Outcome
	}{
		{nil, runners.GateUndecided},
		{[]runners.Expectation{passed, passed}, runners.GatePassed},
		{[]runners.Expectation{passed, undecided}, runners.GateUndecided},
		{[]runners.Expectation{undecided, failed, passed}, runners.GateFailed},
	} {
		if got, _ := outcome(c.list); got != c.want {
			t.Errorf("%v: %q", c.list, got)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 12004: "12,004", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
