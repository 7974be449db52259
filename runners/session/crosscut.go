package session

import (
	"context"
	"fmt"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/pick"
)

// rule is one cross-cutting expectation that holds after every request or navigation of a scenario.
type rule struct {
	condition *expr.Program
	at        diag.Pos
	source    string
	page      bool // it reads the page, and does not apply to requests
	body      bool // it reads what a navigation does not keep, and does not apply to one
}

// rules are the cross-cutting expectations for a scenario.
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
			r := rule{condition: condition, at: e.Pos, source: e.Source, page: readsPage(condition)}
			for _, name := range condition.Names() {
				r.body = r.body || name == "body" || name == "text"
			}
			for _, call := range condition.Calls() {
				r.body = r.body || call.Name == "xpath"
			}
			list = append(list, r)
		}
	}
	return list, nil
}

// crossCut holds the scenario's rules after a request, or after a navigation if there was one. A frame of its
// own keeps parameters that are called like an answer's names from hiding them.
func crossCut(run Action, navigates bool) Action {
	return func(ctx context.Context, f *Frame) error {
		s := f.session
		before := s.answer
		if err := run(ctx, f); err != nil {
			return err
		}
		if s.script == nil || s.undoing || navigates && s.answer == before {
			return nil
		}
		for _, r := range s.script.rules {
			if r.page && !navigates || r.body && navigates {
				continue
			}
			outside := &Frame{session: s}
			result := r.condition.Test(outside)
			if r.page && result.NoData { // a page is measured a little later than it is loaded
				var err error
				if result, err = outside.look(ctx, r.condition, result, func(r expr.Result) bool { return !r.NoData }); err != nil {
					return err
				}
			}
			if result.Holds {
				continue
			}
			words := "expected after every request: "
			if navigates {
				words = "expected after every navigation: "
			}
			failure := f.unexpected("expect/cross-cutting", "%s", result.Explanation)
			failure.Help = result.Help()
			failure.Trail = []diag.Note{{Range: diag.At(r.at, len([]rune(r.source))), Text: words + r.source}}
			return failure
		}
		return nil
	}
}
