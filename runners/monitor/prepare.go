package monitor

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// check is one selected scenario or row. Who made it busy uses it, nobody else.
type check struct {
	runners.Selected
	name   string
	script *session.Script
	reads  bool // and may be repeated
	pool   *pool
	busy   atomic.Bool
	streak streak
}

// prepare lowers every selected scenario, each once for a driver. What cannot run is refused, all of it at once.
func (r *run) prepare() error {
	type key struct {
		scenario *ir.Scenario
		driver   string
	}
	scripts := map[key]*session.Script{}
	names := map[*ir.Scenario][]string{}
	taken := map[runners.Selected]bool{}
	var refused diag.List
	var failed []error
	for _, s := range r.plan.Selected {
		if s.Row >= len(s.Scenario.Rows) || s.Row < 0 && s.Scenario.Outline {
			return fmt.Errorf("%s: row %d of %q is selected, which has %d", s.Scenario.Pos, s.Row+1, s.Scenario.Name, len(s.Scenario.Rows))
		}
		if taken[s] {
			return fmt.Errorf("%s: %q is selected twice", s.Pos(), s.Scenario.Name)
		}
		taken[s] = true
		driver := r.plan.DriverOf(s)
		if d := obstacle(r.plan.Program, s, driver); d != nil {
			refused = append(refused, *d)
			continue
		}
		k := key{s.Scenario, driver}
		if _, done := scripts[k]; !done {
			script, err := r.host.Lower(s.Feature, s.Scenario, driver)
			if scripts[k] = script; err != nil {
				failed = append(failed, err)
			}
		}
		c := &check{Selected: s, name: runners.OneLine(s.Scenario.Name), script: scripts[k]}
		c.reads = r.plan.Program.Writes(s.Scenario.Steps, driver, s.Row) == nil
		c.pool = r.poolOf(driver)
		c.pool.checks++
		if s.Row >= 0 {
			if names[s.Scenario] == nil {
				names[s.Scenario] = runners.RowNames(s.Scenario)
			}
			c.name = names[s.Scenario][s.Row]
		}
		r.checks = append(r.checks, c)
	}
	refused.Sort()
	return errors.Join(refused.Err(), errors.Join(failed...))
}

// obstacle is the first thing that keeps a scenario from being a probe.
func obstacle(p *ir.Program, s runners.Selected, driver string) *diag.Diagnostic {
	if !slices.ContainsFunc(s.Scenario.Steps, func(s ir.Step) bool { return !s.Background }) { // it would always pass
		d := diag.Errorf(diag.Range{Pos: s.Scenario.Pos}, "steps/none", "the scenario has no steps").WithHelp("write its steps, or tag it @wip")
		return &d
	}
	o, trail := p.Blocked(s.Scenario.Steps, driver, s.Row, nil)
	if o == nil {
		return nil
	}
	d := o.Diagnostic(trail)
	return &d
}
