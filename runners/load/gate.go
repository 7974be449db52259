package load

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/rate"
	"github.com/cucumber-value/hoops/runners"
)

// gate is what a load is judged by: its expectations, all of which must hold. Unless one of them reads errors,
// errors == 0 is implied: a journey that failed or was dropped is never passed over in silence.
type gate struct {
	expects []expectation
	stop    *expr.Program
	holds   time.Duration   // how long the stop condition must hold, second by second; 0: once, over the whole run
	steps   map[string]bool // texts and patterns that step(…) names
	known   *names
	browses bool // some of what is selected has pages
}

type expectation struct {
	program *expr.Program
	pos     diag.Pos
	implied bool
}

// Check is what is wrong with the gate for a plan: expressions that cannot be compiled, and names that no
// selected scenario has. Run refuses to start with any of it.
func (l *Runner) Check(plan runners.Plan) diag.List {
	_, found := l.gate(plan)
	return found
}

func (l *Runner) gate(plan runners.Plan) (*gate, diag.List) {
	g := &gate{steps: map[string]bool{}, known: namesOf(plan), browses: browses(plan)}
	var found diag.List
	for _, e := range l.Expect {
		if p := g.compile(e, &found); p != nil {
			g.expects = append(g.expects, expectation{program: p, pos: e.Pos})
		}
	}
	if err := g.imply(); err != nil {
		found = append(found, diag.Errorf(diag.Range{}, "load/internal", "%v", err))
	}
	if l.StopWhen != nil {
		stop := *l.StopWhen
		stop.Source, g.holds = rate.Hold(stop.Source)
		g.stop = g.compile(stop, &found)
	}
	found.Sort()
	return g, found
}

// imply adds errors == 0 unless an expectation reads errors.
func (g *gate) imply() error {
	if slices.ContainsFunc(g.expects, func(e expectation) bool { return readsErrors(e.program) }) {
		return nil
	}
	p, err := expr.CompileCondition("errors == 0", expr.GateScope())
	if err == nil {
		g.expects = append(g.expects, expectation{program: p, implied: true})
	}
	return err
}

func (g *gate) compile(e ir.Expression, found *diag.List) *expr.Program {
	p, err := expr.CompileCondition(e.Source, expr.GateScope())
	if err != nil {
		d := diag.Errorf(diag.At(e.Pos, len([]rune(e.Source))), "expr/invalid", "%v", err)
		var wrong *expr.Error
		if errors.As(err, &wrong) {
			d.Range, d.Help = within(e, wrong.Span), wrong.Help
		}
		*found = append(*found, d)
		return nil
	}
	if at, reads := expr.PageIn(p); reads && !g.browses {
		*found = append(*found, diag.Errorf(within(e, at), "load/page", "nothing that is selected runs in a browser, and no other driver has a page").
			WithHelp("say driver: browser in the stage, tag a scenario @driver:browser, or judge what requests take"))
	}
	for _, c := range p.Calls() {
		if !c.Literal {
			*found = append(*found, diag.Errorf(within(e, c.Span), "load/name", "%s(…) needs a name that is written out, in quotes", c.Name))
			continue
		}
		if c.Name == "step" {
			g.steps[c.Arg] = true
		}
		if d := g.known.missing(c, within(e, c.ArgSpan)); d != nil {
			*found = append(*found, *d)
		}
	}
	return p
}

// within is a span of an expression in its file; an expression of more lines is pointed at as a whole.
func within(e ir.Expression, s expr.Span) diag.Range {
	at := e.Pos
	if s.Line > 1 || at.Line == 0 {
		return diag.At(at, 1)
	}
	at.Col += max(0, s.Col-1)
	return diag.At(at, max(1, s.Len))
}

var errorsField = regexp.MustCompile(`\berrors\b`)

// readsErrors reports whether an expression says anything about errors, of journeys or of a part of them.
func readsErrors(p *expr.Program) bool { return errorsField.MatchString(p.Unnamed()) }

// names are those that step(…), request(…) and scenario(…) may have: of what the selected scenarios reach.
type names struct {
	steps     map[string]bool // and whether they send anything: a step is as long as its requests
	requests  map[string]bool
	scenarios map[string][]string // ids, by name and by id
	foreign   bool                // step functions in Go, scripts and pages name their samples themselves
}

