package steps

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
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
func (d *Definition) Words() string { return d.pattern.regexp.String() }

// Define adds a definition. A pattern that cannot be compiled is a diagnostic, and defines nothing.
func (l *Library) Define(d *Definition) diag.List {
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
	d.index = len(l.Definitions)
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

// found is what a text is on one driver: one of them.
type found struct {
	definitions []*Definition
	args        []argument
	entry       *entry
}

// lookup follows the levels: definitions of the driver, then neutral ones, then the vocabulary. Inside a
// definition that shadows a phrase, the phrase is the vocabulary's.
func (l *Library) lookup(driver, text string, inside *Definition, known *tried) found {
	for _, level := range []string{driver, ""} {
		x := l.byDriver[level]
		if x == nil {
			continue
		}
		var f found
		x.each(text, func(d *Definition) {
			args, ok := known.match(d.pattern, text)
			if !ok {
				return
			}
			if d == inside {
				if phrase, _ := l.entry(driver, text); phrase != nil {
					return
				}
			}
			f.definitions, f.args = append(f.definitions, d), args
		})
		if f.definitions != nil {
			return f
		}
	}
	phrase, args := l.entry(driver, text)
	return found{entry: phrase, args: args}
}

// entry is the phrase of the vocabulary that a text is. More specific phrases stand first in the table.
func (l *Library) entry(driver, text string) (best *entry, args []argument) {
	levels := []string{driver, ""}
	if driver == "http" {
		levels = levels[1:]
	}
	for _, level := range levels {
		x := l.vocabulary[level]
		if x == nil {
			continue
		}
		x.each(text, func(e *entry) {
			if best != nil && best.order < e.order {
				return
			}
			if a, ok := e.pattern.match(text); ok {
				best, args = e, a
			}
		})
		if best != nil {
			return best, args
		}
	}
	return nil, nil
}

// MayCall reports whether a definition's pattern matches a step as it is, or as one of the rows of its outline
// makes it.
func (l *Library) MayCall(text string, c Context, d *Definition) bool {
	if rest, ok := strings.CutPrefix(text, "within "); ok {
		_, text, _ = strings.Cut(rest, " ")
	}
	p, wrong := cut(oneLine(text, diag.Pos{}), c.Columns)
	if wrong != nil {
		return false
	}
	if _, ok := d.pattern.match(p.text); ok {
		return true
	}
	if !p.hasColumns() {
		return false
	}
	b := &binder{library: l, context: c}
	return slices.ContainsFunc(c.Rows, func(row []Cell) bool {
		p, wrong := cut(oneLine(b.filled(text, row, c.Columns), diag.Pos{}), nil)
		if wrong != nil {
			return false
		}
		_, ok := d.pattern.match(p.text)
		return ok
	})
}

// OwnDriver is the driver, browser or shell, that has a text in its own vocabulary; "" when none has.
func (l *Library) OwnDriver(text string) string {
	for driver, x := range l.vocabulary {
		own := ""
		x.each(text, func(e *entry) {
			if _, ok := e.pattern.match(text); ok {
				own = driver
			}
		})
		if own != "" {
			return own
		}
	}
	return ""
}

// Bind gives a line its meaning on each driver of the context. What is wrong with it whatever the driver is a
// diagnostic; that it does not run on one of them is an obstacle in the step.
func (l *Library) Bind(line Line, c Context) (ir.Step, diag.List) {
	step := ir.Step{Keyword: line.Keyword, Text: line.Text, Background: line.Background, Pos: line.Pos}
	text, wrong := cut(oneLine(line.Text, line.Pos), c.Columns)
	if wrong != nil {
		return step, diag.List{*wrong}
	}
	b := &binder{library: l, line: line, context: c, step: &step}
	for _, driver := range c.Drivers {
		b.driver, b.column = driver, ""
		b.bind(text)
	}
	all := b.wrong
	all = append(all, c.Names.resolve(&step)...)
	return step, all
}

// binder binds one line for one driver after the other.
type binder struct {
	library *Library
	line    Line
	context Context
	driver  string
	step    *ir.Step
	column  string // that decides what the step is, row by row
	wrong   diag.List
	made    []madeArgument
	tried   tried
}

// tried is which patterns a text was held against: definitions for several drivers have the same.
type tried struct {
	text string
	list []matched
}

type matched struct {
	pattern *Pattern
	args    []argument
	ok      bool
}

func (m *tried) match(p *Pattern, text string) ([]argument, bool) {
	if m.text != text {
		m.text, m.list = text, nil
	}
	for _, known := range m.list {
		if known.pattern == p {
			return known.args, known.ok
		}
	}
	args, ok := p.match(text)
	m.list = append(m.list, matched{p, args, ok})
	return args, ok
}

// madeArgument is an argument of the line that a binding for another driver may share.
type madeArgument struct {
	argument
	typ      string
	template ir.Template
}

func (b *binder) fail(d diag.Diagnostic) { b.wrong = append(b.wrong, d) }

func (b *binder) bind(text phrase) {
	f := b.library.lookup(b.driver, text.text, b.context.Inside, &b.tried)
	if len(b.context.Rows) == 0 || !text.hasColumns() {
		b.bound(f, text, nil)
		return
	}
	var good, bad []int
	if len(f.definitions) == 1 || f.entry != nil {
		good, bad = b.fitting(f, text)
	} else {
		for i := range b.context.Rows {
			bad = append(bad, i)
		}
	}
	switch {
	case len(bad) == 0:
		b.bound(f, text, nil)
		return
	case b.column == "":
		b.column = b.blame(text, bad[0])
	}
	if len(good) > 0 {
		b.bound(f, text, good)
	}
	b.perRow(text, bad)
}

// bound makes the binding or the obstacle for what was found, for some rows or (nil) all.
func (b *binder) bound(f found, text phrase, rows []int) {
	switch {
	case len(f.definitions) > 1:
		o := ir.Obstacle{Driver: b.driver, Status: "ambiguous", Message: fmt.Sprintf("ambiguous step for driver %s: %d definitions match", b.driver, len(f.definitions)), Rows: rows, Column: b.column}
		for _, d := range f.definitions {
			o.Help = append(o.Help, fmt.Sprintf("matches: %s (%s:%d)", d.Pattern, d.Pos.File, d.Pos.Line))
		}
		b.step.Obstacles = append(b.step.Obstacles, o)
	case len(f.definitions) == 1:
		d := f.definitions[0]
		binding := ir.Binding{Driver: b.driver, Definition: d.index, Rows: rows, Column: b.column}
		if len(f.args) > 0 {
			binding.Args = make([]ir.Template, len(f.args))
		}
		for i, a := range f.args {
			typ := d.Params[i].Type
			if rows == nil {
				if same := slices.IndexFunc(b.made, func(m madeArgument) bool { return m.argument == a && m.typ == typ }); same >= 0 {
					binding.Args[i] = b.made[same].template
					continue
				}
			}
			arg := text.argument(a, typ)
			if typ == "duration" && !b.typed(arg, "duration") {
				return
			}
			binding.Args[i] = arg.template(everywhere(ir.Plain))
			if rows == nil && len(b.context.Drivers) > 1 {
				b.made = append(b.made, madeArgument{a, typ, binding.Args[i]})
			}
		}
		b.handOver()
		if b.step.Bindings == nil {
			b.step.Bindings = make([]ir.Binding, 0, len(b.context.Drivers))
		}
		b.step.Bindings = append(b.step.Bindings, binding)
	case f.entry != nil:
		if !b.given(f.entry) {
			return
		}
		args := make([]phrase, len(f.args))
		for i, a := range f.args {
			args[i] = text.argument(a, f.entry.pattern.Params[i].Type)
		}
		if f.entry.takes == whatever {
			b.within(args, rows)
			return
		}
		if op := f.entry.build(b, args); op != nil {
			b.step.Bindings = append(b.step.Bindings, ir.Binding{Driver: b.driver, Op: op, Rows: rows, Column: b.column})
		}
	default:
		b.step.Obstacles = append(b.step.Obstacles, b.undefined(text, rows))
	}
}

// argument is what a parameter of a type matched in a phrase.
func (p phrase) argument(a argument, typ string) phrase {
	arg := p.sub(a.start, a.start+len(a.text))
	if typ == "string" {
		return arg.unescaped()
	}
	return arg
}

// unescaped resolves \", \' and \\ of a quoted parameter.
func (p phrase) unescaped() phrase {
	if !strings.Contains(p.text, `\`) {
		return p
	}
	var b strings.Builder
	var from []int // of each byte, in the phrase
	for i := 0; i < len(p.text); i++ {
		if p.text[i] == '\\' && i+1 < len(p.text) && strings.IndexByte(`"'\`, p.text[i+1]) >= 0 {
			i++
		}
		b.WriteByte(p.text[i])
		from = append(from, i)
	}
	whole, end := p.pos, len(p.text)
	p.text, p.pos = b.String(), func(offset int) diag.Pos {
		if offset >= len(from) {
			return whole(end)
		}
		return whole(from[offset])
	}
	return p
}

