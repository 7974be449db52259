package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners"
	"github.com/cucumber-value/hoops/runners/secret"
)

// Session is one execution of one scenario or row: what was kept, who acts, the last answers. It is used by
// one goroutine at a time.
type Session struct {
	host    *Host
	script  *Script
	row     int
	attempt int
	observe func(Sample)
	onLeft  func(Page)

	step    int // 1-based, of the scenario
	kept    map[string]any
	rowMap  map[string]any
	headers []Header // of "every request has headers:"
	answer  Answer   // of the last request
	command Answer   // of the last command
	page    Answer
	onPage  bool // the page said something last
	rng     *rand.Rand
	actor   string
	states  []actorState
	writes  int // requests and acts that write, sent so far
	inOnce  bool
	undoing bool
	undos   []compensation
	root    Frame
	secrets *secret.Scope // masked until some time after the session's end
	watcher Watcher
	attach  func(runners.Attachment)
	shots   int // attachments so far
	apart   time.Duration
	tries   []int    // of within that the session is in, outermost first: where in held their samples begin
	held    []Sample // of those tries
}

// Watcher follows a session down into the bodies of its definitions: every step in them, and the one of a
// within with all its tries, is entered and left, in the session's goroutine. The steps of the scenario itself
// are known to who calls Step; those of @once and undo belong to no scenario and are not told. A step that
// panics is entered and never left.
//
// Requested tells every sample at once, while those of a within are observed when it is known what became of
// their try. Trying is the beginning of a try; Tried its end, when another follows (again) or none.
type Watcher interface {
	Entered(step *ir.Step)
	Left(step *ir.Step, err error)
	Requested(Sample)
	Trying()
	Tried(again bool)
}

// Header of "every request has headers:", of the person who acted when it was said.
type Header struct{ Name, Value, actor string }

type actorState struct {
	driver Driver
	actor  string
	state  State
}

// Open begins a session of a script for a row (-1 for none). Every request that it sends is observed as a
// sample, in the session's goroutine. Attempts above 1 get random numbers of their own.
func (h *Host) Open(script *Script, row, attempt int, observe func(Sample)) *Session {
	s := &Session{host: h, script: script, row: row, attempt: attempt, observe: observe}
	s.root.session = s
	return s
}

// Steps is the number of steps.
func (s *Session) Steps() int { return len(s.script.steps) }

// Watch tells w about every step inside the scenario's steps from now on.
func (s *Session) Watch(w Watcher) { s.watcher = w }

// Apart is the time so far that belongs to no latency: think time, and @once bodies, waiting for them included.
func (s *Session) Apart() time.Duration { return s.apart }

// Host is what the session shares with the others of its run.
func (s *Session) Host() *Host { return s.host }

// Step executes step i (0-based). The error of software that is not as expected is a *Failure.
func (s *Session) Step(ctx context.Context, i int) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("hoops failed in this step: %v", r)
		}
	}()
	s.step = i + 1
	for _, alternative := range s.script.steps[i] {
		if len(alternative.rows) == 0 || slices.Contains(alternative.rows, s.row) {
			err := alternative.run(ctx, &s.root)
			if failure, ok := err.(*Failure); ok && ctx.Err() == nil {
				s.witness(ctx, failure)
			}
			return err
		}
	}
	return Failf("steps/undefined", "undefined step for driver %s", s.script.Driver)
}

// Close runs the compensations that are due, in reverse order, and lets go of cookies, connections and pages.
// What could not be undone is returned.
func (s *Session) Close(ctx context.Context) []*Failure {
	left := s.undo(ctx)
	for _, a := range s.states {
		a.state.Close()
	}
	s.states = nil
	if s.secrets != nil {
		s.secrets.Release()
	}
	return left
}

// Keep gives a value a name for the rest of the session.
func (s *Session) Keep(name string, v any, secret bool) error {
	if secret {
		text := expr.Text(v)
		if s.secrets == nil {
			s.secrets = s.host.Secrets.Scope()
		}
		if err := s.secrets.Add(text); err != nil {
			return Failf("keep/secret", "%s cannot be kept secret: %v", name, err)
		}
	}
	if s.kept == nil {
		s.kept = map[string]any{}
	}
	s.kept[name] = v
	return nil
}

// Kept is a copy of what the session kept, for a person at a pause.
func (s *Session) Kept() map[string]any { return maps.Clone(s.kept) }

// Headers are those of "every request has headers:" of the acting person, in order.
func (s *Session) Headers() []Header {
	others := func(h Header) bool { return h.actor != s.actor }
	if !slices.ContainsFunc(s.headers, others) {
		return s.headers
	}
	return slices.DeleteFunc(slices.Clone(s.headers), others)
}

