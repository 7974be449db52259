package browser

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"path"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
	"github.com/cucumber-value/hoops/runners/session/site"
)

func (d *Driver) act(op *ir.Act, l *session.Lowering) (session.Action, error) {
	find, err := lowerElement(op.Target, l)
	if err != nil {
		return nil, err
	}
	value, err := l.Text(op.Value)
	if err != nil {
		return nil, err
	}
	values := make([]session.TextFunc, len(op.Fields))
	for i, field := range op.Fields {
		if values[i], err = l.Text(field.Value); err != nil {
			return nil, err
		}
	}
	if text, fixed := op.Value.Constant(); fixed && op.Verb == ir.Press {
		if _, err := keyOf(text); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, f *session.Frame) error {
		what, err := find(f)
		if err != nil {
			return err
		}
		text, err := value(f)
		if err != nil {
			return err
		}
		form := make([]site.Header, len(values))
		for i, v := range values {
			form[i].Name = op.Fields[i].Name
			if form[i].Value, err = v(f); err != nil {
				return err
			}
		}
		s := f.Session()
		st := s.State(d).(*state)
		if len(st.tabs) == 0 {
			return noPage("there is nothing to act on")
		}
		return st.do(ctx, moment{what: said(op.Verb, what, text), acts: true}, func(ctx context.Context, t *tab) error {
			t.mu.Lock()
			before := t.started
			t.mu.Unlock()
			var err error
			switch op.Verb {
			case ir.Click:
				err = t.click(ctx, st, what)
			case ir.Fill:
				err = t.fill(ctx, st, what, "fill", text)
			case ir.FillForm:
				err = t.fillForm(ctx, st, op.Fields, form)
			case ir.Choose:
				err = t.choose(ctx, st, what, text)
			case ir.Tick, ir.Untick:
				err = t.tick(ctx, st, what, op.Verb == ir.Tick)
			case ir.Press:
				err = t.press(ctx, st, text)
			case ir.Upload:
				err = t.upload(ctx, st, what, text)
			case ir.Screenshot:
				return t.shoot(ctx, st, "screenshot.png")
			default:
				return fmt.Errorf("the browser driver does not know how to %q", op.Verb)
			}
			if err != nil {
				return err
			}
			t.breathe(ctx)
			return t.settle(ctx, st, before)
		})
	}, nil
}

// breathe lets the page begin what it has put off until its handlers are done: a form's submission above all. A
// page that is being left does not answer any more.
func (t *tab) breathe(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		t.wait(ctx, func() bool { return t.loading || !t.requested.IsZero() })
		cancel()
	}()
	askMain[any](ctx, t, "breathe")
}

// click clicks an element as soon as a person could.
func (t *tab) click(ctx context.Context, st *state, what *element) error {
	r, err := t.element(ctx, st, what, "click")
	if err != nil {
		return err
	}
	return t.mouse(ctx, st, r)
}

func (t *tab) mouse(ctx context.Context, st *state, r reply) error {
	st.wrote()
	for _, event := range []input.DispatchMouseEventParams{
		{Type: input.DispatchMouseEventTypeMouseMoved, X: r.X, Y: r.Y},
		{Type: input.DispatchMouseEventTypeMousePressed, X: r.X, Y: r.Y, Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1},
		{Type: input.DispatchMouseEventTypeMouseReleased, X: r.X, Y: r.Y, Button: input.MouseButtonLeft, ClickCount: 1},
	} {
		_, err := chromedp.Call(ctx, input.DispatchMouseEvent, event)
		if t.child && errors.Is(err, chromedp.ErrTargetDetached) {
			return nil // the click has closed its tab
		}
		if err != nil {
			return cmpCause(ctx, err)
		}
	}
	return nil
}

