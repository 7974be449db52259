package monitor_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/monitor"
	"github.com/cucumber-value/hoops/runners/session"
)

func TestRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := feature("a.feature", "Feature: A\nScenario: a\nGiven a ${uuid()}\nScenario: b\nGiven b")
		got := run(t, t.Context(), monitor.Runner{For: 2 * time.Minute, Every: 30 * time.Second}, plan(p), &fake{})
		if got.err != nil || got.outcome != runners.GatePassed {
			t.Fatalf("%s, %v", got.outcome, got.err)
		}
		finished := got.of(runners.ScenarioFinished)
		slices.Sort(finished)
		same(t, "finished", finished, "0s 1 passed a", "0s 1 passed b", "1m0s 1 passed a", "1m0s 1 passed b", "1m30s 1 passed a", "1m30s 1 passed b", "30s 1 passed a", "30s 1 passed b")
		last := got.last()
		if *last.Counts != (runners.Counts{Passed: 8}) || last.Message != "" || last.Duration != 90*time.Second || last.Name != "probe" || len(got.notices()) > 0 {
			t.Errorf("%+v, %v", last, got.notices())
		}
		generated := map[string]bool{}
		for _, call := range got.calls {
			if _, id, found := strings.Cut(call, " a "); found {
				generated[id] = true
			}
		}
		if len(generated) != 4 {
			t.Errorf("%d different values in 4 rounds: what a scenario makes collides with what it made before", len(generated))
		}
	})
}

func TestHowManyRounds(t *testing.T) {
	for _, c := range []struct {
		dur, every time.Duration
		want       int
	}{
		{5 * time.Minute, 30 * time.Second, 10},
		{time.Minute, time.Minute, 1},
		{time.Second, time.Minute, 1},
		{61 * time.Second, 30 * time.Second, 3},
		{0, 30 * time.Second, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			got := run(t, t.Context(), monitor.Runner{For: c.dur, Every: c.every}, plan(feature("a.feature", "Feature: A\nScenario: a\nGiven a")), &fake{})
			if n := len(got.of(runners.ScenarioFinished)); n != c.want {
				t.Errorf("for %s every %s: %d rounds, want %d", c.dur, c.every, n, c.want)
			}
		})
	}
}

// One worker and three scenarios of 25s each do not fit in rounds of 60s.
func TestNoScenarioOverlapsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan(feature("a.feature", "Feature: A\nScenario: a\nGiven a\nScenario: b\nGiven b\nScenario: c\nGiven c"))
		p.Workers = 1
		var busy [3]atomic.Int32
		got := run(t, t.Context(), monitor.Runner{For: 4 * time.Minute, Every: time.Minute}, p, &fake{respond: func(ctx context.Context, text string, _ int) error {
			i := text[0] - 'a'
			if busy[i].Add(1) > 1 {
				t.Errorf("%s runs twice at a time", text)
			}
			time.Sleep(25 * time.Second)
			busy[i].Add(-1)
			return nil
		}})
		same(t, "requests", got.calls, "0s a", "25s b", "50s c", "1m15s a", "1m40s b", "2m5s a", "2m30s c", "3m0s a", "3m25s b", "3m50s c")
		same(t, "notices", got.notices(),
			"round 2 of 4 skips 1 of 3 scenarios, they had not ended their run before: c",
			"round 3 of 4 skips 1 of 3 scenarios, they had not ended their run before: b")
		if last := got.last(); got.outcome != runners.GatePassed || last.Message != "2 of 12 runs were skipped; 7 began late, by up to 50s" {
			t.Errorf("%s: %s", got.outcome, last.Message)
		}
	})
}

// A round that is over before it began is skipped, as after a laptop slept.
func TestSleptThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nap := func(ctx context.Context, d time.Duration) error {
			if d == 30*time.Second { // until the second round
				d = 100 * time.Second
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(d):
				return nil
			}
		}
		p := plan(feature("a.feature", "Feature: A\nScenario: a\nGiven a\nScenario: b\nGiven b"))
		got := run(t, t.Context(), monitor.Runner{For: 150 * time.Second, Every: 30 * time.Second, Sleep: nap}, p, &fake{})
		slices.Sort(got.calls)
		same(t, "requests", got.calls, "0s a", "0s b", "1m40s a", "1m40s b", "2m0s a", "2m0s b")
		same(t, "notices", got.notices(),
			"round 2 of 5 skips 2 of 2 scenarios, the next one is due already: a, b",
			"round 3 of 5 skips 2 of 2 scenarios, the next one is due already: a, b")
		if got.outcome != runners.GatePassed || got.last().Message != "4 of 10 runs were skipped; 2 began late, by up to 10s" {
			t.Errorf("%s: %s", got.outcome, got.last().Message)
		}
	})
}

