package expr_test

import (
	"testing"

	"github.com/cucumber-value/hoops/dsl/expr"
)

// Messages quote what was written, not what it was made into.
func TestExplanationsQuoteWhatWasWritten(t *testing.T) {
	w := world{values: map[string]any{"t": "abc", "n": int64(3), "row": map[string]any{"a": "x", "unit price": int64(9), "b": "true"}}}
	scope := expr.Scope{Values: map[string]expr.Kind{"t": expr.Any, "n": expr.Any, "row": expr.Object}}
	for _, c := range []struct{ source, written, want string }{
		{`t == "" + string(n) + ""`, `t == "${n}"`, `t == "${n}" is false: t = "abc", "${n}" = "3"`},
		{`t == 'a' + string(row.a) + 'c'`, `t == 'a<a>c'`, `t == 'a<a>c' is false: t = "abc", 'a<a>c' = "axc"`},
		{`n == row["unit price"]`, `n == <unit price>`, `n == <unit price> is false: n = 3, <unit price> = 9`},
		{`n < 2 and row["unit price"] > 3`, `n < 2 and <unit price> > 3`, `n < 2 is false: n = 3`},
		{`n == (n + 1)`, `n == ${n + 1}`, `n == ${n + 1} is false: n = 3, n + 1 = 4`},
		{`n == t`, `n == ${t}`, `n == ${t} is false: n = 3, ${t} = "abc"`},
		{`row.b`, `<b>`, `"<b>" is not a condition: <b> = "true"`},
		{`row.c == 1`, `<c> == 1`, `<c> == 1 has no data: <c> is missing`},
		{`n > 9`, `something else, with ${n}`, `n > 9 is false: n = 3`},
		{`row.a == t`, `row.a == <t>`, `row.a == t is false: row.a = "x", t = "abc"`},
	} {
		scope.Written = c.written
		p, err := expr.CompileCondition(c.source, scope)
		if err != nil {
			t.Errorf("%s: %v", c.source, err)
			continue
		}
		if got := p.Test(w).Explanation; got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.written, got, c.want)
		}
	}
}

// A span of what an expression was made into stands where somebody wrote it.
func TestSpanAsWritten(t *testing.T) {
	const written, source = `a < <d> and b < duration("<d>[) ${n}`, `a < row.d and b < duration("" + string(row.d) + "[) n`
	for _, c := range []struct {
		at   expr.Span
		want string
	}{
		{expr.Span{1, 1, 1}, "a"}, {expr.Span{1, 5, 5}, "<d>"}, {expr.Span{1, 9, 1}, "<d>"}, {expr.Span{1, 11, 3}, "and"}, {expr.Span{1, 28, 1}, `"`}, {expr.Span{1, 29, 1}, "<d>"}, {expr.Span{1, 51, 1}, ")"}, {expr.Span{1, 53, 1}, "${n}"},
		{expr.Span{1, 1, 53}, written}, {expr.Span{2, 1, 1}, written},
	} {
		got := expr.SpanAsWritten(source, written, c.at)
		if words := string([]rune(written)[got.Col-1:][:got.Len]); words != c.want {
			t.Errorf("%v is %v, %q; expected %q", c.at, got, words, c.want)
		}
	}
	if got := expr.SpanAsWritten("b == 1", "<x> == 1", expr.Span{1, 1, 1}); got != (expr.Span{1, 1, 8}) {
		t.Errorf("of what was not made from it: %v", got)
	}
}
