package expr

import (
	"slices"
	"strings"
)

// reason is what an explanation knows of a condition: the tree of && || and not, down to the comparisons.
type reason struct {
	place
	trace int // where its own outcome is kept, when it is an operand of && || or not
	and   bool
	kids  []*reason
	shows []operand
	// compares is what a single comparison compares.
	compares *comparison
}

// reason is the part as a condition.
func (p *part) reason(l *lowering) *reason {
	if p.why == nil {
		p.why = &reason{place: l.place(p), trace: -1, shows: p.shows, compares: p.compares}
	}
	return p.why
}

// explain says why a condition is false: of a && b it names the operand that is.
func (f *frame) explain(r *reason) (Span, string) {
	if r.and {
		for _, kid := range r.kids {
			if f.traces[kid.trace] == false {
				return f.explain(kid)
			}
		}
	}
	text := r.text + " is false"
	seen := map[string]bool{r.text: true}
	if found := f.seen(r, f.credentialsOf(r), seen, nil); len(found) > 0 {
		text += ": " + strings.Join(found, ", ")
	}
	if why := f.asText(r.compares); why != "" {
		text += "; " + why
	}
	return r.at, text
}

// seen is "body.total = 7.5" for each operand that was evaluated, once.
func (f *frame) seen(r *reason, credentials []any, done map[string]bool, found []string) []string {
	for _, o := range r.shows {
		if o.trace < 0 || f.traces[o.trace] == unasked || done[o.text] {
			continue
		}
		found = f.decider(o, credentials, found)
		done[o.text] = true
		if m, missing := f.traces[o.trace].(Missing); missing {
			found = append(found, m.What+" is missing")
			continue
		}
		value := o.show(f.traces[o.trace])
		if slices.ContainsFunc(credentials, func(c any) bool { return Equal(c, f.traces[o.trace]) }) {
			value = hidden // it is not one by its name, but it has turned out to be the same
		}
		found = append(found, o.text+" = "+value)
	}
	for _, kid := range r.kids {
		found = f.seen(kid, credentials, done, found)
	}
	return found
}

// credentialsOf are the values below a reason that explanations do not show.
func (f *frame) credentialsOf(r *reason) (list []any) {
	for _, o := range r.shows {
		if o.hides && o.trace >= 0 {
			if v := f.traces[o.trace]; v != unasked {
				list = append(list, v)
			}
		}
	}
	for _, kid := range r.kids {
		list = append(list, f.credentialsOf(kid)...)
	}
	return list
}
