package session

import (
	"context"
	"strings"
	"testing"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// A cookie is shown by no expectation: neither asked for, nor kept, nor expected, nor in a field called like its header.
func TestCredentialsAreWithheld(t *testing.T) {
	const sid = "sid-of-ann"
	fields := &ir.Expect{Check: ir.CheckFields, Fields: []ir.Field{
		{Name: `cookie("sid")`, Value: tpl("x", ir.Plain)}, {Name: "status", Value: tpl(`${cookie("sid")}`, ir.Plain)},
	}}
	json := &ir.Expect{Check: ir.CheckJSON, Want: tpl(`{"id": "${cookie("sid")}", "Cookie": "x"}`, ir.JSONString)}
	output := &ir.Expect{Check: ir.CheckContains, Want: tpl(`${kept}!`, ir.Plain)}
	for name, step := range map[string]ir.Step{
		"asked": expect(`cookie("sid") == "x"`), "kept": expect(`kept == "x"`), "made of what was kept": expect(`again == "x"`),
		"fields": do(fields), "JSON": do(json), "output": do(output),
	} {
		p := program(nil, send("POST", "/", ""), keep("kept", `cookie("sid")`), keep("again", `upper(kept)`), do(&ir.Run{Script: ir.Literal("ls")}), step)
		w := newWorld(t, p, func(context.Context, request) reply {
			return reply{status: 200, text: `{"id": 7, "Cookie": "` + sid + `"}`, cookies: map[string]string{"sid": sid}}
		})
		_, err := w.play(-1)
		f := failureOf(t, err)
		said := []string{f.Message}
		for _, l := range f.Lines {
			if !strings.HasPrefix(l, "{") { // the answer itself is masked where it is shown
				said = append(said, l)
			}
		}
		if all := strings.Join(said, "\n"); strings.Contains(strings.ToLower(all), "of-ann") || !strings.Contains(all, "***") {
			t.Errorf("%s: %s", name, all)
		}
	}
}
