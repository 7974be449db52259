package ir

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func bound(text string, bindings ...Binding) Step { return Step{Text: text, Bindings: bindings} }

func does(driver string, op Op, rows ...int) Binding {
	return Binding{Driver: driver, Op: op, Rows: rows}
}

func calls(driver string, definition int, rows ...int) Binding {
	return Binding{Driver: driver, Definition: definition, Rows: rows}
}

var (
	reading = &Request{Method: "GET"}
	writing = &Request{Method: "POST"}
)

func trail(steps []*Step) string {
	var list []string
	for _, s := range steps {
		list = append(list, s.Text)
	}
	return strings.Join(list, " > ")
}

func TestBinding(t *testing.T) {
	s := bound("s", does("http", reading, 0, 2), does("http", writing, 1), does("shell", &Run{}))
	for _, c := range []struct {
		driver string
		row    int
		want   Op
	}{
		{"http", 0, reading}, {"http", 1, writing}, {"http", 2, reading}, {"http", 3, nil}, {"http", -1, nil},
		{"shell", -1, &Run{}}, {"shell", 7, &Run{}}, {"browser", 0, nil},
	} {
		b := s.Binding(c.driver, c.row)
		if (b == nil) != (c.want == nil) || b != nil && !cmp.Equal(b.Op, c.want) {
			t.Errorf("%s %d: %v", c.driver, c.row, b)
		}
	}
}

func TestBlocked(t *testing.T) {
	undefined := func(driver string, rows ...int) Obstacle {
		return Obstacle{Driver: driver, Status: "undefined", Message: "undefined on " + driver, Rows: rows}
	}
	p := &Program{Definitions: []Definition{
		{Pattern: "fine", Body: []Step{bound("a", does("http", reading), does("browser", &Open{}))}},
		{Pattern: "http only", Body: []Step{bound("b", does("http", reading)), {Text: "c", Bindings: []Binding{calls("http", 1)}, Obstacles: []Obstacle{undefined("browser")}}}},
		{Pattern: "outer", Body: []Step{bound("d", calls("http", 2), calls("browser", 2))}},
	}}
	p.Definitions[1].Body[0].Obstacles = []Obstacle{{Driver: "browser", Status: "ambiguous", Message: "two match"}}
	rows := Step{Text: "rows", Bindings: []Binding{does("http", reading, 0)}, Obstacles: []Obstacle{undefined("http", 1)}}
	named := Step{Text: "named", Bindings: []Binding{{Driver: "http", Op: reading, Rows: []int{0}, Column: "what"}}}
	for _, c := range []struct {
		name   string
		steps  []Step
		driver string
		row    int
		want   string
	}{
		{"nothing", nil, "http", -1, ""},
		{"runs", []Step{bound("s", calls("http", 3))}, "http", -1, ""},
		{"two levels down", []Step{bound("s", calls("browser", 3))}, "browser", -1, "ambiguous two match: s > d > b"},
		{"no obstacle is noted", []Step{bound("s")}, "http", -1, "undefined undefined step for driver http: s"},
		{"a row that runs", []Step{rows}, "http", 0, ""},
		{"a row that does not", []Step{rows}, "http", 1, "undefined undefined on http: rows"},
		{"rows together", []Step{rows}, "http", -1, "undefined each row binds this step by itself: rows"},
		{"rows together, by a column", []Step{named}, "http", -1, `undefined the column "what" decides what this step is, so each row binds it by itself: named`},
		{"rows together, none of which runs", []Step{{Text: "none", Obstacles: []Obstacle{undefined("http", 0), undefined("http", 1)}}}, "http", -1, "undefined undefined on http: none"},
		{"within", []Step{bound("w", does("http", &Within{Step: bound("x", calls("http", 3))}))}, "http", 4, ""},
		{"within on another driver", []Step{bound("w", does("browser", &Within{Step: bound("x", calls("browser", 3))}))}, "browser", 4, "ambiguous two match: w > x > d > b"},
	} {
		o, at := p.Blocked(c.steps, c.driver, c.row, nil)
		got := ""
		if o != nil {
			got = fmt.Sprintf("%s %s: %s", o.Status, o.Message, trail(at))
		}
		if got != c.want {
			t.Errorf("%s: got %q, expected %q", c.name, got, c.want)
		}
	}
}

