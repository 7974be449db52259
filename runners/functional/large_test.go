package functional

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// outline has six steps, of which three have other words in each row.
func outline(rows int) string {
	var b strings.Builder
	b.WriteString("Feature: F\n  Scenario Outline: row <n>\n    When GET /<n>\n    Then the status is 200\n    And expect row.n != \"\"\n    And GET /again/<n>\n    And keep x = row.n\n    And GET /${x}/<n>\n    Examples:\n      | n |\n")
	for i := range rows {
		fmt.Fprintf(&b, "      | %d |\n", i)
	}
	return b.String()
}

func scenarios(n int) string {
	var b strings.Builder
	b.WriteString("Feature: F\n")
	for i := range n {
		fmt.Fprintf(&b, "  Scenario: s%d\n    When GET /%d\n    Then the status is 200\n    And expect status == 200\n    And GET /again\n    And keep x = status\n    And GET /${x}\n", i, i)
	}
	return b.String()
}

func timed(t testing.TB, p *ir.Program, workers int) time.Duration {
	plan := plan(p)
	plan.Workers = workers
	passed := 0
	began := time.Now()
	err := runner(nil).Run(context.Background(), plan, func(e runners.Event) {
		if e.Kind == runners.ScenarioFinished && e.Status == runners.Passed {
			passed++ // one worker: one goroutine emits
		}
	})
	took := time.Since(began)
	if err != nil || workers == 1 && passed != len(plan.Selected) {
		t.Fatalf("%d of %d passed, %v", passed, len(plan.Selected), err)
	}
	return took
}

// Ten times the rows must not take a hundred times the time.
func TestTenThousandRows(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	small := timed(t, program(t, map[string]string{"a.feature": outline(1000)}), 1)
	large := timed(t, program(t, map[string]string{"a.feature": outline(10_000)}), 1)
	t.Logf("1,000 rows: %v; 10,000 rows: %v", small, large)
	if large > 30*small {
		t.Errorf("1,000 rows took %v, and 10,000 rows %v", small, large)
	}
}

func BenchmarkOutline10000(b *testing.B) {
	p := program(b, map[string]string{"a.feature": outline(10_000)})
	b.ReportAllocs()
	for b.Loop() {
		timed(b, p, 1)
	}
}

func BenchmarkScenarios1000(b *testing.B) {
	p := program(b, map[string]string{"a.feature": scenarios(1000)})
	b.ReportAllocs()
	for b.Loop() {
		timed(b, p, 1)
	}
}
