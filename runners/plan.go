// Package runners is the contract between who runs scenarios (functional, load, monitor) and who listens: the
// plan that goes in, the events that come out, and Run, which masks and fans out.
//
// It never sees Gherkin, starts no session and writes no report. A failure of the software under test is an
// event; an error from a runner means that the run could not be carried out.
package runners

import (
	"context"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/secret"
)

// Plan is everything a runner needs to know about one stage. It is data: cmd resolves flags, hoops.yaml and
// selection into it, and refuses before anything runs what cannot run.
type Plan struct {
	Program  *ir.Program
	Digest   string
	RunID    string // unique, in every event
	Number   int    // of the run in this project's history, ${run.number}
	Stage    string // its name; "test", "load", "probe" outside of a pipeline
	Driver   string // of scenarios that name none
	Env      *ir.Environment
	Selected []Selected
	Params   map[string]string
	Secrets  *secret.Store
	Dir      string // the project's folder, or the current one for an artefact: where commands run and large files lie
	Workers  int    // scenarios at once; at least 1
	Retry    int    // of a failed scenario, as a new session
	Seed     uint64 // of random, uuid and order
	Now      func() time.Time
	Info     Info // for the events that start a run and a stage
}

// Runner runs a plan. It returns only after every goroutine that it started has ended, and calls emit from any
// of them.
type Runner interface {
	Run(ctx context.Context, plan Plan, emit func(Event)) error
}

// Sink listens to a run. Emit is called by one goroutine at a time, in order; Close after the last event.
// A sink that fails does not stop the run: its error is returned when the run is over.
type Sink interface {
	Emit(Event) error
	Close() error
}
