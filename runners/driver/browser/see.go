package browser

import (
	"context"
	"errors"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

func (d *Driver) see(op *ir.See, l *session.Lowering) (session.Action, error) {
	find, err := lowerElement(op.Target, l)
	if err != nil {
		return nil, err
	}
	want, err := l.Text(op.Want)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, f *session.Frame) error {
		what, err := find(f)
		if err != nil {
			return err
		}
		text, err := want(f)
		if err != nil {
			return err
		}
		st := f.Session().State(d).(*state)
		if len(st.tabs) == 0 {
			return noPage("there is nothing to see")
		}
		said := "see " + string(op.Look)
		if op.Look == ir.SeeTarget {
			said = "see " + what.String()
		}
		if op.Not {
			said = "don't " + said
		}
		return st.do(ctx, moment{what: said}, func(ctx context.Context, t *tab) error {
			if op.Look == ir.SeeTarget {
				return t.look(ctx, st, what, op.Not)
			}
			return t.read(ctx, st, op.Look, text)
		})
	}, nil
}

// noPage is the failure of a step that needs one, said at once: nothing but a step opens one.
func noPage(what string) error {
	f := session.Failf("browser/no-page", "%s: no page has been opened yet", what)
	f.Help = []string{"open one first: I open \"/\""}
	return f
}

// sight is what page.js sees of a target.
type sight struct {
	Count      int
	Hidden     int
	Holder     string
	Holders    int
	Deep       int
	Candidates []string
}

// look waits until a target is in sight, or no longer.
func (t *tab) look(ctx context.Context, st *state, what *element, not bool) error {
	var last sight
	answered := false
	enough := max(1, what.Nth)
	var asking pace
	err := poll(ctx, func() (bool, error) {
		if t.hasOpened() {
			return false, errFollow
		}
		seen, err := t.seen(ctx, what, not)
		// Gone is what neither the page nor the browser knows: that is never said without asking.
		if due := asking.due(ctx); err == nil && seen.Count < enough && what.CSS == "" && (not || due) {
			if !due && asking.asked {
				return false, nil
			}
			err = t.withBeyond(ctx, &asking, what, "see", func(wider *element) error {
				var err error
				seen, err = t.seen(ctx, wider, not)
				return err
			})
		}
		if errors.Is(err, errAway) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if not && seen.Count < enough && len(t.blind) > 0 {
			return false, t.unseenFrames(what)
		}
		last, answered = seen, true
		if not && seen.Holders > 1 { // in which of them it is not to be seen was not said
			return false, nil
		}
		return (seen.Count >= enough) != not, nil
	})
	if err != errOverdue || !answered {
		return selector(err, what)
	}
	within := st.session.Patience(context.Background()).String()
	if not && last.Holders <= 1 {
		f := session.Failf("browser/seen", "%s is still in sight after %s", what, within)
		for _, c := range last.Candidates[:min(len(last.Candidates), 5)] {
			f.Lines = append(f.Lines, "in sight: "+c)
		}
		f.Help = []string{"if it may stay that long, give the environment another step-timeout"}
		f.Cause = err
		return f
	}
	r := reply{Why: "none", Count: last.Count, Candidates: last.Candidates, Holder: last.Holder, Deep: last.Deep}
	switch {
	case last.Holder != "" && last.Holders > 1:
		r.Why, r.Count = "holders", last.Holders
	case last.Holder != "":
		r.Why = "holder"
	case last.Count > 0:
		r.Why = "few"
	case last.Hidden > 0:
		r.Why = "hidden"
	}
	return t.missed(st, what, "see", r)
}

// seen is what all frames show of a target.
func (t *tab) seen(ctx context.Context, what *element, absent bool) (sight, error) {
	all := sight{}
	frames := t.frames()
	if len(frames) == 0 {
		return all, errAway
	}
	for _, frame := range frames {
		s, err := ask[sight](ctx, t, frame, "look", what, absent)
		if errors.Is(err, errAway) && frame.id != frames[0].id {
			continue // a frame may go at any time
		}
		if err != nil {
			return all, err
		}
		if s.Count > 0 && frame.id != t.main {
			if seen, err := t.frameInSight(ctx, frame); err == nil && !seen || errors.Is(err, errAway) {
				s.Hidden, s.Count, s.Candidates = s.Hidden+s.Count, 0, nil
			} else if err != nil {
				return all, err
			}
		}
		all.Count += s.Count
		all.Hidden += s.Hidden
		all.Candidates = append(all.Candidates, s.Candidates...)
		if s.Holder != "" {
			all.Holder, all.Holders, all.Deep = s.Holder, max(all.Holders, s.Holders), s.Deep
		}
	}
	return all, nil
}

// read waits until the title or the address is as wanted. An address without a scheme is a path and query.
func (t *tab) read(ctx context.Context, st *state, look ir.Look, want string) error {
	var have string
	err := poll(ctx, func() (bool, error) {
		if t.hasOpened() {
			return false, errFollow
		}
		at, err := askMain[pageData](ctx, t, "page")
		if errors.Is(err, errAway) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		have = at.Title
		if look == ir.SeeAddress {
			have = addressLike(at.URL, want)
			return sameAddress(have, want), nil
		}
		return have == want, nil
	})
	if err == errOverdue {
		f := session.Failf("browser/"+string(look), "the page %s is %q, expected %q (waited %s)", look, have, want, st.session.Patience(context.Background()))
		f.Cause = err
		return f
	}
	return err
}
