package load

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// stalls is a server that takes 1ms, except for the second before 1.998s, when it takes no request at all.
func stalls() server {
	began := time.Now()
	return func(ctx context.Context, _, _ string) (int, error) {
		if at := time.Since(began); at >= 998*time.Millisecond && at < 1998*time.Millisecond {
			if err := pause(ctx, 1998*time.Millisecond-at); err != nil {
				return 0, err
			}
		}
		return 200, pause(ctx, time.Millisecond)
	}
}

func near(t *testing.T, what string, got, want, by time.Duration) {
	t.Helper()
	if (got - want).Abs() > by {
		t.Errorf("%s is %s, want %s", what, got, want)
	}
}

// Of 2000 arrivals in 10s the 200 of the stalled second wait for its end, from 1s down to 0: 5% wait for more than
// 0.5s. A limit in flight must not hide them.
func TestStalledServer(t *testing.T) {
	plan := func() runners.Plan { p := &ir.Program{}; return planOf(p, scenarioOf(p, "look", "GET /")) }
	synctest.Test(t, func(t *testing.T) {
		got := loaded(t, t.Context(), &Runner{Drivers: stalls().drivers, Profile: profileOf(t, "200/s for 10s"), Expect: expects("p95 < 300ms", "achieved == 1", "journeys.rate == 200")}, plan())
		if g := got.group(OfJourneys, ""); g.Count != 2000 || g.Failed != 0 || g.Dropped != 0 {
			t.Errorf("%+v", g)
		}
		for _, e := range got.final.Expectations[1:] {
			if e.Outcome != runners.GatePassed {
				t.Errorf("%+v", e)
			}
		}
		near(t, "p95", got.latency(OfJourneys, "", "p95"), 500*time.Millisecond, 6*time.Millisecond)
		near(t, "p50", got.latency(OfJourneys, "", "p50"), time.Millisecond, 10*time.Microsecond)
		near(t, "max", got.latency(OfRequests, "", "max"), 999*time.Millisecond, time.Millisecond)
		if got.end.Outcome != runners.GateFailed || !strings.HasPrefix(got.end.Message, "p95 < 300ms is false: p95 = ") || !strings.HasSuffix(got.end.Message, " (2,000 samples)") {
			t.Errorf("%q, %s", got.end.Outcome, got.end.Message)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		got := loaded(t, t.Context(), &Runner{Drivers: stalls().drivers, Profile: profileOf(t, "200/s for 10s"), MaxInFlight: 20}, plan())
		g := got.group(OfJourneys, "")
		if g.Dropped != 180 || g.Count != 1820 || got.final.Asked != 2000 || got.final.Started != 1820 || got.final.Dropped != 180 {
			t.Errorf("%+v, %+v", g, got.final)
		}
		if got.noticed("180 of 2,000 arrivals were dropped: 20 journeys were under way") != 1 {
			t.Errorf("%+v", got.notices)
		}
		if want := "errors == 0 is false: errors = 0.09 (0 failed and 180 dropped of 2,000 journeys)"; got.end.Outcome != runners.GateFailed || got.end.Message != want {
			t.Errorf("%q, %s", got.end.Outcome, got.end.Message)
		}
	})
}

// Every second says what that second measured; together they are the whole.
func TestIntervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		plan := planOf(p, scenarioOf(p, "look", "GET /"))
		got := loaded(t, t.Context(), &Runner{Drivers: stalls().drivers, Profile: profileOf(t, "200/s for 4s")}, plan)
		if n := len(got.intervals); n < 4 || n > 5 {
			t.Fatalf("%d intervals", n)
		}
		var asked, count, requests, scenario int64
		last := time.Duration(0)
		for _, s := range got.intervals {
			if s.From != last || s.To <= s.From || s.Final {
				t.Errorf("from %s to %s after %s", s.From, s.To, last)
			}
			last = s.To
			asked += s.Asked
			for _, g := range s.Groups {
				switch g.Of {
				case OfJourneys:
					count += g.Count
				case OfRequests:
					requests += g.Count
				case OfScenario:
					scenario += g.Count
				}
				if g.Histogram != "" {
					t.Error("an interval with a histogram")
				}
			}
		}
		if asked != 800 || count != 800 || requests != 800 || scenario != 800 {
			t.Errorf("%d asked, %d journeys, %d requests, %d of the scenario", asked, count, requests, scenario)
		}
		stalled, next := got.intervals[1].Groups[0].Latency["p50"].(time.Duration), got.intervals[2].Groups[0].Latency["p50"].(time.Duration)
		near(t, "p50 of the stalled second", stalled, 500*time.Millisecond, 10*time.Millisecond)
		near(t, "p50 of the next", next, time.Millisecond, 0)
		if g := got.group(OfScenario, "look"); g.Scenario != "f/look" || g.Histogram == "" {
			t.Errorf("%+v", g)
		}
	})
}

