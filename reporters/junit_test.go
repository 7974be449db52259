package reporters

import (
	"encoding/xml"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/reporters/junit"
	"github.com/cucumber-value/hoops/runners"
)

func junitTapes() map[string]*tape {
	rows := newTape() // rows of one name, a probe that repeats, two stages with one feature
	rows.begin()
	for _, stage := range []string{"uat", "probe"} {
		rows.stageStarted(stage, runners.Info{})
		for range 3 {
			rows.scenario("a", "One", "", 1).finish(runners.Passed, ms, nil)
		}
		rows.scenario("a", "One (2)", "", 5).finish(runners.Passed, 1500*time.Microsecond, nil)
		long := diag.Errorf(diag.Range{}, "", "%s", strings.Repeat("é", 100000))
		rows.scenario("a", "Long", "", 9).step(1, "When\nit\r\nbreaks", runners.Failed, ms, &long).finish(runners.Failed, ms, &long)
		rows.stageFinished(runners.GateFailed, ms, nil, "")
	}
	rows.end(runners.GateFailed, ms)
	return map[string]*tape{"functional": functional(), "pipeline": pipeline(), "severed": severed(), "hostile": hostile(),
		"rows": rows, "empty": newTape(), "load": passedLoad(), "rounds": rounds(), "many": many(300, 20, 5)}
}

// The schemas of Ant and Jenkins, by hand: which element stands where, with which attributes.
var (
	children = map[string]string{ // in this order
		"testsuites": `^(testsuite )*$`,
		"testsuite":  `^properties (testcase )*system-out system-err $`,
		"properties": `^(property )*$`,
		"testcase":   `^((skipped|error|failure) )?$`,
		"property":   `^$`, "skipped": `^$`, "error": `^$`, "failure": `^$`, "system-out": `^$`, "system-err": `^$`,
	}
	attributes = map[string]string{
		"testsuites": `^$`,
		"testsuite": `^name="[^"]+" package="[^"]+" id="\d+" timestamp="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d" hostname="[^"]+" ` +
			`tests="\d+" failures="\d+" errors="\d+" skipped="\d+" time="\d+\.\d{3}" $`,
		"properties": `^$`, "property": `^name="[^"]+" value="[^"]*" $`,
		"testcase": `^name="[^"]+" classname="[^"]+" time="\d+\.\d{3}" $`,
		"skipped":  `^(message="[^"]*" )?$`, "error": `^(message="[^"]*" )?type="[^"]+" $`, "failure": `^(message="[^"]*" )?type="[^"]+" $`,
		"system-out": `^$`, "system-err": `^$`,
	}
)

func TestJUnitIsWhatReadersTake(t *testing.T) {
	for name, tape := range junitTapes() {
		got := written(t, "junit", Options{Source: source}, tape.events)
		if err := wellFormed(got); err != nil {
			t.Errorf("%s: %v\n%.3000s", name, err, got)
		}
		var doc junit.Suites
		if err := xml.Unmarshal([]byte(got), &doc); err != nil {
			t.Fatal(err)
		}
		if len(doc.Suites) == 0 {
			t.Errorf("%s has no testsuite", name)
		}
		seen := map[string]bool{}
		for i, s := range doc.Suites {
			var failures, errors, skipped int
			if s.ID != i {
				t.Errorf("%s: suite %d has id %d", name, i, s.ID)
			}
			for _, c := range s.Cases {
				if key := c.Classname + "\x00" + c.Name; seen[key] {
					t.Errorf("%s: %q twice", name, key)
				} else {
					seen[key] = true
				}
				for _, f := range []*junit.Finding{c.Failure, c.Error, c.Skipped} {
					if f != nil && (len(f.Message) > junit.LongestMessage || strings.ContainsAny(f.Message, "\r\n") || len(f.Text) > junit.LongestText) {
						t.Errorf("%s: message of %d bytes, text of %d: %.100s", name, len(f.Message), len(f.Text), f.Message)
					}
				}
				switch {
				case c.Failure != nil:
					failures++
				case c.Error != nil:
					errors++
				case c.Skipped != nil:
					skipped++
				}
			}
			if s.Tests != len(s.Cases) || s.Failures != failures || s.Errors != errors || s.Skipped != skipped {
				t.Errorf("%s: suite %s counts wrongly", name, s.Name)
			}
		}
	}
}

func wellFormed(text string) error {
	d := xml.NewDecoder(strings.NewReader(text))
	type open struct{ name, children string }
	stack := []open{{}}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			attrs := ""
			for _, a := range e.Attr {
				attrs += fmt.Sprintf("%s=\"%s\" ", a.Name.Local, strings.ReplaceAll(a.Value, `"`, "'"))
			}
			pattern, known := attributes[e.Name.Local]
			if !known || !regexp.MustCompile(pattern).MatchString(attrs) {
				return fmt.Errorf("<%s %.300s> where %s is expected", e.Name.Local, attrs, pattern)
			}
			stack[len(stack)-1].children += e.Name.Local + " "
			stack = append(stack, open{name: e.Name.Local})
		case xml.EndElement:
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if !regexp.MustCompile(children[top.name]).MatchString(top.children) {
				return fmt.Errorf("<%s> has %.300s where %s is expected", top.name, top.children, children[top.name])
			}
		}
	}
}

func TestJUnitHoldsTheSchema(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("SKIPPED: xmllint is not installed, so the reports were not validated against testdata/junit.xsd")
	}
	for name, tape := range junitTapes() {
		cmd := exec.Command(xmllint, "--noout", "--schema", "testdata/junit.xsd", "-")
		cmd.Stdin = strings.NewReader(written(t, "junit", Options{Source: source}, tape.events))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %s", name, out)
		}
	}
}
