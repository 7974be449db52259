// Package pick decides which scenarios run: tag expressions, names and places (PATH:LINE), and the text of a
// feature file with only the picked scenarios left in it.
//
// It works on plain values, so that every stage selects alike, from sources or from an artefact. It opens no
// file, parses no feature and knows no flag. Of the libraries it alone knows tag-expressions.
package pick

import (
	"path"
	"slices"
	"strings"
)

// WIP is the tag of unfinished work: left out unless a tag expression names it.
const WIP = "@wip"

// Selection is what people ask for. Every tag expression must hold; of the names one must match, and of the
// places one. The three narrow each other, and an empty one does not narrow.
type Selection struct {
	Tags   []string // tag expressions: of the environment, the stage and the command line
	Names  []string // a part of a scenario's name, ignoring case; plain text, not a pattern
	Places []Place
}

// Place is a file, or a line of it, as in PATH:LINE. Line 0 is the whole file; a Path that is a folder, without
// a line, is every file below it. Paths are slash-separated and relative to the project, as positions are.
type Place struct {
	Path string
	Line int
}

// Candidate is one scenario without rows, or one example row of an outline.
type Candidate struct {
	Path    string
	Name    string   // of the scenario; the outline's as written for a row
	Tags    []string // with "@", inherited ones included, those of its Examples too for a row
	Feature int      // line of the feature's keyword
	Rule    int      // line of the rule's keyword, 0 without a rule
	From    int      // first line of the scenario: its first tag, else its keyword; see FirstLine
	To      int      // its last line: of its last step, doc string, table or row
	Row     int      // line of the row, 0 without
	Rows    []int    // lines of every row of the outline
	Block   int      // first line of the row's Examples, 0 where the outline has one
	Blocks  []int    // of every Examples of the outline, in order
}

// Selector is a Selection that was found to be valid.
type Selector struct {
	tags   []*Tags
	names  []string
	places []Place
	wip    bool // a tag expression names @wip
}

// Compile checks a selection; its error says where a tag expression is wrong.
func Compile(s Selection) (*Selector, *Error) {
	sel := &Selector{}
	for _, expr := range s.Tags {
		t, err := ParseTags(expr)
		if err != nil {
			return nil, err
		}
		sel.tags = append(sel.tags, t)
		sel.wip = sel.wip || slices.Contains(t.Names(), WIP)
	}
	for _, n := range s.Names {
		sel.names = append(sel.names, strings.ToLower(n))
	}
	for _, p := range s.Places {
		sel.places = append(sel.places, Place{Path: slashed(p.Path), Line: p.Line})
	}
	return sel, nil
}

// Match reports whether the candidate is picked.
func (s *Selector) Match(c Candidate) bool {
	return s.asked(c) && !s.unfinished(c)
}

// LeftOut reports whether the candidate would be picked if it were not @wip, so that a message can say so.
func (s *Selector) LeftOut(c Candidate) bool {
	return s.asked(c) && s.unfinished(c)
}

func (s *Selector) unfinished(c Candidate) bool {
	return !s.wip && slices.Contains(c.Tags, WIP)
}

func (s *Selector) asked(c Candidate) bool {
	for _, t := range s.tags {
		if !t.Match(c.Tags) {
			return false
		}
	}
	name := strings.ToLower(c.Name)
	if len(s.names) > 0 && !slices.ContainsFunc(s.names, func(n string) bool { return strings.Contains(name, n) }) {
		return false
	}
	return len(s.places) == 0 || slices.ContainsFunc(s.places, c.at)
}

// at reports whether a place picks the candidate. A line on the feature's or the rule's keyword picks all of
// it; one on an example row picks that row, and any other line of one Examples of several the rows of that; any other
// line of the scenario picks the scenario, all rows.
func (c Candidate) at(p Place) bool {
	file := slashed(c.Path)
	if p.Line == 0 {
		return file == p.Path || p.Path == "." || strings.HasPrefix(file, p.Path+"/")
	}
	switch {
	case file != p.Path:
		return false
	case p.Line == c.Feature || p.Line == c.Rule:
		return true
	case p.Line < c.From || p.Line > c.To:
		return false
	case slices.Contains(c.Rows, p.Line):
		return p.Line == c.Row
	case c.Block > 0 && len(c.Blocks) > 0 && p.Line >= c.Blocks[0]:
		return c.Block == c.block(p.Line)
	}
	return true
}

// block is the first line of the Examples that a line stands in.
func (c Candidate) block(line int) int {
	in := c.Blocks[0]
	for _, from := range c.Blocks {
		if from <= line {
			in = from
		}
	}
	return in
}

func slashed(p string) string {
	return path.Clean(strings.ReplaceAll(p, `\`, "/"))
}
