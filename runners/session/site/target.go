package site

import (
	"net/url"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/runners/session"
)

// Target is the template of a URL. Its parts are rendered one by one, so that data stays in its part of the
// URL whatever stands next to it.
type Target []slot

type slot struct {
	text  string // of a literal
	expr  string // of a value
	place ir.Place
	value session.TextFunc
	query session.TextFunc // the same value, encoded for a query
}

// Lower makes a target of its template.
func Lower(t ir.Template, l *session.Lowering) (Target, error) {
	slots := make(Target, len(t))
	for i, part := range t {
		slots[i] = slot{text: part.Text, expr: part.Expr, place: part.Place}
		if part.Expr == "" {
			continue
		}
		var err error
		if slots[i].value, err = l.Text(ir.Template{part}); err != nil {
			return nil, err
		}
		if part.Place == ir.Segment {
			part.Place = ir.Query
			if slots[i].query, err = l.Text(ir.Template{part}); err != nil {
				return nil, err
			}
		}
	}
	return slots, nil
}

// Render is the target's text. A value alone may neither make its path segment vanish nor climb out of it.
func (t Target) Render(f *session.Frame) (string, error) {
	var b strings.Builder
	type span struct{ from, to, slot int }
	var inPath []span
	beyondPath := false // what a ${next} brought may have a query already
	for i := range t {
		s := &t[i]
		text := s.text
		if s.value != nil {
			value := s.value
			if s.query != nil && beyondPath {
				value = s.query
			}
			var err error
			if text, err = value(f); err != nil {
				return "", err
			}
		}
		if s.place == ir.Segment && s.value != nil && !beyondPath {
			inPath = append(inPath, span{b.Len(), b.Len() + len(text), i})
		}
		b.WriteString(text)
		beyondPath = beyondPath || strings.ContainsAny(text, "?#")
	}
	whole := b.String()
	path := whole
	if i := strings.IndexAny(whole, "?#"); i >= 0 {
		path = whole[:i]
	}
	for _, s := range inPath {
		from := strings.LastIndexByte(path[:s.from], '/') + 1
		to := len(path)
		if i := strings.IndexByte(path[s.to:], '/'); i >= 0 {
			to = s.to + i
		}
		segment, err := url.PathUnescape(path[from:to])
		if err != nil {
			segment = path[from:to]
		}
		switch segment {
		case "":
			failure := session.Failf("session/url", "${%s} is empty, and so the path would lose a segment", t[s.slot].expr)
			failure.Help = []string{"another address than the one that is written here would get the request"}
			return "", failure
		case ".", "..":
			return "", session.Failf("session/url", "${%s} makes the path segment %q, which would climb out of its place", t[s.slot].expr, segment)
		}
	}
	return whole, nil
}

// Constant reports whether the target has no values.
func (t Target) Constant() bool {
	for _, s := range t {
		if s.value != nil {
			return false
		}
	}
	return true
}
