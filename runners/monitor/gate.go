package monitor

import (
	"context"
	"fmt"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
)

// confirm is how many runs of a scenario in a row must fail to fail the gate of a repeated probe, unless it is
// the last run that failed.
const confirm = 2

// streak is what the runs of one scenario add up to.
type streak struct {
	runs      int // that were not skipped
	row       int // failed, in a row, up to the last
	most      int // failed, in a row
	recovered int // failed, and not enough of them in a row to fail the gate
}

// add takes the status of a run, and returns how many failed right before it if it passed.
func (s *streak) add(status runners.Status) (before int) {
	switch {
	case status == runners.Skipped:
		return 0
	case status.Good():
		before, s.row = s.row, 0
		if before < confirm {
			s.recovered += before
		}
	default:
		s.row++
		s.most = max(s.most, s.row)
	}
	s.runs++
	return before
}

// blames is why the scenario fails the gate, "" if it does not.
func (s streak) blames() string {
	switch {
	case s.most >= confirm:
		return fmt.Sprintf("failed %d times in a row", s.most)
	case s.row > 0:
		return "failed in its last run"
	}
	return ""
}

// gate of a repeated probe.
func (r *run) gate(ctx context.Context) runners.Event {
	counts := r.counts
	e := runners.Event{Kind: runners.StageFinished, Name: r.plan.Stage, Outcome: runners.GatePassed, Counts: &counts, Duration: r.plan.Now().Sub(r.began)}
	var blamed, unknown []string
	recovered := 0
	for _, c := range r.checks {
		recovered += c.streak.recovered
		if why := c.streak.blames(); why != "" {
			blamed = append(blamed, c.name+" "+why)
		}
		if c.streak.runs == 0 {
			unknown = append(unknown, c.name)
		}
	}
	var says []string
	switch {
	case len(blamed) > 0:
		e.Outcome = runners.GateFailed
		says = append(says, few(blamed))
	case ctx.Err() != nil:
		e.Outcome = runners.GateUndecided
		says = append(says, interrupted)
	case len(unknown) > 0:
		e.Outcome = runners.GateUndecided
		says = append(says, "never run: "+few(unknown))
	}
	if recovered > 0 {
		says = append(says, fmt.Sprintf("%d failed and passed when run next", recovered))
	}
	if r.missed > 0 {
		says = append(says, fmt.Sprintf("%d of %d runs were skipped", r.missed, r.missed+counts.Total()))
	}
	if r.late > 0 {
		says = append(says, fmt.Sprintf("%d began late, by up to %s", r.late, ir.Duration(r.latest)))
	}
	e.Message = strings.Join(says, "; ")
	return e
}
