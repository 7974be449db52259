package value

import (
	"cmp"
	"fmt"
	"time"

	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/value/measure"
)

// RunGroups are what a load run measured, out of its final summary. Groups without a histogram are left out: they
// have no sample.
func RunGroups(groups []runners.Group) ([]measure.Group, error) {
	var list []measure.Group
	for _, g := range groups {
		if g.Histogram == "" {
			continue
		}
		d, err := measure.DecodeHDR(g.Histogram)
		if err != nil {
			return nil, fmt.Errorf("the histogram of %s %q: %w", g.Of, g.Name, err)
		}
		list = append(list, measure.Group{Of: g.Of, Name: g.Name, Samples: d})
	}
	return list, nil
}

// Part is one load of a run, or one part of a load that ran in several processes: its final summary, or why there is
// none.
type Part struct {
	Name    string
	Summary *runners.Summary
	Why     string // "could not run"
}

// RunParts are the samples of the parts together. A part without a final summary is missing: what the others measured is
// a smaller run and not this one.
func RunParts(parts []Part) (measure.Run, error) {
	run := measure.Run{Loads: len(parts)}
	var groups []runners.Group
	for _, p := range parts {
		if p.Summary == nil || !p.Summary.Final {
			run.Missing = append(run.Missing, p.Name+" "+cmp.Or(p.Why, "did not end"))
			continue
		}
		groups = append(groups, p.Summary.Groups...)
	}
	var err error
	run.Groups, err = RunGroups(groups)
	return run, err
}

// SampleGroup is what a functional run measured of one step, request or scenario.
func SampleGroup(of, name string, all []time.Duration) measure.Group {
	return measure.Group{Of: of, Name: name, Samples: measure.Durations(all)}
}
