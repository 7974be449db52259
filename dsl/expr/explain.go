package expr

import "strings"

// reason is what an explanation knows of a condition: the tree of && || and not, down to the comparisons.
type reason struct {
	place
	trace int // where its own outcome is kept, when it is an operand of && || or not
	and   bool
	kids  []*reason
	shows []operand
}

// reason is the part as a condition.
func (p *part) reason(l *lowering) *reason {
	if p.why == nil {
		p.why = &reason{place: l.place(p), trace: -1, shows: p.shows}
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
	if found := f.seen(r, seen, nil); len(found) > 0 {
		text += ": " + strings.Join(found, ", ")
	}
	return r.at, text
}

// seen is "body.total = 7.5" for each operand that was evaluated, once.
func (f *frame) seen(r *reason, done map[string]bool, found []string) []string {
	for _, o := range r.shows {
		if o.trace < 0 || f.traces[o.trace] == unasked || done[o.text] {
			continue
		}
		done[o.text] = true
		if m, missing := f.traces[o.trace].(Missing); missing {
			found = append(found, m.What+" is missing")
			continue
		}
		found = append(found, o.text+" = "+show(f.traces[o.trace]))
	}
	for _, kid := range r.kids {
		found = f.seen(kid, done, found)
	}
	return found
}
