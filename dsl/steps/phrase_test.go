package steps

import (
	"math/rand/v2"
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

// Every byte of a phrase is found where it was written, behind escapes, values and columns too.
func TestPlacesOfBytes(t *testing.T) {
	at := func(offset int) diag.Pos { return diag.Pos{Col: offset} }
	pieces := []string{"a", "é", `\`, "$", `\${`, "${ x }", "<c>", " ", "}"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var b strings.Builder
		for range random.IntN(9) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		text := b.String()
		p, wrong := cut(source{text, at}, []string{"c"})
		if wrong != nil {
			continue // "$" before "${ x }" reads otherwise
		}
		for i, r := range p.text {
			was := p.pos(i).Col
			switch {
			case isPlaceholder(r):
				if part := p.values[r-firstPlaceholder]; part.Pos.Col != was || !strings.HasPrefix(text[was:], "x") && !strings.HasPrefix(text[was:], "<c>") {
					t.Fatalf("%q: the value at %d stands at %d", text, i, was)
				}
			case r == '$' && strings.HasPrefix(text[was:], `\${`):
			case !strings.HasPrefix(text[was:], string(r)):
				t.Fatalf("%q: %q at %d stands at %d", text, r, i, was)
			}
		}
		if end := p.pos(len(p.text)).Col; end != len(text) {
			t.Fatalf("%q ends at %d, expected %d", text, end, len(text))
		}
		if p.source() != strings.ReplaceAll(text, `\${`, "${") {
			t.Fatalf("%q was %q", text, p.source())
		}
	}
}
