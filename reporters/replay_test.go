package reporters

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/runners"
)

func TestReplayGivesTheSameReports(t *testing.T) {
	for name, tape := range map[string]*tape{"functional": functional(), "pipeline": pipeline(), "severed": severed()} {
		stream := written(t, "ndjson", Options{}, tape.events)
		if lines := strings.Count(stream, "\n"); lines != len(tape.events) {
			t.Fatalf("%s: %d lines for %d events", name, lines, len(tape.events))
		}
		for _, format := range Formats() {
			var b bytes.Buffer
			sink, _ := New(format, Options{Out: &b, Source: source})
			if err := Read(strings.NewReader(stream), sink); err != nil {
				t.Fatal(err)
			}
			if err := sink.Close(); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(written(t, format, Options{Source: source}, tape.events), b.String()); d != "" {
				t.Errorf("%s replayed as %s differs:\n%s", name, format, d)
			}
		}
	}
}

func TestNDJSONWritesEachEventAtOnceAndUnescaped(t *testing.T) {
	var writes []string
	sink, _ := New("ndjson", Options{Out: writer(func(b []byte) { writes = append(writes, string(b)) })})
	for range 2 {
		if err := sink.Emit(runners.Event{Kind: runners.Noticed, Message: "a < b & c"}); err != nil {
			t.Fatal(err)
		}
	}
	want := `{"time":"0001-01-01T00:00:00Z","run":"","kind":"notice","message":"a < b & c"}` + "\n"
	if !slices.Equal(writes, []string{want, want}) {
		t.Errorf("%q", writes)
	}
}

type writer func([]byte)

func (w writer) Write(b []byte) (int, error) { w(b); return len(b), nil }

func TestReadNamesTheBadLine(t *testing.T) {
	good := `{"time":"2026-01-01T00:00:00Z","run":"r","kind":"notice"}` + "\n"
	for _, c := range []struct{ stream, want string }{
		{"", "line 1: expected events, found an empty stream"},
		{good + good[:20], "line 2: the stream is cut off in the middle of an event"},
		{good + "nonsense\n" + good, "line 2: expected an event: "},
		{good + "\n", "line 2: expected an event: "},
		{good + `{"kind":"notice"} {"kind":"notice"}` + "\n", "line 2: expected an event: "},
		{good + good + `{"kind":"verdikt"}` + "\n", `line 3: unknown kind "verdikt": did you mean "verdict"?`},
		{"{}\n", `line 1: unknown kind "": was the stream written by a newer hoops?`},
		{`{"kind":"scenario-finished","status":"pased"}` + "\n", `line 1: unknown status "pased": did you mean "passed"?`},
		{`{"kind":"run-finished","outcome":"fine"}` + "\n", `line 1: unknown outcome "fine": was the stream`},
		{strings.Repeat("x", maxLine+1), "line 1: longer than 64 MB"},
	} {
		seen := 0
		err := Read(strings.NewReader(c.stream), counter(func() { seen++ }))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%.60q: %v, want %s", c.stream, err, c.want)
		}
		if whole := strings.Count(strings.Split(c.stream, "nonsense")[0], good); seen != whole {
			t.Errorf("%.60q: %d events before the error, want %d", c.stream, seen, whole)
		}
	}
	seen := 0
	if err := Read(strings.NewReader(strings.TrimSuffix(good+good, "\n")), counter(func() { seen++ })); err != nil || seen != 2 {
		t.Errorf("a last event without a line end: %v, %d", err, seen)
	}
}

type counter func()

func (c counter) Emit(runners.Event) error { c(); return nil }
func (c counter) Close() error             { return nil }

// Whoever was faster, the documents are the same: within a stage the events of different scenarios may come in
// any order, those of one scenario keep theirs.
func TestDocumentsDoNotDependOnInterleaving(t *testing.T) {
	for name, tape := range map[string]*tape{"functional": functional(), "severed": severed(), "many": many(60, 7, 3)} {
		formats := []string{"junit", "json", "html", "markdown", "cucumber", "nagios", "prometheus"}
		want := map[string]string{}
		for _, f := range formats {
			want[f] = written(t, f, Options{}, tape.events)
		}
		rapid.Check(t, func(rt *rapid.T) {
			events := interleaved(rt, tape.events)
			for _, f := range formats {
				if got := written(t, f, Options{}, events); got != want[f] {
					rt.Fatalf("%s as %s depends on the order:\n%s", name, f, cmp.Diff(want[f], got))
				}
			}
		})
	}
}

func interleaved(t *rapid.T, events []runners.Event) []runners.Event {
	var out []runners.Event
	for len(events) > 0 {
		if events[0].Scenario == "" {
			out, events = append(out, events[0]), events[1:]
			continue
		}
		n := slices.IndexFunc(events, func(e runners.Event) bool { return e.Scenario == "" })
		if n < 0 {
			n = len(events)
		}
		var queues [][]runners.Event
		index := map[session]int{}
		for _, e := range events[:n] {
			key := session{e.Scenario, e.Row}
			i, ok := index[key]
			if !ok {
				i = len(queues)
				index[key] = i
				queues = append(queues, nil)
			}
			queues[i] = append(queues[i], e)
		}
		for len(queues) > 0 {
			i := rapid.IntRange(0, len(queues)-1).Draw(t, "who")
			out = append(out, queues[i][0])
			if queues[i] = queues[i][1:]; len(queues[i]) == 0 {
				queues = slices.Delete(queues, i, i+1)
			}
		}
		events = events[n:]
	}
	return out
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(written(f, "ndjson", Options{}, severed().events)))
	for _, e := range append(functional().events, pipeline().events...) {
		f.Add([]byte(written(f, "ndjson", Options{}, []runners.Event{e})))
	}
	f.Add([]byte(`{"kind":"scenario-finished"}`))
	f.Fuzz(func(t *testing.T, stream []byte) {
		for _, format := range Formats() {
			var b bytes.Buffer
			sink, _ := New(format, Options{Out: &b, Source: source})
			_ = Read(bytes.NewReader(stream), sink)
			if err := sink.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
