package reporters

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/reporters/junit"
	"github.com/cucumber-value/hoops/runners"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// written is what a format makes of the events.
func written(t testing.TB, format string, o Options, events []runners.Event) string {
	t.Helper()
	var b bytes.Buffer
	o.Out = &b
	sink, err := New(format, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if err := sink.Emit(e); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // closing again writes nothing
		if err := sink.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// styleless leaves of a page what it says: how it looks is judged by eye.
var styleless = regexp.MustCompile(`(?s)<style>.*?</style>\n|<script>.*?</script>\n|'sha256-[^']*'|base64,[^"]*`)

func golden(t *testing.T, name, got string) {
	t.Helper()
	if strings.HasSuffix(name, ".html") {
		got = styleless.ReplaceAllString(got, "")
	}
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got), run with -update to accept:\n%s", file, d)
	}
}

func TestGolden(t *testing.T) {
	for name, tape := range map[string]*tape{"functional": functional(), "pipeline": pipeline(), "stopped": stopped(), "severed": severed(), "load": passedLoad(), "closed": closedLoad(), "rounds": rounds()} {
		for _, format := range Formats() {
			t.Run(name+"/"+format, func(t *testing.T) {
				golden(t, name+"."+format, written(t, format, Options{Source: source}, tape.events))
			})
		}
	}
	t.Run("value", func(t *testing.T) {
		golden(t, "value.pretty", written(t, "pretty", Options{}, pipeline().only("value").events))
		golden(t, "value-between.pretty", written(t, "pretty", Options{}, pipeline().only("value", "uat").events))
		golden(t, "pipeline-verbose.pretty", written(t, "pretty", Options{Verbose: true}, pipeline().events))
	})
	t.Run("turns", func(t *testing.T) { golden(t, "turns.pretty", written(t, "pretty", Options{}, turns().events)) })
	t.Run("verbose", func(t *testing.T) {
		golden(t, "functional-verbose.pretty", written(t, "pretty", Options{Source: source, Verbose: true}, functional().events))
	})
	t.Run("colour", func(t *testing.T) {
		golden(t, "pipeline-colour.pretty", written(t, "pretty", Options{Colour: true}, pipeline().events))
		golden(t, "functional-colour.pretty", written(t, "pretty", Options{Colour: true, Source: source}, functional().events))
	})
	t.Run("many", func(t *testing.T) {
		golden(t, "many.pretty", written(t, "pretty", Options{Source: source}, many(412, 5, 10).events))
		golden(t, "many.progress", written(t, "progress", Options{Source: source}, many(412, 5, 10).events))
		golden(t, "directories.pretty", written(t, "pretty", Options{}, many(450, 225, 100).events))
	})
}

func TestFeaturesAreCalledByTheirNames(t *testing.T) {
	for format, want := range map[string][]string{
		"pretty": {"Check out  features/checkout.feature\n", "✓ Pay for many"},
		"junit":  {`name="test: Check out"`, `name="Pay for many"`},
		"json":   {`"name": "Check out"`},
	} {
		got := written(t, format, Options{}, functional().events)
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s lacks %q:\n%s", format, w, got)
			}
		}
	}
}

func TestDigestIsPrintedOnceByTerminals(t *testing.T) {
	for _, format := range []string{"pretty", "progress"} {
		for _, tape := range []*tape{functional(), pipeline(), severed()} {
			if n := strings.Count(written(t, format, Options{}, tape.events), "sha256:1a2b3c4d5e6f"); n != 1 {
				t.Errorf("%s prints the digest %d times", format, n)
			}
		}
	}
}

// What is undecided, cut off, or never said its outcome is green nowhere.
func TestNothingUndecidedPasses(t *testing.T) {
	undecided := func() *tape {
		t := newTape()
		t.begin()
		t.stageStarted("test", runners.Info{})
		t.scenario("a", "One", "", 1).finish(runners.Passed, ms, nil)
		t.stageFinished(runners.GateUndecided, ms, nil, "interrupted")
		t.end(runners.GateUndecided, ms)
		return t
	}()
	empty := newTape()
	noOutcome := newTape()
	noOutcome.begin()
	noOutcome.end("", ms)
	onlySkipped := newTape()
	onlySkipped.begin()
	onlySkipped.stageStarted("test", runners.Info{})
	onlySkipped.scenario("a", "One", "", 1).finish(runners.Skipped, 0, nil)
	onlySkipped.stageFinished(runners.GateUndecided, ms, &runners.Counts{Skipped: 1}, "")
	onlySkipped.end(runners.GateUndecided, ms)
	for name, tape := range map[string]*tape{"undecided": undecided, "empty": empty, "no outcome": noOutcome, "only skipped": onlySkipped, "severed": severed(), "hostile": hostile()} {
		for format, sign := range map[string][]string{
			"pretty":     {"PASSED ", "\x1b[1;32mP"},
			"progress":   {"PASSED ", "\x1b[1;32mP"},
			"json":       {`"outcome": "passed"`},
			"html":       {"verdict good", ">Passed"},
			"markdown":   {"✓ passed", "## PASSED"},
			"nagios":     {" OK "},
			"prometheus": {"\nprobe_success 1"},
		} {
			got := written(t, format, Options{Colour: true}, tape.events)
			for _, s := range sign {
				if strings.Contains(got, s) {
					t.Errorf("%s: %s says %q:\n%.2000s", name, format, s, got)
				}
			}
		}
		if got := written(t, "junit", Options{}, tape.events); !strings.Contains(got, "<error ") && !strings.Contains(got, "<failure ") {
			t.Errorf("%s: junit is green:\n%.2000s", name, got)
		}
		if got := written(t, "cucumber", Options{}, tape.events); !strings.Contains(got, `"status": "failed"`) && !strings.Contains(got, `"status": "undefined"`) {
			t.Errorf("%s: cucumber is green:\n%.2000s", name, got)
		}
	}
}

