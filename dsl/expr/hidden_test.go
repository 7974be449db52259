package expr_test

import (
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/expr"
)

// signedIn is a world whose answers say who somebody is.
type signedIn struct{ world }

func (w signedIn) Call(name string, args []any) (any, error) {
	switch {
	case name == "cookie", name == "header" && args[0] == "Set-Cookie":
		return "sid-of-ann", nil
	case name == "header":
		return "text/plain", nil
	}
	return w.world.Call(name, args)
}

// No explanation of a condition, and no error, shows what tells who somebody is, however it was made.
func TestCredentialsAreNotShown(t *testing.T) {
	w := signedIn{world{values: map[string]any{
		"kept": "sid-of-ann", "other": "sid-of-ann", "name": "Set-Cookie", "kind": "Content-Type",
		"body": map[string]any{"headers": map[string]any{"Cookie": "sid-of-ann"}, "id": int64(7)},
	}}}
	scope := expr.StepScope()
	for name := range w.values {
		scope.Values[name] = expr.Any
	}
	scope.Hidden = map[string]bool{"kept": true}
	for source, want := range map[string]string{
		`cookie("sid") == "x"`:                     `cookie("sid") == "x" is false: cookie("sid") = ***`,
		`header("set-cookie") startsWith "x"`:      `header("set-cookie") startsWith "x" is false: header("set-cookie") = ***`,
		`header("Content-Type") == "x"`:            `header("Content-Type") == "x" is false: header("Content-Type") = "text/plain"`,
		`header(name) == "x"`:                      `header(name) == "x" is false: header(name) = ***`,
		`header(kind) == "x"`:                      `header(kind) == "x" is false: header(kind) = "text/plain"`,
		`header(name) < 3`:                         `cannot compare text with a number: header(name) = ***`,
		`kept == "x"`:                              `kept == "x" is false: kept = ***`,
		`upper(kept) == "x"`:                       `upper(kept) == "x" is false: upper(kept) = ***`,
		`split(cookie("sid"), "-")[0] == "x"`:      `split(cookie("sid"), "-")[0] == "x" is false: split(cookie("sid"), "-")[0] = ***`,
		`other != cookie("sid")`:                   `other != cookie("sid") is false: other = ***, cookie("sid") = ***`,
		`other == "x"`:                             `other == "x" is false: other = "sid-of-ann"`,
		`body.headers.Cookie == "x"`:               `body.headers.Cookie == "x" is false: body.headers.Cookie = ***`,
		`body.headers["cookie"] == body.id`:        ``,
		`len(cookie("sid")) == 3`:                  `len(cookie("sid")) == 3 is false: len(cookie("sid")) = 10`,
		`status == 3 or cookie("sid") == "x"`:      ``,
		`fromJSON(cookie("sid")) == 1`:             `cookie("sid") is not JSON: ***`,
		`cookie("sid") > 3`:                        ``,
		`any(split(cookie("sid"), "-"), # == 1)`:   ``,
		`sum(split(cookie("sid"), "-")) == 1`:      ``,
		`date(cookie("sid")) > date("2026-01-01")`: ``,
	} {
		p, err := expr.CompileCondition(source, scope)
		if err != nil {
			if strings.Contains(err.Error(), "sid-of-ann") {
				t.Errorf("%s: %v", source, err)
			}
			continue
		}
		got := p.Test(w).Explanation
		if want != "" && got != want {
			t.Errorf("%s\n got %s\nwant %s", source, got, want)
		}
		if source != `other == "x"` && (strings.Contains(got, "of-ann") || strings.Contains(got, `"ann"`)) {
			t.Errorf("%s shows %s", source, got)
		}
	}
	for source, want := range map[string]bool{
		`cookie("sid")`: true, `"Bearer " + kept`: true, `header("Cookie")`: true, `header("X")`: false, `other`: false,
		`len(cookie("sid"))`: false, `cookie("sid") == "x"`: false,
	} {
		if p, err := expr.Compile(source, scope); err != nil || p.Hides() != want {
			t.Errorf("%s: %v, %v", source, p.Hides(), err)
		}
	}
}
