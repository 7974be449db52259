package clause

import (
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// TestANameOfABaselineMeansOneThing: a name that a clause could read in two ways is refused where it is declared.
func TestANameOfABaselineMeansOneThing(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string // of the first message, "" is none
	}{
		{[]string{"the spring campaign", "Black Friday", "spring", "sprint 12", "2025 campaign"}, ""},
		{[]string{"last week"}, `"last week" means something of its own behind "than"`},
		{[]string{"The Previous Release"}, "means something of its own"},
		{[]string{"control group"}, "means something of its own"},
		{[]string{"v2.4"}, "means something of its own"},
		{[]string{"release 2.4.0"}, "means something of its own"},
		{[]string{"5%"}, "means something of its own"},
		{[]string{"12"}, "means something of its own"},
		{[]string{"the"}, "is no name that a clause could say"},
		{[]string{"..."}, "is no name that a clause could say"},
		{[]string{"the spring campaign", "Spring campaigns"}, `"Spring campaigns" is read as "the spring campaign" is`},
	} {
		var list []ir.Baseline
		for i, n := range c.names {
			list = append(list, ir.Baseline{Name: n, Pos: diag.Pos{File: "hoops.yaml", Line: i + 2, Col: 3}})
		}
		wrong := CheckBaselines(list)
		if c.want == "" {
			if len(wrong) > 0 {
				t.Errorf("%q: %+v", c.names, wrong)
			}
			continue
		}
		if len(wrong) != 1 || wrong[0].Code != "value/baseline-name" || !strings.Contains(wrong[0].Message, c.want) || wrong[0].Range.Line != len(c.names)+1 {
			t.Errorf("%q: %+v, expected %q", c.names, wrong, c.want)
		}
	}
}
