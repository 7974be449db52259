// Package shop_test compiles the example project: what is checked in here must work for a newcomer.
package shop_test

import (
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl"
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

func program(t *testing.T) *ir.Program {
	t.Helper()
	sources, err := dsl.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	result := dsl.Compile(sources)
	if len(result.Diagnostics) > 0 {
		var text strings.Builder
		diag.Renderer{Source: result.Source}.Print(&text, result.Diagnostics)
		t.Fatalf("the example has diagnostics:\n%s", &text)
	}
	return result.Program
}

func TestEveryScenarioRunsOverHTTP(t *testing.T) {
	p, scenarios := program(t), 0
	for _, f := range p.Features {
		for _, s := range f.Scenarios {
			scenarios++
			if obstacle, _ := p.Blocked(s.Steps, "http", -1, nil); obstacle != nil {
				t.Errorf("%s does not run over http: %s", s.ID, obstacle.Message)
			}
			for row := range s.Rows {
				if obstacle, _ := p.Blocked(s.Steps, "http", row, nil); obstacle != nil {
					t.Errorf("%s, row %d, does not run over http: %s", s.ID, row, obstacle.Message)
				}
			}
		}
	}
	if scenarios < 20 {
		t.Errorf("only %d scenarios were compiled", scenarios)
	}
}
