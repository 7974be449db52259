package value

import (
	"fmt"
	"testing"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// TestASplitThatWasNotMeant: 1,000 to 1,200 under an intended 50:50 is no chance (vector 11 of the specification), and
// nothing is compared across it; without weights nobody said what was meant.
func TestASplitThatWasNotMeant(t *testing.T) {
	half := &ir.Weights{Control: "50%", Split: "50%"}
	const sentence = "1,200 of 2,200 sums were in the candidate (54.5%), and 50% were meant to be: chance does not do that, so the groups differ in more than what is compared"
	for _, c := range []struct {
		weights            *ir.Weights
		control, candidate int
		verdict            Verdict
		sentence           string
	}{
		{half, 1000, 1200, Undecided, sentence},
		{nil, 1000, 1200, Delivered, ""},
		{half, 5000, 5200, Delivered, ""}, // p = .048
		{&ir.Weights{Control: "10%", Split: "90%"}, 1000, 9100, Delivered, ""},
		{&ir.Weights{Control: "10%", Split: "90%"}, 5000, 5000, Undecided,
			"5,000 of 10,000 sums were in the candidate (50%), and 90% were meant to be: chance does not do that, so the groups differ in more than what is compared"},
		{&ir.Weights{Control: "45.5%", Split: "54.5%"}, 1000, 1200, Delivered, ""},
		{&ir.Weights{Control: "?", Split: "54.5%"}, 1000, 1200, Undecided, "the weights of silly mistakes cannot be read: ? control, 54.5% split"},
	} {
		m := calculator
		m.Control, m.Split, m.Weights = `group="blue"`, `group="green"`, c.weights
		metrics := func(blue, green, blueMistakes, greenMistakes int) string {
			return process + fmt.Sprintf("calculator_sums_total{group=\"blue\"} %d\ncalculator_sums_total{group=\"green\"} %d\n"+
				"calculator_mistakes_total{group=\"blue\"} %d\ncalculator_mistakes_total{group=\"green\"} %d\n", blue, green, blueMistakes, greenMistakes)
		}
		j := scraped(t, m, metrics(0, 0, 0, 0), metrics(c.control, c.candidate, c.control/4, c.candidate/100), "make fewer silly mistakes than the control group")
		reason := map[Verdict]Reason{Undecided: SampleRatioMismatch}[c.verdict]
		if j.Verdict != c.verdict || j.Reason != reason || c.sentence != "" && j.Sentence != c.sentence {
			t.Errorf("%v %d:%d: %s %s: %s", c.weights, c.control, c.candidate, j.Verdict, j.Reason, j.Sentence)
		}
		if c.verdict == Undecided && (j.WouldChange != "a window in which the traffic is split as it was meant to be" || j.Rollback) {
			t.Errorf("%+v", j)
		}
	}
}
