package owners

import (
	"cmp"
	"fmt"
	"html"
	"html/template"
	"math"
	"regexp"
	"strings"

	"github.com/cucumber-value/hoops/reporters/page"
)

// numbers of a clause, with what belongs to them: 1%, £40, 300 ms, 1,000.
var numbers = regexp.MustCompile(`[£$€]?\d+(?:[.,]\d+)*(?:\s?%|\s?(?:percentage points?|percent|ms|s|seconds?|minutes?|hours?|h|days?|weeks?)\b)?`)

// emphasised is a clause with its numbers in bold, escaped.
func emphasised(words string) template.HTML {
	var b strings.Builder
	last := 0
	for _, at := range numbers.FindAllStringIndex(words, 50) {
		b.WriteString(html.EscapeString(words[last:at[0]]) + "<strong>" + html.EscapeString(words[at[0]:at[1]]) + "</strong>")
		last = at[1]
	}
	b.WriteString(html.EscapeString(words[last:]))
	return template.HTML(b.String())
}

// show writes a number in its unit, as the judge names units: share, ratio, "factor per week", "difference per day",
// "per 1,000 sums", £, ms.
func show(unit string) func(float64) string {
	kind, rest, _ := strings.Cut(unit, " ")
	rest = page.Line(rest, 40)
	signed := func(f float64) string {
		if f > 0 {
			return "+" + page.Number(f)
		}
		return page.Number(f)
	}
	return func(f float64) string {
		switch {
		case unit == "share":
			return page.Percent(f)
		case unit == "ratio", kind == "factor":
			return strings.TrimSpace(page.Change(f) + " " + rest)
		case unit == "difference percentage points", unit == "points":
			return signed(f*100) + " percentage points"
		case kind == "difference":
			return strings.TrimSpace(signed(f) + " " + rest)
		case unit == "", unit == "amount":
			return page.Number(f)
		case unit == "£", unit == "$", unit == "€":
			return unit + page.Number(f)
		case strings.HasPrefix(unit, "/"):
			return page.Number(f) + " per " + page.Line(unit[1:], 30)
		}
		return page.Number(f) + " " + page.Line(unit, 40)
	}
}

// compared reports whether numbers in a unit are a change and not a value: what a trend shows is something else then.
func compared(unit string) bool {
	kind, _, _ := strings.Cut(unit, " ")
	return kind == "ratio" || kind == "factor" || kind == "difference" || kind == "points"
}

func known(f *float64) float64 {
	if f == nil {
		return math.NaN()
	}
	return *f
}

// picture draws the interval of a claim, when there is one to draw, and says it in numbers.
func picture(c Claim) (svg template.HTML, words string) {
	n := c.Numbers
	if n == nil {
		return "", ""
	}
	write := show(n.Unit)
	if n.Low == nil && n.High == nil && n.Point != nil && n.Bound != nil {
		if *n.Point == 0 && *n.Bound == 0 {
			return "", "" // nothing was promised, and nothing is there to be drawn
		}
		bars := page.Bars{Rows: []page.Bar{{Label: "Observed", Value: *n.Point, Words: write(*n.Point), Tone: c.Verdict.tone()}}, Target: *n.Bound,
			Asked: page.Line(c.Target, 60), Label: page.Line("Observed "+c.Observed+", promised "+c.Target, 300)}
		return bars.SVG(), ""
	}
	low, high := known(n.Low), known(n.High)
	if n.Low == nil && n.High != nil {
		low = math.Inf(-1)
	}
	if n.High == nil && n.Low != nil {
		high = math.Inf(1)
	}
	w := page.Whisker{Low: low, Point: known(n.Point), High: high, Target: known(n.Bound), Upper: known(n.Upper), Above: strings.HasPrefix(n.Compare, ">"), Tone: c.Verdict.tone(),
		Show: write, Observed: write(known(n.Point)), Asked: page.Line(cmp.Or(c.Target, write(known(n.Bound))), 60)}
	w.Label = page.Line(fmt.Sprintf("Observed %s; the true value lies between %s and %s; promised %s", w.Observed, write(low), write(high), c.Target), 300)
	return w.SVG(), write(low) + " to " + write(high)
}

