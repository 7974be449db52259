package gherkin

import (
	"strings"
	"testing"

	gk "github.com/cucumber/gherkin/go/v26"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Lines of tags are read as the library reads them. It counts the columns behind an empty tag wrongly; those lines
// are left out.
func TestTagLines(t *testing.T) {
	library := gk.NewLanguageMatcher(gk.DialectsBuiltin(), gk.DefaultDialect)
	ours := newMatcher()
	piece := rapid.SampledFrom([]string{"@a", "@b:c d", "@ü", "@@", "@", " ", "\t", "#", " #", "x", "\u00a0", "\v", "\r"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "")
		line := &gk.Line{LineText: text, LineNumber: 3, TrimmedLineText: strings.TrimLeft(text, " \t")}
		wantOK, want, wantErr := library.MatchTagLine(line)
		ok, token, err := ours.MatchTagLine(line)
		if ok != wantOK || (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Fatalf("%q: %v %v, the library: %v %v", text, ok, err, wantOK, wantErr)
		}
		if !ok || strings.Contains(text, "@@") || strings.Contains(text, "@ ") || strings.Contains(text, "@\t") || strings.Contains(text, "@\u00a0") || strings.ContainsAny(text, "\v\r") {
			return
		}
		if diff := cmp.Diff(want.Items, token.Items); diff != "" || want.Type != token.Type || *want.Location != *token.Location {
			t.Fatalf("%q: -library +ours:\n%s", text, diff)
		}
	})
}
