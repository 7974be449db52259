package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/session"
)

// journey is one session under load.
type journey struct {
	run     *run
	way     *way
	shard   *shard
	session *session.Session
	inside  []span // the steps that it is in, outermost first
	closing bool
	tries   []int       // of within that it is in, outermost first: where in inTries their steps begin
	inTries []endedStep // that have ended in them
}

// endedStep is a step that is not recorded yet.
type endedStep struct {
	names []string
	Measurement
}

// span is a step from its first request to its last response.
type span struct {
	names        []string
	began, ended time.Time
	apart, until time.Duration // think time before the first request, and before the end of the last
}

// journey executes a scenario once and records it; arrival is when it was meant to start.
func (r *run) journey(ctx context.Context, s *shard, w *way, row int, number uint64, arrival time.Time) {
	j := &journey{run: r, way: w, shard: s}
	// Every journey draws random values of its own, as an attempt does.
	j.session = r.host.Open(w.script, row, int(number)+1, j.observe)
	j.session.Watch(j)
	if w.driver == browserDriver {
		j.session.OnLeft(func(p session.Page) { s.vitals(p.Name, &p.Vitals) })
	}
	if r.evidence.open() { // else a failed journey is only counted, and nothing is kept of it
		j.session.OnAttach(func(runners.Attachment) {}) // its failure names the file
	}
	var err error
	at := 0
	for ; at < j.session.Steps(); at++ {
		if err = j.step(ctx, at); err != nil {
			break
		}
	}
	m := Measurement{Took: time.Since(arrival) - j.session.Apart()}
	var failure *session.Failure
	if err != nil {
		failure = failed(ctx, err)
	}
	cause, transcript, shown := "", "", false // masked before the session forgets its secrets
	if failure != nil {
		cause = j.cause(at, failure)
		if shown = r.evidence.admit(cause); shown {
			transcript = j.transcript()
		}
	}
	if left := j.close(ctx); failure == nil && left != nil {
		failure, at = left, -1
		cause = j.cause(at, failure)
		shown = r.evidence.admit(cause)
	}
	if failure != nil {
		m.Failed, m.Cause = true, cause
		switch {
		case noFiles(failure):
			r.starved.Add(1)
		case noPorts(failure):
			r.portless.Add(1)
		}
	}
	s.journey(w, m)
	if shown {
		r.witness(w, row, number, at, failure, m.Took, transcript)
	}
}

// step executes a step of the scenario and records it.
func (j *journey) step(ctx context.Context, i int) error {
	j.inside = append(j.inside[:0], span{names: j.way.steps[i]})
	err := j.session.Step(ctx, i)
	for len(j.inside) > 0 { // the step's own span; above it those that a panic has left open
		j.leave(err)
	}
	return err
}

// failed is why a journey failed.
func failed(ctx context.Context, err error) *session.Failure {
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, cause) {
		return session.Failf("load/cut", "%v", cause)
	}
	if failure, ok := err.(*session.Failure); ok {
		return failure
	}
	return &session.Failure{Code: "session/step", Message: err.Error(), Cause: err}
}

// transcript is what the failed step sent and received.
func (j *journey) transcript() (text string) {
	defer func() {
		if p := recover(); p != nil { // a driver's
			text = ""
		}
	}()
	return j.session.Transcript()
}

// close undoes what the journey did. What could not be undone is a failure too: the first of them,
// which tells of the others.
func (j *journey) close(ctx context.Context) (left *session.Failure) {
	defer func() {
		if p := recover(); p != nil { // a driver's
			left = session.Failf("load/internal", "hoops failed at the end of a journey: %v", p)
		}
	}()
	j.closing = true
	list := j.session.Close(ctx)
	if len(list) == 0 {
		return nil
	}
	first := *list[0]
	for _, other := range list[1:] {
		first.Lines = append(first.Lines, other.Message)
	}
	return &first
}

// Entered and Left follow the steps of bodies.
func (j *journey) Entered(step *ir.Step) {
	j.inside = append(j.inside, span{names: j.way.inner[step]})
}

func (j *journey) Left(_ *ir.Step, err error) { j.leave(err) }

var _ session.Watcher = (*journey)(nil)

func (j *journey) leave(err error) {
	s := j.inside[len(j.inside)-1]
	j.inside = j.inside[:len(j.inside)-1]
	if len(s.names) == 0 || s.began.IsZero() {
		return
	}
	step := endedStep{s.names, Measurement{Took: s.ended.Sub(s.began) - (s.until - s.apart), Failed: err != nil}}
	if len(j.tries) > 0 {
		j.inTries = append(j.inTries, step)
		return
	}
	j.shard.step(step.names, j.way.apart, step.Measurement)
}

// Trying and Tried are the beginning and the end of a try of within. What failed in a try that another follows is a
// sample, and no failure.
func (j *journey) Trying() { j.tries = append(j.tries, len(j.inTries)) }

// Tried records the steps of the outermost try.
func (j *journey) Tried(again bool) {
	from := j.tries[len(j.tries)-1]
	j.tries = j.tries[:len(j.tries)-1]
	if again {
		for i := range j.inTries[from:] {
			j.inTries[from+i].Failed = false
		}
	}
	if len(j.tries) > 0 {
		return
	}
	for _, s := range j.inTries {
		j.shard.step(s.names, j.way.apart, s.Measurement)
	}
	j.inTries = j.inTries[:0]
}

// Requested makes the steps as long as their requests.
func (j *journey) Requested(s session.Sample) {
	if s.Once || s.Undo || j.closing {
		return
	}
	apart := j.session.Apart()
	for i := range j.inside {
		in := &j.inside[i]
		if in.began.IsZero() {
			in.began, in.apart = s.Began, apart
		}
		in.ended, in.until = s.Began.Add(s.Duration), apart
	}
}

// observe records a request.
func (j *journey) observe(s session.Sample) {
	if s.Once || s.Undo || j.closing {
		return
	}
	m := Measurement{Took: s.Duration, Code: s.Code}
	switch {
	case s.Retried:
	case s.Err != "":
		m.Cause = clipped(j.run.plan.Secrets.Mask(s.Err))
	case s.Code >= http.StatusBadRequest:
		m.Cause = strings.TrimSpace(fmt.Sprintf("%d %s", s.Code, http.StatusText(s.Code))) // as vegeta says it
	}
	m.Failed = m.Cause != ""
	j.shard.request(s.Name+j.way.apart, m, newHit(s, m.Failed))
	if s.Phases != nil {
		j.shard.phases(s.Phases)
	}
}

// cause is what equal failures have in common: "file:line step – first line".
func (j *journey) cause(at int, f *session.Failure) string {
	line, _, _ := strings.Cut(f.Alike(), "\n")
	pos, what := j.way.Scenario.Pos, j.way.Scenario.Name // of the end, which belongs to no step
	if f.Step != nil {
		pos = f.Step.Pos
	}
	if at >= 0 {
		step := &j.way.Scenario.Steps[at]
		pos, what = step.Pos, strings.TrimSpace(step.Keyword+" "+step.Text)
	}
	line = fmt.Sprintf("%s:%d %s – %s", pos.File, pos.Line, what, line)
	return clipped(j.run.plan.Secrets.Mask(line))
}

// clipped bounds a text that servers can make long.
func clipped(s string) string {
	if len(s) <= 300 {
		return s
	}
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}
