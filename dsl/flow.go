package dsl

import (
	"slices"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// flow follows kept values through every scenario on every driver that it runs on: a name that is read before
// anything can have kept it is an error, and says what would keep it. So is one that a compensation reads: it runs
// with what was kept right after its step.
func (c *compiler) flow() {
	f := &flow{compiler: c, bodies: map[flowKey]*summary{}, clear: map[ir.Called]bool{}}
	for i := range c.program.Features {
		if !c.units[i].followed {
			f.feature(&c.program.Features[i], c.units[i])
		}
	}
	c.keptTwice()
}

func (f *flow) feature(feature *ir.Feature, u *unit) {
	f.unit = u
	u.followed = true
	for i := range feature.Scenarios {
		s := &feature.Scenarios[i]
		if u.ops {
			f.readOnly(s.Steps, f.scenarioNames())
		}
		for _, driver := range driversOf(s) {
			for _, row := range rowsToFollow(s) {
				f.scenario(s, driver, row)
			}
		}
	}
}

// driversOf are the drivers that a scenario's first step is bound on: it runs on no other.
func driversOf(s *ir.Scenario) []string {
	var drivers []string
	if len(s.Steps) > 0 {
		for _, b := range s.Steps[0].Bindings {
			if !slices.Contains(drivers, b.Driver) {
				drivers = append(drivers, b.Driver)
			}
		}
	}
	return drivers
}

// rowsToFollow is -1 for all rows alike, or each row when they are bound one by one.
func rowsToFollow(s *ir.Scenario) []int {
	alike := true
	for i := range s.Steps {
		for _, b := range s.Steps[i].Bindings {
			alike = alike && len(b.Rows) == 0
		}
		for _, o := range s.Steps[i].Obstacles {
			alike = alike && len(o.Rows) == 0
		}
	}
	if alike {
		return []int{-1}
	}
	rows := make([]int, len(s.Rows))
	for i := range rows {
		rows[i] = i
	}
	return rows
}

type flow struct {
	*compiler
	bodies map[flowKey]*summary
	clear  map[ir.Called]bool // calls that run
	unit   *unit              // that is followed
	sum    summary            // of the scenario that is followed
}

// flowKey is a body on a driver, by itself or in a compensation.
type flowKey struct {
	ir.Called
	undoing bool
}

// summary is what a body reads from outside and what it leaves kept.
type summary struct {
	needs []need
	keeps []keep
}

// need is a kept name, or a column of the row, that is read, and where.
type need struct {
	name   string // "row" for a column
	column string // "" when it is computed
	at     diag.Range
	undo   int // the compensation that reads it, 0 for none
}

// keep is a name that is kept, and the definition that does it: 0 for a step of a scenario.
type keep struct {
	name string
	by   int
	on   bool // it goes on with what was kept before: I keep total = total + 1
}

func (s *summary) has(name string) bool {
	return slices.ContainsFunc(s.keeps, func(k keep) bool { return k.name == name })
}

func (f *flow) scenario(s *ir.Scenario, driver string, row int) {
	if o, _ := f.program.Blocked(s.Steps, driver, row, f.clear); o != nil {
		return // it does not run there
	}
	sum := &f.sum // of what is kept; nobody reads from outside of a scenario
	sum.keeps = sum.keeps[:0]
	for i := range s.Steps {
		step := &s.Steps[i]
		inner := f.binding(step, step.Binding(driver, row), 0, false, f.scenarioNames())
		for _, n := range inner.needs {
			switch {
			case n.name == "row":
				f.noColumn(s, step, n)
			case !sum.has(n.name):
				f.notKept(s, i, driver, row, n)
			}
		}
		for _, k := range inner.keeps {
			f.twice(s, step, sum.keeps, k)
		}
		sum.keep(inner.keeps)
	}
}

// noColumn refuses to read a column that a scenario does not have.
func (f *flow) noColumn(s *ir.Scenario, step *ir.Step, n need) {
	if slices.Contains(s.Columns, n.column) || n.column == "" && len(s.Columns) > 0 {
		return
	}
	d := diag.Errorf(n.at, "steps/no-column", "%q has no column %q", s.Name, n.column)
	if len(s.Columns) == 0 {
		d = diag.Errorf(n.at, "steps/no-column", "%q has no examples, so there is no row to read", s.Name)
	}
	if near := diag.Closest(n.column, s.Columns); near != "" {
		d = d.WithHelp("did you mean row.%s?", near)
	}
	f.add(n.explained(d, s, step))
}

// explained adds the step of the scenario that leads to what is read.
func (n need) explained(d diag.Diagnostic, s *ir.Scenario, step *ir.Step) diag.Diagnostic {
	if n.at.File == step.Pos.File && n.at.Line == step.Pos.Line {
		return d
	}
	return d.WithNote(step.Range(), "in %q, for %s", s.Name, step.Text)
}

// twice warns of a name that two definitions of one scenario keep: the later one wins, wherever it is read.
func (f *flow) twice(s *ir.Scenario, step *ir.Step, before []keep, k keep) {
	for _, b := range before {
		if b.name != k.name || b.by == k.by || b.by == 0 || k.by == 0 || k.on || f.unit.told([2]keep{b, k}) {
			continue
		}
		first, second := &f.program.Definitions[b.by-1], &f.program.Definitions[k.by-1]
		d := diag.Warnf(diag.At(second.Pos, len([]rune(second.Pattern))), "steps/kept-twice", "%s is kept by this definition and by another of one scenario", k.name).
			WithNote(diag.At(first.Pos, 1), "the other: %s", first.Pattern).
			WithNote(diag.At(step.Pos, 1), "in %q, for %s", s.Name, step.Text).
			WithHelp("keep it under two names if these are two things")
		f.unit.twice = append(f.unit.twice, keptTwice{[2]keep{b, k}, d})
	}
}

// keptTwice says, of two definitions that keep one name, how the first scenario of each pair comes to both.
func (c *compiler) keptTwice() {
	told := map[[2]keep]bool{}
	for _, u := range c.units {
		for _, t := range u.twice {
			if !told[t.pair] {
				told[t.pair] = true
				c.add(t.said)
			}
		}
	}
}

// add takes in what comes behind: reads that nothing before has kept, and what is kept from then on.
func (s *summary) add(next *summary) {
	for _, n := range next.needs {
		if !s.has(n.name) {
			s.needs = append(s.needs, n)
		}
	}
	s.keep(next.keeps)
}

func (s *summary) keep(next []keep) {
	for _, k := range next {
		if !slices.Contains(s.keeps, k) {
			s.keeps = append(s.keeps, k)
		}
	}
}

// binding is what one step does on a driver, in the body of a definition (0 for a scenario). What it reads itself,
// its arguments among that, comes before what it calls.
func (f *flow) binding(step *ir.Step, b *ir.Binding, by int, undoing bool, names *steps.Names) *summary {
	needs := f.reads(step, b, names)
	if b.Op == nil && len(needs) == 0 {
		return f.body(b.Definition, b.Driver, undoing)
	}
	sum := &summary{needs: needs}
	switch op := b.Op.(type) {
	case nil:
		sum.add(f.body(b.Definition, b.Driver, undoing))
	case *ir.Keep:
		on := slices.ContainsFunc(sum.needs, func(n need) bool { return n.name == op.Name })
		sum.keeps = []keep{{op.Name, by, on}}
	case *ir.Within:
		sum.add(f.binding(&op.Step, op.Step.Binding(b.Driver, -1), by, undoing, names))
	}
	return sum
}

// body is what a definition does on a driver, with its compensation, which needs what is kept when it ends. What is done
// to undo something is not undone itself, so a compensation may call what it compensates.
func (f *flow) body(definition int, driver string, undoing bool) *summary {
	key := flowKey{ir.Called{Definition: definition, Driver: driver}, undoing}
	if s := f.bodies[key]; s != nil {
		return s
	}
	s, d := &summary{}, &f.program.Definitions[definition-1]
	for i := range d.Body {
		if b := d.Body[i].Binding(driver, -1); b != nil {
			s.add(f.binding(&d.Body[i], b, definition, undoing, f.linked[definition-1].Names))
		}
	}
	if d.Undo > 0 && !undoing {
		undo := &summary{needs: slices.Clone(f.body(d.Undo, driver, true).needs)}
		for i := range undo.needs {
			undo.needs[i].undo = d.Undo
		}
		s.add(undo)
	}
	if d.Once {
		f.alone(d, s)
	}
	f.bodies[key] = s
	return s
}

// reads are the kept names that a step's own expressions read on one driver.
func (f *flow) reads(step *ir.Step, b *ir.Binding, names *steps.Names) []need {
	var needs []need
	see := func(source string, pos diag.Pos) {
		p, wrong := names.Program(source)
		if wrong != nil {
			return
		}
		for _, r := range p.Reads() {
			_, kept := slices.BinarySearch(f.kept, r.Name) // they are sorted
			if !kept && r.Name != "row" || names.IsParameter(r.Name) {
				continue
			}
			at := pos
			if r.Line <= 1 {
				at.Col += r.Col - 1
			}
			needs = append(needs, need{name: r.Name, column: r.Field, at: diag.At(at, r.Len)})
		}
	}
	template := func(t ir.Template, _ string) {
		for i := range t {
			if t[i].Expr != "" {
				see(t[i].Expr, t[i].Pos)
			}
		}
	}
	ir.TemplatesBelow(step, template)
	b.Templates(template)
	switch op := b.Op.(type) {
	case *ir.Expect:
		if op.Check == ir.CheckTrue {
			see(op.Expr, op.Pos)
		}
		if op.Check == ir.CheckFields {
			for _, field := range op.Fields {
				see(field.Name, field.Pos)
			}
		}
	case *ir.Keep:
		see(op.Expr, op.Pos)
	}
	return needs
}
