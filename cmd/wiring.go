package cmd

import (
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/driver/browser"
	"github.com/cucumber-value/hoops/runners/driver/http"
	"github.com/cucumber-value/hoops/runners/driver/shell"
	"github.com/cucumber-value/hoops/runners/session"
)

// shown is how a person watches a browser: in a window, with time between the steps.
type shown struct {
	headed bool
	slow   time.Duration

	parallel int // browser sessions at once; 0 for as many as the driver thinks fit
}

// drivers are those there are, made anew for each run. This is the whole wiring: no registry, no init. Under load
// requests are sent by a transport that is made for it; they are the same requests.
func drivers(allowShell bool, load *ir.Load, watch shown) func() []session.Driver {
	return func() []session.Driver {
		return []session.Driver{
			http.New(http.Config{Version: Version, Fast: load != nil, OwnConnections: load != nil && load.Connections == ir.PerJourney}),
			browser.New(browser.Config{Version: Version, Headed: watch.headed, Slow: watch.slow, Parallel: watch.parallel}),
			shell.New(shell.Config{Allowed: allowShell}),
		}
	}
}

// driverNames are the drivers of this build, for checks before anything runs.
var driverNames = []string{"http", "browser", "shell"}

// needsShell is the first step of a scenario that runs a script, nil when none does.
func needsShell(p *ir.Program, steps []ir.Step, driver string) *ir.Step {
	return needsShellBut(p, steps, driver, map[int]bool{})
}

// needsShellBut leaves out definitions that are known to need none, and finds more of them.
func needsShellBut(p *ir.Program, steps []ir.Step, driver string, without map[int]bool) *ir.Step {
	for i := range steps {
		s := &steps[i]
		for _, b := range s.Bindings {
			if b.Driver != driver {
				continue
			}
			var inner *ir.Step
			switch op := b.Op.(type) {
			case nil:
				if d := &p.Definitions[b.Definition-1]; !without[b.Definition] {
					without[b.Definition] = true // or it is found, and nobody asks any more
					inner = needsShellBut(p, d.Body, driver, without)
					if inner == nil && d.Undo > 0 {
						inner = needsShellBut(p, p.Definitions[d.Undo-1].Body, driver, without)
					}
				}
			case *ir.Within:
				inner = needsShellBut(p, []ir.Step{op.Step}, driver, without)
			case *ir.Run:
				return s
			}
			if inner != nil {
				return s
			}
		}
	}
	return nil
}
