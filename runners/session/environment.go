package session

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// readEnvironment evaluates vars, url and services, each after those that it is made of, whatever their order.
func (h *Host) readEnvironment() error {
	h.env = map[string]any{}
	all := h.Env.Named(h.Program.Vars)
	if circle := ir.Circle(all); circle != nil { // hoops.yaml has been refused for it; --url may make another
		var names []string
		for _, v := range circle {
			names = append(names, "env."+v.Name)
		}
		return fmt.Errorf("%s: env.%s is made of itself: %s", circle[0].Pos, circle[0].Name, strings.Join(names, " → "))
	}
	var set func(v ir.Var) error
	set = func(v ir.Var) error {
		if _, done := h.env[v.Name]; done {
			return nil
		}
		for _, name := range v.Value.EnvNames() {
			if i := slices.IndexFunc(all, func(o ir.Var) bool { return o.Name == name }); i >= 0 {
				if err := set(all[i]); err != nil {
					return err
				}
			}
		}
		text, err := h.Text(v.Value)
		if err != nil {
			return fmt.Errorf("%s: env.%s: %w", v.Pos, v.Name, err)
		}
		env := maps.Clone(h.env)
		env[v.Name] = text
		h.env = env
		return nil
	}
	for _, v := range all {
		if err := set(v); err != nil {
			return err
		}
	}
	return nil
}
