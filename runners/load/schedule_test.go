package load

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// Journeys that have started are drained; what does not end is cut, and has failed.
func TestDrain(t *testing.T) {
	p := &ir.Program{}
	plan := planOf(p, scenarioOf(p, "look", "GET /", "GET /more"))
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		got := loaded(t, t.Context(), &Runner{Drivers: answers(200, 2*time.Second).drivers, Profile: profileOf(t, "10/s for 1s")}, plan)
		if g := got.group(OfJourneys, ""); g.Count != 10 || g.Failed != 0 || got.end.Outcome != runners.GatePassed {
			t.Errorf("%+v, %s", g, got.end.Message)
		}
		near(t, "the run", time.Since(began), 4900*time.Millisecond, time.Millisecond)
	})
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		got := loaded(t, t.Context(), &Runner{Drivers: answers(200, 2*time.Second).drivers, Profile: profileOf(t, "10/s for 1s"), Drain: 2950 * time.Millisecond}, plan)
		g := got.group(OfJourneys, "")
		want := []runners.Cause{{Key: "f.feature:5 When GET /more – cut off at the drain limit", Count: 10}}
		if g.Count != 10 || g.Failed != 10 || !slices.Equal(g.Errors, want) || got.end.Outcome != runners.GateFailed {
			t.Errorf("%+v, %s", g, got.end.Message)
		}
		near(t, "the run", time.Since(began), 3950*time.Millisecond, 0)
	})
}

// Ctrl-C ends the arrivals, drains, and reports what was measured.
func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		plan := planOf(p, scenarioOf(p, "look", "GET /"))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2050*time.Millisecond, cancel)
		got := loaded(t, ctx, &Runner{Drivers: answers(200, 500*time.Millisecond).drivers, Profile: profileOf(t, "10/s for 1h"), Expect: expects("p95 < 1s")}, plan)
		if g := got.group(OfJourneys, ""); g.Count != 21 || g.Failed != 0 || got.final.Asked != 21 {
			t.Errorf("%+v", g)
		}
		if got.end.Outcome != runners.GateUndecided || got.end.Message != "interrupted after 2.05s" {
			t.Errorf("%q %s", got.end.Outcome, got.end.Message)
		}
		if len(got.final.Expectations) != 2 || got.final.Expectations[0].Outcome != runners.GatePassed {
			t.Errorf("%+v", got.final.Expectations)
		}
	})
	synctest.Test(t, func(t *testing.T) { // a failure stays one
		p := &ir.Program{}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		got := loaded(t, ctx, &Runner{Drivers: answers(500, 0).drivers, Users: 2, Duration: time.Hour}, planOf(p, scenarioOf(p, "look", "GET /", "wait 10ms", "the status is 200")))
		if got.end.Outcome != runners.GateFailed {
			t.Errorf("%q %s", got.end.Outcome, got.end.Message)
		}
	})
}

// A second Ctrl-C waits for nobody, whether the first came before the deadline or after; what was measured is reported.
func TestInterruptedTwice(t *testing.T) {
	for _, profile := range []string{"10/s for 1h", "10/s for 1s"} {
		synctest.Test(t, func(t *testing.T) {
			p := &ir.Program{}
			ctx, cancel := context.WithCancel(t.Context())
			again := make(chan struct{})
			time.AfterFunc(2050*time.Millisecond, cancel)
			time.AfterFunc(3050*time.Millisecond, func() { close(again) })
			began := time.Now()
			got := loaded(t, ctx, &Runner{Drivers: answers(200, 20*time.Second).drivers, Profile: profileOf(t, profile), Cut: again}, planOf(p, scenarioOf(p, "look", "GET /")))
			near(t, "the run", time.Since(began), 3050*time.Millisecond, 0)
			n := got.final.Started
			want := []runners.Cause{{Key: "f.feature:4 When GET / – cut off by the second interrupt", Count: n}}
			if g := got.group(OfJourneys, ""); g.Count != n || n < 10 || !slices.Equal(g.Errors, want) || got.end.Outcome != runners.GateFailed {
				t.Errorf("%d: %+v, %s", n, g, got.end.Message)
			}
			if got.noticed(fmt.Sprintf("interrupted: %d journeys under way have 30s to end; interrupt again to cut them off now", n)) != 1 {
				t.Errorf("%+v", got.notices)
			}
		})
	}
}

