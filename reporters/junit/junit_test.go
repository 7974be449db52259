package junit_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cucumber-value/hoops/reporters/junit"
)

// Whatever the cases are called and say, a reader finds each of them under a name of its own, the counts are those of
// the cases, and the text is XML.
func TestEveryCaseIsFoundAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		finding := rapid.Custom(func(t *rapid.T) *junit.Finding {
			return &junit.Finding{Message: junit.Message(rapid.String().Draw(t, "message"), ""), Type: "failed", Text: rapid.OneOf(rapid.String(), rapid.Just("]]><a>\x00\x1b\r\n\ufffe")).Draw(t, "text")}
		})
		name := rapid.SampledFrom([]string{"One", "One (2)", "One (3)", "Two"})
		one := rapid.Custom(func(t *rapid.T) junit.Case {
			c := junit.Case{Name: name.Draw(t, "name"), Classname: name.Draw(t, "class"), Time: junit.Seconds(0)}
			switch rapid.IntRange(0, 3).Draw(t, "outcome") {
			case 1:
				c.Failure = finding.Draw(t, "failure")
			case 2:
				c.Error = finding.Draw(t, "error")
			case 3:
				c.Skipped = finding.Draw(t, "skipped")
			}
			return c
		})
		var suites []junit.Suite
		failed, cases := 0, 0
		for range rapid.IntRange(0, 4).Draw(t, "suites") {
			s := junit.Suite{Name: "s", Cases: rapid.SliceOfN(one, 0, 12).Draw(t, "cases"), Out: junit.Text{Text: rapid.String().Draw(t, "out")}}
			for _, c := range s.Cases {
				if c.Failure != nil {
					failed++
				}
			}
			cases += len(s.Cases)
			suites = append(suites, s)
		}
		var b strings.Builder
		if err := junit.Write(&b, suites); err != nil {
			t.Fatal(err)
		}
		var read junit.Suites
		if err := xml.Unmarshal([]byte(b.String()), &read); err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		names := map[string]bool{}
		for i, s := range read.Suites {
			if s.ID != i || s.Tests != len(s.Cases) {
				t.Errorf("suite %d has id %d and %d tests of %d", i, s.ID, s.Tests, len(s.Cases))
			}
			failed -= s.Failures
			cases -= s.Tests
			for _, c := range s.Cases {
				names[c.Classname+"\x00"+c.Name] = true
			}
		}
		if failed != 0 || cases != 0 {
			t.Errorf("%d failures and %d cases were lost", failed, cases)
		}
		told := 0
		for _, s := range suites {
			told += len(s.Cases)
		}
		if len(names) != told {
			t.Errorf("%d cases have %d names:\n%s", told, len(names), b.String())
		}
	})
}

// A name that a case has itself stays its own.
func TestWhatIsNamedApartKeepsItsName(t *testing.T) {
	suites := []junit.Suite{{Cases: []junit.Case{{Name: "One"}, {Name: "One"}, {Name: "One (2)"}}}}
	if err := junit.Write(&strings.Builder{}, suites); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range suites[0].Cases {
		names = append(names, c.Name)
	}
	if got := strings.Join(names, ", "); got != "One, One (3), One (2)" {
		t.Errorf("the names are %s", got)
	}
}

func TestTextIsBounded(t *testing.T) {
	long := strings.Repeat("é", junit.LongestText)
	suites := []junit.Suite{{Cases: []junit.Case{{Failure: &junit.Finding{Message: junit.Message(long, ""), Text: long}}}, Out: junit.Text{Text: long}}}
	var b strings.Builder
	if err := junit.Write(&b, suites); err != nil {
		t.Fatal(err)
	}
	if most := 2*junit.LongestText + junit.LongestMessage + 1000; b.Len() > most {
		t.Errorf("%d bytes, and %d at most were expected", b.Len(), most)
	}
	if suites[0].Cases[0].Failure.Text == "" || suites[0].Out.Text == "" {
		t.Error("nothing is left of a long text")
	}
}