// What a second asks for is the profile's, not what a generator that is late came to.
func TestIntervalOfALateGenerator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		r := prepared(t, &Runner{Drivers: answers(200, 0).drivers, Profile: profileOf(t, "50/s for 2s")}, planOf(p, scenarioOf(p, "look", "GET /")))
		var said []int64
		r.emit = func(e runners.Event) { said = append(said, e.Summary.Asked, e.Summary.Started) }
		r.began = time.Now()
		last := &interval{}
		for _, came := range []int64{20, 60, 100} {
			time.Sleep(time.Second)
			r.asked.Store(came)
			r.started.Store(came)
			if came == 100 {
				r.over.Store(true)
			}
			r.emitInterval(last)
		}
		// The one that was due less than 10ms ago is not late.
		if want := []int64{50, 20, 50, 40, 0, 40}; !slices.Equal(said, want) {
			t.Errorf("%v, expected %v", said, want)
		}
	})
}

// Think time and @once bodies belong to no latency; a step is measured from its first request to its last
// response, at any depth.
func TestWhatALatencyIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		definitionOf(p, "log in", "POST /login").Once = true
		definitionOf(p, "pay", "POST /basket", "wait 2s", "POST /pay", "wait 1s")
		definitionOf(p, "order", "wait 3s", "pay", "GET /order")
		plan := planOf(p, scenarioOf(p, "buy", "log in", "order", "wait 5s", "GET /bye"))
		serve := server(func(ctx context.Context, name, _ string) (int, error) {
			return 200, pause(ctx, map[string]time.Duration{
				"POST /login": time.Second, "POST /basket": 10 * time.Millisecond, "POST /pay": 20 * time.Millisecond,
				"GET /order": 40 * time.Millisecond, "GET /bye": 80 * time.Millisecond,
			}[name])
		})
		got := loaded(t, t.Context(), &Runner{
			Drivers: serve.drivers, Profile: profileOf(t, "30/m for 40s"), // slow enough that nobody waits for the login
			Expect: expects(`step("pay").max < 31ms`, `step("POST /pay").p50 < 21ms`, `step("order").count == 20`, `request("POST /pay").count == 20`,
				`scenario("buy").max < 151ms`, `scenario("f/buy").count == 20`),
		}, plan)
		if got.end.Outcome != runners.GatePassed {
			t.Error(got.end.Message)
		}
		for _, c := range []struct {
			of, name string
			want     time.Duration
		}{
			{OfJourneys, "", 150 * time.Millisecond}, {OfStep, "pay", 30 * time.Millisecond}, {OfStep, "order", 70 * time.Millisecond},
			{OfStep, "POST /pay", 20 * time.Millisecond}, {OfStep, "GET /bye", 80 * time.Millisecond},
		} {
			near(t, c.name, got.latency(c.of, c.name, "max"), c.want, 0)
			if n := got.group(c.of, c.name).Count; n != 20 {
				t.Errorf("%d of %s", n, c.name)
			}
		}
		for _, unmeasured := range []string{"log in", "POST /basket", "wait 5s"} {
			if g := got.group(OfStep, unmeasured); g.Count != 0 {
				t.Errorf("%+v", g)
			}
		}
		if g := got.group(OfRequests, ""); g.Count != 80 || got.group(OfRequest, "POST /login").Count != 0 {
			t.Errorf("%+v", g)
		}
	})
}