func TestHostileTextIsHarmless(t *testing.T) {
	events := hostile().events
	for _, format := range []string{"pretty", "progress", "junit", "markdown", "nagios", "prometheus", "json", "ndjson", "cucumber"} { // and html: TestHostileNamesStayTextInThePage
		got := written(t, format, Options{Source: source, Verbose: true}, events)
		if !utf8.ValidString(got) {
			t.Errorf("%s is no valid text", format)
		}
		longest := 0
		for l := range strings.Lines(got) {
			longest = max(longest, utf8.RuneCountInString(l))
			for _, c := range strings.TrimSuffix(l, "\n") {
				if strings.Contains("json prometheus ndjson cucumber", format) {
					if c < ' ' { // formats for programs escape by their own rules
						t.Fatalf("%s has %q in %.200q", format, c, l)
					}
				} else if !unicode.IsGraphic(c) {
					t.Fatalf("%s has %q in %.200q", format, c, l)
				}
			}
		}
		if !strings.Contains("json ndjson cucumber", format) && longest > junit.LongestText {
			t.Errorf("%s has a line of %d characters", format, longest)
		}
		if format == "markdown" && strings.Contains(got, "<script") {
			t.Errorf("%s lets a tag through", format)
		}
		if format == "nagios" && (strings.Count(got, "|") != 1 || strings.Count(strings.SplitN(got, "\n", 2)[0], "|") != 1) {
			t.Errorf("nagios has another bar:\n%s", got)
		}
		if format == "markdown" && strings.Contains(got, "@everyone [x](") {
			t.Errorf("markdown lets a link or a mention through")
		}
	}
}

func TestWidthHoldsTheTerminalsLines(t *testing.T) {
	got := written(t, "pretty", Options{Width: 80}, hostile().events)
	for l := range strings.Lines(got) {
		if strings.HasPrefix(l, "  ✗") && utf8.RuneCountInString(l) > 1200 {
			t.Errorf("%d characters: %.100s", utf8.RuneCountInString(l), l)
		}
	}
}

func TestNewSuggests(t *testing.T) {
	_, err := New("jnit", Options{Out: &bytes.Buffer{}})
	if err == nil || err.Error() != `unknown format "jnit": did you mean "junit"?` {
		t.Error(err)
	}
	_, err = New("xxxxxxxxxx", Options{Out: &bytes.Buffer{}})
	if err == nil || !strings.HasSuffix(err.Error(), "one of pretty, progress, junit, ndjson, json, html, markdown, cucumber, nagios, prometheus") {
		t.Error(err)
	}
	if _, err = New("junit", Options{}); err == nil {
		t.Error("a report without a writer")
	}
}

