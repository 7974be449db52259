package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

// element is one as page.js looks for it, its values filled in.
type element struct {
	Role string   `json:"role,omitempty"`
	Name string   `json:"name,omitempty"`
	Nth  int      `json:"nth,omitempty"`
	CSS  string   `json:"css,omitempty"`
	In   *element `json:"in,omitempty"`

	Beyond bool   `json:"beyond,omitempty"` // also what the browser has told page.js, for this look
	Of     string `json:"of,omitempty"`     // the token of the field whose list it is in, an option
}

type elementFunc func(*session.Frame) (*element, error)

func lowerElement(t *ir.Target, l *session.Lowering) (elementFunc, error) {
	if t == nil {
		return func(*session.Frame) (*element, error) { return nil, nil }, nil
	}
	name, err := l.Text(t.Name)
	if err != nil {
		return nil, err
	}
	css, err := l.Text(t.CSS)
	if err != nil {
		return nil, err
	}
	in, err := lowerElement(t.In, l)
	if err != nil {
		return nil, err
	}
	return func(f *session.Frame) (*element, error) {
		made := &element{Role: t.Role, Nth: t.Nth}
		var err error
		if made.Name, err = name(f); err != nil {
			return nil, err
		}
		made.Name = strings.Join(strings.Fields(made.Name), " ")
		if made.CSS, err = css(f); err != nil {
			return nil, err
		}
		if made.Name == "" && made.CSS == "" {
			f := session.Failf("browser/target", "the target has no name: it would be anything on the page")
			f.Help = []string{"a value stands for it that is empty: look at the step that keeps it"}
			return nil, f
		}
		made.In, err = in(f)
		return made, err
	}, nil
}

// String is the target as one writes it.
func (t *element) String() string {
	if t.CSS != "" {
		return fmt.Sprintf("css %q", t.CSS)
	}
	s := fmt.Sprintf("%q", t.Name)
	if t.Role == "" && t.Nth == 0 && t.In == nil {
		return s
	}
	if t.Nth > 0 {
		s = ordinal(t.Nth) + " " + s
	}
	if t.Role != "" {
		s += " " + t.Role
	}
	s = "the " + s
	if t.In != nil {
		s += " in " + t.In.String()
	}
	return s
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}

// reply is what page.js answers: the element is ready, or why it is not.
type reply struct {
	OK         bool
	At         bool // X and Y are where it is touched
	X, Y       float64
	Keys       bool // it can only be reached by the keyboard
	Why        string
	Shown      string // the element, in words; of "only" the one that has the words in its name
	Tag, Type  string
	Role       string
	Checked    bool
	Cover      string // what stands in the way
	Holder     string // the region or row that was not found
	Deep       int    // how many holders further out it is
	Token      string // of a field with a list
	Have       string // what stands in the field instead
	Limits     string // of a slider
	Count      int
	Tier       int
	Candidates []string
	frame      frame
}

// nothing reports whether the page has nothing that a target may be, as far as page.js can see.
func (r reply) nothing() bool {
	return !r.OK && (r.Why == "none" || r.Why == "hidden" || r.Why == "holder" || r.Why == "only")
}

// element finds the one element of a target and waits until it can be acted upon.
func (t *tab) element(ctx context.Context, st *state, what *element, verb string) (reply, error) {
	var last reply
	answered, told := false, false // told: the last is what the browser knows, which holds until it is asked again
	var asking pace
	err := poll(ctx, func() (bool, error) {
		if !st.sent && t.hasOpened() {
			return false, errFollow
		}
		r, err := t.ready(ctx, what, verb)
		if err == nil {
			answered = true
			ask := r.nothing() && what.CSS == ""
			if !ask || !told {
				last, told = r, false
			}
			if ask && asking.due(ctx) {
				err = t.withBeyond(ctx, &asking, what, verb, func(wider *element) error {
					r, err = t.ready(ctx, wider, verb)
					return err
				})
				if err == nil {
					last, told = r, !r.nothing()
				}
			}
		}
		if errors.Is(err, errAway) {
			return false, nil
		}
		return err == nil && last.OK, err
	})
	if err == errOverdue && answered {
		return last, t.missed(st, what, verb, last)
	}
	return last, selector(err, what)
}