func namesOf(plan runners.Plan) *names {
	n := &names{steps: map[string]bool{}, requests: map[string]bool{}, scenarios: map[string][]string{}}
	type body struct {
		definition    int
		driver, apart string
	}
	seen := map[body]bool{}
	sending := map[int]bool{} // by definition
	note := func(name string, sends bool) { n.steps[name] = n.steps[name] || sends }
	var walk func(steps []ir.Step, driver, apart string, row int) (measured bool)
	walk = func(steps []ir.Step, driver, apart string, row int) (measured bool) {
		for i := range steps {
			s := &steps[i]
			sends := false
			b := s.Binding(driver, row)
			if b == nil {
				note(s.Text+apart, false)
				continue
			}
			switch op := b.Op.(type) {
			case nil:
				if k := (body{b.Definition, driver, apart}); b.Definition > 0 && !seen[k] {
					seen[k] = true
					d := &plan.Program.Definitions[b.Definition-1]
					sending[b.Definition] = walk(d.Body, driver, apart, -1) || sending[b.Definition]
					note(d.Pattern+apart, sending[b.Definition])
				}
				sends = sending[b.Definition]
			case *ir.Within:
				sends = walk([]ir.Step{op.Step}, driver, apart, -1)
			case *ir.Request:
				n.requests[op.Name+apart], sends = true, true
			case *ir.Open:
				n.requests[op.Name+apart], n.requests[op.Name], sends = true, true, true // its vitals have the plain name
			case *ir.Call, *ir.Run, *ir.Act: // a click leads anywhere
				n.foreign, sends = true, true
			}
			note(s.Text+apart, sends)
			measured = measured || sends
		}
		return measured
	}
	for _, s := range plan.Selected {
		apart := apart(plan, s)
		for _, name := range []string{s.Scenario.Name + apart, s.Scenario.ID + apart} {
			if !slices.Contains(n.scenarios[name], s.Scenario.ID+apart) {
				n.scenarios[name] = append(n.scenarios[name], s.Scenario.ID+apart)
			}
		}
		walk(s.Scenario.Steps, plan.DriverOf(s), apart, s.Row)
	}
	return n
}

var redirected = regexp.MustCompile(` \(redirect \d+\)$`) // as the http driver names the samples of further hops

func (n *names) missing(c expr.Call, at diag.Range) *diag.Diagnostic {
	var known []string
	switch c.Name {
	case "step":
		known = slices.Sorted(maps.Keys(n.steps))
		if sends, there := n.steps[c.Arg]; there && !sends {
			d := diag.Errorf(at, "load/name", "the step %q sends no request, and is never measured", c.Arg).
				WithHelp("name the step that opens, sends or acts; how long a page takes is page.lcp and its kin")
			return &d
		}
	case "request":
		if n.foreign || n.requests[redirected.ReplaceAllString(c.Arg, "")] {
			return nil
		}
		known = slices.Sorted(maps.Keys(n.requests))
	case "scenario":
		known = slices.Sorted(maps.Keys(n.scenarios))
	default:
		return nil
	}
	if slices.Contains(known, c.Arg) {
		return nil
	}
	d := diag.Errorf(at, "load/name", "no selected scenario has the %s %q", c.Name, c.Arg)
	if c.Name == "scenario" {
		d.Message = fmt.Sprintf("no scenario %q is selected", c.Arg)
	}
	switch near := diag.Closest(c.Arg, known); {
	case near != "":
		d = d.WithHelp("did you mean %q?", near)
	case len(known) > 0 && len(known) <= 20:
		d = d.WithHelp("there is %s", strings.Join(known, ", "))
	}
	return &d
}

// judge answers the expressions of a gate from what was measured.
type judge struct {
	all       *Recorder
	scenarios map[string][]string // ids, by name and by id
	window    time.Duration       // in which arrivals came
	asked     int64
	started   int64
	closed    bool
	samples   int64    // the fewest that the expression looked at; -1 before it did
	vitals    []string // that the expression reads of request(…)

	late      *tally // how late hoops itself was, nil when it was on time
	unstarted int64  // arrivals that it never started
	excused   bool   // what it did late is taken off: what is left is the software's
}

var _ expr.Env = (*judge)(nil)

// Value of a name in a gate.
func (j *judge) Value(name string) any {
	switch name {
	case "journeys":
		return j.object("journeys.", "journey", j.all.of(Key{Of: OfJourneys}))
	case "requests":
		return j.object("requests.", "request", j.all.of(Key{Of: OfRequests}))
	case "errors":
		return j.object("", "journey", j.all.of(Key{Of: OfJourneys}))["errors"]
	case "page":
		return j.page("", "", expr.Vitals())
	case "achieved":
		switch {
		case j.closed:
			return expr.Missing{What: name, Why: "a closed model asks for no rate"}
		case j.asked == 0:
			return expr.Missing{What: name, Why: "nothing arrived"}
		}
		j.look(j.asked)
		if j.excused {
			return float64(j.started+j.unstarted) / float64(j.asked)
		}
		return float64(j.started) / float64(j.asked)
	}
	return j.object("", "request", j.all.of(Key{Of: OfRequests}))[name]
}

