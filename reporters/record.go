package reporters

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/runners"
)

// record is what the events of a run add up to.
type record struct {
	id       string
	info     runners.Info
	began    time.Time
	latest   time.Time     // that an event was seen
	took     time.Duration // as reported
	finished bool
	reported runners.Outcome
	message  string
	notices  []string
	stages   []*stage          // in the order of their first events
	titles   map[string]string // of features, by id
}

// stage is one stage of a run; name is "" for what belongs to none.
type stage struct {
	name     string
	info     runners.Info
	began    time.Time
	duration time.Duration
	finished bool
	skipped  bool // it was not run; message says why
	reported runners.Outcome
	message  string
	counted  *runners.Counts
	results  []*result // as they finished
	verdicts []runners.Verdict
	summary  *runners.Summary // of a load, when it is over
	soFar    soFar            // of a load, while it runs
	failed   []runners.Event  // journeys of a load that are shown; the runner bounds them
	open     map[session]*result
	last     map[session]*result
}

// session is whose events belong together within a stage. A probe repeats it, one after the other.
type session struct{ scenario, row string }

// take adds an event and returns the result that it finished, if it did.
func (r *record) take(e runners.Event) *result {
	if e.Time.After(r.latest) {
		r.latest = e.Time
	}
	if title := cmp.Or(e.Title, map[runners.Kind]string{runners.Judged: e.Name}[e.Kind]); title != "" && e.Feature != "" {
		if r.titles == nil {
			r.titles = map[string]string{}
		}
		r.titles[e.Feature] = title
	}
	switch e.Kind {
	case runners.RunStarted:
		r.id, r.began = e.Run, e.Time
		if e.Info != nil {
			r.info = *e.Info
		}
	case runners.RunFinished:
		r.finished, r.reported, r.message, r.took = true, e.Outcome, e.Message, e.Duration
	case runners.Noticed:
		r.notices = append(r.notices, e.Message)
		if e.Failure != nil && e.Stage != "" {
			st := r.stage(e.Stage)
			st.failed = append(st.failed, e)
		}
	case runners.StageSkipped:
		r.notices = append(r.notices, fmt.Sprintf("stage %s was not run: %s", e.Stage, e.Message))
		r.stage(e.Stage).take(e)
	default:
		if r.id == "" {
			r.id, r.began = e.Run, e.Time
		}
		return r.stage(e.Stage).take(e)
	}
	return nil
}

