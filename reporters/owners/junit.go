package owners

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/cucumber-value/hoops/reporters/junit"
	"github.com/cucumber-value/hoops/reporters/page"
)

// JUnit writes a suite for each project and environment and a case for each promise. What is not yet known is an
// error and never skipped; skipped is only what promises nothing that could be tested.
func JUnit(w io.Writer, r Report) error {
	var suites []junit.Suite
	at := map[string]int{}
	begin := func(name string) *junit.Suite {
		suites = append(suites, junit.Suite{Name: name, Package: "value", Timestamp: junit.Stamp(r.Made), Time: junit.Seconds(0)})
		return &suites[len(suites)-1]
	}
	for _, f := range r.Features {
		name := cmp.Or(page.Line(strings.Join(present(f.Project, f.Environment), " "), 300), "promises")
		if _, ok := at[name]; !ok {
			at[name] = len(suites)
			begin(name)
		}
		for _, p := range f.Promises {
			s := &suites[at[name]]
			s.Cases = append(s.Cases, caseOf(f, p))
		}
	}
	if len(suites) == 0 {
		s := begin("promises")
		s.Cases = []junit.Case{{Name: "promises", Classname: "value", Time: junit.Seconds(0), Error: &junit.Finding{Message: r.Totals.Sentence(), Type: string(Undecided), Text: r.empty()}}}
	}
	return junit.Write(w, suites)
}

func caseOf(f Feature, p Promise) junit.Case {
	c := junit.Case{Name: page.Line(cmp.Or(p.Words, p.ID), 300), Classname: page.Line(cmp.Or(f.ID, f.Name, "feature"), 300), Time: junit.Seconds(0)}
	message := junit.Message(p.message(), "")
	found := &junit.Finding{Message: message, Type: string(p.Verdict)}
	var lines []string
	for _, l := range p.lines(f) {
		lines = append(lines, fmt.Sprintf("%-10s %s", l.Name, text(l.Words)))
	}
	found.Text = "\n" + strings.Join(lines, "\n") + "\n"
	switch p.Verdict {
	case Missed:
		c.Failure = found
	case Delivered:
	case Unbound:
		c.Skipped = &junit.Finding{Message: message}
	default:
		c.Error = found
	}
	return c
}

// message is a verdict in one line.
func (p Promise) message() string {
	for _, c := range p.Claims {
		if c.Verdict == p.Verdict && c.Sentence != "" {
			return p.Headline + ": " + c.Sentence
		}
	}
	if p.Unbound != "" {
		return p.Headline + ": " + p.Unbound
	}
	return p.Headline
}