// Call of step, request or scenario.
func (j *judge) Call(name string, args []any) (any, error) {
	arg := expr.Text(args[0])
	what := fmt.Sprintf("%s(%q).", name, arg)
	switch name {
	case "step":
		return j.object(what, "run of it", j.all.of(Key{OfStep, arg})), nil
	case "request":
		before := j.samples
		o := j.object(what, "such request", j.all.of(Key{OfRequest, arg}))
		if len(j.vitals) > 0 { // they are of its pages
			j.samples = before
		}
		o["page"] = j.page(what, arg, j.vitals)
		return o, nil
	case "scenario":
		sum := &tally{}
		for _, id := range j.scenarios[arg] {
			sum.merge(j.all.of(Key{OfScenario, id}))
		}
		return j.object(what, "journey of it", sum), nil
	}
	return nil, fmt.Errorf("unknown function %q", name)
}

// object is a tally as expressions read it. Of what was never measured nothing is known, not even a count.
func (j *judge) object(prefix, unit string, t *tally) map[string]any {
	arrived, dropped := t.count+t.dropped, t.dropped
	j.look(arrived)
	late := &tally{}
	if j.excused {
		late, dropped = j.late, max(0, dropped-j.unstarted)
	}
	o := map[string]any{"count": t.count, "mean": max(0, t.mean()-late.mean()), "max": max(0, t.max-late.max)}
	for _, q := range quantiles {
		o[q.name] = max(0, t.quantile(q.q)-late.quantile(q.q))
	}
	o["errors"] = float64(t.failed+dropped) / math.Max(1, float64(arrived))
	o["rate"] = float64(t.count) / math.Max(1e-9, j.window.Seconds())
	for name := range o {
		if arrived == 0 || t.count == 0 && name != "errors" && name != "count" {
			o[name] = expr.Missing{What: prefix + name, Why: "no " + unit + " was measured"}
		}
	}
	return o
}

func (j *judge) look(samples int64) {
	if j.samples < 0 || samples < j.samples {
		j.samples = samples
	}
}

// test evaluates one expectation. What cannot be decided has not passed.
func (j *judge) test(e expectation) runners.Expectation {
	j.samples, j.vitals = -1, vitalsRead(e.program)
	result := e.program.Test(j)
	out := runners.Expectation{Source: e.program.Source(), Implied: e.implied, Pos: e.pos, Samples: max(0, j.samples)}
	switch {
	case result.Holds:
		out.Outcome = runners.GatePassed
	case result.Err != nil:
		out.Outcome, out.Got = runners.GateUndecided, result.Explanation
	default:
		out.Outcome, out.Got = runners.GateFailed, result.Explanation
		if e.implied {
			t := j.all.of(Key{Of: OfJourneys})
			out.Got += fmt.Sprintf(" (%s failed and %s dropped of %s journeys)", thousands(t.failed), thousands(t.dropped), thousands(t.count+t.dropped))
		} else if samples := thousands(out.Samples); samples == "1" {
			out.Got += " (1 sample)"
		} else {
			out.Got += " (" + samples + " samples)"
		}
		if j.late != nil && j.holdsWithout(e) {
			out.Outcome = runners.GateUndecided
			out.Got = fmt.Sprintf("%s would hold but for hoops itself, which was late by p99 %s: %s", out.Source, j.late.quantile(.99).Round(time.Microsecond), out.Got)
		}
	}
	return out
}

// holdsWithout reports whether an expectation would hold had hoops itself been on time: the software is not blamed
// for what the generator did.
func (j *judge) holdsWithout(e expectation) bool {
	j.excused = true
	defer func() { j.excused = false }()
	return e.program.Test(j).Holds
}

// outcome of all expectations, and why it is no better.
func outcome(list []runners.Expectation) (runners.Outcome, string) {
	for _, worst := range []runners.Outcome{runners.GateFailed, runners.GateUndecided} {
		for _, e := range list {
			if e.Outcome == worst {
				return worst, e.Got
			}
		}
	}
	if len(list) == 0 {
		return runners.GateUndecided, "nothing was expected"
	}
	return runners.GatePassed, ""
}