// feature is what people call a feature, or the best that is known.
func (r *record) feature(id, file string) string {
	for _, s := range []string{r.titles[id], id, file} {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return "(no feature)"
}

func (r *record) stage(name string) *stage {
	for _, s := range r.stages {
		if s.name == name {
			return s
		}
	}
	s := &stage{name: name, open: map[session]*result{}, last: map[session]*result{}}
	r.stages = append(r.stages, s)
	return s
}

func (s *stage) take(e runners.Event) *result {
	switch e.Kind {
	case runners.StageStarted:
		s.began = e.Time
		if e.Info != nil {
			s.info = *e.Info
		}
	case runners.StageFinished:
		s.finished, s.reported, s.message, s.duration, s.counted = true, e.Outcome, e.Message, e.Duration, e.Counts
	case runners.StageSkipped:
		s.skipped, s.message = true, e.Message
	case runners.Judged:
		if e.Verdict != nil {
			s.judge(*e.Verdict)
		}
	case runners.Summarised:
		switch {
		case e.Summary == nil:
		case e.Summary.Final:
			s.summary = e.Summary
		default:
			s.soFar.add(e.Summary)
		}
	case runners.ScenarioStarted:
		s.result(e)
	case runners.StepFinished:
		res := s.result(e)
		res.steps = append(res.steps, step{number: e.Step, attempt: max(1, e.Attempt), name: e.Name, status: e.Status,
			duration: e.Duration, pos: e.Pos, message: e.Message, failure: e.Failure})
	case runners.Attached:
		if e.Attachment != nil && e.Scenario != "" {
			res := s.result(e)
			res.evidence = append(res.evidence, *e.Attachment)
		}
	case runners.ScenarioFinished:
		return s.finish(e)
	}
	return nil
}

// judge keeps the last verdict of each claim: a stage that lasts judges again.
func (s *stage) judge(v runners.Verdict) {
	for i, old := range s.verdicts {
		if v.Clause != "" && old.Clause == v.Clause && old.Claim == v.Claim && old.Reading == v.Reading {
			s.verdicts[i] = v
			return
		}
	}
	s.verdicts = append(s.verdicts, v)
}

// result is the open one that e belongs to. Another attempt of one that seemed finished opens it again.
func (s *stage) result(e runners.Event) *result {
	key := session{e.Scenario, e.Row}
	res := s.open[key]
	if res == nil {
		last := s.last[key]
		if last != nil && e.Attempt > last.attempts {
			res = last
			s.results = slices.DeleteFunc(s.results, func(r *result) bool { return r == last })
		} else {
			res = &result{id: e.Scenario, row: e.Row, began: e.Time, number: 1}
			if last != nil {
				res.number = last.number + 1
			}
		}
		s.open[key] = res
	}
	res.attempts = max(res.attempts, e.Attempt, 1)
	res.feature = cmp.Or(e.Feature, res.feature)
	if e.Kind == runners.ScenarioStarted || e.Kind == runners.ScenarioFinished {
		res.name = cmp.Or(e.Name, res.name)
		res.pos = cmp.Or(e.Pos, res.pos)
		if e.Tags != nil {
			res.tags = e.Tags
		}
	}
	return res
}

func (s *stage) finish(e runners.Event) *result {
	res := s.result(e)
	res.status, res.duration, res.message, res.failure = e.Status, e.Duration, e.Message, e.Failure
	if !slices.Contains(runners.Statuses, res.status) {
		res.status, res.message = runners.Failed, cmp.Or(e.Message, "it ended without a status")
	}
	key := session{e.Scenario, e.Row}
	delete(s.open, key)
	s.last[key] = res
	s.results = append(s.results, res)
	return res
}

// abandon ends what the stream left open and returns it: what did not finish has failed.
func (s *stage) abandon() []*result {
	var left []*result
	for key, res := range s.open {
		res.status, res.message, res.abandoned = runners.Failed, unfinished, true
		delete(s.open, key)
		left = append(left, res)
	}
	slices.SortFunc(left, byPlace)
	s.results = append(s.results, left...)
	return left
}

const unfinished = "it did not finish"

// close ends the record. Only then are outcomes those of the whole run.
func (r *record) close() {
	for _, s := range r.stages {
		s.abandon()
	}
}

// outcome of the run: as reported, or, of a stream that was cut off, failed or undecided.
func (r *record) outcome() runners.Outcome {
	if r.finished {
		return decided(r.reported)
	}
	for _, s := range r.stages {
		if s.outcome() == runners.GateFailed {
			return runners.GateFailed
		}
	}
	return runners.GateUndecided
}

// why the run has its outcome, if that is not to be seen from the stages.
func (r *record) why() string {
	if !r.finished {
		return "the event stream ends before the run does"
	}
	return r.message
}

// duration as reported, or as far as the stream goes.
func (r *record) duration() time.Duration {
	if r.took != 0 || r.began.IsZero() {
		return r.took
	}
	return r.latest.Sub(r.began)
}

func (r *record) digest() string {
	d := r.info.Digest
	for _, s := range r.stages {
		d = cmp.Or(d, s.info.Digest)
	}
	return d
}

func (r *record) project() string {
	p := r.info.Project
	for _, s := range r.stages {
		p = cmp.Or(p, s.info.Project)
	}
	return p
}

// overrides of the run and of its stages, each once.
func (r *record) overrides() []string {
	list := slices.Clone(r.info.Overrides)
	for _, s := range r.stages {
		for _, o := range s.info.Overrides {
			if !slices.Contains(list, o) {
				list = append(list, o)
			}
		}
	}
	return list
}

func (r *record) counts() runners.Counts {
	var sum runners.Counts
	for _, s := range r.stages {
		sum = added(sum, s.counts())
	}
	return sum
}

func added(a, b runners.Counts) runners.Counts {
	return runners.Counts{
		Passed: a.Passed + b.Passed, Failed: a.Failed + b.Failed, Flaky: a.Flaky + b.Flaky, Skipped: a.Skipped + b.Skipped,
		Pending: a.Pending + b.Pending, Undefined: a.Undefined + b.Undefined, Ambiguous: a.Ambiguous + b.Ambiguous,
	}
}

// tally says how much ran, and how it went: scenarios in a sum, each load and each repeated probe by itself.
func (r *record) tally() string {
	var parts []string
	var plain runners.Counts
	for _, s := range r.stages {
		if s.summary == nil && !s.repeated() {
			plain = added(plain, s.counts())
		} else if told := s.ran(); told != "" {
			parts = append(parts, told)
		}
	}
	if plain.Total() > 0 {
		parts = slices.Insert(parts, 0, tally(r.outcome(), plain))
	}
	if p := promises(r.verdicts()); p != "" {
		parts = append(parts, p)
	}
	return strings.Join(parts, "; ")
}

func (r *record) verdicts() []runners.Verdict {
	var all []runners.Verdict
	for _, s := range r.stages {
		all = append(all, s.verdicts...)
	}
	return all
}

// outcome of the stage: as reported, or, when its end was never seen, failed or undecided.
func (s *stage) outcome() runners.Outcome {
	switch {
	case s.finished:
		return decided(s.reported)
	case slices.ContainsFunc(s.results, func(r *result) bool {
		return !r.abandoned && !r.status.Good() && r.status != runners.Skipped
	}):
		return runners.GateFailed
	}
	return runners.GateUndecided
}

// notRun is how a stage ended that never began: neither its software nor its gate was asked.
const notRun runners.Outcome = "not run"

// ended is the outcome of the stage as reports name it.
func (s *stage) ended() runners.Outcome {
	if s.skipped {
		return notRun
	}
	return s.outcome()
}

// lasted is the time of the stage, "" when it was not run.
func (s *stage) lasted() string {
	if s.skipped {
		return ""
	}
	return total(s.duration)
}

func decided(o runners.Outcome) runners.Outcome {
	if slices.Contains(outcomes, o) {
		return o
	}
	return runners.GateUndecided
}

func (s *stage) counts() runners.Counts {
	if s.counted != nil {
		return *s.counted
	}
	var c runners.Counts
	for _, r := range s.results {
		c.Add(r.status)
	}
	return c
}

// repeated reports whether a scenario ran more than once.
func (s *stage) repeated() bool {
	return slices.ContainsFunc(s.results, func(r *result) bool { return r.number > 1 })
}

// scenarios is how many different ones ran, rows by themselves.
func (s *stage) scenarios() int {
	n := 0
	for _, r := range s.results {
		if r.number == 1 {
			n++
		}
	}
	return n
}

// ran is the tally of what the stage ran: journeys, runs or scenarios, "" for none.
func (s *stage) ran() string {
	c := s.counts()
	switch {
	case s.summary != nil:
		return journeys(s.summary)
	case c.Total() == 0:
		return ""
	case s.repeated():
		return runs(s.outcome(), c, s.scenarios())
	}
	return tally(s.outcome(), c)
}

// tally of a stage: what it ran, what it judged, or nothing to count.
func (s *stage) tally() string {
	parts := []string{s.ran(), promises(s.verdicts)}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "; ")
}
