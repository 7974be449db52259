package dsl

import (
	"crypto/sha256"
	"encoding/hex"
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

func (n *ids) take(id string, pos diag.Pos, what, remedy string) {
	if other, taken := n.taken[id]; taken {
		n.problems = append(n.problems, diag.Errorf(diag.At(pos, 1), "project/duplicate-id", "this %s has the id of another: %s", what, id).
			WithNote(diag.At(other, 1), "the other").WithHelp("%s", remedy))
		return
	}
	n.taken[id] = pos
}

const rename = "give it another name, or an id of its own: @id:name"

func (n *ids) feature(path string, f *gherkin.Feature) string {
	id := n.tagged(f.Tags)
	if id == "" {
		id = slug(strings.TrimSuffix(path, ".feature"), "/")
	}
	n.take(id, f.Pos, "feature", rename)
	return id
}

func (n *ids) scenario(feature, name string, own []gherkin.Tag, pos diag.Pos) string {
	id := n.tagged(own)
	if id == "" {
		id = slug(name, "")
	}
	if id == "" {
		id = "unnamed"
	}
	id = feature + "/" + id
	n.take(id, pos, "scenario", rename)
	return id
}

// longestCell is how many runes of a cell an id holds; a longer one ends with a digest of the whole.
const longestCell = 40

// rows names the rows of an outline by their cells: a new row renames none. Where two rows read the same
// without their signs, each has a digest of its cells added.
func (n *ids) rows(s *ir.Scenario) {
	plain := make([]string, len(s.Rows))
	count := map[string]int{}
	for i := range s.Rows {
		var parts []string
		for _, cell := range s.Rows[i].Cells {
			part := slug(cell, "-.+")
			if r := []rune(part); len(r) > longestCell {
				part = string(r[:longestCell]) + "~" + short(cell)
			}
			parts = append(parts, part)
		}
		plain[i] = strings.Join(parts, ",")
		count[plain[i]]++
	}
	for i := range s.Rows {
		id := plain[i]
		if count[id] > 1 || strings.Trim(id, ",") == "" {
			id += "~" + short(strings.Join(s.Rows[i].Cells, "\x00"))
		}
		s.Rows[i].ID = s.ID + "/" + id
		n.take(s.Rows[i].ID, s.Rows[i].Pos, "row", "remove one of the two: they ask for the same")
	}
}

func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:3])
}
