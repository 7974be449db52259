package dsl

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/pick"
)

// belowPath says, once for each environment whose url has a path, that an address which begins with "/" leaves it.
func (a *advice) belowPath() {
	step, target := a.rooted()
	if step == nil {
		return
	}
	for _, e := range a.program.Environments {
		path := pathOf(e.URL)
		if path == "" {
			continue
		}
		a.say(diag.Warnf(diag.At(e.Pos, utf8.RuneCountInString(e.Name)), "project/url-path", "the url of environment %s has the path %s, and %q does not go below it: an address that begins with / begins at the root of the host", e.Name, path, target).
			WithNote(step.Range(), "it is used here").
			WithHelp("write %q to go to %s", strings.TrimPrefix(target, "/"), strings.TrimSuffix(path, "/")+target))
	}
}

// rooted is the first step whose address begins with one slash, and that address.
func (a *advice) rooted() (found *ir.Step, target string) {
	ir.WalkSteps(a.program, func(s *ir.Step) {
		for _, b := range s.Bindings {
			var t ir.Template
			switch op := b.Op.(type) {
			case *ir.Request:
				t = op.Target
			case *ir.Open:
				t = op.Target
			}
			if found == nil && len(t) > 0 && t[0].Expr == "" && strings.HasPrefix(t[0].Text, "/") && !strings.HasPrefix(t[0].Text, "//") {
				found, target = s, t.String()
			}
		}
	})
	return found, target
}

// pathOf is the path of a url as far as it is written out, "" for none.
func pathOf(url ir.Template) string {
	text := url.String()
	_, rest, found := strings.Cut(text, "://")
	if i := strings.IndexByte(rest, '/'); found && i >= 0 && rest[i:] != "/" {
		return rest[i:]
	}
	return ""
}

// someEnvironments says which names of env not every environment has whose where lets the scenario run: a run there
// refuses it.
func (a *advice) someEnvironments() {
	if a.allAlike() {
		return
	}
	told := map[string]bool{}
	for i := range a.program.Features {
		f := &a.program.Features[i]
		for j := range f.Scenarios {
			sc := &f.Scenarios[j]
			a.program.ReadsEnv(sc.Steps, "", -1, map[ir.Called]bool{}, func(name string, trail []*ir.Step) {
				if told[name] || name == "url" {
					return
				}
				var with, without []string
				for k := range a.program.Environments {
					e := &a.program.Environments[k]
					switch {
					case slices.ContainsFunc(e.Named(a.program.Vars), func(v ir.Var) bool { return v.Name == name }):
						with = append(with, e.Name)
					case allows(e.Where, sc):
						without = append(without, e.Name)
					}
				}
				if len(without) == 0 || len(with) == 0 {
					return
				}
				told[name] = true
				at := trail[len(trail)-1]
				a.say(diag.Warnf(at.Range(), "project/some-environments", "env.%s is not known in environment %s: %q cannot run there", name, strings.Join(without, ", "), sc.Name).
					WithHelp("it is known in %s; give it a value in the others too, or one for all under the project's vars", strings.Join(with, ", ")))
			})
		}
	}
}

// allAlike reports whether every environment has the same names.
func (a *advice) allAlike() bool {
	count := map[string]int{}
	for i := range a.program.Environments {
		for _, v := range a.program.Environments[i].Named(a.program.Vars) {
			count[v.Name]++
		}
	}
	for _, n := range count {
		if n < len(a.program.Environments) {
			return false
		}
	}
	return true
}

// allows reports whether an environment's where lets any row of a scenario run.
func allows(where string, sc *ir.Scenario) bool {
	if where == "" {
		return true
	}
	tags, wrong := pick.ParseTags(where)
	if wrong != nil {
		return false
	}
	match := func(list []ir.Tag) bool {
		var names []string
		for _, t := range list {
			names = append(names, t.Name)
		}
		return tags.Match(names)
	}
	return match(sc.Tags) || slices.ContainsFunc(sc.Rows, func(r ir.Row) bool { return match(r.Tags) })
}