func TestBrokenSleepIsAnError(t *testing.T) {
	got := run(t, t.Context(), monitor.Runner{For: time.Minute, Every: time.Second, Sleep: func(ctx context.Context, d time.Duration) error {
		if d == 900*time.Millisecond { // the watchdog's
			<-ctx.Done()
		}
		return context.DeadlineExceeded
	}}, plan(feature("a.feature", "Feature: A\nScenario: a\nGiven a")), &fake{})
	if got.err == nil || got.outcome != "" || got.err.Error() != "waiting for round 2: context deadline exceeded" {
		t.Errorf("%s, %v", got.outcome, got.err)
	}
}

// rounds runs one scenario that fails in the rounds with an F, and hangs in those with a T.
func rounds(t testing.TB, pattern string) (result, runners.Event) {
	p := plan(feature("a.feature", "Feature: A\nScenario: a\nGiven a"))
	got := run(t, t.Context(), monitor.Runner{For: time.Duration(len(pattern)) * time.Minute, Every: time.Minute, Pauses: []time.Duration{}}, p,
		&fake{respond: func(ctx context.Context, _ string, nth int) error {
			switch pattern[nth-1] {
			case 'F':
				return session.Failf("x", "failed")
			case 'T':
				<-ctx.Done()
				return context.Cause(ctx)
			}
			return nil
		}})
	return got, got.last()
}

func TestGateOfRounds(t *testing.T) {
	for _, c := range []struct {
		pattern string
		outcome runners.Outcome
		message string
	}{
		{".", runners.GatePassed, ""},
		{".....", runners.GatePassed, ""},
		{"F", runners.GateFailed, "a failed in its last run"},
		{"....F", runners.GateFailed, "a failed in its last run"},
		{"F....", runners.GatePassed, "1 failed and passed when run next"},
		{"F.F.F.", runners.GatePassed, "3 failed and passed when run next"},
		{".FF..", runners.GateFailed, "a failed 2 times in a row"},
		{"F.FFF.F", runners.GateFailed, "a failed 3 times in a row; 1 failed and passed when run next"},
		{".T.", runners.GatePassed, "1 failed and passed when run next"},
		{".TF.", runners.GateFailed, "a failed 2 times in a row"},
	} {
		t.Run(c.pattern, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, last := rounds(t, c.pattern)
				if got.err != nil || got.outcome != c.outcome || last.Message != c.message {
					t.Errorf("%s, %v: %s", got.outcome, got.err, last.Message)
				}
				if want := (runners.Counts{Passed: strings.Count(c.pattern, "."), Failed: len(c.pattern) - strings.Count(c.pattern, ".")}); *last.Counts != want {
					t.Errorf("counted %+v", last.Counts)
				}
				if recovered := strings.Count(c.pattern, "F.") + strings.Count(c.pattern, "T."); len(got.notices()) != recovered {
					t.Errorf("%d recoveries, told %q", recovered, got.notices())
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		got, _ := rounds(t, ".F.FF.")
		same(t, "notices", got.notices(), "a: passed in round 3, after a failed run", "a: passed in round 6, after 2 failed runs")
	})
}

func TestGateOfAnyRounds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		pattern := rapid.StringOfN(rapid.RuneFrom([]rune(".F")), 1, 8, -1).Draw(rt, "rounds")
		var outcome runners.Outcome
		synctest.Test(t, func(t *testing.T) {
			got, _ := rounds(t, pattern)
			outcome = got.outcome
		})
		want := runners.GatePassed
		if strings.Contains(pattern, "FF") || strings.HasSuffix(pattern, "F") {
			want = runners.GateFailed
		}
		if outcome != want {
			rt.Errorf("%s: %s", pattern, outcome)
		}
	})
}

func TestGateNamesAFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := "Feature: A"
		for i := range 8 {
			text += fmt.Sprintf("\nScenario: s%d\nGiven POST fails %d", i, i%2*9)
		}
		got := run(t, t.Context(), monitor.Runner{For: 2 * time.Minute, Every: time.Minute}, plan(feature("a.feature", text)), &fake{respond: failing})
		if got.outcome != runners.GateFailed || got.last().Message != "s1 failed 2 times in a row, s3 failed 2 times in a row, s5 failed 2 times in a row, s7 failed 2 times in a row" {
			t.Errorf("%s: %s", got.outcome, got.last().Message)
		}
	})
}
