package functional

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// scenario is one selected scenario or row on its way through the run. One goroutine at a time uses it.
type scenario struct {
	runners.Selected
	name     string
	driver   string
	script   *session.Script
	unusable error    // why it could not be lowered
	obstacle obstacle // what keeps it from running on its driver

	attempt // the one that runs, or ran last

	failedBefore *diag.Diagnostic // of the first attempt
	again        bool             // failed, and is to be repeated
	started      bool             // ScenarioStarted was emitted
	finished     bool             // ScenarioFinished was emitted
}

// obstacle is the first step that does not run on a driver: those before it do.
type obstacle struct {
	step    int            // -1 when all run
	status  runners.Status // undefined or ambiguous
	failure *diag.Diagnostic
}

// prepare lowers every selected scenario, each once for a driver.
func (r *run) prepare() ([]*scenario, error) {
	type key struct {
		scenario *ir.Scenario
		driver   string
	}
	type lowered struct {
		script *session.Script
		err    error
	}
	scripts := map[key]lowered{}
	names := map[*ir.Scenario][]string{}
	list := make([]*scenario, 0, len(r.plan.Selected))
	for _, selected := range r.plan.Selected {
		if selected.Row >= len(selected.Scenario.Rows) || selected.Row < 0 && selected.Scenario.Outline {
			return nil, fmt.Errorf("%s: row %d of %q is selected, which has %d", selected.Scenario.Pos, selected.Row+1, selected.Scenario.Name, len(selected.Scenario.Rows))
		}
		s := &scenario{Selected: selected, name: runners.OneLine(selected.Scenario.Name), driver: r.plan.Driver}
		for _, tag := range s.TagNames() {
			if name, ok := strings.CutPrefix(tag, "@driver:"); ok {
				s.driver = name // tags are ordered from the feature's to the row's: the nearest counts
			}
		}
		if s.Row >= 0 {
			if names[s.Scenario] == nil {
				names[s.Scenario] = runners.RowNames(s.Scenario)
			}
			s.name = names[s.Scenario][s.Row]
		}
		s.obstacle = obstacleOf(r.plan.Program, s)
		k := key{s.Scenario, s.driver}
		if _, done := scripts[k]; !done {
			script, err := r.host.Lower(s.Feature, s.Scenario, s.driver)
			var unavailable *session.Unavailable
			if errors.As(err, &unavailable) {
				return nil, unavailable // not the software is to blame
			}
			scripts[k] = lowered{script, err}
		}
		s.script, s.unusable = scripts[k].script, scripts[k].err
		list = append(list, s)
	}
	return list, nil
}

func obstacleOf(p *ir.Program, s *scenario) obstacle {
	o, trail := p.Blocked(s.Scenario.Steps, s.driver, s.Row, nil)
	if o == nil {
		return obstacle{step: -1}
	}
	found := obstacle{status: runners.Undefined}
	if o.Status == string(runners.Ambiguous) {
		found.status = runners.Ambiguous
	}
	for i := range s.Scenario.Steps {
		if &s.Scenario.Steps[i] == trail[0] {
			found.step = i
		}
	}
	d := o.Diagnostic(trail)
	found.failure = &d
	return found
}
