package owners

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
)

// Word of a verdict as an owner reads it.
func (v Verdict) Word() string {
	switch v {
	case Delivered:
		return "Delivered"
	case Missed:
		return "Missed"
	case Unbound:
		return "Cannot be measured"
	}
	return "Not yet known"
}

// Shape repeats a verdict without colour.
func (v Verdict) Shape() string {
	switch v {
	case Delivered:
		return "✓"
	case Missed:
		return "✗"
	case Unbound:
		return "–"
	}
	return "?"
}

func (v Verdict) tone() page.Tone {
	switch v {
	case Delivered:
		return page.Good
	case Missed:
		return page.Bad
	case Undecided:
		return page.Open
	}
	return page.Neutral
}

// reasons why a claim is undecided, as they end the sentence "Not yet known: …".
var reasons = map[string]string{
	"no_data":               "there is no data",
	"no_baseline":           "there is nothing to compare with yet",
	"zero_baseline":         "there was none of it before, so there is nothing to compare with",
	"source_failed":         "the source of the numbers gave none that can be read",
	"too_early":             "it is too early to tell",
	"straddles":             "the numbers still allow both answers",
	"too_close":             "it is too close to the promised number to tell",
	"sample_ratio_mismatch": "the two groups are not as large as they should be, so they cannot be compared",
	"incomplete_window":     "a part of the window was not watched",
	"shard_missing":         "a part of the load was not reported",
	"not_judged":            "hoops cannot judge this kind of promise yet",
}

func why(c Claim) string {
	if c.Needed != "" {
		return c.Needed
	}
	if words, ok := reasons[c.Reason]; ok {
		return words
	}
	return cmp.Or(strings.ReplaceAll(c.Reason, "_", " "), "no reason was recorded")
}

// headline is the verdict of a promise in words.
func headline(p Promise) string {
	switch p.Verdict {
	case Delivered:
		if p.SoFar {
			return "Delivered so far"
		}
		return "Delivered"
	case Missed:
		var broken []string
		for _, c := range p.Claims {
			if c.Verdict == Missed && c.Guardrail {
				broken = append(broken, cmp.Or(c.Measure, c.Reading))
			} else if c.Verdict == Missed {
				return "Missed"
			}
		}
		if len(broken) > 0 {
			return "Missed: what should have stayed as it was did not (" + strings.Join(broken, ", ") + ")"
		}
		return "Missed"
	case Unbound:
		return "Cannot be measured"
	}
	for _, c := range p.Claims {
		if c.Verdict == Undecided {
			return "Not yet known: " + why(c)
		}
	}
	return "Not yet known"
}

// Sentence sums a report up as its readers would.
func (t Totals) Sentence() string {
	if t.Promises == 0 {
		return "No promise has been judged yet"
	}
	s := fmt.Sprintf("%s of %s kept", page.Thousands(int64(t.Delivered)), page.Count(int64(t.Promises), "promise"))
	for _, one := range []struct {
		n    int
		word string
	}{{t.Missed, "missed"}, {t.Undecided, "not yet known"}, {t.Unbound, "cannot be measured"}} {
		if one.n > 0 {
			s += ", " + page.Thousands(int64(one.n)) + " " + one.word
		}
	}
	return s
}

// Share says how many features can be measured at all.
func (t Totals) Share() string {
	switch {
	case t.Features == 0:
		return ""
	case t.Features == 1 && t.Measurable == 1:
		return "The one feature here makes a promise that can be measured"
	case t.Features == t.Measurable:
		return fmt.Sprintf("All %s make a promise that can be measured", page.Count(int64(t.Features), "feature"))
	case t.Measurable == 0:
		return fmt.Sprintf("None of %s makes a promise that can be measured", page.Count(int64(t.Features), "feature"))
	}
	verb := "make"
	if t.Measurable == 1 {
		verb = "makes"
	}
	return fmt.Sprintf("%s of %s (%s) %s a promise that can be measured", page.Thousands(int64(t.Measurable)), page.Count(int64(t.Features), "feature"),
		page.Percent(float64(t.Measurable)/float64(t.Features)), verb)
}

// grades of evidence, the best first.
var grades = map[string]string{
	"A": "both groups were live at the same time, and chance alone decided who was in which",
	"B": "compared with the same days of the week",
	"C": "compared with what was before, when other things may have differed too",
	"D": "counted in this window alone, and compared with the promised number",
}

// GradeWords says what a grade stands for.
func (c Claim) GradeWords() string {
	if c.Grade == "" {
		return ""
	}
	if words, ok := grades[c.Grade]; ok {
		return c.Grade + ": " + words
	}
	return c.Grade
}

// Seen is what was observed, out of how much.
func (c Claim) Seen() string {
	seen := cmp.Or(c.Observed, "no number")
	if c.Observed != "" && c.Exposure != "" && !strings.Contains(seen, " in ") && !strings.HasSuffix(seen, " "+c.Exposure) {
		seen += " in " + c.Exposure
	}
	return seen
}

// When is the window of a claim: in words, with its dates.
func (c Claim) When() string {
	dates := c.dates()
	if c.Window == "" {
		return cmp.Or(dates, "no window was recorded")
	}
	if dates == "" {
		return c.Window
	}
	return c.Window + " (" + dates + ")"
}

// dates of a window, and how long it was.
func (c Claim) dates() string {
	span := page.Span(c.From, c.To)
	if span != "" && !c.From.IsZero() && !c.To.IsZero() {
		span += ", " + page.Duration(c.To.Sub(c.From))
	}
	return span
}

// Against is the baseline of a claim, with its dates.
func (b *Baseline) Against() string {
	if b == nil {
		return ""
	}
	words := b.Words
	if b.Release != "" && !strings.Contains(words, b.Release) {
		words = strings.TrimSpace(words + " (release " + b.Release + ")")
	}
	if b.Observed != "" {
		words += ": " + b.Observed
		if b.Exposure != "" {
			words += " in " + b.Exposure
		}
	}
	if span := page.Span(b.From, b.To); span != "" {
		words += ", " + span
	}
	if !b.Pinned.IsZero() {
		words += ", kept since " + page.Day(b.Pinned)
	}
	return words
}

// Holds says whether a closed window would end the same way again.
func (c Claim) Holds() string {
	if c.Again == "" {
		return ""
	}
	return "Would it hold again? " + strings.ToUpper(c.Again[:1]) + c.Again[1:] + "."
}

// Outcome of a stage in words, about this feature first.
func (s Stage) Words() string {
	if s.Outcome == "" {
		return "not run with this artefact"
	}
	words := s.Outcome
	switch {
	case s.Scenarios > 0:
		words += fmt.Sprintf("; of this feature %s of %s passed", page.Thousands(int64(s.Passed)), page.Count(int64(s.Scenarios), "scenario"))
	case s.Kind == "functional" || s.Kind == "browser" || s.Kind == "probe": // those that record each scenario
		words += "; it ran no scenario of this feature"
	}
	if s.Release != "" {
		words += "; it met another release: " + s.Release
	}
	return words
}

// Shape repeats an outcome without colour.
func (s Stage) Shape() string {
	switch s.Outcome {
	case "passed":
		return "✓"
	case "failed":
		return "✗"
	case "":
		return "·"
	}
	return "?"
}

// shortDigest is enough of a digest to compare by eye.
func shortDigest(d string) string {
	if algorithm, hex, ok := strings.Cut(d, ":"); ok {
		return algorithm + ":" + hex[:min(12, len(hex))]
	}
	return d[:min(12, len(d))]
}
