package ir

import (
	"slices"
	"testing"
)

func TestEnvNames(t *testing.T) {
	for source, want := range map[string][]string{
		`env.a + env.b + env.a`: {"a", "b"}, `"" + string(env.a) + " of env.b"`: {"a"}, `text == 'set env.a' or text == "\\"env.b"`: nil, "`env.a` + env.b": {"b"},
		`body.env.a`: nil, `environment.a`: nil, `env.a=="env.b"&&env.c`: {"a", "c"},
	} {
		if got := EnvNames(source); !slices.Equal(got, want) {
			t.Errorf("%s reads %v, expected %v", source, got, want)
		}
	}
}

// Each of many definitions calls the next one twice: there are more ways than anybody could walk.
func TestReadsEnvOfCallsThatMultiply(t *testing.T) {
	p := &Program{}
	for i := range 60 {
		d := Definition{Pattern: "d"}
		for range 2 {
			b := Binding{Driver: "http", Definition: i + 2}
			if i == 59 {
				b = Binding{Driver: "http", Op: &Keep{Name: "x", Expr: "env.deep"}}
			}
			d.Body = append(d.Body, Step{Text: "s", Bindings: []Binding{b}})
		}
		p.Definitions = append(p.Definitions, d)
	}
	var names []string
	p.ReadsEnv([]Step{{Bindings: []Binding{{Driver: "http", Definition: 1}}}}, "http", -1, map[Called]bool{}, func(name string, trail []*Step) {
		names = append(names, name)
		if len(trail) != 61 {
			t.Errorf("the way has %d steps", len(trail))
		}
	})
	if !slices.Equal(names, []string{"deep", "deep"}) {
		t.Errorf("read %v", names)
	}
}
