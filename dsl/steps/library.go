package steps

import (
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// Library holds the step definitions of a project beside the vocabulary, and binds steps to them.
type Library struct {
	types       *Types
	Definitions []*Definition
	byDriver    map[string]*index[*Definition] // "" is neutral
	vocabulary  map[string]*index[*entry]      // "" is for every driver
	entries     []*entry
	known       map[definitionKey]*Definition
	near        map[string]*candidates // by driver
}

// NewLibrary is the vocabulary alone.
func NewLibrary(types *Types) *Library {
	l := &Library{
		types: types, byDriver: map[string]*index[*Definition]{}, vocabulary: map[string]*index[*entry]{},
		known: map[definitionKey]*Definition{}, near: map[string]*candidates{},
	}
	for i, e := range vocabulary() {
		driver := e.driver
		if driver == "http" {
			driver = "" // http's phrases are for every driver, and its ops run in any session
		}
		x := l.vocabulary[driver]
		if x == nil {
			x = &index[*entry]{}
			l.vocabulary[driver] = x
		}
		p, d := types.compile(e.source, diag.Pos{}, true)
		if d != nil {
			panic(e.source + ": " + d.Message)
		}
		e.pattern, e.order = p, i
		x.add(p.literal, &e)
		l.entries = append(l.entries, &e)
	}
	return l
}

// Words are a definition's pattern without the names of its parameters: what steps match.
func (d *Definition) Words() string { return d.pattern.plain.String() }

// Define adds a definition. A pattern that is empty or cannot be compiled is a diagnostic, and defines nothing.
func (l *Library) Define(d *Definition) diag.List {
	if strings.TrimSpace(d.Pattern) == "" {
		return diag.List{diag.Errorf(diag.At(d.Pos, 1), "steps/pattern", "the definition has no pattern").
			WithHelp("write the step's words after \"Scenario:\"")}
	}
	p, wrong := l.types.Compile(d.Pattern, d.Pos)
	if wrong != nil {
		return diag.List{*wrong}
	}
	d.pattern, d.Params = p, slices.Clip(p.Params)
	if other := l.known[d.key()]; other != nil {
		return diag.List{diag.Errorf(d.wholePattern(), "steps/duplicate", "this step is already defined").
			WithNote(other.wholePattern(), "the other definition").
			WithHelp("remove one of them, or give them different words")}
	}
	l.known[d.key()] = d
	clear(l.near)
	l.Definitions = append(l.Definitions, d)
	d.index, d.alone = len(l.Definitions), []*Definition{d}
	if d.IsUndo {
		return nil // steps never bind to a compensation
	}
	x := l.byDriver[d.Driver]
	if x == nil {
		x = &index[*Definition]{}
		l.byDriver[d.Driver] = x
	}
	x.add(p.literal, d)
	return nil
}

// PairUndos connects each definition with its compensation: the @undo definition with the same pattern on the
// same driver.
func (l *Library) PairUndos() diag.List {
	var found diag.List
	for _, u := range l.Definitions {
		if !u.IsUndo {
			continue
		}
		done := u.key()
		done.undo = false
		if d := l.known[done]; d != nil {
			d.Undo = u.index
			continue
		}
		wrong := diag.Errorf(u.wholePattern(), "steps/undo", "this @undo compensates no definition")
		for _, d := range l.Definitions {
			if !d.IsUndo && d.Pattern == u.Pattern {
				wrong = wrong.WithNote(d.wholePattern(), "the same pattern is defined for another driver")
			}
		}
		found = append(found, wrong.WithHelp("its pattern must be that of the definition it undoes, letter for letter, and so must its driver"))
	}
	return found
}

// Drivers are those for which anything is defined.
func (l *Library) Drivers() []string {
	var drivers []string
	for d := range l.byDriver {
		if d != "" {
			drivers = append(drivers, d)
		}
	}
	slices.Sort(drivers)
	return drivers
}