func TestWrites(t *testing.T) {
	p := &Program{
		Definitions: []Definition{
			{Pattern: "reads", Body: []Step{bound("a", does("http", reading))}},
			{Pattern: "writes", Body: []Step{bound("b", does("http", reading)), bound("c", does("http", writing))}},
			{Pattern: "said to read", Effect: Reads, Body: []Step{bound("d", calls("http", 2))}},
			{Pattern: "said to write", Effect: Writes, Body: []Step{bound("e", does("http", reading))}},
			{Pattern: "outer", Body: []Step{bound("f", calls("http", 3)), bound("g", calls("http", 2))}},
		},
		Funcs: []Func{{Effect: Reads}, {Effect: Writes}, {}},
	}
	for _, c := range []struct {
		name string
		step Step
		row  int
		want string
	}{
		{"a definition that reads", bound("s", calls("http", 1)), -1, ""},
		{"one that writes", bound("s", calls("http", 2)), -1, "s > c"},
		{"@read", bound("s", calls("http", 3)), -1, ""},
		{"@write", bound("s", calls("http", 4)), -1, "s"},
		{"two levels down", bound("s", calls("http", 5)), -1, "s > g > c"},
		{"within", bound("s", does("http", &Within{Step: bound("w", calls("http", 2))})), -1, "s > w > c"},
		{"a function that reads", bound("s", does("http", &Call{Func: 1})), -1, ""},
		{"a function that writes", bound("s", does("http", &Call{Func: 2})), -1, "s"},
		{"a function that does not say", bound("s", does("http", &Call{Func: 3})), -1, "s"},
		{"another driver", bound("s", does("browser", &Act{})), -1, ""},
		{"a screenshot", bound("s", does("http", &Act{Verb: Screenshot})), -1, ""},
		{"a row that reads", bound("s", does("http", reading, 0), does("http", writing, 1)), 0, ""},
		{"a row that writes", bound("s", does("http", reading, 0), does("http", writing, 1)), 1, "s"},
		{"any row", bound("s", does("http", reading, 0), does("http", writing, 1)), -1, "s"},
	} {
		if got := trail(p.Writes([]Step{c.step}, "http", c.row)); got != c.want {
			t.Errorf("%s: got %q, expected %q", c.name, got, c.want)
		}
	}
	for method, want := range map[string]Effect{"GET": Reads, "HEAD": Reads, "OPTIONS": Reads, "POST": Writes, "PUT": Writes, "PATCH": Writes, "DELETE": Writes, "": Writes} {
		if got := (&Request{Method: method}).Effect(); got != want {
			t.Errorf("%s: %s", method, got)
		}
	}
}

// Every expression and template of the program is visited.
func TestExpressions(t *testing.T) {
	p := whole()
	var steps []*Step
	WalkSteps(p, func(s *Step) { steps = append(steps, s) })
	if len(steps) != 14 {
		t.Errorf("%d steps", len(steps))
	}
	var all []string
	for _, s := range steps {
		all = append(all, Expressions(s)...)
	}
	slices.Sort(all)
	want := []string{
		"body.id", "body.token", "body.total > 1", "env.user", "next", "product", "product", "product", "product", "product", "row.what", "row.what", "secret.key", "uuid()", "x",
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Error(diff)
	}
}

func TestLookup(t *testing.T) {
	p := whole()
	if e := p.Environment("local"); e == nil || e.Name != "local" || p.Environment("moon") != nil {
		t.Error("Environment")
	}
	if p.Source("features/tea.feature") != "Feature: Tea\n" || p.Source("x") != "" {
		t.Error("Source")
	}
}
