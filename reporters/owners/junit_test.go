package owners_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/reporters/owners"
)

// JUnit is what its readers take, whatever the names are; what is not yet known is red and never skipped.
func TestJUnitHoldsTheSchema(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		without(t, "no xmllint: JUnit is not validated")
	}
	for name, r := range map[string]owners.Report{"shop": shop(t).report(owners.Filter{}), "hostile": hostile(t).report(owners.Filter{}), "empty": {}} {
		cmd := exec.Command(xmllint, "--noout", "--schema", filepath.Join("..", "testdata", "junit.xsd"), "-")
		cmd.Stdin = strings.NewReader(written(t, "junit", r))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %s", name, out)
		}
	}
	shop := written(t, "junit", shop(t).report(owners.Filter{}))
	for what, n := range map[string]int{"<failure ": 1, "<error ": 1, "<skipped ": 1, "<testcase ": 5, "<testsuite ": 2} {
		if got := strings.Count(shop, what); got != n {
			t.Errorf("%s is there %d times, expected %d", what, got, n)
		}
	}
	if empty := written(t, "junit", owners.Report{}); !strings.Contains(empty, "<error ") {
		t.Error("a report of nothing is green")
	}
}