// A closed model is called so, and its shares are exact too.
func TestUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		plan := planOf(p, scenarioOf(p, "buy", "POST /"), scenarioOf(p, "browse", "GET /"))
		got := loaded(t, t.Context(), &Runner{
			Drivers: answers(200, 100*time.Millisecond).drivers, Users: 5, Duration: 10*time.Second - time.Millisecond,
			Mix: []Share{{[]int{0}, 30}, {[]int{1}, 70}}, Expect: expects("errors == 0", "p95 < 101ms", "requests.rate > 49", "requests.rate < 51"),
		}, plan)
		if got.end.Outcome != runners.GatePassed {
			t.Errorf("%q %s", got.end.Outcome, got.end.Message)
		}
		if a, b := got.group(OfScenario, "buy").Count, got.group(OfScenario, "browse").Count; a != 150 || b != 350 {
			t.Errorf("%d and %d", a, b)
		}
		if got.noticed("5 users is a closed model: ") != 1 {
			t.Errorf("%+v", got.notices)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		got := loaded(t, t.Context(), &Runner{
			Drivers: answers(200, 100*time.Millisecond).drivers, Profile: profileOf(t, "max"), Duration: time.Second - time.Millisecond, Expect: expects("achieved > 99%"),
		}, planOf(p, scenarioOf(p, "look", "GET /")))
		if got.end.Outcome != runners.GateUndecided || !strings.Contains(got.end.Message, "a closed model asks for no rate") {
			t.Errorf("%q %s", got.end.Outcome, got.end.Message)
		}
		if n := got.group(OfJourneys, "").Count; n != 10*DefaultMaxWorkers || got.noticed("rate max with 64 workers is a closed model") != 1 {
			t.Errorf("%d journeys, %+v", n, got.notices)
		}
	})
}

func TestStopWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		plan := planOf(p, scenarioOf(p, "look", "GET /", "the status is 200"))
		got := loaded(t, t.Context(), &Runner{
			Drivers: answers(500, 0).drivers, Profile: profileOf(t, "10/s for 1h"), StopWhen: &ir.Expression{Source: "journeys.count >= 25 && errors > 50%"},
		}, plan)
		if got.end.Outcome != runners.GateFailed || got.noticed("arrivals ended after 3s: journeys.count >= 25") != 1 {
			t.Errorf("%q %s, %+v", got.end.Outcome, got.end.Message, got.notices)
		}
		if n := got.group(OfJourneys, "").Count; n < 30 || n > 31 {
			t.Errorf("%d journeys", n)
		}
	})
}

// With a time the condition is looked at second by second, and must hold in each of them: a bad second is over when
// the next one is good.
func TestStopWhenItHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		plan := planOf(p, scenarioOf(p, "look", "GET /", "the status is 200"))
		began := time.Now()
		serve := server(func(context.Context, string, string) (int, error) { // bad from 2s to 4s, and from 8s on
			if at := time.Since(began); at >= 2*time.Second && at < 4*time.Second || at >= 8*time.Second {
				return 500, nil
			}
			return 200, nil
		})
		got := loaded(t, t.Context(), &Runner{Drivers: serve.drivers, Profile: profileOf(t, "10/s for 1h"), StopWhen: &ir.Expression{Source: "errors > 50% for 3s"}}, plan)
		if got.noticed("arrivals ended after 11s: errors > 50% for 3s") != 1 || got.end.Outcome != runners.GateFailed {
			t.Errorf("%+v", got.notices)
		}
	})
}

