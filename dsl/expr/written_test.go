package expr

import "testing"

// A span of what an expression was made into stands where somebody wrote it.
func TestSpanAsWritten(t *testing.T) {
	const written, source = `a < <d> and b < duration("<d>[) ${n}`, `a < row.d and b < duration("" + string(row.d) + "[) n`
	for _, c := range []struct {
		at   Span
		want string
	}{
		{Span{1, 1, 1}, "a"}, {Span{1, 5, 5}, "<d>"}, {Span{1, 9, 1}, "<d>"}, {Span{1, 11, 3}, "and"}, {Span{1, 28, 1}, `"`}, {Span{1, 29, 1}, "<d>"}, {Span{1, 51, 1}, ")"}, {Span{1, 53, 1}, "${n}"},
		{Span{1, 1, 53}, written}, {Span{2, 1, 1}, written},
	} {
		got := SpanAsWritten(source, written, c.at)
		if words := string([]rune(written)[got.Col-1:][:got.Len]); words != c.want {
			t.Errorf("%v is %v, %q; expected %q", c.at, got, words, c.want)
		}
	}
	if got := SpanAsWritten("b == 1", "<x> == 1", Span{1, 1, 1}); got != (Span{1, 1, 8}) {
		t.Errorf("of what was not made from it: %v", got)
	}
}