// selector explains what a page throws at a selector that is none.
func selector(err error, what *element) error {
	var bad thrown
	if !errors.As(err, &bad) {
		return err
	}
	for w := what; w != nil; w = w.In {
		if w.CSS != "" && strings.Contains(bad.text, "selector") {
			f := session.Failf("browser/selector", "%q is no CSS selector", w.CSS)
			f.Help = []string{"try it in the browser's console, document.querySelector(…), or write the target in words"}
			return f
		}
	}
	return fmt.Errorf("the page cannot be searched: %s", bad.text)
}

// ready asks the frame that has the element; where several have one, the surest way to find it counts.
func (t *tab) ready(ctx context.Context, what *element, verb string) (reply, error) {
	frames := t.frames()
	if len(frames) == 0 {
		return reply{}, errAway
	}
	chosen := frames[0]
	if len(frames) > 1 {
		best := reply{Tier: 100}
		var candidates []string
		inFrames := 0
		var only *frame
		hidden := false
		for _, frame := range frames {
			r, err := ask[reply](ctx, t, frame, "count", what, verb)
			if errors.Is(err, errAway) && frame.id != t.main {
				continue // a frame may go at any time
			}
			if err != nil {
				return r, err
			}
			if r.Count > 0 && frame.id != t.main {
				if seen, err := t.frameInSight(ctx, frame); err != nil || !seen {
					hidden = true
					continue
				}
			}
			if r.Shown != "" {
				only = &frame
			}
			switch {
			case r.Count == 0 || r.Tier > best.Tier:
			case r.Tier < best.Tier:
				best, chosen, inFrames, candidates = r, frame, 1, r.Candidates
			default:
				inFrames++
				candidates = append(candidates, r.Candidates...)
			}
		}
		if inFrames > 1 {
			return reply{Why: "many", Count: len(candidates), Candidates: candidates}, nil
		}
		if inFrames == 0 && only != nil {
			chosen = *only
		} else if inFrames == 0 && hidden {
			return reply{Why: "hidden"}, nil
		}
	}
	r, err := ask[reply](ctx, t, chosen, "ready", what, verb)
	r.frame = chosen
	if err == nil && r.OK && r.At && chosen.id != t.main {
		err = t.place(ctx, &r)
	}
	return r, err
}

