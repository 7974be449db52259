// Package junit writes the part of JUnit's XML that the schemas of Ant and of Jenkins have in common: no attributes
// on testsuites, every attribute and child of a testsuite that either wants, one outcome and no output in a testcase.
// It counts, numbers and bounds. It decides nothing: what is a failure, an error or skipped comes with the cases, and
// no suite is made up where there is none.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/cucumber-value/hoops/reporters/page"
)

// Bounds of what readers take, in bytes: those of Jenkins and of Buildkite grow slow or refuse above them.
const (
	LongestMessage = 1 << 10  // of an attribute
	LongestText    = 64 << 10 // in an element
)

// Suites is a report.
type Suites struct {
	XMLName xml.Name `xml:"testsuites"`
	Suites  []Suite  `xml:"testsuite"`
}

// Suite is a number of cases. Write numbers and counts it.
type Suite struct {
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
	Properties []Property `xml:"properties>property"`
	Cases      []Case     `xml:"testcase"`
	Out        Text       `xml:"system-out"`
	Err        Text       `xml:"system-err"`
}

// Property is a name and a value.
type Property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// Case is one test. Without an outcome it has passed.
type Case struct {
	Name      string   `xml:"name,attr"`
	Classname string   `xml:"classname,attr"`
	Time      string   `xml:"time,attr"`
	Skipped   *Finding `xml:"skipped"`
	Error     *Finding `xml:"error"`
	Failure   *Finding `xml:"failure"`
}

// Finding is why a case has the outcome that it has.
type Finding struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

// Text of an element.
type Text struct {
	Text string `xml:",cdata"`
}

// Seconds is a duration as these schemas want it.
func Seconds(d time.Duration) string { return strconv.FormatFloat(max(0, d.Seconds()), 'f', 3, 64) }

// Stamp is UTC without a zone, which is all that Ant's schema allows.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

// Message is data as a message, or otherwise when there is none.
func Message(s, otherwise string) string {
	if s == "" {
		s = otherwise
	}
	return page.CutBytes(page.Line(s, LongestMessage), LongestMessage)
}

// Write writes a report: suites numbered and counted, cases of one name told apart, text that XML forbids replaced.
func Write(w io.Writer, suites []Suite) error {
	named := map[string]int{}
	for i := range suites {
		for _, c := range suites[i].Cases {
			named[key(c)] = 0
		}
	}
	for i := range suites {
		s := &suites[i]
		s.ID, s.Hostname, s.Tests = i, "localhost", len(s.Cases)
		s.Failures, s.Errors, s.Skipped = 0, 0, 0
		s.Out.Text, s.Err.Text = bounded(s.Out.Text), bounded(s.Err.Text)
		for k := range s.Cases {
			c := &s.Cases[k]
			c.tellApart(named)
			switch {
			case c.Failure != nil:
				s.Failures++
			case c.Error != nil:
				s.Errors++
			case c.Skipped != nil:
				s.Skipped++
			}
			for _, f := range []*Finding{c.Failure, c.Error, c.Skipped} {
				if f != nil {
					f.Text = bounded(f.Text)
				}
			}
		}
	}
	text, err := xml.MarshalIndent(Suites{Suites: suites}, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

func key(c Case) string { return c.Classname + "\x00" + c.Name }

// tellApart names the second of equal cases "… (2)": readers join them by class and name. named holds every name of
// the report, with how often it was used.
func (c *Case) tellApart(named map[string]int) {
	first, name := key(*c), c.Name
	named[first]++
	if named[first] == 1 {
		return
	}
	taken := true
	for n := named[first]; taken; n++ {
		c.Name = fmt.Sprintf("%s (%d)", name, n)
		_, taken = named[key(*c)]
	}
	named[key(*c)] = 1
}

// bounded is text that may stand in an element.
func bounded(s string) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case c == '\t', c == '\n', c >= 0x20 && c <= 0xd7ff, c >= 0xe000 && c <= 0xfffd, c >= 0x10000:
			return c
		case c == '\r':
			return -1
		}
		return 0xfffd
	}, s)
	return page.CutBytes(s, LongestText)
}
