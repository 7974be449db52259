package cmd

import (
	"slices"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/history"
	"github.com/cucumber-value/hoops/runners/pipeline"
	"github.com/cucumber-value/hoops/value"
)

// unasked are the stages of the pipeline that were not asked for.
func unasked(all, asked []ir.Stage) []history.Skipped {
	var list []history.Skipped
	for _, s := range all {
		if !slices.ContainsFunc(asked, func(a ir.Stage) bool { return a.Name == s.Name }) {
			list = append(list, history.Skipped{Name: s.Name, Why: "it was not asked for"})
		}
	}
	return list
}

// notRun takes note of a stage that a gate, or an interrupt, kept from running. Claims about this run's samples have to
// know of a load among them.
func (x *execution) notRun(stages []ir.Stage, r pipeline.Result) {
	x.leftOut(history.Skipped{Name: r.Name, Why: r.Skipped})
	for _, s := range stages {
		if s.Name == r.Name && s.Run == ir.LoadRunner {
			x.observed.loaded(value.Part{Name: r.Name, Why: "was not run, because " + r.Skipped})
		}
	}
}

// leftOut writes a stage that did not run into the history, beside those that did.
func (x *execution) leftOut(s history.Skipped) {
	if x.store() == nil || x.kept.run == nil {
		return
	}
	if err := x.kept.run.Skip(s); err != nil {
		x.warn(shownFrom(err))
		x.unkept = true
	}
}
