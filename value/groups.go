package value

import (
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

// SampleGroup is what a functional run measured of one step, request or scenario.
func SampleGroup(of, name string, all []time.Duration) measure.Group {
	return measure.Group{Of: of, Name: name, Samples: measure.Durations(all)}
}
