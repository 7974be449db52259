package project

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/rate"
)

// Defaults of a load stage.
const (
	defaultMaxInFlight = 10000
	defaultDrain       = ir.Duration(30e9)
)

func (b *builder) stage(name string, pos diag.Pos, f *stage, environments []string) ir.Stage {
	s := ir.Stage{
		Name: name, Run: ir.RunnerName(f.Run.Value), Driver: f.Driver.Value, Env: f.Env.Value, Where: b.where(f.Where),
		Expect: expressions(f.Expect), For: f.For.D, Every: f.Every.D, Ask: b.template(f.Ask),
		Release: b.template(f.Release), Continue: f.Undecided.Value == "continue", Pos: pos,
	}
	if f.StopWhen.set() {
		s.StopWhen = &ir.Expression{Source: f.StopWhen.Value, Pos: f.StopWhen.Pos}
	}
	if f.Env.set() && !slices.Contains(environments, f.Env.Value) {
		d := b.fail(f.Env.At, codeEnvironment, "there is no environment %q", f.Env.Value)
		if near := diag.Closest(f.Env.Value, environments); near != "" {
			help(d, "did you mean %q?", near)
		} else if len(environments) > 0 {
			help(d, "the environments are %s", strings.Join(environments, ", "))
		} else {
			help(d, "declare it:\nenvironments:\n  %s: {url: https://…}", f.Env.Value)
		}
	}
	b.runnersKeys(f)
	if n := f.Browsers.N; n > ir.MostBrowsers {
		d := b.fail(f.Browsers.At, codeValue, "%d browsers are too many for one machine: at most %d", n, ir.MostBrowsers)
		help(d, "%s", map[bool]string{true: "check more often over http, and less often in a browser", false: "put the load on over http, and let a few browser users see what it does to pages"}[s.Run == ir.Probe])
	}
	switch s.Run {
	case ir.LoadRunner:
		s.Load = b.load(f)
	case ir.Probe:
		b.probe(f)
		s.Browsers = f.Browsers.N
	case ir.Approval:
		if _, ok := f.Has["ask"]; !ok {
			d := b.fail(f.Key, codeMissing, "an approval needs `ask`")
			help(d, "ask: \"Release ${param.version}?\"")
		}
	}
	return s
}

// runnersKeys refuses keys that the stage's runner does not have.
func (b *builder) runnersKeys(f *stage) {
	runner := f.Run.Value
	if !slices.Contains(strings.Split(choices(f, "run"), "|"), runner) {
		return
	}
	t := reflect.TypeFor[stage]()
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		key, runners := tag.Get("key"), strings.Split(tag.Get("runs"), "|")
		at, has := f.Has[key]
		if !has || runners[0] == "" || slices.Contains(runners, runner) {
			continue
		}
		d := b.fail(at, codeMisplaced, "%s belongs to %s, and this stage runs %s", key, article(oneOf(runners))+" stage", runner)
		if key == "duration" && runner == string(ir.Probe) {
			help(d, "how long a probe goes on is `for`")
		}
		if key == "for" && runner == string(ir.LoadRunner) {
			help(d, "how long a load goes on is `duration`")
		}
	}
}

func choices(f *stage, key string) string {
	i, _ := fieldOf(reflect.TypeOf(*f), key)
	return reflect.TypeOf(*f).Field(i).Tag.Get("choice")
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

func (b *builder) load(f *stage) *ir.Load {
	b.oneOf(&f.block, "a load stage", "rate", "users")
	l := &ir.Load{
		Rate: b.rate(f.Rate), Users: f.Users.N, Duration: f.Duration.D,
		MaxInFlight: cmp.Or(f.MaxInFlight.N, defaultMaxInFlight), Browsers: f.Browsers.N, Drain: cmp.Or(f.Drain.D, defaultDrain),
	}
	if f.Connections.Value == ir.PerJourney { // shared is what is not said
		l.Connections = ir.PerJourney
	}
	b.length(f)
	type share struct{ of, driver string }
	first := map[share]diag.Range{}
	for _, m := range f.Mix.Items {
		one := share{m.Of.Value, m.Driver.Value}
		if before, twice := first[one]; twice && m.Of.set() {
			d := b.fail(m.Of.At, codeDuplicate, "%q has two shares", m.Of.Value)
			*d = d.WithNote(before, "first here")
		}
		first[one] = m.Of.At
		l.Mix = append(l.Mix, ir.Share{Of: m.Of.Value, Share: m.Share.N, Driver: m.Driver.Value, Pos: m.Of.Pos})
	}
	if d := &f.Data; d.set() && d.File.Value != "" { // without its file it has been refused
		l.Data = &ir.Data{File: b.inProject(d.File), Use: cmp.Or(d.Use.Value, "in order"), AtEnd: d.AtEnd.Value, Pos: d.File.Pos}
		switch {
		case l.Data.Use == "unique" && l.Data.AtEnd == "loop":
			help(b.fail(d.AtEnd.At, codeValue, "unique rows cannot loop: each is used once"), "write stop or fail, or use: in order")
		case l.Data.Use == "random" && l.Data.AtEnd != "":
			b.fail(d.AtEnd.At, codeValue, "random rows have no end")
		}
	}
	return l
}

// rate checks a rate that is written out; one with ${param.…} is known when it runs.
func (b *builder) rate(t template) ir.Template {
	made := b.template(t)
	words, fixed := made.Constant()
	if !fixed || words == "" {
		return made
	}
	if _, wrong := rate.ParseProfile(words); wrong != nil {
		from := min(max(0, wrong.Col-1), utf8.RuneCountInString(words))
		to := min(from+max(0, wrong.Len), utf8.RuneCountInString(words))
		runes := []rune(words)
		d := b.fail(t.part(len(string(runes[:from])), len(string(runes[:to]))), codeRate, "%s", wrong.Message)
		if wrong.Help != "" {
			help(d, "%s", wrong.Help)
		}
	}
	return made
}

// length refuses a load that would have no end, two, or too much in it: `hoops run` could never start it. A rate
// with ${…} is known when it runs.
func (b *builder) length(f *stage) {
	words := f.Rate.Value
	_, misplaced := f.Has["for"]
	switch {
	case strings.Contains(words, "${"):
		return
	case misplaced, f.Rate.set() && f.Users.set(), f.Duration.set() && f.Duration.D == 0: // said already
		return
	case f.Users.N > 0 && f.Duration.D == 0:
		d := b.fail(f.Users.At, codeMissing, "users go on for ever: a load with users needs `duration`")
		help(d, "duration: 1m")
		return
	}
	profile, wrong := rate.ParseProfile(words)
	if wrong != nil || words == "" {
		return
	}
	if profile.Max && f.Duration.D == 0 {
		d := b.fail(f.Rate.At, codeMissing, "the rate max goes on for ever: it needs `duration`")
		help(d, "duration: 1m")
		return
	}
	if _, err := profile.Within(time.Duration(f.Duration.D)); err != nil {
		d := b.fail(f.Rate.At, codeRate, "%s", err)
		if f.Duration.D > 0 {
			*d = d.WithNote(f.Duration.At, "duration is here")
		}
	}
}

func (b *builder) probe(f *stage) {
	b.needs(&f.block, "for", "every")
	if f.For.D > 0 && f.Every.D > f.For.D {
		d := b.fail(f.Every.At, codeValue, "every %s is longer than for %s", f.Every.Value, f.For.Value)
		*d = d.WithNote(f.For.At, "for is here")
	}
}