func (s *Session) setHeader(name, value string) {
	for i := range s.headers {
		if strings.EqualFold(s.headers[i].Name, name) && s.headers[i].actor == s.actor {
			s.headers[i].Value = value
			return
		}
	}
	s.headers = append(s.headers, Header{name, value, s.actor})
}

// State is what the acting person has with a driver, made when it is first needed.
func (s *Session) State(d Driver) State { return s.stateOf(d, s.actor) }

func (s *Session) stateOf(d Driver, actor string) State {
	for i := range s.states {
		if s.states[i].driver == d && s.states[i].actor == actor {
			return s.states[i].state
		}
	}
	state := d.NewState(s)
	s.states = append(s.states, actorState{d, actor, state})
	return state
}

// Wrote notes that a request, act or command that may change something is about to be sent: its undo is due
// from here on.
func (s *Session) Wrote() { s.writes++ }

// Answered is what the last request said.
func (s *Session) Answered(a Answer) { s.answer, s.onPage = a, false }

// Commanded is what the last command said.
func (s *Session) Commanded(a Answer) { s.command = a }

// OnPage is what the page says now.
func (s *Session) OnPage(a Answer) { s.page, s.onPage = a, true }

// InOnce reports whether this is the session of a @once body, which stays open to the end of the run.
func (s *Session) InOnce() bool { return s.inOnce }

// Sampled passes a measured request on.
func (s *Session) Sampled(sample Sample) {
	sample.Step, sample.Once, sample.Undo = s.step, s.inOnce, s.undoing
	if s.watcher != nil {
		s.watcher.Requested(sample)
	}
	if len(s.tries) > 0 {
		s.held = append(s.held, sample)
		return
	}
	s.tell(sample)
}

func (s *Session) tell(sample Sample) {
	if s.observe != nil {
		s.observe(sample)
	}
}

// OnLeft tells left about every page that is left from now on, those that are there when the session ends included.
// Pages of compensations and of @once bodies are nobody's.
func (s *Session) OnLeft(left func(Page)) { s.onLeft = left }

// Loaded is for a page that a navigation of this name has shown. When it is left, the function that it returns is
// called with what was measured of it; nil when nobody wants to know.
func (s *Session) Loaded(name string) (left func(runners.Vitals)) {
	if s.onLeft == nil || s.undoing || s.inOnce {
		return nil
	}
	step := s.step
	return func(v runners.Vitals) {
		if v != (runners.Vitals{}) {
			s.onLeft(Page{name, step, v})
		}
	}
}

func (f *Frame) watched(ctx context.Context, step *ir.Step, run Action) error {
	s := f.session
	if s.watcher == nil || s.undoing {
		return run(ctx, f)
	}
	s.watcher.Entered(step)
	err := run(ctx, f)
	s.watcher.Left(step, err)
	return err
}

// setApart leaves the time since began out of the session's latency.
func (s *Session) setApart(began time.Time) { s.apart += s.host.Now().Sub(began) }

// describe is what the software last said, for a failure.
func (s *Session) describe() []string {
	said := []Answer{s.answer, s.command}
	if s.onPage {
		said = []Answer{s.page}
	}
	for _, a := range said {
		if a != nil {
			return strings.Split(strings.TrimRight(a.Describe(), "\n"), "\n")
		}
	}
	return nil
}

func (s *Session) response() any {
	if s.answer == nil {
		return expr.Missing{What: "response", Why: "no request has been sent yet"}
	}
	fields := map[string]any{}
	for _, name := range []string{"status", "duration", "body", "text", "url"} {
		fields[name] = s.answer.Value(name)
	}
	return fields
}

func (s *Session) rowValue() any {
	if s.row < 0 {
		return expr.Missing{What: "row", Why: "the scenario has no examples"}
	}
	if s.rowMap == nil {
		s.rowMap = map[string]any{}
		for i, column := range s.script.Scenario.Columns {
			s.rowMap[column] = cell(s.script.Scenario.Rows[s.row].Cells[i])
		}
	}
	return s.rowMap
}

// cell is the value of an example: a JSON number, true, false or null as such, so that <n> in an expression or
// bare in JSON is what Cucumber's substitution would make of it, and everything else verbatim text. Numbers
// keep their digits, so that in text a cell always reads as it was written.
func cell(text string) any {
	v := scalar(text)
	if _, quoted := v.(string); quoted || expr.Text(v) != text {
		return text
	}
	return v
}

// random is the session's own source, repeatable by the run's seed and the scenario, whatever else runs.
func (s *Session) random() *rand.Rand {
	if s.rng == nil {
		a, b := s.host.seed, uint64(0)
		if s.script != nil {
			a, b = s.host.seedOf(s.script, s.row, s.attempt)
		}
		s.rng = rand.New(rand.NewPCG(a, b))
	}
	return s.rng
}

// interrupted reports whether err is the end of ctx and not a failure of the software.
func interrupted(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx)))
}