// trendOf draws the releases of a promise, when there are two to compare.
func trendOf(p Promise) *trend {
	if len(p.Trend) < 2 || len(p.Claims) == 0 {
		return nil
	}
	write := show("")
	chart := page.Trend{Target: math.NaN(), Label: page.Line(upper(trendSentence(p)), 500)}
	if p.Claims[0].Numbers != nil {
		n := p.Claims[0].Numbers
		write = show(n.Unit)
		if !compared(n.Unit) {
			chart.Target, chart.Asked = known(n.Bound), page.Line(p.Claims[0].Target, 60)
		} else {
			write = show("")
		}
	}
	for _, one := range p.Trend {
		words := page.Line(one.Observed, 60)
		if words == "" && one.Value != nil {
			words = write(*one.Value)
		}
		said := one.Verdict.Word()
		if one.SoFar {
			said += " so far"
		}
		step := page.Step{Label: page.Line(one.Release, 40), Value: known(one.Value), Words: cmp.Or(words, "–"), Tone: one.Verdict.tone(), Said: said, When: one.At.UTC().Format("2 Jan 2006"), Of: page.Line(exposure(one.Exposure), 40)}
		chart.Steps = append(chart.Steps, step)
	}
	t := &trend{Picture: chart.SVG(), Table: chart.Table().HTML(), Asked: chart.Asked}
	if p.Earlier > 0 {
		t.Earlier = "And " + page.Count(int64(p.Earlier), "release") + " before these."
	}
	return t
}

// exposure has the thousands of a bare number apart.
func exposure(s string) string {
	if f := exact(s); f != nil && *f == math.Trunc(*f) && math.Abs(*f) < 1e15 {
		return page.Thousands(int64(*f))
	}
	return s
}

// trendSentence says what a trend shows: "missed in 1.0, delivered in 1.1 and 1.2".
func trendSentence(p Promise) string {
	turns := 0
	count := map[Verdict]int{}
	for i, one := range p.Trend {
		count[one.Verdict]++
		if i > 0 && one.Verdict != p.Trend[i-1].Verdict {
			turns++
		}
	}
	if turns > 3 { // a list of ups and downs says nothing: the counts do
		var parts []string
		for _, v := range Verdicts {
			if count[v] > 0 {
				parts = append(parts, strings.ToLower(v.Word())+" in "+page.Thousands(int64(count[v])))
			}
		}
		return strings.Join(parts, ", ") + " of " + page.Count(int64(len(p.Trend)), "release") + "; now " + strings.ToLower(p.Verdict.Word())
	}
	var parts []string
	for i := 0; i < len(p.Trend); {
		j := i + 1
		for j < len(p.Trend) && p.Trend[j].Verdict == p.Trend[i].Verdict {
			j++
		}
		when := " in " + p.Trend[i].Release
		switch {
		case j-i == 2:
			when += " and " + p.Trend[j-1].Release
		case j-i > 2:
			when = " from " + p.Trend[i].Release + " to " + p.Trend[j-1].Release
		}
		parts = append(parts, strings.ToLower(p.Trend[i].Verdict.Word())+when)
		i = j
	}
	return strings.Join(parts, ", ")
}

// tallyBar is the totals as one bar, with its words beside it. It weighs nothing: a promise is a promise.
func tallyBar(t Totals) template.HTML {
	if t.Promises == 0 {
		return ""
	}
	var bar, legend strings.Builder
	at := 0.0
	for _, one := range []struct {
		v Verdict
		n int
	}{{Missed, t.Missed}, {Undecided, t.Undecided}, {Unbound, t.Unbound}, {Delivered, t.Delivered}} {
		if one.n == 0 {
			continue
		}
		wide := 100 * float64(one.n) / float64(t.Promises)
		fmt.Fprintf(&bar, `<rect class="%s" x="%.2f%%" y="0" width="%.2f%%" height="10"/>`, one.v.tone(), at, max(wide-.3, .2))
		fmt.Fprintf(&legend, `<li class="mark-%s"><b>%s</b> %s</li>`, one.v.tone(), page.Thousands(int64(one.n)), strings.ToLower(one.v.Word()))
		at += wide
	}
	return template.HTML(`<svg class="tally" width="100%" height="10" aria-hidden="true">` + bar.String() + `</svg><ul class="legend">` + legend.String() + `</ul>`)
}
