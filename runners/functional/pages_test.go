package functional

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// paged is the fake driver with a page that is left when its session ends.
type paged struct {
	*fake
	left func(runners.Vitals)
}

func (d *paged) NewState(*session.Session) session.State { return closing{d} }

type closing struct{ *paged }

func (closing) Adopt(session.State) {}

func (c closing) Close() {
	if c.left != nil {
		c.left(runners.Vitals{LCP: time.Second})
	}
}

// What was measured of a page is told when it is left, and before its scenario has finished: nothing comes after that.
func TestPagesAreTold(t *testing.T) {
	d := &paged{}
	d.fake = &fake{respond: func(_ context.Context, f *session.Frame, _, path string) (int, error) {
		if path == "/page" {
			f.Session().State(d)
			d.left = f.Session().Loaded("GET " + path)
		}
		return 200, nil
	}}
	p := plan(program(t, map[string]string{"a.feature": "Feature: a\n\n  Scenario: opens\n    When GET /first\n    And GET /page\n    And GET /last\n"}))
	rec := &recorder{}
	r := &Runner{Drivers: func() []session.Driver { return []session.Driver{d} }}
	if err := r.Run(t.Context(), p, rec.emit); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range rec.events {
		switch e.Kind {
		case runners.PageLeft:
			told = append(told, fmt.Sprintf("%s of step %d, attempt %d of %s: %s", e.Name, e.Step, e.Attempt, e.Scenario, e.Vitals.LCP))
		case runners.ScenarioFinished:
			told = append(told, "finished "+string(e.Status))
		}
	}
	if diff := cmp.Diff([]string{"GET /page of step 2, attempt 1 of a/opens: 1s", "finished passed"}, told); diff != "" {
		t.Error(diff)
	}
}
