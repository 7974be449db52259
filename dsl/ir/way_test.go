package ir

import "testing"

// A compensation belongs to what it compensates, but not where that is done to undo something: there it never runs.
func TestWayThroughCompensations(t *testing.T) {
	run := func(script string) Step {
		return Step{Text: script, Bindings: []Binding{{Driver: "shell", Op: &Run{Script: Literal(script)}}}}
	}
	post := Step{Text: "post", Bindings: []Binding{{Driver: "shell", Op: &Request{Method: "POST"}}}}
	call := func(d int) Step { return Step{Text: "call", Bindings: []Binding{{Driver: "shell", Definition: d}}} }
	p := &Program{Definitions: []Definition{
		{Pattern: "1, undone by a script", Body: []Step{post}, Undo: 2},
		{Pattern: "1", Body: []Step{post, run("rm")}},
		{Pattern: "3, undone by 1", Body: []Step{post}, Undo: 4},
		{Pattern: "3", Body: []Step{call(1)}},
		{Pattern: "5, undone by itself", Body: []Step{post}, Undo: 6, Effect: Writes},
		{Pattern: "5", Body: []Step{call(5)}},
	}}
	is := func(op Op, _ bool) bool { _, ok := op.(*Run); return ok }
	s := &Search{Program: p, Driver: "shell", Is: is}
	for definition, want := range map[int]int{1: 2, 3: 0, 5: 0} {
		if way := s.Way([]Step{call(definition)}, -1); len(way) != want {
			t.Errorf("definition %d: a way of %d steps, expected %d", definition, len(way), want)
		}
	}
	if way := s.Way([]Step{{Bindings: []Binding{{Driver: "http", Definition: 1}}}}, -1); way != nil {
		t.Errorf("on another driver: %v", way)
	}
	marked := &Search{Program: p, Driver: "shell", Is: func(_ Op, marked bool) bool { return marked }}
	if marked.Way([]Step{call(1)}, -1) != nil || len(marked.Way([]Step{call(5)}, -1)) != 2 {
		t.Error("only the body of 5 is tagged @write")
	}
}
