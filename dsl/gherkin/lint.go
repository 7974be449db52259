package gherkin

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/pick"
)

// lint warns of what Gherkin accepts without a word: keywords that became description, and scenarios that can
// run nothing.
func lint(doc *Document, w words, broken bool, text string) diag.List {
	f := doc.Feature
	if f == nil {
		if broken {
			return nil // the errors say more
		}
		whole := diag.Range{Pos: diag.Pos{File: doc.Path}}
		if strings.TrimSpace(text) == "" {
			return diag.List{diag.Warnf(whole, "gherkin/no-feature", "the file is empty; expected a feature").
				WithHelp(`begin with "Feature:" and a name, or remove the file`)}
		}
		return diag.List{diag.Warnf(whole, "gherkin/no-feature", "the file has no feature").
			WithHelp(`write "Feature:" and a name, or remove the file`)}
	}
	list := lintDescription(f.Description, "feature", w)
	if f.Background != nil {
		list = append(list, lintDescription(f.Background.Description, "background", w)...)
		list = append(list, lintLastLine(f.Background.Description, f.Background.Steps, w)...)
	}
	for _, r := range f.Rules {
		list = append(list, lintDescription(r.Description, "rule", w)...)
		if r.Background != nil {
			list = append(list, lintDescription(r.Background.Description, "background", w)...)
			list = append(list, lintLastLine(r.Background.Description, r.Background.Steps, w)...)
		}
	}
	for _, s := range f.Scenarios {
		list = append(list, lintDescription(s.Description, "scenario", w)...)
		list = append(list, lintLastLine(s.Description, s.Steps, w)...)
		for _, e := range s.Examples {
			list = append(list, lintDescription(e.Description, "examples", w)...)
		}
		if !slices.ContainsFunc(f.Effective(s, nil), func(t Tag) bool { return t.Name == pick.WIP }) {
			list = append(list, lintScenario(s, w)...)
		}
	}
	for _, c := range f.Narrative.Clauses {
		if c.Text == "" {
			list = append(list, diag.Warnf(c.KeywordAt, "gherkin/empty-clause", "nothing follows %q", c.Keyword).
				WithHelp("finish the sentence, or remove the line"))
		}
	}
	return list
}

func lintScenario(s *Scenario, w words) diag.List {
	at := diag.At(s.Pos, utf8.RuneCountInString(s.Keyword)+1)
	if s.Name != "" {
		at.Len = s.NamePos.Col + utf8.RuneCountInString(s.Name) - s.Pos.Col
	}
	switch {
	case len(s.Steps) == 0:
		return diag.List{diag.Warnf(at, "gherkin/no-steps", "a scenario without steps").
			WithHelp("write its steps, or tag it @wip until it has some")}
	case s.Outline() && !slices.ContainsFunc(s.Examples, func(e *Examples) bool { return len(e.Rows) > 0 }):
		return diag.List{diag.Warnf(at, "gherkin/no-rows", "an outline whose examples have no rows runs nothing").
			WithHelp("give its table a row")}
	case !s.Outline() && slices.Contains(w.outlines, s.Keyword):
		return diag.List{diag.Warnf(at, "gherkin/no-examples", "%q without examples is run once, its <columns> as they stand", s.Keyword).
			WithHelp("write %q and a table below its steps, or make it a scenario", w.examples[0]+":")}
	}
	return nil
}

// lintDescription warns of lines of description that were meant as something else.
func lintDescription(description []Line, owner string, w words) diag.List {
	var list diag.List
	steps := false // "And …" is prose unless a step came before it
	for i, line := range description {
		at := diag.At(line.Pos, utf8.RuneCountInString(line.Text))
		if keyword := withoutColon(description[i:], w); keyword != "" {
			at.Len = utf8.RuneCountInString(keyword)
			list = append(list, diag.Warnf(at, "gherkin/misspelt-keyword", "%q without a colon is text of the description here", keyword).
				WithHelp("did you mean %q?", keyword+":"))
			continue
		}
		if keyword := suspect(line.Text, w); keyword != "" {
			word, _ := title(line.Text)
			at.Len = utf8.RuneCountInString(word) + 1
			d := diag.Warnf(at, "gherkin/misspelt-keyword", "%q is text of the description here", word+":")
			if strings.HasPrefix(line.Text, keyword+":") {
				list = append(list, d.WithHelp("%q may not stand at this place; move it, or reword the line", word+":"))
			} else {
				list = append(list, d.WithHelp("did you mean %q?", keyword+":"))
			}
			continue
		}
		if d, found := lintStepLine(line.Text, at, owner, steps, w); found {
			list, steps = append(list, d), true
			continue
		}
		joins := steps && stepKeyword(line.Text, w.joining) != ""
		if !startsStep(line.Text, w) && !joins {
			if right := otherCase(line.Text, w); right != "" && (owner == "scenario" || owner == "background") {
				list = append(list, diag.Warnf(at, "gherkin/step-in-description", "a line that looks like a step is only text in the description of the %s", owner).
					WithHelp("did you mean %q?", right))
			}
			continue
		}
		steps = true
		d := diag.Warnf(at, "gherkin/step-in-description", "a line that looks like a step is only text in the description of the %s", owner)
		if owner == "examples" {
			list = append(list, d.WithHelp("steps stand above the examples"))
		} else {
			list = append(list, d.WithHelp("write %q and a name above it, or reword the line", w.scenario+":"))
		}
	}
	return list
}

