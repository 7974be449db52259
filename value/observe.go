package value

import (
	"context"
	"errors"
	"fmt"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/value/measure"
)

// Evidence is what is known of one measure: an observation, or why there is none.
type Evidence struct {
	Measure     ir.Measure
	Observation measure.Observation
	Failure     *measure.Failure
}

// Observe asks each measure that a claim needs once. Sources are by the measure's from.
func Observe(ctx context.Context, clauses []ir.Clause, measures []ir.Measure, sources map[string]measure.Source, w measure.Window) map[string]Evidence {
	needed := map[string]bool{}
	for _, c := range clauses {
		for _, claim := range c.Claims {
			needed[claim.Measure] = true
		}
	}
	seen := map[string]Evidence{}
	for _, m := range measures {
		if !needed[m.Name] {
			continue
		}
		e := Evidence{Measure: m}
		source := sources[m.From]
		if source == nil {
			e.Failure = &measure.Failure{Reason: measure.SourceFailed, Sentence: fmt.Sprintf("%s comes from %s, which this run has no way to ask", m.Name, m.From)}
			seen[m.Name] = e
			continue
		}
		var err error
		if e.Observation, err = source.Sample(ctx, m, w); err != nil {
			if !errors.As(err, &e.Failure) {
				e.Failure = &measure.Failure{Reason: measure.SourceFailed, Sentence: err.Error()}
			}
		}
		seen[m.Name] = e
	}
	return seen
}
