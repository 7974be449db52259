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
