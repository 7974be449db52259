// Package large makes the project that hoops' compiler is measured with, for its Go benchmarks and for the real command.
// It refuses to read or write anything.
package large

import (
	"fmt"
	"strings"
)

// Files are a project of 10,000 scenarios with 60,000 steps, of which most have arguments, and doc strings; and of 500
// definitions, half of them on each of two drivers, with alternatives and options. It has no hoops.yaml.
func Files() map[string]string {
	files := map[string]string{}
	const half = 250
	for _, driver := range []string{"http", "browser"} {
		var b strings.Builder
		fmt.Fprintf(&b, "@driver:%s\nFeature: %s\n", driver, driver)
		for i := range half {
			fmt.Fprintf(&b, "\n  Scenario: the %s number %d adds {n:int} item(s) of {what:string} to/into basket\n", who(i), i)
			fmt.Fprintf(&b, "    When I POST \"/baskets/%d/${what}?n=${n}\" with JSON:\n      \"\"\"json\n      {\"what\": \"${what}\", \"n\": ${n}, \"doc\": \"${doc}\"}\n      \"\"\"\n", i)
			b.WriteString("    Then the status is 201\n    And I expect body.total > n\n")
			fmt.Fprintf(&b, "    And I keep basket%d = body.id\n", i)
		}
		files[driver+".steps.feature"] = b.String()
	}
	for f := range 1000 {
		files[fmt.Sprintf("features/f%04d.feature", f)] = feature(f)
	}
	return files
}

func feature(f int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "@owner:team%d\nFeature: feature %d\n  In order to lose fewer than %d%% of orders\n  As a shop owner\n  I want it to work\n", f%10, f, f%100)
	for s := range 10 {
		fmt.Fprintf(&b, "\n  @journey\n  Scenario: scenario %d of %d\n", s, f)
		for i := range 6 {
			d := (f*7 + s*3 + i) % 250
			fmt.Fprintf(&b, "    Given the %s number %d adds %d items of \"Tea %d\" into basket\n      \"\"\"\n      run ${run.id} and %d\n      \"\"\"\n", who(d), d, i, f, s)
		}
	}
	return b.String()
}

func who(i int) string { return []string{"customer", "owner", "clerk", "guest", "visitor"}[i%5] }

// Changed is the project's feature in the middle, and its text changed in another way for each n.
func Changed(n int) (path, text string) {
	const f = 500
	return fmt.Sprintf("features/f%04d.feature", f), strings.Replace(feature(f), "scenario 3 of", fmt.Sprintf("changed %d of", n), 1)
}

// One is the name of one scenario of the project, which no other has.
const One = "scenario 4 of 777"
