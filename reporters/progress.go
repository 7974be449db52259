package reporters

import "github.com/cucumber-value/hoops/runners"

// progress is quiet: failures when they happen, a line every ten seconds, and the end.
type progress struct{ terminal }

func newProgress(o Options) runners.Sink {
	return &progress{terminal: newTerminal(o)}
}

func (p *progress) Emit(e runners.Event) error {
	r := p.take(e)
	switch e.Kind {
	case runners.ScenarioFinished:
		p.scenario(p.record.stage(e.Stage), r)
	case runners.StageFinished, runners.RunFinished:
		p.abandoned()
	}
	p.beat(e)
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
			p.scenario(s, r)
		}
	}
}

func (p *progress) scenario(s *stage, r *result) {
	if !r.status.Good() && r.status != runners.Skipped {
		p.line("%s", p.title(r, true))
		p.failure(s, r)
	}
}
