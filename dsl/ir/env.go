package ir

import (
	"regexp"
	"slices"
	"strings"
)

// envName matches texts in quotes, too, so that what stands in one is not taken for a name.
var envName = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|` + "`[^`]*`" + `|(?:^|[^\w.])env\.(\w+)`)

// EnvNames are the names that an expression reads of env, each once.
func EnvNames(source string) []string {
	if !strings.Contains(source, "env") {
		return nil
	}
	var names []string
	for _, m := range envName.FindAllStringSubmatch(source, -1) {
		if m[1] != "" && !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// EnvNames are the names that a template reads of env, each once.
func (t Template) EnvNames() []string {
	var names []string
	for _, part := range t {
		for _, name := range EnvNames(part.Expr) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// Named are all values of env: the environment's own vars and services, its url, and the project's vars that it does
// not replace.
func (e *Environment) Named(vars []Var) []Var {
	all := slices.Concat(e.Vars, e.Services)
	if e.URL != nil {
		all = append(all, Var{Name: "url", Value: e.URL, Pos: e.Pos})
	}
	for _, v := range vars {
		if !slices.ContainsFunc(all, func(own Var) bool { return own.Name == v.Name }) {
			all = append(all, v)
		}
	}
	return all
}

// Circle is the way on which a value of env is made of itself, from the first of them back to it: nil when there is
// none.
func Circle(all []Var) []Var {
	state := map[string]int{} // 1 is being made, 2 is made
	var way []Var
	var visit func(v Var) []Var
	visit = func(v Var) []Var {
		way = append(way, v)
		state[v.Name] = 1
		for _, name := range v.Value.EnvNames() {
			next := slices.IndexFunc(all, func(o Var) bool { return o.Name == name })
			switch {
			case next < 0 || state[name] == 2:
			case state[name] == 1:
				from := slices.IndexFunc(way, func(o Var) bool { return o.Name == name })
				return append(slices.Clone(way[from:]), all[next])
			default:
				if circle := visit(all[next]); circle != nil {
					return circle
				}
			}
		}
		state[v.Name] = 2
		way = way[:len(way)-1]
		return nil
	}
	for _, v := range all {
		if state[v.Name] == 0 {
			if circle := visit(v); circle != nil {
				return circle
			}
		}
	}
	return nil
}

// Called is a definition (1-based) on a driver.
type Called struct {
	Definition int
	Driver     string
}

// ReadsEnv visits names of env that steps read on a driver, "" for any, and in a row of their outline, -1 for
// all; trail is the way from the step to the one that reads it. What was called already is not looked into again: calls of
// calls can multiply without end.
func (p *Program) ReadsEnv(steps []Step, driver string, row int, called map[Called]bool, visit func(name string, trail []*Step)) {
	p.readsEnv(steps, driver, row, nil, called, visit)
}

func (p *Program) readsEnv(steps []Step, driver string, row int, way []*Step, called map[Called]bool, visit func(string, []*Step)) {
	for i := range steps {
		s := &steps[i]
		trail := append(slices.Clip(way), s)
		for j := range s.Bindings {
			b := &s.Bindings[j]
			if driver != "" && b.Driver != driver || row >= 0 && len(b.Rows) > 0 && !slices.Contains(b.Rows, row) {
				continue
			}
			one := *s
			one.Bindings = s.Bindings[j : j+1]
			for _, source := range Expressions(&one) {
				for _, name := range EnvNames(source) {
					visit(name, trail)
				}
			}
			if to := (Called{b.Definition, b.Driver}); b.Definition > 0 && !called[to] {
				called[to] = true
				p.readsEnv(p.Definitions[b.Definition-1].Body, b.Driver, -1, trail, called, visit)
			}
			if w, ok := b.Op.(*Within); ok {
				p.readsEnv([]Step{w.Step}, b.Driver, -1, trail, called, visit)
			}
		}
	}
}
