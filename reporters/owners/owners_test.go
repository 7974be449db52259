package owners_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/reporters/owners"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(file, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got), -update writes it:\n%s", file, diff)
	}
}

func written(t testing.TB, format string, r owners.Report) string {
	t.Helper()
	var b bytes.Buffer
	must(t, owners.Write(&b, format, r, false))
	return b.String()
}

// Every format of a history with every verdict is what it was.
func TestFormats(t *testing.T) {
	r := shop(t).report(owners.Filter{})
	for _, format := range owners.Formats() {
		t.Run(format, func(t *testing.T) { golden(t, "shop."+format, written(t, format, r)) })
	}
}
