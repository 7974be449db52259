package reporters

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
	"github.com/cucumber-value/hoops/runners"
)

// markdown writes a run as a job summary or a comment: the sentence first, then the stages, the promises and
// the failures. Data is escaped: it makes no link, no tag, no table cell and mentions nobody.
type markdown struct{ atEnd }

func newMarkdown(o Options) runners.Sink {
	m := &markdown{atEnd{o: o}}
	m.write = m.print
	return m
}

func (m *markdown) print() error {
	_, err := io.WriteString(m.o.Out, m.text())
	return err
}

// longestSummary is how much a job summary may hold, in bytes; above 1 MiB GitHub refuses all of it.
const longestSummary = 900 << 10

func (m *markdown) text() string {
	var b strings.Builder
	last := terminal{record: m.record}
	fmt.Fprintf(&b, "## %s\n", page.Markdown(last.last(), 2000))
	if len(m.record.stages) > 0 {
		b.WriteString("\n| stage | runner | environment | outcome | | time |\n|---|---|---|---|---|---|\n")
	}
	for _, s := range m.record.stages {
		why := s.tally()
		if s.message != "" {
			why = strings.TrimPrefix(why+"; "+s.message, "; ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", page.Markdown(cmp.Or(s.name, "run"), 100), page.Markdown(strings.TrimSpace(s.info.Runner+" "+s.info.Driver), 100),
			page.Markdown(s.info.Environment, 100), outcomeWord(s.ended()), page.Markdown(why, 500), s.lasted())
	}
	left := 0
	title := "\n### Failures\n"
	for _, s := range m.record.stages {
		for _, f := range s.features() {
			for _, r := range f.results {
				if r.status.Good() || r.status == runners.Skipped {
					continue
				}
				entry := title + m.failure(s, r)
				title = ""
				if b.Len()+len(entry) > longestSummary*2/3 {
					left++
					continue
				}
				b.WriteString(entry)
			}
		}
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n… and %d more\n", left)
	}
	for _, s := range m.record.stages {
		if s.summary == nil || len(s.summary.Expectations) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n### Expectations of %s\n\n", page.Markdown(cmp.Or(s.name, "run"), 100))
		for _, e := range s.summary.Expectations {
			fmt.Fprintf(&b, "- %s: %s\n", outcomeWord(decided(e.Outcome)), page.Markdown(strings.Replace(expectation(s.summary, e), "  got ", ": got ", 1), 1000))
		}
		m.load(&b, s)
	}
	if list := worstFirst(m.record.verdicts()); len(list) > 0 {
		b.WriteString("\n### Promises\n\n")
		for i, v := range list {
			if b.Len() > longestSummary-20<<10 { // room for one more
				fmt.Fprintf(&b, "- … and %d more, none of them worse\n", len(list)-i)
				break
			}
			fmt.Fprintf(&b, "- **%s** %s%s\n", verdictWord(v), page.Markdown(m.record.words(v), 300), prefixed(" — ", page.Markdown(because(v), 1000)))
			for _, l := range basis(v) {
				fmt.Fprintf(&b, "  - %s\n", page.Markdown(l, 1000))
			}
			if v.WouldChange != "" && verdictOf(v) != delivered {
				fmt.Fprintf(&b, "  - would change it: %s\n", page.Markdown(v.WouldChange, 500))
			}
		}
	}
	return b.String()
}

// load is the table of what a load stage measured, and its errors.
func (m *markdown) load(b *strings.Builder, s *stage) {
	t := terminal{o: Options{}}
	t.arrivals(s)
	fmt.Fprintf(b, "\n%s\n", page.Markdown(strings.TrimSpace(t.text.String()), 500))
	if s.summary.Late != "" {
		fmt.Fprintf(b, "\n%s\n", page.Markdown(s.summary.Late, 500))
	}
	b.WriteString("\n<details><summary>What was measured</summary>\n\n| | count | failed | p50 | p95 | p99 | max |\n|---|--:|--:|--:|--:|--:|--:|\n")
	for _, g := range s.summary.Groups {
		name := map[string]string{ofJourneys: ofJourneys, ofRequests: ofRequests}[g.Of]
		if name == "" && g.Of != ofLateness && g.Of != ofPhase && !isVital(g.Of) && (g.Of != ofStep || !strings.Contains(g.Name, "{")) {
			name = "– " + cmp.Or(g.Name, "(no name)")
		}
		if name != "" && b.Len() < longestSummary*3/4 {
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s |\n", page.Markdown(name, 100), thousands(g.Count), thousands(g.Failed), latency(g, "p50"), latency(g, "p95"), latency(g, "p99"), latency(g, "max"))
		}
	}
	for i, l := range pageLines(s.summary) {
		if i == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(b, "- %s\n", page.Markdown(strings.TrimSpace(l), 500))
	}
	b.WriteString("\n</details>\n")
	for i, c := range causesOf(s.summary) {
		if i == 0 {
			b.WriteString("\n")
		}
		if i == mostCauses {
			break
		}
		fmt.Fprintf(b, "- %s\n", page.Markdown(c, 500))
	}
}

func (m *markdown) failure(s *stage, r *result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n<details><summary>%s: %s (%s)</summary>\n\n", page.Markdown(strings.TrimSpace(s.name+" "+place(r.pos)), 300), page.Markdown(full(r), 300), r.status)
	text := cmp.Or(m.inFull(r), page.Line(cmp.Or(r.reason(), "no reason was recorded"), longestText)+"\n")
	b.WriteString(page.MarkdownPre(strings.TrimPrefix(text, "\n")) + "\n</details>\n")
	return b.String()
}

// outcomeWord is the outcome with its shape; only what passed has a tick.
func outcomeWord(o runners.Outcome) string {
	switch o {
	case runners.GatePassed:
		return "✓ passed"
	case runners.GateFailed:
		return "✗ failed"
	case notRun:
		return "– not run"
	}
	return "? undecided"
}