// A rate of requests is one of journeys, divided by how many each sends.
func TestRateOfRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		definitionOf(p, "log in", "GET /a", "GET /b").Once = true
		definitionOf(p, "pay", "POST /a", "within 1s GET /b", "the status is 200")
		plan := planOf(p, scenarioOf(p, "buy", "log in", "pay", "GET /c", "GET /d"), scenarioOf(p, "look", "GET /"))
		got := loaded(t, t.Context(), &Runner{Drivers: answers(200, 0).drivers, Profile: profileOf(t, "70 requests/s for 10s"), Mix: []Share{{[]int{0}, 2}, {[]int{1}, 1}}, Expect: expects("requests.rate > 69", "requests.rate < 71", "errors == 0")}, plan)
		// two journeys of 4 requests and one of 1: 3 each
		if got.final.Asked != 234 || got.end.Outcome != runners.GatePassed || got.final.Load != "70 requests/s for 10s" {
			t.Errorf("%d asked, %q, %s", got.final.Asked, got.final.Load, got.end.Message)
		}
		if got.noticed("70 requests/s for 10s: a journey sends 3 requests, so journeys come at these rates divided by 3") != 1 {
			t.Errorf("%+v", got.notices)
		}
	})
	p := &ir.Program{}
	got := loaded(t, t.Context(), &Runner{Drivers: answers(200, 0).drivers, Profile: profileOf(t, "70 requests/s for 10s")}, planOf(p, scenarioOf(p, "think", "wait 1s")))
	if got.err == nil || got.err.Error() != "a rate of requests needs scenarios that send some" {
		t.Error(got.err)
	}
}

func outlineOf(p *ir.Program) ir.Scenario {
	s := scenarioOf(p, "read", "GET /cats/<id>")
	s.Outline, s.Columns = true, []string{"id"}
	for _, id := range []string{"1", "2", "3"} {
		s.Rows = append(s.Rows, ir.Row{ID: "f/read/" + id, Cells: []string{id}})
	}
	return s
}

// The rows of an outline take turns in its share; data takes their place.
func TestRows(t *testing.T) {
	count := func(to map[string]int) server {
		return func(_ context.Context, _, target string) (int, error) {
			to[target]++
			return 200, nil
		}
	}
	data := &Data{Columns: []string{"user", "id"}}
	for i := range 5 {
		data.Rows = append(data.Rows, []string{"u", fmt.Sprint("d", i)})
	}
	for _, c := range []struct {
		title string
		data  func() *Data
		want  string
		count int64
		end   runners.Outcome
	}{
		{"rows", func() *Data { return nil }, "map[/:10 /cats/1:4 /cats/2:3 /cats/3:3]", 20, runners.GatePassed},
		{"data that loops", func() *Data { return data }, "map[/:10 /cats/d0:2 /cats/d1:2 /cats/d2:2 /cats/d3:2 /cats/d4:2]", 20, runners.GatePassed},
		{"data that ends", func() *Data { d := *data; d.AtEnd = "stop"; return &d }, "", 0, runners.GatePassed},
		{"data that must not end", func() *Data { d := *data; d.AtEnd = "fail"; return &d }, "", 0, runners.GateFailed},
	} {
		t.Run(c.title, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &ir.Program{}
				targets := map[string]int{}
				got := loaded(t, t.Context(), &Runner{Drivers: count(targets).drivers, Profile: profileOf(t, "20/s for 1s"), Data: c.data()}, planOf(p, scenarioOf(p, "home", "GET /"), outlineOf(p)))
				if got.err != nil || got.end.Outcome != c.end {
					t.Fatalf("%v %q %s", got.err, got.end.Outcome, got.end.Message)
				}
				if s := fmt.Sprint(targets); c.want != "" && s != c.want {
					t.Error(s)
				}
				if c.want == "" {
					for i := range 5 {
						if targets[fmt.Sprint("/cats/d", i)] != 1 {
							t.Error(targets)
						}
					}
					if got.noticed("arrivals ended: the data has only 5 rows") != 1 {
						t.Errorf("%+v", got.notices)
					}
				}
				if g := got.group(OfJourneys, ""); c.count > 0 && g.Count != c.count {
					t.Errorf("%+v", g)
				}
			})
		})
	}
}

// Every journey is another: no two draw the same random values.
func TestJourneysDiffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &ir.Program{}
		s := scenarioOf(p, "new", "POST /x")
		s.Steps[0].Bindings[0].Op.(*ir.Request).Target = ir.Template{{Expr: "uuid()", Place: ir.Segment}}
		seen := map[string]bool{}
		serve := server(func(_ context.Context, _, target string) (int, error) { seen[target] = true; return 200, nil })
		loaded(t, t.Context(), &Runner{Drivers: serve.drivers, Profile: profileOf(t, "100/s for 1s")}, planOf(p, s))
		if len(seen) != 100 {
			t.Errorf("%d different", len(seen))
		}
	})
}

