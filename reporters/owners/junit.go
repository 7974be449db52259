package owners

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
)

// The part of JUnit's format that the schemas of Ant and of Jenkins have in common.
type (
	testsuites struct {
		XMLName xml.Name    `xml:"testsuites"`
		Suites  []testsuite `xml:"testsuite"`
	}
	testsuite struct {
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
		Properties struct{}   `xml:"properties"`
		Cases      []testcase `xml:"testcase"`
		Out        string     `xml:"system-out"`
		Err        string     `xml:"system-err"`
	}
	testcase struct {
		Name      string   `xml:"name,attr"`
		Classname string   `xml:"classname,attr"`
		Time      string   `xml:"time,attr"`
		Skipped   *finding `xml:"skipped"`
		Error     *finding `xml:"error"`
		Failure   *finding `xml:"failure"`
	}
	finding struct {
		Message string `xml:"message,attr,omitempty"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes a suite for each project and environment and a case for each promise. What is not yet known is an
// error and never skipped; skipped is only what promises nothing that could be tested.
func JUnit(w io.Writer, r Report) error {
	var all testsuites
	at := map[string]int{}
	names := map[string]bool{}
	for _, f := range r.Features {
		name := page.Line(strings.Join(present(f.Project, f.Environment), " "), 300)
		i, ok := at[name]
		if !ok {
			i = len(all.Suites)
			at[name] = i
			all.Suites = append(all.Suites, testsuite{Name: cmp.Or(name, "promises"), Package: "value", ID: i, Timestamp: r.Made.UTC().Format("2006-01-02T15:04:05"), Hostname: "localhost", Time: "0.000"})
		}
		s := &all.Suites[i]
		for _, p := range f.Promises {
			s.add(f, p, names)
		}
	}
	if len(all.Suites) == 0 {
		s := testsuite{Name: "promises", Package: "value", Timestamp: r.Made.UTC().Format("2006-01-02T15:04:05"), Hostname: "localhost", Time: "0.000", Tests: 1, Errors: 1}
		s.Cases = []testcase{{Name: "promises", Classname: "value", Time: "0.000", Error: &finding{Message: r.Totals.Sentence(), Type: string(Undecided), Text: r.empty()}}}
		all.Suites = append(all.Suites, s)
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

func (s *testsuite) add(f Feature, p Promise, names map[string]bool) {
	c := testcase{Name: page.Line(cmp.Or(p.Words, p.ID), 300), Classname: page.Line(cmp.Or(f.ID, f.Name, "feature"), 300), Time: "0.000"}
	base := c.Name
	for n := 2; names[c.Classname+"\x00"+c.Name]; n++ {
		c.Name = fmt.Sprintf("%s (%d)", base, n)
	}
	names[c.Classname+"\x00"+c.Name] = true
	found := &finding{Message: page.Line(p.message(), 300), Type: string(p.Verdict)}
	var lines []string
	for _, l := range p.lines(f) {
		lines = append(lines, fmt.Sprintf("%-10s %s", l.Name, text(l.Words)))
	}
	found.Text = "\n" + strings.Join(lines, "\n") + "\n"
	s.Tests++
	switch p.Verdict {
	case Missed:
		c.Failure = found
		s.Failures++
	case Delivered:
	case Unbound:
		found.Type, found.Text = "", ""
		c.Skipped = found
		s.Skipped++
	default:
		c.Error = found
		s.Errors++
	}
	s.Cases = append(s.Cases, c)
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