// missed is the failure of a target that could not be acted upon in time: what was seen of it last.
func (t *tab) missed(st *state, what *element, verb string, last reply) error {
	within := st.session.Patience(context.Background())
	f := session.Failf("browser/not-found", "there is no %s on the page (waited %s)", bare(what), within)
	shown := last.Shown
	switch last.Why {
	case "many":
		f = session.Failf("browser/ambiguous", "%s is not the only one: %d are in sight", what, last.Count)
		f.Help = []string{"say which: " + which(what, last.Candidates)}
		if what.CSS != "" {
			f.Help = []string{"write a selector that only one of them has"}
		}
	case "few":
		f = session.Failf("browser/not-found", "there is no %s: %s in sight", bare(what), howMany(last.Count))
		f.Help = []string{"write a lower number, or do first what makes more of them appear"}
	case "holder":
		sought, holder := held(what, last.Deep)
		f = session.Failf("browser/not-found", "there is no %s on the page to look for %q in (waited %s)", bare(holder), sought.Name, within)
	case "holders":
		sought, holder := held(what, last.Deep)
		f = session.Failf("browser/ambiguous", "%s is not the only one to look for %q in: %d are in sight", holder, sought.Name, last.Count)
		f.Help = []string{"say which: the 1st " + bare(holder) + ", or name one that is there once"}
	case "only":
		f = session.Failf("browser/not-found", "nothing is called %q: there is only %s (waited %s)", what.Name, shown, within)
		f.Help = []string{"write its whole name: an act does not go by a part of it"}
		f.Cause = errOverdue
		return f
	case "hidden":
		f = session.Failf("browser/hidden", "%s is on the page but cannot be seen (waited %s)", what, within)
		f.Help = []string{"do first what shows it, as a person would: open the menu, the tab, the details"}
	case "disabled":
		f = session.Failf("browser/disabled", "%s is disabled (waited %s)", shown, within)
		f.Help = []string{"do first what enables it; if that takes longer, give the environment another step-timeout"}
	case "read-only":
		f = session.Failf("browser/read-only", "%s is read-only (waited %s)", shown, within)
		f.Help = []string{"nobody can type there: do first what unlocks it, or fill another field"}
	case "moving":
		f = session.Failf("browser/moving", "%s does not stand still (waited %s)", shown, within)
		f.Help = []string{"an animation that never ends moves it: let the page end it"}
	case "covered":
		f = session.Failf("browser/covered", "%s is covered by %s (waited %s)", shown, last.Cover, within)
		f.Help = []string{"a person could not reach it either: close what lies over it first"}
	case "outside":
		f = session.Failf("browser/outside", "%s cannot be scrolled into sight (waited %s)", shown, within)
		f.Help = []string{"it lies outside of the page, where nobody scrolls: look at its position and at what cuts it off"}
	}
	f.Cause = errOverdue
	f.Lines = nil
	if what.Of != "" && last.nothing() {
		f.Help = []string{"write one of its options"}
		for _, option := range last.Candidates {
			f.Lines = append(f.Lines, "one of its options: "+option)
		}
		return f
	}
	if len(last.Candidates) > 0 {
		for _, c := range last.Candidates {
			f.Lines = append(f.Lines, "in sight: "+c)
		}
		return f
	}
	if f.Code == "browser/not-found" {
		for _, src := range t.blind {
			f.Lines = append(f.Lines, "not looked into: a frame of another site, "+t.driver.cut(src, 200))
			f.Help = []string{frameHelp}
		}
		looked := what
		if last.Why == "holder" {
			_, looked = held(what, last.Deep)
			verb = "see"
		}
		kin := t.alike(looked, verb)
		if len(kin.Like) > 0 && last.Why == "none" && isNow(kin.Like[0], what) {
			f.Message = fmt.Sprintf("%s was not on the page in time (waited %s), and is there now", what, within)
			f.Help = []string{"if it comes and goes, a script or a frame that loads anew draws it all the time; if it only came late, give the environment another step-timeout"}
			return f
		}
		for i, like := range kin.Like {
			if i == 0 && len(kin.Other) == 0 {
				f.Help = append(f.Help, "did you mean "+like+"?")
				continue
			}
			f.Lines = append(f.Lines, "in sight: "+like)
		}
		if len(kin.Other) > 0 {
			f.Help = append([]string{kin.Other[0]}, f.Help...)
		}
		for _, other := range kin.There {
			f.Lines = append(f.Lines, "in sight: "+other)
		}
		if len(f.Help) == 0 {
			f.Help = []string{"nothing on the page is called like it: check whether the step before has led to this page"}
			if len(kin.There) > 0 {
				f.Help = []string{"nothing there is called like it: write one of those in sight, or do first what makes it appear"}
			}
		}
	}
	return f
}

// which is how one of several is named: by what it is in, where that tells them apart.
func which(what *element, candidates []string) string {
	if len(candidates) > 1 && what.In == nil && strings.Contains(candidates[0], " in the ") && candidates[0] != candidates[1] {
		return candidates[0] + ", or another one that is in sight"
	}
	return "the 1st " + bare(what) + ", or one in something that has a name: … in the \"…\" row"
}

// held is what has the holder that was not found, and the holder.
func held(what *element, deep int) (sought, holder *element) {
	for ; deep > 0 && what.In != nil && what.In.In != nil; deep-- {
		what = what.In
	}
	return what, what.In
}

// bare is a target after "there is no".
func bare(t *element) string { return strings.TrimPrefix(t.String(), "the ") }

// isNow reports whether an element, as page.js shows it, is the one that was looked for.
func isNow(shown string, what *element) bool {
	rest, ok := strings.CutPrefix(strings.ToLower(shown), strings.ToLower(fmt.Sprintf("the %q ", what.Name)))
	return ok && what.CSS == "" && (what.Role == "" || rest == what.Role)
}

func howMany(n int) string {
	if n == 1 {
		return "1 is"
	}
	return fmt.Sprintf("%d are", n)
}

// kin are elements that a target may have meant: alike in name, or else what is there of their kind. Other says where
// something else stands that is called so.
type kin struct{ Like, There, Other []string }

func (t *tab) alike(what *element, verb string) kin {
	ctx, cancel := context.WithTimeout(t.ctx, shortestAsk)
	defer cancel()
	var all kin
	for _, frame := range t.frames() {
		one, _ := ask[kin](ctx, t, frame, "alike", what, verb)
		all.Like, all.There, all.Other = append(all.Like, one.Like...), append(all.There, one.There...), append(all.Other, one.Other...)
	}
	if len(all.Like) > 0 {
		all.There = nil
	}
	return kin{all.Like[:min(len(all.Like), 5)], all.There[:min(len(all.There), 5)], all.Other}
}
