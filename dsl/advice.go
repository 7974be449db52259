package dsl

import (
	"sort"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// Advice says what is written and does nothing: definitions that no scenario reaches, those that are the same but
// for the names of their parameters, values that are kept and never read, and parameters that are written as text. None of it changes a run, so it is
// said by who checks a project, and not by each run. There is none where something is wrong.
func (r *Result) Advice() diag.List {
	if r.advice == nil {
		return nil
	}
	a := *r.advice
	disputed := a.disputed()
	for i := range a.unused {
		d := &a.unused[i]
		if disputed[d.Pos] {
			continue
		}
		a.say(diag.Warnf(patternOf(d), "steps/unused", "no scenario uses this definition").
			WithHelp("remove it, or write a step that it matches"))
	}
	a.sameWords()
	a.keptForNothing()
	a.plainNames()
	a.doubledKeys()
	a.belowPath()
	a.someEnvironments()
	a.said.Sort()
	return a.said
}

// advice is what it takes to say it when somebody asks.
type advice struct {
	program *ir.Program
	library *steps.Library
	linked  []*steps.Definition
	names   *steps.Names // of scenarios
	unused  []ir.Definition
	calls   map[int][]int // of bodies, by numbers in the library
	source  diag.Source
	said    diag.List
}

func (a *advice) say(d diag.Diagnostic) { a.said = append(a.said, d) }

func patternOf(d *ir.Definition) diag.Range {
	return diag.At(d.Pos, utf8.RuneCountInString(d.Pattern))
}

// disputed are the definitions that an ambiguous step may mean, and what these call: nobody knows yet that they are
// of no use.
func (a *advice) disputed() map[diag.Pos]bool {
	found := map[diag.Pos]bool{}
	var take func(number int)
	take = func(number int) {
		if number == 0 || found[a.library.Definitions[number-1].Pos] {
			return
		}
		found[a.library.Definitions[number-1].Pos] = true
		for _, called := range a.calls[number] {
			take(called)
		}
	}
	see := func(list []ir.Step, around steps.Context) {
		for i := range list {
			for _, o := range list[i].Obstacles {
				if o.Status != "ambiguous" {
					continue
				}
				for _, d := range a.library.Definitions {
					if (d.Driver == o.Driver || d.Driver == "") && a.library.MayCall(list[i].Text, around, d) {
						take(d.Index())
					}
				}
			}
		}
	}
	for i := range a.program.Definitions {
		see(a.program.Definitions[i].Body, steps.Context{})
	}
	for i := range a.program.Features {
		for j := range a.program.Features[i].Scenarios {
			s := &a.program.Features[i].Scenarios[j]
			around := steps.Context{Columns: s.Columns}
			for _, r := range s.Rows {
				var cells []steps.Cell
				for _, text := range r.Cells {
					cells = append(cells, steps.Cell{Text: text})
				}
				around.Rows = append(around.Rows, cells)
			}
			see(s.Steps, around)
		}
	}
	return found
}

// sameWords finds definitions of one driver whose patterns differ in the names of parameters alone: every step that
// one of them matches is ambiguous.
func (a *advice) sameWords() {
	type key struct {
		words, driver string
		undo          bool
	}
	first := map[key]*steps.Definition{}
	for _, d := range a.library.Definitions {
		k := key{d.Words(), d.Driver, d.IsUndo}
		other := first[k]
		if other == nil {
			first[k] = d
			continue
		}
		a.say(diag.Warnf(patternOf(&d.Definition), "steps/same", "another definition has the same words, and other names of parameters").
			WithNote(patternOf(&other.Definition), "the other").
			WithHelp("each step that one of them matches is ambiguous: remove one, or give them different words"))
	}
}

// keptForNothing finds values that are kept and that nothing reads. A secret may be kept only to be masked.
func (a *advice) keptForNothing() {
	read := map[string]bool{}
	kept := map[string]diag.Range{}
	see := func(list []ir.Step, names *steps.Names) {
		for i := range list {
			for _, source := range ir.Expressions(&list[i]) {
				p, wrong := names.Program(source)
				if wrong != nil {
					continue
				}
				for _, n := range p.Names() {
					if !names.IsParameter(n) {
						read[n] = true
					}
				}
			}
			ir.WalkStep(&list[i], func(s *ir.Step) {
				for _, b := range s.Bindings {
					if k, ok := b.Op.(*ir.Keep); ok && !k.Secret {
						if _, known := kept[k.Name]; !known {
							kept[k.Name] = s.Range()
						}
					}
				}
			})
		}
	}
	for i, d := range a.linked {
		see(a.program.Definitions[i].Body, d.Names)
	}
	for i := range a.program.Features {
		for j := range a.program.Features[i].Scenarios {
			see(a.program.Features[i].Scenarios[j].Steps, a.names)
		}
	}
	var names []string
	for n := range kept {
		if !read[n] {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	for _, n := range names {
		a.say(diag.Warnf(kept[n], "steps/kept-unread", "%s is kept, and nothing reads it", n).
			WithHelp("remove this step, or read it: ${%s}", n))
	}
}
