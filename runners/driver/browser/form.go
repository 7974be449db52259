package browser

import (
	"context"
	"errors"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
)

// fillForm enters the rows of a table, one after the other. A failure says which.
func (t *tab) fillForm(ctx context.Context, st *state, rows []ir.Field, values []site.Header) error {
	for i, v := range values {
		err := t.enter(ctx, st, &element{Role: "field", Name: v.Name}, v.Value)
		var f *session.Failure
		if errors.As(err, &f) {
			f.Row = diag.At(rows[i].Pos, max(1, len([]rune(rows[i].Name))))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// enter is one row: what it does depends on the field.
func (t *tab) enter(ctx context.Context, st *state, what *element, value string) error {
	r, err := t.element(ctx, st, what, "set")
	if err != nil {
		return err
	}
	ticked := func(kind string) error {
		on := false
		switch strings.ToLower(value) {
		case "yes", "true", "on", "x", "ticked":
			on = true
		case "no", "false", "off", "", "unticked":
		default:
			f := session.Failf("browser/fill", "%s is a %s: write yes or no, not %q", r.Shown, kind, value)
			f.Help = []string{"yes ticks it, no unticks it"}
			return f
		}
		if kind == "radio button" && !on && r.Checked {
			f := session.Failf("browser/fill", "%s is a radio button: none is unticked but by choosing another", r.Shown)
			f.Help = []string{"write yes for the one to choose, and leave the others out"}
			return f
		}
		return t.tick(ctx, st, what, on)
	}
	switch {
	case r.Role == "checkbox" || r.Role == "switch":
		return ticked("box to tick")
	case r.Role == "radio":
		return ticked("radio button")
	case r.Type == "file":
		return t.upload(ctx, st, &element{Name: what.Name}, value)
	case r.Role == "group":
		return t.choose(ctx, st, &element{Role: "group", Name: what.Name}, value)
	case r.Tag == "SELECT" || r.Role == "radiogroup" || r.Role == "listbox":
		return t.choose(ctx, st, &element{Name: what.Name}, value)
	}
	return t.fill(ctx, st, what, "set", value)
}