// Of the tries of a within each is a request, and together they are one run of the step. A try that is followed by
// another is no failure: not for requests, not for the steps in it, not for vegeta. The last one may be.
func TestWithinIsOneStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		definitionOf(p, "the export", "GET /export", "the status is 200")
		definitionOf(p, "it is ready", "the export")
		plan := planOf(p, scenarioOf(p, "export", "within 10s it is ready"))
		var tries atomic.Int64
		serve := server(func(ctx context.Context, _, _ string) (int, error) {
			if tries.Add(1) < 3 {
				return 503, nil
			}
			return 200, nil
		})
		var file bytes.Buffer
		got := loaded(t, t.Context(), &Runner{Drivers: serve.drivers, Profile: profileOf(t, "1/s for 1s"), Results: &file, Expect: expects(
			`step("it is ready").errors == 0`, `step("the export").errors == 0`, `request("GET /export").errors == 0`, `requests.errors == 0`)}, plan)
		if g := got.group(OfStep, "it is ready"); got.end.Outcome != runners.GatePassed || g.Count != 1 || g.Failed != 0 {
			t.Errorf("%s %+v", got.end.Message, g)
		}
		for _, g := range []runners.Group{got.group(OfRequests, ""), got.group(OfRequest, "GET /export")} {
			if g.Count != 3 || g.Failed != 0 || g.Codes[503] != 2 || len(g.Errors) > 0 {
				t.Errorf("%+v", g)
			}
		}
		if g := got.group(OfStep, "the export"); g.Count != 3 || g.Failed != 0 {
			t.Errorf("%+v", g)
		}
		var metrics vegeta.Metrics
		for decode := vegeta.NewDecoder(&file); ; {
			var r vegeta.Result
			if decode(&r) != nil {
				break
			}
			metrics.Add(&r)
		}
		if metrics.Close(); metrics.Requests != 3 || metrics.Success != 1 || len(metrics.Errors) > 0 {
			t.Errorf("vegeta: %+v", metrics)
		}

		tries.Store(-100)
		got = loaded(t, t.Context(), &Runner{Drivers: serve.drivers, Profile: profileOf(t, "1/s for 1s"), Expect: expects("errors < 1%")}, plan)
		want := []runners.Cause{{Key: "503 Service Unavailable", Count: 1}}
		if g := got.group(OfRequests, ""); g.Failed != 1 || g.Count < 5 || !reflect.DeepEqual(g.Errors, want) || got.end.Outcome != runners.GateFailed {
			t.Errorf("%+v", g)
		}
		if g := got.group(OfStep, "the export"); g.Count < 5 || g.Failed != 1 {
			t.Errorf("%+v", g)
		}
	})
}

