package owners_test

import (
	"github.com/cucumber-value/hoops/reporters/owners"
	"os"
	"testing"
)

func TestZZ(t *testing.T) {
	h := written(t, "html", large(t, 500, 25).report(owners.Filter{}))
	os.WriteFile("/tmp/h/owners/large.html", []byte(h), 0o644)
}
