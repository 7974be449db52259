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

// shellSearch looks for scripts, in compensations too.
func shellSearch(p *ir.Program, driver string) *ir.Search {
	return &ir.Search{Program: p, Driver: driver, Is: func(op ir.Op, _ bool) bool {
		_, script := op.(*ir.Run)
		return script
	}}
}
