package reporters

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/runners"
)

// result is one scenario or row, executed once, all attempts together.
type result struct {
	feature, id, row, name string
	tags                   []string
	pos                    diag.Pos
	began                  time.Time
	status                 runners.Status
	duration               time.Duration // of the last attempt
	attempts               int
	message                string
	failure                *diag.Diagnostic
	steps                  []step // of all attempts
	evidence               []runners.Attachment
	abandoned              bool // the stream ended before it did
	number                 int  // 1 for its first execution in the stage
}

type step struct {
	number, attempt int // number 0 is undo
	name            string
	status          runners.Status
	duration        time.Duration
	pos             diag.Pos
	message         string
	failure         *diag.Diagnostic
}

// feature is the results of one feature in one stage.
type feature struct {
	id, file string
	results  []*result
}

// features in the order of their files, and their results in the order of their lines: the same for every
// interleaving.
func (s *stage) features() []feature {
	sorted := slices.Clone(s.results)
	slices.SortStableFunc(sorted, byPlace)
	var list []feature
	for _, r := range sorted {
		if n := len(list); n == 0 || list[n-1].id != r.feature || list[n-1].file != r.pos.File {
			list = append(list, feature{id: r.feature, file: r.pos.File})
		}
		last := &list[len(list)-1]
		last.results = append(last.results, r)
	}
	return list
}

func byPlace(a, b *result) int {
	return cmp.Or(cmp.Compare(a.pos.File, b.pos.File), cmp.Compare(a.feature, b.feature),
		cmp.Compare(a.pos.Line, b.pos.Line), cmp.Compare(a.id, b.id), cmp.Compare(a.row, b.row),
		cmp.Compare(a.number, b.number))
}

func (f feature) counts() runners.Counts {
	var c runners.Counts
	for _, r := range f.results {
		c.Add(r.status)
	}
	return c
}

func (f feature) duration() time.Duration {
	var d time.Duration
	for _, r := range f.results {
		d += r.duration
	}
	return d
}

// timedOut reports whether the probe's watchdog ended it: nothing was found out about the software.
func (r *result) timedOut() bool { return r.failure != nil && r.failure.Code == "monitor/timeout" }

// final are the steps of the last attempt, in their order, undo at the end.
func (r *result) final() []step {
	var list []step
	for _, s := range r.steps {
		if s.attempt == r.attempts {
			list = append(list, s)
		}
	}
	place := func(s step) int {
		if s.number == 0 {
			return math.MaxInt
		}
		return s.number
	}
	slices.SortStableFunc(list, func(a, b step) int { return cmp.Compare(place(a), place(b)) })
	return list
}

// diagnostics of everything that went wrong in the last attempt, each once.
func (r *result) diagnostics() []diag.Diagnostic {
	var list []diag.Diagnostic
	add := func(d *diag.Diagnostic) {
		if d != nil && !slices.ContainsFunc(list, func(o diag.Diagnostic) bool { return o.Range == d.Range && o.Message == d.Message }) {
			list = append(list, *d)
		}
	}
	for _, s := range r.final() {
		add(s.failure)
	}
	add(r.failure)
	return list
}

// culprit is the first step that did not pass, of the attempt that decided; of a flaky scenario, of the one
// that failed.
func (r *result) culprit() (step, bool) {
	steps := r.final()
	if r.status == runners.Flaky {
		steps = r.steps
	}
	for _, s := range steps {
		if s.status != runners.Passed && s.status != runners.Skipped {
			return s, true
		}
	}
	return step{}, false
}

// reason is why it is not passed, as data: it may be of any length and shape.
func (r *result) reason() string {
	if r.failure != nil {
		return r.failure.Message
	}
	s, found := r.culprit()
	switch {
	case s.failure != nil:
		return s.failure.Message
	case r.message != "" || !found:
		return r.message
	}
	return cmp.Or(s.message, s.name)
}
