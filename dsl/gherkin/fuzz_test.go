package gherkin_test

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	gk "github.com/cucumber/gherkin/go/v26"
	"github.com/cucumber/messages/go/v21"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/gherkin"
)

func seeds(f *testing.F) {
	f.Add([]byte(tricky))
	f.Add([]byte("\xff\xfeF\x00"))
	f.Add([]byte("@@a @ @b#c\n|\n\"\"\"x\"\"\"\n\\"))
	for _, pattern := range []string{"testdata/diagnostics/*.feature", shared + "/gherkin-v26.2.0/*/*.feature"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			f.Add(read(f, file))
		}
	}
}

// inside reports a range that does not lie in the text that it is about.
func inside(t *testing.T, d diag.Diagnostic, text string) {
	t.Helper()
	for _, r := range append([]diag.Range{d.Range}, notes(d)...) {
		if r.File != "x.feature" {
			t.Errorf("file %q: %s", r.File, d.FirstLine())
		}
		if r.Line == 0 {
			continue
		}
		line, ok := diag.LineOf(text, r.Line)
		if n := utf8.RuneCountInString(line); !ok || r.Col < 1 || r.Len < 1 || r.Col-1+r.Len > n {
			t.Errorf("%s with %d runes lies outside of %q: %s", r.Pos, r.Len, line, d.FirstLine())
		}
	}
	if d.Message == "" || d.Severity == diag.Unset || !strings.HasPrefix(d.Code, "gherkin/") || len(d.Help) == 0 {
		t.Errorf("half a diagnostic: %+v", d)
	}
	if d.Code == "gherkin/internal" || d.Code == "gherkin/syntax" {
		t.Errorf("the library said something unknown: %s", d.FirstLine())
	}
}

func notes(d diag.Diagnostic) (out []diag.Range) {
	for _, n := range d.Notes {
		out = append(out, n.Range)
	}
	return out
}

func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		text, list := gherkin.Normalise("x.feature", src)
		if list.HasErrors() {
			return // its ranges are in src, which need not be text
		}
		doc, list := gherkin.Parse("x.feature", text)
		for _, d := range list {
			inside(t, d, text)
		}
		// The functional runner parses the same text with the library alone: both must agree.
		_, err := gk.ParseGherkinDocument(strings.NewReader(text), (&messages.Incrementing{}).NewId)
		if (err != nil) != list.HasErrors() {
			t.Errorf("the library says %v, and we say %v", err, list.Err())
		}
		if doc.Feature == nil || list.HasErrors() {
			return
		}
		for _, c := range doc.Feature.Narrative.Clauses {
			for i := range c.Text {
				line, _ := diag.LineOf(text, c.At(i).Line)
				if at := c.At(i); at.Col < 1 || at.Col > utf8.RuneCountInString(line)+1 {
					t.Errorf("byte %d of %q is at %s of %q", i, c.Text, at, line)
				}
			}
		}
	})
}

// FuzzParseRaw gives the parser what Normalise would have refused.
func FuzzParseRaw(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		_, list := gherkin.Parse("x.feature", string(src))
		for _, d := range list {
			inside(t, d, string(src))
		}
	})
}
