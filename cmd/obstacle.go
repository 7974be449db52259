package cmd

import (
	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// way is how a scenario is to be run: what the matrix asks about, and what a stage is refused for.
type way struct {
	runner ir.RunnerName
	driver string
	fed    bool // data replaces the rows of outlines
}

// obstacle is the first thing that keeps a scenario from being run in a way.
type obstacle struct {
	ir.Obstacle
	trail []*ir.Step
}

// hindered is the obstacle of a scenario, or of one row of it (-1 without), nil when there is none. It is the one
// place that knows: check asks it for the matrix, and every runner before it starts. clear is that of Program.Blocked.
func hindered(p *ir.Program, s *ir.Scenario, row int, w way, clear map[ir.Called]bool) *obstacle {
	if w.fed && s.Outline && w.runner == ir.LoadRunner {
		row = -1 // the data's rows are not known yet
	}
	if o, trail := p.Blocked(s.Steps, w.driver, row, clear); o != nil {
		return &obstacle{*o, trail}
	}
	return nil
}

func (o *obstacle) diagnostic() diag.Diagnostic { return o.Obstacle.Diagnostic(o.trail) }

// last is the step that the obstacle lies in.
func (o *obstacle) last() *ir.Step { return o.trail[len(o.trail)-1] }

// obstacles are the first one of each selected scenario that a stage cannot run, and one for each outline.
func obstacles(plan runners.Plan, runner ir.RunnerName, fed bool) map[*ir.Scenario]*obstacle {
	found, clear := map[*ir.Scenario]*obstacle{}, map[ir.Called]bool{}
	for _, one := range plan.Selected {
		if found[one.Scenario] == nil {
			if o := hindered(plan.Program, one.Scenario, one.Row, way{runner, plan.DriverOf(one), fed}, clear); o != nil {
				found[one.Scenario] = o
			}
		}
	}
	return found
}