// Failed journeys are counted to the last, and a few of each kind are shown with their places.
func TestFailedJourneys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		definitionOf(p, "pay", "POST /pay", "the status is 201")
		plan := planOf(p, scenarioOf(p, "buy", "GET /", "pay"))
		var n atomic.Int64
		serve := server(func(ctx context.Context, name, _ string) (int, error) {
			if name != "POST /pay" {
				return 200, nil
			}
			switch n.Add(1) % 100 {
			case 7:
				return 500, nil
			case 9:
				return 0, errors.New("connection refused")
			}
			return 201, nil
		})
		l := &Runner{Drivers: serve.drivers, Profile: profileOf(t, "100/s for 10s")}
		got := loaded(t, t.Context(), l, plan)
		g := got.group(OfJourneys, "")
		want := []runners.Cause{
			{Key: "f.feature:5 When pay – no answer: connection refused", Count: 10},
			{Key: "f.feature:5 When pay – the status is 500, expected 201", Count: 10},
		}
		if g.Count != 1000 || g.Failed != 20 || !slices.Equal(g.Errors, want) {
			t.Errorf("%d of %d: %+v", g.Failed, g.Count, g.Errors)
		}
		if g := got.group(OfRequest, "POST /pay"); g.Count != 1000 || g.Failed != 20 || g.Codes[201] != 980 || g.Codes[500] != 10 {
			t.Errorf("%+v", g)
		}
		if g := got.group(OfStep, "pay"); g.Failed != 20 {
			t.Errorf("%+v", g)
		}
		if want := "errors == 0 is false: errors = 0.02 (20 failed and 0 dropped of 1,000 journeys)"; got.end.Message != want || got.end.Outcome != runners.GateFailed {
			t.Errorf("%s", got.end.Message)
		}
		if n := got.noticed("failed: "); n != 2*mostAlike {
			t.Errorf("%d journeys shown", n)
		}
		e := got.notices[0]
		if e.Failure == nil || e.Failure.Range.Pos.String() != "f.feature:5:10" || e.Scenario != "f/buy" || e.Step != 2 {
			t.Fatalf("%+v", e)
		}
		if last := e.Failure.Notes[len(e.Failure.Notes)-1]; last.Range.Pos.String() != "f.steps.feature:3:5" || last.Text != "the status is 201" {
			t.Errorf("%+v", e.Failure.Notes)
		}
		if got.end.Counts.Failed != 1 {
			t.Errorf("%+v", got.end.Counts)
		}

		// Accepted by who asks for it, and by nobody else.
		for expect, want := range map[string]runners.Outcome{
			"errors < 3%": runners.GatePassed, "errors < 1%": runners.GateFailed, "p95 < 1s": runners.GateFailed,
			"journeys.errors < 3%": runners.GatePassed, `scenario("buy").errors < 3%`: runners.GatePassed,
		} {
			n.Store(0)
			l.Expect = expects(expect)
			if got := loaded(t, t.Context(), l, plan); got.end.Outcome != want {
				t.Errorf("%s: %q, %s", expect, got.end.Outcome, got.end.Message)
			}
		}
	})
}

// No data never passes.
func TestNothingMeasuredIsUndecided(t *testing.T) {
	for _, c := range []struct {
		steps  []string
		expect string
		want   string
	}{
		{[]string{"wait 1ms"}, "p95 < 1s", "p95 < 1s has no data: p95 is missing: no request was measured"},
		{[]string{"wait 1ms"}, "requests.errors == 0", "requests.errors == 0 has no data: requests.errors is missing: no request was measured"},
		{[]string{"wait 1ms"}, "requests.count < 10", "requests.count < 10 has no data: requests.count is missing: no request was measured"},
		{[]string{"expect false", "GET /"}, `errors == 100% and not (step("GET /").p99 > 1s)`, `errors == 100% and not (step("GET /").p99 > 1s) has no data: step("GET /").p99 is missing: no run of it was measured`},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := &ir.Program{}
			got := loaded(t, t.Context(), &Runner{Drivers: answers(200, 0).drivers, Profile: profileOf(t, "10/s for 1s"), Expect: expects(c.expect)}, planOf(p, scenarioOf(p, "think", c.steps...)))
			if got.end.Outcome != runners.GateUndecided || got.end.Message != c.want {
				t.Errorf("%q %s", got.end.Outcome, got.end.Message)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		got := loaded(t, ctx, &Runner{Drivers: answers(200, 0).drivers, Profile: profileOf(t, "10/s for 1s")}, planOf(p, scenarioOf(p, "look", "GET /")))
		if want := "errors == 0 has no data: errors is missing: no journey was measured"; got.end.Outcome != runners.GateUndecided || got.end.Message != want {
			t.Errorf("%q %s", got.end.Outcome, got.end.Message)
		}
	})
}

