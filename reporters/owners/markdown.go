package owners

import (
	"fmt"
	"io"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
)

// longestComment is how much a comment of a pull request may hold, in bytes, with room to spare.
const longestComment = 60_000

// Markdown writes the report as a comment: the sentence and a table first, and behind each promise what it rests on.
func Markdown(w io.Writer, r Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", r.Totals.Sentence())
	if share := r.Totals.Share(); share != "" {
		fmt.Fprintf(&b, "%s.\n", share)
	}
	if len(r.Chosen) > 0 {
		fmt.Fprintf(&b, "\nOnly: %s.\n", page.Markdown(strings.Join(r.Chosen, ", "), someText))
	}
	if len(r.Features) == 0 {
		fmt.Fprintf(&b, "\n%s\n", page.Markdown(r.empty(), someText))
	}
	left := 0
	for _, f := range r.Features {
		for _, p := range f.Promises {
			entry := markdownOf(r, f, p)
			if b.Len()+len(entry) > longestComment {
				left++
				continue
			}
			b.WriteString(entry)
		}
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n… and %s more, none of them worse than those above.\n", page.Count(int64(left), "promise"))
	}
	if n := len(r.Silent); n > 0 {
		var names []string
		for _, s := range r.Silent[:min(n, 20)] {
			names = append(names, page.Markdown(s.ID, 100))
		}
		if n > 20 {
			names = append(names, fmt.Sprintf("and %d more", n-20))
		}
		fmt.Fprintf(&b, "\nFeatures that promise nothing: %s.\n", strings.Join(names, ", "))
	}
	fmt.Fprintf(&b, "\nMade %s%s.\n", page.Moment(r.Made), by(r.Tool))
	_, err := io.WriteString(w, b.String())
	return err
}

func by(tool string) string {
	if tool == "" {
		return ""
	}
	return " by " + page.Markdown(tool, 100)
}

func markdownOf(r Report, f Feature, p Promise) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s %s: %s\n\n", p.Verdict.Shape(), wordOf(p), page.Markdown(p.Words, 500))
	fmt.Fprintf(&b, "%s\n\n", page.Markdown(strings.Join(present(f.Name, r.context(f), ownerWords(p.owners(f)), runbookWords(f.Runbook)), " · "), 500))
	for _, c := range p.Claims {
		if c.Sentence != "" {
			fmt.Fprintf(&b, "%s.\n\n", strings.TrimSuffix(page.Markdown(upper(c.Sentence), someText), "."))
		}
	}
	b.WriteString("<details><summary>what it rests on</summary>\n\n")
	for _, l := range p.lines(f) {
		if l.Name == "because" && len(p.Claims) > 0 {
			continue // it stands above
		}
		fmt.Fprintf(&b, "- **%s** %s\n", l.Name, page.Markdown(l.Words, someText))
	}
	for _, c := range p.Claims {
		if c.Query != "" {
			fmt.Fprintf(&b, "- **query** %s\n", page.Markdown(c.Query, someText))
		}
	}
	if p.Stub != "" {
		fmt.Fprintf(&b, "- **measure to paste**\n\n<pre>\n%s\n</pre>\n", block(p.Stub))
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

// block is text of several lines within a pre element of Markdown: an empty line would end the element.
func block(s string) string {
	var lines []string
	for _, l := range strings.Split(page.Block(s, 300, 40), "\n") {
		if strings.TrimSpace(l) != "" {
			lines = append(lines, page.Markdown(l, 300))
		}
	}
	return strings.Join(lines, "\n")
}

func runbookWords(runbook string) string {
	if runbook == "" {
		return ""
	}
	return "runbook " + runbook
}
