package steps

import (
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// A text has as many values as there are characters to stand for them; with one more it is refused, and none is taken for
// text.
func TestAsManyValuesAsThereArePlaceholders(t *testing.T) {
	const most = lastPlaceholder - firstPlaceholder + 1
	at := func(offset int) diag.Pos { return diag.Pos{File: "a", Line: 1, Col: 1 + offset} }
	p, wrong := cut(source{strings.Repeat("${a}", most), at}, nil)
	if wrong != nil || len(p.values) != most || strings.ContainsFunc(p.text, func(r rune) bool { return !isPlaceholder(r) }) {
		t.Fatalf("%d values: %v", len(p.values), wrong)
	}
	_, wrong = cut(source{strings.Repeat("${a}", most+1), at}, nil)
	if wrong == nil || wrong.Code != "steps/placeholder" || wrong.Range.Col != 1+4*most+2 {
		t.Fatal(wrong)
	}
}
