package steps

import (
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/dsl/diag"
)

// found is what a text is on one driver: one of them.
type found struct {
	definitions []*Definition
	args        []argument
	entry       *entry
}

// lookup follows the levels: definitions of the driver, then neutral ones, then the vocabulary. Inside a
// definition that shadows a phrase, the phrase is the vocabulary's.
func (l *Library) lookup(driver, text string, inside *Definition, known *tried) found {
	for _, level := range []string{driver, ""} {
		x := l.byDriver[level]
		if x == nil {
			continue
		}
		var f found
		x.each(text, func(d *Definition) {
			args, ok := known.match(d.pattern, text)
			if !ok {
				return
			}
			if d == inside {
				if phrase, _ := l.entry(driver, text); phrase != nil {
					return
				}
			}
			if f.args = args; f.definitions == nil {
				f.definitions = d.alone
				return
			}
			f.definitions = append(f.definitions, d)
		})
		if f.definitions != nil {
			return f
		}
	}
	phrase, args := l.entry(driver, text)
	return found{entry: phrase, args: args}
}

// entry is the phrase of the vocabulary that a text is. More specific phrases stand first in the table.
func (l *Library) entry(driver, text string) (best *entry, args []argument) {
	levels := []string{driver, ""}
	if driver == "http" {
		levels = levels[1:]
	}
	for _, level := range levels {
		x := l.vocabulary[level]
		if x == nil {
			continue
		}
		x.each(text, func(e *entry) {
			if best != nil && best.order < e.order {
				return
			}
			if a, ok := e.pattern.match(text); ok {
				best, args = e, a
			}
		})
		if best != nil {
			return best, args
		}
	}
	return nil, nil
}

// MayCall reports whether a definition's pattern matches a step as it is, or as one of the rows of its outline
// makes it.
func (l *Library) MayCall(text string, c Context, d *Definition) bool {
	if rest, ok := strings.CutPrefix(text, "within "); ok {
		_, text, _ = strings.Cut(rest, " ")
	}
	p, wrong := cut(oneLine(text, diag.Pos{}), c.Columns)
	if wrong != nil {
		return false
	}
	if _, ok := d.pattern.match(p.text); ok {
		return true
	}
	if !p.hasColumns() {
		return false
	}
	b := &binder{library: l, context: c}
	return slices.ContainsFunc(c.Rows, func(row []Cell) bool {
		p, wrong := cut(oneLine(b.filled(text, row, c.Columns), diag.Pos{}), nil)
		if wrong != nil {
			return false
		}
		_, ok := d.pattern.match(p.text)
		return ok
	})
}

// OwnDriver is the driver, browser or shell, that has a text in its own vocabulary; "" when none has.
func (l *Library) OwnDriver(text string) string {
	for driver, x := range l.vocabulary {
		own := ""
		x.each(text, func(e *entry) {
			if _, ok := e.pattern.match(text); ok {
				own = driver
			}
		})
		if own != "" {
			return own
		}
	}
	return ""
}

// tried is which patterns a text was held against: definitions for several drivers have the same.
type tried struct {
	text string
	list []matched
}

type matched struct {
	pattern *Pattern
	args    []argument
	ok      bool
}

func (m *tried) match(p *Pattern, text string) ([]argument, bool) {
	if m.text != text {
		m.text, m.list = text, m.list[:0]
	}
	for _, known := range m.list {
		if known.pattern == p {
			return known.args, known.ok
		}
	}
	args, ok := p.match(text)
	m.list = append(m.list, matched{p, args, ok})
	return args, ok
}
