package pipeline

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/runners"
)

// story runs stages written as "name outcome [continue] [value]" and tells what happened to each.
func story(t *testing.T, text string) (told []string, outcome runners.Outcome) {
	t.Helper()
	var stages []Stage
	for _, line := range strings.Split(text, ",") {
		words := strings.Fields(line)
		s := Stage{Name: words[0], Value: strings.Contains(line, " value"), Continue: strings.Contains(line, " continue")}
		s.Run = func(context.Context) (runners.Outcome, error) {
			switch words[1] {
			case "error":
				return "", errors.New("it broke")
			case "zero":
				return "", nil
			}
			return runners.Outcome(words[1]), nil
		}
		stages = append(stages, s)
	}
	skipped := map[string]bool{}
	results := Run(context.Background(), stages, func(r Result) { skipped[r.Name] = true })
	for _, r := range results {
		switch {
		case skipped[r.Name] != (r.Skipped != ""):
			t.Errorf("%s: skipped is told %v, and the result says %q", r.Name, skipped[r.Name], r.Skipped)
		case r.Skipped != "":
			told = append(told, r.Name+" not run: "+r.Skipped)
		default:
			told = append(told, r.Name+" ran")
		}
	}
	return told, Outcome(results)
}

func TestGates(t *testing.T) {
	for _, c := range []struct {
		stages, want string
		outcome      runners.Outcome
	}{
		{"uat passed, load passed", "uat ran, load ran", runners.GatePassed},
		{"uat failed, load passed", "uat ran, load not run: uat failed", runners.GateFailed},
		{"uat failed, load passed, value passed value", "uat ran, load not run: uat failed, value ran", runners.GateFailed},
		{"uat undecided, load passed", "uat ran, load not run: uat is undecided", runners.GateUndecided},
		{"uat undecided continue, load passed", "uat ran, load ran", runners.GateUndecided},
		{"uat failed continue, load passed", "uat ran, load not run: uat failed", runners.GateFailed},
		{"uat error, load passed, value passed value", "uat ran, load not run: uat could not run, value ran", runners.GateUndecided},
		{"value failed value, probe passed", "value ran, probe not run: value failed", runners.GateFailed},
		{"uat undecided, value failed value", "uat ran, value ran", runners.GateFailed},
		{"uat zero, load passed", "uat ran, load not run: uat failed", runners.GateUndecided},
	} {
		told, outcome := story(t, c.stages)
		if got := strings.Join(told, ", "); got != c.want || outcome != c.outcome {
			t.Errorf("%s:\n got %s, %s\nwant %s, %s", c.stages, got, outcome, c.want, c.outcome)
		}
	}
}

func TestNothingRunPassesNothing(t *testing.T) {
	if o := Outcome(nil); o != runners.GateUndecided {
		t.Errorf("no stage at all is %q", o)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	results := Run(ctx, []Stage{{Name: "uat", Run: func(context.Context) (runners.Outcome, error) {
		t.Error("a stage ran after the interruption")
		return runners.GatePassed, nil
	}}}, func(Result) {})
	if o := Outcome(results); o != runners.GateUndecided {
		t.Errorf("an interrupted pipeline is %q", o)
	}
}
