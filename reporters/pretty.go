package reporters

import (
	"path"
	"slices"
	"time"

	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// manyScenarios and manyFeatures are where a list stops to be read: above them one line stands for a feature,
// and then for a directory.
const (
	manyScenarios = 200
	manyFeatures  = 200
)

// pretty lists scenarios as they finish, under their features. Features run at once, and are printed one after
// the other: one has its turn until none of its scenarios runs and another has something to say, and what
// finishes out of turn waits, for ten seconds at most. A failure does not wait: it takes the turn.
type pretty struct {
	terminal
	turn  heading
	queue []group // in the order in which they began to wait
}

// heading is the feature that results stand under.
type heading struct{ feature, file string }

func (r *result) heading() heading { return heading{r.feature, r.pos.File} }

// group is the results of a feature that waits for its turn.
type group struct {
	heading
	since   time.Time
	results []*result
}

func newPretty(o Options) runners.Sink {
	return &pretty{terminal: newTerminal(o)}
}

func (p *pretty) Emit(e runners.Event) error {
	r := p.take(e)
	said := p.text.Len()
	s := p.record.stage
	switch e.Kind {
	case runners.StageStarted:
		p.turn = heading{}
	case runners.ScenarioFinished:
		p.scenario(s(e.Stage), r, e.Time)
	case runners.StageFinished:
		s := s(e.Stage)
		p.abandoned(s)
		if p.condensed(s) {
			p.features(s)
		}
	case runners.RunFinished:
		for _, s := range p.record.stages {
			p.abandoned(s)
		}
	}
	if e.Stage != "" && e.Kind != runners.StageFinished {
		p.passTurn(s(e.Stage), e.Time)
	}
	if p.text.Len() > said && e.Kind != runners.StageStarted {
		p.spoke = e.Time
	} else {
		p.beat(e)
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

// abandoned prints what waits, and what the stage left open.
func (p *pretty) abandoned(s *stage) {
	for len(p.queue) > 0 {
		p.give(s, p.queue[0].heading)
	}
	for _, r := range s.abandon() {
		p.scenario(s, r, time.Time{})
	}
}

func (p *pretty) condensed(s *stage) bool {
	return s.info.Selected > manyScenarios && !p.o.Verbose
}

func (p *pretty) scenario(s *stage, r *result, now time.Time) {
	bad := !r.status.Good() && r.status != runners.Skipped
	switch {
	case p.condensed(s):
		if bad {
			p.line("%s", p.title(r, true))
			p.terminal.failure(s, r)
		}
	case r.number > 1 && !bad && !p.o.Verbose: // a probe that runs again says what is new
	case bad || p.turn == heading{} || r.heading() == p.turn:
		p.give(s, r.heading())
		p.print(s, r)
	default:
		i := slices.IndexFunc(p.queue, func(g group) bool { return g.heading == r.heading() })
		if i < 0 {
			i = len(p.queue)
			p.queue = append(p.queue, group{heading: r.heading(), since: now})
		}
		p.queue[i].results = append(p.queue[i].results, r)
	}
}

// passTurn gives it to who has waited longest, once nothing of the feature that has it runs, or for long.
func (p *pretty) passTurn(s *stage, now time.Time) {
	for len(p.queue) > 0 {
		runs := false
		for _, r := range s.open {
			runs = runs || r.heading() == p.turn
		}
		if runs && now.Sub(p.queue[0].since) < heartbeat {
			return
		}
		p.give(s, p.queue[0].heading)
	}
}

// give prints a feature's heading, unless it has the turn, and what waited for it.
func (p *pretty) give(s *stage, h heading) {
	if h == p.turn {
		return
	}
	p.turn = h
	p.line("%s  %s", p.paint(bold, page.Line(p.record.feature(h.feature, h.file), p.room())), p.paint(dim, page.Line(h.file, 500)))
	for i, g := range p.queue {
		if g.heading == h {
			p.queue = slices.Delete(p.queue, i, i+1)
			for _, r := range g.results {
				p.print(s, r)
			}
			return
		}
	}
}

func (p *pretty) print(s *stage, r *result) {
	bad := !r.status.Good() && r.status != runners.Skipped
	p.line("  %s", p.title(r, bad))
	switch {
	case bad:
		p.terminal.failure(s, r)
	case p.o.Verbose:
		p.steps(r, false)
	}
	if r.status == runners.Flaky && r.reason() != "" {
		p.line("    %s", p.paint(dim, "failed before: "+page.Line(r.reason(), 300)))
	}
}

// title is one line for a result, with its place if somebody must go there.
func (t *terminal) title(r *result, withPlace bool) string {
	s := t.mark(r.status) + " " + page.Line(full(r), t.room())
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
		name := p.record.feature(f.id, f.file)
		if f.id == "" {
			name = f.file
		}
		p.line("%s %s  %s  %s", p.mark(worst(c)), page.Line(name, p.room()), tally(c.Outcome(), c), p.paint(dim, brief(f.duration())))
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
