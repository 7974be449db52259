package project

import (
	"cmp"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a machine without the tz database knows the zones of a project, too

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/expr"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// builder makes the program's values of what was read, and checks what one key cannot know of another.
type builder struct {
	*Project
	options Options
	list    diag.List
}

func (b *builder) fail(at diag.Range, code, format string, args ...any) *diag.Diagnostic {
	b.list = append(b.list, diag.Errorf(at, code, format, args...))
	return &b.list[len(b.list)-1]
}

func (b *builder) build(f *file) {
	b.Name = f.Project.Value
	b.History = f.History.Value
	b.zone(f.Zone)
	b.Known = f.known()
	names(b, "params", &f.Params)
	for _, e := range f.Params.Entries {
		b.Params = append(b.Params, ir.Param{Name: e.Name, Default: e.Value.Value, Pos: e.At.Pos})
	}
	names(b, "vars", &f.Vars)
	b.Vars = b.vars(&f.Vars)
	for _, e := range f.Types.Entries {
		b.parameterType(e)
	}
	for i := range f.Environments.Entries {
		e := &f.Environments.Entries[i]
		b.Environments = append(b.Environments, b.environment(e.Name, e.At.Pos, &e.Value))
	}
	b.made()
	for i := range f.Measures.Entries {
		e := &f.Measures.Entries[i]
		b.Measures = append(b.Measures, b.measure(e.Name, e.At.Pos, &e.Value))
	}
	for _, e := range f.Baselines.Entries {
		b.Baselines = append(b.Baselines, ir.Baseline{Name: e.Name, About: e.Value.Value, Pos: e.At.Pos})
	}
	if r := f.Releases; r.set() {
		b.Releases = &Releases{From: r.From.Value, Label: r.Label.Value, Value: r.Value.Value, Pos: r.Key.Pos}
	}
	for _, c := range f.CrossCutting.Items {
		b.CrossCutting = append(b.CrossCutting, ir.CrossCut{Where: b.where(c.Where), Expect: expressions(c.Expect), Pos: c.Key.Pos})
	}
	for i := range f.Stages.Entries {
		e := &f.Stages.Entries[i]
		b.Stages = append(b.Stages, b.stage(e.Name, e.At.Pos, &e.Value, f.Environments.names()))
	}
	if f.Escalation.set() {
		b.Escalation = b.escalation(&f.Escalation)
	}
}

// known are the names that the file declares.
func (f *file) known() Known {
	k := Known{Params: f.Params.names(), Env: append([]string{"url"}, f.Vars.names()...)}
	for _, e := range f.Environments.Entries {
		k.Env = append(append(k.Env, e.Value.Vars.names()...), e.Value.Services.names()...)
	}
	slices.Sort(k.Env)
	k.Env = slices.Compact(k.Env)
	return k
}

// zone is the name of a time zone, which has its days of 23 and 25 hours.
func (b *builder) zone(t text) {
	if !t.set() || t.Value == "" {
		return
	}
	if _, err := time.LoadLocation(t.Value); err != nil || t.Value == "Local" {
		d := b.fail(t.At, codeValue, "%q is no time zone that is known here", t.Value)
		help(d, "write its name in the tz database: Europe/London, America/New_York, UTC")
		return
	}
	b.Zone = t.Value
}

// names refuses names that ${…} cannot read.
func names[T any](b *builder, where string, m *named[T]) {
	for _, e := range m.Entries {
		if expr.IsName(e.Name) {
			continue
		}
		d := b.fail(e.At, codeValue, "%q cannot be a name of %s: ${…} could not read it", e.Name, where)
		help(d, "use letters, digits and _, not beginning with a digit")
	}
}

func (b *builder) vars(m *named[template]) []ir.Var {
	var all []ir.Var
	for _, e := range m.Entries {
		all = append(all, ir.Var{Name: e.Name, Value: b.template(e.Value), Pos: e.At.Pos})
	}
	return all
}

func (b *builder) template(t template) ir.Template {
	if !t.set() || t.Value == "" {
		return nil
	}
	if b.options.Template == nil {
		return ir.Literal(t.Value)
	}
	made, found := b.options.Template(t.Value, t.Pos, t.place, b.Known.Params, b.Known.Env)
	line := b.line(t.Pos)
	for i := range made {
		if made[i].Expr != "" {
			made[i].Pos = Written(line, t.Pos, diag.At(made[i].Pos, 0)).Pos
		}
	}
	for i := range found {
		found[i].Range = Written(line, t.Pos, found[i].Range)
	}
	b.list = append(b.list, found...)
	return made
}

// line is that of a position.
func (b *builder) line(at diag.Pos) string {
	for _, s := range b.Sources {
		if s.Path == at.File {
			text, _ := diag.LineOf(s.Text, at.Line)
			return text
		}
	}
	return ""
}

// address is a URL of one of the schemes, unless it begins with ${…}, which is looked at when it is known.
func (b *builder) address(t template, schemes ...string) ir.Template {
	made := b.template(t)
	if !t.set() || t.Value == "" || len(made) == 0 || made[0].Expr != "" {
		return made
	}
	if _, whole := made.Constant(); whole {
		b.checkURL(t.scalar, schemes)
		return made
	}
	if !slices.ContainsFunc(schemes, func(s string) bool { return strings.HasPrefix(made[0].Text, s+"://") }) {
		b.notURL(t.scalar, schemes)
	}
	return made
}

func (b *builder) checkURL(s scalar, schemes []string) {
	u, err := url.Parse(s.Value)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" || strings.ContainsAny(s.Value, " \t\n") {
		b.notURL(s, schemes)
	}
}