// lintStepLine warns of a line of description that would be a step but for what stands before or behind its keyword.
func lintStepLine(text string, at diag.Range, owner string, steps bool, w words) (diag.Diagnostic, bool) {
	within := owner == "scenario" || owner == "background"
	keywords := w.steps
	if !within && !steps {
		keywords = slices.DeleteFunc(slices.Clone(keywords), func(k string) bool { return slices.Contains(w.joining, k) })
	}
	if keyword, space := oddSpace(text, keywords); keyword != "" {
		at.Len = utf8.RuneCountInString(keyword) + 1
		return diag.Warnf(at, "gherkin/step-in-description", "%s follows %q, so this line is no step, but text in the description of the %s", space, keyword, owner).
			WithHelp("write a plain space there"), true
	}
	switch {
	case within && bareKeyword(text, w):
		return diag.Warnf(at, "gherkin/step-in-description", "%q without words is only text in the description of the %s", text, owner).
			WithHelp("write the words of the step behind it"), true
	case within && startsStep(text, w):
		return diag.Warnf(at, "gherkin/step-in-description", "a space of another kind stands before this line, so it is no step, but text in the description of the %s", owner).
			WithHelp("begin the line with plain spaces"), true
	}
	return diag.Diagnostic{}, false
}

// withoutColon is the keyword that the first of these lines begins with, where a line that looks like a step follows:
// "Scenario pay". Otherwise such a line is prose.
func withoutColon(lines []Line, w words) string {
	next := slices.IndexFunc(lines[1:], func(l Line) bool { return l.Text != "" })
	if next < 0 || !startsStep(lines[1+next].Text, w) {
		return ""
	}
	found := ""
	for _, k := range w.titles {
		if rest, ok := strings.CutPrefix(lines[0].Text, k); ok && (rest == "" || rest[0] == ' ') && len(k) > len(found) {
			found = k
		}
	}
	return found
}

// lintLastLine warns of a line of description right above the first step whose first word nearly is a keyword:
// "Whne I pay".
func lintLastLine(description []Line, steps []*Step, w words) diag.List {
	if len(description) == 0 || len(steps) == 0 {
		return nil
	}
	line := description[len(description)-1]
	word, _, _ := strings.Cut(line.Text, " ")
	if line.Pos.Line+1 != steps[0].Pos.Line || otherCase(line.Text, w) != "" {
		return nil
	}
	if k := nearKeyword(word, w); k != "" {
		return diag.List{diag.Warnf(diag.At(line.Pos, utf8.RuneCountInString(word)), "gherkin/misspelt-keyword", "%q is text of the description here", word).
			WithHelp("did you mean %q?", k).WithHelp("text of a description ends with an empty line above the steps")}
	}
	return nil
}

// suspect is the keyword that a line of description looks like, "Scenario" for "Scenari: pay", "" for none.
func suspect(text string, w words) string {
	word, ok := title(text)
	if kind, _ := clauseAt(text); !ok || kind != "" {
		return ""
	}
	if slices.Contains(w.titles, word) {
		return word
	}
	return diag.Closest(word, w.titles)
}

// startsStep reports whether a line begins as a step that needs none before it.
func startsStep(text string, w words) bool {
	k := stepKeyword(text, w.steps)
	return k != "" && !strings.HasPrefix(k, "*") && !slices.Contains(w.joining, k)
}

// otherCase is a line with its step keyword as it must be written, "" when it begins with none: "given a basket".
func otherCase(text string, w words) string {
	for _, k := range w.steps {
		if n := len(k); len(text) > n && !slices.Contains(w.joining, k) && strings.EqualFold(text[:n], k) {
			return k + text[n:]
		}
	}
	return ""
}
