// Package pipeline runs stages in order and knows what a gate does to those behind it.
//
// A failed gate stops the pipeline, an undecided one too unless its stage goes on; after either only value
// stages still run, because a miss must not hide behind a red test. The package knows no runner: each stage
// brings its own way to run.
package pipeline

import (
	"context"

	"github.com/cucumber-value/hoops/runners"
)

// Stage is one stage, ready to run.
type Stage struct {
	Name     string
	Value    bool // judges value: it runs after a stop, too
	Continue bool // an undecided gate does not stop here
	Run      func(context.Context) (runners.Outcome, error)
}

// Result of one stage. The zero Outcome is that of a stage that could not be run (Err) or was not (Skipped).
type Result struct {
	Name    string
	Outcome runners.Outcome
	Err     error
	Skipped string // why it was not run
}

// Run runs the stages and returns a result for each, in order.
func Run(ctx context.Context, stages []Stage, skipped func(Result)) []Result {
	var results []Result
	stopped := ""
	for _, s := range stages {
		r := Result{Name: s.Name}
		switch {
		case ctx.Err() != nil:
			r.Skipped = "interrupted"
		case stopped != "" && !s.Value:
			r.Skipped = stopped
		default:
			r.Outcome, r.Err = s.Run(ctx)
		}
		switch {
		case r.Skipped != "":
			skipped(r)
		case r.Err != nil && stopped == "":
			stopped = s.Name + " could not run"
		case r.Outcome == runners.GateUndecided && !s.Continue && stopped == "":
			stopped = s.Name + " is undecided"
		case r.Outcome != runners.GatePassed && r.Outcome != runners.GateUndecided && stopped == "":
			stopped = s.Name + " failed"
		}
		results = append(results, r)
	}
	return results
}

// Outcome of the whole: failed when a stage failed, undecided when one is undecided or could not run, passed
// when every stage that counts passed.
func Outcome(results []Result) runners.Outcome {
	outcome := runners.GatePassed
	passed := 0
	for _, r := range results {
		switch {
		case r.Outcome == runners.GateFailed:
			return runners.GateFailed
		case r.Outcome == runners.GatePassed:
			passed++
		default:
			outcome = runners.GateUndecided
		}
	}
	if passed == 0 {
		return runners.GateUndecided
	}
	return outcome
}
