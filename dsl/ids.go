package dsl

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"

	"github.com/cucumber-value/hoops/dsl/diag"
	"github.com/cucumber-value/hoops/dsl/gherkin"
	"github.com/cucumber-value/hoops/dsl/ir"
)

// ids gives features, scenarios and rows the names that results of all stages join on.
type ids struct {
	taken    map[string]diag.Pos
	problems diag.List
	log      []taking
}

// taking is one id that was asked for, and what was given.
type taking struct {
	asked, given string
	tagged       bool
	pos          diag.Pos
	what, remedy string
}

func newIDs() *ids { return &ids{taken: map[string]diag.Pos{}} }

// slug is text with letters and digits of any script, and what keep holds, kept and lowered; each run of
// anything else becomes one "-".
func slug(text, keep string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(text) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune(keep, r) {
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
			continue
		}
		gap = true
	}
	return b.String()
}

// tagged is the id that an @id: tag gives, "" without one.
func (n *ids) tagged(tags []gherkin.Tag) string {
	id := ""
	for _, t := range tags {
		if name, ok := strings.CutPrefix(t.Name, "@id:"); ok {
			if name == "" || id != "" {
				n.problems = append(n.problems, diag.Errorf(diag.At(t.Pos, len([]rune(t.Name))), "project/id", "one @id: tag with a name is expected, found %s", t.Name))
			}
			id = name
		}
	}
	return id
}

// misplaced refuses @id: where it names nothing.
func (n *ids) misplaced(tags []gherkin.Tag) {
	for _, t := range tags {
		if isID(t) {
			n.problems = append(n.problems, diag.Errorf(diag.At(t.Pos, len([]rune(t.Name))), "project/id", "@id: stands on a feature, an outline or a scenario").
				WithHelp("the id of a row is made of its cells"))
		}
	}
}

func isID(t gherkin.Tag) bool { return strings.HasPrefix(t.Name, "@id:") }

// take gives an id to one thing. One that a tag gives is taken or refused; one that is made of a name gets a number
// where it is taken already: Gherkin allows two scenarios of one name, and every one of them runs.
func (n *ids) take(id string, tagged bool, pos diag.Pos, what, remedy string) string {
	given := n.give(id, tagged, pos, what, remedy)
	n.log = append(n.log, taking{id, given, tagged, pos, what, remedy})
	return given
}

func (n *ids) give(id string, tagged bool, pos diag.Pos, what, remedy string) string {
	other, taken := n.taken[id]
	if taken && tagged {
		n.problems = append(n.problems, diag.Errorf(diag.At(pos, 1), "project/duplicate-id", "this %s has the id of another: %s", what, id).
			WithNote(diag.At(other, 1), "the other").WithHelp("give one of them another @id:"))
		return id
	}
	if taken {
		numbered := id
		for i := 2; taken; i++ { // no name makes a "~"
			numbered = fmt.Sprintf("%s~%d", id, i)
			_, taken = n.taken[numbered]
		}
		id = numbered
		n.problems = append(n.problems, diag.Warnf(diag.At(pos, 1), "project/duplicate-id", "this %s reads as another, so its id has a number: %s", what, id).
			WithNote(diag.At(other, 1), "the other").
			WithHelp("the number changes when those before it come or go, and then its results no longer join with earlier ones").WithHelp("%s", remedy))
	}
	n.taken[id] = pos
	return id
}

const rename = "give it another name, or an id of its own: @id:name"

func (n *ids) feature(path string, f *gherkin.Feature) string {
	id := n.tagged(f.Tags)
	if id != "" {
		return n.take(id, true, f.Pos, "feature", rename)
	}
	return n.take(slug(strings.TrimSuffix(path, ".feature"), "/"), false, f.Pos, "feature", rename)
}

func (n *ids) scenario(feature, name string, own []gherkin.Tag, pos diag.Pos) string {
	if id := n.tagged(own); id != "" {
		return n.take(feature+"/"+id, true, pos, "scenario", rename)
	}
	if id := slug(name, ""); id != "" {
		return n.take(feature+"/"+id, false, pos, "scenario", rename)
	}
	return n.take(feature+"/unnamed", false, pos, "scenario without a name", rename)
}

// longestCell is how many runes of a cell an id holds; a longer one ends with a digest of the whole.
const longestCell = 40

// rows names the rows of an outline by their cells: a new row at the end renames none. One that reads as a row above
// it, but for signs, has a digest of its cells added.
func (n *ids) rows(s *ir.Scenario) {
	cellsOf := map[string]string{} // the row that has an id
	for i := range s.Rows {
		var parts []string
		for _, cell := range s.Rows[i].Cells {
			part := slug(cell, "-.+")
			if r := []rune(part); len(r) > longestCell {
				part = string(r[:longestCell]) + "~" + short(cell)
			}
			parts = append(parts, part)
		}
		id := strings.Join(parts, ",")
		cells := strings.Join(s.Rows[i].Cells, "\x00")
		if other, taken := cellsOf[id]; taken && other != cells || strings.Trim(id, ",") == "" {
			id += "~" + short(cells)
		} else {
			cellsOf[id] = cells
		}
		s.Rows[i].ID = n.take(s.ID+"/"+id, false, s.Rows[i].Pos, "row", "remove one of the two: they ask for the same")
	}
}

func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:3])
}
