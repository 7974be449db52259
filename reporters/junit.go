package reporters

import (
	"cmp"
	"strings"

	"github.com/cucumber-value/hoops/reporters/junit"
	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// junitReport writes a run for CI servers. What is undecided is an error, never skipped; a stage or a run that did
// not pass shows in red even when none of its scenarios does.
type junitReport struct{ atEnd }

func newJUnit(o Options) runners.Sink {
	j := &junitReport{atEnd{o: o}}
	j.write = func() error { return junit.Write(o.Out, j.suites()) }
	return j
}

func (j *junitReport) suites() []junit.Suite {
	var all []junit.Suite
	for _, p := range j.parts() {
		all = append(all, junit.Suite{Name: page.Line(p.title(), 500), Package: stageName(p.stage), Timestamp: junit.Stamp(p.at), Time: junit.Seconds(p.took),
			Properties: j.properties(p.stage), Cases: p.cases, Out: junit.Text{Text: p.out}})
	}
	return all
}

func (j *junitReport) properties(s *stage) []junit.Property {
	list := []junit.Property{}
	for _, p := range []junit.Property{
		{Name: "digest", Value: cmp.Or(s.info.Digest, j.record.digest())},
		{Name: "environment", Value: s.info.Environment},
		{Name: "run", Value: j.record.id},
		{Name: "project", Value: j.record.project()},
		{Name: "runner", Value: s.info.Runner},
		{Name: "driver", Value: s.info.Driver},
		{Name: "url", Value: s.info.URL},
		{Name: "overrides", Value: strings.Join(s.info.Overrides, " ")},
		{Name: "load", Value: s.loadWords()},
	} {
		if p.Value != "" {
			list = append(list, junit.Property{Name: p.Name, Value: page.Line(p.Value, 1000)})
		}
	}
	return list
}