// A generator that is late starts what it missed at once, counts their latency from when they were due, and says
// so; what is long over it does not start, and counts as dropped.
func TestLateGenerator(t *testing.T) {
	for _, c := range []struct {
		late    time.Duration
		started int64
		max     time.Duration
		notice  string
	}{
		{500 * time.Millisecond, 100, 501 * time.Millisecond, "hoops itself was late: one journey in a hundred started 490"},
		{3 * time.Second, 0, 0, "hoops was too slow for this rate: 100 of 100 arrivals were never started"},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := &ir.Program{}
			r := prepared(t, &Runner{Drivers: answers(200, time.Millisecond).drivers, Profile: profileOf(t, "100/s for 1s")}, planOf(p, scenarioOf(p, "look", "GET /")))
			notices := ""
			r.emit = func(e runners.Event) { notices += e.Message }
			r.began = time.Now().Add(-c.late)
			var flying sync.WaitGroup
			r.open(t.Context(), t.Context(), &flying)
			flying.Wait()
			all := r.whole()
			near(t, "max", all.of(Key{Of: OfJourneys}).max, c.max, time.Millisecond)
			near(t, "max of requests", all.of(Key{Of: OfRequests}).max, min(c.max, time.Millisecond), 0)
			r.health(all, false)
			if r.started.Load() != c.started || r.dropped.Load() != 100-c.started || !strings.HasPrefix(notices, c.notice) {
				t.Errorf("%d started, %d dropped, %s", r.started.Load(), r.dropped.Load(), notices)
			}
		})
	}
}

// The software is not blamed for what the generator did late: what would hold without that is undecided, and what
// would fail all the same has failed.
func TestLateGeneratorIsNotTheSoftware(t *testing.T) {
	for _, c := range []struct {
		late   time.Duration // of every arrival
		took   time.Duration // of the software
		expect string
		want   runners.Outcome
	}{
		{200 * time.Millisecond, 10 * time.Millisecond, "journeys.p95 < 100ms", runners.GateUndecided},
		{200 * time.Millisecond, 150 * time.Millisecond, "journeys.p95 < 100ms", runners.GateFailed},
		{time.Millisecond, 150 * time.Millisecond, "journeys.p95 < 100ms", runners.GateFailed},
		{200 * time.Millisecond, 10 * time.Millisecond, "journeys.p95 < 300ms", runners.GatePassed},
		{3 * time.Second, time.Millisecond, "achieved > 99%", runners.GateUndecided}, // never started
		{3 * time.Second, time.Millisecond, "errors == 0", runners.GateUndecided},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := &ir.Program{}
			r := prepared(t, &Runner{Drivers: answers(200, c.took).drivers, Profile: profileOf(t, "100/s for 1s"), Expect: expects(c.expect)}, planOf(p, scenarioOf(p, "look", "GET /")))
			end, late := runners.Event{}, ""
			r.emit = func(e runners.Event) {
				if e.Kind == runners.StageFinished {
					end = e
				}
				if e.Summary != nil {
					late = e.Summary.Late
				}
			}
			r.began = time.Now()
			if c.late < time.Second {
				for range 100 {
					r.shards[0].late(c.late)
					r.shards[0].journey(r.ways[0], Measurement{Took: c.late + c.took})
				}
			} else {
				r.began = r.began.Add(-c.late)
				var flying sync.WaitGroup
				r.open(t.Context(), t.Context(), &flying)
				flying.Wait()
			}
			r.sent = time.Second
			r.finish(t.Context())
			if end.Outcome != c.want || (late == "") != (c.late < 10*time.Millisecond) {
				t.Errorf("%+v: %s, %s; %q", c, end.Outcome, end.Message, late)
			}
		})
	}
}

// A scenario that needs a browser is run by a few users beside the arrivals, which keep their rate; nobody's rate is
// one of pages.
func TestBrowsersBesideTheArrivals(t *testing.T) {
	p := &ir.Program{}
	tagged := scenarioOf(p, "see", "GET /page")
	tagged.Tags = []ir.Tag{{Name: "@driver:browser"}}
	tagged.Steps[0].Bindings[0].Driver = "browser"
	home := scenarioOf(p, "home", "GET /")
	serve := server(func(ctx context.Context, name, _ string) (int, error) {
		return 200, pause(ctx, map[string]time.Duration{"GET /": time.Millisecond, "GET /page": 500 * time.Millisecond}[name])
	})
	both := func() []session.Driver { return []session.Driver{&fake{serve}, faces{&fake{serve}}} }
	synctest.Test(t, func(t *testing.T) {
		got := loaded(t, t.Context(), &Runner{Drivers: both, Profile: profileOf(t, "50/s for 10s"), Browsers: 2}, planOf(p, home, tagged))
		if a, b := got.group(OfScenario, "home").Count, got.group(OfScenario, "see").Count; a != 500 || b < 40 || b > 42 {
			t.Errorf("%d and %d", a, b)
		}
		if got.final.Model != OpenModel || got.noticed("2 browser users for 1 scenario beside the arrivals") != 1 || got.end.Outcome != runners.GatePassed {
			t.Errorf("%+v %+v", got.notices, got.end)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		got := loaded(t, t.Context(), &Runner{Drivers: both, Profile: profileOf(t, "50/s for 10s"), Browsers: 1}, planOf(p, tagged))
		if n := got.group(OfScenario, "see").Count; n < 20 || n > 21 || got.end.Outcome != runners.GatePassed || got.final.Model != ClosedModel || got.final.Load != "1 browser user" {
			t.Errorf("%d journeys, %+v, %s %s", n, got.end, got.final.Model, got.final.Load)
		}
	})
	synctest.Test(t, func(t *testing.T) { // one scenario over http and in a browser, which are not mixed up
		plan := planOf(p, home, scenarioOf(p, "both", "GET /page"))
		inBrowser := plan.Selected[1]
		inBrowser.Driver = browserDriver
		bindings := &plan.Selected[1].Scenario.Steps[0].Bindings
		*bindings = append(*bindings, ir.Binding{Driver: browserDriver, Op: (*bindings)[0].Op})
		plan.Selected = append(plan.Selected, inBrowser)
		mix := []Share{{Selected: []int{0}, Weight: 4}, {Selected: []int{1}, Weight: 1}, {Selected: []int{2}, Weight: 1}}
		got := loaded(t, t.Context(), &Runner{
			Drivers: both, Profile: profileOf(t, "110 requests/s for 10s"), Browsers: 2, Mix: mix,
			Expect: expects(`scenario("both (browser)").p50 >= 499ms && step("GET /page (browser)").count < 50 && request("GET /page (browser)").count < 50`, `scenario("f/both").count == 220`),
		}, plan)
		if a, b, c := got.group(OfScenario, "home").Count, got.group(OfScenario, "both").Count, got.group(OfScenario, "both (browser)").Count; a != 880 || b != 220 || c < 40 || c > 42 {
			t.Errorf("%d, %d and %d", a, b, c)
		}
		if got.end.Outcome != runners.GatePassed || got.group(OfScenario, "both (browser)").Scenario != "f/both (browser)" || got.end.Counts.Passed != 3 {
			t.Errorf("%+v %+v", got.end, got.final.Expectations)
		}
	})
	many := loaded(t, t.Context(), &Runner{Drivers: both, Profile: profileOf(t, "50/s for 10s"), Browsers: ir.MostBrowsers + 1}, planOf(p, tagged))
	if many.err == nil || !strings.Contains(many.err.Error(), "21 browser users are too many for one machine: at most 20") {
		t.Error(many.err)
	}
	got := loaded(t, t.Context(), &Runner{Drivers: both, Profile: profileOf(t, "50/s for 10s")}, planOf(p, home, tagged))
	if got.err == nil || !strings.Contains(got.err.Error(), `"see" runs in a browser: say how many there may be`) {
		t.Error(got.err)
	}
}

// faces is the fake driver under the browser's name.
type faces struct{ *fake }

func (faces) Name() string { return browserDriver }
