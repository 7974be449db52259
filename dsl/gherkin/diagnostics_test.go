package gherkin_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/gherkin"
)

var update = flag.Bool("update", false, "write the golden files")

func compile(path string, src []byte) (*gherkin.Document, string, diag.List) {
	text, list := gherkin.Normalise(path, src)
	doc, more := gherkin.Parse(path, text)
	list = append(list, more...)
	list.Sort()
	return doc, text, list
}

func TestDiagnostics(t *testing.T) {
	files, _ := filepath.Glob("testdata/diagnostics/*.feature")
	if len(files) == 0 {
		t.Fatal("no cases")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			_, text, list := compile(filepath.Base(file), read(t, file))
			var out strings.Builder
			r := diag.Renderer{Source: func(string) string { return text }}
			if err := r.Print(&out, list); err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".feature") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(read(t, golden)), out.String()); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnknownLanguages(t *testing.T) {
	for name, help := range map[string]string{
		"French": `did you mean "# language: fr"?`, "deutsch": `did you mean "# language: de"?`, "pt-BR": `did you mean "# language: pt"?`,
		"EN": `did you mean "# language: en"?`, "zh-cn": `did you mean "# language: zh-CN"?`, "xx": `name it by its code: "# language: fr", "# language: pt"; the default is en`,
	} {
		_, _, list := compile("x.feature", []byte("# language: "+name+"\nFeature: x\n"))
		if len(list) != 1 || list[0].Code != "gherkin/unknown-language" || list[0].Help[0] != help {
			t.Errorf("%s: %+v", name, list)
		}
	}
}