func TestLoadThatDoesNotStart(t *testing.T) {
	p := &ir.Program{}
	definitionOf(p, "pay", "POST /pay")
	scenario := scenarioOf(p, "buy", "GET /", "pay")
	unbound := scenarioOf(p, "lost", "the moon is full")
	for want, c := range map[string]struct {
		plan runners.Plan
		l    Runner
	}{
		"nothing is selected":        {planOf(p), Runner{Users: 1, Duration: time.Second}},
		"a load needs a rate or u":   {planOf(p, scenario), Runner{}},
		"not both":                   {planOf(p, scenario), Runner{Users: 1, Profile: profileOf(t, "1/s")}},
		"goes on for ever":           {planOf(p, scenario), Runner{Profile: profileOf(t, "1/s")}},
		"5 users) needs a duration":  {planOf(p, scenario), Runner{Users: 5}},
		"64 workers) needs a durat":  {planOf(p, scenario), Runner{Profile: profileOf(t, "max")}},
		"cannot be negative":         {planOf(p, scenario), Runner{Drain: -1}},
		"f.feature:4:10: undefined ": {planOf(p, scenario, unbound), Runner{Users: 1, Duration: time.Second}},
		"has no share":               {planOf(p, scenario, scenario), Runner{Users: 1, Duration: time.Second, Mix: []Share{{[]int{0}, 1}}}},
		"each is used once":          {planOf(p, scenario), Runner{Users: 1, Duration: time.Second, Data: &Data{Columns: []string{"a"}, Rows: [][]string{{"1"}}, Use: "unique", AtEnd: "loop"}}},
		`use "often"`:                {planOf(p, scenario), Runner{Users: 1, Duration: time.Second, Data: &Data{Columns: []string{"a"}, Rows: [][]string{{"1"}}, Use: "often"}}},
		`no column "id"`:             {planOf(p, outlineOf(p)), Runner{Users: 1, Duration: time.Second, Data: &Data{Columns: []string{"a"}, Rows: [][]string{{"1"}}}}},
		"row 1 has 2 cells":          {planOf(p, outlineOf(p)), Runner{Users: 1, Duration: time.Second, Data: &Data{Columns: []string{"a"}, Rows: [][]string{{"1", "2"}}}}},
		"there are no rows":          {planOf(p, outlineOf(p)), Runner{Users: 1, Duration: time.Second, Data: &Data{Columns: []string{"a"}}}},
		"hoops.yaml:1:10: error: no": {planOf(p, scenario), Runner{Users: 1, Duration: time.Second, Expect: expects(`step("pey").p99 < 1s`)}},
	} {
		t.Run(want, func(t *testing.T) {
			c.l.Drivers = server(func(context.Context, string, string) (int, error) { t.Error("it ran"); return 200, nil }).drivers
			got := loaded(t, t.Context(), &c.l, c.plan)
			if got.err == nil || !strings.Contains(got.err.Error(), want) || got.end.Outcome != runners.GateUndecided {
				t.Errorf("%v", got.err)
			}
		})
	}
}

// What cannot be undone has failed, and its requests are no part of the load.
func TestUndoThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		definitionOf(p, "refund", "POST /refund", "the status is 200")
		definitionOf(p, "pay", "POST /pay").Undo = 1
		serve := server(func(ctx context.Context, name, _ string) (int, error) {
			if name == "POST /refund" {
				return 500, pause(ctx, time.Second)
			}
			return 200, nil
		})
		got := loaded(t, t.Context(), &Runner{Drivers: serve.drivers, Profile: profileOf(t, "10/s for 1s")}, planOf(p, scenarioOf(p, "buy", "pay")))
		want := []runners.Cause{{Key: "f.feature:4 buy – undo of `pay`: the status is 500, expected 200", Count: 10}}
		if g := got.group(OfJourneys, ""); g.Failed != 10 || !slices.Equal(g.Errors, want) || g.Latency["max"] != time.Duration(0) {
			t.Errorf("%+v", g)
		}
		if n := got.group(OfRequests, "").Count; n != 10 {
			t.Errorf("%d requests", n)
		}
	})
}
