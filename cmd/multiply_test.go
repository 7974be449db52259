package cmd_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/cmd"
)

// Each of 60 definitions calls the next one twice: there are more ways through them than anybody could walk, and what
// is asked before a run (where does it run, does it write, to whom, does it need a shell) asks each definition once.
func TestCallsThatMultiply(t *testing.T) {
	const deep = 60
	var b strings.Builder
	b.WriteString("Feature: deep\n")
	for i := range deep {
		fmt.Fprintf(&b, "  Scenario: level %d\n    When level %d\n    And level %d\n", i, i+1, i+1)
	}
	fmt.Fprintf(&b, "  Scenario: level %d\n    When I GET \"/\"\n    Then the status is 200\n", deep)
	dir := project(t, map[string]string{
		"deep.steps.feature": b.String(),
		"deep.feature":       "Feature: deep\n  Scenario: all\n    When level 0\n  @wip\n  Scenario: repeated\n    When within 5s level 1\n",
		"hoops.yaml": "project: deep\nenvironments:\n  local: {url: \"http://127.0.0.1:1\", hosts: [example.com]}\n" +
			"stages:\n  uat: {run: functional}\n  load: {run: load, rate: 1/s, duration: 1s}\n  watch: {run: probe}\n",
	})
	for _, command := range []string{"check", "show", "steps"} {
		var out bytes.Buffer
		if code := cmd.Main([]string{command, dir}, cmd.Stdio{In: strings.NewReader(""), Out: &out, Err: &out}); code != 0 {
			t.Errorf("hoops %s ends with %d:\n%s", command, code, out.String())
		}
	}
}