// change does something to the element of a target inside the page, again while the element is being replaced.
func (t *tab) change(ctx context.Context, st *state, what *element, verb, function string, args ...any) error {
	var last reply
	err := poll(ctx, func() (bool, error) {
		r, err := t.element(ctx, st, what, verb)
		if err != nil && last.Why != "" && errors.Is(err, errOverdue) {
			return false, errOverdue // it was there, and what is wrong with it is known
		}
		if err != nil {
			return false, err
		}
		st.wrote()
		done, err := ask[reply](ctx, t, r.frame, function, args...)
		if errors.Is(err, errAway) || err == nil && done.Why == "gone" {
			return false, nil
		}
		if err == nil {
			last = done
		}
		// An option or a field may still be on its way; a field that takes no text never will.
		return done.OK || done.Why == "not-fillable", err
	})
	if err == errOverdue || err == nil && !last.OK {
		return notTaken(what, last, err)
	}
	return err
}

func notTaken(what *element, last reply, cause error) error {
	shown := last.Shown
	if shown == "" {
		shown = what.String()
	}
	f := session.Failf("browser/fill", "%s is being replaced again and again", shown)
	f.Help = []string{"a script of the page draws it anew all the time: a person could not type there either"}
	switch last.Why {
	case "not-fillable":
		f = session.Failf("browser/fill", "%s is nothing that can be filled", shown)
		f.Help = []string{"name a field for text; a box is ticked, an option is chosen, a file is uploaded"}
	case "too-long":
		f = session.Failf("browser/fill", "%s takes %d characters at most", shown, last.Count)
		f.Help = []string{"write a shorter value, or let the page allow more: maxlength"}
	case "not-taken":
		f = session.Failf("browser/fill", "%s does not take the value: its type is %s", shown, last.Type)
		f.Help = []string{written(last.Type)}
	case "changed":
		f = session.Failf("browser/fill", "%s did not keep the value: %q stands there now", shown, last.Have)
		f.Help = []string{"write what it takes, or look at the script of the page that changes it"}
		switch {
		case last.Have == "":
			f.Message = shown + " did not keep the value"
		case last.Limits != "":
			f.Help = []string{"write a number " + last.Limits}
		case last.Type == "color":
			f.Help = []string{written(last.Type)}
		}
	case "same-options":
		f = session.Failf("browser/choose", "%s has %d options that are called so", shown, last.Count)
		f.Help = []string{"write the value of the one that is meant, which the page's source has: " + strings.Join(last.Candidates, " or ")}
	case "no-option":
		f = session.Failf("browser/choose", "%s has no such option", shown)
		f.Help = []string{"write one of its options"}
		f.Lines = []string{"its options: " + strings.Join(last.Candidates, " · ")}
		if len(last.Candidates) == 0 {
			f.Lines, f.Help = []string{"it has no options at all"}, []string{"do first what fills the list, or look why it stays empty"}
		}
	case "option-disabled":
		f = session.Failf("browser/choose", "the option of %s is disabled", shown)
		f.Help = []string{"choose another one, or do first what enables it"}
	}
	f.Cause = cause
	return f
}

// written says how a value of an input's type is written.
func written(kind string) string {
	switch kind {
	case "date":
		return "write a date as 2026-02-28, whatever the page shows"
	case "time":
		return "write a time as 13:30, whatever the page shows"
	case "datetime-local":
		return "write it as 2026-02-28T13:30, whatever the page shows"
	case "month":
		return "write a month as 2026-02"
	case "week":
		return "write a week as 2026-W09"
	case "number", "range":
		return "write a number with a point, as 1.5"
	case "color":
		return "write a colour as #ff8800"
	}
	return "write a value of this type"
}

func (t *tab) fill(ctx context.Context, st *state, what *element, verb, value string) error {
	return t.change(ctx, st, what, verb, "fill", value)
}

