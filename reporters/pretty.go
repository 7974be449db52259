package reporters

import (
	"path"

	"github.com/cucumber-value/hoops/runners"
)

// manyScenarios and manyFeatures are where a list stops to be read: above them one line stands for a feature,
// and then for a directory.
const (
	manyScenarios = 200
	manyFeatures  = 200
)

// pretty lists scenarios as they finish, under their features. Features that run at once take turns, so their
// headings may come again.
type pretty struct {
	terminal
	feature string // the heading that was printed last
}

func newPretty(o Options) runners.Sink {
	return &pretty{terminal: newTerminal(o)}
}

func (p *pretty) Emit(e runners.Event) error {
	r := p.take(e)
	switch e.Kind {
	case runners.StageStarted:
		p.feature = ""
	case runners.ScenarioFinished:
		p.scenario(p.record.stage(e.Stage), r)
	case runners.StageFinished:
		s := p.record.stage(e.Stage)
		p.abandoned(s)
		if p.condensed(s) {
			p.features(s)
		}
	case runners.RunFinished:
		for _, s := range p.record.stages {
			p.abandoned(s)
		}
	}
	p.show(e)
	return p.flush()
}

// Close says so when the run did not finish.
func (p *pretty) Close() error {
	for _, s := range p.record.stages {
		p.abandoned(s)
	}
	p.end()
	return p.flush()
}

func (p *pretty) abandoned(s *stage) {
	for _, r := range s.abandon() {
		p.scenario(s, r)
	}
}

func (p *pretty) condensed(s *stage) bool {
	return s.info.Selected > manyScenarios && !p.o.Verbose
}

func (p *pretty) scenario(s *stage, r *result) {
	bad := !r.status.Good() && r.status != runners.Skipped
	switch {
	case p.condensed(s):
		if bad {
			p.line("%s", p.title(r, true))
			p.terminal.failure(r)
		}
		return
	case r.feature+"\x00"+r.pos.File != p.feature:
		p.feature = r.feature + "\x00" + r.pos.File
		p.line("%s  %s", p.paint(bold, oneLine(p.names.feature(r.feature, r.pos.File), p.room())), p.paint(dim, oneLine(r.pos.File, 500)))
	}
	p.line("  %s", p.title(r, bad))
	switch {
	case bad:
		p.terminal.failure(r)
	case p.o.Verbose:
		p.steps(r, false)
	}
	if r.status == runners.Flaky && r.reason() != "" {
		p.line("    %s", p.paint(dim, "failed before: "+oneLine(r.reason(), 300)))
	}
}

// title is one line for a result, with its place if somebody must go there.
func (t *terminal) title(r *result, withPlace bool) string {
	s := t.mark(r.status) + " " + oneLine(full(r), t.room())
	if r.status != runners.Passed && r.status != runners.Failed {
		s += " (" + string(r.status) + ")"
	}
	if r.duration > 0 {
		s += "  " + t.paint(dim, brief(r.duration))
	}
	if withPlace {
		s += prefixed("  ", t.paint(dim, place(r.pos)))
	}
	return s
}

// features of a large stage, one line each, or one line for each directory of them.
func (p *pretty) features(s *stage) {
	list := s.features()
	if len(list) > manyFeatures {
		list = directories(list)
	}
	for _, f := range list {
		c := f.counts()
		name := p.names.feature(f.id, f.file)
		if f.id == "" {
			name = f.file
		}
		p.line("%s %s  %s  %s", p.mark(worst(c)), oneLine(name, p.room()), tally(c.Outcome(), c), p.paint(dim, brief(f.duration())))
	}
}

func directories(features []feature) []feature {
	var list []feature
	for _, f := range features { // in the order of their files
		dir := path.Dir(f.file) + "/"
		if n := len(list); n == 0 || list[n-1].file != dir {
			list = append(list, feature{file: dir})
		}
		last := &list[len(list)-1]
		last.results = append(last.results, f.results...)
	}
	return list
}

// worst is the status that a list shows for all.
func worst(c runners.Counts) runners.Status {
	switch {
	case c.Failed > 0:
		return runners.Failed
	case c.Undefined+c.Pending+c.Ambiguous > 0:
		return runners.Undefined
	case c.Flaky > 0:
		return runners.Flaky
	case c.Passed > 0:
		return runners.Passed
	}
	return runners.Skipped
}
