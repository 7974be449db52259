package session

import (
	"context"
	"fmt"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/pick"
)

// rule is one cross-cutting expectation that holds after every request of a scenario.
type rule struct {
	condition *expr.Program
	at        diag.Pos
	source    string
}

// rules are the cross-cutting expectations for a scenario. Those that read the page belong to navigations, and
// do not apply to requests.
func (l *Lowering) rules(s *ir.Scenario) ([]rule, error) {
	var tags []string
	for _, t := range s.Tags {
		tags = append(tags, t.Name)
	}
	var list []rule
	for _, c := range l.host.Program.CrossCutting {
		if c.Where != "" {
			where, wrong := pick.ParseTags(c.Where)
			if wrong != nil {
				return nil, fmt.Errorf("%s: %w", c.Pos, wrong)
			}
			if !where.Match(tags) {
				continue
			}
		}
		for _, e := range c.Expect {
			condition, err := l.Condition(e.Source)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", e.Pos, err)
			}
			applies := true
			for _, name := range condition.Names() {
				applies = applies && name != "page"
			}
			if applies {
				list = append(list, rule{condition, e.Pos, e.Source})
			}
		}
	}
	return list, nil
}

// crossCut holds the scenario's rules after a request. A frame of its own keeps parameters that are called like
// an answer's names from hiding them.
func crossCut(run Action) Action {
	return func(ctx context.Context, f *Frame) error {
		if err := run(ctx, f); err != nil {
			return err
		}
		s := f.session
		if s.script == nil || s.undoing {
			return nil
		}
		for _, r := range s.script.rules {
			result := r.condition.Test(&Frame{session: s})
			if result.Holds {
				continue
			}
			failure := f.unexpected("expect/cross-cutting", "%s", result.Explanation)
			failure.Trail = []diag.Note{{Range: diag.At(r.at, len([]rune(r.source))), Text: "expected after every request: " + r.source}}
			return failure
		}
		return nil
	}
}