func (b *builder) notURL(s scalar, schemes []string) {
	d := b.fail(s.At, codeValue, "%q is not an %s URL", s.Value, oneOf(schemes))
	if !strings.Contains(s.Value, "://") && !strings.HasPrefix(s.Value, "/") {
		help(d, "write the scheme too: %s://%s", schemes[0], s.Value)
	}
}

// inProject is the path of a file of the project.
func (b *builder) inProject(t text) string {
	if t.Value == "" {
		return ""
	}
	clean := path.Clean(t.Value)
	if path.IsAbs(clean) || strings.Contains(clean, `\`) || !fs.ValidPath(clean) || clean == "." {
		d := b.fail(t.At, codeValue, "%q is not a file of this project", t.Value)
		help(d, "write a path relative to hoops.yaml, with `/`, that does not leave the project")
	}
	return clean
}

func (b *builder) where(t text) string {
	if t.set() {
		b.Wheres = append(b.Wheres, Where{t.Value, t.Pos})
	}
	return t.Value
}

func expressions(l list[expression]) []ir.Expression {
	var all []ir.Expression
	for _, e := range l.Items {
		if e.set() {
			all = append(all, ir.Expression{Source: e.Value, Pos: e.Pos})
		}
	}
	return all
}

// builtin are the types that patterns have without hoops.yaml.
var builtin = []string{"string", "int", "float", "word", "duration", "number", "percent",
	"byte", "short", "long", "double", "bigdecimal", "biginteger", "target", "expression", "name"}

func (b *builder) parameterType(e entry[text]) {
	if slices.Contains(builtin, e.Name) {
		b.fail(e.At, codeValue, "the type {%s} exists already", e.Name)
	} else if !expr.IsName(strings.ReplaceAll(e.Name, "-", "_")) {
		d := b.fail(e.At, codeValue, "%q cannot be the name of a type", e.Name)
		help(d, "use letters, digits, - and _")
	}
	if _, err := regexp.Compile(e.Value.Value); err != nil {
		reason := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		b.fail(e.Value.At, codeValue, "this is not a regular expression: %s", reason)
	}
	b.Types = append(b.Types, Type{Name: e.Name, Pattern: e.Value.Value, Pos: e.At.Pos})
}

func (b *builder) escalation(f *escalation) *Escalation {
	e := &Escalation{Quiesce: cmp.Or(f.Quiesce.D, 30e9), Live: f.Mode.Value == "live", Pos: f.Key.Pos}
	first := map[int]diag.Range{}
	for i := range f.Levels.Items {
		l := &f.Levels.Items[i]
		if before, twice := first[l.Level.N]; twice && l.Level.N > 0 {
			d := b.fail(l.Level.At, codeDuplicate, "level %d is defined twice", l.Level.N)
			*d = d.WithNote(before, "first here")
		} else {
			first[l.Level.N] = l.Level.At
		}
		b.oneOf(&l.block, l.is(), "run", "http")
		e.Levels = append(e.Levels, Level{Level: l.Level.N, Name: l.Title.Value, Run: l.Run.Value,
			Post: b.address(l.HTTP.Post, "https", "http"), Quiet: l.Quiet.D, Pos: l.Key.Pos})
	}
	return e
}

// oneOf wants exactly one of the keys, and returns it.
func (b *builder) oneOf(of *block, what string, keys ...string) string {
	var has []string
	for _, k := range keys {
		if _, ok := of.Has[k]; ok {
			has = append(has, k)
		}
	}
	switch {
	case !of.set():
		return ""
	case len(has) == 0:
		b.fail(of.Key, codeMissing, "%s needs %s", what, oneOf(keys))
		return ""
	case len(has) > 1:
		d := b.fail(of.at(has[1]), codeMisplaced, "%s has both %s and %s", what, has[0], has[1])
		*d = d.WithNote(of.at(has[0]), "%s is here", has[0])
		help(d, "keep one of them")
	}
	return has[0]
}

// needs refuses a key without the one that it goes with.
func (b *builder) needs(of *block, key, other string) {
	_, has := of.Has[key]
	_, goes := of.Has[other]
	if has && !goes {
		b.fail(of.at(key), codeMisplaced, "%s goes with %s, which is missing", key, other)
	}
}

// excludes refuses a key together with another.
func (b *builder) excludes(of *block, key, other string) {
	_, has := of.Has[key]
	before, both := of.Has[other]
	if has && both {
		d := b.fail(of.at(key), codeMisplaced, "%s does not go with %s", key, other)
		*d = d.WithNote(before, "%s is here", other)
	}
}
