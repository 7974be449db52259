package dsl

import (
	"iter"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/ir"
	"github.com/cucumber-value/hoops/dsl/steps"
)

// valueLike is how a value is written elsewhere: {name} in a pattern, <name> in an outline.
var valueLike = regexp.MustCompile(`(^|[^$\\{])\{([\pL_][\pL\pN_]*)\}|<([\pL_][\pL\pN_]*)>`)

// ownBraces are of languages in which {name} and <name> mean something of their own.
var ownBraces = regexp.MustCompile(`</|\b(query|mutation|fragment)\b`)

// plainNames finds parameters that a body writes as a pattern or an outline would: they are sent as text.
func (a *advice) plainNames() {
	for i, d := range a.linked {
		for j := range a.program.Definitions[i].Body {
			a.plainIn(&a.program.Definitions[i].Body[j], d.Names)
		}
	}
}

func (a *advice) plainIn(s *ir.Step, names *steps.Names) {
	told := map[string]bool{}
	see := func(text string) {
		if ownBraces.MatchString(text) {
			return
		}
		for _, m := range valueLike.FindAllStringSubmatch(text, -1) {
			name := m[2] + m[3]
			written := "<" + name + ">"
			if m[2] != "" {
				written = "{" + name + "}"
			}
			if !names.IsParameter(name) || told[written] {
				continue
			}
			told[written] = true
			a.say(diag.Warnf(a.found(written, s), "steps/plain-name", "%s is text here, and not the value of the parameter", written).
				WithHelp("for its value write ${%s}", name))
		}
	}
	see(s.Text)
	ir.Templates(s, func(t ir.Template, _ string) {
		see(t.String())
	})
}

// found is where a text stands first in the source of a step, or the step.
func (a *advice) found(text string, s *ir.Step) diag.Range {
	for line, source := range a.linesFrom(s) {
		if i := strings.Index(source, text); i >= 0 {
			return inLine(s, line, source, i, text)
		}
	}
	return s.Range()
}

// linesFrom are the lines of a step's file by their numbers, from its own on.
func (a *advice) linesFrom(s *ir.Step) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		line := 0
		for source := range strings.Lines(a.source(s.Pos.File)) {
			if line++; line >= s.Pos.Line && !yield(line, source) {
				return
			}
		}
	}
}

// inLine is the place of a text that stands at a byte of a line of a step's file.
func inLine(s *ir.Step, line int, source string, at int, text string) diag.Range {
	return diag.At(diag.Pos{File: s.Pos.File, Line: line, Col: utf8.RuneCountInString(source[:at]) + 1}, utf8.RuneCountInString(text))
}
