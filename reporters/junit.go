package reporters

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/runners"
)

// junit writes what both of the schemas that people validate with allow, Ant's and Jenkins': no attributes on
// testsuites, every attribute and child of a testsuite that either wants, one outcome and no output in a
// testcase. What is undecided is an error, never skipped; a stage or a run that did not pass shows in red even
// when none of its scenarios does.
type junit struct {
	o      Options
	record record
	done   bool
}

func newJUnit(o Options) runners.Sink { return &junit{o: o} }

func (j *junit) Emit(e runners.Event) error {
	j.record.take(e)
	return nil
}

func (j *junit) Close() error {
	if j.done {
		return nil
	}
	j.done = true
	j.record.close()
	text, err := xml.MarshalIndent(j.suites(), "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(j.o.Out, xml.Header+string(text)+"\n")
	return err
}

const (
	longestMessage = 1 << 10  // bytes of a message attribute
	longestOutput  = 64 << 10 // bytes of text in an element
)

type testsuites struct {
	XMLName xml.Name    `xml:"testsuites"`
	Suites  []testsuite `xml:"testsuite"`
}

type testsuite struct {
	Name       string     `xml:"name,attr"`
	Package    string     `xml:"package,attr"`
	ID         int        `xml:"id,attr"`
	Timestamp  string     `xml:"timestamp,attr"`
	Hostname   string     `xml:"hostname,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"`
	Skipped    int        `xml:"skipped,attr"`
	Time       string     `xml:"time,attr"`
	Properties []property `xml:"properties>property"`
	Cases      []testcase `xml:"testcase"`
	Out        output     `xml:"system-out"`
	Err        output     `xml:"system-err"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Name      string   `xml:"name,attr"`
	Classname string   `xml:"classname,attr"`
	Time      string   `xml:"time,attr"`
	Skipped   *finding `xml:"skipped"`
	Error     *finding `xml:"error"`
	Failure   *finding `xml:"failure"`
}

type finding struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"` // only what the terminal may show, so nothing that XML forbids
}

type output struct {
	Text string `xml:",cdata"`
}

func (j *junit) suites() testsuites {
	var all testsuites
	red := false
	add := func(s *stage, name string, at time.Time, took time.Duration, cases []testcase, out string) {
		suite := testsuite{Name: oneLine(name, 500), Package: stageName(s), ID: len(all.Suites), Timestamp: stamp(at), Hostname: "localhost",
			Tests: len(cases), Time: seconds(took), Properties: j.properties(s), Cases: unique(cases), Out: output{cutBytes(out, longestOutput)}}
		for _, c := range cases {
			switch {
			case c.Failure != nil:
				suite.Failures++
			case c.Error != nil:
				suite.Errors++
			case c.Skipped != nil:
				suite.Skipped++
			}
		}
		red = red || suite.Failures+suite.Errors > 0
		all.Suites = append(all.Suites, suite)
	}
	for _, s := range j.record.stages {
		before := red
		red = false
		shown := len(all.Suites)
		for _, f := range s.features() {
			at, cases, out := j.feature(s, f)
			add(s, stageName(s)+": "+j.record.feature(f.id, f.file), at, f.duration(), cases, out)
		}
		at := cmp.Or(s.began, j.record.began)
		if len(s.verdicts) > 0 {
			add(s, stageName(s)+": promises", at, 0, verdictCases(s), verdictText(s))
		}
		if s.summary != nil && len(s.summary.Expectations) > 0 {
			add(s, stageName(s)+": expectations", at, s.duration, expectationCases(s), "")
		}
		silent := len(all.Suites) == shown // an approval stage
		if s.name != "" && (silent || !red && s.outcome() != runners.GatePassed) {
			why := s.message
			if !s.finished {
				why = unfinished
			}
			add(s, stageName(s)+": gate", at, s.duration, []testcase{gate(stageName(s), s.outcome(), why)}, "")
		}
		red = red || before
	}
	if o := j.record.outcome(); !j.record.finished || !red && o != runners.GatePassed || len(all.Suites) == 0 {
		add(&stage{name: "run"}, "run", j.record.began, j.record.duration(), []testcase{gate("run", o, j.record.why())}, "")
	}
	return all
}

func (j *junit) feature(s *stage, f feature) (at time.Time, cases []testcase, out string) {
	var notes strings.Builder
	for _, r := range f.results {
		if at.IsZero() || r.began.Before(at) {
			at = r.began
		}
		c := testcase{Name: oneLine(full(r), 500), Classname: classname(s, f.id, f.file), Time: seconds(r.duration)}
		found := &finding{Message: message(r.reason(), string(r.status)), Type: string(r.status), Text: j.text(r)}
		switch r.status {
		case runners.Passed:
		case runners.Flaky:
			fmt.Fprintf(&notes, "flaky: %s passed at attempt %d%s\n", c.Name, r.attempts, prefixed("; before: ", oneLine(r.reason(), 500)))
		case runners.Skipped:
			c.Skipped = &finding{Message: message(r.reason(), "")}
		case runners.Undefined, runners.Pending, runners.Ambiguous:
			c.Error = found
		default:
			if list := r.diagnostics(); len(list) > 0 && list[0].Code != "" {
				found.Type = oneLine(list[0].Code, 200)
			}
			c.Failure = found
			if r.abandoned {
				c.Failure, c.Error = nil, found
				found.Type = "unfinished"
			}
		}
		cases = append(cases, c)
	}
	return at, cases, notes.String()
}

// text is the steps and diagnostics of a result, as the terminal shows them without colour.
func (j *junit) text(r *result) string {
	var b strings.Builder
	plain := terminal{}
	plain.steps(r, true)
	b.WriteString(plain.text.String())
	for _, d := range r.diagnostics() {
		b.WriteString(diag.Renderer{Source: j.o.Source}.Sprint(harmless(d)))
	}
	if b.Len() == 0 {
		return ""
	}
	return cutBytes("\n"+b.String(), longestOutput)
}

func verdictCases(s *stage) []testcase {
	var cases []testcase
	for _, v := range s.verdicts {
		c := testcase{Name: oneLine(cmp.Or(v.Words, v.Clause, "(no words)"), 500), Classname: classname(s, v.Clause, "promises"), Time: seconds(0)}
		found := &finding{Message: message(because(v), verdictOf(v)), Type: verdictOf(v)}
		switch verdictOf(v) {
		case delivered:
		case missed:
			c.Failure = found
		case unbound:
			c.Skipped = &finding{Message: message("unbound: "+strings.Join(append([]string{because(v)}, v.Help...), "; "), "")}
		default:
			c.Error = found
		}
		cases = append(cases, c)
	}
	return cases
}

// verdictText is what every verdict rests on, those that are delivered too, which have no place of their own.
func verdictText(s *stage) string {
	var b strings.Builder
	for _, v := range worstFirst(s.verdicts) {
		lines := basis(v)
		if len(lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s: %s%s\n", verdictWord(v), oneLine(v.Words, 300), prefixed(" — ", oneLine(because(v), 1000)))
		for _, l := range lines {
			fmt.Fprintf(&b, "  %s\n", oneLine(l, 1000))
		}
	}
	return b.String()
}

// expectationCases are what a load stage had to hold.
func expectationCases(s *stage) []testcase {
	var cases []testcase
	for _, e := range s.summary.Expectations {
		c := gate(classname(s, "expectations"), decided(e.Outcome), expectation(s.summary, e))
		c.Name = oneLine(cmp.Or(e.Source, "(no expression)"), 500)
		cases = append(cases, c)
	}
	return cases
}

// gate is a testcase for what no scenario tells: how a stage or the run ended.
func gate(class string, o runners.Outcome, why string) testcase {
	c := testcase{Name: "gate", Classname: class, Time: seconds(0)}
	found := &finding{Message: message(why, string(o)), Type: string(o)}
	switch o {
	case runners.GatePassed:
	case runners.GateFailed:
		c.Failure = found
	default:
		c.Error = found
	}
	return c
}

func (j *junit) properties(s *stage) []property {
	list := []property{}
	for _, p := range []property{
		{"digest", cmp.Or(s.info.Digest, j.record.digest())},
		{"environment", s.info.Environment},
		{"run", j.record.id},
		{"project", j.record.project()},
		{"runner", s.info.Runner},
		{"driver", s.info.Driver},
		{"url", s.info.URL},
		{"overrides", strings.Join(s.info.Overrides, " ")},
		{"load", s.loadWords()},
	} {
		if p.Value != "" {
			list = append(list, property{p.Name, oneLine(p.Value, 1000)})
		}
	}
	return list
}

// unique names the second of equal testcases "… (2)": readers join them by class and name.
func unique(cases []testcase) []testcase {
	seen := map[string]int{}
	for _, c := range cases {
		seen[c.Classname+"\x00"+c.Name] = 0
	}
	for i, c := range cases {
		key := func(name string) string { return c.Classname + "\x00" + name }
		seen[key(c.Name)]++
		n := seen[key(c.Name)]
		if n == 1 {
			continue
		}
		name := fmt.Sprintf("%s (%d)", c.Name, n)
		for seen[key(name)] > 0 {
			n++
			name = fmt.Sprintf("%s (%d)", c.Name, n)
		}
		seen[key(name)]++
		cases[i].Name = name
	}
	return cases
}

func stageName(s *stage) string { return oneLine(cmp.Or(strings.TrimSpace(s.name), "run"), 200) }

func classname(s *stage, parts ...string) string {
	for _, p := range parts {
		if p != "" {
			return stageName(s) + "." + oneLine(p, 500)
		}
	}
	return stageName(s)
}

func message(s, otherwise string) string {
	return cutBytes(oneLine(cmp.Or(s, otherwise), longestMessage), longestMessage)
}

// stamp is UTC without a zone, which is all that Ant's schema allows.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }
