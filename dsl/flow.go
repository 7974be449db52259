package dsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// flow follows kept values through every scenario on every driver: a name that is read before anything can
// have kept it is an error, and says what would keep it.
func (c *compiler) flow() {
	f := &flow{compiler: c, bodies: map[flowKey]*summary{}, keepers: map[string][]string{}}
	for i := range c.program.Definitions {
		d := &c.program.Definitions[i]
		for j := range d.Body {
			ir.WalkStep(&d.Body[j], func(s *ir.Step) {
				for _, b := range s.Bindings {
					if k, ok := b.Op.(*ir.Keep); ok {
						where := fmt.Sprintf("%s (%s:%d)", d.Pattern, d.Pos.File, d.Pos.Line)
						if !slices.Contains(f.keepers[k.Name], where) {
							f.keepers[k.Name] = append(f.keepers[k.Name], where)
						}
					}
				}
			})
		}
	}
	for i := range c.program.Features {
		for j := range c.program.Features[i].Scenarios {
			s := &c.program.Features[i].Scenarios[j]
			for _, driver := range c.drivers {
				f.scenario(s, driver)
			}
		}
	}
}

type flow struct {
	*compiler
	bodies  map[flowKey]*summary
	keepers map[string][]string // definitions that keep a name
}

type flowKey struct {
	definition int
	driver     string
}

// summary is what a body reads from outside and what it leaves kept.
type summary struct {
	needs []need
	keeps []string
}

// need is a name that is read, and where.
type need struct {
	name string
	at   diag.Range
}

func (f *flow) scenario(s *ir.Scenario, driver string) {
	if o, _ := f.program.Blocked(s.Steps, driver, -1); o != nil && len(s.Rows) == 0 {
		return // it does not run there
	}
	sum := f.walk(s.Steps, driver, f.scenarioNames(), func(step *ir.Step, n need, known []string) {
		d := diag.Errorf(n.at, "steps/not-kept", "%s is read before anything can have kept it", n.name)
		if n.at.Pos.File != step.Pos.File || n.at.Pos.Line != step.Pos.Line {
			d = d.WithNote(diag.At(step.Pos, len([]rune(step.Text))), "in %q, for %s", s.Name, step.Text)
		}
		for _, k := range f.keepers[n.name] {
			d = d.WithHelp("it is kept by: %s", k)
		}
		if len(f.keepers[n.name]) == 0 {
			d = d.WithHelp("keep it in an earlier step: I keep %s = …", n.name)
		}
		f.add(d)
	})
	_ = sum
}

// walk follows steps in order; missing is called for each name that a step needs and none before it kept.
func (f *flow) walk(list []ir.Step, driver string, names *steps.Names, missing func(*ir.Step, need, []string)) *summary {
	sum := &summary{}
	for i := range list {
		step := &list[i]
		for _, b := range step.Bindings {
			if b.Driver != driver {
				continue
			}
			inner := f.binding(step, &b, driver, names)
			for _, n := range inner.needs {
				if slices.Contains(sum.keeps, n.name) {
					continue
				}
				sum.needs = append(sum.needs, n)
				if missing != nil {
					missing(step, n, sum.keeps)
				}
			}
			for _, k := range inner.keeps {
				if !slices.Contains(sum.keeps, k) {
					sum.keeps = append(sum.keeps, k)
				}
			}
		}
	}
	return sum
}

func (f *flow) binding(step *ir.Step, b *ir.Binding, driver string, names *steps.Names) *summary {
	own := *step
	own.Bindings = []ir.Binding{*b}
	sum := &summary{needs: f.reads(&own, names)}
	switch op := b.Op.(type) {
	case nil:
		body := f.body(b.Definition, driver)
		sum.needs = append(sum.needs, body.needs...)
		sum.keeps = body.keeps
	case *ir.Keep:
		sum.keeps = []string{op.Name}
	case *ir.Within:
		if inner := op.Step.Binding(driver, -1); inner != nil {
			more := f.binding(&op.Step, inner, driver, names)
			sum.needs, sum.keeps = append(sum.needs, more.needs...), more.keeps
		}
	}
	return sum
}

func (f *flow) body(definition int, driver string) *summary {
	key := flowKey{definition, driver}
	if s := f.bodies[key]; s != nil {
		return s
	}
	d := &f.program.Definitions[definition-1]
	var names *steps.Names
	for _, known := range f.library.Definitions {
		if known.Pos == d.Pos {
			names = known.Names
		}
	}
	s := f.walk(d.Body, driver, names, nil)
	f.bodies[key] = s
	return s
}

// reads are the kept names that a step's own expressions read.
func (f *flow) reads(step *ir.Step, names *steps.Names) []need {
	var needs []need
	see := func(source string, pos diag.Pos) {
		p, wrong := names.Program(source)
		if wrong != nil {
			return
		}
		for _, r := range p.Reads() {
			if slices.Contains(f.kept, r.Name) && !names.IsParameter(r.Name) {
				at := pos
				if r.Line <= 1 {
					at.Col += r.Col - 1
				}
				needs = append(needs, need{r.Name, diag.At(at, r.Len)})
			}
		}
	}
	ir.Templates(step, func(t ir.Template, _ string) {
		for _, p := range t {
			if p.Expr != "" {
				see(p.Expr, p.Pos)
			}
		}
	})
	for _, b := range step.Bindings {
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
	}
	return needs
}

// drivers of a scenario are those it runs on as a whole, its rows included.
func (c *compiler) driversOf(s *ir.Scenario) []string {
	var list []string
	for _, d := range c.drivers {
		if o, _ := c.program.Blocked(s.Steps, d, -1); o == nil {
			list = append(list, d)
		}
	}
	return list
}

func pinned(tags []ir.Tag) string {
	for _, t := range tags {
		if name, ok := strings.CutPrefix(t.Name, "@driver:"); ok {
			return name
		}
	}
	return ""
}
