package reporters

import (
	"fmt"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// heartbeat is how often a long stage says that it is alive, by the clock of its events.
const heartbeat = 10 * time.Second

// progress is quiet: failures when they happen, a line every ten seconds, and the end.
type progress struct {
	terminal
	spoke time.Time
}

func newProgress(o Options) runners.Sink {
	return &progress{terminal: newTerminal(o)}
}

func (p *progress) Emit(e runners.Event) error {
	r := p.take(e)
	switch e.Kind {
	case runners.StageStarted:
		p.spoke = e.Time
	case runners.ScenarioFinished:
		p.scenario(r)
	case runners.StageFinished, runners.RunFinished:
		p.abandoned()
	}
	if e.Stage != "" && !p.spoke.IsZero() && e.Time.Sub(p.spoke) >= heartbeat && e.Kind != runners.StageFinished {
		p.spoke = e.Time
		p.beat(p.record.stage(e.Stage))
	}
	p.show(e)
	return p.flush()
}

// Close says so when the run did not finish.
func (p *progress) Close() error {
	p.abandoned()
	p.end()
	return p.flush()
}

func (p *progress) abandoned() {
	for _, s := range p.record.stages {
		for _, r := range s.abandon() {
			p.scenario(r)
		}
	}
}

func (p *progress) scenario(r *result) {
	if !r.status.Good() && r.status != runners.Skipped {
		p.line("%s", p.title(r, true))
		p.failure(r)
	}
}

func (p *progress) beat(s *stage) {
	c := s.counts()
	of := ""
	if s.info.Selected > 0 {
		of = fmt.Sprintf(" of %d", s.info.Selected)
	}
	waiting := phrase(count{c.Undefined, "undefined"}, count{c.Pending, "pending"}, count{c.Ambiguous, "ambiguous"})
	p.line("%d%s, %d failed%s", c.Total(), of, c.Failed, prefixed(", ", waiting))
}
