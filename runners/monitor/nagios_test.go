package monitor_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/reporters"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/monitor"
	"github.com/cucumber-value/hoops/runners/session"
)

// The check of the monitoring plugin guidelines that a probe prints.
func TestNagiosLine(t *testing.T) {
	const text = `Feature: Addition

Scenario: Add nothing
When POST 0 + 0
Then the result should be 0
Scenario: Add two numbers

When POST 50 + 70
Then the result should be 120
Scenario: Add three numbers
Then the result should be 3`
	for _, c := range []struct {
		title string
		got   string
		want  string
		code  int
	}{
		{"ok", "120", "FEATURE OK - Addition: 3 of 3 scenarios passed | passed=3;;;0;3 failed=0;;0;0;3 time=0.412s;;;0\n", 0},
		{"critical", "119", "FEATURE CRITICAL - Addition: 1 of 3 scenarios failed (Then the result should be 120, addition.feature:9) | passed=2;;;0;3 failed=1;;0;0;3 time=0.412s;;;0\n" +
			"Failed: Add two numbers — expected 120, got 119\n", 2},
	} {
		t.Run(c.title, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := plan(feature("addition.feature", text))
				var out strings.Builder
				sink, err := reporters.New("nagios", reporters.Options{Out: &out, Timeout: 5 * time.Second})
				if err != nil {
					t.Fatal(err)
				}
				d := &fake{respond: func(_ context.Context, text string, _ int) error {
					if strings.HasSuffix(text, "120") {
						time.Sleep(412 * time.Millisecond)
						if c.got != "120" {
							return session.Failf("expect/true", "expected 120, got %s", c.got)
						}
					}
					return nil
				}}
				r := &monitor.Runner{Drivers: func() []session.Driver { return []session.Driver{d} }, Timeout: 5 * time.Second}
				stream := runners.NewStream(nil, sink)
				began := time.Now()
				outcome, err := runners.Run(t.Context(), r, p, stream)
				stream.Emit(runners.Event{Time: time.Now(), Run: p.RunID, Kind: runners.RunFinished, Outcome: outcome, Duration: time.Since(began)})
				if err := stream.Close(); err != nil {
					t.Error(err)
				}
				if d := cmp.Diff(c.want, out.String()); d != "" || err != nil {
					t.Errorf("%v, %s", err, d)
				}
				if code := sink.(reporters.Exiter).ExitCode(); code != c.code {
					t.Errorf("exit code %d, want %d", code, c.code)
				}
			})
		})
	}
}