// choose picks an option: of a select in place, of any other list by clicking as a person does.
func (t *tab) choose(ctx context.Context, st *state, what *element, value string) error {
	r, err := t.element(ctx, st, what, "choose")
	if err != nil {
		return err
	}
	switch {
	case r.Tag == "SELECT":
		return t.change(ctx, st, what, "choose", "choose", value)
	case r.Role == "radiogroup" || r.Role == "group":
		return t.pickRadio(ctx, st, what, r.Role, value)
	case r.Tag == "INPUT" && r.Role == "combobox" && r.Type != "button":
		if kind, err := ask[struct{ List bool }](ctx, t, r.frame, "kind"); err == nil && kind.List {
			return t.change(ctx, st, what, "choose", "list", value)
		}
	}
	if open, err := ask[bool](ctx, t, r.frame, "expanded"); err == nil && !open && r.Role != "listbox" {
		if err := t.mouse(ctx, st, r); err != nil {
			return err
		}
	}
	err = t.click(ctx, st, &element{Role: "option", Name: value, Of: r.Token})
	var f *session.Failure
	if errors.As(err, &f) && f.Code == "browser/not-found" && r.Tag == "INPUT" {
		f.Help = append(f.Help, fmt.Sprintf("if its list comes while one types, type first: I fill %s with a part of it, and then I click the %q option", what, value))
	}
	return err
}

// pickRadio ticks one of a group of radio buttons.
func (t *tab) pickRadio(ctx context.Context, st *state, what *element, role, value string) error {
	group := *what
	if group.CSS == "" {
		group.Role = role
	}
	return t.tick(ctx, st, &element{Role: "radio", Name: value, In: &group}, true)
}

// tick clicks a box unless it is as wanted already, and holds that it then is.
func (t *tab) tick(ctx context.Context, st *state, what *element, on bool) error {
	r, err := t.element(ctx, st, what, "tick")
	if err != nil || r.Checked == on {
		return err
	}
	if !on && r.Role == "radio" {
		f := session.Failf("browser/tick", "%s is a radio button: it is unticked by choosing another one", r.Shown)
		f.Help = []string{"tick the one that is to be chosen instead"}
		return f
	}
	if err := t.touchBox(ctx, st, r); err != nil {
		return err
	}
	err = poll(ctx, func() (bool, error) {
		is, err := ask[*bool](ctx, t, r.frame, "checked")
		if errors.Is(err, errAway) {
			return true, nil // what the page does with a box that has changed; no link in its label was touched
		}
		if err == nil && is == nil { // it has been drawn anew, and what is there now counts
			again, err := ask[reply](ctx, t, r.frame, "state", what)
			return again.Why != "" || again.Checked == on, err
		}
		return err != nil || *is == on, err
	})
	if err == errOverdue {
		state := "ticked"
		if !on {
			state = "unticked"
		}
		f := session.Failf("browser/tick", "%s was clicked and did not become %s", r.Shown, state)
		f.Help = []string{"look at what a script of the page does with the click; a button that only looks like a box is clicked"}
		f.Cause = err
		return f
	}
	return err
}

// touchBox clicks a box or its label; where all of the label is a link, it takes the keyboard.
func (t *tab) touchBox(ctx context.Context, st *state, r reply) error {
	if !r.Keys {
		return t.mouse(ctx, st, r)
	}
	if _, err := ask[any](ctx, t, r.frame, "focus"); err != nil {
		return err
	}
	return t.press(ctx, st, "Space")
}

func (t *tab) upload(ctx context.Context, st *state, what *element, file string) error {
	data, err := st.driver.host.File(file)
	if err != nil {
		f := session.Failf("browser/file", "%v", err)
		f.Help = []string{"write the path from the folder of the project"}
		f.Cause = err
		return f
	}
	media := mime.TypeByExtension(path.Ext(file))
	return t.change(ctx, st, what, "upload", "upload", path.Base(file), media, base64.StdEncoding.EncodeToString(data))
}

// press presses a key where the focus is.
func (t *tab) press(ctx context.Context, st *state, text string) error {
	k, err := keyOf(text)
	if err != nil {
		return err
	}
	st.wrote()
	if err := chromedp.Do(ctx, chromedp.KeyEvent(k.text, chromedp.KeyModifiers(k.modifiers...))); err != nil {
		return cmpCause(ctx, err)
	}
	return nil
}

// shoot takes a picture of what is in sight.
func (t *tab) shoot(ctx context.Context, st *state, name string) error {
	if !st.session.Attaches() {
		return nil
	}
	shot, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng})
	if err != nil {
		return cmpCause(ctx, err)
	}
	_, err = st.session.Attach(name, "image/png", shot.Data)
	return err
}
