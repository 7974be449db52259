package expr

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Vitals are what a browser measures of a page's loading, as expressions name them: fields of page, in a gate with
// what they add up to.
func Vitals() []string { return []string{"lcp", "fcp", "cls", "ttfb"} }

// GateScope is what the gate of a load stage may read: journeys, requests, what step(…), request(…) and
// scenario(…) measured of the one that they name, and page, the vitals of all navigations or of those that
// request(…) names. It is made anew at each call.
func GateScope() Scope {
	fields := func() map[string]Kind {
		return map[string]Kind{
			"count": Number, "rate": Number, "errors": Number,
			"mean": Duration, "p50": Duration, "p75": Duration, "p90": Duration, "p95": Duration, "p99": Duration, "max": Duration,
		}
	}
	s := Scope{
		Values: map[string]Kind{"journeys": Object, "requests": Object, "errors": Number, "achieved": Number, "page": Object},
		Fields: map[string]map[string]Kind{"journeys": fields(), "requests": fields(), "page": {}},
		Funcs:  map[string]Func{},
		Gate:   true,
	}
	for name, kind := range fields() {
		if kind == Duration {
			s.Values[name] = kind // of requests
		}
	}
	for _, name := range []string{"step", "request", "scenario"} {
		s.Funcs[name] = Func{Min: 1, Max: 1, Result: Object, Fields: fields()}
	}
	ofRequest := s.Funcs["request"].Fields
	ofRequest["page"] = Object
	for _, vital := range Vitals() {
		s.Fields["page"][vital], ofRequest["page."+vital] = Object, Object
		for name, kind := range fields() {
			switch {
			case slices.Contains([]string{"rate", "errors"}, name): // a page without a vital is no error
				continue
			case vital == "cls" && kind == Duration: // it has no unit
				kind = Number
			}
			s.Fields["page"][vital+"."+name], ofRequest["page."+vital+"."+name] = kind, kind
		}
	}
	return s
}

// Unnamed is the source of the program with the names of steps, requests and scenarios blotted out: whatever words
// they hold, they are no part of what it says.
func (p *Program) Unnamed() string {
	lines := strings.Split(p.source, "\n")
	for _, c := range p.calls {
		if i := c.ArgSpan.Line - 1; c.Literal && i >= 0 && i < len(lines) {
			line := []rune(lines[i])
			for j := c.ArgSpan.Col - 1; j >= 0 && j < min(len(line), c.ArgSpan.Col-1+c.ArgSpan.Len); j++ {
				line[j] = '_'
			}
			lines[i] = string(line)
		}
	}
	return strings.Join(lines, "\n")
}

var pageField = regexp.MustCompile(`\bpage\b`)

// PageIn is where an expression of a gate speaks of pages first.
func PageIn(p *Program) (Span, bool) {
	for i, line := range strings.Split(p.Unnamed(), "\n") {
		if at := pageField.FindStringIndex(line); at != nil {
			return Span{Line: i + 1, Col: utf8.RuneCountInString(line[:at[0]]) + 1, Len: len("page")}, true
		}
	}
	return Span{}, false
}
