package owners

import (
	"cmp"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
)

// intervalSentence says what the picture shows.
func (c Claim) intervalSentence() string {
	s := strings.TrimSpace(c.Interval)
	if strings.Contains(c.Sentence, s) {
		s = "" // the sentence of the verdict has it
	}
	if s != "" && strings.HasPrefix(s, "between ") {
		s = "The true value lies " + s + ", as far as these numbers can say."
	}
	return strings.TrimSpace(s + " " + c.Holds())
}

// facts that help to believe a verdict, and to act on it.
func (c Claim) facts(p Promise) []fact {
	var list []fact
	add := func(name, words string) {
		if words != "" {
			list = append(list, fact{Name: name, Words: words})
		}
	}
	if c.Verdict == Undecided && !strings.HasSuffix(p.Headline, why(c)) {
		add("Why it is not yet known", upper(why(c)))
	}
	if !c.Projected.IsZero() && !strings.Contains(c.WouldChange, page.Day(c.Projected)) {
		add("Will be known", "by "+page.Day(c.Projected)+", at current traffic")
	}
	change := cmp.Or(c.WouldChange, "nothing was recorded")
	if c.WouldChange == "" && c.SoFar {
		change = "what happens while the window is open"
	}
	add("What would change this", upper(change))
	add("Compared with", c.Baseline.Against())
	add("Premise", c.Premise)
	add("What may still fail", upper(c.Budget))
	add("Evidence", cmp.Or(c.GradeWords(), "none was recorded"))
	if c.Coverage > 0 && c.Coverage < 1 {
		add("Watched", page.Percent(c.Coverage)+" of the window")
	}
	add("What was done about it", c.Action)
	if len(p.Owners) > 1 {
		add("Owner", c.Owner)
	}
	for _, h := range c.Help {
		add("Hint", h)
	}
	for _, n := range c.Notes {
		add("Note", n)
	}
	return list
}

func (c Claim) how() []fact {
	var list []fact
	for _, one := range []fact{{Name: "It was read as", Words: c.Reading}, {Name: "Measure", Words: c.Measure}, {Name: "Source", Words: c.Source}, {Name: "Query", Words: c.Query, Code: true}} {
		if one.Words != "" {
			list = append(list, one)
		}
	}
	if len(list) == 0 {
		list = append(list, fact{Name: "Source", Words: "none was recorded"})
	}
	return list
}