func TestNagiosExitCodes(t *testing.T) {
	passed := newTape()
	passed.begin()
	passed.stageStarted("probe", runners.Info{})
	passed.scenario("a", "One", "", 1).finish(runners.Passed, ms, nil)
	passed.stageFinished(runners.GatePassed, ms, &runners.Counts{Passed: 1}, "")
	passed.end(runners.GatePassed, 412*ms)
	hung := severed()
	overdue := func(repeat int, o runners.Outcome, also runners.Status) *tape {
		late := diag.Errorf(diag.Range{}, "monitor/timeout", "no result within 30s")
		t := newTape()
		t.begin()
		t.stageStarted("probe", runners.Info{})
		for range repeat {
			t.scenario("a", "One", "", 1).finish(runners.Failed, ms, &late)
		}
		t.scenario("a", "Two", "", 5).finish(also, ms, nil)
		t.stageFinished(o, ms, nil, "")
		t.end(o, ms)
		return t
	}
	for name, c := range map[string]struct {
		tape *tape
		want int
	}{"passed": {passed, 0}, "failed": {functional(), 2}, "cut off": {hung, 3}, "empty": {newTape(), 3}, "recovered": {rounds(), 0},
		"overdue": {overdue(1, runners.GateFailed, runners.Passed), 3}, "overdue again": {overdue(2, runners.GateFailed, runners.Passed), 3},
		"overdue, and another failed": {overdue(1, runners.GateFailed, runners.Failed), 2}, "overdue and recovered": {overdue(2, runners.GatePassed, runners.Passed), 0}} {
		var b bytes.Buffer
		sink, _ := New("nagios", Options{Out: &b, Timeout: 5e9})
		for _, e := range c.tape.events {
			_ = sink.Emit(e)
		}
		if got := sink.(Exiter).ExitCode(); got != 3 {
			t.Errorf("%s: %d before the end", name, got)
		}
		_ = sink.Close()
		if got := sink.(Exiter).ExitCode(); got != c.want {
			t.Errorf("%s: exit %d, want %d: %s", name, got, c.want, b.String())
		}
		if name != "passed" && strings.Contains(b.String(), "s;;5;") {
			t.Errorf("%s: what one scenario may take is the threshold of several: %s", name, b.String())
		}
		if name == "passed" && b.String() != "FEATURE OK - a: 1 of 1 scenario passed | passed=1;;;0;1 failed=0;;0;0;1 time=0.412s;;5;0\n" {
			t.Errorf("%q", b.String())
		}
	}
}

func TestAClauseOfTwoClaimsIsKeptWhenBothAre(t *testing.T) {
	two := newTape()
	two.begin()
	two.stageStarted("value", runners.Info{Runner: "value"})
	for _, v := range []runners.Verdict{
		{Clause: "a#1", Words: "one and two", Reading: "one", Verdict: delivered, Sentence: "one is"},
		{Clause: "a#1", Words: "one and two", Reading: "two", Verdict: undecided, Sentence: "two may be"},
		{Clause: "a#1", Words: "one and two", Reading: "two", Verdict: missed, Sentence: "two is not"}, // judged again
		{Clause: "b#1", Words: "three", Verdict: delivered, Sentence: "three is"},
	} {
		two.emit(runners.Event{Kind: runners.Judged, Verdict: &v})
	}
	two.end(runners.GateFailed, ms) // the stage never said that it ended
	got := written(t, "pretty", Options{}, two.events)
	for _, want := range []string{"MISSED  one and two — two is not\n  read as: two\nDELIVERED  one and two — one is\n  read as: one\nDELIVERED  three — three is\n", "FAILED 1 of 2 promises kept, 1 missed in"} {
		if strings.Count(got, want) != 1 {
			t.Errorf("not once %q:\n%s", want, got)
		}
	}
	if got := written(t, "prometheus", Options{}, two.events); !strings.Contains(got, `{claim="a#1 (2)",feature="a",stage="value",verdict="missed"} 1`) {
		t.Error(got)
	}
}

func TestMetricsOfRounds(t *testing.T) {
	late := diag.Errorf(diag.Range{}, "monitor/timeout", "no result within 30s")
	r := newTape()
	r.begin()
	r.stageStarted("probe", runners.Info{})
	for i, s := range []runners.Status{runners.Failed, runners.Passed, runners.Failed} {
		r.now = time.Unix(int64(1000*(i+1)), 0)
		r.scenario("a", "Recovers", "one", 1).finish(s, 0, nil)
		r.scenario("a", "Recovers", "two", 2).finish(runners.Passed, 0, nil)
		r.scenario("b", "Hangs", "", 1).finish(runners.Failed, 0, &late)
		r.scenario("c", "Ends well", "", 1).finish([]runners.Status{runners.Failed, runners.Failed, runners.Passed}[i], 0, nil)
	}
	r.stageFinished(runners.GateFailed, ms, nil, "")
	r.end(runners.GateFailed, ms)
	got := written(t, "prometheus", Options{}, r.events)
	for _, want := range []string{
		`hoops_scenario_success{feature="a",scenario="a/recovers",stage="probe"} 0`,
		`hoops_scenario_last_success_timestamp_seconds{feature="a",scenario="a/recovers",stage="probe"} 2000`,
		`hoops_scenario_success{feature="c",scenario="c/ends-well",stage="probe"} 1`,
		`hoops_scenario_runs_total{feature="b",result="timeout",scenario="b/hangs",stage="probe"} 3`,
		`hoops_scenario_runs_total{feature="a",result="failed",scenario="a/recovers",stage="probe"} 2`,
		`probe_success 0`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("lacks %s:\n%s", want, got)
		}
	}
	if strings.Contains(got, `last_success_timestamp_seconds{feature="b"`) {
		t.Error("what never passed has a last success")
	}
}
