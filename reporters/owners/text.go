package owners

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
)

// Text writes the report for a terminal.
func Text(w io.Writer, r Report, colour bool) error {
	var b strings.Builder
	paint := func(v Verdict, s string) string {
		if !colour {
			return s
		}
		code := map[Verdict]string{Delivered: "32", Missed: "31", Undecided: "33", Unbound: "2"}[verdictOf(string(v))]
		return "\x1b[" + code + "m" + s + "\x1b[0m"
	}
	fmt.Fprintf(&b, "%s.\n", r.Totals.Sentence())
	if share := r.Totals.Share(); share != "" {
		fmt.Fprintf(&b, "%s.\n", share)
	}
	if len(r.Chosen) > 0 {
		fmt.Fprintf(&b, "Only: %s.\n", text(strings.Join(r.Chosen, ", ")))
	}
	if len(r.Features) == 0 {
		fmt.Fprintf(&b, "%s\n", r.empty())
	}
	for _, f := range r.Features {
		for _, p := range f.Promises {
			fmt.Fprintf(&b, "\n%s  %s\n", paint(p.Verdict, p.Verdict.Shape()+" "+page.Line(strings.ToUpper(wordOf(p)), shortText)), page.Line(strings.Join(present(f.Name, r.context(f), ownerWords(p.owners(f))), " · "), 300))
			fmt.Fprintf(&b, "  %s\n", page.Line(p.Words, someText))
			for _, l := range p.lines(f) {
				fmt.Fprintf(&b, "    %-10s %s\n", l.Name, text(l.Words))
			}
		}
	}
	if n := len(r.Silent); n > 0 {
		b.WriteString("\n")
		for i, s := range r.Silent {
			if i == 20 {
				fmt.Fprintf(&b, "  … and %d more\n", n-20)
				break
			}
			fmt.Fprintf(&b, "– PROMISES NOTHING  %s\n", page.Line(strings.Join(present(s.ID, s.Place), " · "), 300))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func ownerWords(owner string) string {
	if owner == "" {
		return ""
	}
	return "owner " + owner
}

// context says project, environment and release.
func (r Report) context(f Feature) string {
	project := ""
	for _, other := range r.Features {
		if other.Project != f.Project {
			project = f.Project
			break
		}
	}
	return strings.Join(present(project, f.Environment), ", ")
}

// lines are what a promise rests on, for formats without layout.
func (p Promise) lines(f Feature) []fact {
	var list []fact
	add := func(name, words string) {
		if strings.TrimSpace(words) != "" {
			list = append(list, fact{Name: name, Words: words})
		}
	}
	if p.Verdict == Undecided || strings.HasPrefix(p.Headline, "Missed:") {
		add("verdict", p.Headline)
	}
	for i, c := range p.Claims {
		switch {
		case c.Guardrail:
			add("guardrail", c.Verdict.Shape()+" "+c.Verdict.Word()+": "+cmp.Or(c.Reading, c.Measure))
		case len(p.Claims) > 1:
			add("claim", c.Verdict.Shape()+" "+c.Verdict.Word()+": "+cmp.Or(c.Reading, c.Measure))
		}
		add("because", c.Sentence)
		add("saw", c.Seen()+"; asked for "+cmp.Or(c.Target, "nothing that was recorded"))
		add("window", c.When())
		add("interval", c.intervalSentence())
		for _, one := range c.facts(p) {
			if i > 0 && slices.Contains(p.Claims[0].facts(p), one) {
				continue // it was said
			}
			if name, ok := shortNames[one.Name]; ok {
				add(name, one.Words)
			}
		}
	}
	add("because", p.Unbound)
	if len(p.Rewrites) > 0 {
		add("could say", strings.Join(p.Rewrites, " · "))
	}
	if len(p.Trend) > 1 {
		add("releases", upper(trendSentence(p)))
	}
	var stages, missing []string
	for _, s := range f.Passage.Stages {
		if s.Outcome == "" {
			missing = append(missing, s.Kind)
			continue
		}
		stages = append(stages, s.Kind+" "+s.Shape()+" "+s.Words())
	}
	if len(missing) > 0 {
		stages = append(stages, "not run with it: "+strings.Join(missing, ", "))
	}
	add("artefact", strings.Join(stages, " · "))
	add("basis", p.basis())
	return list
}

// shortNames of facts, where there is little room; those without are left to the page.
var shortNames = map[string]string{
	"Will be known": "known", "What would change this": "change", "Compared with": "baseline", "Premise": "premise", "What may still fail": "budget", "Evidence": "evidence",
	"Watched": "watched", "What was done about it": "done", "Hint": "hint", "Note": "note",
}
