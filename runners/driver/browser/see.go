package browser

import (
	"context"
	"errors"
	"net/url"
	"strings"

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
			f := session.Failf("browser/no-page", "there is nothing to see: no page has been opened yet")
			f.Help = []string{"open one first: I open \"/\""}
			return f
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

// sight is what page.js sees of a target.
type sight struct {
	Count      int
	Hidden     int
	Holder     string
	Holders    int
	Candidates []string
}

// look waits until a target is in sight, or no longer.
func (t *tab) look(ctx context.Context, st *state, what *element, not bool) error {
	var last sight
	answered := false
	enough := max(1, what.Nth)
	var asking pace
	err := poll(ctx, func() (bool, error) {
		seen, err := t.seen(ctx, what)
		// Gone is what neither the page nor the browser knows: that is never said without asking.
		if due := asking.due(ctx); err == nil && seen.Count < enough && what.CSS == "" && (not || due) {
			if !due && asking.asked {
				return false, nil
			}
			err = t.withBeyond(ctx, &asking, what, "see", func(wider *element) error {
				var err error
				seen, err = t.seen(ctx, wider)
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
		return (seen.Count >= enough) != not, nil
	})
	if err != errOverdue || !answered {
		return selector(err, what)
	}
	within := st.session.Patience(context.Background()).String()
	if not {
		f := session.Failf("browser/seen", "%s is still in sight after %s", what, within)
		for _, c := range last.Candidates[:min(len(last.Candidates), 5)] {
			f.Lines = append(f.Lines, "in sight: "+c)
		}
		f.Help = []string{"if it may stay that long, give the environment another step-timeout"}
		f.Cause = err
		return f
	}
	r := reply{Why: "none", Count: last.Count, Candidates: last.Candidates, Holder: last.Holder}
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
func (t *tab) seen(ctx context.Context, what *element) (sight, error) {
	all := sight{}
	frames := t.frames()
	if len(frames) == 0 {
		return all, errAway
	}
	for _, frame := range frames {
		s, err := ask[sight](ctx, t, frame, "look", what)
		if errors.Is(err, errAway) && frame.id != frames[0].id {
			continue // a frame may go at any time
		}
		if err != nil {
			return all, err
		}
		all.Count += s.Count
		all.Hidden += s.Hidden
		all.Candidates = append(all.Candidates, s.Candidates...)
		if s.Holder != "" {
			all.Holder, all.Holders = s.Holder, max(all.Holders, s.Holders)
		}
	}
	return all, nil
}

// read waits until the title or the address is as wanted. An address without a scheme is a path and query.
func (t *tab) read(ctx context.Context, st *state, look ir.Look, want string) error {
	var have string
	err := poll(ctx, func() (bool, error) {
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

// addressLike is as much of an address as the wanted one says: with its scheme and host, and with its fragment.
func addressLike(have, want string) string {
	u, err := url.Parse(have)
	if err != nil {
		return have
	}
	u.User = nil
	if !strings.Contains(want, "#") {
		u.Fragment, u.RawFragment = "", ""
	}
	w, err := url.Parse(want)
	if err == nil && w.IsAbs() {
		if w.Path == "" && u.Path == "/" {
			u.Path = ""
		}
		return u.String()
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" || u.ForceQuery {
		path += "?" + u.RawQuery
	}
	if u.Fragment != "" {
		path += "#" + u.EscapedFragment()
	}
	return path
}