// handOver puts the line's doc string and table into the step, for the definition that it calls.
func (b *binder) handOver() {
	if b.line.Doc != nil && b.step.Doc == nil {
		if p, ok := b.doc(); ok {
			b.step.Doc = &ir.Doc{Media: b.line.Doc.Media, Content: p.template(everywhere(ir.Plain))}
		}
	}
	if b.line.Table == nil || b.step.Table != nil {
		return
	}
	for _, row := range b.line.Table.Rows {
		var cells []ir.Template
		for _, cell := range row {
			p, ok := b.cell(cell)
			if !ok {
				return
			}
			cells = append(cells, p.template(everywhere(ir.Plain)))
		}
		b.step.Table = append(b.step.Table, cells)
	}
}

func (b *binder) doc() (phrase, bool) {
	return b.cut(source{b.line.Doc.Content, b.line.Doc.At})
}

func (b *binder) cell(c Cell) (phrase, bool) { return b.cut(oneLine(c.Text, c.Pos)) }

func (b *binder) cut(s source) (phrase, bool) {
	p, wrong := cut(s, b.context.Columns)
	if wrong != nil {
		b.fail(*wrong)
	}
	return p, wrong == nil
}

// resolve checks every expression of a step and notes where its value comes from.
func (n *Names) resolve(step *ir.Step) diag.List {
	var wrong diag.List
	origin := func(source string, pos diag.Pos) ir.Origin {
		p, e := n.Program(source)
		if e != nil {
			wrong = append(wrong, diagnosed(e, pos))
			return ir.OfLiteral
		}
		return n.origin(p)
	}
	ir.Templates(step, func(t ir.Template, _ string) {
		for i := range t {
			if t[i].Expr != "" {
				t[i].Origin = origin(t[i].Expr, t[i].Pos)
			}
		}
	})
	for _, b := range step.Bindings {
		switch op := b.Op.(type) {
		case *ir.Expect:
			if op.Check == ir.CheckTrue {
				if _, e := n.Condition(op.Expr); e != nil {
					wrong = append(wrong, diagnosed(e, op.Pos))
				}
			}
			if op.Check == ir.CheckFields {
				for _, f := range op.Fields {
					origin(f.Name, f.Pos)
				}
			}
		case *ir.Keep:
			origin(op.Expr, op.Pos)
		}
	}
	return wrong
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
